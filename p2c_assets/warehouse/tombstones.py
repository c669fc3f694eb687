"""Rows that were read once and are gone from their source: deleted there, or moved to another company.

Such a row keeps an outcome for ever, so that no row that was ever read leaves the ledger in silence. It is named as the
ledger last named it. What became of it in the destination is delivery's and reconciliation's business.
"""

import polars as pl

from p2c_assets.mappings.model import Task
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.raw_log import gone_sql

DELETED, MOVED = "deleted_in_source", "moved_to_other_company"

SCHEMA = {
    "source_id": pl.String,
    "source_version": pl.String,
    "document": pl.String,
    "outcome": pl.String,
    "scope": pl.String,
    "amount": pl.Decimal(38, 4),
    "currency": pl.String,
    "reason": pl.String,
    "detail": pl.String,
}

_SQL = """
WITH gone AS ({gone}),
named AS (
    SELECT source_id, arg_max(document, valid_from_run) AS document, arg_max(amount, valid_from_run) AS amount,
           arg_max(currency, valid_from_run) AS currency
    FROM ledger.outcomes WHERE task = $task AND company = coalesce($company, '-') GROUP BY 1)
SELECT g.row_id AS source_id, g.row_version AS source_version, coalesce(n.document, g.row_id) AS document,
       'filtered' AS outcome, 'row' AS scope, n.amount::DECIMAL(38, 4) AS amount, n.currency,
       CASE WHEN {moved} THEN '{MOVED}' ELSE '{DELETED}' END AS reason,
       'last seen in ' || g.run || ' of ' || strftime(g.observed_utc AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') || ' UTC' AS detail
FROM gone g LEFT JOIN named n ON n.source_id = g.row_id
ORDER BY source_id
"""


def outcomes(database: Database, task: Task, company: str | None) -> pl.DataFrame:
    """One row per row of the task's source that is gone from `company` (None: from those that belong to none).

    Columns: SCHEMA. Only rows of Sales can
    move: a key of SCM that another company has as well is another row.
    """
    logged = f"SELECT 1 FROM raw_log.{task.source.table} WHERE deleted AND row_company IS NOT DISTINCT FROM ? LIMIT 1"
    if database.value(logged, [company]) is None:
        return pl.DataFrame(schema=SCHEMA)
    moved = f"EXISTS (SELECT 1 FROM raw.{task.source.table} r WHERE r.row_id = g.row_id)"
    sql = _SQL.format(
        gone=gone_sql(task.source.table),
        moved=moved if task.source.system == "sales" else "false",
        MOVED=MOVED,
        DELETED=DELETED,
    )
    return database.connection.execute(sql, {"task": task.name, "company": company}).pl()
