"""A stage for whole chains: both twins on loopback, a warehouse of its own, the platform's definitions between them."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import httpx

from p2c_assets.definitions import build_defs
from p2c_assets.defs.chain import Ran, run_chain
from p2c_assets.mappings import catalogue
from p2c_assets.reports.balance import Balance, balance
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import CLIENT_ID, CLIENT_SECRET, TENANT, RunningSandbox, running_sandbox
from p2c_assets.settings import Settings, build
from p2c_assets.warehouse.database import Database, opened


class Stage(NamedTuple):
    """Running twins with the settings that point at them."""

    sandbox: RunningSandbox
    settings: Settings
    instance: dg.DagsterInstance

    def chain(
        self,
        companies: Sequence[str] = (),
        flow: str | None = None,
        settings: Settings | None = None,
        *,
        only_changes: bool = False,
    ) -> list[Ran]:
        """Run a chain to its end."""
        used = settings or self.settings
        chosen = companies or list(used.companies)
        with opened(used.paths.warehouse, 5) as database:
            return run_chain(build_defs(used, database), self.instance, chosen, flow, only_changes=only_changes)

    @contextmanager
    def warehouse(self) -> Generator[Database]:
        """The warehouse between two chains."""
        with opened(self.settings.paths.warehouse, 5) as database:
            yield database

    def balance(self) -> Balance:
        """What the ledger and the last reconciliation say."""
        with self.warehouse() as database:
            return balance(database, catalogue.tasks(self.settings.mapping_settings()), list(self.settings.companies))

    def let_a_day_pass(self) -> None:
        """Sales people and ERP clerks do what is due."""
        for url in (self.sandbox.sales_url, self.sandbox.scm_url):
            with AdminClient(url) as twin:
                twin.advance()

    def requests(self) -> dict[str, int]:
        """Requests by method as both twins counted them since the last call, tokens apart."""
        counted: dict[str, int] = {}
        for system in ("sales", "scm"):
            for method, count in self.requests_of(system).items():
                counted[method] = counted.get(method, 0) + count
        return counted

    def requests_of(self, system: str) -> dict[str, int]:
        """Requests by method as one twin counted them since the last call."""
        counted: dict[str, int] = {}
        for url in [self.sandbox.sales_url if system == "sales" else self.sandbox.scm_url]:
            report = httpx.get(f"{url}/_sandbox/requests", trust_env=False).json()
            httpx.post(f"{url}/_sandbox/requests/reset", trust_env=False)
            for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
                counted[method] = counted.get(method, 0) + int(report.get(method, 0))
        return counted

    def define_exports(self, projects: Mapping[str, str]) -> None:
        """Data projects in SCM by name, each with one entity by label under change tracking; its jobs end at once."""
        values = [
            {"name": name, "entities": [{"label": label, "refresh": "IncrementalPush"}]}
            for name, label in projects.items()
        ]
        self._admin("data-projects", {"value": values})
        for label in set(projects.values()):
            self._admin("change-tracking", {"entity": label, "option": "entire entity"})
        self._admin("package-settings", {"polls_not_run": 0, "polls_executing": 0})

    def post_in_scm(self, company: str, order: str, *documents: str) -> None:
        """Post documents of an order in SCM, all there is, and have its totals calculated."""
        for document in documents:
            self._admin("post", {"dataAreaId": company, "SalesOrderNumber": order, "document": document})
        self._admin("jobs", {"job": "calculate_sales_totals"})

    def _admin(self, action: str, body: Mapping[str, Any]) -> None:
        """Call a path of SCM's admin."""
        url = f"{self.sandbox.scm_url}/_sandbox/{action}"
        httpx.post(url, json=body, trust_env=False).raise_for_status()

    def alter(self, system: str, entity_set: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Change a stored value behind everybody's back."""
        url = self.sandbox.sales_url if system == "sales" else self.sandbox.scm_url
        body = {"set": entity_set, "key": key, "values": values}
        httpx.post(f"{url}/_sandbox/alter", json=body, trust_env=False).raise_for_status()


def settings_for(sandbox: RunningSandbox, folder: Path, companies: Mapping[str, Any], **more: Any) -> Settings:
    """Settings that point at running twins, with the warehouse in a folder."""
    systems = {
        name: {
            "url": url,
            "token_url": f"{url}/{TENANT}/oauth2/v2.0/token",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        for name, url in (("sales", sandbox.sales_url), ("scm", sandbox.scm_url))
    }
    return build({**systems, "companies": companies, **more}, folder)


def scenario_settings(sandbox: RunningSandbox, folder: Path) -> Settings:
    """Settings for the built-in scenario, with the warehouse in a folder."""
    maps = scenario.settings_value_maps()
    return settings_for(sandbox, folder, scenario.settings_companies(), value_maps=maps)


@contextmanager
def scenario_stage(folder: Path) -> Generator[Stage]:
    """The built-in scenario, loaded; nothing has run yet."""
    with running_sandbox() as sandbox, dg.DagsterInstance.ephemeral() as instance:
        scenario.load(sandbox.sales_url, sandbox.scm_url)
        yield Stage(sandbox, scenario_settings(sandbox, folder), instance)
