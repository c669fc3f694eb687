"""What a changed mapping would do: both mappings applied to `raw` as it is, and their rows compared by source row.

Nothing is written, and neither system is asked. What the destination holds is not looked at either: a row counts as changed when
both mappings make another value of it. The plan of the next run shows what of that differs from the destination.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

import polars as pl

from p2c_assets.errors import SettingsError
from p2c_assets.mappings import catalogue
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.model import KEY_CLAIMS, FieldMap, Mode, Task
from p2c_assets.settings import Settings
from p2c_assets.transforms.apply import apply
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.inputs import peeked

EXAMPLES = 3
ABSENT = "(not mapped)"
_THERE = """
SELECT DISTINCT source_id FROM ledger.outcomes
WHERE task = ? AND company = ? AND valid_to_run IS NULL
  AND (outcome IN ('created', 'updated', 'unchanged') OR reason = 'owned_by_scm')
"""
_BEFORE = "before "

When = Literal["sent", "sent when created", "compared by reconciliation only"]
WHEN: Mapping[Mode, When] = {
    "synced": "sent",
    "on_create": "sent when created",
    "reconciled": "compared by reconciliation only",
}


class Example(NamedTuple):
    """One record: what it is called, and its value under both mappings."""

    document: str
    before: str | None
    after: str | None


class FieldChange(NamedTuple):
    """A field that gets another value, or another mode: in how many mapped rows, and for how many it would be sent."""

    task: str
    company: str
    field: str
    mode_before: str
    mode_after: str
    when: str
    rows: int
    sent: int
    examples: tuple[Example, ...]


class OutcomeChange(NamedTuple):
    """Rows that would have another outcome or reason than now."""

    task: str
    company: str
    before: str
    after: str
    cause: str
    rows: int
    documents: tuple[str, ...]


class Effect(NamedTuple):
    """Everything that would change; `compared` counts the rows looked at, `notes` what could not be judged."""

    fields: list[FieldChange]
    outcomes: list[OutcomeChange]
    compared: int
    notes: list[str]


class _Pair(NamedTuple):
    """One task under both mappings, with the rows of one company that they make."""

    before: Task
    after: Task
    company: str
    rows: pl.DataFrame
    there: frozenset[str]


def effect(database: Database, now: Settings, changed: Settings, today: date) -> Effect:
    """Compare both mappings over every task and company. Raises SettingsError where nothing was read yet."""
    companies = [name for name in now.companies if name in changed.companies]
    pairs = [pair for company in companies for pair in _pairs(database, now, changed, company, today)]
    return Effect(
        [change for pair in pairs for change in _fields(pair)],
        [change for pair in pairs for change in _outcomes(pair)],
        sum(pair.rows.height for pair in pairs),
        list(_notes(now, changed)),
    )


def _notes(now: Settings, changed: Settings) -> Iterator[str]:
    for name in sorted(set(now.companies) ^ set(changed.companies)):
        file = "now" if name in now.companies else "in the changed file"
        yield f"company {name} is only there {file}: not compared"
    for name in sorted(set(now.companies) & set(changed.companies)):
        if now.companies[name].business_unit.lower() != changed.companies[name].business_unit.lower():
            yield f"company {name} has another business unit: which rows are its own is known after the next read"


def _pairs(database: Database, now: Settings, changed: Settings, company: str, today: date) -> Iterator[_Pair]:
    before, after = (catalogue.tasks(settings.mapping_settings()) for settings in (now, changed))
    names = {name for tasks in (before, after) for task in tasks.values() for name in task.inputs}
    _check_read(database, names)
    frames = peeked(database, sorted(names), company)
    for name, task in before.items():
        old = apply(task, frames, now.companies[company], now.mapping_settings(), today)
        new = apply(after[name], frames, changed.companies[company], changed.mapping_settings(), today)
        there = frozenset(str(key) for (key,) in database.rows(_THERE, [name, company]))
        yield _Pair(task, after[name], company, _joined(old, new), there)


def _check_read(database: Database, names: set[str]) -> None:
    present = database.tables("raw")
    if any(ENTITIES[name].table not in present for name in names - {KEY_CLAIMS}):
        raise SettingsError(
            "nothing has been read yet: run `p2c run`, or the job read_sales and a company's job, first"
        )


def _joined(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """One row per source row, with the columns of both mappings; those of the present one as `before <name>`."""
    renamed = old.rename({name: f"{_BEFORE}{name}" for name in old.columns if name != "source_id"})
    return renamed.join(new, on="source_id", how="full", coalesce=True)


def _fields(pair: _Pair) -> Iterator[FieldChange]:
    """Of rows that are mapped before and after; keys that change make other records, and are among them."""
    both = pair.rows.filter((pl.col("before outcome") == "mapped") & (pl.col("outcome") == "mapped"))
    for target in dict.fromkeys([*pair.before.by_target, *pair.after.by_target]):
        before, after = (task.by_target.get(target) for task in (pair.before, pair.after))
        modes = (_mode(before), _mode(after))
        differing = both if modes[0] != modes[1] else both.filter(_differs(both, target))
        if not differing.is_empty():
            yield _field(pair, target, modes, differing)


def _mode(field: FieldMap | None) -> str:
    return ABSENT if field is None else field.mode


def _differs(rows: pl.DataFrame, target: str) -> pl.Expr:
    return ~_text(rows, f"{_BEFORE}{target}").eq_missing(_text(rows, target))


def _text(rows: pl.DataFrame, column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String) if column in rows.columns else pl.lit(None, dtype=pl.String)


def _field(pair: _Pair, target: str, modes: tuple[str, str], rows: pl.DataFrame) -> FieldChange:
    field = pair.after.by_target.get(target)
    there = rows["source_id"].is_in(list(pair.there)).sum()
    sent = 0 if field is None else _sent(pair.after, field.mode, rows.height, int(there))
    shown = rows.sort("document", "source_id").head(EXAMPLES)
    values = shown.select("document", _text(rows, f"{_BEFORE}{target}").alias("old"), _text(rows, target).alias("new"))
    when = "no longer mapped" if field is None else WHEN[field.mode]
    examples = tuple(Example(*row) for row in values.rows())
    return FieldChange(pair.after.name, pair.company, target, *modes, when, rows.height, sent, examples)


def _sent(task: Task, mode: Mode, rows: int, there: int) -> int:
    """How many of the rows would carry the field: those that are created, and of those that are there what is synced."""
    created = rows - there
    return {"synced": created if task.policy == "create_only" else rows, "on_create": created, "reconciled": 0}[mode]


def _outcomes(pair: _Pair) -> Iterator[OutcomeChange]:
    """By outcome and reason before and after, and what the new reason is about."""
    rows = pair.rows.with_columns(before=_said(_BEFORE), after=_said(""), cause=pl.col("cause").fill_null(""))
    moved = rows.filter(pl.col("before") != pl.col("after")).sort("document", "source_id")
    grouped = moved.group_by("before", "after", "cause", maintain_order=True)
    counted = grouped.agg(pl.len().alias("rows"), pl.col("document").head(EXAMPLES))
    for row in counted.sort("before", "after", "cause").to_dicts():
        said = (row["before"], row["after"], row["cause"], row["rows"])
        yield OutcomeChange(pair.after.name, pair.company, *said, tuple(row["document"]))


def _said(prefix: str) -> pl.Expr:
    """`rejected: unmapped_unit`, or the outcome alone."""
    return pl.concat_str(f"{prefix}outcome", f"{prefix}reason", separator=": ", ignore_nulls=True)
