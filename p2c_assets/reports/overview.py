"""Everything that the report shows, read from the warehouse: as of the last run, so that the same warehouse shows the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.model import Task
from p2c_assets.reports.balance import Balance, balance
from p2c_assets.reports.quarantine import Quarantine, quarantine
from p2c_assets.warehouse.database import Database

RUNS_SHOWN = 60
AGES = (("today", 1), ("to 7 days", 8), ("to 30 days", 31), ("older", None))
"""Ages by whole days: the name, and the first day that is beyond."""


class Difference(NamedTuple):
    """All pairs of one class: SCM minus Sales, since when, and how many of each age (AGES; unknown ones count as older)."""

    flow: str
    company: str
    currency: str
    name: str
    rows: int
    amount: Decimal
    unexplained: bool
    since_utc: datetime | None
    ages: tuple[int, ...]


class Run(NamedTuple):
    """One run: rows that it mapped and wrote, requests that it made, writes inside `$batch`, seconds in both systems."""

    number: int
    started_utc: datetime
    companies: str
    rows: int
    written: int
    requests: int
    writes: int
    throttled_s: float
    seconds: float


class Overview(NamedTuple):
    """What the report shows. `as_of` is the start of the last run: ages count until then."""

    as_of: datetime
    run: str
    balance: Balance
    differences: tuple[Difference, ...]
    quarantine: Quarantine
    runs: tuple[Run, ...]


def overview(database: Database, tasks: Mapping[str, Task], companies: Sequence[str]) -> Overview:
    """The whole picture. Raises SettingsError where nothing has run yet."""
    last = database.rows("SELECT started_utc, run FROM ledger.runs ORDER BY number DESC LIMIT 1")
    if not last:
        raise SettingsError("no run has left anything in this warehouse yet: `p2c run` does")
    ((as_of, run),) = last
    if not isinstance(as_of, datetime):
        raise TypeError(f"the start of run {run} is {as_of!r}")
    found = balance(database, tasks, list(companies))
    flows = list(dict.fromkeys(task.flow for task in tasks.values()))
    return Overview(
        as_of,
        str(run),
        found,
        tuple(one for flow in flows for one in _differences(database, flow, companies, as_of)),
        quarantine(database, tasks),
        tuple(_runs(database)),
    )


_DIFFERENCES = """
WITH pairs AS (
    SELECT p.company, p.currency, p.class, p.scm_amount - p.sales_amount AS difference, s.unexplained, d.since_utc,
           date_diff('second', d.since_utc, $as_of::TIMESTAMPTZ) // 86400 AS days
    FROM reconciled.{flow}_pairs p
    JOIN (SELECT DISTINCT company, currency, class, unexplained FROM reconciled.{flow}) s
      ON s.company = p.company AND s.currency = p.currency AND s.class = p.class
    LEFT JOIN ledger.differences d ON d.flow = '{flow}' AND d.company = p.company AND d.key = p.key
         AND d.currency = p.currency AND d.class = p.class
    WHERE p.class <> 'agreed')
SELECT company, currency, class, count(*), sum(difference), bool_or(unexplained), min(since_utc), {ages}
FROM pairs GROUP BY ALL ORDER BY company, currency, class
"""


def _differences(database: Database, flow: str, companies: Sequence[str], as_of: datetime) -> list[Difference]:
    if not database.has_table("reconciled", f"{flow}_pairs"):
        return []
    first, found = 0, list[str]()
    for _, beyond in AGES:
        within = f"days >= {first} AND days < {beyond}" if beyond else f"coalesce(days >= {first}, true)"
        found.append(f"count(*) FILTER ({within})")
        first = beyond or first
    sql = _DIFFERENCES.format(flow=flow, ages=", ".join(found))
    rows = database.connection.execute(sql, {"as_of": as_of}).fetchall()
    shown = [
        Difference(flow, company, currency, name, count, amount, unexplained, since, tuple(ages))
        for company, currency, name, count, amount, unexplained, since, *ages in rows
    ]
    order = {company: place for place, company in enumerate(companies)}
    return sorted(shown, key=lambda one: order.get(one.company, len(order)))


_RUNS = """
SELECT r.number, r.started_utc, coalesce(i.companies, '-') AS companies, coalesce(i.rows, 0)::BIGINT AS rows,
       coalesce(c.written, 0)::BIGINT AS written, coalesce(q.requests, 0)::BIGINT AS requests,
       coalesce(q.writes, 0)::BIGINT AS writes, coalesce(q.throttled_s, 0) AS throttled_s, coalesce(q.seconds, 0) AS seconds
FROM ledger.runs r
LEFT JOIN (SELECT run, sum(rows) AS rows, string_agg(DISTINCT company, ', ' ORDER BY company)
                  FILTER (company <> '-') AS companies FROM ledger.inputs GROUP BY 1) i ON i.run = r.number
LEFT JOIN (SELECT run, sum(rows) FILTER (outcome IN ('created', 'updated')) AS written FROM ledger.counts GROUP BY 1) c
       ON c.run = r.number
LEFT JOIN (SELECT run, sum(requests) AS requests, sum(writes) AS writes, sum(throttled_s) AS throttled_s,
                  sum(seconds) AS seconds FROM ledger.requests GROUP BY 1) q ON q.run = r.number
ORDER BY r.number DESC LIMIT ?
"""


def _runs(database: Database) -> list[Run]:
    """The last runs, oldest first."""
    rows = database.frame(_RUNS, [RUNS_SHOWN]).to_dicts()
    return [Run(**row) for row in reversed(rows)]
