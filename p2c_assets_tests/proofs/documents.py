"""Documents of both systems by the thousand, seeded: every shape of discount, tax, charge, quantity and rounding.

SCM's side is computed by the arithmetic of its twin (`sandbox.finops.totals`), the side of Sales by that of the other
(`sandbox.dataverse.pricing`): two programs that share no code with the platform and, but for rounding, none with each other.
The rows go straight into `raw`, as a reader would leave them. The yen has no decimals; the twin of SCM rounds to two
whatever the currency, so that yen prices and quantities are chosen to come out whole, and its taxes are spread over whole yen.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl

from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.sandbox.dataverse.pricing import HeaderInput, LineInput, line_amounts, totals
from p2c_assets.sandbox.finops.totals import document_totals, line_amount, line_taxes, split_discount, whole_discount
from p2c_assets.sandbox.money import round_half_away, spread
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.frames import raw_schema

COMPANY = "usmf"
PLACES = {"USD": 2, "EUR": 2, "GBP": 2, "CAD": 2, "JPY": 0}
PRODUCTS = [f"P-{number:03d}" for number in range(50)]
RATES = ("0", "0.07", "0.0825", "0.19", "0.2")
KINDS = ("quote", "order in flight", "order", "order", "invoice", "invoice")
FIRST_DAY = date(2024, 1, 1)
ZERO = Decimal(0)

Rows = Mapping[str, list[dict[str, Any]]]


class Line(NamedTuple):
    """What people state of a line; `unit`: for how many pieces SCM's price is."""

    product: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    unit: int = 1


class Document(NamedTuple):
    """What people state of a document."""

    kind: str
    number: str
    currency: str
    day: date
    lines: tuple[Line, ...]
    discount: Decimal
    charges: Decimal
    header_tax: Decimal
    rate: Decimal
    tax: Decimal | None

    @property
    def comes_back(self) -> bool:
        return self.kind in ("order", "invoice")


def documents(count: int, seed: int) -> Iterator[Document]:
    """So many documents, the same for the same seed."""
    pick = random.Random(seed)
    for number in range(1, count + 1):
        yield _document(pick, f"D{number:06d}")


def _document(pick: random.Random, number: str) -> Document:
    kind, currency = pick.choice(KINDS), pick.choice(list(PLACES))
    places = PLACES[currency]
    lines = tuple(_line(pick, places) for _ in range(pick.choice((1, 1, 2, 2, 3, 4, 6))))
    back = kind in ("order", "invoice")
    return Document(
        kind,
        number,
        currency,
        FIRST_DAY + timedelta(days=pick.randrange(730)),
        lines,
        _sometimes(pick, 0.3 if back else 0, places, 500),
        _sometimes(pick, 0.4, places, 9000),
        _sometimes(pick, 0.3, places, 900),
        Decimal(pick.choice(RATES)),
        _sometimes(pick, 1, places, 20000) if pick.random() < 0.3 else None,
    )


def _sometimes(pick: random.Random, often: float, places: int, cents: int) -> Decimal:
    return Decimal(pick.randint(1, cents)).scaleb(-places) if pick.random() < often else ZERO


def _line(pick: random.Random, places: int) -> Line:
    product = pick.choice(PRODUCTS)
    if places == 0:
        quantity = Decimal(pick.randint(1, 40)) / pick.choice((1, 1, 2))
        price = Decimal(2 * pick.randint(50, 20000))
        whole = quantity == quantity.to_integral_value()
        return Line(product, quantity, price, Decimal(pick.randint(1, 99)) if whole and pick.random() < 0.5 else ZERO)
    quantity, price = _quantity(pick), _price(pick)
    unit = 100 if pick.random() < 0.05 else 1
    if quantity < 0 or pick.random() < 0.4:
        return Line(product, quantity, price, ZERO, unit)
    if pick.random() < 0.1:
        return Line(product, Decimal(3), max(price, Decimal(10)), Decimal("10.00"), unit)
    most = int(quantity * price * 100)
    return Line(product, quantity, price, Decimal(pick.randint(0, max(most, 0))) / 100, unit)


def _quantity(pick: random.Random) -> Decimal:
    shape = pick.random()
    if shape < 0.5:
        return Decimal(pick.randint(1, 60))
    if shape < 0.55:
        return Decimal(-pick.randint(1, 9))
    return Decimal(pick.randint(1, 99999)) / 10 ** pick.choice((1, 2, 3, 4))


def _price(pick: random.Random) -> Decimal:
    """Two decimals, four, or one whose product with a whole quantity lies on the border of two cents."""
    shape = pick.random()
    if shape < 0.6:
        return Decimal(pick.randint(1, 250000)) / 100
    return (
        Decimal(pick.randint(1, 900000)) / 10000 if shape < 0.85 else Decimal(pick.randint(0, 300)) + Decimal("0.125")
    )


def rows(found: Sequence[Document] | Iterator[Document]) -> Rows:
    """The rows of both systems by entity, as they are in `raw` when everything has arrived."""
    by_entity: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in found:
        discounts, taxes = _scm(document, by_entity)
        _sales(document, discounts, taxes, by_entity)
    return by_entity


def _scm(document: Document, into: dict[str, list[dict[str, Any]]]) -> tuple[list[Decimal], list[Decimal]]:
    """SCM's rows; returns discount and tax of each line."""
    splits = [split_discount(line.discount, line.quantity) for line in document.lines]
    pairs = list(zip(document.lines, splits, strict=True))
    amounts = [line_amount(line.quantity, line.price, split) for line, split in pairs]
    discounts = [whole_discount(split, line.quantity) for line, split in pairs]
    taxes = _taxes(document, amounts)
    found = document_totals(
        amounts, taxes, discounts,
        end_discount=document.discount, charges=document.charges, header_tax=document.header_tax,
    )  # fmt: skip
    shared = {"row_company": COMPANY}
    header, lines, identity, names = _SCM[document.kind.split()[0]]
    key = identity(document)
    values = (document.discount, document.charges, document.header_tax, found.discount, found.tax, found.total)
    day = datetime.combine(document.day, datetime.min.time(), UTC)
    dated = {"OrderCreationDateTime": day, "AreTotalsUpdated": "Yes"} if "order" in document.kind else {}
    into[header].append(
        {**shared, **key, **dated, "CurrencyCode": document.currency, **dict(zip(names.header, values, strict=True)),
         "row_id": _row_id(key)}
    )  # fmt: skip
    for number, (line, split) in enumerate(pairs, start=1):
        split_columns = {
            "LineDiscountAmount": split.unit,
            "FixedPriceCharges": split.charge,
            "SalesPriceQuantity": line.unit,
        }
        values = (line.quantity, discounts[number - 1], taxes[number - 1])
        own = {"LineCreationSequenceNumber": number, "ProductNumber": line.product}
        into[lines].append(
            {**shared, **key, **own, **(split_columns if document.kind != "invoice" else {}),
             "SalesPrice": line.price * (line.unit if document.kind != "invoice" else 1), "LineAmount": amounts[number - 1],
             **dict(zip(names.line, values, strict=True)), "row_id": f"{_row_id(key)}|{number}"}
        )  # fmt: skip
    return discounts, taxes


def _taxes(document: Document, amounts: Sequence[Decimal]) -> list[Decimal]:
    if PLACES[document.currency] == 2:
        return line_taxes(amounts, document.rate, document.tax)
    if document.tax is not None:
        return spread(document.tax, amounts, 0)
    return [round_half_away(amount * document.rate, 0) for amount in amounts]


def _sales(
    document: Document,
    discounts: Sequence[Decimal],
    taxes: Sequence[Decimal],
    into: dict[str, list[dict[str, Any]]],
) -> None:
    """The rows of Sales: with SCM's discounts and taxes where the document came back."""
    places, back = PLACES[document.currency], document.comes_back
    given = zip(discounts, taxes, strict=True) if back else ((line.discount, ZERO) for line in document.lines)
    inputs = [
        LineInput(line.quantity, line.price, ZERO, discount, tax)
        for line, (discount, tax) in zip(document.lines, given, strict=True)
    ]
    misc = document.header_tax if back else ZERO
    if misc:
        inputs.append(LineInput(Decimal(1), ZERO, ZERO, ZERO, misc))
    priced = [(line, line_amounts(line, places)) for line in inputs]
    stated = HeaderInput(document.discount, ZERO, document.charges if back else ZERO)
    header, lines, parent, columns = _SALES[document.kind.split()[0]]
    key = f"s{document.number}"
    into[header].append(
        {"row_company": COMPANY, "row_id": key, parent: key, "transactioncurrencyid": document.currency,
         "createdon": datetime.combine(document.day, datetime.min.time(), UTC), "discountamount": document.discount,
         "freightamount": stated.freightamount, **columns(document, misc), **totals(priced, stated, places)._asdict()}
    )  # fmt: skip
    for number, (line, amounts) in enumerate(priced, start=1):
        is_misc = number > len(document.lines)
        named = {"msdynce_ismisctax": is_misc} if document.kind != "quote" else {}
        product = None if is_misc else document.lines[number - 1].product
        into[lines].append(
            {"row_company": COMPANY, "row_id": f"{key}-{number}", parent: key, "sequencenumber": number, "productid": product,
             **line._asdict(), **amounts._asdict(), **named}
        )  # fmt: skip


class _Names(NamedTuple):
    """Columns in the order of the values that are computed for them."""

    header: tuple[str, ...]
    line: tuple[str, ...]


def _row_id(key: Mapping[str, Any]) -> str:
    return "|".join(str(value) for value in key.values())


_SCM: Mapping[str, Any] = {
    "quote": (
        "scm.sales_quotation_headers", "scm.sales_quotation_lines", lambda one: {"SalesQuotationNumber": one.number},
        _Names(
            ("TotalDiscountAmount", "QuotationTotalChargesAmount", "QuotationHeaderTaxAmount", "QuotationTotalDiscountAmount",
             "QuotationTotalTaxAmount", "QuotationTotalAmount"),
            ("RequestedSalesQuantity", "TotalDiscountAmount", "TotalTaxAmount"),
        ),
    ),
    "order": (
        "scm.sales_order_headers", "scm.sales_order_lines", lambda one: {"SalesOrderNumber": one.number},
        _Names(
            ("TotalDiscountAmount", "OrderTotalChargesAmount", "OrderHeaderTaxAmount", "OrderTotalDiscountAmount",
             "OrderTotalTaxAmount", "OrderTotalAmount"),
            ("OrderedSalesQuantity", "TotalDiscountAmount", "TotalTaxAmount"),
        ),
    ),
    "invoice": (
        "scm.sales_invoice_headers", "scm.sales_invoice_lines",
        lambda one: {"InvoiceNumber": one.number, "InvoiceDate": one.day, "LedgerVoucher": f"V{one.number}"},
        _Names(
            ("TotalDiscountCustomerGroupCode", "TotalChargeAmount", "InvoiceHeaderTaxAmount", "TotalDiscountAmount",
             "TotalTaxAmount", "TotalInvoiceAmount"),
            ("InvoicedQuantity", "LineTotalDiscountAmount", "LineTotalTaxAmount"),
        ),
    ),
}  # fmt: skip

_SALES: Mapping[str, Any] = {
    "quote": (
        "sales.quotes", "sales.quotedetails", "quoteid",
        lambda one, _misc: {"quotenumber": one.number, "statecode": 1, "revisionnumber": 0},
    ),
    "order": (
        "sales.salesorders", "sales.salesorderdetails", "salesorderid",
        lambda one, misc: {
            "ordernumber": one.number, "msdynce_ismaintainedexternally": one.comes_back, "msdynce_misctax": misc,
        },
    ),
    "invoice": (
        "sales.invoices", "sales.invoicedetails", "invoiceid",
        lambda one, misc: {
            "invoicenumber": one.number, "msdynce_invoicedate": one.day, "msdynce_ismaintainedexternally": True,
            "msdynce_misctax": misc,
        },
    ),
}  # fmt: skip


def store(database: Database, found: Rows) -> None:
    """Put the rows into `raw`, with the currencies and products that they name."""
    currencies = [
        {"row_id": code, "transactioncurrencyid": code, "isocurrencycode": code, "currencyprecision": places}
        for code, places in PLACES.items()
    ]
    products = [{"row_id": number, "productid": number, "productnumber": number} for number in PRODUCTS]
    references = {"sales.transactioncurrencies": currencies, "sales.products": products}
    for reference, its_rows in {**found, **references}.items():
        entity = ENTITIES[reference]
        kinds = raw_schema(entity)
        frame = pl.DataFrame(its_rows, schema={name: kinds[name] for name in its_rows[0]}, orient="row")
        with database.given("incoming", frame):
            database.run(f"DELETE FROM raw.{entity.table}")
            database.run(f"INSERT INTO raw.{entity.table} BY NAME SELECT * FROM incoming")
