"""The sensors of a code location."""

from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from p2c_assets.defs.jobs import PROSPECT_TO_CASH, READ_SALES
from p2c_assets.defs.sensors import changes_arrived, failed_run_alert, sales_changes, scm_changes
from p2c_assets.defs.sensors.history import downstream_of
from p2c_assets.mappings import catalogue
from p2c_assets.settings import Settings


def sensors(
    settings: Settings, assets: Sequence[dg.AssetsDefinition], jobs: Sequence[UnresolvedAssetJobDefinition]
) -> list[dg.SensorDefinition]:
    """Stopped unless the settings say otherwise; the UI starts and stops each."""
    by_name = {job.name: job for job in jobs}
    read, chain = by_name[READ_SALES], by_name[PROSPECT_TO_CASH]
    raw = sorted(key for asset in assets for key in asset.keys if key.path[0] == "raw")
    entities = {entity.reference: entity for entity in catalogue.ENTITIES.values()}
    of_sales = {key: entities[f"sales.{key.path[2]}"] for key in raw if key.path[1] == "sales"}
    of_scm = [key for key in raw if key.path[1] == "scm"]
    return [
        sales_changes.sensor(settings, read, of_sales),
        scm_changes.sensor(settings, chain, of_scm),
        changes_arrived.sensor(settings, [read, chain], chain, downstream_of(assets, raw)),
        failed_run_alert.sensor(settings),
    ]
