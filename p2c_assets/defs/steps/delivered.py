"""What a delivered asset does: send the plan, keep the verdicts, and prove that every source row has its outcome."""

import time
from typing import Any

import dagster as dg
import polars as pl

from p2c_assets.defs import checks, metadata
from p2c_assets.defs.platform import Platform, step_of
from p2c_assets.delivery.delivering import deliver_plan
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.units import UNITS
from p2c_assets.reconcile.sides import observed
from p2c_assets.warehouse import conflicts, holdings
from p2c_assets.warehouse.holdings import Observed
from p2c_assets.warehouse.ledger import outcome_counts


def deliver_unit(context: dg.AssetExecutionContext, platform: Platform, unit: str) -> dg.MaterializeResult[Any]:
    """One row per document: the destination's verdict. The ledger gets one outcome per source row."""
    started = time.monotonic()
    desk = platform.desk(unit, context.partition_key, context.run.run_id)
    rows, statistics = platform.ask(step_of(context), desk.unit.system, lambda client: deliver_plan(desk, client))
    _remember(platform, desk)
    tasks = [part.task for part in UNITS[unit].parts]
    shown = {
        **metadata.table("delivered", desk.unit.table, rows),
        **metadata.outcomes(outcome_counts(platform.database, tasks, desk.company)),
        "reasons": metadata.reasons(rows),
        "read_back_otherwise": rows.filter(pl.col("altered").is_not_null()).height,
        **_conflicts(platform, desk),
        **metadata.requests(statistics, time.monotonic() - started),
    }
    results = [
        checks.outcomes_add_up(
            context.asset_key, platform.database, [platform.tasks[task] for task in tasks], desk.company
        ),
        checks.written_as_sent(context.asset_key, rows),
    ]
    return dg.MaterializeResult(metadata=shown, check_results=results)


def _conflicts(platform: Platform, desk: Desk) -> dict[str, Any]:
    """What the side that does not own a document has changed: open conflicts, and those that this run resolved."""
    found = conflicts.of_run(platform.database, desk.unit.name, desk.company, desk.reading.run)
    is_open = found["resolution"] == "open"
    shown = {"conflicts/open": int(is_open.sum()), "conflicts/resolved": found.height - int(is_open.sum())}
    return shown if found.is_empty() else {**shown, "conflicts/preview": metadata.preview(found)}


def _remember(platform: Platform, desk: Desk) -> None:
    """What the destination holds after the delivery: a later difference is excused only while it still does."""
    side = platform.side(platform.company(desk.company))
    held = observed(platform.database, desk.unit.name, desk.unit.flow, side)
    where = Observed(desk.unit.name, desk.company, desk.reading.run, desk.reading.now)
    holdings.remember(platform.database, where, held)
