"""Strays: Sales rows whose business unit belongs to no company. They get their outcome when they are read.

No company's run would ever see them, so that without this they would be lost in silence. They stand in the ledger under the
company `-`, and stay there as moved or deleted once somebody has acted.
"""

from collections.abc import Mapping

import polars as pl

from p2c_assets.extraction.reader import Reading
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse import ledger, tombstones


def record_strays(reading: Reading, tasks: Mapping[str, Task], entity: Entity) -> int:
    """Reject an entity's rows without company in every task that reads it; returns how many rows that are."""
    if entity.company_column is None:
        return 0
    strays = _strays(reading, entity)
    for name, task in tasks.items():
        if task.source == entity:
            ledger.count_in(reading.database, name, entity.table, None, reading.run, reading.now)
            gone = tombstones.outcomes(reading.database, task, None).drop("scope")
            every = pl.concat([strays, gone], how="diagonal")
            ledger.record(reading.database, name, ledger.NO_COMPANY, reading.run, reading.now, every)
    return strays.height


def _strays(reading: Reading, entity: Entity) -> pl.DataFrame:
    rows = reading.database.frame(
        f"SELECT row_id AS source_id, row_version AS source_version, {entity.company_column} AS unit "
        f"FROM raw.{entity.table} WHERE row_company IS NULL"
    )
    known = ", ".join(f"{company.id} = {company.business_unit}" for company in reading.companies.values())
    return rows.select(
        pl.col("source_id"),
        pl.col("source_id").alias("document"),
        pl.lit("rejected").alias("outcome"),
        pl.lit("business_unit_not_mapped").alias("reason"),
        pl.format(
            "business unit {} belongs to no company of the settings ({})",
            pl.col("unit").fill_null("(none)"),
            pl.lit(known),
        ).alias("detail"),
        pl.col("source_version"),
        pl.lit(None, dtype=pl.List(pl.String)).alias("warnings"),
        pl.lit(None, dtype=pl.Decimal(38, 4)).alias("amount"),
        pl.lit(None, dtype=pl.String).alias("currency"),
    )
