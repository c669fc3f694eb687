"""`sales_changes`: has the tables of Sales read that events tell of; of the others it asks how many changes wait."""

import asyncio
import json
import time
from collections.abc import Collection, Mapping, Sequence

import dagster as dg

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.protocol import ExpiredLinkError
from p2c_assets.defs.sensors import history
from p2c_assets.defs.sensors.decision import Table, read_of_sales
from p2c_assets.defs.sensors.status import initial_status, interval_s
from p2c_assets.events import wakes
from p2c_assets.events.subjects import told
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import Settings, SystemSettings

NAME = "sales_changes"


def to_ask(
    tables: Sequence[Table], events: Collection[str], asked: Mapping[str, int], settings: Settings, now_s: int
) -> list[Table]:
    """The tables that are asked for their count of changes now: those without events at each interval of the settings,
    those with events where that is long ago, since events get lost."""
    return [
        table
        for table in tables
        if table.link is not None
        and now_s - asked.get(table.name, 0)
        >= (settings.events.fallback_s if table.name in events else settings.sensors.sales_interval_s)
    ]


def sensor(settings: Settings, job: dg.JobDefinition, entities: Mapping[dg.AssetKey, Entity]) -> dg.SensorDefinition:
    """At most one cheap request per tracked table and interval; none of a table that events are sent for."""
    events = told(settings.events, "sales")

    @dg.sensor(
        name=NAME,
        job=job,
        minimum_interval_seconds=interval_s(settings, any_events=bool(events)),
        default_status=initial_status(settings),
        description="Has the tables of Sales read that have changed: as events say, or as Sales counts.",
    )
    def sales_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        now_s = int(time.time())
        history.end_orphans(context.instance)
        state = history.following(context.instance, job.name, now_s)
        waits = state.why_not(settings.sensors.sales_interval_s)
        if waits is not None:
            return dg.SkipReason(waits)
        tables = [history.table(context.instance, key) for key in sorted(entities)]
        asked: dict[str, int] = json.loads(context.cursor) if context.cursor else {}
        asking = to_ask(tables, events, asked, settings, now_s)
        pending = asyncio.run(_pending(settings.sales, asking, entities)) if asking else {}
        with wakes.opened(settings.paths.events) as noted:
            woken = {wake.entity: wake.number for wake in noted.pending() if wake.system == "sales"}
            owed = noted.owed()
        decision = read_of_sales(tables, pending, woken, owed, state.last_run)
        cursor = json.dumps(asked | {table.name: now_s for table in asking}, sort_keys=True)
        if decision.asked is None:
            return dg.SensorResult(skip_reason=decision.why, cursor=cursor)
        context.log.info(decision.why)
        return dg.SensorResult(run_requests=[decision.request(job.name, NAME)], cursor=cursor)

    return sales_changes


async def _pending(
    settings: SystemSettings, tables: Sequence[Table], entities: Mapping[dg.AssetKey, Entity]
) -> dict[dg.AssetKey, int | None]:
    """Changes behind each link; None where the link has expired. Raises what the client raises when Sales is away."""
    found: dict[dg.AssetKey, int | None] = {}
    async with DataverseClient.connect(settings) as client:
        for table in tables:
            if table.link is not None:
                try:
                    found[table.key] = await client.pending(entities[table.key].entity_set, table.link)
                except ExpiredLinkError:
                    found[table.key] = None
    return found
