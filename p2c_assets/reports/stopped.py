"""Documents that are stopped: rejected, held and refused rows of the ledger put together by document and reason.

One row per flow, company, document and reason, with its cause, its age and its money. Read from the ledger, from the mapped
slices (the cause of a row), from the outbox's refusals (the destination's words) and, for rows that belong to no company,
from `raw`. What waits for what, and which documents have one cause, is the business of `quarantine`.
"""

from collections.abc import Mapping

import polars as pl

from p2c_assets.delivery.units import UNITS, Unit
from p2c_assets.mappings.folding import folded_sql
from p2c_assets.mappings.model import Task
from p2c_assets.warehouse.database import Database

MONEY_FLOWS = ("quotes", "orders", "invoices")
"""Flows whose amounts are money at stake. List prices of products and credit limits are not."""

STRAY = "business_unit_not_mapped"
REFUSED = "refused_by_destination"

SCHEMA = {
    "flow": pl.String,
    "company": pl.String,
    "document": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "cause": pl.String,
    "detail": pl.String,
    "since_utc": pl.Datetime("us", "UTC"),
    "rows": pl.Int64,
    "amount": pl.Decimal(38, 4),
    "currency": pl.String,
    "tasks": pl.List(pl.String),
    "units": pl.List(pl.String),
    "source_ids": pl.List(pl.String),
}

_SQL = """
WITH tasks AS (SELECT * FROM given_tasks),
causes(task, company, source_id, reason, cause) AS ({causes}),
rows AS (
    SELECT t.flow, o.company, o.document, {document} AS folded, o.outcome, o.reason, o.detail, o.since_utc, o.source_id,
           o.amount, o.currency, t.task, t.unit, t.is_line, t.has_money, c.cause
    FROM ledger.outcomes o
    JOIN tasks t ON t.task = o.task
    LEFT JOIN causes c
      ON c.task = o.task AND c.company = o.company AND c.source_id = o.source_id AND c.reason = o.reason
    WHERE o.valid_to_run IS NULL AND o.outcome IN ('rejected', 'held', 'refused'))
SELECT flow, company, min(document) AS document, outcome, reason,
       arg_min(cause, (is_line, source_id)) FILTER (cause IS NOT NULL) AS cause,
       arg_min(detail, (is_line, source_id)) AS detail, min(since_utc) AS since_utc, count(*) AS rows,
       CASE WHEN any_value(has_money) THEN coalesce(max(amount) FILTER (NOT is_line), sum(amount)) END::DECIMAL(38, 4)
         AS amount,
       CASE WHEN any_value(has_money) THEN arg_min(currency, (is_line, source_id)) END AS currency,
       list_sort(list_distinct(list(task))) AS tasks, list_sort(list_distinct(list(unit))) AS units,
       list_sort(list_distinct(list(source_id))) AS source_ids
FROM rows GROUP BY flow, company, folded, outcome, reason
ORDER BY flow, company, folded, outcome, reason
"""


def stopped(database: Database, tasks: Mapping[str, Task]) -> pl.DataFrame:
    """One row per flow, company, document and reason that is stopped now (columns: SCHEMA).

    `amount` is the header's, in the document's currency; the sum of the lines where only lines are stopped; null in flows
    without money. `since_utc` is the first date on which any of its rows had this reason.
    """
    with database.given("given_tasks", _tasks(tasks)):
        sql = _SQL.format(
            causes=" UNION ALL ".join(_causes(database, tasks)) or _NO_CAUSES,
            document=folded_sql("o.document"),
        )
        return database.frame(sql).cast(SCHEMA)  # pyright: ignore[reportArgumentType]


def _tasks(tasks: Mapping[str, Task]) -> pl.DataFrame:
    rows = [
        (task.name, task.flow, task.unit, task.header is not None, task.flow in MONEY_FLOWS) for task in tasks.values()
    ]
    return pl.DataFrame(rows, schema=["task", "flow", "unit", "is_line", "has_money"], orient="row")


_NO_CAUSES = "SELECT ''::VARCHAR, '', '', '', '' WHERE false"


def _causes(database: Database, tasks: Mapping[str, Task]) -> list[str]:
    """Queries of causes by task, company, source row and reason."""
    found: list[str] = []
    for task in tasks.values():
        table = task.asset.replace("/", "_")
        if database.has_table("mapped", table) and "cause" in database.columns("mapped", table):
            found.append(_select(task, "company, source_id, reason, cause", f"mapped.{table}"))
        if task.source.company_column == "owningbusinessunit" and database.has_table("raw", task.source.table):
            unit = f"'-', row_id, '{STRAY}', 'business_unit ' || owningbusinessunit"
            found.append(_select(task, unit, f"raw.{task.source.table} WHERE row_company IS NULL"))
    found += [_answers(tasks[unit.header.task], unit) for unit in UNITS.values() if _was_delivered(database, unit)]
    return found + [_waits(tasks[unit.header.task], unit) for unit in UNITS.values() if _has_names(database, unit)]


def _was_delivered(database: Database, unit: Unit) -> bool:
    return database.has_table("delivered", unit.table)


def _has_names(database: Database, unit: Unit) -> bool:
    return database.has_table("planned", unit.table) and "plan_name" in database.columns("planned", unit.table)


def _waits(task: Task, unit: Unit) -> str:
    """The plan in which a document waits for a person."""
    return _select(
        task, "company, source_id, hold, 'plan ' || plan_name", f"planned.{unit.table} WHERE hold IS NOT NULL"
    )


def _answers(task: Task, unit: Unit) -> str:
    """What the destination said, by the header's row: the refusal knows the document by its key there."""
    refused = f"d.company, d.source_id, '{REFUSED}', 'answer ' || r.code || ': ' || r.message"
    joined = "r.company = d.company AND r.document = d.document"
    return _select(
        task, refused, f"delivered.{unit.table} d JOIN delivery.refusals r ON r.unit = '{unit.name}' AND {joined}"
    )


def _select(task: Task, columns: str, source: str) -> str:
    return f"SELECT '{task.name}', {columns} FROM {source}"
