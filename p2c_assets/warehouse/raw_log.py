"""The raw log: every version of a source row that was ever observed, and the current row per key on top.

`raw_log.<entity>` only grows: a version is appended when a row's content hash changes, a tombstone (`deleted`) when a read
that should have found the row did not. `raw.<entity>` holds the current row per key; any past run's input can be made again
from the log. Rows come from extraction's frames; nothing here knows a protocol or a mapping.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from p2c_assets.warehouse.database import Database

NOT_CONTENT = {"row_id", "row_company", "versionnumber", "modifiedon"}
"""Columns that change without the row's content changing, or that are the key itself."""


class Scope(NamedTuple):
    """Which current rows a read should have found: those of `company` (None: all), `column` in `values` where given."""

    company: str | None = None
    column: str | None = None
    values: Sequence[str] = ()


class Change(NamedTuple):
    """What one read brought, in rows."""

    read: int
    new: int
    changed: int
    deleted: int


def store(database: Database, table: str, rows: pl.DataFrame, scope: Scope, run: str, now: datetime) -> Change:
    """Bring `raw.<table>` up to a read of everything in `scope`; log new and changed versions and deletions."""
    with database.given("page", rows), database.transaction():
        _create(database, table)
        _fit_columns(database, table)
        _stage(database, rows)
        _mark(database, table, scope)
        counts = _counts(database)
        _append(database, table, run, now)
        _apply(database, table)
        database.run("DROP TABLE incoming; DROP TABLE gone")
    return Change(rows.height, *counts)


def _create(database: Database, table: str) -> None:
    database.run(f"CREATE TABLE IF NOT EXISTS raw.{table} AS SELECT *, NULL::VARCHAR AS row_version FROM page LIMIT 0")
    database.run(
        f"CREATE TABLE IF NOT EXISTS raw_log.{table} AS SELECT *, NULL::VARCHAR AS row_version, "
        "NULL::VARCHAR AS run, NULL::TIMESTAMPTZ AS observed_utc, NULL::BOOLEAN AS deleted FROM page LIMIT 0"
    )


def _fit_columns(database: Database, table: str) -> None:
    present = set(database.columns("raw", table))
    for name, kind, *_ in database.rows("DESCRIBE SELECT * FROM page"):
        if name not in present:
            database.run(f'ALTER TABLE raw.{table} ADD COLUMN "{name}" {kind}')
            database.run(f'ALTER TABLE raw_log.{table} ADD COLUMN "{name}" {kind}')


def _stage(database: Database, rows: pl.DataFrame) -> None:
    """Hash the content. A key that comes twice in one read (rows moved between pages) counts once."""
    content = [name for name in rows.columns if name not in NOT_CONTENT]
    hashed = ", ".join(f'coalesce("{name}"::VARCHAR, chr(0))' for name in content)
    database.run(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT *, md5(concat_ws(chr(31), {hashed})) AS row_version, "
        "NULL::VARCHAR AS known FROM page QUALIFY row_number() OVER (PARTITION BY row_id, row_company) = 1"
    )


def _mark(database: Database, table: str, scope: Scope) -> None:
    database.run(
        f"UPDATE incoming SET known = r.row_version FROM raw.{table} r "
        "WHERE r.row_id = incoming.row_id AND r.row_company IS NOT DISTINCT FROM incoming.row_company"
    )
    conditions, parameters = _where(scope)
    database.run(
        f"CREATE OR REPLACE TEMP TABLE gone AS SELECT r.* FROM raw.{table} r WHERE {conditions} AND NOT EXISTS "
        "(SELECT 1 FROM incoming i WHERE i.row_id = r.row_id AND i.row_company IS NOT DISTINCT FROM r.row_company)",
        parameters,
    )


def _where(scope: Scope) -> tuple[str, list[object]]:
    conditions, parameters = ["true"], list[object]()
    if scope.company is not None:
        conditions.append("r.row_company = ?")
        parameters.append(scope.company)
    if scope.column is not None:
        conditions.append(f'list_contains(?, r."{scope.column}"::VARCHAR)')
        parameters.append(list(scope.values))
    return " AND ".join(conditions), parameters


def _counts(database: Database) -> tuple[int, int, int]:
    new = "SELECT count(*) FROM incoming WHERE known IS NULL"
    changed = "SELECT count(*) FROM incoming WHERE known <> row_version"
    return tuple(int(str(database.value(sql))) for sql in (new, changed, "SELECT count(*) FROM gone"))  # pyright: ignore[reportReturnType]


def _append(database: Database, table: str, run: str, now: datetime) -> None:
    database.run(
        f"INSERT INTO raw_log.{table} BY NAME SELECT * EXCLUDE known, ? AS run, ?::TIMESTAMPTZ AS observed_utc, false AS deleted "
        "FROM incoming WHERE known IS DISTINCT FROM row_version",
        [run, now],
    )
    database.run(
        f"INSERT INTO raw_log.{table} BY NAME SELECT *, ? AS run, ?::TIMESTAMPTZ AS observed_utc, true AS deleted FROM gone",
        [run, now],
    )


def _apply(database: Database, table: str) -> None:
    """Every row that was read replaces its predecessor: the columns that are not content may have moved on."""
    same = "x.row_id = r.row_id AND x.row_company IS NOT DISTINCT FROM r.row_company"
    database.run(f"DELETE FROM raw.{table} r WHERE EXISTS (SELECT 1 FROM gone x WHERE {same})")
    database.run(f"DELETE FROM raw.{table} r WHERE EXISTS (SELECT 1 FROM incoming x WHERE {same})")
    database.run(f"INSERT INTO raw.{table} BY NAME SELECT * EXCLUDE known FROM incoming")
