"""`sales_changes`: asks Sales how many changes wait behind each table's delta link, and has the changed tables read."""

import asyncio
from collections.abc import Mapping, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.protocol import ExpiredLinkError
from p2c_assets.defs.sensors import history
from p2c_assets.defs.sensors.decision import Table, read_of_sales
from p2c_assets.defs.sensors.status import initial_status
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import Settings, SystemSettings

NAME = "sales_changes"


def sensor(
    settings: Settings, job: UnresolvedAssetJobDefinition, entities: Mapping[dg.AssetKey, Entity]
) -> dg.SensorDefinition:
    """One cheap request per tracked table and tick; nothing is asked while a read is queued or running."""

    @dg.sensor(
        name=NAME,
        job=job,
        minimum_interval_seconds=settings.sensors.sales_interval_s,
        default_status=initial_status(settings),
        description="Counts the changes that wait in Sales, and has the tables read that have some.",
    )
    def sales_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        active = history.is_active(context.instance, job.name)
        tables = [history.table(context.instance, key) for key in sorted(entities)]
        pending = {} if active else asyncio.run(_pending(settings.sales, tables, entities))
        decision = read_of_sales(job.name, tables, pending, active, history.last_run(context.instance, job.name))
        if not decision.wanted:
            return dg.SkipReason(decision.why)
        context.log.info(decision.why)
        return dg.SensorResult(run_requests=[wanted.request(NAME) for wanted in decision.wanted])

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
