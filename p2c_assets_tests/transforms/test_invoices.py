"""invoice_headers_to_invoices and invoice_lines_to_invoicedetails: (posted invoice, Sales invoice) pairs."""

from datetime import date
from typing import Any

import pytest

from p2c_assets.mappings.identity import sales_id
from p2c_assets_tests.frames import DEMF, SETTINGS, USMF, Row, chosen, mapped
from p2c_assets_tests.transforms.references import given, only

HEADERS, LINES = "invoice_headers_to_invoices", "invoice_lines_to_invoicedetails"
DAY = date(2026, 1, 6)
KEY: Row = {"InvoiceNumber": "INV-1", "InvoiceDate": DAY, "LedgerVoucher": "V-1"}
INVOICE: Row = {
    **KEY,
    "SalesOrderNumber": "SO-1",
    "SalesOrderOriginType": "NotSpecified",
    "InvoiceCustomerAccountNumber": "ACC-1",
    "CurrencyCode": "USD",
    "CustomersOrderReference": "Bikes for spring",
    "InvoiceAddressStreet": "Street 1",
    "InvoiceAddressStreetNumber": "2",
    "InvoiceAddressCity": "Berlin",
    "InvoiceAddressState": "BE",
    "InvoiceAddressZipCode": "10115",
    "InvoiceAddressCountryRegionISOCode": "DE",
    "TotalInvoiceAmount": "120",
    "TotalTaxAmount": "20",
    "TotalDiscountAmount": "10",
    "TotalDiscountCustomerGroupCode": "3",
    "TotalChargeAmount": "5",
    "InvoiceHeaderTaxAmount": "1",
}
NEW_ID = sales_id("usmf", "invoices", "INV-1")
SALES_INVOICE = {
    "invoiceid": NEW_ID,
    "invoicenumber": "INV-1",
    "name": "INV-1",
    "msdynce_invoicedate": DAY,
    "salesorderid": "order",
    "customerid": "acc-1",
    "customerid_type": "account",
    "transactioncurrencyid": "cur-usd",
    "pricelevelid": "pl-usd-b",
    "billto_line1": "Street 1",
    "billto_line2": "2",
    "billto_city": "Berlin",
    "billto_stateorprovince": "BE",
    "billto_postalcode": "10115",
    "billto_country": "DE",
    "description": "Bikes for spring",
    "freightamount": 5,
    "discountamount": 3,
    "totaldiscountamount": 10,
    "totaltax": 20,
    "totalamount": 120,
    "msdynce_misctax": 1,
    "ispricelocked": False,
    "statuscode": 4,
    "msdynce_ismaintainedexternally": True,
}
LINE: Row = {
    **KEY,
    "LineCreationSequenceNumber": 1,
    "ProductNumber": "BIKE-1",
    "ProductName": "Road bike",
    "InvoicedQuantity": "3",
    "SalesUnitSymbol": "ea",
    "SalesPrice": "33",
    "LineAmount": "89",
    "LineTotalDiscountAmount": "10",
    "LineTotalTaxAmount": "18",
    "CurrencyCode": "USD",
}
SALES_LINE = {
    "invoicedetailid": sales_id("usmf", "invoicedetails", "INV-1|1"),
    "invoiceid": NEW_ID,
    "msdynce_invoicenumber": "INV-1",
    "sequencenumber": 1,
    "productid": "bike",
    "uomid": "unit",
    "quantity": 3,
    "priceperunit": 33,
    "manualdiscountamount": 10,
    "tax": 18,
    "extendedamount": 89,
    "transactioncurrencyid": "cur-usd",
    "description": "Road bike",
    "producttypecode": 1,
    "propertyconfigurationstatus": 2,
    "ispriceoverridden": True,
    "msdynce_ismaintainedexternally": True,
}
ORDERS: list[Row] = [{"salesorderid": "order", "ordernumber": "SO-1"}]


def invoice(**values: Any) -> dict[str, Any]:
    rows = given(scm_sales_invoice_headers=[{**INVOICE, **values}], sales_salesorders=ORDERS)
    return only(mapped(HEADERS, rows))


def test_a_posted_invoice_becomes_an_invoice_of_sales() -> None:
    row = invoice()
    assert chosen(row, *SALES_INVOICE) == SALES_INVOICE
    assert (row["outcome"], row["document"], row["source_id"]) == ("mapped", "INV-1", "INV-1|2026-01-06|V-1")


def test_the_invoice_takes_its_owner_from_its_order_so_that_none_is_sent() -> None:
    assert "ownerid" not in invoice()


def test_an_invoice_line_becomes_an_invoice_line_of_sales() -> None:
    rows = given(scm_sales_invoice_headers=[INVOICE], scm_sales_invoice_lines=[LINE], sales_salesorders=ORDERS)
    row = only(mapped(LINES, rows))
    assert chosen(row, *SALES_LINE) == SALES_LINE
    assert (row["outcome"], row["parent_id"], row["document"]) == ("mapped", "INV-1|2026-01-06|V-1", "INV-1")


FATES: list[tuple[Row, str, str]] = [
    ({"SalesOrderNumber": ""}, "filtered", "free_text_invoice"),
    ({"SalesOrderOriginType": "WorkOrderIntegration"}, "filtered", "work_order_origin"),
    ({"SalesOrderNumber": "SO-2"}, "held", "parent_missing"),
    ({"InvoiceCustomerAccountNumber": "ACC-2"}, "held", "parent_missing"),
    ({"CurrencyCode": "JPY"}, "rejected", "no_price_list"),
    ({"InvoiceDate": None}, "rejected", "required_value_missing"),
]


@pytest.mark.parametrize(("source", "outcome", "reason"), FATES)
def test_an_invoice_that_does_not_go_says_why(source: Row, outcome: str, reason: str) -> None:
    assert (invoice(**source)["outcome"], invoice(**source)["reason"]) == (outcome, reason)


def test_an_invoice_finds_its_order_behind_the_company_s_prefix() -> None:
    company = USMF.model_copy(update={"sales_number_prefix": "US-"})
    settings = SETTINGS.model_copy(update={"companies": (company, DEMF)})
    orders: list[Row] = [{"salesorderid": "order", "ordernumber": "US-SO-1"}]
    row = only(mapped(HEADERS, given(scm_sales_invoice_headers=[INVOICE], sales_salesorders=orders), company, settings))
    assert chosen(row, "salesorderid", "invoicenumber", "name") == {
        "salesorderid": "order",
        "invoicenumber": "US-INV-1",
        "name": "INV-1",
    }


def test_an_invoice_that_sales_has_already_keeps_its_id_and_its_lines_theirs() -> None:
    rows = given(
        scm_sales_invoice_headers=[INVOICE],
        scm_sales_invoice_lines=[LINE],
        sales_salesorders=ORDERS,
        sales_invoices=[{"invoiceid": "i", "invoicenumber": "INV-1", "msdynce_invoicedate": DAY}],
        sales_invoicedetails=[{"invoicedetailid": "d", "invoiceid": "i", "sequencenumber": 1}],
    )
    assert only(mapped(HEADERS, rows))["invoiceid"] == "i"
    assert chosen(only(mapped(LINES, rows)), "invoiceid", "invoicedetailid") == {
        "invoiceid": "i",
        "invoicedetailid": "d",
    }


def test_two_invoices_of_one_number_are_both_rejected_since_sales_numbers_are_unique() -> None:
    twins = [INVOICE, {**INVOICE, "LedgerVoucher": "V-2"}]
    found = mapped(HEADERS, given(scm_sales_invoice_headers=twins, sales_salesorders=ORDERS))
    assert [row["reason"] for row in found] == ["duplicate_key", "duplicate_key"]


def test_two_companies_with_one_invoice_number_are_both_rejected() -> None:
    claimed = [("sales_invoice_headers", company, "INV-1") for company in ("usmf", "demf")]
    row = only(mapped(HEADERS, given(scm_sales_invoice_headers=[INVOICE], sales_salesorders=ORDERS), claimed=claimed))
    assert row["reason"] == "key_used_by_other_company"
