"""`p2c approve`: what waits in a plan is released, as the plan showed it."""

import getpass
from datetime import UTC, datetime
from typing import NamedTuple

from p2c_assets.cli import show
from p2c_assets.cli.run import Manner
from p2c_assets.cli.run import run as run_chain
from p2c_assets.cli.warehouse import filled
from p2c_assets.defs.sensors import owing
from p2c_assets.delivery import release
from p2c_assets.delivery.release import Released, Wanted
from p2c_assets.errors import SettingsError
from p2c_assets.mappings import catalogue
from p2c_assets.reports.plans_text import signed
from p2c_assets.reports.quarantine_text import number
from p2c_assets.settings import Settings, config_path, load
from p2c_assets.warehouse import approvals


class Asked(NamedTuple):
    """Which plan, of it which document or risk class, and who approves (None: the user of this terminal)."""

    plan: str
    document: str | None = None
    risk: str | None = None
    by: str | None = None


def approve(asked: Asked, *, run: bool, revoke: bool, dry_run: bool) -> bool:
    """Approve and say what that releases; with `run` send it. Whether all went well."""
    settings = load(config_path())
    if revoke:
        _revoke(settings, asked, dry_run=dry_run)
        return True
    found = _approve(settings, asked, dry_run=dry_run)
    _say(found)
    if dry_run or not run:
        return True
    return run_chain(found.plan.flow, [found.plan.company], None, Manner())


def _approve(settings: Settings, asked: Asked, *, dry_run: bool) -> Released:
    wanted = Wanted(asked.plan, asked.document, asked.risk, asked.by or _user())
    with filled(settings) as database:
        found = release.approve(database, wanted, datetime.now(UTC), settings.approval.expires_after_h, dry_run=dry_run)
    if not dry_run:
        owing.after_approval(settings, catalogue.tasks(settings.mapping_settings()), found.plan)
    return found


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise SettingsError("this terminal has no user's name: say who approves with --by") from error


def _say(found: Released) -> None:
    plan = found.plan
    money = ", ".join(signed(amount, currency) for currency, amount in found.money.items() if amount)
    verb = "would be released" if found.number is None else "released"
    what = f"{number(len(found.documents), 'document')} of {plan.flow} of {plan.company} {verb}"
    show.console.print(f"{what}{f' ({money})' if money else ''}: {release.sample(found.documents)}", markup=False)
    if found.changed:
        show.console.print(
            f"{number(len(found.changed), 'document')} of plan {plan.name} changed since, and are planned again: "
            f"{release.sample(found.changed)}",
            markup=False,
        )
    if found.number is None:
        show.console.print("dry run: nothing was approved")
    else:
        show.console.print(
            f"approval {found.number}, until {found.expires_utc:%Y-%m-%d %H:%M} UTC; the next run sends them "
            f"(`p2c run --flow {plan.flow} --company {plan.company}`)",
            markup=False,
        )


def _revoke(settings: Settings, asked: Asked, *, dry_run: bool) -> None:
    if asked.document or asked.risk:
        raise SettingsError("--revoke takes back all that was approved of a plan: leave out --document and --risk")
    with filled(settings) as database:
        plan = release.named(database, asked.plan)
        with database.transaction(undone=dry_run):
            count = approvals.revoke(database, plan, datetime.now(UTC))
    done = "would be taken back; dry run: nothing was changed" if dry_run else "taken back"
    show.console.print(f"approval of {number(count, 'document')} of plan {plan.name} {done}", markup=False)
