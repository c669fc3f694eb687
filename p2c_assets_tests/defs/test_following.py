"""From a change in a twin over its event, the receiver, a sensor and the run that it asks for to the other twin."""

from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import dagster as dg
import httpx
import polars as pl
import pytest
from pydantic import SecretStr

from p2c_assets.cli.endpoints import point_at
from p2c_assets.definitions import build_defs
from p2c_assets.defs.chain import run_job
from p2c_assets.defs.sensors import follow_changes
from p2c_assets.defs.sensors.decision import Asked
from p2c_assets.defs.sensors.follow_changes import Follower
from p2c_assets.defs.tags import CHANGES, COMPANY, READING, WITHIN
from p2c_assets.events.wakes import Changed, Owed
from p2c_assets.extraction.choice import POLLED
from p2c_assets.mappings import catalogue
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import running_sandbox
from p2c_assets.settings import Settings
from p2c_assets.transforms.columns import mapped_schema
from p2c_assets.warehouse import arrivals
from p2c_assets.warehouse.database import opened
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.chain.stage import settings_for
from p2c_assets_tests.events.listening import KEY, Listening, listening

GBSI = "gbsi"
READ_FIRST = ["accounts", "transactioncurrencies", "businessunits"]
ACCOUNT = "GB-001"


class Did(NamedTuple):
    """What was done, in words, and what went wrong."""

    words: list[str]
    problems: str


class Place(NamedTuple):
    """Twins that send events, the receiver, and the platform's definitions; customers of one company are in agreement."""

    settings: Settings
    defs: dg.Definitions
    instance: dg.DagsterInstance
    receiver: Listening

    def once(self) -> Did:
        """What there is to follow, as the job does it."""
        assets: list[Any] = list(self.defs.assets or [])
        follower, words = Follower(self.settings, self.defs, assets, self.instance, "outer"), list[str]()
        problems = follower.once(self.receiver.noted, Asked(), words.append)
        return Did(words, " ".join(problems))

    def tick(self, name: str, cursor: str | None = None) -> Any:
        """What a sensor makes of now."""
        sensor = self.defs.resolve_sensor_def(name)
        with dg.build_sensor_context(self.instance, cursor, repository_def=self.defs.get_repository_def()) as context:
            return sensor.evaluate_tick(context)

    def rename(self, name: str) -> None:
        """What a sales person does."""
        with AdminClient(self.settings.sales.url) as twin:
            item = {"action": "patch", "set": "accounts", "key": {"accountnumber": ACCOUNT}, "values": {"name": name}}
            twin.agenda([item])
            twin.advance()
        self.receiver.wakes("accounts")

    def customer(self) -> str:
        """The customer's name in SCM."""
        with AdminClient(self.settings.scm.url) as twin:
            return next(
                row["OrganizationName"] for row in twin.rows("CustomersV2") if row["CustomerAccount"] == ACCOUNT
            )

    def requests(self) -> list[dict[str, Any]]:
        """What both twins have answered since the last call."""
        found: list[dict[str, Any]] = []
        for url in (self.settings.sales.url, self.settings.scm.url):
            found.append(httpx.get(f"{url}/_sandbox/requests", trust_env=False).json())
            httpx.post(f"{url}/_sandbox/requests/reset", trust_env=False)
        return found

    def mark_as_read(self) -> None:
        """Every table of Sales as if it had been read."""
        for entity in catalogue.ENTITIES.values():
            if entity.system == "sales":
                key = dg.AssetKey(["raw", "sales", entity.name])
                self.instance.report_runless_asset_event(dg.AssetMaterialization(key))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder = tmp_path_factory.mktemp("following")
    with (
        running_sandbox() as sandbox,
        dg.DagsterInstance.ephemeral() as instance,
        listening(folder / "events.sqlite3", [GBSI]) as receiver,
    ):
        scenario.load(sandbox.sales_url, sandbox.scm_url)
        companies = {GBSI: scenario.settings_companies()[GBSI]}
        more = {"events": {"sales": ["*"], "scm": ["*"]}, "paths": {"events": str(folder / "events.sqlite3")}}
        settings = settings_for(sandbox, folder, companies, value_maps=scenario.settings_value_maps(), **more)
        found = Place(settings, build_defs(settings), instance, receiver)
        point_at(settings, receiver.url, KEY)
        for job, system, names in (("read_sales", "sales", READ_FIRST), ("prospect_to_cash", "scm", ["customers_v2"])):
            keys = [dg.AssetKey(["raw", system, name]) for name in names]
            assert run_job(
                found.defs, instance, job, GBSI if system == "scm" else None, {READING: CHANGES}, keys
            ).succeeded
        yield found


def test_a_change_in_sales_is_in_scm_after_its_event_one_tick_and_one_run(place: Place) -> None:
    place.mark_as_read()
    place.rename("Renamed Ltd")
    tick = place.tick("sales_changes")
    (request,) = tick.run_requests
    assert request.run_config["ops"]["follow"]["config"]["sales"] == ["accounts"]
    settings = place.settings.model_copy(update={"sensors": place.settings.sensors.model_copy(update={"stay_s": 0.0})})
    job = build_defs(settings).resolve_job_def(follow_changes.NAME)
    result = job.execute_in_process(instance=place.instance, run_config=request.run_config, tags=request.tags)
    assert result.success
    assert place.customer() == "Renamed Ltd"
    within = place.instance.get_runs(dg.RunsFilter(tags={WITHIN: result.run_id}))
    assert {(run.job_name, run.tags.get(COMPANY)) for run in within} >= {
        ("read_sales", None),
        ("prospect_to_cash", GBSI),
    }
    assert all(run.is_success for run in within)


def test_what_the_platform_wrote_itself_is_read_once_and_followed_by_nothing(place: Place) -> None:
    """After the test before: SCM has told of the platform's own writes."""
    place.receiver.noted.note("an echo", [Changed("scm", "customers_v2", GBSI)], datetime(2026, 1, 5, tzinfo=UTC))
    assert place.once().words == ["read 1 of gbsi, 0 new"]
    assert place.once().words == []


def test_a_row_that_an_event_names_is_read_by_its_key_and_one_that_is_due_with_all_others(place: Place) -> None:
    customers = dg.AssetKey(["raw", "scm", "customers_v2"])
    told = Changed("scm", "customers_v2", GBSI, ACCOUNT)
    for event, changed, reader in (
        ("named", [told], "by key: 1 that events told of"),
        ("not named", [told, told._replace(key="")], POLLED.reader),
    ):
        place.receiver.noted.note(event, changed, datetime(2026, 1, 5, tzinfo=UTC))
        assert place.once().problems == ""
        materialized = place.instance.get_latest_materialization_event(customers)
        assert materialized is not None
        assert materialized.asset_materialization is not None
        assert materialized.asset_materialization.metadata["reader"].value == reader
        assert place.receiver.noted.pending() == []


def test_an_idle_cycle_with_events_asks_nothing_of_either_system(place: Place) -> None:
    place.mark_as_read()
    place.once()
    first = [place.tick(name) for name in ("sales_changes", "scm_changes")]
    place.requests()
    idle = [place.tick(name, tick.cursor) for name, tick in zip(("sales_changes", "scm_changes"), first, strict=True)]
    assert [tick.run_requests for tick in idle] == [[], []]
    assert [tick.skip_message for tick in idle] == [
        "no change in 0 tables of Sales",
        "no entity of SCM is due, and no event has come",
    ]
    assert [sum(counted.get(method, 0) for method in ("GET", "POST", "token")) for counted in place.requests()] == [
        0,
        0,
    ]


def test_a_company_that_fails_is_made_up_for_when_it_works_again(place: Place) -> None:
    place.rename("Renamed thrice Ltd")
    place.receiver.noted.note("by hand", [Changed("scm", "customers_v2", GBSI)], datetime(2026, 1, 5, tzinfo=UTC))
    problems = without_scm(place).once().problems
    assert "gbsi: raw__scm__customers_v2: " in problems
    assert [wake.entity for wake in place.receiver.noted.pending()] == ["customers_v2"]
    assert {(owed.company, owed.entity) for owed in place.receiver.noted.owed()} == {
        (GBSI, "sales.accounts"),
        (GBSI, "scm.customers_v2"),
    }
    assert place.customer() != "Renamed thrice Ltd"
    assert place.once().problems == ""
    assert (place.customer(), place.receiver.noted.owed()) == ("Renamed thrice Ltd", set())


def test_a_held_row_is_released_by_the_arrival_of_what_it_waits_for(place: Place) -> None:
    """An order that was held for a customer which a run has brought to SCM since."""
    task = catalogue.tasks(place.settings.mapping_settings())["salesorders_to_order_headers"]
    held = {"company": GBSI, "source_id": "o", "outcome": "held", "reason": "parent_missing", "scope": "document"}
    held |= {"document": "SO-1", "cause": f"scm.customers_v2 {ACCOUNT}"}
    with opened(place.settings.paths.warehouse, 5) as database:
        rows = pl.DataFrame([held], schema=mapped_schema(task))
        replace_slice(database, "mapped", "scm_sales_order_headers", GBSI, rows)
    place.receiver.noted.owe({Owed(GBSI, "sales.invoices")})
    assert place.once().problems == ""
    assert place.receiver.noted.owed() == set()
    with opened(place.settings.paths.warehouse, 5) as database:
        assert arrivals.arrived(database, {task.name: task}) == []


def without_scm(place: Place) -> Place:
    """The same, where SCM lets nobody in."""
    barred = place.settings.scm.model_copy(update={"client_secret": SecretStr("wrong")})
    broken = place.settings.model_copy(update={"scm": barred})
    return place._replace(settings=broken, defs=build_defs(broken))
