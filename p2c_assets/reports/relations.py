"""What belongs to a record: the customer, products, quote and order behind a document, and the documents made of it.

By the lookups of Sales and by the numbers of SCM, both in the last version of the rows. Read from `raw_log`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.mappings.schema import Entity
from p2c_assets.reports.records import KINDS, Found, Row, last_versions
from p2c_assets.warehouse.database import Database


class Name(NamedTuple):
    """A record by kind and number."""

    kind: str
    number: str


class Lines(NamedTuple):
    """Where a document's lines are: entity, columns of the line that hold the header's row id, and what a line is made of.

    `tax` counts on top of `net`; in Sales `net` contains it.
    """

    header: Entity
    entity: Entity
    parent: tuple[str, ...]
    number: str
    quantity: str
    price: str
    discount: str
    net: str
    tax: str


_INVOICE = ("InvoiceNumber", "InvoiceDate", "LedgerVoucher")
_SALES = ("sequencenumber", "quantity", "priceperunit", "manualdiscountamount", "extendedamount", "tax")
_SCM = ("SalesPrice", "TotalDiscountAmount", "LineAmount", "TotalTaxAmount")
_NUMBER = "LineCreationSequenceNumber"
_INVOICED = ("InvoicedQuantity", "SalesPrice", "LineTotalDiscountAmount", "LineAmount", "LineTotalTaxAmount")

LINES: Mapping[str, tuple[Lines, Lines]] = {
    "quote": (
        Lines(sales.QUOTES, sales.QUOTEDETAILS, ("quoteid",), *_SALES),
        Lines(
            scm.SALES_QUOTATION_HEADERS,
            scm.SALES_QUOTATION_LINES,
            ("SalesQuotationNumber",),
            _NUMBER,
            "RequestedSalesQuantity",
            *_SCM,
        ),
    ),
    "order": (
        Lines(sales.SALESORDERS, sales.SALESORDERDETAILS, ("salesorderid",), *_SALES),
        Lines(
            scm.SALES_ORDER_HEADERS,
            scm.SALES_ORDER_LINES,
            ("SalesOrderNumber",),
            _NUMBER,
            "OrderedSalesQuantity",
            *_SCM,
        ),
    ),
    "invoice": (
        Lines(sales.INVOICES, sales.INVOICEDETAILS, ("invoiceid",), *_SALES),
        Lines(scm.SALES_INVOICE_HEADERS, scm.SALES_INVOICE_LINES, _INVOICE, _NUMBER, *_INVOICED),
    ),
}
"""Per kind of document its lines in Sales and in SCM."""

_CUSTOMER = {
    "quote": (scm.SALES_QUOTATION_HEADERS, ("RequestingCustomerAccountNumber", "InvoiceCustomerAccountNumber")),
    "order": (scm.SALES_ORDER_HEADERS, ("OrderingCustomerAccountNumber", "InvoiceCustomerAccountNumber")),
    "invoice": (scm.SALES_INVOICE_HEADERS, ("InvoiceCustomerAccountNumber",)),
}


def behind(database: Database, found: Found) -> list[Name]:
    """What a document is made of: its customers, its products, and the quote or order before it; each once."""
    if found.kind.name not in LINES:
        return []
    names = [*_customers(database, found), *_products(database, found), *_before(database, found)]
    return list(dict.fromkeys(name for name in names if name.number.strip()))


def after(database: Database, found: Found) -> list[Name]:
    """What was made of it: orders of a quote, invoices of an order; contacts of an account; each once."""
    match found.kind.name:
        case "account":
            ids = found.ids(sales.ACCOUNTS)
            contacts = _having(database, sales.CONTACTS, "parentcustomerid", ids, found)
            names = [Name("contact", str(row["msdynce_contactnumber"] or "")) for row in contacts]
        case "quote":
            names = list(_orders(database, found))
        case "order":
            names = list(_invoices(database, found))
        case _:
            names = []
    return list(dict.fromkeys(name for name in names if name.number.strip()))


def documents(database: Database, found: Found) -> list[Name]:
    """The quotes, orders and invoices of an account or contact, or with a product on one of their lines."""
    if found.kind.name in LINES:
        return []
    names = _with_product(database, found) if found.kind.name == "product" else _of_customer(database, found)
    return list(dict.fromkeys(name for name in names if name.number.strip()))


def lines_of(database: Database, lines: Lines, headers: Iterable[Row]) -> list[Row]:
    """The lines that these headers have now, each in its last version."""
    keys = [str(row["row_id"]) for row in headers]
    parent = " || '|' || ".join(f"coalesce({_key(lines.entity, name)}, '')" for name in lines.parent)
    rows = last_versions(database, lines.entity, f"{parent} IN (SELECT unnest($keys))", {"keys": keys})
    return [row for row in rows if not row["deleted"]]


def _key(entity: Entity, name: str) -> str:
    """As it stands in a row id: see `extraction.frames.row_id`."""
    is_day = entity.column(name).type == "date"
    return f"strftime(\"{name}\", '%Y-%m-%d')" if is_day else f'"{name}"::VARCHAR'


def _having(database: Database, entity: Entity, column: str, values: Sequence[object], found: Found) -> Sequence[Row]:
    """Rows of the record's company whose column has one of the values, compared as keys are."""
    texts = sorted({folded(str(value)) for value in values if value is not None})
    if not texts:
        return []
    where = f"{folded_sql(f'{column}::VARCHAR')} IN (SELECT unnest($texts))"
    rows = last_versions(database, entity, where, {"texts": texts})
    return [row for row in rows if row["row_company"] in (None, found.company)]


def _customers(database: Database, found: Found) -> Iterator[Name]:
    lookups = {"account": sales.ACCOUNTS, "contact": sales.CONTACTS}
    in_sales, _ = LINES[found.kind.name]
    for row in found.of(in_sales.header):
        entity = lookups.get(str(row["customerid_type"]))
        if entity is not None:
            named = _having(database, entity, "row_id", [row["customerid"]], found)
            yield from (Name(entity.logical_name, str(one[entity.natural_key[0]] or "")) for one in named)
    entity, columns = _CUSTOMER[found.kind.name]
    numbers = [str(row[column] or "") for row in found.of(entity) for column in columns]
    for number in dict.fromkeys(numbers):
        is_contact = _having(database, sales.CONTACTS, "msdynce_contactnumber", [number], found)
        is_account = _having(database, sales.ACCOUNTS, "accountnumber", [number], found)
        yield Name("contact" if is_contact and not is_account else "account", number)


def _products(database: Database, found: Found) -> Iterator[Name]:
    in_sales, in_scm = LINES[found.kind.name]
    for row in lines_of(database, in_scm, found.of(in_scm.header)):
        yield Name("product", str(row["ProductNumber"]))
    ids = [row["productid"] for row in lines_of(database, in_sales, found.of(in_sales.header))]
    for row in _having(database, sales.PRODUCTS, "row_id", ids, found):
        yield Name("product", str(row["productnumber"]))


def _before(database: Database, found: Found) -> Iterator[Name]:
    match found.kind.name:
        case "order":
            quotes = [row["quoteid"] for row in found.of(sales.SALESORDERS)]
            for row in _having(database, sales.QUOTES, "row_id", quotes, found):
                yield Name("quote", str(row["quotenumber"]))
            for row in found.of(scm.SALES_ORDER_HEADERS):
                yield Name("quote", str(row["QuotationNumber"] or ""))
        case "invoice":
            for row in found.of(scm.SALES_INVOICE_HEADERS):
                yield Name("order", str(row["SalesOrderNumber"] or ""))
            if not found.of(scm.SALES_INVOICE_HEADERS):
                orders = [row["salesorderid"] for row in found.of(sales.INVOICES)]
                for row in _having(database, sales.SALESORDERS, "row_id", orders, found):
                    yield Name("order", str(row["ordernumber"]))
        case _:
            return


def _orders(database: Database, found: Found) -> Iterator[Name]:
    for row in _having(database, sales.SALESORDERS, "quoteid", found.ids(sales.QUOTES), found):
        yield Name("order", str(row["ordernumber"]))
    for row in found.of(scm.SALES_QUOTATION_HEADERS):
        yield Name("order", str(row["GeneratedSalesOrderNumber"] or ""))
    for row in _having(database, scm.SALES_ORDER_HEADERS, "QuotationNumber", [found.number], found):
        yield Name("order", str(row["SalesOrderNumber"]))


def _invoices(database: Database, found: Found) -> Iterator[Name]:
    numbers = [row["SalesOrderNumber"] for row in found.of(scm.SALES_ORDER_HEADERS)]
    for row in _having(database, scm.SALES_INVOICE_HEADERS, "SalesOrderNumber", numbers, found):
        yield Name("invoice", str(row["InvoiceNumber"]))
    if not numbers:
        for row in _having(database, sales.INVOICES, "salesorderid", found.ids(sales.SALESORDERS), found):
            yield Name("invoice", str(row["invoicenumber"]))


def _of_customer(database: Database, found: Found) -> Iterator[Name]:
    ids = [row["row_id"] for side, row in found.rows if side.entity.system == "sales"]
    for kind, (in_sales, _) in LINES.items():
        for row in _having(database, in_sales.header, "customerid", ids, found):
            yield Name(kind, str(row[_column(kind, in_sales.header)] or ""))
        entity, columns = _CUSTOMER[kind]
        for column in columns:
            for row in _having(database, entity, column, [found.number], found):
                yield Name(kind, str(row[_column(kind, entity)]))


def _with_product(database: Database, found: Found) -> Iterator[Name]:
    ids = found.ids(sales.PRODUCTS)
    for kind, (in_sales, in_scm) in LINES.items():
        for lines, column, values in ((in_sales, "productid", ids), (in_scm, "ProductNumber", [found.number])):
            rows = _having(database, lines.entity, column, values, found)
            keys = ["|".join(str(row[name]) for name in lines.parent) for row in rows]
            for row in _having(database, lines.header, "row_id", keys, found):
                yield Name(kind, str(row[_column(kind, lines.header)] or ""))


def _column(kind: str, entity: Entity) -> str:
    return next(side.column for side in KINDS[kind].sides if side.entity is entity)
