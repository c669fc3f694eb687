"""The quarantine: everything that is stopped, by root cause, with its age, its money, and who can put it right.

A cause is a reason and what it is about (a unit, a country, a customer). A document that is held because another one is
stopped stands under the cause of that other one. Rows come from `stopped`; what a reason means, who acts and how from
`mappings.reasons`; `quarantine_text` shows it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.reasons import REASONS, Reason
from p2c_assets.reports.stopped import stopped
from p2c_assets.warehouse.database import Database

EVERYWHERE = {"column", "currency", "answer", "sales.uomschedules"}
"""Causes that are one and the same in every company, besides value maps. Numbers and records belong to one company."""

WORDS = {
    "countries": "country",
    "country_regions": "country",
    "units": "unit",
    "currencies": "currency",
    "processing_status": "status",
    "sales.uomschedules": "unit group",
    "sales.products": "product",
    "sales.salesorders": "order",
    "scm.customers_v2": "customer",
    "row": "record",
    "business_unit": "business unit",
}
"""Kinds of causes as people say them; others are called what they are called."""

MAX_DEPTH = 20

Money = Mapping[str, Decimal]
"""Amounts by currency."""


class Stopped(NamedTuple):
    """One document that is stopped for one reason. `amount` is None in flows without money; `rows`: its source rows."""

    flow: str
    company: str
    document: str
    outcome: str
    reason: str
    cause: str | None
    detail: str
    since_utc: datetime
    rows: int
    amount: Decimal | None
    currency: str | None
    tasks: tuple[str, ...]
    source_ids: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """The document: several reasons of one document count its money once."""
        return self.flow, self.company, folded(self.document)

    @property
    def about(self) -> str:
        """What the reason is about, as people say it: `unit Pallet`."""
        kind, _, value = (self.cause or "").partition(" ")
        return value if kind == "answer" else f"{WORDS.get(kind, kind)} {value}".strip()


class Cause(NamedTuple):
    """One root cause: the documents that it stops itself, and those that are held because of these.

    `company` is None where the cause is the same in every company.
    """

    reason: Reason
    about: str
    company: str | None
    documents: tuple[Stopped, ...]
    waiting: tuple[Stopped, ...]

    @property
    def since_utc(self) -> datetime:
        """When the first of its documents was stopped."""
        return min(document.since_utc for document in self.documents)

    @property
    def money(self) -> Money:
        """At stake in all documents that the cause stops, those that wait included, each document once."""
        return money((*self.documents, *self.waiting))

    @property
    def companies(self) -> tuple[str, ...]:
        """Where it stops something."""
        return tuple(sorted({document.company for document in (*self.documents, *self.waiting)}))


class Quarantine(NamedTuple):
    """All causes, most money first; `documents` are all that are stopped."""

    causes: tuple[Cause, ...]
    documents: tuple[Stopped, ...]

    @property
    def money(self) -> Money:
        """At stake in all documents, each counted once."""
        return money(self.documents)

    @property
    def total(self) -> int:
        """How many documents are stopped, each counted once."""
        return len({document.key for document in self.documents})


def quarantine(
    database: Database, tasks: Mapping[str, Task], company: str | None = None, reason: str | None = None
) -> Quarantine:
    """What is stopped now: of all companies or of one, for all reasons or for one.

    With `company` or `reason` the causes are those that stop such a document; each is shown whole, in that company.
    """
    every = [_stopped(row) for row in stopped(database, tasks).iter_rows(named=True)]
    found = [document for document in every if company in (None, document.company)]
    causes = [cause for cause in _causes(found, _blockers(tasks, found)) if reason in (None, cause.reason.code)]
    kept = [document for cause in causes for document in (*cause.documents, *cause.waiting)]
    return Quarantine(tuple(sorted(causes, key=_order)), tuple(kept))


def money(documents: Sequence[Stopped]) -> Money:
    """Amounts by currency, each document counted once."""
    once = {document.key: document for document in documents if document.amount is not None}
    total: dict[str, Decimal] = {}
    for document in once.values():
        currency = document.currency or "?"
        total[currency] = total.get(currency, Decimal(0)) + (document.amount or Decimal(0))
    return dict(sorted(total.items()))


def days(since_utc: datetime, now: datetime) -> int:
    """Whole days since then; never negative."""
    return max((now - since_utc).days, 0)


def _stopped(row: Mapping[str, Any]) -> Stopped:
    values = {name: row[name] for name in Stopped._fields}
    values |= {"tasks": tuple(row["tasks"]), "source_ids": tuple(row["source_ids"]), "detail": row["detail"] or ""}
    return Stopped(**values)


def _causes(found: Sequence[Stopped], blockers: Mapping[int, int]) -> list[Cause]:
    """`blockers`: position of a held document -> position of the stopped document that it waits for."""
    groups: dict[tuple[str, str, str | None], tuple[list[Stopped], list[Stopped]]] = {}
    for position, document in enumerate(found):
        root = found[_root(position, blockers)]
        own, waiting = groups.setdefault(_group(root), ([], []))
        (own if position not in blockers else waiting).append(document)
    return [_cause(reason, company, own, waiting) for (reason, _, company), (own, waiting) in groups.items()]


def _cause(reason: str, company: str | None, own: Sequence[Stopped], waiting: Sequence[Stopped]) -> Cause:
    """Documents that wait for each other in a circle are the cause themselves."""
    documents, held = (own, waiting) if own else (waiting, ())
    return Cause(REASONS[reason], documents[0].about, company, tuple(documents), tuple(held))


def _root(position: int, blockers: Mapping[int, int]) -> int:
    """Follow what a document waits for to the document that waits for nothing."""
    for _ in range(MAX_DEPTH):
        if position not in blockers:
            return position
        position = blockers[position]
    return position


def _group(document: Stopped) -> tuple[str, str, str | None]:
    kind, _, value = (document.cause or "").partition(" ")
    is_shared = kind in EVERYWHERE or document.reason.startswith("unmapped_") or not kind
    of_flow = document.flow if kind == "column" else ""
    return document.reason, f"{of_flow} {kind} {folded(value)}", None if is_shared else document.company


def _order(cause: Cause) -> tuple[Any, ...]:
    """Most money first, whatever its currency; then most documents; then by name, so that two runs show the same."""
    stopped = len(cause.documents) + len(cause.waiting)
    return -sum(cause.money.values()), -stopped, cause.reason.code, cause.about, cause.company or ""


def _blockers(tasks: Mapping[str, Task], found: Sequence[Stopped]) -> Mapping[int, int]:
    """Which stopped document each held one waits for, by their positions."""
    names = _names(tasks, found)
    blockers: dict[int, int] = {}
    for position, document in enumerate(found):
        kind, _, value = (document.cause or "").partition(" ")
        called = value if kind == "row" else folded(value)
        other = names.get((kind, document.company, called), names.get((kind, None, called)))
        if document.reason == "parent_missing" and other not in (None, position):
            blockers[position] = other
    return blockers


def _names(tasks: Mapping[str, Task], found: Sequence[Stopped]) -> Mapping[tuple[str, str | None, str], int]:
    """How a cause may name a stopped document: by its key in the destination, or by a source row of it.

    A destination without companies has one record for all. A document that waits itself gives way to one that does not.
    """
    names: dict[tuple[str, str | None, str], int] = {}
    for position, one in sorted(enumerate(found), key=lambda item: item[1].reason != "parent_missing"):
        names |= {("row", one.company, source_id): position for source_id in one.source_ids}
        for target in (tasks[task].target for task in one.tasks):
            company = one.company if target.company_column else None
            names[target.reference, company, folded(one.document)] = position
    return names
