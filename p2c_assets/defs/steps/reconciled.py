"""What a reconciled asset does: read both systems afresh and compare them to the cent."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from p2c_assets.connectors.protocol import SystemClient
from p2c_assets.defs import checks, metadata
from p2c_assets.defs.platform import Platform, step_of
from p2c_assets.defs.tags import wants_changes_only
from p2c_assets.extraction.reader import read_all
from p2c_assets.mappings.schema import Entity, System
from p2c_assets.reconcile.attribution import attribute
from p2c_assets.reconcile.compare import balances, classify, summarise
from p2c_assets.reconcile.kinds import UNEXPLAINED
from p2c_assets.reconcile.series import by_class, by_month, series
from p2c_assets.reports.records import AmbiguousRecordError, UnknownRecordError
from p2c_assets.reports.totals import of_pair
from p2c_assets.reports.trace import trace
from p2c_assets.reports.trace_text import markdown, totals_markdown
from p2c_assets.settings import Company
from p2c_assets.warehouse import differences
from p2c_assets.warehouse.stage import replace_slice

PARTS_SHOWN = 50
AFRESH = "both systems, read afresh after delivery"
AS_IT_STANDS = "raw as the change readers and the read-back left it"


def reconcile_flow(
    context: dg.AssetExecutionContext, platform: Platform, flow: str, entities: Sequence[Entity]
) -> dg.MaterializeResult[Any]:
    """One row per flow, currency and class of difference; Sales total + every class = SCM total."""
    started = time.monotonic()
    company = platform.company(context.partition_key)
    asked = _bring_up_to_date(context, platform, entities)
    now = datetime.now(UTC)
    marked, parts = attribute(platform.database, flow, classify(platform.database, flow, platform.side(company)))
    pairs = differences.record(platform.database, flow, company.id, marked, now)
    summary = summarise(pairs, now)
    for table, rows in ((f"{flow}_pairs", pairs), (f"{flow}_parts", parts), (flow, summary)):
        replace_slice(platform.database, "reconciled", table, company.id, rows)
    unexplained = summary.filter(pl.col("unexplained"))
    shown = {
        **metadata.table("reconciled", flow, summary),
        "preview": metadata.preview_all(by_class(summary)),
        "by_month": metadata.preview_all(by_month(summary)),
        **series(summary),
        "unexplained_rows": int(unexplained["rows"].sum()),
        "unexplained_amount": float(unexplained["gross_difference"].sum()),
        "in_flight_amount": float(summary.filter(pl.col("class") == "in_flight")["difference"].sum()),
        "read": AS_IT_STANDS if wants_changes_only(context.run) else AFRESH,
        "requests/GET": asked,
        "seconds": round(time.monotonic() - started, 3),
        **_unexplained_parts(parts),
        **_largest_unexplained(platform, company, flow, pairs),
    }
    result = checks.totals_agree(context.asset_key, balances(summary), pairs, parts)
    return dg.MaterializeResult(metadata=shown, check_results=[result])


def _unexplained_parts(parts: pl.DataFrame) -> dict[str, Any]:
    """Where the differences are: document, line and field."""
    found = parts.filter("unexplained")
    shown = found.select("key", "line", "product", "field", "sales", "scm", "expected").head(PARTS_SHOWN)
    table = {"unexplained_parts": metadata.preview_all(shown)} if shown.height else {}
    return {"unexplained_fields": found.height, **table}


def _largest_unexplained(
    platform: Platform, company: Company, flow: str, pairs: pl.DataFrame
) -> dict[str, dg.MarkdownMetadataValue]:
    """The document with the largest unexplained difference, both sides' lines beside each other."""
    apart = pairs.filter(pl.col("class").is_in(UNEXPLAINED)).with_columns(
        (pl.col("scm_amount") - pl.col("sales_amount")).abs().alias("difference")
    )
    worst = apart.sort("difference", "key", descending=[True, False]).head(1).to_dicts()
    prefixes = {company.id: company.sales_number_prefix}
    found = [of_pair(platform.database, flow, row["key"], company.id, prefixes) for row in worst if row["key"]]
    shown = [dg.MetadataValue.md(totals_markdown(one)) for one in found if one is not None]
    totals = {"largest_unexplained": shown[0]} if shown else {}
    return {**totals, **_traced(platform, company, flow, [str(row["key"]) for row in worst if row["key"]])}


def _traced(
    platform: Platform, company: Company, flow: str, keys: Sequence[str]
) -> dict[str, dg.MarkdownMetadataValue]:
    """What `p2c trace` says of these documents, as markdown; an invoice's key has its date behind the number."""
    prefixes = {company.id: company.sales_number_prefix}
    for key in keys:
        number = key.split(" ")[0] if flow == "invoices" else key
        try:
            found = trace(platform.database, platform.tasks, flow.removesuffix("s"), number, company.id, prefixes)
        except (UnknownRecordError, AmbiguousRecordError):
            return {}
        return {"largest_unexplained_trace": dg.MetadataValue.md(markdown(found))}
    return {}


def _bring_up_to_date(context: dg.AssetExecutionContext, platform: Platform, entities: Sequence[Entity]) -> int:
    """Read both sides again, unless the run was asked for changes only; returns the requests."""
    if wants_changes_only(context.run):
        return 0
    return _read_afresh(context, platform, "sales", entities) + _read_afresh(context, platform, "scm", entities)


def _read_afresh(
    context: dg.AssetExecutionContext, platform: Platform, system: System, entities: Sequence[Entity]
) -> int:
    reading = platform.reading(context.run.run_id)

    async def work(client: SystemClient) -> None:
        for entity in entities:
            if entity.system == system:
                await read_all(reading, client, entity, context.partition_key)

    return platform.ask(step_of(context), system, work)[1].requests.get("GET", 0)
