"""order_headers_to_salesorders and order_lines_to_salesorderdetails: (SCM order, Sales order) pairs."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from p2c_assets.mappings.catalogue import ENTITIES, tasks
from p2c_assets.mappings.identity import sales_id
from p2c_assets.mappings.model import KEY_CLAIMS
from p2c_assets.settings import Company
from p2c_assets.transforms.apply import apply
from p2c_assets_tests.frames import DEMF, FRSI, SETTINGS, USMF, Row, chosen, claims, mapped, raw
from p2c_assets_tests.transforms.references import CONFIRMED, CONFIRMED_LINE, given, only

HEADERS, LINES = "order_headers_to_salesorders", "order_lines_to_salesorderdetails"
ORDER: Row = {
    **CONFIRMED,
    "SalesOrderNumber": "SO-1",
    "SalesOrderName": "Contoso",
    "CustomersOrderReference": "Bikes for spring",
    "OrderingCustomerAccountNumber": "acc-1",
    "OrderTotalAmount": "120.55",
    "OrderTotalTaxAmount": "20.05",
    "OrderHeaderTaxAmount": "1.25",
    "OrderTotalChargesAmount": "5",
    "TotalDiscountAmount": "2.5",
    "DeliveryAddressStreet": "Street 1",
    "DeliveryAddressStreetNumber": "2",
    "DeliveryAddressCity": "Berlin",
    "DeliveryAddressStateId": "BE",
    "DeliveryAddressZipCode": "10115",
    "DeliveryAddressCountryRegionISOCode": "DE",
    "InvoiceAddressStreet": "Bill street",
    "InvoiceAddressStreetNumber": "",
    "InvoiceAddressCity": "Paris",
    "InvoiceAddressStateId": "",
    "InvoiceAddressZipCode": "75001",
    "InvoiceAddressCountryRegionId": "FRA",
}
NEW_ID = sales_id("usmf", "salesorders", "SO-1")
SALES_ORDER = {
    "salesorderid": NEW_ID,
    "ordernumber": "SO-1",
    "name": "Contoso",
    "description": "Bikes for spring",
    "customerid": "acc-1",
    "customerid_type": "account",
    "transactioncurrencyid": "cur-usd",
    "pricelevelid": "pl-usd-b",
    "msdynce_processingstatus": 647390001,
    "shipto_line1": "Street 1",
    "shipto_line2": "2",
    "shipto_city": "Berlin",
    "shipto_stateorprovince": "BE",
    "shipto_postalcode": "10115",
    "shipto_country": "DE",
    "billto_line1": "Bill street",
    "billto_line2": None,
    "billto_city": "Paris",
    "billto_stateorprovince": None,
    "billto_postalcode": "75001",
    "billto_country": "FR",
    "freightamount": 5,
    "statecode": 0,
    "statuscode": 1,
    "msdynce_ismaintainedexternally": True,
    "ownerid": "team-us",
    "ownerid_type": "team",
}
LINE: Row = {
    **CONFIRMED_LINE,
    "SalesOrderNumber": "SO-1",
    "LineCreationSequenceNumber": 1,
    "ProductNumber": "BIKE-1",
    "ProductName": "Road bike",
    "OrderedSalesQuantity": "3",
    "SalesUnitSymbol": "EA",
    "SalesPrice": "33.33",
    "TotalDiscountAmount": "10",
    "LineDiscountAmount": "3.33",
    "FixedPriceCharges": "-0.01",
    "LineAmount": "89.99",
    "TotalTaxAmount": "18",
    "DeliveryAddressCity": "Berlin",
}
SALES_LINE = {
    "salesorderdetailid": sales_id("usmf", "salesorderdetails", "SO-1|1"),
    "salesorderid": NEW_ID,
    "msdynce_ordernumber": "SO-1",
    "sequencenumber": 1,
    "productid": "bike",
    "uomid": "unit",
    "quantity": 3,
    "ispriceoverridden": True,
    "manualdiscountamount": 10,
    "tax": 18,
    "transactioncurrencyid": "cur-usd",
    "description": "Road bike",
    "shipto_city": "Berlin",
    "shipto_country": None,
    "msdynce_ismaintainedexternally": True,
}
CLAIMED = (("sales_order_headers", "usmf", "SO-1"),)


def order(company: Company = USMF, **values: Any) -> dict[str, Any]:
    return only(mapped(HEADERS, given(scm_sales_order_headers=[{**ORDER, **values}]), company, claimed=CLAIMED))


def line(**values: Any) -> dict[str, Any]:
    rows = given(scm_sales_order_headers=[ORDER], scm_sales_order_lines=[{**LINE, **values}])
    return only(mapped(LINES, rows, claimed=CLAIMED))


def test_a_confirmed_order_becomes_an_order_of_sales_and_the_reference_its_description() -> None:
    row = order()
    assert chosen(row, *SALES_ORDER) == SALES_ORDER
    assert chosen(row, "discountamount", "msdynce_misctax", "totaltax", "totalamount") == {
        "discountamount": Decimal("2.5"),
        "msdynce_misctax": Decimal("1.25"),
        "totaltax": Decimal("20.05"),
        "totalamount": Decimal("120.55"),
    }
    assert chosen(row, "outcome", "target_key", "document") == {
        "outcome": "mapped",
        "target_key": "SO-1",
        "document": "SO-1",
    }


def test_a_line_brings_back_the_whole_discount_with_scm_s_rounding_remainder() -> None:
    row = line()
    assert chosen(row, *SALES_LINE) == SALES_LINE
    assert row["priceperunit"] == Decimal("33.33")
    assert row["extendedamount"] == Decimal("107.99")
    assert (row["parent_id"], row["target_key"], row["outcome"]) == ("SO-1", "SO-1|1", "mapped")


STATUSES = [
    ("Confirmed", 647390001),
    ("Picked", 647390004),
    ("PartiallyDelivered", 647390008),
    ("Delivered", 647390007),
    ("PartiallyInvoiced", 647390009),
    ("DeliveredPartiallyInvoiced", 647390009),
    ("Invoiced", 647390003),
    ("Canceled", 647390010),
]


@pytest.mark.parametrize(("member", "option"), STATUSES)
def test_the_processing_status_is_translated(member: str, option: int) -> None:
    assert order(SalesOrderProcessingStatus=member)["msdynce_processingstatus"] == option


FILTERS: list[tuple[Row, str]] = [
    ({"OrderingCustomerIsExternallyMaintained": "No"}, "customer_not_externally_maintained"),
    ({"InvoiceCustomerIsExternallyMaintained": "No"}, "invoice_customer_not_externally_maintained"),
    ({"SalesOrderOriginType": "WorkOrderIntegration"}, "work_order_origin"),
    ({"SalesOrderProcessingStatus": "Active"}, "order_not_confirmed"),
    ({"SalesOrderProcessingStatus": ""}, "order_not_confirmed"),
]


@pytest.mark.parametrize(("source", "reason"), [*FILTERS, ({"AreTotalsUpdated": "No"}, "totals_not_calculated")])
def test_an_order_that_may_not_travel_back_is_filtered(source: Row, reason: str) -> None:
    assert (order(**source)["outcome"], order(**source)["reason"]) == ("filtered", reason)


@pytest.mark.parametrize(
    ("source", "reason"), [*FILTERS, ({"AreSalesOrderTotalsUpdated": "No"}, "totals_not_calculated")]
)
def test_a_line_that_may_not_travel_back_is_filtered(source: Row, reason: str) -> None:
    assert (line(**source)["outcome"], line(**source)["reason"]) == ("filtered", reason)


VALUES: list[tuple[Row, Row]] = [
    ({"SalesOrderName": ""}, {"name": "SO-1"}),
    ({"OrderingCustomerAccountNumber": "CON-1"}, {"customerid": "con-1", "customerid_type": "contact"}),
    ({"CurrencyCode": "EUR"}, {"transactioncurrencyid": "cur-eur", "pricelevelid": "pl-eur"}),
    ({"InvoiceAddressCountryRegionId": ""}, {"billto_country": None}),
    ({"InvoiceAddressCountryRegionId": "usa"}, {"billto_country": "US"}),
    ({"CustomersOrderReference": ""}, {"description": None}),
]


@pytest.mark.parametrize(("source", "target"), VALUES)
def test_values_are_brought_to_sales_own_form(source: Row, target: Row) -> None:
    assert chosen(order(**source), *target) == target


def test_an_order_that_sales_has_already_keeps_its_id_and_its_bare_number() -> None:
    company = USMF.model_copy(update={"sales_number_prefix": "US-"})
    settings = SETTINGS.model_copy(update={"companies": (company, DEMF)})
    rows = given(
        scm_sales_order_headers=[ORDER], sales_salesorders=[{"salesorderid": "born-here", "ordernumber": "so-1"}]
    )
    row = only(mapped(HEADERS, rows, company, settings, CLAIMED))
    assert chosen(row, "salesorderid", "ordernumber") == {"salesorderid": "born-here", "ordernumber": "SO-1"}


def test_an_order_born_in_scm_gets_the_company_s_prefix_on_header_and_line() -> None:
    company = USMF.model_copy(update={"sales_number_prefix": "US-"})
    settings = SETTINGS.model_copy(update={"companies": (company, DEMF)})
    rows = given(scm_sales_order_headers=[ORDER], scm_sales_order_lines=[LINE])
    assert only(mapped(HEADERS, rows, company, settings, CLAIMED))["ordernumber"] == "US-SO-1"
    assert only(mapped(LINES, rows, company, settings, CLAIMED))["msdynce_ordernumber"] == "US-SO-1"


COLLISION = (("sales_order_headers", "usmf", "SO-1"), ("sales_order_headers", "demf", "so-1"))


@pytest.mark.parametrize("company", [USMF, DEMF])
def test_a_number_that_two_companies_use_goes_for_neither(company: Company) -> None:
    rows = given(scm_sales_order_headers=[{**ORDER, "row_company": company.id}])
    row = only(mapped(HEADERS, rows, company, claimed=COLLISION))
    assert (row["outcome"], row["reason"]) == ("rejected", "key_used_by_other_company")


def test_a_prefix_of_one_of_them_lets_both_through() -> None:
    prefixed = DEMF.model_copy(update={"sales_number_prefix": "DE-"})
    settings = SETTINGS.model_copy(update={"companies": (USMF, prefixed, FRSI)})
    for company in (USMF, prefixed):
        account = {"accountid": "a", "accountnumber": "acc-1", "row_company": company.id}
        rows = given(scm_sales_order_headers=[{**ORDER, "row_company": company.id}], sales_accounts=[account])
        assert only(mapped(HEADERS, rows, company, settings, COLLISION))["outcome"] == "mapped"


def test_a_number_that_another_company_has_in_sales_only_is_a_collision_too() -> None:
    other = {"salesorderid": "x", "ordernumber": "SO-1", "row_company": "demf"}
    row = only(mapped(HEADERS, given(scm_sales_order_headers=[ORDER], sales_salesorders=[other]), claimed=CLAIMED))
    assert row["reason"] == "key_used_by_other_company"


EXISTING: list[tuple[Row, int | None, str]] = [
    ({"sequencenumber": 1}, None, "there"),
    ({"sequencenumber": None}, 1, "there"),
    ({"sequencenumber": 2}, None, "new"),
    ({"sequencenumber": 1, "msdynce_ismisctax": True}, None, "new"),
    ({"sequencenumber": 1, "salesorderid": "another"}, None, "new"),
]


@pytest.mark.parametrize(("values", "assigned", "expected"), EXISTING)
def test_a_line_is_found_by_its_order_and_number(values: Row, assigned: int | None, expected: str) -> None:
    task = tasks(SETTINGS)[LINES]
    present = {"salesorderdetailid": "there", "salesorderid": "o", **values}
    rows = given(
        scm_sales_order_headers=[ORDER],
        scm_sales_order_lines=[LINE],
        sales_salesorders=[{"salesorderid": "o", "ordernumber": "SO-1"}],
        sales_salesorderdetails=[present],
    )
    inputs = {name: raw(ENTITIES[name], rows.get(name, ())) for name in task.inputs if name != KEY_CLAIMS}
    number = pl.lit(assigned, dtype=pl.Int64).alias("assigned_line_number")
    inputs["sales.salesorderdetails"] = inputs["sales.salesorderdetails"].with_columns(number)
    row = only(apply(task, {**inputs, KEY_CLAIMS: claims(*CLAIMED)}, USMF, SETTINGS).to_dicts())
    assert row["salesorderid"] == "o"
    new = sales_id("usmf", "salesorderdetails", "SO-1|1")
    assert row["salesorderdetailid"] == {"there": "there", "new": new}[expected]


def test_a_price_per_hundred_becomes_a_price_per_piece() -> None:
    row = line(SalesPrice="250", SalesPriceQuantity=100)
    assert row["priceperunit"] == Decimal("2.5")


def test_a_unit_is_that_of_the_product_s_own_group() -> None:
    assert line(ProductNumber="WEIGHT")["uomid"] == "unit-of-other"


def test_money_is_rounded_at_the_precision_of_its_currency() -> None:
    price_list = {"pricelevelid": "pl-jpy", "name": "Japan", "transactioncurrencyid": "cur-jpy", "statecode": 0}
    rows = given(
        scm_sales_order_headers=[{**ORDER, "CurrencyCode": "JPY"}],
        scm_sales_order_lines=[{**LINE, "CurrencyCode": "JPY", "TotalTaxAmount": "10.5"}],
        sales_pricelevels=[price_list],
    )
    assert only(mapped(LINES, rows, claimed=CLAIMED))["tax"] == Decimal("11")


def test_a_line_shares_its_header_s_outcome() -> None:
    rows = given(scm_sales_order_headers=[{**ORDER, "CurrencyCode": "XXX"}], scm_sales_order_lines=[LINE])
    row = only(mapped(LINES, rows, claimed=CLAIMED))
    assert (row["outcome"], row["reason"]) == ("rejected", "unmapped_currency")
