"""What a mapped asset does: apply its task's mapping to the raw rows of one company."""

import time
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from p2c_assets.defs import checks, metadata
from p2c_assets.defs.platform import Platform
from p2c_assets.defs.tags import is_dry_run
from p2c_assets.mappings.model import Task, lineage
from p2c_assets.mappings.versions import version
from p2c_assets.transforms.apply import apply
from p2c_assets.warehouse import tombstones
from p2c_assets.warehouse.inputs import frames
from p2c_assets.warehouse.ledger import count_in
from p2c_assets.warehouse.stage import replace_slice


def map_task(context: dg.AssetExecutionContext, platform: Platform, name: str) -> dg.MaterializeResult[Any]:
    """One row per source row: mapped, or why not; rows that are gone from the source say so."""
    started = time.monotonic()
    task, company = platform.tasks[name], platform.company(context.partition_key)
    reading = platform.reading(context.run.run_id)
    settings = platform.settings.mapping_settings()
    mapping = version(task, settings)
    dry_run = is_dry_run(context.run)
    count_in(platform.database, name, task.source.table, company.id, reading.run, reading.now, mapping, dry_run=dry_run)
    inputs = frames(platform.database, task.inputs, company.id)
    today = datetime.now(UTC).date()
    found = apply(task, inputs, company, settings, today)
    gone = tombstones.outcomes(platform.database, task, company.id)
    rows = pl.concat([found, gone.with_columns(pl.lit(company.id).alias("company"))], how="diagonal")
    table = task.asset.replace("/", "_")
    replace_slice(platform.database, "mapped", table, company.id, rows)
    counts = dict(rows.group_by("outcome").len().rows())
    shown = {
        **metadata.table("mapped", table, rows),
        **{f"rows/{outcome}": counts.get(outcome, 0) for outcome in ("mapped", "filtered", "rejected", "held")},
        "reasons": metadata.reasons(rows),
        "mapping_version": mapping,
        "warnings": rows.filter(pl.col("warnings").list.len() > 0).height,
        "seconds": round(time.monotonic() - started, 3),
        **metadata.lineage(sources_of(task)),
    }
    return dg.MaterializeResult(
        metadata=shown,
        check_results=[
            checks.keys_are_unique(context.asset_key, rows),
            checks.no_unmapped_codes(context.asset_key, rows),
        ],
    )


def sources_of(task: Task) -> dict[str, list[tuple[dg.AssetKey, str]]]:
    """Which raw columns each target column is made of."""
    return {
        target: [(dg.AssetKey(["raw", *frame.split(".")]), column) for frame, column in origins]
        for target, origins in lineage(task).items()
    }
