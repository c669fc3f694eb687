"""A document's total explained: both systems' lines beside each other, field by field, and what stands on the header.

Sales' line amount contains the line's tax, SCM's does not; Sales has the tax on charges as a line of its own (Freight Tax),
SCM on the header. Both are brought to the same parts, so that the differences of all parts add up to the difference of the
totals. A difference has the class that reconciliation gave the document, unless its part says more. Read from `raw_log`.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from p2c_assets.mappings.folding import folded_sql
from p2c_assets.reports.records import KINDS, Found, Prefixes, Row, UnknownRecordError, find
from p2c_assets.reports.relations import LINES, Lines, lines_of
from p2c_assets.warehouse.database import Database

ZERO = Decimal(0)
AGREED = "agreed"
OF_SCM = ("in_flight", "tax_and_charges_of_scm")
"""Classes of what SCM adds: they name differences of tax and charges, and of nothing else."""

MISSING = {"sales": "line_missing_in_sales", "scm": "line_missing_in_scm"}
SET_OFF = "set_off_in_the_total"
"""Two parts of one document differ by as much in opposite directions: the totals agree."""

_HEADER: Mapping[str, tuple[str, str, str, str]] = {
    "quote": ("TotalDiscountAmount", "QuotationTotalChargesAmount", "QuotationHeaderTaxAmount", "QuotationTotalAmount"),
    "order": ("TotalDiscountAmount", "OrderTotalChargesAmount", "OrderHeaderTaxAmount", "OrderTotalAmount"),
    "invoice": ("TotalDiscountCustomerGroupCode", "TotalChargeAmount", "InvoiceHeaderTaxAmount", "TotalInvoiceAmount"),
}
"""SCM's discount, charges, tax on charges and total of the whole document."""


class Part(NamedTuple):
    """One figure of both sides; None: that side has no such line. `adds`: it is a part of the total."""

    place: str
    name: str
    sales: Decimal | None
    scm: Decimal | None
    named: str
    adds: bool

    @property
    def difference(self) -> Decimal:
        """SCM minus Sales."""
        return (self.scm or ZERO) - (self.sales or ZERO)


class Totals(NamedTuple):
    """All parts of a document, its totals, its currency, and the class that reconciliation gave it (None: not compared)."""

    parts: tuple[Part, ...]
    sales: Decimal | None
    scm: Decimal | None
    currency: str
    found_class: str | None

    @property
    def difference(self) -> Decimal:
        """SCM minus Sales."""
        return (self.scm or ZERO) - (self.sales or ZERO)


class _Line(NamedTuple):
    product: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal


class _Head(NamedTuple):
    """What stands on the header; `rest`: the stored total minus all parts."""

    discount: Decimal
    charges: Decimal
    header_tax: Decimal
    total: Decimal


def totals(database: Database, found: Found) -> Totals | None:
    """None for what is no document, and for one of which neither side is there any more."""
    if found.kind.name not in LINES:
        return None
    in_sales, in_scm = LINES[found.kind.name]
    ours, theirs = _current(found.of(in_sales.header)), _current(found.of(in_scm.header))
    if ours is None and theirs is None:
        return None
    found_class = _class(database, found)
    mine, misc = _sales_lines(database, in_sales, ours)
    yours = _scm_lines(database, in_scm, theirs)
    left = None if ours is None else _sales_head(ours, misc)
    right = None if theirs is None else _scm_head(found.kind.name, theirs, yours)
    parts = [*_line_parts(mine, yours), *_head_parts(left, right, mine, yours)]
    total = None if left is None else left.total, None if right is None else right.total
    named = _named(parts, found_class)
    return Totals(tuple(named), *total, _currency(database, ours, theirs), found_class)


def of_pair(database: Database, flow: str, key: str, company: str, prefixes: Prefixes) -> Totals | None:
    """The totals of a pair of reconciliation, by its key; None where it is no document (an invoice's key has its date too)."""
    kind = next(kind for kind in KINDS.values() if kind.flow == flow)
    number = key.rpartition(" ")[0] if flow == "invoices" else key
    try:
        return totals(database, find(database, kind, number, company, prefixes))
    except UnknownRecordError:
        return None


def _current(rows: Sequence[Row]) -> Row | None:
    """The row that is there; of several revisions of a quote the active one, else the last."""
    there = [row for row in rows if not row["deleted"]]
    ranked = sorted(there, key=lambda row: (row.get("statecode") == 1, row.get("revisionnumber") or 0))
    return ranked[-1] if ranked else None


def _class(database: Database, found: Found) -> str | None:
    table = f"{found.kind.flow}_pairs"
    if not database.has_table("reconciled", table):
        return None
    key = folded_sql("key")
    number = f"(split_part({key}, ' ', 1) = $number AND $flow = 'invoices' OR {key} = $number)"
    rows = database.connection.execute(
        f"SELECT class FROM reconciled.{table} WHERE company = $company AND {number} ORDER BY class",
        {"company": found.company, "number": found.number.strip().lower(), "flow": found.kind.flow},
    ).fetchall()
    return str(rows[0][0]) if rows else None


def _currency(database: Database, ours: Row | None, theirs: Row | None) -> str:
    if theirs is not None:
        return str(theirs["CurrencyCode"])
    lookup = None if ours is None else ours["transactioncurrencyid"]
    sql = "SELECT isocurrencycode FROM raw.sales_transactioncurrencies WHERE row_id = ?"
    return str(database.value(sql, [lookup]) or "")


def _sales_lines(database: Database, lines: Lines, header: Row | None) -> tuple[dict[int | str, _Line], Decimal]:
    """Lines by number, and the sum of the lines that stand for tax on charges."""
    rows = [] if header is None else lines_of(database, lines, [header])
    numbers = _given_numbers(database, lines)
    misc = sum((row["extendedamount"] or ZERO for row in rows if row.get("msdynce_ismisctax")), ZERO)
    kept = [row for row in rows if not row.get("msdynce_ismisctax")]
    return {_number(row, lines, numbers): _sales_line(database, row, lines) for row in kept}, misc


def _given_numbers(database: Database, lines: Lines) -> Mapping[str, tuple[int, bool]]:
    """Numbers that the ledger gave to lines, and whether they were sent under it: then it counts for good."""
    rows = database.rows(
        "SELECT line_id, number, coalesce(sent, false) FROM ledger.line_numbers WHERE entity = ?", [lines.entity.table]
    )
    return {str(line): (int(str(number)), bool(sent)) for line, number, sent in rows}


def _number(row: Row, lines: Lines, numbers: Mapping[str, tuple[int, bool]]) -> int | str:
    given, is_sent = numbers.get(str(row["row_id"]), (None, False))
    own = row[lines.number]
    found = given if is_sent or own is None else own
    return str(row["row_id"]) if found is None else int(found)


def _sales_line(database: Database, row: Row, lines: Lines) -> _Line:
    product = database.value("SELECT productnumber FROM raw.sales_products WHERE row_id = ?", [row["productid"]])
    tax = row[lines.tax] or ZERO
    return _Line(
        str(product or row["productdescription"] or ""),
        row[lines.quantity] or ZERO,
        row[lines.price] or ZERO,
        (row[lines.discount] or ZERO) + (row["volumediscountamount"] or ZERO),
        (row[lines.net] or ZERO) - tax,
        tax,
    )


def _scm_lines(database: Database, lines: Lines, header: Row | None) -> dict[int | str, _Line]:
    rows = [] if header is None else lines_of(database, lines, [header])
    return {int(row[lines.number]): _scm_line(row, lines) for row in rows}


def _scm_line(row: Row, lines: Lines) -> _Line:
    price, per = row[lines.price] or ZERO, row.get("SalesPriceQuantity") or Decimal(1)
    return _Line(
        str(row["ProductNumber"]),
        row[lines.quantity] or ZERO,
        price / per,
        row[lines.discount] or ZERO,
        row[lines.net] or ZERO,
        row[lines.tax] or ZERO,
    )


def _sales_head(row: Row, misc: Decimal) -> _Head:
    return _Head(row["totaldiscountamount"] or ZERO, row["freightamount"] or ZERO, misc, row["totalamount"] or ZERO)


def _scm_head(kind: str, row: Row, lines: Mapping[int | str, _Line]) -> _Head:
    discount, charges, tax, total = (row[name] or ZERO for name in _HEADER[kind])
    if kind == "order" and row["AreTotalsUpdated"] != "Yes":
        total = sum((line.net + line.tax for line in lines.values()), ZERO) - discount + charges + tax
    return _Head(discount, charges, tax, total)


def _line_parts(ours: Mapping[int | str, _Line], theirs: Mapping[int | str, _Line]) -> Iterator[Part]:
    for number in sorted({*ours, *theirs}, key=lambda one: (isinstance(one, str), str(one).rjust(12))):
        one, other = ours.get(number), theirs.get(number)
        product = next(line.product for line in (one, other) if line is not None)
        place = f"line {number} {product}".strip()
        missing = MISSING["sales"] if one is None else MISSING["scm"] if other is None else ""
        for name in ("quantity", "price", "discount", "net", "tax"):
            left, right = getattr(one, name, None), getattr(other, name, None)
            yield Part(place, name, left, right, missing, name in ("net", "tax"))


def _head_parts(
    ours: _Head | None, theirs: _Head | None, mine: Mapping[int | str, _Line], yours: Mapping[int | str, _Line]
) -> Iterator[Part]:
    def both(name: str, of: str, sign: int = 1) -> Part:
        left, right = getattr(ours, of, None), getattr(theirs, of, None)
        return Part("document", name, _signed(left, sign), _signed(right, sign), "", True)

    yield both("discount of the document", "discount", -1)
    yield both("charges", "charges")
    yield both("tax on charges", "header_tax")
    rest = _rest(ours, mine), _rest(theirs, yours)
    if any(rest):
        yield Part("document", "total that is not its parts", *rest, "", True)


def _signed(value: Decimal | None, sign: int) -> Decimal | None:
    return None if value is None else ZERO + sign * value


def _rest(head: _Head | None, lines: Mapping[int | str, _Line]) -> Decimal | None:
    if head is None:
        return None
    parts = sum((line.net + line.tax for line in lines.values()), ZERO)
    return head.total - (parts - head.discount + head.charges + head.header_tax)


def _named(parts: Sequence[Part], found_class: str | None) -> Iterator[Part]:
    is_set_off = found_class == AGREED and sum((part.difference for part in parts if part.adds), ZERO) == ZERO
    for part in parts:
        if part.difference == ZERO and (part.sales is None) == (part.scm is None):
            yield part._replace(named=AGREED)
        else:
            yield part._replace(named=_name(part, found_class, is_set_off))


def _name(part: Part, found_class: str | None, is_set_off: bool) -> str:
    """A document that stopped, or that one side does not have, names all its differences."""
    of_scm = part.name in ("tax", "charges", "tax on charges")
    if found_class in OF_SCM:
        return found_class if of_scm else part.named or "value_differs"
    if is_set_off:
        return part.named or SET_OFF
    if found_class in (None, AGREED):
        return part.named or "value_differs"
    return found_class
