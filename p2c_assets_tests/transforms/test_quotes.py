"""quotes_to_quotation_headers and quotedetails_to_quotation_lines: (quote, quotation) pairs."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from p2c_assets.mappings.catalogue import ENTITIES, tasks
from p2c_assets.transforms.apply import apply
from p2c_assets_tests.frames import SETTINGS, USMF, Row, chosen, mapped, raw
from p2c_assets_tests.transforms.references import given, only

HEADERS, LINES = "quotes_to_quotation_headers", "quotedetails_to_quotation_lines"
QUOTE: Row = {
    "quoteid": "q",
    "quotenumber": "QUO-1",
    "revisionnumber": 0,
    "name": "Ten bikes",
    "statecode": 1,
    "msdynce_hasexternallymaintainedproductsonly": True,
    "customerid": "acc-1",
    "customerid_type": "account",
    "transactioncurrencyid": "cur-usd",
    "totalamount": "90",
    "shipto_line1": "Street 1",
    "shipto_line2": "Gate 2",
    "shipto_city": "Berlin",
    "shipto_stateorprovince": "BE",
    "shipto_postalcode": "10115",
    "shipto_country": "Germany",
    "billto_line2": "Bill line 2",
    "billto_postalcode": "99999",
}
ADDRESS = {
    "IsDeliveryAddressOrderSpecific": "Yes",
    "DeliveryAddressName": "Delivery",
    "DeliveryAddressDescription": "Delivery",
    "DeliveryAddressStreet": "Street 1",
    "DeliveryAddressStreetNumber": "Gate 2",
    "DeliveryAddressCity": "Berlin",
    "DeliveryAddressStateId": "BE",
    "DeliveryAddressZipCode": "10115",
    "DeliveryAddressCountryRegionISOCode": "DE",
}
QUOTATION = {
    "SalesQuotationNumber": "QUO-1",
    "SalesQuotationName": "Ten bikes",
    "RequestingCustomerAccountNumber": "ACC-1",
    "CurrencyCode": "USD",
    "QuotationTotalAmount": 90,
    **ADDRESS,
}
LINE: Row = {
    "quotedetailid": "l",
    "quoteid": "q",
    "sequencenumber": 1,
    "productid": "bike",
    "quantity": "3",
    "uomid": "unit",
    "priceperunit": "33.3333",
    "manualdiscountamount": "10",
    "extendedamount": "90",
    "transactioncurrencyid": "cur-usd",
    "msdynce_quotehasexternalmaintainedproductsonly": True,
}
QUOTATION_LINE = {
    "SalesQuotationNumber": "QUO-1",
    "LineCreationSequenceNumber": 1,
    "ProductNumber": "BIKE-1",
    "RequestedSalesQuantity": 3,
    "SalesUnitSymbol": "ea",
    "TotalDiscountAmount": 10,
}


def quotes(*rows: Row) -> list[dict[str, Any]]:
    return mapped(HEADERS, given(sales_quotes=[{**QUOTE, **row} for row in rows]))


def lines(*rows: Row, quote: Row = QUOTE) -> list[dict[str, Any]]:
    return mapped(LINES, given(sales_quotes=[quote], sales_quotedetails=[{**LINE, **row} for row in rows]))


def test_an_active_quote_becomes_a_quotation() -> None:
    row = only(quotes({}))
    found = chosen(row, *QUOTATION)
    assert found == QUOTATION
    assert chosen(row, "document", "target_key", "outcome", "amount", "currency") == {
        "document": "QUO-1",
        "target_key": "QUO-1",
        "outcome": "mapped",
        "amount": 90,
        "currency": "USD",
    }
    assert row["warnings"] == []


def test_a_quote_line_becomes_a_quotation_line() -> None:
    row = only(lines({}))
    assert chosen(row, *QUOTATION_LINE) == QUOTATION_LINE
    assert row["SalesPrice"] == Decimal("33.3333")
    assert chosen(row, "parent_id", "document", "target_key", "outcome") == {
        "parent_id": "q",
        "document": "QUO-1",
        "target_key": "QUO-1|1",
        "outcome": "mapped",
    }


def test_the_template_s_slips_come_back_with_the_setting() -> None:
    settings = SETTINGS.model_copy(update={"quote_address": "template"})
    row = only(mapped(HEADERS, given(sales_quotes=[QUOTE]), settings=settings))
    assert chosen(row, "DeliveryAddressStreetNumber", "DeliveryAddressZipCode") == {
        "DeliveryAddressStreetNumber": "Bill line 2",
        "DeliveryAddressZipCode": "99999",
    }


NO_SHIP_TO: Row = {name: None for name in QUOTE if name.startswith("shipto_")}


def test_without_any_shipto_value_no_address_block_is_sent() -> None:
    row = only(quotes(NO_SHIP_TO))
    assert chosen(row, *ADDRESS) == dict.fromkeys(ADDRESS)
    assert row["warnings"] == ["no_address: there is no delivery address"]
    assert row["outcome"] == "mapped"


def test_a_blank_country_is_the_company_s_default() -> None:
    row = only(quotes({"shipto_country": None}))
    assert row["DeliveryAddressCountryRegionISOCode"] == "US"
    assert row["DeliveryAddressCity"] == "Berlin"


def test_a_contact_may_ask_for_a_quote_too() -> None:
    row = only(quotes({"customerid": "con-1", "customerid_type": "contact"}))
    assert row["RequestingCustomerAccountNumber"] == "CON-1"


HELD: list[tuple[Row, str]] = [
    ({"customerid": "con-2", "customerid_type": "contact"}, "CON-2"),
    ({"customerid": "acc-de"}, "ACC-DE"),
    ({"customerid": "unknown"}, "(empty)"),
    ({"customerid": None}, "(empty)"),
]


@pytest.mark.parametrize(("source", "named"), HELD)
def test_a_quote_waits_for_its_customer(source: Row, named: str) -> None:
    row = only(quotes(source))
    assert (row["outcome"], row["reason"]) == ("held", "parent_missing")
    assert named in row["detail"]


def test_only_the_highest_active_revision_is_sent() -> None:
    rows = quotes(
        {"quoteid": "q0", "revisionnumber": 0},
        {"quoteid": "q1", "revisionnumber": 1},
        {"quoteid": "q2", "revisionnumber": 2, "statecode": 0},
    )
    assert [(row["reason"], row["document"]) for row in rows] == [
        ("superseded_revision", "QUO-1"),
        (None, "QUO-1 rev 1"),
        ("quote_not_active", "QUO-1 rev 2"),
    ]


LINE_FILTERS: list[tuple[Row, str]] = [
    ({"isproductoverridden": True, "productid": None}, "write_in_line"),
    ({"productid": "old"}, "foreign_product"),
    ({"msdynce_quotehasexternalmaintainedproductsonly": False}, "lines_not_externally_maintained"),
]


@pytest.mark.parametrize(("source", "reason"), LINE_FILTERS)
def test_a_line_is_filtered_for_reasons_of_its_own(source: Row, reason: str) -> None:
    row = only(lines(source))
    assert (row["outcome"], row["reason"], row["scope"]) == ("filtered", reason, "document")


HEADER_FATES: list[tuple[Row, str, str]] = [
    ({"statecode": 0}, "filtered", "quote_not_active"),
    ({"name": None}, "rejected", "required_value_missing"),
    ({"customerid": "acc-de"}, "held", "parent_missing"),
]


@pytest.mark.parametrize(("quote", "outcome", "reason"), HEADER_FATES)
def test_a_line_shares_the_outcome_of_its_header(quote: Row, outcome: str, reason: str) -> None:
    row = only(lines({}, quote={**QUOTE, **quote}))
    assert (row["outcome"], row["reason"]) == (outcome, reason)
    assert row["detail"].startswith("the document's header: ")


def test_a_line_without_its_header_waits() -> None:
    row = only(mapped(LINES, given(sales_quotedetails=[LINE])))
    assert (row["outcome"], row["reason"]) == ("held", "parent_missing")


def test_a_line_without_a_number_takes_the_ledger_s() -> None:
    task = tasks(SETTINGS)[LINES]
    rows = given(sales_quotes=[QUOTE], sales_quotedetails=[{**LINE, "sequencenumber": None}])
    inputs = {name: raw(ENTITIES[name], rows.get(name, ())) for name in task.inputs}
    numbered = inputs["sales.quotedetails"].with_columns(pl.lit(7, dtype=pl.Int64).alias("assigned_line_number"))
    row = only(apply(task, {**inputs, "sales.quotedetails": numbered}, USMF, SETTINGS).to_dicts())
    assert (row["LineCreationSequenceNumber"], row["target_key"]) == (7, "QUO-1|7")


def test_a_header_that_was_mapped_before_is_not_mapped_again() -> None:
    task = tasks(SETTINGS)[LINES]
    rows = given(sales_quotes=[QUOTE], sales_quotedetails=[LINE])
    inputs = {name: raw(ENTITIES[name], rows.get(name, ())) for name in task.inputs}
    headers = apply(tasks(SETTINGS)[HEADERS], inputs, USMF, SETTINGS)
    changed = headers.with_columns(pl.lit("held").alias("outcome"), pl.lit("parent_missing").alias("reason"))
    row = only(apply(task, {**inputs, f"mapped.{HEADERS}": changed}, USMF, SETTINGS).to_dicts())
    assert (row["outcome"], row["reason"]) == ("held", "parent_missing")
