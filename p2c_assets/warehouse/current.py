"""The current rows of `raw`, kept in memory while the file is open where the table is small.

A run asks hundreds of times for the same few rows, and what such a question costs is DuckDB's preparation, not the rows.
What writes to `raw` says so by `changed`; a transaction that is rolled back forgets everything that was kept.
"""

from collections.abc import Iterable

import polars as pl

from p2c_assets.mappings.folding import folded, folded_expr, folded_sql
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse.database import KEPT_ROWS, Database


def rows(database: Database, table: str) -> pl.DataFrame:
    """All current rows of `raw.<table>`."""
    kept = small(database, table)
    return database.frame(f"SELECT * FROM raw.{table}") if kept is None else kept


def small(database: Database, table: str) -> pl.DataFrame | None:
    """All current rows of `raw.<table>`; None where they are more than KEPT_ROWS."""
    name = f"raw.{table}"
    if name not in database.kept:
        found = database.frame(f"SELECT * FROM {name} LIMIT {KEPT_ROWS + 1}")
        database.kept[name] = found if found.height <= KEPT_ROWS else None
    return database.kept[name]


def with_values(
    database: Database, entity: Entity, column: str, values: Iterable[str], company: str | None
) -> pl.DataFrame:
    """The current rows whose `column` is one of the values, compared as keys are; of `company` where one is named."""
    wanted = sorted({folded(value) for value in values})
    kept = small(database, entity.table)
    if kept is not None:
        own = pl.lit(True) if company is None else pl.col("row_company") == company
        return kept.filter(own & folded_expr(pl.col(column)).is_in(wanted))
    key = folded_sql(f'r."{column}"')
    with database.given("wanted_rows", pl.DataFrame({"wanted": wanted}, schema={"wanted": pl.String})):
        return database.frame(
            f"SELECT r.* FROM raw.{entity.table} r SEMI JOIN wanted_rows w ON {key} = w.wanted "
            "WHERE ?::VARCHAR IS NULL OR r.row_company = ?",
            [company, company],
        )


def changed(database: Database, table: str) -> None:
    """Something was written to `raw.<table>`."""
    database.kept.pop(f"raw.{table}", None)
