"""The last plan of each unit and company: what would be written, field by field, what waits for a person, and why.

Read from the planned slices, with what the outbox says has been sent of them since. `plans_text` shows it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.delivery.risk import RISKS
from p2c_assets.delivery.units import UNITS, Unit
from p2c_assets.mappings.folding import folded
from p2c_assets.warehouse.database import Database

ORDER = {risk.code: place for place, risk in enumerate(RISKS)}


class Field(NamedTuple):
    """One field that would be written."""

    entity: str
    key: str
    field: str
    before: str | None
    after: str | None


class Document(NamedTuple):
    """One document that would be written. `hold`: what it waits for; `state`: what the outbox says became of it."""

    document: str
    action: str
    risk: str
    money_delta: Decimal | None
    currency: str | None
    hold: str | None
    hold_detail: str | None
    approval: int | None
    lines: int
    fields: tuple[Field, ...]
    state: str | None = None


class Plan(NamedTuple):
    """The plan of one unit and company. `name` is None where it would write nothing; `others`: documents by action."""

    name: str | None
    unit: str
    flow: str
    company: str
    run: str
    made_utc: datetime | None
    documents: tuple[Document, ...]
    others: Mapping[str, int]

    @property
    def waiting(self) -> tuple[Document, ...]:
        """The documents that wait for a person."""
        return tuple(one for one in self.documents if one.hold is not None)

    @property
    def released(self) -> tuple[Document, ...]:
        """The documents that go, or went, without waiting."""
        return tuple(one for one in self.documents if one.hold is None)

    @property
    def holds(self) -> Mapping[str, int]:
        """Why documents wait, with how many there are."""
        return Counter(one.hold_detail or "" for one in self.waiting)


def plans(
    database: Database, companies: Sequence[str], flow: str | None = None, document: str | None = None
) -> list[Plan]:
    """The last plans of these companies, of a flow and of a document where they are given, in the flows' order."""
    wanted = [
        unit for unit in UNITS.values() if flow in (None, unit.flow) and database.has_table("planned", unit.table)
    ]
    found = [plan for unit in wanted for company in companies if (plan := _plan(database, unit, company)) is not None]
    if document is None:
        return found
    named = [plan._replace(documents=tuple(_of(plan.documents, document)), others={}) for plan in found]
    return [plan for plan in named if plan.documents]


def _of(documents: Iterable[Document], number: str) -> Iterable[Document]:
    return (one for one in documents if is_called(one.document, number))


def is_called(document: str, number: str) -> bool:
    """Whether a document has this number; one of several key columns (`C-1|US-001`) is also known by the first."""
    return folded(number) in (folded(document), folded(document.partition("|")[0]))


def _plan(database: Database, unit: Unit, company: str) -> Plan | None:
    if "hold" not in database.columns("planned", unit.table):
        return None
    rows = database.frame(
        f"SELECT * FROM planned.{unit.table} WHERE company = ? ORDER BY document", [company]
    ).to_dicts()
    if not rows:
        return None
    run, name = str(rows[0]["plan"]), rows[0]["plan_name"]
    states = database.rows(
        "SELECT document, state FROM delivery.outbox WHERE unit = ? AND company = ? AND plan = ?",
        [unit.name, company, run],
    )
    made = database.value("SELECT made_utc FROM delivery.plans WHERE name = ?", [name])
    return Plan(
        name,
        unit.name,
        unit.flow,
        company,
        run,
        made if isinstance(made, datetime) else None,
        documents(rows, {str(key): str(state) for key, state in states}),
        Counter(str(row["action"]) for row in rows if row["risk"] is None),
    )


def documents(rows: Iterable[Mapping[str, Any]], states: Mapping[str, str] | None = None) -> tuple[Document, ...]:
    """The rows of a planned slice that would be written: those that wait first, then by risk and number."""
    found = [_document(row, (states or {}).get(row["document"])) for row in rows if row["risk"] is not None]
    return tuple(sorted(found, key=lambda one: (one.hold is None, ORDER[one.risk], one.document)))


def _document(row: Mapping[str, Any], state: str | None) -> Document:
    return Document(
        row["document"],
        row["action"],
        row["risk"],
        row["money_delta"],
        row["money_currency"],
        row["hold"],
        row["hold_detail"],
        row["approval"],
        row["lines"],
        tuple(Field(**change) for change in json.loads(row["changes"])),
        state,
    )


def risks(found: Iterable[Document]) -> dict[str, int]:
    """Documents by risk class, zeros too."""
    counts = Counter(one.risk for one in found)
    return {risk.code: counts.get(risk.code, 0) for risk in RISKS}


def money(found: Iterable[Document]) -> dict[str, Decimal]:
    """What the destination would hold more (or less) in all, by currency."""
    total: dict[str, Decimal] = {}
    for one in found:
        if one.money_delta is not None and one.currency is not None:
            total[one.currency] = total.get(one.currency, Decimal(0)) + one.money_delta
    return dict(sorted(total.items()))
