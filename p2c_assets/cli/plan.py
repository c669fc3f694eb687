"""`p2c plan` and `p2c run --dry-run`: what would be written, and what of it waits for a person."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from p2c_assets.cli import show
from p2c_assets.cli.run import chosen_companies
from p2c_assets.cli.warehouse import check_free, filled, history
from p2c_assets.definitions import build_defs
from p2c_assets.defs.chain import run_chain
from p2c_assets.defs.sensors import owing
from p2c_assets.errors import SettingsError
from p2c_assets.reports.plans import Plan, plans
from p2c_assets.reports.plans_text import SHOWN, as_data, lines
from p2c_assets.settings import Settings, config_path, load
from p2c_assets.warehouse.database import opened


class Asked(NamedTuple):
    """Whose plans: of these companies (none: all), of a flow, of a document."""

    companies: Sequence[str]
    flow: str | None = None
    document: str | None = None


def plan(asked: Asked, *, fresh: bool, every: bool, as_json: bool) -> bool:
    """Print the last plans, or fresh ones; whether they could be made. Raises SettingsError where there is none."""
    settings = load(config_path())
    companies = chosen_companies(settings, asked.companies, asked.flow)
    is_good = make(settings, companies, asked.flow, quiet=as_json) if fresh else True
    found = _read(settings, companies, asked)
    if as_json:
        print(json.dumps(as_data(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(found, None if every else SHOWN)))
    return is_good


def dry_run(flow: str | None, companies: Sequence[str], output: Path | None, *, only_changes: bool) -> bool:
    """Read, map and plan as a run would, and print the plan; nothing is sent and no outcome recorded."""
    settings = load(config_path())
    chosen = chosen_companies(settings, companies, flow)
    is_good = make(settings, chosen, flow, only_changes=only_changes)
    found = _read(settings, chosen, Asked(chosen, flow))
    print("\n".join(lines(found)))
    show.console.print("dry run: nothing was sent")
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps({"plans": as_data(found)}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return is_good


def make(
    settings: Settings, companies: Sequence[str], flow: str | None, *, only_changes: bool = False, quiet: bool = False
) -> bool:
    """Plan anew without delivering; whether every run succeeded."""
    with history() as instance:
        check_free(settings)
        with opened(settings.paths.warehouse, settings.paths.warehouse_wait_s) as database:
            told, found = {} if quiet else {"told": show.planned}, build_defs(settings, database)
            done = run_chain(found, instance, companies, flow, **told, only_changes=only_changes, dry_run=True)
            owing.after_dry_run(settings, instance, [one.run for one in done])
    return all(one.succeeded for one in done)


def _read(settings: Settings, companies: Sequence[str], asked: Asked) -> list[Plan]:
    with filled(settings) as database:
        found = plans(database, companies, asked.flow, asked.document)
    if not found:
        of = f" of document {asked.document}" if asked.document else ""
        raise SettingsError(
            f"there is no plan{of} yet, or nothing of it would be written: `p2c plan --fresh` makes one"
        )
    return found
