"""Since when both systems differ: every pair of a flow and company that does not agree, with its class and its first date.

`ledger.differences` is brought up to each reconciliation: a pair that agrees leaves it, a pair whose class changes begins
anew. Which class a pair is in is reconciliation's business.
"""

from datetime import datetime

import polars as pl

from p2c_assets.warehouse.database import Database

_CREATE = """
CREATE TABLE IF NOT EXISTS ledger.differences (
    flow VARCHAR, company VARCHAR, key VARCHAR, currency VARCHAR, class VARCHAR, since_utc TIMESTAMPTZ);
"""

_SINCE = """
SELECT i.key, i.currency, i.class, coalesce(min(d.since_utc), $now) AS since_utc
FROM incoming i
LEFT JOIN ledger.differences d ON d.flow = $flow AND d.company = $company AND d.key = i.key AND d.currency = i.currency
     AND d.class = i.class
GROUP BY ALL
"""


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(_CREATE)


def record(database: Database, flow: str, company: str, pairs: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Keep the pairs (columns key, currency, class) that do not agree; those known keep their first date.

    Returns the pairs with that date, `since_utc`; null where they agree.
    """
    apart = pairs.filter(pl.col("class") != "agreed").select("key", "currency", "class")
    asked = {"flow": flow, "company": company}
    with database.given("incoming", apart), database.transaction():
        database.connection.execute(f"CREATE OR REPLACE TEMP TABLE apart AS {_SINCE}", {**asked, "now": now})
        database.run("DELETE FROM ledger.differences WHERE flow = ? AND company = ?", [flow, company])
        database.connection.execute(
            "INSERT INTO ledger.differences BY NAME SELECT $flow AS flow, $company AS company, * FROM apart", asked
        )
        known = database.frame("SELECT key, currency, class, since_utc FROM apart")
    since = known.with_columns(pl.col("since_utc").dt.convert_time_zone("UTC"))
    return pairs.join(since, on=["key", "currency", "class"], how="left", nulls_equal=True)
