"""Stage tables: what `mapped`, `planned`, `delivered` and `reconciled` hold, one slice per company.

The table of an asset is named like its key: `mapped.scm_customers_from_accounts`. A materialization replaces its company's
slice. What happened is kept by the ledger, not here.
"""

import polars as pl

from p2c_assets.warehouse.database import KEPT_ROWS, Database


def replace_slice(database: Database, schema: str, table: str, company: str, rows: pl.DataFrame) -> None:
    """Put rows (with a `company` column) in place of the company's slice; columns that are new are added to the table."""
    name = f"{schema}.{table}"
    database.kept.pop(f"{name} {company}", None)
    with database.given("incoming", rows), database.transaction():
        if database.known.get(name) != rows.schema:
            database.run(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM incoming LIMIT 0")
            _fit_columns(database, schema, table)
            database.known[name] = rows.schema
            database.known.pop(f"{name} as read", None)
        database.run(f"DELETE FROM {schema}.{table} WHERE company = ?", [company])
        database.run(f"INSERT INTO {schema}.{table} BY NAME SELECT * FROM incoming")
    if database.known.get(f"{name} as read") == rows.schema:
        _keep(database, f"{name} {company}", rows)


def read_slice(database: Database, schema: str, table: str, company: str) -> pl.DataFrame:
    """The company's slice; an empty frame without columns where the asset was never materialized."""
    name = f"{schema}.{table}"
    if (kept := database.kept.get(f"{name} {company}")) is not None:
        return kept
    if not database.has_table(schema, table):
        return pl.DataFrame()
    found = database.frame(f"SELECT * FROM {name} WHERE company = ?", [company])
    database.known[f"{name} as read"] = found.schema
    _keep(database, f"{name} {company}", found)
    return found


def _keep(database: Database, slice_: str, rows: pl.DataFrame) -> None:
    if rows.height <= KEPT_ROWS:
        database.kept[slice_] = rows


def _fit_columns(database: Database, schema: str, table: str) -> None:
    """A changed mapping brings new columns, or a column of another type, which is then made anew."""
    present = _types(database, f"{schema}.{table}")
    for name, kind in _types(database, "incoming").items():
        if name not in present:
            database.run(f'ALTER TABLE {schema}.{table} ADD COLUMN "{name}" {kind}')
        elif present[name] != kind:
            database.run(
                f'ALTER TABLE {schema}.{table} ALTER COLUMN "{name}" TYPE {kind} USING TRY_CAST("{name}" AS {kind})'
            )


def _types(database: Database, relation: str) -> dict[str, str]:
    return {str(name): str(kind) for name, kind, *_ in database.rows(f"DESCRIBE SELECT * FROM {relation}")}
