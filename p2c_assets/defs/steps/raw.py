"""What a raw asset does: read its entity whole and say what was new."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import dagster as dg

from p2c_assets.connectors.protocol import SystemClient
from p2c_assets.defs import metadata
from p2c_assets.defs.platform import Platform, step_of
from p2c_assets.delivery.strays import record_strays
from p2c_assets.extraction.claims import CLAIMED, read_and_store_claims
from p2c_assets.extraction.reader import read_all
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse.raw_log import Change

READER = "full read by pages: the change readers are not configured"


def read_sales(context: dg.AssetExecutionContext, platform: Platform, entity: Entity) -> dg.MaterializeResult[Any]:
    """All rows of a Sales table, of every company; rows of an unknown business unit get their outcome here."""
    reading = platform.reading(context.run.run_id)
    result = _read(context, platform, entity, lambda client: read_all(reading, client, entity))
    record_strays(reading, platform.tasks, entity)
    return result


def read_scm(context: dg.AssetExecutionContext, platform: Platform, entity: Entity) -> dg.MaterializeResult[Any]:
    """All rows of an SCM entity of one company, and the keys that other companies hold where Sales has but one."""
    reading = platform.reading(context.run.run_id)
    company = context.partition_key

    async def work(client: SystemClient) -> Change:
        if entity.name in CLAIMED:
            await read_and_store_claims(reading, client, entity)
        return await read_all(reading, client, entity, company)

    return _read(context, platform, entity, work, company)


def _read(
    context: dg.AssetExecutionContext,
    platform: Platform,
    entity: Entity,
    work: Callable[[SystemClient], Awaitable[Change]],
    company: str | None = None,
) -> dg.MaterializeResult[Any]:
    started = time.monotonic()
    change, statistics = platform.ask(step_of(context), entity.system, work)
    rows = platform.database.frame(
        f"SELECT * FROM raw.{entity.table} WHERE coalesce(row_company = ?, true) LIMIT {metadata.PREVIEW_ROWS}",
        [company],
    )
    shown = {
        **metadata.table("raw", entity.table, rows),
        "dagster/row_count": change.read,
        **{f"rows/{name}": value for name, value in change._asdict().items()},
        **metadata.requests(statistics, time.monotonic() - started),
        "reader": READER,
    }
    return dg.MaterializeResult(metadata=shown)
