"""Whether sensors run from the start, and how often."""

import dagster as dg

from p2c_assets.settings import Settings

LOOK_S = 1
"""Looking at what events have told costs one small file; Dagster's daemon goes round every five seconds."""


def initial_status(settings: Settings) -> dg.DefaultSensorStatus:
    """Stopped, unless the settings say that they run."""
    return dg.DefaultSensorStatus.RUNNING if settings.sensors.running else dg.DefaultSensorStatus.STOPPED


def interval_s(settings: Settings, *, any_events: bool) -> int:
    """Seconds between two ticks: with events as often as it can be, else as often as a system may be asked."""
    return LOOK_S if any_events else settings.sensors.sales_interval_s
