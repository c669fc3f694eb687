"""SCM's twin with three customers, and a warehouse beside it."""

from datetime import UTC, datetime

import httpx
from pydantic import SecretStr

from p2c_assets.connectors.auth import TokenSource
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.extraction.changes import Read
from p2c_assets.extraction.packages import Project, read_packages
from p2c_assets.extraction.reader import Reading, read_all
from p2c_assets.mappings import scm
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import Company, SystemSettings
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.raw_log import Change
from p2c_assets_tests.connectors.wire import FakeTime, run
from p2c_assets_tests.sandbox.finops.scm_rows import key
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, TENANT, Caller

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
CUSTOMERS = scm.CUSTOMERS_V2
TABLE = CUSTOMERS.table
PROJECT = "usmf customers"
C1 = key("CustomersV2", CustomerAccount="C1")
COMPANIES = {
    name: Company(id=name, business_unit=name, owner_team=name, currency=currency)
    for name, currency in (("usmf", "USD"), ("frsi", "EUR"))
}


class Stage:
    """A twin with three customers of usmf under change tracking and a project for them, and a warehouse."""

    def __init__(self, caller: Caller, database: Database) -> None:
        self.caller = caller
        self.database = database
        self.time = FakeTime()
        self.runs = 0

    def read(
        self, entity: Entity = CUSTOMERS, *, keys_every: int = 24, project: str = PROJECT, wait_s: float = 60
    ) -> Read:
        """One run's read by packages."""
        return run(self._read(entity, Project(project, keys_every, wait_s)))

    def pages(self, entity: Entity = CUSTOMERS) -> Change:
        """One run's read by pages."""

        async def work() -> Change:
            async with self.client() as client:
                return await read_all(self.reading(), client, entity, "usmf")

        return run(work())

    def memos(self) -> dict[str, str]:
        rows = self.database.rows(f"SELECT CustomerAccount, SalesMemo FROM raw.{TABLE} ORDER BY 1")
        return {str(account): str(memo) for account, memo in rows}

    def logged(self, table: str = TABLE) -> int:
        return int(str(self.database.value(f"SELECT count(*) FROM raw_log.{table}")))

    def change(self, memo: str) -> None:
        answer = self.caller.patch(C1, {"SalesMemo": memo})
        assert answer.status_code == 204, answer.text

    async def _read(self, entity: Entity, project: Project) -> Read:
        async with self.client() as client:
            return await read_packages(self.reading(), client, entity, "usmf", project)

    def reading(self) -> Reading:
        self.runs += 1
        return Reading(self.database, COMPANIES, f"run{self.runs}", NOW)

    def client(self) -> FinopsClient:
        settings = SystemSettings(
            url=self.caller.url,
            token_url=f"{self.caller.url}/{TENANT}/oauth2/v2.0/token",
            client_id=CLIENT_ID,
            client_secret=SecretStr(CLIENT_SECRET),
        )
        http = httpx.AsyncClient(trust_env=False)
        return FinopsClient(http, settings, TokenSource.of(settings, http, self.time.clock), self.time.clock)
