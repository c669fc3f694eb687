from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from p2c_assets.extraction.frames import concatenate, frame, schema
from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.schema import Entity


def one(entity: Entity, **values: Any) -> dict[str, Any]:
    return frame(entity, [values], lambda row: row.get("dataAreaId")).to_dicts()[0]


def test_scms_empty_date_is_null() -> None:
    """Source: MicrosoftDocs data-entities/odata: there is no null date; empty is 1900-01-01, seen at noon."""
    row = one(scm.SALES_ORDER_HEADERS, RequestedShippingDate="1900-01-01T12:00:00Z")
    assert row["RequestedShippingDate"] is None
    row = one(scm.SALES_ORDER_HEADERS, RequestedShippingDate="2026-03-01T12:00:00Z")
    assert row["RequestedShippingDate"] == date(2026, 3, 1)


def test_a_value_of_the_wrong_type_becomes_null_and_is_named() -> None:
    row = one(scm.SELLABLE_RELEASED_PRODUCTS, ProductNumber="P", SalesPrice="12,50", SalesUnitDecimalPrecision=True)
    assert (row["SalesPrice"], row["SalesUnitDecimalPrecision"]) == (None, None)
    assert (
        row["row_flaws"] == "SalesUnitDecimalPrecision: True is not a whole number; SalesPrice: '12,50' is not a number"
    )


def test_money_keeps_its_digits() -> None:
    row = one(scm.CUSTOMERS_V2, CreditLimit=Decimal("123456789012345678.1234"))
    assert row["CreditLimit"] == Decimal("123456789012345678.1234")


def test_a_polymorphic_lookup_brings_the_table_it_points_to() -> None:
    annotation = "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
    row = one(sales.SALESORDERS, **{"_customerid_value": "AB-CD", annotation: "contact"})
    assert (row["customerid"], row["customerid_type"]) == ("ab-cd", "contact")


def test_a_row_is_named_by_its_key_without_the_company() -> None:
    row = one(
        scm.SALES_INVOICE_HEADERS,
        dataAreaId="usmf",
        InvoiceNumber="I1",
        InvoiceDate="2026-01-05T12:00:00Z",
        LedgerVoucher="V1",
    )
    assert (row["row_id"], row["row_company"]) == ("I1|2026-01-05|V1", "usmf")


def test_points_in_time_are_utc() -> None:
    row = one(sales.ACCOUNTS, createdon="2026-01-05T09:00:00+01:00")
    assert row["createdon"] == datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_no_pages_give_an_empty_frame_with_the_whole_schema() -> None:
    empty = concatenate(sales.ACCOUNTS, [])
    assert empty.is_empty()
    assert list(empty.columns) == list(schema(sales.ACCOUNTS))
