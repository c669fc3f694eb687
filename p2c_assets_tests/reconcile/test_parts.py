"""Parts of a difference that stand as records of their own: cents of a split discount, lines that one side kept."""

import json
from decimal import Decimal
from typing import Any

import polars as pl

from p2c_assets.reconcile.compare import classify
from p2c_assets.reconcile.side import Side
from p2c_assets.warehouse import ledger
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.reconcile.ledger_and_raw import NOW, delivered, given

SIDE = Side("usmf", "USD", "", NOW.date())


def classes(database: Database, flow: str, side: Side = SIDE) -> dict[str, Decimal]:
    """SCM minus Sales by class."""
    pairs = classify(database, flow, side)
    amounts = pairs.select("class", (pl.col("scm_amount") - pl.col("sales_amount")).alias("difference")).rows()
    return {str(name): Decimal(difference).normalize() for name, difference in amounts}


def quote(database: Database, *lines: dict[str, Any]) -> None:
    total = sum((Decimal(str(line["extendedamount"])) for line in lines), Decimal(0))
    header = {"quoteid": "q", "quotenumber": "QUO-1", "statecode": 1, "transactioncurrencyid": "usd"}
    given(database, "sales.quotes", {**header, "totalamount": total})
    rows = [{"quotedetailid": f"l{place}", "quoteid": "q", **line} for place, line in enumerate(lines)]
    given(database, "sales.quotedetails", *rows)


def quotation(database: Database, *lines: dict[str, Any], tax: str = "0") -> None:
    net = sum((Decimal(line["LineAmount"]) for line in lines), Decimal(0))
    zeros = dict.fromkeys(("TotalDiscountAmount", "QuotationTotalChargesAmount"), 0)
    header = {"SalesQuotationNumber": "QUO-1", "CurrencyCode": "USD", **zeros}
    totals = {"QuotationTotalAmount": net + Decimal(tax), "QuotationTotalTaxAmount": tax}
    given(database, "scm.sales_quotation_headers", {**header, **totals})
    rows = [
        {"SalesQuotationNumber": "QUO-1", "LineCreationSequenceNumber": at, **line} for at, line in enumerate(lines, 1)
    ]
    given(database, "scm.sales_quotation_lines", *rows)


def journal(database: Database, unit: str, document: str, entity_set: str, *lines: dict[str, Any]) -> None:
    operations = [{"method": "POST", "entity_set": entity_set, "key": None, "body": body} for body in lines]
    delivered(database, unit, document, json.dumps(operations))


SPLIT = {"RequestedSalesQuantity": "1.5", "SalesPrice": "1.00", "TotalDiscountAmount": "1.00", "LineAmount": "0.51"}


def test_a_cent_of_a_split_discount_has_its_own_name_and_the_rest_of_the_pair_agrees(database: Database) -> None:
    quote(database, {"sequencenumber": 1, "manualdiscountamount": "1.00", "extendedamount": "0.50"})
    quotation(database, SPLIT)
    assert classes(database, "quotes") == {"agreed": Decimal(0), "discount_split": Decimal("0.01")}
    quotation(database, SPLIT, tax="0.10")
    assert classes(database, "quotes") == {
        "tax_and_charges_of_scm": Decimal("0.1"),
        "discount_split": Decimal("0.01"),
    }


def test_a_cent_that_the_split_does_not_give_is_unexplained(database: Database) -> None:
    quote(database, {"sequencenumber": 1, "extendedamount": "0.50"})
    quotation(database, {**SPLIT, "LineAmount": "0.52"})
    assert classes(database, "quotes") == {"value_differs": Decimal("0.02")}
    quotation(database, {**SPLIT, "RequestedSalesQuantity": "2", "LineAmount": "0.51"})
    assert classes(database, "quotes") == {"value_differs": Decimal("0.01")}


def test_a_cent_beside_one_of_the_split_is_not_covered_by_it(database: Database) -> None:
    quote(database, {"sequencenumber": 1, "extendedamount": "0.50"}, {"sequencenumber": 2, "extendedamount": "5.00"})
    quotation(database, SPLIT, {"LineAmount": "5.01", "TotalDiscountAmount": "0"})
    assert classes(database, "quotes") == {"value_differs": Decimal("0.02")}


def test_an_order_that_came_back_differs_by_the_cent_too(database: Database) -> None:
    header = {"salesorderid": "o", "ordernumber": "SO-1", "transactioncurrencyid": "usd"}
    money = {"totalamount": "0.60", "totaltax": "0.10", "msdynce_ismaintainedexternally": True}
    given(database, "sales.salesorders", {**header, **money})
    line = {"salesorderdetailid": "l", "salesorderid": "o", "sequencenumber": 1, "extendedamount": "0.60"}
    given(database, "sales.salesorderdetails", line)
    zeros = dict.fromkeys(("TotalDiscountAmount", "OrderTotalChargesAmount", "OrderHeaderTaxAmount"), 0)
    order = {"SalesOrderNumber": "SO-1", "CurrencyCode": "USD", "AreTotalsUpdated": "Yes", **zeros}
    given(database, "scm.sales_order_headers", {**order, "OrderTotalAmount": "0.61", "OrderTotalTaxAmount": "0.10"})
    split = {"OrderedSalesQuantity": "1.5", "SalesPrice": "1.00", "TotalDiscountAmount": "1.00", "LineAmount": "0.51"}
    there = {"SalesOrderNumber": "SO-1", "LineCreationSequenceNumber": 1, "TotalTaxAmount": "0.10"}
    given(database, "scm.sales_order_lines", {**there, **split})
    assert classes(database, "orders") == {"agreed": Decimal(0), "discount_split": Decimal("0.01")}


PLAIN = {"TotalDiscountAmount": "0"}


def test_a_line_that_scm_kept_has_its_own_name_and_the_rest_of_the_pair_agrees(database: Database) -> None:
    quote(database, {"sequencenumber": 1, "extendedamount": "10"})
    quotation(database, {**PLAIN, "LineAmount": "10"}, {**PLAIN, "LineAmount": "20"}, tax="3")
    assert classes(database, "quotes")["value_differs"] == 23
    sent = [{"SalesQuotationNumber": "quo-1", "LineCreationSequenceNumber": number} for number in (1, 2)]
    journal(database, "scm/sales_quotations", "quo-1", "CDSSalesQuotationLines", *sent)
    assert classes(database, "quotes") == {"tax_and_charges_of_scm": 3, "deleted_lines_kept_in_scm": 20}


def test_a_line_that_stayed_does_not_cover_what_else_differs(database: Database) -> None:
    quote(database, {"sequencenumber": 1, "extendedamount": "10"})
    quotation(database, {**PLAIN, "LineAmount": "11"}, {**PLAIN, "LineAmount": "20"})
    sent = [{"SalesQuotationNumber": "QUO-1", "LineCreationSequenceNumber": number} for number in (1, 2)]
    journal(database, "scm/sales_quotations", "QUO-1", "CDSSalesQuotationLines", *sent)
    assert classes(database, "quotes") == {"value_differs": 21}


def test_a_line_that_sales_kept_of_an_order_that_came_back_is_named_under_the_prefix_too(database: Database) -> None:
    header = {"salesorderid": "o", "ordernumber": "US-1", "transactioncurrencyid": "usd"}
    money = {"totalamount": "33", "totaltax": "3", "msdynce_ismaintainedexternally": True}
    given(database, "sales.salesorders", {**header, **money})
    lines = [
        {"salesorderdetailid": "l1", "salesorderid": "o", "sequencenumber": 1, "extendedamount": "11", "tax": "1"},
        {"salesorderdetailid": "l2", "salesorderid": "o", "sequencenumber": 2, "extendedamount": "22", "tax": "2"},
    ]
    given(database, "sales.salesorderdetails", *lines)
    zeros = dict.fromkeys(("TotalDiscountAmount", "OrderTotalChargesAmount", "OrderHeaderTaxAmount"), 0)
    order = {"SalesOrderNumber": "1", "CurrencyCode": "USD", "AreTotalsUpdated": "Yes", **zeros}
    given(database, "scm.sales_order_headers", {**order, "OrderTotalAmount": "11", "OrderTotalTaxAmount": "1"})
    there = {"SalesOrderNumber": "1", "LineCreationSequenceNumber": 1, "LineAmount": "10", "TotalTaxAmount": "1"}
    given(database, "scm.sales_order_lines", {**there, "TotalDiscountAmount": "0"})
    prefixed = SIDE._replace(prefix="US-")
    assert classes(database, "orders", prefixed) == {"value_differs": -22}
    rows = pl.DataFrame([{"source_id": "l2", "document": "1", "outcome": "created"}], schema=ledger.LEDGER_SCHEMA)
    ledger.record(database, "salesorderdetails_to_order_lines", "usmf", "run0", NOW, rows)
    assert classes(database, "orders", prefixed) == {"agreed": 0, "deleted_lines_kept_in_sales": -22}
