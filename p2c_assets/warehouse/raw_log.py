"""The raw log: every version of a source row that was ever observed, and the current row per key on top.

`raw_log.<entity>` only grows: a version is appended when a row's content hash changes, a tombstone (`deleted`) when a read
that should have found the row did not. `raw.<entity>` holds the current row per key; any past run's input can be made again
from the log. Rows come from extraction's frames; nothing here knows a protocol or a mapping.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from p2c_assets.mappings.folding import folded, folded_expr, folded_sql
from p2c_assets.warehouse import bookmarks, current
from p2c_assets.warehouse.bookmarks import Bookmark
from p2c_assets.warehouse.database import Database

NOT_CONTENT = {"row_id", "row_company", "versionnumber", "modifiedon", "modifiedby"}
"""Columns that change without the row's content changing, or that are the key itself."""


class Scope(NamedTuple):
    """Which current rows a read should have found: those of `company` (None: all), `column` in `values` where given.

    Values are compared as keys are."""

    company: str | None = None
    column: str | None = None
    values: Sequence[str] = ()


class Deleted(NamedTuple):
    """A read of changes, of `company` where one is named: which rows are gone is known by their `row_id`.

    Rows older than ours are passed over, where they tell their version. A row of Sales (its id is a GUID) that comes with
    another company has left the one where we knew it.
    """

    ids: Sequence[str]
    company: str | None = None


class Change(NamedTuple):
    """What one read brought, in rows."""

    read: int
    new: int
    changed: int
    deleted: int


def store(
    database: Database,
    table: str,
    rows: pl.DataFrame,
    scope: Scope | Deleted,
    run: str,
    now: datetime,
    bookmark: Bookmark | None = None,
) -> Change:
    """Bring `raw.<table>` up to a read of everything in `scope`; log new and changed versions and deletions.

    A read that brings nothing new writes nothing but its `bookmark`, which is stored with its rows or not at all. A key that
    comes twice counts once, as it was read last.
    """
    once = rows.unique(["row_id", "row_company"], keep="last")
    if _is_known(database, table, once, scope):
        if bookmark is not None:
            bookmarks.put(database, table, scope.company, bookmark, run, now)
        return Change(rows.height, 0, 0, 0)
    with database.given("page", once):
        _fit_table(database, table, once)
        database.run(f"CREATE OR REPLACE TEMP TABLE observed AS {_observed(table, rows, scope)}")
    gone, parameters = _gone(table, scope)
    change = Change(rows.height, *_counts(database, gone, parameters))
    if change.new or change.changed or change.deleted or bookmark is not None:
        with database.transaction():
            _append(database, table, gone, parameters, run, now)
            _apply(database, table, gone, parameters)
            current.changed(database, table)
            if bookmark is not None:
                bookmarks.put(database, table, scope.company, bookmark, run, now)
    return change


def gone_sql(table: str) -> str:
    """The query of rows of `$company` (null: of none) that were read once and are gone, each as it was last logged."""
    return (
        f"SELECT g.row_id, g.row_version, g.run, g.observed_utc FROM raw_log.{table} g "
        "WHERE g.deleted AND g.row_company IS NOT DISTINCT FROM $company AND NOT EXISTS "
        f"(SELECT 1 FROM raw.{table} r WHERE r.row_id = g.row_id AND r.row_company IS NOT DISTINCT FROM $company) "
        "QUALIFY row_number() OVER (PARTITION BY g.row_id ORDER BY g.observed_utc DESC) = 1"
    )


def logged_by_company(database: Database, table: str, run: str) -> dict[str, int]:
    """How many versions and tombstones a run logged, by company; `-` for rows of none."""
    rows = database.rows(
        f"SELECT coalesce(row_company, '-'), count(*) FROM raw_log.{table} WHERE run = ? GROUP BY 1 ORDER BY 1", [run]
    )
    return {str(company): int(str(count)) for company, count in rows}


def prepare(database: Database, table: str, empty: pl.DataFrame) -> None:
    """Make the tables of an entity that was never read, so that what refers to it finds no rows instead of no table."""
    with database.given("page", empty):
        _fit_table(database, table, empty)


def _fit_table(database: Database, table: str, rows: pl.DataFrame) -> None:
    """Make the tables where they are not there yet, and the columns that a wider read brings."""
    name = f"raw.{table}"
    if database.known.get(name) == rows.columns:
        return
    database.run(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT *, NULL::VARCHAR AS row_version FROM page LIMIT 0")
    database.run(
        f"CREATE TABLE IF NOT EXISTS raw_log.{table} AS SELECT *, NULL::VARCHAR AS row_version, "
        "NULL::VARCHAR AS run, NULL::TIMESTAMPTZ AS observed_utc, NULL::BOOLEAN AS deleted FROM page LIMIT 0"
    )
    present = set(database.columns("raw", table))
    for column, kind, *_ in database.rows("DESCRIBE SELECT * FROM page"):
        if column not in present:
            database.run(f'ALTER TABLE raw.{table} ADD COLUMN "{column}" {kind}')
            database.run(f'ALTER TABLE raw_log.{table} ADD COLUMN "{column}" {kind}')
            current.changed(database, table)
    database.known[name] = rows.columns


def _is_known(database: Database, table: str, rows: pl.DataFrame, scope: Scope | Deleted) -> bool:
    """Whether a read brought nothing: a small table holds just these rows of the scope, with the same content."""
    if isinstance(scope, Deleted):
        return rows.is_empty() and not scope.ids and database.has_table("raw", table)
    kept = current.small(database, table) if database.has_table("raw", table) else None
    if kept is None or {*kept.columns} != {*rows.columns, "row_version"}:
        return False
    if scope.company is not None:
        kept = kept.filter(pl.col("row_company") == scope.company)
    if scope.column is not None:
        kept = kept.filter(folded_expr(pl.col(scope.column)).is_in([folded(value) for value in scope.values]))
    if kept.height != rows.height:
        return False
    key = ["row_id", "row_company"]
    content = [*key, *(name for name in rows.columns if name not in NOT_CONTENT and name not in key)]
    return kept.select(content).sort(key).equals(rows.select(content).sort(key))


def _observed(table: str, rows: pl.DataFrame, scope: Scope | Deleted) -> str:
    """The query of what was read: hashed, with the known version beside it."""
    content = [name for name in rows.columns if name not in NOT_CONTENT]
    hashed = ", ".join(f'coalesce("{name}"::VARCHAR, chr(0))' for name in content)
    known = f"LEFT JOIN raw.{table} r ON {_same_row('r', 'p')}"
    if isinstance(scope, Deleted) and "versionnumber" in rows.columns:
        known += " WHERE coalesce(p.versionnumber >= r.versionnumber, true)"
    return (
        f"SELECT p.*, r.row_version AS known FROM "
        f"(SELECT *, md5(concat_ws(chr(31), {hashed})) AS row_version FROM page) p {known}"
    )


def _same_row(left: str, right: str) -> str:
    return f"{left}.row_id = {right}.row_id AND {left}.row_company IS NOT DISTINCT FROM {right}.row_company"


def _gone(table: str, scope: Scope | Deleted) -> tuple[str, list[object]]:
    """The query of current rows that are gone: the read should have found them and did not, or the system says so."""
    if isinstance(scope, Deleted):
        listed = f"SELECT r.* FROM raw.{table} r ANTI JOIN observed i ON {_same_row('i', 'r')}"
        moved = "r.row_id IN (SELECT row_id FROM observed)" if table.startswith("sales_") else "false"
        of_company = "(?::VARCHAR IS NULL OR r.row_company = ?)"
        parameters: list[object] = [list(scope.ids), scope.company, scope.company]
        return f"{listed} WHERE (list_contains(?::VARCHAR[], r.row_id) AND {of_company}) OR {moved}", parameters
    conditions, parameters = ["true"], []
    if scope.company is not None:
        conditions.append("r.row_company = ?")
        parameters.append(scope.company)
    if scope.column is not None:
        own = folded_sql(f'r."{scope.column}"::VARCHAR')
        conditions.append(f"list_contains(?, {own})")
        parameters.append([folded(value) for value in scope.values])
    wanted = " AND ".join(conditions)
    return f"SELECT r.* FROM raw.{table} r ANTI JOIN observed i ON {_same_row('i', 'r')} WHERE {wanted}", parameters


def _counts(database: Database, gone: str, parameters: list[object]) -> tuple[int, int, int]:
    ((new, changed, deleted),) = database.rows(
        "SELECT count(*) FILTER (known IS NULL), count(*) FILTER (known <> row_version), "
        f"(SELECT count(*) FROM ({gone})) FROM observed",
        parameters,
    )
    return int(str(new)), int(str(changed)), int(str(deleted))


def _append(database: Database, table: str, gone: str, parameters: list[object], run: str, now: datetime) -> None:
    database.run(
        f"INSERT INTO raw_log.{table} BY NAME SELECT * EXCLUDE known, ? AS run, ?::TIMESTAMPTZ AS observed_utc, "
        "false AS deleted FROM observed WHERE known IS DISTINCT FROM row_version",
        [run, now],
    )
    database.run(
        f"INSERT INTO raw_log.{table} BY NAME SELECT *, ? AS run, ?::TIMESTAMPTZ AS observed_utc, true AS deleted "
        f"FROM ({gone})",
        [run, now, *parameters],
    )


def _apply(database: Database, table: str, gone: str, parameters: list[object]) -> None:
    """A row that was read anew replaces its predecessor."""
    database.run(
        f"DELETE FROM raw.{table} r WHERE EXISTS (SELECT 1 FROM ({gone}) x WHERE {_same_row('x', 'r')})", parameters
    )
    changed = "known IS DISTINCT FROM row_version"
    database.run(
        f"DELETE FROM raw.{table} r WHERE EXISTS (SELECT 1 FROM observed x WHERE {changed} AND {_same_row('x', 'r')})"
    )
    database.run(f"INSERT INTO raw.{table} BY NAME SELECT * EXCLUDE known FROM observed WHERE {changed}")
