"""`p2c run`: the chain for the configured systems, in this process."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg

from p2c_assets.cli import show
from p2c_assets.definitions import build_defs
from p2c_assets.defs.chain import Ran, run_chain
from p2c_assets.defs.jobs import FLOWS
from p2c_assets.errors import SettingsError
from p2c_assets.mappings import catalogue
from p2c_assets.reports.balance import Balance, balance
from p2c_assets.settings import Settings, config_path, load
from p2c_assets.warehouse import outbox
from p2c_assets.warehouse.database import WarehouseBusyError, opened


def run(
    flow: str | None, companies: Sequence[str], json: Path | None, *, retry_refused: bool, only_changes: bool
) -> bool:
    """Synchronise and show what came of it; whether all ran and everything is explained."""
    settings = load(config_path())
    with history() as instance:
        check_free(settings, instance)
        if retry_refused:
            forget_refusals(settings, companies)
        done, found = synchronise(settings, instance, flow, companies, show.ran, only_changes=only_changes)
    show.balance(found)
    show.write_json(json, found, {})
    return all(one.succeeded for one in done) and found.is_explained


def forget_refusals(settings: Settings, companies: Sequence[str]) -> None:
    """What the destination refused is sent again, for these companies (none: all)."""
    with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s) as database:
        outbox.prepare(database)
        outbox.forget_refusals(database, list(companies) or list(settings.companies))


def history() -> dg.DagsterInstance:
    """The Dagster instance that keeps the runs."""
    find_home()
    return dg.DagsterInstance.get()


def find_home() -> None:
    """DAGSTER_HOME is the folder of the configuration file, unless the environment says otherwise."""
    os.environ.setdefault("DAGSTER_HOME", str(config_path().resolve().parent))


def synchronise(
    settings: Settings,
    instance: dg.DagsterInstance,
    flow: str | None,
    companies: Sequence[str],
    told: Callable[[Ran], None],
    *,
    only_changes: bool = False,
) -> tuple[list[Ran], Balance]:
    """Run the chain, then read what came of it."""
    if flow is not None and flow not in FLOWS:
        raise SettingsError(f"there is no flow {flow!r}; the flows are {', '.join(FLOWS)}")
    unknown = [company for company in companies if company not in settings.companies]
    if unknown:
        raise SettingsError(f"no company {unknown[0]!r} in the settings; they have {', '.join(settings.companies)}")
    chosen = list(companies) or list(settings.companies)
    with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s):  # nobody comes in between two companies
        done = run_chain(build_defs(settings), instance, chosen, flow, told, only_changes=only_changes)
        return done, picture(settings)


def picture(settings: Settings) -> Balance:
    """What the ledger and the last reconciliation say, of all companies."""
    with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s) as database:
        return balance(database, catalogue.tasks(settings.mapping_settings()), list(settings.companies))


def check_free(settings: Settings, instance: dg.DagsterInstance) -> None:
    """Wait for the warehouse as long as the settings allow. Raises WarehouseBusyError naming the run that holds it."""
    try:
        with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s):
            pass
    except WarehouseBusyError as error:
        active = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]), limit=3)
        named = ", ".join(f"{found.run_id} ({found.job_name})" for found in active) or "no run of this Dagster instance"
        raise WarehouseBusyError(f"{error}; active: {named}") from error
