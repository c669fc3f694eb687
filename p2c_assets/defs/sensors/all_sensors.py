"""The sensors of a code location."""

from collections.abc import Sequence

import dagster as dg

from p2c_assets.defs.sensors import failed_run_alert, sales_changes, scm_changes
from p2c_assets.mappings import catalogue
from p2c_assets.settings import Settings


def sensors(
    settings: Settings, assets: Sequence[dg.AssetsDefinition], job: dg.JobDefinition
) -> list[dg.SensorDefinition]:
    """Stopped unless the settings say otherwise; the UI starts and stops each. `job` follows changes."""
    raw = sorted(key for asset in assets for key in asset.keys if key.path[0] == "raw")
    of_sales = {key: catalogue.ENTITIES[f"sales.{key.path[2]}"] for key in raw if key.path[1] == "sales"}
    of_scm = [key.path[2] for key in raw if key.path[1] == "scm"]
    return [
        sales_changes.sensor(settings, job, of_sales),
        scm_changes.sensor(settings, job, of_scm),
        failed_run_alert.sensor(settings),
    ]
