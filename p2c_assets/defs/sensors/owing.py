"""What sensors have to make up for: rows that a dry run read without delivering them, and documents that were approved since.

A dry run takes changes off the links that the sensors ask, and an approval changes no row: without this, nothing would follow
either before the next full run.
"""

from collections.abc import Mapping, Sequence

import dagster as dg

from p2c_assets.defs.sensors.decision import owed_after
from p2c_assets.defs.sensors.history import changed_by_run
from p2c_assets.delivery.units import UNITS
from p2c_assets.events import wakes
from p2c_assets.events.wakes import Owed
from p2c_assets.mappings.model import Task
from p2c_assets.settings import Settings
from p2c_assets.warehouse.approvals import Plan


def after_dry_run(settings: Settings, instance: dg.DagsterInstance, runs: Sequence[str]) -> None:
    """Note what the runs of a dry run brought."""
    with wakes.opened(settings.paths.events) as noted:
        for run in runs:
            noted.owe(owed_after(changed_by_run(instance, run), (), list(settings.companies)))


def after_approval(settings: Settings, tasks: Mapping[str, Task], plan: Plan) -> None:
    """Note that the plan's flow has something to send."""
    source = tasks[UNITS[plan.unit].header.task].source
    with wakes.opened(settings.paths.events) as noted:
        noted.owe({Owed(plan.company, source.reference)})
