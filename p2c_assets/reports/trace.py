"""One record through both systems: what is behind it, what happened to it, what was made of it, and its total explained.

A trace is a row of stations in business order: account, contact, product, quote, order, confirmation, shipment, invoice;
each with its events in their order. `records` finds, `relations` connects, `events` and `totals` explain, `trace_text` shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from p2c_assets.mappings import scm
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import Task
from p2c_assets.reports.events import OBSERVED, Event, events, said, short
from p2c_assets.reports.records import (
    KINDS,
    AmbiguousRecordError,
    Found,
    Prefixes,
    UnknownRecordError,
    find,
)
from p2c_assets.reports.relations import LINES, Name, after, behind, documents
from p2c_assets.reports.totals import Totals, totals
from p2c_assets.warehouse.database import Database

ORDER = ("account", "contact", "product", "quote", "order", "confirmation", "shipment", "invoice")
"""Stations in business order."""

CONTACTS = 5
PRODUCTS = 10
LISTED = 20
LIMITS = {"contact": CONTACTS, "product": PRODUCTS}
"""How many records of a kind are told in full; more are counted."""

NOT_CONFIRMED = (None, "", "Active")
SHIPPED = ("PartiallyDelivered", "Delivered", "PartiallyInvoiced", "DeliveredPartiallyInvoiced", "Invoiced")
"""Processing statuses of SCM that a posted packing slip precedes. Source: MicrosoftDocs sales-status-map."""


class Station(NamedTuple):
    """One record, or one step of an order, with what happened there. `sides`: where it is, `sales.accounts US-001`."""

    kind: str
    number: str
    sides: tuple[str, ...]
    events: tuple[Event, ...]


class Listed(NamedTuple):
    """A document that is only named, with what became of it in each task."""

    kind: str
    number: str
    outcomes: tuple[str, ...]


class Trace(NamedTuple):
    """Everything about one record. `left_out`: how many records of a kind are not told; `documents`: those of a customer
    or product, each only named."""

    kind: str
    number: str
    company: str
    stations: tuple[Station, ...]
    left_out: Mapping[str, int]
    documents: tuple[Listed, ...]
    totals: Totals | None


def trace(
    database: Database, tasks: Mapping[str, Task], kind: str, number: str, company: str | None, prefixes: Prefixes
) -> Trace:
    """The trace of a record. Raises UnknownRecordError (with near matches) or AmbiguousRecordError (with the companies)."""
    found = find(database, KINDS[kind], number, company, prefixes)
    related = list(_related(database, found, prefixes))
    told, left_out = _limited([found, *related])
    stations = [station for one in told for station in _stations(database, tasks, one, prefixes)]
    stations.sort(key=lambda station: ORDER.index(station.kind))
    named = documents(database, found)
    listed = tuple(_listed(database, tasks, one, found.company) for one in named[:LISTED])
    if len(named) > LISTED:
        left_out = {**left_out, "document": len(named) - LISTED}
    return Trace(kind, found.number, found.company, tuple(stations), left_out, listed, totals(database, found))


def _related(database: Database, found: Found, prefixes: Prefixes) -> Iterator[Found]:
    """What the record is made of, over the order to the quote; and what was made of it, over the order to the invoices."""
    seen = {_key(found)}
    waiting: list[tuple[Found, bool, bool]] = [(found, True, True)]
    while waiting:
        current, backwards, forwards = waiting.pop(0)
        names = [(name, True, False) for name in (behind(database, current) if backwards else [])]
        names += [(name, name.kind != "contact", True) for name in (after(database, current) if forwards else [])]
        for name, back, forth in names:
            other = _found(database, name, found.company, prefixes)
            if other is not None and _key(other) not in seen:
                seen.add(_key(other))
                waiting.append((other, back and other.kind.name in LINES, forth and other.kind.name in LINES))
                yield other
    if found.kind.name in LINES:
        yield from _contact_persons(database, found, seen, prefixes)


def _contact_persons(
    database: Database, found: Found, seen: set[tuple[str, str]], prefixes: Prefixes
) -> Iterator[Found]:
    """The contacts of the accounts that a document is for."""
    for number in [number for kind, number in seen if kind == "account"]:
        account = _found(database, Name("account", number), found.company, prefixes)
        for name in after(database, account) if account is not None else []:
            other = _found(database, name, found.company, prefixes)
            if other is not None and _key(other) not in seen:
                seen.add(_key(other))
                yield other


def _key(found: Found) -> tuple[str, str]:
    return found.kind.name, folded(found.number)


def _found(database: Database, name: Name, company: str, prefixes: Prefixes) -> Found | None:
    """None for a record that was never read: its absence is told by the outcome of what refers to it."""
    try:
        return find(database, KINDS[name.kind], name.number, company, prefixes)
    except (UnknownRecordError, AmbiguousRecordError):
        return None


def _limited(found: Sequence[Found]) -> tuple[list[Found], Mapping[str, int]]:
    told: list[Found] = []
    counts: dict[str, int] = {}
    for one in found:
        name = one.kind.name
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= LIMITS.get(name, counts[name]):
            told.append(one)
    return told, {name: count - LIMITS[name] for name, count in counts.items() if count > LIMITS.get(name, count)}


def _stations(database: Database, tasks: Mapping[str, Task], found: Found, prefixes: Prefixes) -> Iterator[Station]:
    sides = tuple(_side(row, side.entity.reference, side.column) for side, row in found.rows)
    prefix = prefixes.get(found.company, "") if found.kind.has_prefix else ""
    names = {str(row[side.column]) for side, row in found.rows} | {prefix + found.number}
    happened = events(database, tasks, found, sorted(names))
    yield Station(found.kind.name, found.number, sides, happened)
    if found.kind.name == "order":
        yield from _steps(database, found)


def _side(row: Mapping[str, Any], reference: str, column: str) -> str:
    return f"{reference} {row[column]}" + (" (gone)" if row["deleted"] else "")


def _steps(database: Database, found: Found) -> Iterator[Station]:
    """Confirmation and shipment: the first version of SCM's order whose status says that it happened."""
    for row in found.of(scm.SALES_ORDER_HEADERS):
        versions = database.frame(
            "SELECT observed_utc, run, row_version, SalesOrderProcessingStatus AS status FROM raw_log.scm_sales_order_headers "
            "WHERE row_id = ? AND row_company = ? AND NOT deleted ORDER BY observed_utc",
            [row["row_id"], row["row_company"]],
        ).to_dicts()
        confirmed = [version for version in versions if version["status"] not in (*NOT_CONFIRMED, "Canceled")]
        shipped = [version for version in versions if version["status"] in SHIPPED]
        for kind, found_versions in (("confirmation", confirmed), ("shipment", shipped)):
            if found_versions:
                yield Station(kind, found.number, (), (_step(kind, found_versions[0]),))


def _step(kind: str, version: Mapping[str, Any]) -> Event:
    text = f"{kind} is posted in SCM: status {version['status']}, version {short(version['row_version'])}"
    return Event(version["observed_utc"], version["run"], OBSERVED, text)


def _listed(database: Database, tasks: Mapping[str, Task], name: Name, company: str) -> Listed:
    flow = KINDS[name.kind].flow
    headers = [task.name for task in tasks.values() if task.flow == flow and task.header is None]
    rows = database.frame(
        "SELECT task, outcome, reason, NULL AS detail FROM ledger.outcomes WHERE list_contains(?, task) AND company = ? "
        "AND lower(trim(document)) = ? AND valid_to_run IS NULL ORDER BY task",
        [headers, company, folded(name.number)],
    ).to_dicts()
    return Listed(name.kind, name.number, tuple(f"{said(row)} ({row['task']})" for row in rows))
