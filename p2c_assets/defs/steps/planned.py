"""What a planned asset does: compare mapped documents with the destination and keep what would be written."""

import time
from typing import Any

import dagster as dg
import polars as pl

from p2c_assets.defs import metadata
from p2c_assets.defs.platform import Platform
from p2c_assets.delivery.planning import make_plan

ACTIONS = ("create", "update", "unchanged", "filtered", "rejected", "held", "refused")


def plan_unit(context: dg.AssetExecutionContext, platform: Platform, unit: str) -> dg.MaterializeResult[Any]:
    """One row per document: what would be done with it, with before and after per field. Nothing is written anywhere else."""
    started = time.monotonic()
    rows = make_plan(platform.desk(unit, context.partition_key, context.run.run_id))
    counts = dict(rows.group_by("action").len().rows())
    shown = {
        **metadata.table("planned", unit.replace("/", "_"), rows),
        **{f"documents/{action}": counts.get(action, 0) for action in ACTIONS},
        "fields_to_write": int(rows.filter(pl.col("action").is_in(["create", "update"]))["changed_fields"].sum()),
        "reasons": metadata.reasons(rows.rename({"action": "outcome"})),
        "seconds": round(time.monotonic() - started, 3),
    }
    return dg.MaterializeResult(metadata=shown)
