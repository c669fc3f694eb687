"""The fields of money of a document and of its lines, in both systems, by flow. DATA, as SQL names.

Some are stated by people and have a counterpart on the other side (quantity, price, discount, tax, charges); the others each
system computes from these. `attribution` compares the former with each other and the latter with their computation.
"""

from collections.abc import Mapping
from typing import NamedTuple


class DocumentFields(NamedTuple):
    """Where a flow's documents have their money. None: SCM has no such column.

    `joined`: lines `x` of SCM that belong to its header `h`. `comes_back`: of a pair with headers `s` and `h`, whether tax and
    charges are the same in both systems. `is_current`: whether SCM's totals are.
    """

    sales_header: str
    sales_lines: str
    parent: str
    scm_header: str
    scm_lines: str
    joined: str
    quantity: str
    line_discount: str
    line_tax: str
    price_unit: str | None
    unit_discount: str | None
    line_charge: str | None
    discount: str
    charges: str
    header_tax: str
    total_discount: str
    total_tax: str
    total: str
    comes_back: str
    is_current: str
    misc_tax: str | None


FIELDS: Mapping[str, DocumentFields] = {
    "quotes": DocumentFields(
        "sales_quotes",
        "sales_quotedetails",
        "quoteid",
        "scm_sales_quotation_headers",
        "scm_sales_quotation_lines",
        "x.SalesQuotationNumber = h.SalesQuotationNumber",
        "RequestedSalesQuantity",
        "TotalDiscountAmount",
        "TotalTaxAmount",
        "SalesPriceQuantity",
        "LineDiscountAmount",
        "FixedPriceCharges",
        "TotalDiscountAmount",
        "QuotationTotalChargesAmount",
        "QuotationHeaderTaxAmount",
        "QuotationTotalDiscountAmount",
        "QuotationTotalTaxAmount",
        "QuotationTotalAmount",
        "false",
        "true",
        None,
    ),
    "orders": DocumentFields(
        "sales_salesorders",
        "sales_salesorderdetails",
        "salesorderid",
        "scm_sales_order_headers",
        "scm_sales_order_lines",
        "x.SalesOrderNumber = h.SalesOrderNumber",
        "OrderedSalesQuantity",
        "TotalDiscountAmount",
        "TotalTaxAmount",
        "SalesPriceQuantity",
        "LineDiscountAmount",
        "FixedPriceCharges",
        "TotalDiscountAmount",
        "OrderTotalChargesAmount",
        "OrderHeaderTaxAmount",
        "OrderTotalDiscountAmount",
        "OrderTotalTaxAmount",
        "OrderTotalAmount",
        "coalesce(s.msdynce_ismaintainedexternally, false)",
        "h.AreTotalsUpdated = 'Yes'",
        "msdynce_misctax",
    ),
    "invoices": DocumentFields(
        "sales_invoices",
        "sales_invoicedetails",
        "invoiceid",
        "scm_sales_invoice_headers",
        "scm_sales_invoice_lines",
        "x.InvoiceNumber = h.InvoiceNumber AND x.InvoiceDate = h.InvoiceDate AND x.LedgerVoucher = h.LedgerVoucher",
        "InvoicedQuantity",
        "LineTotalDiscountAmount",
        "LineTotalTaxAmount",
        None,
        None,
        None,
        "TotalDiscountCustomerGroupCode",
        "TotalChargeAmount",
        "InvoiceHeaderTaxAmount",
        "TotalDiscountAmount",
        "TotalTaxAmount",
        "TotalInvoiceAmount",
        "true",
        "true",
        "msdynce_misctax",
    ),
}

SINGLE: Mapping[str, tuple[str, str]] = {
    "accounts": ("creditlimit", "CreditLimit"),
    "contacts": ("creditlimit", "CreditLimit"),
    "products": ("amount", "SalesPrice"),
}
"""Flows whose records have one field of money: its name in Sales and in SCM."""
