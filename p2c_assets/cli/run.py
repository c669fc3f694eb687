"""`p2c run`: the chain for the configured systems, in this process."""

import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import dagster as dg

from p2c_assets.cli import show
from p2c_assets.cli.retry import forget
from p2c_assets.cli.warehouse import check_free, history, known_company
from p2c_assets.definitions import build_defs
from p2c_assets.defs.chain import Ran, run_chain
from p2c_assets.defs.jobs import FLOWS
from p2c_assets.errors import SettingsError
from p2c_assets.mappings import catalogue
from p2c_assets.reports.balance import Balance, balance
from p2c_assets.settings import Settings, config_path, load
from p2c_assets.warehouse.database import opened


class Manner(NamedTuple):
    """How a run reads, and whether what was refused before is sent again."""

    retry_refused: bool = False
    only_changes: bool = False


def run(flow: str | None, companies: Sequence[str], json: Path | None, manner: Manner) -> bool:
    """Synchronise and show what came of it; whether all ran and everything is explained."""
    settings = load(config_path())
    with history() as instance:
        check_free(settings)
        if manner.retry_refused:
            forget(settings, companies)
        done, found = synchronise(settings, instance, flow, companies, show.ran, only_changes=manner.only_changes)
    show.balance(found)
    show.write_json(json, found, {})
    return all(one.succeeded for one in done) and found.is_explained


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
    chosen = chosen_companies(settings, companies, flow)
    with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s) as database:  # one file for all companies
        definitions = build_defs(settings, database)
        gc.freeze()  # what is loaded by now stays: the collector need not look through it again and again
        done = run_chain(definitions, instance, chosen, flow, told, only_changes=only_changes)
        return done, picture(settings)


def chosen_companies(settings: Settings, companies: Sequence[str], flow: str | None) -> list[str]:
    """The companies that were named, or all. Raises SettingsError for an unknown company or flow."""
    if flow is not None and flow not in FLOWS:
        raise SettingsError(f"there is no flow {flow!r}; the flows are {', '.join(FLOWS)}")
    for company in companies:
        known_company(settings, company)
    return list(companies) or list(settings.companies)


def picture(settings: Settings) -> Balance:
    """What the ledger and the last reconciliation say, of all companies."""
    with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s) as database:
        return balance(database, catalogue.tasks(settings.mapping_settings()), list(settings.companies))
