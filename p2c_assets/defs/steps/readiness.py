"""What the readiness assets do: ask, keep what was found, say it as checks. And the gate before the first delivery."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import dagster as dg
import polars as pl

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.protocol import SystemClient
from p2c_assets.defs import checks, metadata
from p2c_assets.defs.platform import Platform, Step, step_of
from p2c_assets.errors import PermanentError
from p2c_assets.readiness import company as companies
from p2c_assets.readiness import documents, record, sales, scm
from p2c_assets.readiness.finding import LEVELS, Finding, errors_of, sentence, with_accepted
from p2c_assets.readiness.kinds import Asset
from p2c_assets.readiness.matrix import FRAMES, matrix
from p2c_assets.settings import Company
from p2c_assets.warehouse.inputs import peeked
from p2c_assets.warehouse.stage import replace_slice

Answer = TypeVar("Answer")
SHARED_FOR = timedelta(minutes=15)
"""So long a look at a system is good for the other companies of a chain."""
RETURNED_ORDERS = "order_headers_to_salesorders"
"""The task by whose references the matrix finds price lists and units."""


class NotReadyError(PermanentError):
    """Nothing may be delivered for a company yet; the text is what stands against it."""


def look(context: dg.AssetExecutionContext, platform: Platform, asset: Asset) -> dg.MaterializeResult[Any]:
    """One row per finding, and one for each thing that is as it should be."""
    started = time.monotonic()
    company = platform.company(context.partition_key)
    found = _looked(platform, asset, company, step_of(context))
    rows = record.remember(platform.database, asset, company.id, found, context.run.run_id, datetime.now(UTC))
    judged = with_accepted(found, platform.settings.readiness.accepted)
    levels = [one.level for one in judged]
    shown = {
        **metadata.table(record.SCHEMA, asset, rows),
        **{f"findings/{level}": levels.count(level) for level in LEVELS},
        "seconds": round(time.monotonic() - started, 3),
        **(_matrix(platform, company) if asset == "documents" else {}),
    }
    return dg.MaterializeResult(metadata=shown, check_results=checks.found_ready(context.asset_key, asset, judged))


def require_ready(step: Step, platform: Platform) -> None:
    """Before a delivery: pass a company that was found ready, look at any other now. Raises NotReadyError.

    So a company is looked at before its first document is sent, and again as long as something stands against it.
    """
    settings = platform.settings.readiness
    if step.company is None or not settings.required:
        return
    if record.is_ready(platform.database, step.company, settings.accepted):
        return
    company = platform.company(step.company)
    found: list[Finding] = []
    for asset in record.BEFORE_DELIVERY:
        seen = _seen_lately(platform, asset) or _looked(platform, asset, company, step)
        record.remember(platform.database, asset, company.id, seen, step.run, datetime.now(UTC))
        found += with_accepted(seen, settings.accepted)
    against = [sentence(one) for one in errors_of(found)]
    if against:
        raise NotReadyError(
            f"nothing is sent for {company.id} until it is ready: {'; '.join(against)}. `p2c doctor` shows everything; "
            "what somebody has looked at and accepts goes into readiness.accepted"
        )


def _seen_lately(platform: Platform, asset: Asset) -> list[Finding]:
    """What a chain has just found about a system for another company, where nothing stands against it."""
    if asset == "company":
        return []
    found = record.recent(platform.database, asset, datetime.now(UTC) - SHARED_FOR)
    return [] if errors_of(found) else found


def _looked(platform: Platform, asset: Asset, company: Company, step: Step) -> list[Finding]:
    return _LOOKS[asset](platform, company, step)


def _sales(platform: Platform, _company: Company, step: Step) -> list[Finding]:
    settings = platform.settings
    return sales.findings(_ask_sales(platform, step, lambda client: sales.ask(client, settings.readiness)), settings)


def _scm(platform: Platform, _company: Company, step: Step) -> list[Finding]:
    return scm.findings(_ask_scm(platform, step, scm.ask), platform.settings)


def _company(platform: Platform, company: Company, step: Step) -> list[Finding]:
    in_sales = _ask_sales(platform, step, lambda client: companies.ask_sales(client, company))
    in_scm = _ask_scm(platform, step, lambda client: companies.ask_scm(client, company))
    return companies.findings(in_sales, in_scm, company, platform.settings)


def _documents(platform: Platform, company: Company, _step: Step) -> list[Finding]:
    today = datetime.now(UTC).date()
    return documents.look(platform.database, platform.tasks, company, platform.settings, today)


_LOOKS: Mapping[Asset, Callable[[Platform, Company, Step], list[Finding]]] = {
    "sales": _sales,
    "scm": _scm,
    "company": _company,
    "documents": _documents,
}


def _ask_sales(platform: Platform, step: Step, work: Callable[[DataverseClient], Awaitable[Answer]]) -> Answer:
    async def asked(client: SystemClient) -> Answer:
        if not isinstance(client, DataverseClient):
            raise TypeError(f"Sales is asked by a DataverseClient, not by {type(client).__name__}")
        return await work(client)

    return platform.ask(step, "sales", asked)[0]


def _ask_scm(platform: Platform, step: Step, work: Callable[[FinopsClient], Awaitable[Answer]]) -> Answer:
    async def asked(client: SystemClient) -> Answer:
        if not isinstance(client, FinopsClient):
            raise TypeError(f"SCM is asked by a FinopsClient, not by {type(client).__name__}")
        return await work(client)

    return platform.ask(step, "scm", asked)[0]


def _matrix(platform: Platform, company: Company) -> dict[str, Any]:
    """Currency x price list x unit, kept and shown."""
    frames = peeked(platform.database, FRAMES, company.id)
    task, settings = platform.tasks[RETURNED_ORDERS], platform.settings.mapping_settings()
    cells = matrix(task, frames, company, settings, datetime.now(UTC).date())
    kept = cells.select(pl.lit(company.id).alias("company"), pl.all())
    replace_slice(platform.database, record.SCHEMA, "matrix", company.id, kept)
    return {"currency_price_list_unit": metadata.preview_all(cells)}
