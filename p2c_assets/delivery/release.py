"""Releasing a plan: what a person approves, as the plan showed it, and what can no longer be approved because it changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.delivery.risk import RISKS
from p2c_assets.errors import SettingsError
from p2c_assets.mappings.folding import folded
from p2c_assets.warehouse import approvals
from p2c_assets.warehouse.approvals import Plan, Scope, Waiting
from p2c_assets.warehouse.database import Database


class Wanted(NamedTuple):
    """Which plan, of it which document or risk class (None: all that waits), and who says so."""

    plan: str
    document: str | None
    risk: str | None
    approved_by: str


class Released(NamedTuple):
    """What an approval lets through, and what of its plan has changed since. `number` is None for a dry run."""

    plan: Plan
    number: int | None
    documents: tuple[Waiting, ...]
    changed: tuple[Waiting, ...]
    expires_utc: datetime

    @property
    def money(self) -> dict[str, Decimal]:
        """What the destination will hold more (or less), by currency."""
        total: dict[str, Decimal] = {}
        for one in self.documents:
            if one.money_delta is not None and one.money_currency is not None:
                total[one.money_currency] = total.get(one.money_currency, Decimal(0)) + one.money_delta
        return dict(sorted(total.items()))


def approve(database: Database, wanted: Wanted, now: datetime, hours: float, *, dry_run: bool = False) -> Released:
    """Approve what waits in a plan with the content that it showed. Raises SettingsError where there is nothing to approve."""
    plan = named(database, wanted.plan)
    fitting = [one for one in approvals.waiting_of(database, plan) if _fits(one, wanted)]
    current = tuple(one for one in fitting if one.is_current)
    changed = tuple(one for one in fitting if not one.is_current)
    if not current:
        raise SettingsError(_nothing(plan, wanted, len(changed)))
    expires = now + timedelta(hours=hours)
    if dry_run:
        return Released(plan, None, current, changed, expires)
    scope = Scope(wanted.document, wanted.risk, wanted.approved_by, now, expires)
    return Released(plan, approvals.approve(database, plan, scope, current), current, changed, expires)


def named(database: Database, name: str) -> Plan:
    """The plan of that name. Raises SettingsError with those that have something waiting."""
    plan = approvals.find(database, name)
    if plan is None:
        waiting = [one for one in approvals.latest(database) if one.waiting]
        offered = ", ".join(f"{one.name} ({one.flow} of {one.company}: {one.waiting})" for one in waiting)
        raise SettingsError(f"there is no plan {name!r}; plans with documents that wait: {offered or 'none'}")
    return plan


def _fits(one: Waiting, wanted: Wanted) -> bool:
    if wanted.risk is not None and wanted.risk not in (known := [risk.code for risk in RISKS]):
        raise SettingsError(f"there is no risk class {wanted.risk!r}; the classes are {', '.join(known)}")
    if wanted.document is not None:
        names = (folded(one.document), folded(one.document.partition("|")[0]))
        if folded(wanted.document) not in names:
            return False
    return wanted.risk in (None, one.risk)


def _nothing(plan: Plan, wanted: Wanted, changed: int) -> str:
    of = f" of {wanted.document}" if wanted.document else ""
    kind = f" of class {wanted.risk}" if wanted.risk else ""
    since = f"; {changed} of its documents were planned again, were sent or went away since" if changed else ""
    return f"nothing{of}{kind} waits in plan {plan.name}{since}; `p2c plan` shows the plans as they are"


def as_data(found: Released) -> dict[str, Any]:
    """What was released, as an asset's or op's metadata shows it."""
    return {
        "plan": found.plan.name,
        "approval": found.number or 0,
        "documents": len(found.documents),
        "planned_again_since": len(found.changed),
        "expires": found.expires_utc.isoformat(),
        **{f"money_delta/{currency}": float(amount) for currency, amount in found.money.items()},
    }


def sample(documents: Sequence[Waiting], count: int = 10) -> str:
    """The first documents by number."""
    more = len(documents) - count
    return ", ".join(one.document for one in documents[:count]) + (f" and {more} more" if more > 0 else "")
