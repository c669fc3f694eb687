"""What a delivered asset does: send the plan, keep the verdicts, and prove that every source row has its outcome."""

import time
from typing import Any

import dagster as dg
import polars as pl

from p2c_assets.defs import checks, metadata
from p2c_assets.defs.platform import Platform, step_of
from p2c_assets.defs.sensors import owing
from p2c_assets.defs.steps.readiness import require_ready
from p2c_assets.defs.tags import is_dry_run
from p2c_assets.delivery.delivering import DELIVERED_SCHEMA, deliver_plan
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.units import UNITS
from p2c_assets.delivery.verify import ALTERED, AS_SENT, LOST
from p2c_assets.reconcile.sides import observed
from p2c_assets.warehouse import arrivals, conflicts, holdings
from p2c_assets.warehouse.holdings import Observed
from p2c_assets.warehouse.ledger import adopt_inputs, outcome_counts
from p2c_assets.warehouse.stage import read_slice


def deliver_unit(context: dg.AssetExecutionContext, platform: Platform, unit: str) -> dg.MaterializeResult[Any]:
    """One row per document: the destination's verdict. The ledger gets one outcome per source row."""
    if is_dry_run(context.run):
        return _not_delivered(context, platform, unit)
    started = time.monotonic()
    require_ready(step_of(context), platform)
    desk = platform.desk(unit, context.partition_key, context.run.run_id)
    adopt_inputs(platform.database, tasks_of(unit), desk.company)
    rows, statistics = platform.ask(step_of(context), desk.unit.system, lambda client: deliver_plan(desk, client))
    _remember(platform, desk)
    tasks = tasks_of(unit)
    shown = {
        **metadata.table("delivered", desk.unit.table, rows),
        **metadata.outcomes(outcome_counts(platform.database, tasks, desk.company)),
        "reasons": metadata.reasons(rows),
        **_read_back(rows),
        **_conflicts(platform, desk),
        **(_arrived(context, platform) if rows["outcome"].is_in(["created"]).any() else {}),
        **metadata.requests(statistics, time.monotonic() - started),
    }
    results = [
        checks.outcomes_add_up(
            context.asset_key, platform.database, [platform.tasks[task] for task in tasks], desk.company
        ),
        checks.written_as_sent(context.asset_key, rows),
    ]
    return dg.MaterializeResult(metadata=shown, check_results=results)


def _read_back(rows: pl.DataFrame) -> dict[str, int]:
    """Documents that were read back, by what that showed; zeros too, so that the UI plots a series."""
    verdicts = rows["read_back"].drop_nulls()
    by_rule = verdicts.str.starts_with(f"{ALTERED}:").sum()
    return {
        "read_back/as_sent": int((verdicts == AS_SENT).sum()),
        "read_back/altered_by_a_rule": int(by_rule),
        "read_back/altered": int((verdicts == ALTERED).sum()),
        "read_back/lost": int((verdicts == LOST).sum()),
    }


def _conflicts(platform: Platform, desk: Desk) -> dict[str, Any]:
    """What the side that does not own a document has changed: open conflicts, and those that this run resolved."""
    found = conflicts.of_run(platform.database, desk.unit.name, desk.company, desk.reading.run)
    is_open = found["resolution"] == "open"
    shown = {"conflicts/open": int(is_open.sum()), "conflicts/resolved": found.height - int(is_open.sum())}
    return shown if found.is_empty() else {**shown, "conflicts/preview": metadata.preview(found)}


def _arrived(context: dg.AssetExecutionContext, platform: Platform) -> dict[str, Any]:
    """For which companies' held rows something is there now; flows that this run maps later release them in it, sensors the
    others."""
    found = arrivals.arrived(platform.database, platform.tasks)
    owing.after_delivery(platform.settings, context.run, context.partition_key, found)
    return {f"arrived/{one.company}/{one.entity}": one.rows for one in found}


def tasks_of(unit: str) -> list[str]:
    """The names of a unit's tasks."""
    return [part.task for part in UNITS[unit].parts]


def _not_delivered(context: dg.AssetExecutionContext, platform: Platform, unit: str) -> dg.MaterializeResult[Any]:
    """A dry run sends nothing and records no outcome; it says how many documents would go, and how many would wait."""
    company = context.partition_key
    plan = read_slice(platform.database, "planned", UNITS[unit].table, company)
    written = plan.filter(pl.col("risk").is_not_null()) if "risk" in plan.columns else plan
    shown = {
        "dry_run": True,
        "would_send": written.filter(pl.col("hold").is_null()).height if written.height else 0,
        "would_wait": written.filter(pl.col("hold").is_not_null()).height if written.height else 0,
    }
    tasks = [platform.tasks[task] for task in tasks_of(unit)]
    results = [
        checks.outcomes_add_up(context.asset_key, platform.database, tasks, company),
        checks.written_as_sent(context.asset_key, pl.DataFrame(schema=DELIVERED_SCHEMA)),
    ]
    return dg.MaterializeResult(metadata=shown, check_results=results)


def _remember(platform: Platform, desk: Desk) -> None:
    """What the destination holds after the delivery: a later difference is excused only while it still does."""
    side = platform.side(platform.company(desk.company))
    held = observed(platform.database, desk.unit.name, desk.unit.flow, side)
    where = Observed(desk.unit.name, desk.company, desk.reading.run, desk.reading.now)
    holdings.remember(platform.database, where, held)
