"""Conflicts: a field that was changed on the side that does not own the document, since both sides last agreed on it.

Who owns: the source of an `upsert` task (accounts, contacts and quotes: Sales; products, invoices and returned orders: SCM);
the destination of a `create_only` task (an order that SCM has). Only the owner changed: that is the normal way. The other
side changed: a conflict, resolved by the settings (`delivery.conflicts`). With `owner_wins` the owner's value is written over
the other one, or travels back by itself; with `hold` the document waits until both values are equal. The other value is kept
in `ledger.conflicts` either way.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import polars as pl

from p2c_assets.delivery.plan import Change, Destination, Planned, destination_id, is_compared
from p2c_assets.delivery.units import Unit
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.schema import System
from p2c_assets.settings import Conflicts
from p2c_assets.warehouse import agreed, conflicts
from p2c_assets.warehouse.agreed import Pair, Place, place
from p2c_assets.warehouse.conflicts import ROW, Conflict, RowAt
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.holdings import Observed

NAMES = {"sales": "Sales", "scm": "SCM"}
SHOWN = 3
"""Fields that a detail names."""

Plans = Mapping[str, Planned]


class Bench(NamedTuple):
    """What judging the plans of one unit and company needs."""

    database: Database
    unit: Unit
    company: str
    tasks: Mapping[str, Task]
    rules: Conflicts

    @property
    def owner(self) -> System:
        """Who owns the unit's documents once both systems have them."""
        is_destination = self.tasks[self.unit.header.task].policy == "create_only"
        return self.unit.system if is_destination else "sales" if self.unit.system == "scm" else "scm"

    @property
    def owner_is_source(self) -> bool:
        """Whether the owner's values are the ones that would be sent."""
        return self.owner != self.unit.system


def judged(bench: Bench, plans: Plans, destination: Destination) -> Plans:
    """The plans with their conflicts, held where the settings hold them."""
    compared = {name: planned for name, planned in plans.items() if _is_compared(planned)}
    known = agreed.known(bench.database, bench.unit.name, bench.company, _wanted(bench, compared))
    if not known:
        return plans
    found = {name: tuple(_found(bench, planned, known, destination)) for name, planned in compared.items()}
    kept = _without_ours(bench, {name: listed for name, listed in found.items() if listed})
    times = conflicts.times_won(bench.database, bench.unit.name, bench.company)
    ruled = {name: _ruled(bench, compared[name], listed, times) for name, listed in kept.items()}
    return {**plans, **_deleted_by_owner(bench, compared, known), **ruled}


def _is_compared(planned: Planned) -> bool:
    return planned.document.stopped is None and (
        planned.action in ("create", "update") or planned.reason == "owned_by_scm"
    )


def _wanted(bench: Bench, plans: Plans) -> pl.DataFrame:
    """Of a document that would be created one field is enough: either it was never there, or it is gone."""
    rows = [
        (change.entity, change.key, change.field)
        for planned in plans.values()
        for change in (_witness(bench, planned) if planned.action == "create" else planned.changes)
    ]
    return pl.DataFrame(rows, schema=agreed.WANTED_SCHEMA, orient="row")


def _witness(bench: Bench, planned: Planned) -> tuple[Change, ...]:
    """A change of the header that would have an agreed state if the document had been there."""
    task = bench.tasks[bench.unit.header.task]
    kept = (
        change
        for change in planned.changes
        if change.entity == task.target.name
        and change.field in task.by_target
        and is_compared(task, task.by_target[change.field])
    )
    return tuple(islice(kept, 1))


def _found(bench: Bench, planned: Planned, known: Mapping[Place, Pair], destination: Destination) -> Iterator[Conflict]:
    tables = {task.target.name: task.target.table for task in bench.tasks.values()}
    gone: set[tuple[str, str]] = set()
    for change in planned.changes:
        pair = known.get(place(change.entity, change.key, change.field))
        row = (change.entity, folded(change.key))
        if pair is None or row in gone:
            continue
        if row[1] not in destination.rows.get(tables[change.entity], {}):
            gone.add(row)
            if bench.owner_is_source:
                there = Pair("there", "there", settled=True)
                yield _conflict(planned, bench, change._replace(field=ROW, before=None, after="there"), there, "other")
        elif change.after is not None:
            source, there = _moved(pair.source, change.after), _moved(pair.destination, change.before)
            owners, others = (source, there) if bench.owner_is_source else (there, source)
            if others:
                yield _conflict(planned, bench, change, pair, "both" if owners else "other")


def _moved(before: str | None, now: str | None) -> bool:
    return (before or None) != (now or None)


def _conflict(planned: Planned, bench: Bench, change: Change, pair: Pair, moved: conflicts.Moved) -> Conflict:
    member = next(
        (
            member
            for member in planned.document.members
            if folded(destination_id(bench.tasks[member.task].target, member.row)) == folded(change.key)
        ),
        planned.document.header,
    )
    task = bench.tasks[member.task]
    return Conflict(
        change.entity,
        folded(change.key),
        change.field,
        pair,
        change.after,
        change.before,
        moved,
        RowAt(task.source.table, folded(str(member.row["source_id"]))),
        RowAt(task.target.table, folded(change.key)),
    )


def _without_ours(bench: Bench, found: Mapping[str, Sequence[Conflict]]) -> dict[str, tuple[Conflict, ...]]:
    """What the destination holds because we sent it, and ended before we read it back, is nobody's change."""
    if not found:
        return {}
    ours = conflicts.sent_since(bench.database, bench.unit.name, bench.company)
    kept = {
        name: tuple(one for one in listed if (one.entity, one.key, one.field, one.destination) not in ours)
        for name, listed in found.items()
    }
    return {name: listed for name, listed in kept.items() if listed}


def _ruled(
    bench: Bench,
    planned: Planned,
    found: tuple[Conflict, ...],
    times: conflicts.Times,
) -> Planned:
    rule = getattr(bench.rules, bench.unit.flow)
    detail = _told(bench, found)
    again = max(times.get((_key(planned, one), *_values(bench, one)), 0) for one in found)
    if rule == "owner_wins" and again >= bench.rules.repeats and bench.owner_is_source:
        detail = f"{detail}; written over {again} times, and each time the same value came back"
    elif rule == "owner_wins":
        said = "; ".join(text for text in (planned.detail, detail) if text)
        return planned._replace(detail=said, conflicts=found)
    return planned._replace(action="held", reason="conflict", detail=detail, operations=(), conflicts=found)


def _key(planned: Planned, one: Conflict) -> conflicts.Key:
    return folded(planned.document.key), one.entity, one.key, one.field


def _values(bench: Bench, one: Conflict) -> tuple[str | None, str | None]:
    """In Sales and in SCM."""
    return (one.destination, one.source) if bench.unit.system == "sales" else (one.source, one.destination)


def _agreed(bench: Bench, one: Conflict) -> str | None:
    """What the side that changed it held before."""
    return one.agreed.destination if bench.owner_is_source else one.agreed.source


def _told(bench: Bench, found: Sequence[Conflict]) -> str:
    """For the person who reads the outcome: the fields with both values."""
    other = "sales" if bench.owner == "scm" else "scm"
    named = ", ".join(_one(bench, one, other) for one in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"changed in {NAMES[other]} although {NAMES[bench.owner]} owns it: {named}{more}"


def _one(bench: Bench, one: Conflict, other: str) -> str:
    if one.field == ROW:
        return f"{one.entity} {one.key} is gone from {NAMES[other]}"
    sales, scm = _values(bench, one)
    return f"{one.field} is {sales!r} in Sales, {scm!r} in SCM, and was {_agreed(bench, one)!r}"


def _deleted_by_owner(bench: Bench, plans: Plans, known: Mapping[Place, Pair]) -> dict[str, Planned]:
    """An order that SCM had and has no longer is not made anew: SCM owns it, its deletion too."""
    if bench.owner_is_source:
        return {}
    return {
        name: planned._replace(
            action="filtered",
            reason="deleted_in_scm",
            detail=f"SCM had {planned.document.key} and has deleted it",
            operations=(),
        )
        for name, planned in plans.items()
        if planned.action == "create"
        and any(place(change.entity, change.key, change.field) in known for change in _witness(bench, planned))
    }


def record(bench: Bench, plans: Plans, where: Observed) -> None:
    """Open what a plan found and close what it no longer finds."""
    found = [(planned, one) for planned in plans.values() for one in planned.conflicts]
    seen = conflicts.seen(bench.database, [row for _, one in found for row in (one.source_row, one.destination_row)])
    rows = [_opened(bench, planned, one, seen) for planned, one in found]
    frame = pl.DataFrame(rows, schema=conflicts.OPEN_SCHEMA, orient="row")
    unchanged = [folded(planned.document.key) for planned in plans.values() if planned.action == "unchanged"]
    over = [folded(planned.document.key) for planned in plans.values() if planned.reason == "owned_by_scm"]
    conflicts.record(bench.database, where, frame, unchanged, over)


def written_over(bench: Bench, where: Observed, documents: Sequence[str]) -> None:
    """The owner's values of these documents were written: their conflicts are resolved."""
    if bench.owner_is_source:
        conflicts.written_over(bench.database, where, [folded(key) for key in documents])


def _opened(bench: Bench, planned: Planned, one: Conflict, seen: Mapping[RowAt, conflicts.Seen]) -> tuple[object, ...]:
    is_sales = bench.unit.system == "sales"
    sales, scm = (one.destination_row, one.source_row) if is_sales else (one.source_row, one.destination_row)
    told = seen.get(sales, conflicts.NOT_SEEN)
    rule = "hold" if planned.action == "held" else "owner_wins"
    return (
        folded(planned.document.key),
        one.entity,
        one.key,
        one.field,
        bench.owner,
        one.moved,
        _agreed(bench, one),
        *_values(bench, one),
        rule,
        told.modified_utc,
        told.modified_by,
        told.seen_utc,
        seen.get(scm, conflicts.NOT_SEEN).seen_utc,
    )
