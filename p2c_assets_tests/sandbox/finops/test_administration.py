"""The admin path of the F&O twin: loading as is, altering silently, the file behind."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.finops.scm_rows import (
    REFERENCE,
    booked,
    create,
    customer,
    key,
    line_key,
    order,
    order_key,
    order_line,
    quotation,
    quotation_line,
    record,
    value,
)
from p2c_assets_tests.sandbox.running import Caller, body


def load(scm: Caller, plugins: bool = False, **rows: list[dict[str, Any]]) -> dict[str, int]:
    return scm.admin("load", {"rows": rows, "plugins": plugins})["loaded"]


def test_flawed_rows_are_loaded_as_they_are(scm: Caller) -> None:
    flawed = customer("X" * 30, dataAreaId="usmf", CreditLimit="a lot", IsExternallyMaintained="Perhaps", SiteId="999")
    assert load(scm, CustomersV2=[flawed]) == {"CustomersV2": 1}
    (row,) = value(scm, "/data/CustomersV2")
    assert (row["CustomerAccount"], row["CreditLimit"]) == ("X" * 30, "a lot")
    assert (row["IsExternallyMaintained"], row["SiteId"]) == ("Perhaps", "999")


def test_loaded_text_becomes_the_columns_type_where_it_fits(scm: Caller) -> None:
    row = customer(
        dataAreaId="USMF", CreditLimit="12.50", OrganizationNumberOfEmployees="7", IsExternallyMaintained="yes"
    )
    load(scm, CustomersV2=[row])
    found = record(scm, key("CustomersV2", CustomerAccount="C1"))
    assert (found["CreditLimit"], found["OrganizationNumberOfEmployees"]) == (Decimal("12.50"), 7)
    assert (found["IsExternallyMaintained"], found["dataAreaId"]) == ("Yes", "usmf")


def test_loaded_documents_know_their_header_and_customers(scm: Caller) -> None:
    load(
        scm,
        CDSSalesOrderLines=[order_line(dataAreaId="usmf")],
        CDSSalesOrderHeaders=[order(dataAreaId="usmf", SalesOrderProcessingStatus="Delivered", CurrencyCode="USD")],
        CustomersV2=[customer(dataAreaId="usmf")],
    )
    header, line = record(scm, order_key()), record(scm, line_key())
    assert (header["SalesOrderStatus"], header["InvoiceCustomerAccountNumber"]) == ("Delivered", "C1")
    assert header["InvoiceAddressCity"] == "Redmond"
    assert (line["SalesOrderLineStatus"], line["CurrencyCode"]) == ("Delivered", "USD")
    assert line["OrderingCustomerIsExternallyMaintained"] == "Yes"
    assert line["LineAmount"] == 0
    assert scm.admin("advance", {"days": 1})["delivered"] == 0
    assert record(scm, order_key())["SalesOrderStatus"] == "Invoiced"


def test_plugins_calculate_what_was_loaded(scm: Caller) -> None:
    load(
        scm,
        plugins=True,
        CustomersV2=[customer(dataAreaId="usmf")],
        CDSSalesOrderHeaders=[order(dataAreaId="usmf")],
        CDSSalesOrderLines=[
            order_line(dataAreaId="usmf", TotalDiscountAmount="10.00"),
            order_line(line=2, dataAreaId="usmf", OrderedSalesQuantity="some"),
        ],
        CDSSalesQuotationHeaders=[quotation(dataAreaId="usmf")],
        CDSSalesQuotationLines=[quotation_line(dataAreaId="usmf")],
    )
    header = record(scm, order_key())
    assert (header["OrderTotalAmount"], header["AreTotalsUpdated"]) == (319, "Yes")
    assert record(scm, line_key(line=2))["OrderedSalesQuantity"] == "some"
    assert record(scm, key("CDSSalesQuotationHeaders", SalesQuotationNumber="QU-1"))["QuotationTotalAmount"] == 330


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            {"CustomersV2": [{"Nonsense": 1}]},
            "CustomersV2 has no column 'Nonsense'; it has dataAreaId, CustomerAccount",
        ),
        ({"CustomersV2": [{"dataAreaId": "none"}]}, "a row of CustomersV2 is of an unknown company 'none'"),
        ({"_sites": [{"id": "1"}]}, "a row of _sites lacks dataAreaId"),
    ],
)
def test_rows_that_cannot_be_stored_are_named_and_nothing_is_loaded(
    scm: Caller, rows: dict[str, Any], text: str
) -> None:
    good = {"CDSSalesOrderHeaders": [order(dataAreaId="usmf")]}
    answer = scm.http.post("/_sandbox/load", json={"rows": {**good, **rows}})
    assert answer.status_code == 400
    assert text in body(answer)["error"]["message"]
    assert scm.admin("rows/CDSSalesOrderHeaders")["value"] == []


def test_alter_changes_a_value_and_nothing_else(scm: Caller) -> None:
    booked(scm)
    scm.admin("advance", {"days": 1})
    before = record(scm, order_key())
    change = {"OrderTotalAmount": "330.01"}
    scm.admin(
        "alter",
        {"set": "CDSSalesOrderHeaders", "key": {"dataAreaId": "usmf", "SalesOrderNumber": "SO-1"}, "values": change},
    )
    assert record(scm, order_key()) == {**before, "OrderTotalAmount": Decimal("330.01")}
    key_of = {"dataAreaId": "usmf", "SalesOrderNumber": "SO-9"}
    answer = scm.http.post("/_sandbox/alter", json={"set": "CDSSalesOrderHeaders", "key": key_of, "values": change})
    assert answer.status_code == 400
    assert "CDSSalesOrderHeaders has no row" in body(answer)["error"]["message"]


def test_rows_show_columns_only(scm: Caller) -> None:
    booked(scm)
    (row,) = scm.admin("rows/CDSSalesOrderHeaders")["value"]
    assert not [name for name in row if name.startswith(("_", "@"))]
    products = scm.admin("rows/_released_products")["value"]
    assert [(row["dataAreaId"], row["ProductNumber"], row["sellable"]) for row in products][:3] == [
        ("usmf", "P1", True),
        ("usmf", "P2", True),
        ("usmf", "RAW", False),
    ]


def test_reset_empties_everything(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    scm.admin("reset", {})
    assert scm.admin("rows/CustomersV2")["value"] == scm.admin("rows/_companies")["value"] == []


def test_the_file_brings_the_whole_twin_back(tmp_path: Path, serve: Serve) -> None:
    first = serve(FinopsTwin(Store("scm", tmp_path / "twin.sqlite3")))
    first.admin("load", {"rows": REFERENCE})
    booked(first, TotalDiscountAmount=Decimal("10.00"))
    first.admin("advance", {"days": 1})
    stored = Store("scm", tmp_path / "twin.sqlite3")
    second = serve(FinopsTwin(stored))
    for path in (order_key(), line_key()):
        mine, theirs = record(first, path), record(second, path)
        assert {**mine, "@odata.context": ""} == {**theirs, "@odata.context": ""}
    assert second.admin("clock")["day"] == 1
    booked(second, "SO-2")
    second.admin("advance", {"days": 1})
    numbers = value(second, "/data/ExternallyMaintainedCustomerSalesInvoiceHeaders?$select=InvoiceNumber")
    assert [row["InvoiceNumber"] for row in numbers] == ["USMF-INV-000001", "USMF-INV-000002"]
    stored.close()
