"""What sensors have to make up for: rows that a dry run read without delivering them, documents that were approved since, and
held rows whose parent a run has brought that does not map them itself.

A dry run takes changes off the links that the sensors ask, and neither an approval nor a delivery changes the row that waits:
without this, nothing would follow before the next full run.
"""

from collections.abc import Collection, Mapping, Sequence

import dagster as dg

from p2c_assets.defs.jobs import PROSPECT_TO_CASH
from p2c_assets.defs.sensors.decision import owed_after
from p2c_assets.defs.sensors.history import changed_by_run
from p2c_assets.defs.tags import WITHIN
from p2c_assets.delivery.units import UNITS
from p2c_assets.events import wakes
from p2c_assets.events.wakes import STAGES, Owed
from p2c_assets.mappings.model import Task
from p2c_assets.settings import Settings
from p2c_assets.warehouse.approvals import Plan
from p2c_assets.warehouse.arrivals import Arrived


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


def after_delivery(settings: Settings, run: dg.DagsterRun, company: str, arrived: Collection[Arrived]) -> None:
    """Note what waited for a delivery and is not mapped later in its run: rows of other companies, and of other flows where
    the run is of one flow. `follow_changes` sees to that itself in the runs within it."""
    is_whole = run.job_name == PROSPECT_TO_CASH and run.asset_selection is None
    left = [one for one in arrived if one.company in settings.companies and not (is_whole and one.company == company)]
    if left and WITHIN not in run.tags:
        with wakes.opened(settings.paths.events) as noted:
            noted.owe({Owed(one.company, one.entity, stage) for one in left for stage in STAGES})
