"""The warehouse as commands open it: briefly, waiting for a run that holds it, and naming that run when the wait was in vain."""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import dagster as dg

from p2c_assets.errors import SettingsError
from p2c_assets.extraction import claims
from p2c_assets.settings import Settings, config_path
from p2c_assets.warehouse import approvals, differences, ledger, line_numbers, outbox, throughput
from p2c_assets.warehouse.database import Database, WarehouseBusyError, opened

SHOWN = 3


@contextmanager
def held(settings: Settings) -> Generator[Database]:
    """The open file. Raises WarehouseBusyError naming the run that holds it."""
    with ExitStack() as stack:
        try:
            database = stack.enter_context(opened(settings.paths.warehouse, settings.paths.warehouse_wait_s))
        except WarehouseBusyError as error:
            raise WarehouseBusyError(f"{error}; active: {_active_runs()}") from error
        yield database


@contextmanager
def filled(settings: Settings) -> Generator[Database]:
    """The open file for a command that shows what runs left. Raises SettingsError where none has left anything."""
    path = settings.paths.warehouse
    if not path.exists():
        raise SettingsError(f"there is no warehouse at {path} yet: `p2c run` or `p2c demo` makes it")
    with held(settings) as database:
        for module in (ledger, line_numbers, outbox, approvals, claims, differences, throughput):
            module.prepare(database)
        yield database


def check_free(settings: Settings) -> None:
    """Wait for the warehouse as long as the settings allow. Raises WarehouseBusyError naming the run that holds it."""
    with held(settings):
        pass


def known_company(settings: Settings, company: str | None) -> str | None:
    """The company, if it is one. Raises SettingsError with the known ones."""
    if company is not None and company not in settings.companies:
        raise SettingsError(f"no company {company!r} in the settings; they have {', '.join(settings.companies)}")
    return company


def history() -> dg.DagsterInstance:
    """The Dagster instance that keeps the runs."""
    find_home()
    return dg.DagsterInstance.get()


def find_home() -> None:
    """DAGSTER_HOME is the folder of the configuration file, unless the environment says otherwise."""
    os.environ.setdefault("DAGSTER_HOME", str(config_path().resolve().parent))


def _active_runs() -> str:
    with history() as instance:
        active = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]), limit=SHOWN)
        return ", ".join(f"{run.run_id} ({run.job_name})" for run in active) or "no run of this Dagster instance"
