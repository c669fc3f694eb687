"""What happened to a record, in its order: observed in either system, planned, sent, answered, read back, and its outcome.

Read from `raw_log`, the outbox and the ledger. An event names its run; the mapping's version is that of the run which mapped
the rows that were planned.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from p2c_assets.delivery.units import UNITS, Unit
from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.mappings.model import Task
from p2c_assets.reports.records import Found, Row, Side
from p2c_assets.warehouse.database import Database

NOT_SHOWN = {
    "row_version",
    "run",
    "observed_utc",
    "modifiedon",
    "modifiedby",
    "versionnumber",
    "row_company",
    "row_flaws",
}
CHANGED_SHOWN = 6
GUID_LENGTH = 36
SHORT = 8
"""Digits of a run or row version that are shown: enough to find it."""

OBSERVED, GONE, PLANNED, CONFLICT, SENT, ANSWERED, READ_BACK, OUTCOME = (
    "observed",
    "gone",
    "planned",
    "conflict",
    "sent",
    "answered",
    "read back",
    "outcome",
)


class Event(NamedTuple):
    """One thing that happened. `run`: Dagster's run id; `fields`: each field with before and after."""

    at: datetime
    run: str
    what: str
    text: str
    fields: tuple[str, ...] = ()


class Runs(NamedTuple):
    """The ledger's runs: id by number, number by id, start by number."""

    ids: Mapping[int, str]
    numbers: Mapping[str, int]
    starts: Mapping[int, datetime]

    def number(self, event: Event) -> int:
        """The run's number; for a run that the ledger does not know, that of the last run before it."""
        known = self.numbers.get(event.run)
        return known if known is not None else max((n for n, at in self.starts.items() if at <= event.at), default=0)


def events(database: Database, tasks: Mapping[str, Task], found: Found, numbers: Sequence[str]) -> tuple[Event, ...]:
    """Everything about a record, oldest first; within a run the outcome comes last. `numbers`: how documents are called."""
    runs = _runs(database)
    units = [unit for unit in UNITS.values() if unit.flow == found.kind.flow]
    happened = [
        *(event for side, row in found.rows for event in observed(database, side, row)),
        *(event for unit in units for event in _journal(database, tasks, unit, found, numbers, runs)),
        *(event for unit in units for event in _only_planned(database, tasks, unit, found, runs)),
        *(event for unit in units for event in _conflicts(database, unit, found, numbers)),
        *(event for unit in units for event in _outcomes(database, tasks, unit, found, runs)),
    ]
    ordered = sorted(happened, key=lambda event: (runs.number(event), event.what == OUTCOME, event.at))
    return tuple(_in_time(ordered))


def _in_time(ordered: Iterable[Event]) -> Iterator[Event]:
    """The ledger knows an outcome's run only: it is told at the time of what came before it."""
    last: datetime | None = None
    for event in ordered:
        is_earlier = last is not None and event.what == OUTCOME and event.at < last
        last = last if is_earlier and last is not None else event.at
        yield event._replace(at=last)


def _runs(database: Database) -> Runs:
    rows = database.rows("SELECT number, run, started_utc FROM ledger.runs")
    numbered: list[tuple[int, str, Any]] = [(int(str(number)), str(run), start) for number, run, start in rows]
    return Runs(
        {number: run for number, run, _ in numbered},
        {run: number for number, run, _ in numbered},
        {number: start for number, _, start in numbered},
    )


def observed(database: Database, side: Side, row: Row) -> Iterator[Event]:
    """Every version of a row that was read, with the columns that changed."""
    entity = side.entity
    versions = database.frame(
        f"SELECT * FROM raw_log.{entity.table} WHERE row_id = ? AND row_company IS NOT DISTINCT FROM ? "
        "ORDER BY observed_utc, deleted",
        [row["row_id"], row["row_company"]],
    ).to_dicts()
    before: Row | None = None
    for version in versions:
        place = f"{entity.system}.{entity.name} {version[side.column]}"
        text = f"{place}, version {short(version['row_version'])}{_difference(before, version)}"
        yield Event(version["observed_utc"], version["run"], GONE if version["deleted"] else OBSERVED, text)
        before = version


def _difference(before: Row | None, version: Row) -> str:
    if before is None or version["deleted"]:
        return ""
    changed = [name for name, value in version.items() if name not in NOT_SHOWN and before[name] != value]
    more = len(changed) - CHANGED_SHOWN
    return f"; changed: {', '.join(changed[:CHANGED_SHOWN])}" + (f" and {more} more" if more > 0 else "")


_JOURNAL = f"""
SELECT * EXCLUDE operations FROM delivery.outbox
WHERE unit = $unit AND company = $company
  AND ({folded_sql("document")} IN (SELECT unnest($documents))
       OR split_part({folded_sql("document")}, '|', 1) IN (SELECT unnest($documents)))
ORDER BY planned_utc
"""


def _journal(
    database: Database, tasks: Mapping[str, Task], unit: Unit, found: Found, numbers: Sequence[str], runs: Runs
) -> Iterator[Event]:
    """What the outbox says; `numbers`: how the record's document may be called in the destination."""
    asked = {"unit": unit.name, "company": found.company, "documents": [folded(number) for number in numbers]}
    for row in database.connection.execute(_JOURNAL, asked).pl().iter_rows(named=True):
        mapping = _mapping(database, unit.header.task, found.company, runs.numbers.get(row["plan"]))
        yield _planned(row, mapping, tasks[unit.header.task])
        if row["sent_utc"] is not None:
            yield Event(row["sent_utc"], row["run"], SENT, f"{row['action']} of {row['document']} to {unit.system}")
        if row["answered_utc"] is not None:
            yield Event(row["answered_utc"], row["run"], ANSWERED, _answer(row))
            if row["read_back"] is not None:
                yield Event(row["answered_utc"], row["run"], READ_BACK, row["read_back"])


def _only_planned(
    database: Database, tasks: Mapping[str, Task], unit: Unit, found: Found, runs: Runs
) -> Iterator[Event]:
    """The plan as it stands, where nothing of it was sent yet."""
    if not database.has_table("planned", unit.table):
        return
    task = tasks[unit.header.task]
    rows = database.frame(
        f"SELECT p.* FROM planned.{unit.table} p WHERE p.company = ? AND list_contains(?, p.source_id) "
        "AND p.action IN ('create', 'update') AND NOT EXISTS (SELECT 1 FROM delivery.outbox o "
        "WHERE o.unit = ? AND o.company = p.company AND o.plan = p.plan AND o.document = p.document)",
        [found.company, found.ids(task.source), unit.name],
    )
    for row in rows.iter_rows(named=True):
        number = runs.numbers.get(row["plan"])
        if number is not None:
            planned = {**row, "planned_utc": runs.starts[number], "run": row["plan"]}
            event = _planned(planned, _mapping(database, task.name, found.company, number), task)
            yield event._replace(text=f"{event.text}; not sent yet")


_CONFLICTS = """
SELECT * FROM ledger.conflicts
WHERE unit = $unit AND company = $company
  AND (document IN (SELECT unnest($documents)) OR split_part(document, '|', 1) IN (SELECT unnest($documents)))
ORDER BY first_utc, entity, key, field
"""
_RESOLVED = {
    "owner_wins": "the owner's value won",
    "values_agree": "both values are equal now",
    "overtaken": "overtaken by another change",
}


def _conflicts(database: Database, unit: Unit, found: Found, numbers: Sequence[str]) -> Iterator[Event]:
    """Fields that the side changed which does not own the document, and how that ended."""
    asked = {"unit": unit.name, "company": found.company, "documents": [folded(number) for number in numbers]}
    for row in database.connection.execute(_CONFLICTS, asked).pl().iter_rows(named=True):
        place = f"{row['entity']}[{_row(str(row['key']))}].{row['field']}"
        values = (
            f"Sales {_value(row['sales_value'])}, SCM {_value(row['scm_value'])}, agreed {_value(row['agreed_value'])}"
        )
        who = f"; Sales' row was changed {row['sales_modified_utc']:%Y-%m-%d %H:%M} by {row['sales_modified_by']}"
        told = f"{place}: {values}; {row['owner']} owns it" + (who if row["sales_modified_utc"] else "")
        yield Event(row["first_utc"], row["first_run"], CONFLICT, told)
        if row["resolved_utc"] is not None:
            yield Event(row["resolved_utc"], row["resolved_run"], CONFLICT, f"{place}: {_RESOLVED[row['resolution']]}")


def _planned(row: Row, mapping: str, task: Task) -> Event:
    changes: list[dict[str, Any]] = json.loads(row["changes"]) if row["changes"] else []
    text = f"{row['action']} of {row['document']} in {task.target.system}, {len(changes)} fields"
    fields = tuple(_field(change, task) for change in changes if change["before"] or change["after"])
    return Event(
        row["planned_utc"], row["run"], PLANNED, f"{text}; plan {short(row['plan'])}, mapping {mapping}", fields
    )


def _field(change: Mapping[str, Any], task: Task) -> str:
    """Lines are named by their keys: a document has several."""
    key = "" if change["entity"] == task.target.name else f"[{_row(str(change['key']))}]"
    return f"{change['entity']}{key}.{change['field']}: {_value(change['before'])} -> {_value(change['after'])}"


def _row(key: str) -> str:
    return short(key) if len(key) == GUID_LENGTH else key


def _value(value: object) -> str:
    return "(empty)" if value in (None, "") else str(value)


def _answer(row: Row) -> str:
    status = "" if row["http_status"] is None else f", HTTP {row['http_status']}"
    said = f": {row['code']}: {row['message']}" if row["code"] else f": {row['message']}" if row["message"] else ""
    request = f", request {row['request_id']}" if row["request_id"] else ""
    return f"{row['state']}{status}{request}{said}"


def _mapping(database: Database, task: str, company: str, run: int | None) -> str:
    found = database.value(
        "SELECT mapping FROM ledger.inputs WHERE task = ? AND company = ? AND run <= coalesce(?, run) AND mapping IS NOT NULL "
        "ORDER BY run DESC LIMIT 1",
        [task, company, run],
    )
    return "unknown" if found is None else str(found)


def _outcomes(database: Database, tasks: Mapping[str, Task], unit: Unit, found: Found, runs: Runs) -> Iterator[Event]:
    task = tasks[unit.header.task]
    ids = found.ids(task.source)
    rows = database.frame(
        "SELECT * FROM ledger.outcomes WHERE task = ? AND company = ? AND list_contains(?, source_id) ORDER BY valid_from_run",
        [task.name, found.company, ids],
    ).to_dicts()
    documents = sorted({folded(row["document"]) for row in rows})
    lines = _lines(database, unit, found.company, documents)
    for row in rows:
        number = row["valid_from_run"]
        mapping = _mapping(database, task.name, found.company, number)
        text = f"{said(row)} ({task.name}, mapping {mapping}, version {short(row['source_version'])}){lines.pop(number, '')}"
        yield Event(runs.starts[number], runs.ids[number], OUTCOME, text, tuple(row["warnings"] or ()))
    for number, text in lines.items():
        yield Event(runs.starts[number], runs.ids[number], OUTCOME, f"({unit.header.task}){text}")


def said(row: Row) -> str:
    """`rejected unmapped_unit: uomid.name Pallet is not in the value map units`."""
    reason = f" {row['reason']}" if row["reason"] else ""
    return f"{row['outcome']}{reason}" + (f": {row['detail']}" if row["detail"] else "")


def _lines(database: Database, unit: Unit, company: str, documents: Sequence[str]) -> dict[int, str]:
    """By run, what became of the lines."""
    if unit.lines is None:
        return {}
    rows = database.rows(
        "SELECT valid_from_run, string_agg(rows || ' ' || what, ', ' ORDER BY what) FROM ("
        "  SELECT valid_from_run, outcome || coalesce(' ' || reason, '') AS what, count(*) AS rows FROM ledger.outcomes "
        f"  WHERE task = ? AND company = ? AND list_contains(?, {folded_sql('document')}) GROUP BY ALL) GROUP BY 1 ORDER BY 1",
        [unit.lines.task, company, list(documents)],
    )
    return {int(str(number)): f"; lines: {text}" for number, text in rows}


def short(text: object) -> str:
    """The first digits of a run id or row version."""
    return "none" if text is None else str(text)[:SHORT]
