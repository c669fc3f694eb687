"""What a planned asset does: compare mapped documents with the destination and keep what would be written."""

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import dagster as dg
import polars as pl

from p2c_assets.defs import checks, metadata
from p2c_assets.defs.platform import Platform
from p2c_assets.delivery.approval import APPROVAL, GUARD
from p2c_assets.delivery.planning import make_plan
from p2c_assets.reports.plans import Document, documents, money, risks
from p2c_assets.reports.plans_text import markdown

ACTIONS = ("create", "update", "unchanged", "filtered", "rejected", "held", "refused")


def plan_unit(context: dg.AssetExecutionContext, platform: Platform, unit: str) -> dg.MaterializeResult[Any]:
    """One row per document: what would be done with it, with before and after per field. Nothing is written anywhere else."""
    started = time.monotonic()
    company = platform.company(context.partition_key)
    rows = make_plan(platform.desk(unit, company.id, context.run.run_id))
    counts = dict(rows.group_by("action").len().rows())
    written = documents(rows.to_dicts())
    shown = {
        **metadata.table("planned", unit.replace("/", "_"), rows),
        "preview": dg.MetadataValue.md(markdown(written)),
        **_plan(rows, written, company.currency),
        **{f"documents/{action}": counts.get(action, 0) for action in ACTIONS},
        "fields_to_write": int(rows.filter(pl.col("action").is_in(["create", "update"]))["changed_fields"].sum()),
        "reasons": metadata.reasons(rows.rename({"action": "outcome"})),
        "seconds": round(time.monotonic() - started, 3),
    }
    return dg.MaterializeResult(
        metadata=shown, check_results=[checks.nothing_waits_for_a_person(context.asset_key, rows)]
    )


def _plan(rows: pl.DataFrame, written: Sequence[Document], currency: str) -> dict[str, Any]:
    """The plan's name, and as series: documents per risk class, what they wait for, and money by currency."""
    names = rows["plan_name"].drop_nulls()
    holds = dict(rows.group_by("hold").len().rows())
    moved = {currency: Decimal(0), **money(written)}
    return {
        **({} if names.is_empty() else {"plan": str(names[0])}),
        **{f"risk/{risk}": count for risk, count in risks(written).items()},
        **{f"waiting/{hold}": holds.get(hold, 0) for hold in (APPROVAL, GUARD)},
        **{f"money_delta/{code}": float(amount) for code, amount in moved.items()},
    }
