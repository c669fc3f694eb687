"""Both sides of a flow, paired by key, each pair put into one class of difference.

A flow's module gives `SIDES`: one row per record of either system with its key, currency, amount, amount net of tax and
charges, and whether its total is the sum of its own parts. Amounts are in the document's currency; a class's amount is SCM
minus Sales, so that Sales total + every class = SCM total. Classes that `kinds` calls unexplained are errors; every other
difference has a cause that somebody decided (a filter, a rejection, an order that has not come back yet).

Nothing of transforms or delivery is used here: the ledger says only why a record stayed on one side, or why a change did not
go through. The latter excuses a difference only while the destination still holds what was last delivered to it (never
delivered: what the plan saw), see `warehouse.holdings`. What SCM changes of an order from Sales is excused only while Sales
holds what SCM took from it, and nothing of a document whose charges Sales alone has. Parts that are known by themselves
(`parts`) are records of their own.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from p2c_assets.reconcile.kinds import UNEXPLAINED, kind
from p2c_assets.reconcile.parts import parts
from p2c_assets.reconcile.side import Side
from p2c_assets.reconcile.sides import journal, query, sides
from p2c_assets.warehouse.database import Database

STOPPED = "'filtered', 'rejected', 'held', 'refused'"
KEYS_SHOWN = 5
OWNED_BY_SCM = "owned_by_scm"
"""No reason for a document to be missing in SCM: it says that SCM has it."""

NOT_KEPT = "['lost_by_destination', 'altered_by_destination']"
"""Reasons that excuse nothing: the destination said that it had done what it did not do."""

_CLASSES = """
{sides},
explained AS (
    SELECT s.*, o.outcome, o.reason, count(*) OVER (PARTITION BY s.side, s.folded, s.task) AS copies
    FROM sides s
    LEFT JOIN ledger.outcomes o
      ON o.task = s.task AND o.company = $company AND o.source_id = s.source_id AND o.valid_to_run IS NULL),
sales AS (SELECT * FROM explained WHERE side = 'sales'),
scm AS (SELECT * FROM explained WHERE side = 'scm'),
journal AS ({journal}),
held AS (SELECT key, starts_with(unit, 'sales/') AS in_sales, net, delivered FROM delivery.holdings
         WHERE company = $company AND list_contains($units, unit)),
whole AS (SELECT folded, sum(net) AS net, sum(amount) AS amount FROM parts GROUP BY 1 HAVING sum(net) <> 0),
joined AS (
    SELECT coalesce(l.folded, r.folded) AS folded, coalesce(l.key, r.key, l.source_id) AS key,
           coalesce(l.currency, r.currency) AS currency, l.source_id AS sales_id,
           l.side IS NULL AS only_scm, r.side IS NULL AS only_sales, l.amount AS sales_amount, r.amount AS scm_whole,
           l.net AS sales_net, r.net AS scm_net, l.amount = l.net AS bare, l.in_flight AS in_flight,
           l.adds_up AS sales_adds_up, r.adds_up AS scm_adds_up, l.currency IS DISTINCT FROM r.currency AS currency_differs,
           greatest(coalesce(l.copies, 1), coalesce(r.copies, 1)) AS copies,
           l.outcome AS sales_outcome, l.reason AS sales_reason, r.outcome AS scm_outcome, r.reason AS scm_reason,
           l.born_here AS sales_born, r.born_here AS scm_born, l.row_id AS sales_row, r.row_id AS scm_row,
           coalesce(strftime(least(l.day, r.day), '%Y-%m'), '') AS month
    FROM sales l FULL JOIN scm r ON r.folded = l.folded AND {same_task}),
pairs AS (
    SELECT j.*, copies = 1 AND scm_net - sales_net = p.net AS has_parts,
           scm_whole - CASE WHEN has_parts THEN p.amount ELSE 0 END AS scm_amount,
           sales_net = scm_net OR has_parts AS net_agrees,
           EXISTS (SELECT 1 FROM held h WHERE h.in_sales AND h.key = j.folded AND h.net = j.sales_net) AS sales_is_held,
           EXISTS (SELECT 1 FROM held h WHERE NOT h.in_sales AND h.key = j.folded AND h.net = j.scm_net) AS scm_is_held,
           EXISTS (SELECT 1 FROM held h WHERE h.in_sales AND h.delivered AND h.key = j.folded AND h.net = j.sales_net)
             AS came_back_so,
           EXISTS (SELECT 1 FROM held h WHERE NOT h.in_sales AND h.delivered AND h.key = j.folded) AS was_sent,
           EXISTS (SELECT 1 FROM held h WHERE NOT h.in_sales AND h.delivered AND h.key = j.folded
                   AND h.net - j.sales_net IN (0, coalesce(p.net, 0))) AS was_sent_so,
           NOT bare AND (in_flight OR $flow = 'quotes') AS has_charges_of_its_own,
           j.folded IN (SELECT key FROM journal)
             OR split_part(j.folded, ' ', 1) IN (SELECT key FROM journal WHERE $flow = 'invoices') AS was_delivered
    FROM joined j LEFT JOIN whole p ON p.folded = j.folded),
classes AS (
SELECT $company AS company, key, coalesce(currency, '') AS currency, month, sales_id, sales_row, scm_row,
       coalesce(sales_amount, 0)::DECIMAL(38, 4) AS sales_amount, coalesce(scm_amount, 0)::DECIMAL(38, 4) AS scm_amount,
       only_sales, only_scm, folded, has_parts,
       CASE
         WHEN copies > 1 AND NOT (only_sales AND {stopped_sales}) THEN 'key_is_not_unique'
         WHEN only_sales AND sales_born IS NOT NULL THEN sales_born
         WHEN only_sales AND was_delivered THEN 'lost_in_scm'
         WHEN only_sales AND {stopped_sales} THEN sales_outcome || ':' || coalesce(sales_reason, '')
         WHEN only_sales THEN 'missing_in_scm'
         WHEN only_scm AND was_delivered THEN 'lost_in_sales'
         WHEN only_scm AND scm_born IS NOT NULL THEN scm_born
         WHEN only_scm AND {stopped_scm} THEN scm_outcome || ':' || coalesce(scm_reason, '')
         WHEN only_scm THEN 'missing_in_sales'
         WHEN NOT sales_adds_up THEN 'sales_total_is_not_its_lines'
         WHEN NOT scm_adds_up THEN 'scm_total_is_not_its_lines'
         WHEN currency_differs THEN 'currency_differs'
         WHEN sales_amount = scm_amount THEN 'agreed'
         WHEN net_agrees AND has_charges_of_its_own THEN 'charges_of_sales_not_sent'
         WHEN net_agrees AND in_flight THEN 'in_flight'
         WHEN net_agrees AND $flow = 'quotes' THEN 'tax_and_charges_of_scm'
         WHEN list_contains({not_kept}, sales_reason) OR list_contains({not_kept}, scm_reason) THEN 'value_differs'
         WHEN has_charges_of_its_own OR (in_flight AND was_sent AND NOT was_sent_so) THEN 'value_differs'
         WHEN sales_is_held AND scm_reason = 'totals_not_calculated' THEN 'filtered:totals_not_calculated'
         WHEN CASE WHEN in_flight THEN was_sent_so ELSE came_back_so END AND scm_reason = 'order_not_confirmed'
         THEN 'filtered:order_not_confirmed'
         WHEN sales_is_held AND scm_outcome IN ('rejected', 'held', 'refused')
         THEN scm_outcome || ':' || coalesce(scm_reason, '')
         WHEN scm_is_held AND sales_outcome IN ('rejected', 'held', 'refused')
         THEN sales_outcome || ':' || coalesce(sales_reason, '')
         ELSE 'value_differs'
       END AS class
FROM pairs)
SELECT * EXCLUDE (folded, has_parts) FROM classes
UNION ALL BY NAME
SELECT company, key, currency, month, sales_id, NULL AS sales_row, NULL AS scm_row,
       0::DECIMAL(38, 4) AS sales_amount, p.amount AS scm_amount, only_sales, only_scm,
       p.class
FROM classes c JOIN parts p ON p.folded = c.folded AND c.has_parts
"""


class Balance(NamedTuple):
    """One company's money in one currency: Sales total + the sum of the classes = SCM total.

    `unexplained` is the sum of the absolute differences of unexplained pairs, so that two errors never hide each other.
    """

    currency: str
    sales_total: Decimal
    scm_total: Decimal
    unexplained: Decimal
    unexplained_rows: int


def classify(database: Database, flow: str, side: Side) -> pl.DataFrame:
    """One row per pair of the flow, and per part of one that has its own name: key, currency, both amounts, class."""
    sql = _CLASSES.format(
        sides=sides(flow),
        journal=journal(flow),
        not_kept=NOT_KEPT,
        same_task="r.task = l.task" if flow == "contacts" else "true",
        stopped_sales=f"sales_outcome IN ({STOPPED}) AND sales_reason IS DISTINCT FROM '{OWNED_BY_SCM}'",
        stopped_scm=f"scm_outcome IN ({STOPPED})",
    )
    with side.known_to(database), database.given("parts", parts(database, flow, side)):
        return query(database, sql, flow, side).with_columns(pl.lit(flow).alias("flow"))


def summarise(pairs: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Per flow, company, currency, month and class: rows, both amounts, SCM minus Sales, and the same without cancelling out.

    `keys` are those with the largest differences, `oldest_utc` is since when the first of them differs (where `pairs` says
    so: `warehouse.differences`), `age_days` how long that is.
    """
    apart = (pl.col("scm_amount") - pl.col("sales_amount")).abs()
    if "since_utc" not in pairs.columns:
        pairs = pairs.with_columns(pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("since_utc"))
    groups = pairs.group_by("flow", "company", "currency", "month", "class", maintain_order=True)
    sums = groups.agg(
        pl.len().alias("rows"),
        pl.col("sales_amount").sum(),
        pl.col("scm_amount").sum(),
        (pl.col("scm_amount") - pl.col("sales_amount")).sum().alias("difference"),
        apart.sum().alias("gross_difference"),
        pl.col("key").sort_by(apart, descending=True).drop_nulls().head(KEYS_SHOWN).alias("keys"),
        pl.col("since_utc").min().alias("oldest_utc"),
    )
    return sums.with_columns(
        kind().alias("kind"),
        pl.col("class").is_in(UNEXPLAINED).alias("unexplained"),
        (pl.lit(now) - pl.col("oldest_utc")).dt.total_days().alias("age_days"),
    ).sort("currency", "month", "class")


def balances(summary: pl.DataFrame) -> list[Balance]:
    """One balance per currency of a flow's and company's summary."""
    unexplained = pl.col("unexplained")
    groups = summary.group_by("currency", maintain_order=True).agg(
        pl.col("sales_amount").sum(),
        pl.col("scm_amount").sum(),
        pl.col("gross_difference").filter(unexplained).sum().alias("money"),
        pl.col("rows").filter(unexplained).sum().alias("rows"),
    )
    return [
        Balance(row["currency"], row["sales_amount"], row["scm_amount"], row["money"], row["rows"])
        for row in groups.iter_rows(named=True)
    ]
