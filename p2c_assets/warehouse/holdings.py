"""What the destination held of a document when we last had to do with it, net of tax and charges.

`delivered`: after we wrote it, or when it was first found as it should be. Otherwise: what the plan saw of a document that
we never delivered. Reconciliation excuses a difference by what stopped a document only while this still holds.
"""

from datetime import datetime
from typing import NamedTuple

import polars as pl

from p2c_assets.warehouse.database import Database

_CREATE = """
CREATE TABLE IF NOT EXISTS delivery.holdings (
    unit VARCHAR, company VARCHAR, key VARCHAR, net DECIMAL(38, 4), delivered BOOLEAN, run VARCHAR, observed_utc TIMESTAMPTZ,
    PRIMARY KEY (unit, company, key));
"""

WRITTEN = ("created", "updated")

_REMEMBER = """
INSERT INTO delivery.holdings
SELECT ?, ?, key, net, outcome IN ('created', 'updated', 'unchanged'), ?, ? FROM incoming WHERE {wanted}
ON CONFLICT DO UPDATE SET net = excluded.net, delivered = excluded.delivered, run = excluded.run,
    observed_utc = excluded.observed_utc
WHERE {known}
"""


class Observed(NamedTuple):
    """Where and when something was observed."""

    unit: str
    company: str
    run: str
    now: datetime


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(_CREATE)


def remember(database: Database, observed: Observed, rows: pl.DataFrame) -> None:
    """Store documents (key, net, outcome; one row per key) as the destination holds them after a delivery.

    What was written replaces what was known. What was found unchanged does not: a total that has changed there by itself is
    not what we delivered. What was stopped is noted as long as it was never delivered.
    """
    with database.given("incoming", rows), database.transaction():
        for wanted, known in (
            (f"outcome IN {WRITTEN}", "true"),
            (f"outcome NOT IN {WRITTEN}", "NOT holdings.delivered"),
        ):
            database.run(_REMEMBER.format(wanted=wanted, known=known), [*observed])
