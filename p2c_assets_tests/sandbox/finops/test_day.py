"""The ERP's day: postings, totals, invoices, plans and the agenda."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets_tests.sandbox.finops.scm_rows import (
    booked,
    create,
    customer,
    key,
    line_key,
    order,
    order_key,
    order_line,
    record,
    value,
)
from p2c_assets_tests.sandbox.running import Caller, body

INVOICES = "ExternallyMaintainedCustomerSalesInvoiceHeaders"
INVOICE_LINES = "ExternallyMaintainedCustomerSalesInvoiceLines"


def plan(scm: Caller, **values: Any) -> None:
    row = {"dataAreaId": "usmf", "SalesOrderNumber": "SO-1", **values}
    scm.admin("load", {"rows": {"_order_plans": [row]}})


def day(scm: Caller) -> dict[str, Any]:
    return scm.admin("advance", {"days": 1})


def status(scm: Caller) -> tuple[str, str]:
    header = record(scm, order_key())
    return header["SalesOrderStatus"], header["SalesOrderProcessingStatus"]


def line_statuses(scm: Caller) -> list[str]:
    return [
        row["SalesOrderLineStatus"]
        for row in value(scm, "/data/CDSSalesOrderLines?$orderby=LineCreationSequenceNumber")
    ]


def test_an_open_order_is_confirmed_picked_packed_and_invoiced_in_a_day(scm: Caller) -> None:
    # Source: sales-status-map; finops lifecycles
    booked(scm, lines=2)
    assert day(scm) == {
        "days": 1,
        "booked": 0,
        "refused": 0,
        "confirmed": 1,
        "picked": 1,
        "delivered": 1,
        "invoiced": 1,
        "cancelled": 0,
        "totals_calculated": 1,
    }
    assert status(scm) == ("Invoiced", "Invoiced")
    assert line_statuses(scm) == ["Invoiced", "Invoiced"]
    header = record(scm, order_key())
    assert (header["AreTotalsUpdated"], header["ConfirmedShippingDate"]) == ("Yes", "2026-01-05T12:00:00Z")


@pytest.mark.parametrize(
    ("until", "expected", "lines"),
    [
        ("none", ("Backorder", "Active"), ["Backorder", "Backorder"]),
        ("confirm", ("Backorder", "Confirmed"), ["Backorder", "Backorder"]),
        ("pick", ("Backorder", "Picked"), ["Backorder", "Backorder"]),
        ("partial_delivery", ("Backorder", "PartiallyDelivered"), ["Delivered", "Backorder"]),
        ("delivery", ("Delivered", "Delivered"), ["Delivered", "Delivered"]),
        ("partial_invoice", ("Backorder", "PartiallyInvoiced"), ["Invoiced", "Backorder"]),
        ("cancel", ("Canceled", "Canceled"), ["Canceled", "Canceled"]),
    ],
)
def test_a_plan_stops_an_order_where_it_says_and_a_second_day_changes_nothing(
    scm: Caller, until: str, expected: tuple[str, str], lines: list[str]
) -> None:
    """Source: sales-status-map."""
    plan(scm, until=until)
    booked(scm, lines=2)
    day(scm)
    assert status(scm) == expected
    assert line_statuses(scm) == lines
    header = record(scm, order_key())
    assert header["AreTotalsUpdated"] == "Yes"
    assert record(scm, line_key())["SalesOrderProcessingStatus"] == expected[1]
    day(scm)
    assert record(scm, order_key()) == header


def test_a_later_plan_lets_an_order_go_on(scm: Caller) -> None:
    plan(scm, until="partial_invoice")
    booked(scm, lines=2, SalesPrice=Decimal("33.333"))
    day(scm)
    plan(scm, until="invoice")
    day(scm)
    assert status(scm) == ("Invoiced", "Invoiced")
    first, second = value(scm, f"/data/{INVOICES}?$orderby=InvoiceNumber")
    assert (first["InvoiceNumber"], second["InvoiceNumber"]) == ("USMF-INV-000001", "USMF-INV-000002")
    assert first["TotalInvoiceAmount"] + second["TotalInvoiceAmount"] == record(scm, order_key())["OrderTotalAmount"]


def test_half_of_a_single_line_is_delivered_in_whole_units_and_the_rest_leaves_no_cent(scm: Caller) -> None:
    """Source: sales-status-map."""
    plan(scm, until="partial_invoice")
    booked(scm, SalesPrice=Decimal("33.335"), TotalDiscountAmount=Decimal("10.00"))
    day(scm)
    plan(scm)
    day(scm)
    rows = value(scm, f"/data/{INVOICE_LINES}?$orderby=InvoiceNumber")
    assert [row["InvoicedQuantity"] for row in rows] == [1, 2]
    line = record(scm, line_key())
    for name, theirs in (
        ("LineAmount", "LineAmount"),
        ("LineTotalDiscountAmount", "TotalDiscountAmount"),
        ("LineTotalTaxAmount", "TotalTaxAmount"),
    ):
        assert sum(row[name] for row in rows) == line[theirs]


def test_totals_without_a_plan_use_the_companys_rate(scm: Caller) -> None:
    """Source: sales-order-template-mapping-direct-two-ways."""
    booked(scm, TotalDiscountAmount=Decimal("10.00"))
    day(scm)
    header, line = record(scm, order_key()), record(scm, line_key())
    assert (line["LineAmount"], line["TotalTaxAmount"], line["AreTotalsCalculated"]) == (290, 29, "Yes")
    assert (header["OrderTotalAmount"], header["OrderTotalTaxAmount"], header["OrderTotalDiscountAmount"]) == (
        319,
        29,
        10,
    )
    assert (header["OrderTotalChargesAmount"], header["OrderHeaderTaxAmount"], header["TotalDiscountAmount"]) == (
        0,
        0,
        0,
    )


def test_a_plan_prescribes_tax_freight_and_the_freights_tax(scm: Caller) -> None:
    """Source: sales-order template page: all charges go to freight, header tax has no home in Sales;
    sales-order-template-mapping-direct-two-ways.
    """
    plan(scm, tax="1.00", freight="12.50", freight_tax="1.25")
    booked(scm, lines=3)
    day(scm)
    header = record(scm, order_key())
    assert (header["OrderTotalTaxAmount"], header["OrderHeaderTaxAmount"]) == (Decimal("2.25"), Decimal("1.25"))
    assert (header["OrderTotalChargesAmount"], header["OrderTotalAmount"]) == (Decimal("12.50"), Decimal("914.75"))
    taxes = [row["TotalTaxAmount"] for row in value(scm, "/data/CDSSalesOrderLines")]
    assert taxes == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    (invoice,) = value(scm, f"/data/{INVOICES}")
    assert (invoice["TotalChargeAmount"], invoice["InvoiceHeaderTaxAmount"]) == (Decimal("12.50"), Decimal("1.25"))
    assert (invoice["TotalTaxAmount"], invoice["TotalInvoiceAmount"]) == (Decimal("2.25"), Decimal("914.75"))


def test_a_plan_can_keep_the_totals_stale(scm: Caller) -> None:
    # Source: totals-updated gate: such an order does not travel
    plan(scm, until="confirm", totals=False)
    booked(scm)
    assert day(scm)["totals_calculated"] == 0
    assert status(scm) == ("Backorder", "Confirmed")
    assert record(scm, order_key())["AreTotalsUpdated"] == "No"


def test_a_stopped_order_is_left_alone(scm: Caller) -> None:
    booked(scm)
    scm.patch(order_key(), {"IsSalesProcessingStopped": "Yes"})
    assert day(scm)["confirmed"] == 0
    assert status(scm) == ("Backorder", "Active")


def test_an_order_without_lines_is_left_alone(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    create(scm, "CDSSalesOrderHeaders", order())
    assert day(scm)["confirmed"] == 0
    assert status(scm) == ("Backorder", "Active")


def test_an_invoice_takes_customer_address_and_terms_of_its_order(scm: Caller) -> None:
    """Source: invoice template page and grid."""
    create(scm, "CustomersV2", customer())
    create(scm, "CDSSalesOrderHeaders", order(CustomersOrderReference="PO 1"))
    create(scm, "CDSSalesOrderLines", order_line(line=5, TotalDiscountAmount=Decimal("10.00")))
    day(scm)
    (invoice,) = value(scm, f"/data/{INVOICES}")
    assert (invoice["InvoiceNumber"], invoice["LedgerVoucher"]) == ("USMF-INV-000001", "USMF-IV-000001")
    assert (invoice["InvoiceDate"], invoice["SalesOrderNumber"]) == ("2026-01-06T12:00:00Z", "SO-1")
    assert (invoice["InvoiceCustomerAccountNumber"], invoice["CustomersOrderReference"]) == ("C1", "PO 1")
    assert (invoice["InvoiceAddressState"], invoice["InvoiceAddressCountryRegionISOCode"]) == ("WA", "US")
    assert (invoice["TotalInvoiceAmount"], invoice["TotalDiscountAmount"]) == (319, 10)
    assert invoice["TotalDiscountCustomerGroupCode"] == 0
    (line,) = value(scm, f"/data/{INVOICE_LINES}")
    assert (line["LineCreationSequenceNumber"], line["InvoicedQuantity"], line["SalesPrice"]) == (1, 3, 100)
    assert (line["LineAmount"], line["LineTotalDiscountAmount"], line["LineTotalTaxAmount"]) == (290, 10, 29)
    assert (line["ProductDescription"], line["ConfirmedShippingDate"]) == ("The product P1", "2026-01-05T12:00:00Z")


def test_only_externally_maintained_customers_have_their_invoices_shown(scm: Caller) -> None:
    """Source: invoice template page: the entity is restricted to externally maintained customers; prospect-to-cash."""
    create(scm, "CustomersV2", customer(IsExternallyMaintained="No"))
    booked(scm)
    day(scm)
    assert value(scm, f"/data/{INVOICES}") == []
    assert value(scm, f"/data/{INVOICE_LINES}") == []
    scm.patch(key("CustomersV2", CustomerAccount="C1"), {"IsExternallyMaintained": "Yes"})
    assert len(value(scm, f"/data/{INVOICES}")) == len(value(scm, f"/data/{INVOICE_LINES}")) == 1


def book(**values: Any) -> dict[str, Any]:
    dated = {"SalesOrderOriginType": "NotSpecified", "RequestedShippingDate": "2026-01-09"}
    line = {
        "ProductNumber": "P1",
        "OrderedSalesQuantity": "2",
        "SalesPrice": "2024.994",
        "TotalDiscountAmount": "81.00",
    }
    return {
        "day": 1,
        "action": "book_order",
        "dataAreaId": "usmf",
        "header": {"SalesOrderNumber": "WEB-1", "OrderingCustomerAccountNumber": "C1", **dated},
        "lines": [line],
        **values,
    }


def test_the_agenda_books_orders_on_their_day(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    scm.admin("agenda", {"items": [book(day=2, tax="12.34", freight="5.00")]})
    assert day(scm)["booked"] == 0
    assert day(scm)["booked"] == 1
    header = record(scm, order_key("WEB-1"))
    assert (header["RequestedShippingDate"], header["SalesOrderProcessingStatus"]) == (
        "2026-01-09T12:00:00Z",
        "Invoiced",
    )
    assert (header["OrderTotalTaxAmount"], header["OrderTotalChargesAmount"]) == (Decimal("12.34"), Decimal("5.00"))
    assert header["OrderTotalAmount"] == Decimal("3986.33")
    assert scm.admin("rows/_agenda")["value"] == []


def test_a_refused_agenda_item_stops_nothing_and_is_kept_with_its_reason(scm: Caller) -> None:
    booked(scm)
    broken = book(header={"SalesOrderNumber": "WEB-2", "OrderingCustomerAccountNumber": "NOBODY"})
    unreadable = book(header={"SalesOrderNumber": "WEB-3", "Nonsense": 1})
    half = book(lines=[{"ProductNumber": "P1"}, {"ProductNumber": "NONE"}])
    scm.admin("agenda", {"items": [broken, half, unreadable]})
    done = day(scm)
    assert (done["booked"], done["refused"], done["invoiced"]) == (0, 3, 1)
    first, second, third = scm.admin("rows/_refused_agenda")["value"]
    assert "The value 'NOBODY'" in first["message"]
    assert "The value 'NONE'" in second["message"]
    assert "The property 'Nonsense' does not exist" in third["message"]
    assert scm.get(order_key("WEB-1")).status_code == 404


def test_clerks_create_change_and_delete_records(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    key_of = {"dataAreaId": "usmf", "CustomerAccount": "C1"}
    scm.admin(
        "agenda",
        {
            "items": [
                {"day": 1, "action": "update", "set": "CustomersV2", "key": key_of, "values": {"CreditLimit": 5}},
                {"day": 2, "action": "delete", "set": "CustomersV2", "key": key_of},
                {"day": 2, "action": "create", "set": "CustomersV2", "values": customer("C2")},
            ]
        },
    )
    day(scm)
    assert record(scm, key("CustomersV2", CustomerAccount="C1"))["CreditLimit"] == 5
    day(scm)
    assert [row["CustomerAccount"] for row in value(scm, "/data/CustomersV2")] == ["C2"]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"day": 1, "action": "dance"}, "unknown action 'dance'; known: book_order, confirm_quotation"),
        ({"day": 0, "action": "book_order"}, "day 0 has passed: today is day 0"),
    ],
)
def test_a_senseless_agenda_item_is_refused(scm: Caller, item: dict[str, Any], text: str) -> None:
    answer = scm.http.post("/_sandbox/agenda", json={"items": [item]})
    assert answer.status_code == 400
    assert text in body(answer)["error"]["message"]


def test_a_wrong_plan_stops_the_day_and_leaves_everything_as_it_was(scm: Caller) -> None:
    booked(scm)
    plan(scm, until="christmas")
    answer = scm.http.post("/_sandbox/advance", json={"days": 1})
    assert answer.status_code == 400
    assert "until of the plan of SO-1 is 'christmas'; allowed: none, confirm" in body(answer)["error"]["message"]
    assert scm.admin("clock")["day"] == 0
    assert status(scm) == ("Backorder", "Active")
