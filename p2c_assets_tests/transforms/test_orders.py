"""salesorders_to_order_headers and salesorderdetails_to_order_lines: (order, SCM order) pairs."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets_tests.frames import Row, chosen, mapped
from p2c_assets_tests.transforms.references import given, only

HEADERS, LINES = "salesorders_to_order_headers", "salesorderdetails_to_order_lines"
ACTIVE, CONFIRMED, DRAFT = 647390000, 647390001, 647390011
ORDER: Row = {
    "salesorderid": "o",
    "ordernumber": "ORD-1",
    "name": "Bikes for spring",
    "msdynce_processingstatus": ACTIVE,
    "msdynce_hasexternallymaintainedproductsonly": True,
    "msdynce_ismaintainedexternally": False,
    "customerid": "con-1",
    "customerid_type": "contact",
    "transactioncurrencyid": "cur-usd",
    "totalamount": "89.99",
    "shipto_line1": "Street 1",
    "shipto_line2": "Gate 2",
    "shipto_city": "Berlin",
    "shipto_postalcode": "10115",
    "shipto_country": "de",
}
SCM_ORDER = {
    "SalesOrderNumber": "ORD-1",
    "OrderingCustomerAccountNumber": "CON-1",
    "CurrencyCode": "USD",
    "CustomersOrderReference": "Bikes for spring",
    "IsDeliveryAddressOrderSpecific": "Yes",
    "DeliveryAddressStreet": "Street 1",
    "DeliveryAddressStreetNumber": "Gate 2",
    "DeliveryAddressCity": "Berlin",
    "DeliveryAddressStateId": "",
    "DeliveryAddressZipCode": "10115",
    "DeliveryAddressCountryRegionISOCode": "DE",
}
LINE: Row = {
    "salesorderdetailid": "l",
    "salesorderid": "o",
    "sequencenumber": 2,
    "productid": "bike",
    "quantity": "3",
    "uomid": "unit",
    "priceperunit": "33.33",
    "manualdiscountamount": "10.00",
    "extendedamount": "89.99",
    "transactioncurrencyid": "cur-usd",
    "msdynce_orderhasexternalmaintainedproductsonly": True,
    "msdynce_orderissubmitted": True,
}
SCM_LINE = {
    "SalesOrderNumber": "ORD-1",
    "LineCreationSequenceNumber": 2,
    "ProductNumber": "BIKE-1",
    "OrderedSalesQuantity": 3,
    "SalesUnitSymbol": "ea",
    "TotalDiscountAmount": 10,
}


def order(**values: Any) -> dict[str, Any]:
    return only(mapped(HEADERS, given(sales_salesorders=[{**ORDER, **values}])))


def line(**values: Any) -> dict[str, Any]:
    return only(mapped(LINES, given(sales_salesorders=[ORDER], sales_salesorderdetails=[{**LINE, **values}])))


def test_an_activated_order_becomes_an_order_of_scm_and_its_name_the_reference() -> None:
    row = order()
    assert chosen(row, *SCM_ORDER) == SCM_ORDER
    assert (row["outcome"], row["target_key"], row["document"]) == ("mapped", "ORD-1", "ORD-1")
    assert row["amount"] == Decimal("89.99")


def test_an_order_line_carries_the_whole_line_discount_for_scm_to_split() -> None:
    row = line()
    assert chosen(row, *SCM_LINE) == SCM_LINE
    assert row["SalesPrice"] == Decimal("33.33")
    assert (row["outcome"], row["parent_id"]) == ("mapped", "o")


FILTERS: list[tuple[Row, str]] = [
    ({"msdynce_processingstatus": DRAFT}, "order_not_activated"),
    ({"msdynce_processingstatus": None}, "order_not_activated"),
    ({"msdynce_processingstatus": CONFIRMED}, "owned_by_scm"),
    ({"msdynce_ismaintainedexternally": True}, "owned_by_scm"),
    ({"msdynce_hasexternallymaintainedproductsonly": False}, "lines_not_externally_maintained"),
    ({"msdynce_hasexternallymaintainedproductsonly": None}, "lines_not_externally_maintained"),
]


@pytest.mark.parametrize(("source", "reason"), FILTERS)
def test_an_order_that_is_not_sales_to_send_is_filtered(source: Row, reason: str) -> None:
    row = order(**source)
    assert (row["outcome"], row["reason"]) == ("filtered", reason)


LINE_FILTERS: list[tuple[Row, str, str]] = [
    ({"msdynce_ismisctax": True, "isproductoverridden": True, "productid": None}, "freight_tax_line", "row"),
    ({"isproductoverridden": True, "productid": None}, "write_in_line", "document"),
    ({"productid": "old"}, "foreign_product", "document"),
    ({"msdynce_orderissubmitted": False}, "order_not_activated", "document"),
    ({"msdynce_orderhasexternalmaintainedproductsonly": None}, "lines_not_externally_maintained", "document"),
]


@pytest.mark.parametrize(("source", "reason", "scope"), LINE_FILTERS)
def test_a_line_that_is_not_sales_to_send_is_filtered(source: Row, reason: str, scope: str) -> None:
    row = line(**source)
    assert (row["outcome"], row["reason"], row["scope"]) == ("filtered", reason, scope)


def test_the_header_s_outcome_comes_before_copies_of_its_conditions_on_the_line() -> None:
    order = {**ORDER, "msdynce_ismaintainedexternally": True}
    source = {**LINE, "msdynce_orderissubmitted": None}
    row = only(mapped(LINES, given(sales_salesorders=[order], sales_salesorderdetails=[source])))
    assert row["reason"] == "owned_by_scm"


UNITS: list[tuple[str | None, str | None, str | None]] = [
    ("unit", "ea", None),
    ("box", "", "unmapped_unit"),
    ("gone", "", "unmapped_unit"),
    (None, "", "required_value_missing"),
]


@pytest.mark.parametrize(("uom", "symbol", "reason"), UNITS)
def test_units_go_through_the_map(uom: str | None, symbol: str, reason: str | None) -> None:
    row = line(uomid=uom)
    assert (row["SalesUnitSymbol"], row["reason"]) == (symbol, reason)


VALUES: list[tuple[Row, Row]] = [
    ({"manualdiscountamount": None}, {"TotalDiscountAmount": Decimal(0)}),
    ({"manualdiscountamount": "40.49988"}, {"TotalDiscountAmount": Decimal("40.5")}),
    ({"priceperunit": "2024.99405"}, {"SalesPrice": Decimal("2024.9941")}),
    ({"quantity": "1.5"}, {"OrderedSalesQuantity": Decimal("1.5")}),
]


@pytest.mark.parametrize(("source", "target"), VALUES)
def test_numbers_are_rounded_half_away_from_zero_at_the_destination_s_scale(source: Row, target: Row) -> None:
    row = line(**source)
    assert {name: row[name] for name in target} == target


def ordered(generated: str, number: str = "ORD-1") -> dict[str, Any]:
    rows = given(
        sales_salesorders=[{**ORDER, "ordernumber": number, "quoteid": "q"}],
        sales_quotes=[{"quoteid": "q", "quotenumber": "QUO-1"}],
        scm_sales_quotation_headers=[{"SalesQuotationNumber": "quo-1", "GeneratedSalesOrderNumber": generated}],
    )
    return only(mapped(HEADERS, rows))


def test_an_order_whose_quote_scm_made_into_another_order_is_rejected() -> None:
    assert (ordered("SO-77")["outcome"], ordered("SO-77")["reason"]) == ("rejected", "already_ordered_from_quote")
    assert "SO-77" in ordered("SO-77")["detail"]
    assert ordered("")["outcome"] == "mapped"
    assert ordered("ord-1")["outcome"] == "mapped"


def test_a_line_waits_for_a_product_that_is_not_released_in_the_company() -> None:
    rows = given(sales_salesorders=[ORDER], sales_salesorderdetails=[LINE], scm_sellable_released_products=[])
    row = only(mapped(LINES, rows))
    assert (row["outcome"], row["reason"]) == ("held", "parent_missing")


def test_lines_with_one_number_in_one_order_are_all_rejected() -> None:
    rows: list[Row] = [{**LINE, "salesorderdetailid": str(n)} for n in range(2)]
    found = mapped(LINES, given(sales_salesorders=[ORDER], sales_salesorderdetails=rows))
    assert [row["reason"] for row in found] == ["duplicate_key", "duplicate_key"]
