"""Which planned documents wait for a person: all of a flow that always asks, or those that a guard holds.

Weighs every planned document (risk class, money), looks at the guards, and lets through what was approved as it stands. Keeps
the plan under its name in `delivery.plans`. What a document waits for is said once: while it waits with the same content
for the same reason, its words stay, so that the ledger does not write it anew at every run.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.guards import Tripped, Weighed, tripped
from p2c_assets.delivery.plan import Change, Planned
from p2c_assets.delivery.risk import MONEY, MONEY_FIELDS, money_delta, money_keys, risk_of
from p2c_assets.mappings.folding import folded
from p2c_assets.warehouse import approvals, current
from p2c_assets.warehouse.approvals import WAITING_SCHEMA, Made
from p2c_assets.warehouse.stage import read_slice

SENT = ("create", "update")
APPROVAL = "approval"
GUARD = "guard"


class Hold(NamedTuple):
    """Why a document waits: a reason of the catalogue, and the words for whom it may concern."""

    reason: str
    detail: str


class Gated(NamedTuple):
    """A weighed document, what it waits for, and the approval that lets it through."""

    weighed: Weighed
    hold: Hold | None
    approval: int | None


class Gate(NamedTuple):
    """A plan's documents by source id, its name, and the guards that tripped."""

    documents: Mapping[str, Gated]
    plan: str | None
    guards: tuple[Tripped, ...]


def gate(desk: Desk, plans: Sequence[Planned]) -> Gate:
    """Weigh, hold and let through; keep the plan."""
    rules = desk.approval.of(desk.unit.flow)
    weighed = weigh(desk, plans)
    guards = tripped(desk.unit.flow, weighed, rules, desk.approval.share_from_documents)
    active = approvals.active(desk.database, desk.unit.name, desk.company, desk.reading.now)
    said = _said_before(desk)
    gated = {one.source_id: _gated(desk, one, guards, active, said, always=rules.mode == "always") for one in weighed}
    return Gate(gated, _keep(desk, list(gated.values()), guards), guards)


def weigh(desk: Desk, plans: Sequence[Planned]) -> list[Weighed]:
    """Every document with its risk class and money."""
    rows = _rows(desk, [change for planned in plans if _is_sent(planned) for change in planned.changes])
    return [_weighed(desk, planned, rows) for planned in plans]


def _weighed(desk: Desk, planned: Planned, rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> Weighed:
    if not _is_sent(planned):
        return Weighed(planned, planned.fingerprint, None, None, None)
    risk = risk_of(planned.action, planned.operations, planned.changes)
    return Weighed(planned, planned.fingerprint, risk, money_delta(planned.changes, rows), _currency(desk, planned))


def _is_sent(planned: Planned) -> bool:
    return planned.action in SENT and bool(planned.operations)


def _currency(desk: Desk, planned: Planned) -> str:
    """The document's; master data without one of its own has the company's."""
    row = planned.document.header.row
    return row["currency"] or row.get("SalesCurrencyCode") or desk.reading.companies[desk.company].currency


def _rows(desk: Desk, changes: Sequence[Change]) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """The money columns of the destination's rows of these changes, as last observed, by entity and folded row id."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entity, key in money_keys(changes):
        wanted[entity].add(folded(key))
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entity, keys in wanted.items():
        stored = MONEY[entity].entity
        columns = ["row_id", *(name for name in stored.by_name if name in MONEY_FIELDS)]
        company = desk.company if stored.company_column else None
        frame = current.with_values(desk.database, stored, "row_id", keys, company).select(columns)
        found |= {(entity, folded(row["row_id"])): row for row in frame.to_dicts()}
    return found


def _gated(
    desk: Desk,
    one: Weighed,
    guards: Sequence[Tripped],
    active: Mapping[tuple[str, str], int],
    said: Mapping[tuple[str, str, str], str],
    *,
    always: bool,
) -> Gated:
    if one.risk is None:
        return Gated(one, None, None)
    found = [guard for guard in guards if one.source_id in guard.documents]
    if not always and not found:
        return Gated(one, None, None)
    approval = active.get((one.planned.document.key, one.fingerprint))
    if approval is not None:
        return Gated(one, None, approval)
    reason = APPROVAL if always else GUARD
    detail = said.get((one.source_id, one.fingerprint, reason)) or _told(desk.unit.flow, found, always=always)
    return Gated(one, Hold(reason, detail), None)


def _told(flow: str, guards: Sequence[Tripped], *, always: bool) -> str:
    why = f"approval.{flow}.mode is always" if always else "; ".join(guard.measured for guard in guards)
    return f"{why}; `p2c plan` shows what would be written and the plan's name, `p2c approve PLAN` releases it"


def _said_before(desk: Desk) -> Mapping[tuple[str, str, str], str]:
    """What documents that wait already were told, by source id, fingerprint and reason."""
    before = read_slice(desk.database, "planned", desk.unit.table, desk.company)
    if "hold" not in before.columns:
        return {}
    rows = before.filter(pl.col("hold").is_not_null()).select("source_id", "fingerprint", "hold", "hold_detail").rows()
    return {(source_id, fingerprint, hold): detail for source_id, fingerprint, hold, detail in rows}


def _keep(desk: Desk, gated: Sequence[Gated], guards: Sequence[Tripped]) -> str | None:
    written = [one for one in gated if one.weighed.risk is not None]
    sends = [_named(one) for one in written if one.hold is None]
    waiting = [
        (
            *_named(one),
            one.weighed.planned.action,
            one.weighed.risk,
            one.hold.reason,
            one.weighed.money_delta,
            one.weighed.currency,
        )
        for one in written
        if one.hold is not None
    ]
    frame = pl.DataFrame(waiting, schema=WAITING_SCHEMA, orient="row")
    return approvals.keep_plan(desk.database, made(desk), sends, frame, [guard.measured for guard in guards])


def _named(one: Gated) -> tuple[str, str]:
    return one.weighed.planned.document.key, one.weighed.fingerprint


def made(desk: Desk) -> Made:
    """Where and when this desk plans and delivers."""
    return Made(desk.unit.name, desk.unit.flow, desk.company, desk.reading.run, desk.reading.now)


def released(desk: Desk) -> Mapping[tuple[str, str], int]:
    """What was approved and not sent yet: approval by document and fingerprint."""
    return approvals.active(desk.database, desk.unit.name, desk.company, desk.reading.now)
