"""Records by what people call them: an account, contact, product, quote, order or invoice with its rows in both systems.

Found in `raw_log`, so that a record that was deleted is found too, each row in its last version. Keys are compared as both
systems compare them. What happened to a record is in `events`, what belongs to it in `relations`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from p2c_assets.errors import PermanentError
from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse.database import Database

Row = Mapping[str, Any]

NEAR = 5
NEAR_ENOUGH = 0.75
"""Jaro-Winkler similarity from which a number is shown as a near match."""


class UnknownRecordError(PermanentError):
    """No system has, or had, a record of that number; the text names near matches."""


class AmbiguousRecordError(PermanentError):
    """Several companies have a record of that number; the text names them."""


class Side(NamedTuple):
    """Where a kind of record is kept: the entity, the column that people know it by, and which rows of it are meant."""

    entity: Entity
    column: str
    only: str = "true"


class Kind(NamedTuple):
    """A kind of record: its flow and its sides. `has_prefix`: Sales may have SCM's number behind the company's prefix."""

    name: str
    flow: str
    sides: tuple[Side, ...]
    has_prefix: bool = False


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "account",
            "accounts",
            (
                Side(sales.ACCOUNTS, "accountnumber"),
                Side(scm.CUSTOMERS_V2, "CustomerAccount", "PartyType IS DISTINCT FROM 'Person'"),
            ),
        ),
        Kind(
            "contact",
            "contacts",
            (
                Side(sales.CONTACTS, "msdynce_contactnumber"),
                Side(scm.CONTACT_PERSONS, "ContactPersonPartyNumber"),
                Side(scm.CUSTOMERS_V2, "CustomerAccount", "PartyType = 'Person'"),
            ),
        ),
        Kind(
            "product",
            "products",
            (Side(scm.SELLABLE_RELEASED_PRODUCTS, "ProductNumber"), Side(sales.PRODUCTS, "productnumber")),
        ),
        Kind(
            "quote",
            "quotes",
            (Side(sales.QUOTES, "quotenumber"), Side(scm.SALES_QUOTATION_HEADERS, "SalesQuotationNumber")),
        ),
        Kind(
            "order",
            "orders",
            (Side(sales.SALESORDERS, "ordernumber"), Side(scm.SALES_ORDER_HEADERS, "SalesOrderNumber")),
            has_prefix=True,
        ),
        Kind(
            "invoice",
            "invoices",
            (Side(scm.SALES_INVOICE_HEADERS, "InvoiceNumber"), Side(sales.INVOICES, "invoicenumber")),
            has_prefix=True,
        ),
    )
}
"""What can be traced. The system that a kind begins in stands first."""


class Found(NamedTuple):
    """One record: its rows by side, each in its last version (`deleted` says that it is gone)."""

    kind: Kind
    company: str
    number: str
    rows: tuple[tuple[Side, Row], ...]

    def of(self, entity: Entity) -> list[Row]:
        """Its rows in one entity."""
        return [row for side, row in self.rows if side.entity is entity]

    def ids(self, entity: Entity) -> list[str]:
        """The ids of its rows in one entity."""
        return [str(row["row_id"]) for row in self.of(entity)]


Prefixes = Mapping[str, str]
"""The number prefix of every configured company."""


def find(database: Database, kind: Kind, number: str, company: str | None, prefixes: Prefixes) -> Found:
    """The record of that number. Raises UnknownRecordError with near matches, AmbiguousRecordError with the companies."""
    rows = [(side, row) for side in kind.sides for row in _rows(database, kind, side, number, company, prefixes)]
    companies = sorted({str(row["row_company"]) for _, row in rows if row["row_company"] is not None})
    if len(companies) > 1:
        raise AmbiguousRecordError(f"{kind.name} {number} is in {', '.join(companies)}: name one with --company")
    if not rows or (not companies and company is not None):
        raise UnknownRecordError(_unknown(database, kind, number, company))
    return Found(kind, companies[0] if companies else "-", _spelling(rows), tuple(rows))


def last_versions(database: Database, entity: Entity, where: str, parameters: Mapping[str, Any]) -> Sequence[Row]:
    """Rows of `raw_log` for which a condition holds, each in its last version, by row id; none where it was never read."""
    if not database.has_table("raw_log", entity.table):
        return []
    sql = (
        f"SELECT * FROM raw_log.{entity.table} WHERE {where} "
        "QUALIFY row_number() OVER (PARTITION BY row_id, row_company ORDER BY observed_utc DESC, deleted DESC) = 1 "
        "ORDER BY row_company, row_id"
    )
    return database.connection.execute(sql, dict(parameters)).pl().to_dicts()


def _rows(
    database: Database, kind: Kind, side: Side, number: str, company: str | None, prefixes: Prefixes
) -> Sequence[Row]:
    where = f"{folded_sql(side.column)} IN (SELECT unnest($numbers)) AND {side.only} AND {_company(side)}"
    rows = last_versions(
        database,
        side.entity,
        where,
        {"numbers": _spellings(kind, side, number, prefixes), "company": company},
    )
    return [row for row in rows if _is_called(kind, side, row, number, prefixes)]


def _company(side: Side) -> str:
    return (
        "true OR $company IS NULL" if side.entity.company_column is None else "coalesce(row_company = $company, true)"
    )


def _spellings(kind: Kind, side: Side, number: str, prefixes: Prefixes) -> list[str]:
    return sorted(
        {folded(number), *(other for prefix in _prefixes(kind, prefixes) for other in _with(side, prefix, number))}
    )


def _prefixes(kind: Kind, prefixes: Prefixes) -> set[str]:
    return {prefix for prefix in prefixes.values() if prefix} if kind.has_prefix else set()


def _with(side: Side, prefix: str, number: str) -> list[str]:
    """In Sales the number stands behind the prefix; who asks with the prefix means SCM's number without it."""
    if side.entity.system == "sales":
        return [folded(prefix + number)]
    return [folded(number)[len(prefix) :]] if folded(number).startswith(folded(prefix)) else []


def _is_called(kind: Kind, side: Side, row: Row, number: str, prefixes: Prefixes) -> bool:
    """A prefix counts in its own company only."""
    own = prefixes.get(str(row["row_company"]), "") if kind.has_prefix else ""
    allowed = {folded(number), *(_with(side, own, number) if own else ())}
    return folded(str(row[side.column])) in allowed


def _spelling(rows: Sequence[tuple[Side, Row]]) -> str:
    side, row = rows[0]
    return str(row[side.column])


def _unknown(database: Database, kind: Kind, number: str, company: str | None) -> str:
    near = ", ".join(_near(database, kind, number, company))
    place = "" if company is None else f" of {company}"
    return f"no {kind.name} {number}{place} was ever read; " + (f"near it: {near}" if near else "nothing is near it")


def _near(database: Database, kind: Kind, number: str, company: str | None) -> list[str]:
    sides = [side for side in kind.sides if database.has_table("raw_log", side.entity.table)]
    if not sides:
        return []
    every = " UNION ".join(
        f'SELECT "{side.column}" AS number FROM raw_log.{side.entity.table} WHERE {side.only} AND {_company(side)}'
        for side in sides
    )
    sql = (
        f"SELECT number, jaro_winkler_similarity({folded_sql('number')}, $number) AS likeness FROM ({every}) "
        f"WHERE likeness >= {NEAR_ENOUGH} AND $company IS NOT DISTINCT FROM $company "
        f"ORDER BY likeness DESC, number LIMIT {NEAR}"
    )
    rows = database.connection.execute(sql, {"number": folded(number), "company": company}).fetchall()
    return [str(found) for found, _ in rows]
