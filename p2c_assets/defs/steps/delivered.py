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
from p2c_assets.delivery.verify import ALTERED, AS_SENT, LOST
from p2c_assets.reconcile.sides import observed
from p2c_assets.warehouse import holdings
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
        **_read_back(rows),
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


def _remember(platform: Platform, desk: Desk) -> None:
    """What the destination holds after the delivery: a later difference is excused only while it still does."""
    side = platform.side(platform.company(desk.company))
    held = observed(platform.database, desk.unit.name, desk.unit.flow, side)
    where = Observed(desk.unit.name, desk.company, desk.reading.run, desk.reading.now)
    holdings.remember(platform.database, where, held)
