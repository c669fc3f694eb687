"""A twin is made un-ready, one thing at a time, and just that is found: over real HTTP, by the platform's own clients."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
import pytest

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.readiness import company as companies
from p2c_assets.readiness import sales, scm
from p2c_assets.readiness.finding import Finding
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID, ORGANIZATION_ID, SOLUTION_ID
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.finops.versions import Versions
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import running_sandbox
from p2c_assets.sandbox.store import Store
from p2c_assets.settings import Settings
from p2c_assets_tests.chain.stage import settings_for
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, TENANT, running

Seen = set[tuple[str, str, str]]


class Twins(NamedTuple):
    """Running twins with the settings that point at them."""

    urls: Mapping[str, str]
    settings: Settings

    def admin(self, system: str, action: str, body: Mapping[str, Any]) -> None:
        answer = httpx.post(f"{self.urls[system]}/_sandbox/{action}", json=body, trust_env=False)
        answer.raise_for_status()

    @contextmanager
    def altered(self, system: str, entity_set: str, key: Mapping[str, str], **values: object) -> Generator[None]:
        """A stored row with other values while the block runs."""
        rows = httpx.get(f"{self.urls[system]}/_sandbox/rows/{entity_set}", trust_env=False).json()["value"]
        (row,) = [row for row in rows if all(row[name] == value for name, value in key.items())]
        self.admin(system, "alter", {"set": entity_set, "key": key, "values": values})
        yield
        before = {name: row[name] for name in values}
        self.admin(system, "alter", {"set": entity_set, "key": key, "values": before})

    @contextmanager
    def loaded(self, table: str, row: Mapping[str, object], afterwards: Mapping[str, object]) -> Generator[None]:
        """A row of SCM's set-up while the block runs; what it is afterwards."""
        self.admin("scm", "load", {"rows": {table: [row]}})
        yield
        self.admin("scm", "load", {"rows": {table: [{**row, **afterwards}]}})

    def sales(self, **changed: object) -> Seen:
        """What is found about Sales, beyond what is as it should be."""

        async def ask() -> list[Finding]:
            async with DataverseClient.connect(self.settings.sales) as client:
                return sales.findings(await sales.ask(client, settings.readiness), settings)

        settings = changed_settings(self.settings, changed)
        return seen(asyncio.run(ask()))

    def scm(self, **changed: object) -> Seen:
        """What is found about SCM, beyond what is always said of it."""

        async def ask() -> list[Finding]:
            async with FinopsClient.connect(self.settings.scm) as client:
                return scm.findings(await scm.ask(client), settings)

        settings = changed_settings(self.settings, changed)
        return seen(asyncio.run(ask())) - {("warning", "scm_could_be_looked_at", scm.WRITES)}

    def company(self, name: str = "usmf", of: Settings | None = None, **changed: object) -> Seen:
        """What is found about a company, beyond what is found about it in the scenario."""

        async def ask() -> list[Finding]:
            async with DataverseClient.connect(settings.sales) as client:
                in_sales = await companies.ask_sales(client, company)
            async with FinopsClient.connect(settings.scm) as client:
                in_scm = await companies.ask_scm(client, company)
            return companies.findings(in_sales, in_scm, company, settings)

        settings = changed_settings(of or self.settings, changed)
        company = settings.companies[name]
        usual = {"constants_are_confirmed", "company_could_be_looked_at", "numbers_cannot_collide"}
        return {one for one in seen(asyncio.run(ask())) if one[0] == "error" or one[1] not in usual or changed}


def changed_settings(settings: Settings, changed: Mapping[str, object]) -> Settings:
    return settings.model_copy(update={"readiness": settings.readiness.model_copy(update=dict(changed))})


def seen(found: list[Finding]) -> Seen:
    return {(one.level, one.code, one.subject) for one in found if one.level != "ok"}


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins]:
    """The scenario, loaded; every test puts back what it changes."""
    with running_sandbox() as sandbox:
        scenario.load(sandbox.sales_url, sandbox.scm_url)
        folder = tmp_path_factory.mktemp("readiness")
        settings = settings_for(sandbox, folder, scenario.settings_companies())
        yield Twins({"sales": sandbox.sales_url, "scm": sandbox.scm_url}, settings)


def test_the_scenario_is_ready(twins: Twins) -> None:
    assert (twins.sales(), twins.scm(), twins.company()) == (set(), set(), set())


def test_a_version_of_sales_below_the_minimum_is_an_error(twins: Twins) -> None:
    assert twins.sales(sales_version="9.3") == {("error", "sales_version_is_supported", "")}


@pytest.mark.parametrize("values", [{"uniquename": "another"}, {"version": "1.14.9.9"}])
def test_a_solution_that_is_absent_or_too_old_is_an_error(twins: Twins, values: Mapping[str, object]) -> None:
    with twins.altered("sales", "solutions", {"solutionid": SOLUTION_ID}, **values):
        assert twins.sales() == {("error", "solution_is_installed", "")}


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("oobpricecalculationenabled", False, ("error", "sales_calculates_prices", "")),
        ("discountcalculationmethod", 1, ("error", "discounts_are_per_line", "")),
        ("pricingdecimalprecision", 2, ("warning", "prices_keep_their_decimals", "")),
    ],
)
def test_each_setting_of_the_organisation_is_looked_at(
    twins: Twins, column: str, value: object, expected: tuple[str, str, str]
) -> None:
    with twins.altered("sales", "organizations", {"organizationid": ORGANIZATION_ID}, **{column: value}):
        assert twins.sales() == {expected}


def test_missing_privileges_and_too_shallow_ones_are_named(twins: Twins) -> None:
    twins.admin(
        "sales", "privileges", {"revoked": ["prvWriteOrder", "prvDeleteAccount"], "limited": ["prvReadAccount"]}
    )
    found = twins.sales()
    twins.admin("sales", "privileges", {})
    assert found == {
        ("error", "sales_privileges_are_held", "prvWriteOrder"),
        ("error", "sales_rows_are_all_readable", "prvReadAccount"),
    }


def test_a_user_that_may_not_enter_is_one_error_and_the_rest_is_not_called_well(twins: Twins) -> None:
    twins.admin("sales", "privileges", {"member": False})
    found = twins.sales()
    twins.admin("sales", "privileges", {})
    assert found == {("error", "sales_lets_us_in", ""), ("warning", "sales_could_be_looked_at", "everything else")}
    with twins.altered("sales", "systemusers", {"systemuserid": APPLICATION_USER_ID}, isdisabled=True):
        assert ("error", "sales_lets_us_in", "") in twins.sales()


def pointed_at(settings: Settings, system: str, url: str) -> Settings:
    """The settings with one system elsewhere."""
    values = {"url": url, "token_url": f"{url}/{TENANT}/oauth2/v2.0/token", "client_id": CLIENT_ID}
    present = getattr(settings, system)
    secret = type(present.client_secret)(CLIENT_SECRET)
    return settings.model_copy(update={system: present.model_copy(update={**values, "client_secret": secret})})


def test_a_failed_index_and_tables_without_change_tracking_are_found(twins: Twins) -> None:
    tracked = TwinOptions().change_tracked_tables - {"account", "uom"}
    options = TwinOptions(key_index_status="Failed", change_tracked_tables=tracked)
    with running(DataverseTwin(Store("sales"), options)) as url:
        found = Twins({}, pointed_at(twins.settings, "sales", url)).sales()
    assert ("warning", "changes_are_tracked", "account") in found
    keys = {one for one in found if one[1] == "alternate_keys_are_active"}
    assert ("error", "alternate_keys_are_active", "account.msdynce_accountnumber") in keys
    assert found == {("warning", "changes_are_tracked", "account"), *keys}


def test_versions_of_scm_below_the_minimum_are_an_error(twins: Twins) -> None:
    old = Versions(application="7.2.11792.56024", platform_build="7.0.4565.16212")
    with running(FinopsTwin(Store("scm"), versions=old)) as url:
        found = Twins({}, pointed_at(twins.settings, "scm", url))
        assert found.scm() == {("error", "scm_version_is_supported", "")}
        lowered = {"scm_application_version": "7.2.11792.56024", "scm_platform_version": "7.0.4565.16212"}
        assert found.scm(**lowered) == set()


def test_an_entity_that_may_not_be_read_is_named(twins: Twins) -> None:
    with twins.loaded("_privileges", {"set": "CDSSalesOrderLines", "access": "none"}, {"access": "all"}):
        assert twins.scm() == {("error", "scm_rows_are_readable", "CDSSalesOrderLines")}


def test_sequences_that_number_by_themselves_are_an_error(twins: Twins) -> None:
    row = {"dataAreaId": "usmf", "reference": "SalesOrder", "mode": "automatic", "format": "SO-#####"}
    with twins.loaded("_number_sequences", row, {"mode": "changeable"}):
        assert twins.company() == {("error", "numbers_may_be_given", "SalesIdBase")}
        assert twins.company("demf") == set()
    assert twins.company() == set()


def test_a_sequence_that_is_not_found_is_left_to_hand_and_not_called_well(twins: Twins) -> None:
    assert ("warning", "company_could_be_looked_at", "Nonsense") in twins.company(order_sequence="Nonsense")


def test_lines_without_a_number_are_an_error(twins: Twins) -> None:
    twins.admin("scm", "load", {"rows": {"CDSSalesOrderLines": [unnumbered_line()]}})
    assert twins.company() == {("error", "lines_are_numbered", "CDSSalesOrderLines")}
    twins.admin("scm", "jobs", {"job": "populate_prospect_to_cash"})
    assert twins.company() == set()


def unnumbered_line() -> Mapping[str, object]:
    return {
        "dataAreaId": "usmf",
        "SalesOrderNumber": "SCM-US-0590",
        "LineCreationSequenceNumber": 0,
        "ProductNumber": "P1001",
    }


def test_a_company_without_products_is_an_error(twins: Twins) -> None:
    usmf = twins.settings.companies["usmf"]
    named = {**twins.settings.companies, "frsi": usmf.model_copy(update={"id": "frsi"})}
    found = twins.company("frsi", of=twins.settings.model_copy(update={"companies": named}))
    assert ("error", "products_are_listed", "SellableReleasedProducts") in found


def test_a_disabled_unit_and_a_team_of_another_unit_are_errors(twins: Twins) -> None:
    usmf, demf = (twins.settings.companies[name] for name in ("usmf", "demf"))
    with twins.altered("sales", "businessunits", {"businessunitid": usmf.business_unit}, isdisabled=True):
        assert twins.company() == {("error", "business_unit_is_there", usmf.business_unit)}
    wrong = {**twins.settings.companies, "usmf": usmf.model_copy(update={"owner_team": demf.owner_team})}
    found = twins.company(of=twins.settings.model_copy(update={"companies": wrong}))
    assert found == {("error", "owner_team_is_of_the_unit", demf.owner_team)}


def test_prefixes_of_which_one_begins_with_another_are_an_error(twins: Twins) -> None:
    prefixes = {"usmf": "U", "demf": "UX-", "gbsi": "G-"}
    named = {
        name: company.model_copy(update={"sales_number_prefix": prefixes[name]})
        for name, company in twins.settings.companies.items()
    }
    settings = twins.settings.model_copy(update={"companies": named})
    assert twins.company("usmf", of=settings) == {("error", "numbers_cannot_collide", "demf")}
    assert twins.company("gbsi", of=settings) == set()


def test_an_application_that_is_not_registered_is_not_let_in(twins: Twins) -> None:
    with running(FinopsTwin(Store("scm"))) as url:
        httpx.post(
            f"{url}/_sandbox/load", json={"rows": {"_applications": [{"client_id": "another"}]}}, trust_env=False
        )
        found = Twins({}, pointed_at(twins.settings, "scm", url)).scm()
    assert found == {("error", "scm_lets_us_in", ""), ("warning", "scm_could_be_looked_at", "everything else")}
