"""What each reader asks of its system: a full load, a cycle with nothing new, a cycle with 1% changed, as ratios.

    python -m p2c_assets_tests.benchmarks.incremental [rows]

Accounts in Sales, customers in SCM, both in the local twins, with the connectors' real requests. Counts of requests do not
depend on how busy the machine is; no time is measured. With data events a cycle is a tick of the sensor `scm_changes`, and a
read of the keys that the events told of. An export's status is asked three times here, as often as the twin makes
its client wait; a real one is asked more often, at growing distances.
"""

import json
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import UUID

import dagster as dg
import httpx
from pydantic import SecretStr

from p2c_assets.connectors.auth import TokenSource
from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.protocol import Changeset, Operation, Verdict
from p2c_assets.defs.sensors import scm_changes
from p2c_assets.extraction.changes import read_changes
from p2c_assets.extraction.packages import Project, read_packages
from p2c_assets.extraction.reader import Reading, read_all, read_told
from p2c_assets.mappings import sales, scm
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.settings import SystemSettings, build
from p2c_assets.warehouse import bookmarks
from p2c_assets.warehouse.database import Database, opened
from p2c_assets.warehouse.raw_log import Change
from p2c_assets_tests.connectors.wire import FakeTime, run
from p2c_assets_tests.events.listening import Listening, listening
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, customer
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, TENANT, Caller, running

ROWS = 100_000
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
PROJECT = Project("usmf customers", 24, 3600)
BY_EVENTS = "data events, by key"
FULL, IDLE, CHANGED = "full load", "nothing new", "1% changed"


class Cost(NamedTuple):
    """What one read cost: requests (without tokens), and rows that came."""

    system: str
    reader: str
    cycle: str
    requests: int
    rows: int


class Meter:
    """A client's settings and its counters."""

    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self.database = database
        self._requests = 0

    def cost(self, system: str, reader: str, cycle: str, work: Callable[[], Awaitable[Change]]) -> Cost:
        """Do it and count."""
        self._requests = 0
        change = run(_awaited(work))
        return Cost(system, reader, cycle, self._requests, change.read)

    def settings(self) -> SystemSettings:
        token_url = f"{self.url}/{TENANT}/oauth2/v2.0/token"
        return SystemSettings(
            url=self.url, token_url=token_url, client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET)
        )

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(trust_env=False, timeout=600, event_hooks={"response": [self._count]})

    def reading(self) -> Reading:
        return Reading(self.database, {}, "benchmark", NOW)

    async def _count(self, response: httpx.Response) -> None:
        if not response.url.path.endswith("/token"):
            self._requests += 1


async def _awaited(work: Callable[[], Awaitable[Change]]) -> Change:
    return await work()


def of_sales(rows: int, folder: Path) -> list[Cost]:
    """Accounts by delta links."""
    with running(DataverseTwin(Store("sales"))) as url, _meter(url, folder / "sales.duckdb") as meter:
        with AdminClient(url) as twin:
            twin.load(
                {"accounts": [{"accountid": _id(n), "accountnumber": f"A{n}", "name": f"N{n}"} for n in range(rows)]}
            )

        async def read() -> Change:
            async with _sales(meter) as client:
                return (await read_changes(meter.reading(), client, sales.ACCOUNTS, full=False)).change

        costs = [meter.cost("Sales", "delta links", cycle, read) for cycle in (FULL, IDLE)]
        run(_change_accounts(meter, rows))
        return [*costs, meter.cost("Sales", "delta links", CHANGED, read)]


def of_scm(rows: int, folder: Path) -> list[Cost]:
    """Customers of one company by pages and by packages."""
    with running(FinopsTwin(Store("scm"))) as url, _meter(url, folder / "scm.duckdb") as meter:
        with AdminClient(url) as twin:
            customers = [{"dataAreaId": "usmf", **customer(f"C{n:06}")} for n in range(rows)]
            twin.load({**REFERENCE, "CustomersV2": customers})
        with Caller.signed_in(url) as caller:
            entities = [{"label": "Customers V2", "refresh": "IncrementalPush"}]
            caller.admin("change-tracking", {"entity": "Customers V2", "option": "entire entity"})
            caller.admin("data-projects", {"value": [{"name": PROJECT.name, "entities": entities}]})

        async def pages() -> Change:
            async with _scm(meter) as client:
                return await read_all(meter.reading(), client, scm.CUSTOMERS_V2, "usmf")

        async def packages() -> Change:
            async with _scm(meter) as client:
                return (await read_packages(meter.reading(), client, scm.CUSTOMERS_V2, "usmf", PROJECT)).change

        readers = (("pages", pages), ("data packages", packages))
        costs = [meter.cost("SCM", name, cycle, read) for cycle in (FULL, IDLE) for name, read in readers]
        with listening(folder / "events.sqlite3") as receiver, AdminClient(url) as twin:
            twin.call("event-endpoints", {"name": "p2c", "url": receiver.with_key})
            twin.call("data-events", {"set": "CustomersV2", "operation": "Update", "endpoint": "p2c"})
            idle = _woken(meter, folder)
            run(_change_customers(meter, rows))
            keys = _told(receiver, rows // 100)
            changed = _woken(meter, folder)

        async def told() -> Change:
            async with _scm(meter) as client:
                return await read_told(meter.reading(), client, scm.CUSTOMERS_V2, "usmf", keys)

        by_key = meter.cost("SCM", BY_EVENTS, CHANGED, told)
        costs += [meter.cost("SCM", name, CHANGED, read) for name, read in readers]
        if (idle.runs, changed.runs) != (0, 1) or by_key.rows != rows // 100:
            raise RuntimeError(
                f"the sensor asked for {idle.runs} runs, then for {changed.runs}; {by_key.rows} rows came"
            )
        ticks = [Cost("SCM", BY_EVENTS, IDLE, idle.requests, 0)]
        return [*costs, *ticks, by_key._replace(requests=changed.requests + by_key.requests)]


def _told(receiver: Listening, count: int) -> list[str]:
    """The keys that events have told of, once they are so many."""
    deadline = time.monotonic() + 300
    while (keys := receiver.noted.keys("customers_v2", "usmf")) is None or len(keys) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{None if keys is None else len(keys)} of {count} keys were told in 300 s")
        time.sleep(0.1)
    return keys


class Woken(NamedTuple):
    """A tick of the sensor: the runs that it asks for, and the requests that it made of SCM."""

    runs: int
    requests: int


def _woken(meter: Meter, folder: Path) -> Woken:
    """A tick of `scm_changes` where events of customers are sent and the last read was just now."""
    system = meter.settings().model_dump()
    company = {"business_unit": "u", "owner_team": "t", "currency": "USD"}
    events = {"events": {"scm": ["customers_v2"]}, "paths": {"events": str(folder / "events.sqlite3")}}
    settings = build({"sales": system, "scm": system, "companies": {"usmf": company}, **events}, folder)
    sensor = scm_changes.sensor(settings, _nothing, ["customers_v2"])
    with dg.DagsterInstance.ephemeral() as instance, AdminClient(meter.url) as twin:
        twin.call("requests/reset", {})
        with dg.build_sensor_context(instance, json.dumps({"usmf customers_v2": int(time.time())})) as context:
            tick = sensor.evaluate_tick(context)
        counted = httpx.get(f"{meter.url}/_sandbox/requests", trust_env=False).json()
    runs = len(tick.run_requests or [])
    return Woken(runs, sum(int(counted[method]) for method in ("GET", "POST", "PATCH", "DELETE", "token")))


@dg.job
def _nothing() -> None:
    return


@contextmanager
def _meter(url: str, path: Path) -> Generator[Meter]:
    with opened(path, 0) as database:
        bookmarks.prepare(database)
        yield Meter(url, database)


def _sales(meter: Meter) -> DataverseClient:
    settings, http, clock = meter.settings(), meter.http(), FakeTime().clock
    return DataverseClient(http, settings, TokenSource.of(settings, http, clock), clock)


def _scm(meter: Meter) -> FinopsClient:
    settings, http, clock = meter.settings(), meter.http(), FakeTime().clock
    return FinopsClient(http, settings, TokenSource.of(settings, http, clock), clock)


async def _change_accounts(meter: Meter, rows: int) -> None:
    changes = [
        Operation("PATCH", "accounts", {"accountid": UUID(_id(n))}, {"name": "changed"}) for n in range(0, rows, 100)
    ]
    async with _sales(meter) as client:
        _delivered(await client.send([Changeset(str(n), (change,)) for n, change in enumerate(changes)]))


async def _change_customers(meter: Meter, rows: int) -> None:
    keys = [{"dataAreaId": "usmf", "CustomerAccount": f"C{n:06}"} for n in range(0, rows, 100)]
    changes = [Operation("PATCH", "CustomersV2", key, {"SalesMemo": "changed"}) for key in keys]
    async with _scm(meter) as client:
        _delivered(await client.send([Changeset(str(n), (change,)) for n, change in enumerate(changes)]))


def _delivered(verdicts: Sequence[Verdict]) -> None:
    failed = [verdict for verdict in verdicts if verdict.status != "delivered"]
    if failed:
        raise RuntimeError(f"{len(failed)} changes failed, the first: {failed[0]}")


def _id(number: int) -> str:
    return f"00000007-0000-4000-8000-{number:012d}"


def table(costs: Sequence[Cost]) -> str:
    """The costs as a table, each as a share of the full load by pages of its system."""
    full = {cost.system: cost for cost in reversed(costs) if cost.cycle == FULL}
    lines = ["| system | reader | cycle | requests | rows read |", "|---|---|---|---|---|"]
    for cost in costs:
        whole = full[cost.system]
        asked = f"{cost.requests} ({cost.requests / whole.requests:.1%})"
        lines.append(
            f"| {cost.system} | {cost.reader} | {cost.cycle} | {asked} | {cost.rows:,} ({cost.rows / whole.rows:.0%}) |"
        )
    return "\n".join(lines)


def main(rows: int = ROWS) -> list[Cost]:
    """Both systems."""
    with TemporaryDirectory() as folder:
        return [*of_sales(rows, Path(folder)), *of_scm(rows, Path(folder))]


if __name__ == "__main__":
    print(table(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)))
