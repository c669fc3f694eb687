"""The ledger: one outcome per task, company and source row, and how many rows each run saw in each outcome.

`ledger.outcomes` gets a row when a source row's outcome, reason, detail or version changes; `valid_to_run` is null while
it holds. `ledger.counts` keeps every run's counts, `ledger.inputs` the rows that each run mapped, counted in `raw` (and in
`raw_log` those that are gone) and nowhere else: the check `outcomes_add_up` compares the two. The outcome of any row in any
run is `OUTCOME_IN_RUN`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from p2c_assets.warehouse import agreed, conflicts
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.raw_log import gone_sql

NO_COMPANY = "-"
"""Under which rows stand that belong to no company of the settings."""

OUTCOMES = ("created", "updated", "unchanged", "filtered", "rejected", "held", "refused")

LEDGER_SCHEMA = {
    "source_id": pl.String,
    "document": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "source_version": pl.String,
    "warnings": pl.List(pl.String),
    "amount": pl.Decimal(38, 4),
    "currency": pl.String,
}

_CREATE = """
CREATE TABLE IF NOT EXISTS ledger.runs (
    number BIGINT PRIMARY KEY, run VARCHAR UNIQUE, started_utc TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS ledger.outcomes (
    task VARCHAR, company VARCHAR, source_id VARCHAR, document VARCHAR, outcome VARCHAR, reason VARCHAR, detail VARCHAR,
    source_version VARCHAR, warnings VARCHAR[], amount DECIMAL(38, 4), currency VARCHAR,
    since_utc TIMESTAMPTZ, valid_from_run BIGINT, valid_to_run BIGINT);
CREATE TABLE IF NOT EXISTS ledger.inputs (
    run BIGINT, task VARCHAR, company VARCHAR, rows BIGINT, mapping VARCHAR);
ALTER TABLE ledger.inputs ADD COLUMN IF NOT EXISTS mapping VARCHAR;
ALTER TABLE ledger.inputs ADD COLUMN IF NOT EXISTS dry_run BOOLEAN;
CREATE TABLE IF NOT EXISTS ledger.counts (
    run BIGINT, task VARCHAR, company VARCHAR, outcome VARCHAR, reason VARCHAR, rows BIGINT);
"""

OUTCOME_IN_RUN = """
SELECT o.* FROM ledger.outcomes o
WHERE o.task = $task AND o.company = $company AND o.source_id = $source_id
  AND o.valid_from_run <= $run AND coalesce(o.valid_to_run > $run, true)
"""

_SAME = """o.outcome = i.outcome AND o.reason IS NOT DISTINCT FROM i.reason AND o.detail IS NOT DISTINCT FROM i.detail
    AND o.source_version IS NOT DISTINCT FROM i.source_version AND o.document = i.document"""


def prepare(database: Database) -> None:
    """Create the ledger's tables where they are not there yet, those of the agreed state and of conflicts among them."""
    database.run(_CREATE)
    agreed.prepare(database)
    conflicts.prepare(database)


def run_number(database: Database, run: str, now: datetime) -> int:
    """The number of a run, given to it the first time it writes; numbers grow with time."""
    known, sql = f"ledger.runs {run}", "SELECT number FROM ledger.runs WHERE run = ?"
    if known not in database.known:
        if database.value(sql, [run]) is None:
            added = "INSERT INTO ledger.runs SELECT coalesce(max(number), 0) + 1, ?, ? FROM ledger.runs"
            database.run(added, [run, now])
        database.known[known] = database.value(sql, [run])
    return int(str(database.known[known]))


def record(database: Database, task: str, company: str, run: str, now: datetime, outcomes: pl.DataFrame) -> None:
    """Bring the ledger of (task, company) up to `outcomes`, one row per source row (columns: LEDGER_SCHEMA)."""
    with database.given("incoming", outcomes.select(list(LEDGER_SCHEMA))), database.transaction():
        number = run_number(database, run, now)
        _close_changed(database, task, company, number)
        _open_new(database, task, company, number, now)
        _count(database, task, company, number)


def _close_changed(database: Database, task: str, company: str, number: int) -> None:
    """What was opened and changed within one run leaves no trace; everything else is closed."""
    current = "o.task = ? AND o.company = ? AND o.valid_to_run IS NULL"
    changed = f"NOT EXISTS (SELECT 1 FROM incoming i WHERE i.source_id = o.source_id AND {_SAME})"
    parameters: list[object] = [task, company]
    database.run(
        f"DELETE FROM ledger.outcomes o WHERE {current} AND o.valid_from_run = ? AND {changed}", [*parameters, number]
    )
    database.run(f"UPDATE ledger.outcomes o SET valid_to_run = ? WHERE {current} AND {changed}", [number, *parameters])


def _open_new(database: Database, task: str, company: str, number: int, now: datetime) -> None:
    """`since_utc` is the first date of an outcome and reason that go on under a new version."""
    database.run(
        """
        INSERT INTO ledger.outcomes
        SELECT ?, ?, i.source_id, i.document, i.outcome, i.reason, i.detail, i.source_version, i.warnings, i.amount,
               i.currency, coalesce(p.since_utc, ?), ?, NULL
        FROM incoming i
        LEFT JOIN ledger.outcomes p ON p.task = ? AND p.company = ? AND p.source_id = i.source_id
             AND p.valid_to_run = ? AND p.outcome = i.outcome AND p.reason IS NOT DISTINCT FROM i.reason
        WHERE NOT EXISTS (SELECT 1 FROM ledger.outcomes o WHERE o.task = ? AND o.company = ?
                          AND o.source_id = i.source_id AND o.valid_to_run IS NULL)
        """,
        [task, company, now, number, task, company, number, task, company],
    )


def _count(database: Database, task: str, company: str, number: int) -> None:
    database.run("DELETE FROM ledger.counts WHERE run = ? AND task = ? AND company = ?", [number, task, company])
    database.run(
        "INSERT INTO ledger.counts SELECT ?, ?, ?, outcome, reason, count(*) FROM incoming GROUP BY outcome, reason",
        [number, task, company],
    )


def current(database: Database, task: str, company: str) -> pl.DataFrame:
    """The outcomes that hold now for (task, company), one row per source row."""
    return database.frame(
        "SELECT * FROM ledger.outcomes WHERE task = ? AND company = ? AND valid_to_run IS NULL", [task, company]
    )


def ever_delivered(database: Database, task: str, company: str) -> set[str]:
    """The source rows of (task, company) that were in the destination at some time."""
    rows = database.rows(
        "SELECT DISTINCT source_id FROM ledger.outcomes "
        "WHERE task = ? AND company = ? AND outcome IN ('created', 'updated', 'unchanged')",
        [task, company],
    )
    return {str(source_id) for (source_id,) in rows}


def count_in(
    database: Database,
    task: str,
    source: str,
    company: str | None,
    run: str,
    now: datetime,
    mapping: str | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Store how many source rows (task, company) has when it is mapped: the `in` of the equation; and with which mapping.

    What a dry run mapped has no outcomes: it is no `in` unless its plan is delivered after all (`adopt_inputs`).

    Counted over `raw`, and over `raw_log` for rows that are gone from it. Later in the same run the platform may itself
    write rows that the task reads next time.
    """
    number, name = run_number(database, run, now), company or NO_COMPANY
    with database.transaction():
        database.run("DELETE FROM ledger.inputs WHERE run = ? AND task = ? AND company = ?", [number, task, name])
        database.connection.execute(
            f"INSERT INTO ledger.inputs (run, task, company, mapping, dry_run, rows) "
            f"SELECT $number, $task, $name, $mapping, $dry_run, "
            f"(SELECT count(*) FROM raw.{source} WHERE row_company IS NOT DISTINCT FROM $company) "
            f"+ (SELECT count(*) FROM ({gone_sql(source)}))",
            {
                "number": number,
                "task": task,
                "name": name,
                "company": company,
                "mapping": mapping,
                "dry_run": dry_run,
            },
        )


def adopt_inputs(database: Database, tasks: Sequence[str], company: str) -> None:
    """What is there mapped is delivered now, also where a dry run mapped it: its rows are the `in` of these outcomes."""
    database.run(
        "UPDATE ledger.inputs i SET dry_run = false WHERE i.company = ? AND list_contains(?, i.task) AND i.dry_run "
        "AND i.run = (SELECT max(run) FROM ledger.inputs l WHERE l.task = i.task AND l.company = i.company)",
        [company, list(tasks)],
    )


def rows_in(database: Database, task: str, company: str) -> int | None:
    """The `in` of the last run that mapped (task, company) to deliver it; None where none did."""
    found = database.value(
        "SELECT rows FROM ledger.inputs WHERE task = ? AND company = ? AND NOT coalesce(dry_run, false) "
        "ORDER BY run DESC LIMIT 1",
        [task, company],
    )
    return None if found is None else int(str(found))


def mappings(database: Database, tasks: Sequence[str], company: str) -> dict[str, str | None]:
    """With which version of its mapping each task of a company was mapped last; tasks that never were are left out."""
    rows = database.rows(
        "SELECT task, arg_max(mapping, run) FROM ledger.inputs WHERE company = ? AND list_contains(?, task) "
        "GROUP BY 1 ORDER BY 1",
        [company, list(tasks)],
    )
    return {str(task): None if mapping is None else str(mapping) for task, mapping in rows}


class Tally(NamedTuple):
    """How many rows were mapped or are gone, and the ledger's outcomes for them: all, of different rows, with a name."""

    rows_in: int
    outcomes: int
    distinct: int
    named: int

    @property
    def is_wrong(self) -> bool:
        """Whether a row has no outcome, two, or one without a name."""
        return not self.rows_in == self.outcomes == self.distinct == self.named


def tally(database: Database, task: str, company: str) -> Tally:
    """The rows that were in `raw` when (task, company) was mapped, and the outcomes that hold for them now."""
    counted = database.rows(
        "SELECT count(*), count(DISTINCT source_id), count(*) FILTER (list_contains(?, outcome)) FROM ledger.outcomes "
        "WHERE task = ? AND company = ? AND valid_to_run IS NULL",
        [list(OUTCOMES), task, company],
    )
    return Tally(rows_in(database, task, company) or 0, *(int(str(value)) for value in counted[0]))


def outcome_counts(database: Database, tasks: Sequence[str], company: str) -> dict[str, int]:
    """Rows per outcome as they stand now, over several tasks of a company."""
    rows = database.rows(
        "SELECT outcome, count(*) FROM ledger.outcomes "
        "WHERE list_contains(?, task) AND company = ? AND valid_to_run IS NULL GROUP BY 1",
        [list(tasks), company],
    )
    return {str(outcome): int(str(count)) for outcome, count in rows}
