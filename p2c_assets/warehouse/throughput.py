"""What each run asked of both systems: requests and operations by asset, with the seconds that it took.

Written as the work of an asset ends; requests for tokens are not counted. How many rows a run handled is in
`ledger.inputs` and `ledger.counts`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from p2c_assets.warehouse import ledger
from p2c_assets.warehouse.database import Database

_CREATE = """
CREATE TABLE IF NOT EXISTS ledger.requests (
    run BIGINT, asset VARCHAR, company VARCHAR, system VARCHAR, requests BIGINT, writes BIGINT, throttled_s DOUBLE,
    seconds DOUBLE);
"""


class Asked(NamedTuple):
    """One asset's work in one system. `requests`: HTTP requests; `writes`: operations inside `$batch`."""

    asset: str
    company: str
    system: str
    requests: int
    writes: int
    throttled_s: float
    seconds: float


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(_CREATE)


def asked(
    asset: str,
    company: str | None,
    system: str,
    requests: Mapping[str, int],
    operations: Mapping[str, int],
    throttled_s: float,
    seconds: float,
) -> Asked:
    """From a client's counters by method; `company` None: all companies at once."""
    counted = sum(count for method, count in requests.items() if method != "token")
    return Asked(asset, company or ledger.NO_COMPANY, system, counted, sum(operations.values()), throttled_s, seconds)


def record(database: Database, run: str, now: datetime, found: Asked) -> None:
    """Add an asset's requests to its run."""
    number = ledger.run_number(database, run, now)
    database.run("INSERT INTO ledger.requests VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [number, *found])
