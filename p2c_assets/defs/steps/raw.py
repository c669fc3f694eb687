"""What a raw asset does: bring its entity up to date, say how and why so, and what was new."""

import time
from typing import Any

import dagster as dg

from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.protocol import Statistics, SystemClient
from p2c_assets.defs import metadata
from p2c_assets.defs.platform import Platform, step_of
from p2c_assets.defs.tags import told_of, wants_changes_only
from p2c_assets.delivery.strays import record_strays
from p2c_assets.events import wakes
from p2c_assets.extraction.changes import Read, read_changes
from p2c_assets.extraction.choice import reader_of
from p2c_assets.extraction.claims import CLAIMED, are_outdated, read_and_store_claims
from p2c_assets.extraction.packages import Project, read_packages
from p2c_assets.extraction.reader import Reading, read_all, read_told
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import ReadingSettings, Settings
from p2c_assets.warehouse.raw_log import logged_by_company

TOLD_KEYS = "by key: {} that events told of"
SET_TO_PAGES = "everything, by pages: the settings say so"


def read_sales(context: dg.AssetExecutionContext, platform: Platform, entity: Entity) -> dg.MaterializeResult[Any]:
    """A Sales table, of every company; rows of an unknown business unit get their outcome here."""
    started = time.monotonic()
    reading = platform.reading(context.run.run_id)

    async def work(client: SystemClient) -> Read:
        if platform.settings.reading.sales == "pages":
            return Read(await read_all(reading, client, entity), SET_TO_PAGES, None)
        return await read_changes(reading, client, entity, full=not wants_changes_only(context.run))

    read, statistics = platform.ask(step_of(context), "sales", work)
    record_strays(reading, platform.tasks, entity)
    return _shown(context, platform, entity, read, statistics, started)


def read_scm(context: dg.AssetExecutionContext, platform: Platform, entity: Entity) -> dg.MaterializeResult[Any]:
    """An SCM entity of one company, and the keys that all companies hold where Sales has but one."""
    started = time.monotonic()
    reading = platform.reading(context.run.run_id)
    company = context.partition_key
    full = not wants_changes_only(context.run)
    keys = _told(context, platform.settings, entity)

    async def work(client: SystemClient) -> Read:
        if keys and isinstance(client, FinopsClient):
            read = Read(await read_told(reading, client, entity, company, keys), TOLD_KEYS.format(len(keys)), None)
        else:
            read = await _read_company(platform.settings.reading, reading, client, entity, company, full=full)
        if entity.name in CLAIMED and (full or are_outdated(reading.database, entity, company)):
            await read_and_store_claims(reading, client, entity)
        return read

    read, statistics = platform.ask(step_of(context), "scm", work)
    return _shown(context, platform, entity, read, statistics, started)


def _told(context: dg.AssetExecutionContext, settings: Settings, entity: Entity) -> list[str] | None:
    """The keys of the rows that events told of, where the run reads the entity for nothing else and they are not many."""
    if not told_of(context.run, entity.name):
        return None
    with wakes.opened(settings.paths.events) as noted:
        keys = noted.keys(entity.name, context.partition_key)
    return keys if keys is not None and len(keys) <= settings.reading.told_keys_up_to else None


async def _read_company(
    settings: ReadingSettings, reading: Reading, client: SystemClient, entity: Entity, company: str, *, full: bool
) -> Read:
    rows = int(str(reading.database.value(f"SELECT count(*) FROM raw.{entity.table} WHERE row_company = ?", [company])))
    chosen = reader_of(settings, entity.name, company, full=full, rows=rows)
    if chosen.project is None or not isinstance(client, FinopsClient):
        return Read(await read_all(reading, client, entity, company), chosen.reader, None)
    project = Project(chosen.project, settings.package_keys_every, settings.package_wait_s)
    return await read_packages(reading, client, entity, company, project)


def _shown(
    context: dg.AssetExecutionContext,
    platform: Platform,
    entity: Entity,
    read: Read,
    statistics: Statistics,
    started: float,
) -> dg.MaterializeResult[Any]:
    company = context.partition_key if context.has_partition_key else None
    rows = platform.database.frame(
        f"SELECT * FROM raw.{entity.table} WHERE coalesce(row_company = ?, true) LIMIT {metadata.PREVIEW_ROWS}",
        [company],
    )
    changed = logged_by_company(platform.database, entity.table, context.run.run_id)
    shown = {
        **metadata.table("raw", entity.table, rows),
        "dagster/row_count": read.change.read,
        **{f"rows/{name}": value for name, value in read.change._asdict().items()},
        **{f"changed/{name}": count for name, count in changed.items()},
        **metadata.requests(statistics, time.monotonic() - started),
        "reader": read.reader,
        **({} if read.link is None else {"delta_link": read.link}),
    }
    return dg.MaterializeResult(metadata=shown)
