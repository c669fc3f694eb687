"""Which columns hold personal data, and which documents name a customer. DATA only.

Of the records of people and companies, and of the documents made for them, every text is personal unless it is listed here as
kept: numbers, codes, and what a product is called. So a column that is added is purged until somebody says otherwise. Keys
stay: counts and money hang on them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.schema import ColumnType, Entity


class Naming(NamedTuple):
    """How a document names its customer: by the Sales row's id, or by the customer's number. And where its lines are.

    `parent`: the line's columns that make up the header's row id.
    """

    header: Entity
    line: Entity
    parent: tuple[str, ...]
    by_id: tuple[str, ...] = ()
    by_number: tuple[str, ...] = ()


_INVOICE = ("InvoiceNumber", "InvoiceDate", "LedgerVoucher")

DOCUMENTS: tuple[Naming, ...] = (
    Naming(sales.QUOTES, sales.QUOTEDETAILS, ("quoteid",), by_id=("customerid",)),
    Naming(sales.SALESORDERS, sales.SALESORDERDETAILS, ("salesorderid",), by_id=("customerid",)),
    Naming(sales.INVOICES, sales.INVOICEDETAILS, ("invoiceid",), by_id=("customerid",)),
    Naming(
        scm.SALES_QUOTATION_HEADERS,
        scm.SALES_QUOTATION_LINES,
        ("SalesQuotationNumber",),
        by_number=("RequestingCustomerAccountNumber", "InvoiceCustomerAccountNumber"),
    ),
    Naming(
        scm.SALES_ORDER_HEADERS,
        scm.SALES_ORDER_LINES,
        ("SalesOrderNumber",),
        by_number=("OrderingCustomerAccountNumber", "InvoiceCustomerAccountNumber"),
    ),
    Naming(scm.SALES_INVOICE_HEADERS, scm.SALES_INVOICE_LINES, _INVOICE, by_number=("InvoiceCustomerAccountNumber",)),
)

_DOCUMENT = ("dataAreaId", "CurrencyCode", "InvoiceCustomerAccountNumber")
_CUSTOMER = ("dataAreaId", "CustomerAccount", "PartyNumber", "PartyType", "CustomerGroupId", "SiteId", "WarehouseId")
_PERSON = ("dataAreaId", "ContactPersonPartyNumber", "AssociatedPartyNumber", "ContactPersonPartyType")
_SCM_LINE = ("dataAreaId", "ProductNumber", "ProductName", "SalesUnitSymbol", "CurrencyCode")
_SITE = ("ShippingSiteId", "ShippingWarehouseId")
_SALES_LINE = ("productdescription", "description")

KEPT: Mapping[str, tuple[str, ...]] = {
    "sales_accounts": ("accountnumber",),
    "sales_contacts": ("msdynce_contactnumber",),
    "scm_customers_v2": (*_CUSTOMER, "LanguageId", "SalesCurrencyCode", "AddressLocationRoles"),
    "scm_contact_persons": (*_PERSON, "DecisionMakingRoleCode"),
    "sales_quotes": ("quotenumber",),
    "sales_quotedetails": _SALES_LINE,
    "sales_salesorders": ("ordernumber",),
    "sales_salesorderdetails": (*_SALES_LINE, "msdynce_ordernumber"),
    "sales_invoices": ("invoicenumber",),
    "sales_invoicedetails": (*_SALES_LINE, "msdynce_invoicenumber"),
    "scm_sales_quotation_headers": (
        *_DOCUMENT,
        "SalesQuotationNumber",
        "RequestingCustomerAccountNumber",
        "LanguageId",
        "GeneratedSalesOrderNumber",
    ),
    "scm_sales_quotation_lines": (*_SCM_LINE, *_SITE, "SalesQuotationNumber"),
    "scm_sales_order_headers": (
        *_DOCUMENT,
        "SalesOrderNumber",
        "OrderingCustomerAccountNumber",
        "LanguageId",
        "SalesOrderOriginCode",
        "QuotationNumber",
    ),
    "scm_sales_order_lines": (*_SCM_LINE, *_SITE, "SalesOrderNumber"),
    "scm_sales_invoice_headers": (*_DOCUMENT, "InvoiceNumber", "LedgerVoucher", "SalesOrderNumber"),
    "scm_sales_invoice_lines": (*_SCM_LINE, "ProductDescription", "InvoiceNumber", "LedgerVoucher"),
}
"""Texts that are not personal, by table. A table that is not here holds nobody's data."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "sales_contacts": ("gendercode", "familystatuscode"),
    "scm_customers_v2": ("PersonGender", "PersonMaritalStatus"),
    "scm_contact_persons": ("Gender", "MaritalStatus"),
}
"""Personal columns that are not text."""


def personal(entity: Entity) -> tuple[str, ...]:
    """The personal columns of an entity; none where it holds nobody's data."""
    if entity.table not in KEPT:
        return ()
    kept = KEPT[entity.table]
    texts = (column.name for column in entity.columns if column.type is ColumnType.TEXT and column.name not in kept)
    return (*texts, *ALSO.get(entity.table, ()))
