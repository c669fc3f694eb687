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
        database.run(f"DELETE FROM {schema}.{table} WHERE company = ?", [company])
        database.run(f"INSERT INTO {schema}.{table} BY NAME SELECT * FROM incoming")


def read_slice(database: Database, schema: str, table: str, company: str) -> pl.DataFrame:
    """The company's slice; an empty frame without columns where the asset was never materialized."""
    slice_ = f"{schema}.{table} {company}"
    if (kept := database.kept.get(slice_)) is not None:
        return kept
    if not database.has_table(schema, table):
        return pl.DataFrame()
    found = database.frame(f"SELECT * FROM {schema}.{table} WHERE company = ?", [company])
    if found.height <= KEPT_ROWS:
        database.kept[slice_] = found
    return found


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
