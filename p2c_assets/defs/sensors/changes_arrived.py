"""`changes_arrived`: after a read that a sensor asked for, the runs of the companies and flows that it concerns."""

from collections.abc import Mapping, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from p2c_assets.defs.sensors import history, sales_changes, scm_changes
from p2c_assets.defs.sensors.decision import runs_after
from p2c_assets.defs.sensors.status import initial_status
from p2c_assets.defs.tags import STARTED_BY
from p2c_assets.settings import Settings

NAME = "changes_arrived"


def sensor(
    settings: Settings,
    reads: Sequence[UnresolvedAssetJobDefinition],
    job: UnresolvedAssetJobDefinition,
    downstream: Mapping[dg.AssetKey, frozenset[dg.AssetKey]],
) -> dg.SensorDefinition:
    """Looks at what the run's raw materializations brought, by company."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name=NAME,
        monitored_jobs=list(reads),
        request_job=job,
        minimum_interval_seconds=settings.sensors.sales_interval_s,
        default_status=initial_status(settings),
        description="After a read that a sensor asked for: runs the flows of the companies whose rows have changed.",
    )
    def changes_arrived(context: dg.RunStatusSensorContext) -> dg.SensorResult | dg.SkipReason:
        run = context.dagster_run
        if run.tags.get(STARTED_BY) not in (sales_changes.NAME, scm_changes.NAME):
            return dg.SkipReason("not a read that a sensor asked for")
        changed = history.changed_by_run(context.instance, run.run_id)
        queued = history.queued_assets(context.instance)
        decision = runs_after(job.name, changed, downstream, list(settings.companies), queued, run.run_id)
        if not decision.wanted:
            return dg.SkipReason(decision.why)
        context.log.info(decision.why)
        return dg.SensorResult(run_requests=[wanted.request(NAME) for wanted in decision.wanted])

    return changes_arrived
