"""Whether sensors run from the start."""

import dagster as dg

from p2c_assets.settings import Settings


def initial_status(settings: Settings) -> dg.DefaultSensorStatus:
    """Stopped, unless the settings say that they run."""
    return dg.DefaultSensorStatus.RUNNING if settings.sensors.running else dg.DefaultSensorStatus.STOPPED
