"""What sensors learn from Dagster's history: last reads, active runs. The DuckDB file is never opened here."""

from collections.abc import Mapping

import dagster as dg

from p2c_assets.defs.sensors.decision import Following, Table
from p2c_assets.defs.tags import WITHIN

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
CHANGED = "changed/"


def table(instance: dg.DagsterInstance, key: dg.AssetKey) -> Table:
    """A raw table of Sales as its last materialization shows it."""
    event = instance.get_latest_materialization_event(key)
    if event is None or event.asset_materialization is None:
        return Table(key, was_read=False, link=None)
    link = event.asset_materialization.metadata.get("delta_link")
    return Table(key, was_read=True, link=None if link is None else str(link.value))


def following(instance: dg.DagsterInstance, job: str, now_s: float) -> Following:
    """The state of the job that follows changes."""
    active = bool(instance.get_runs(dg.RunsFilter(job_name=job, statuses=ACTIVE), limit=1))
    records = instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)
    if not records:
        return Following(active, "")
    last = records[0]
    failed = last.dagster_run.status == dg.DagsterRunStatus.FAILURE
    return Following(active, last.dagster_run.run_id, now_s - (last.end_time or 0) if failed else None)


def is_awaited(instance: dg.DagsterInstance) -> bool:
    """Whether another run waits for its turn."""
    return bool(instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]), limit=1))


def end_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Runs within a run whose process is gone cannot say that they have ended; it is said for them. Their ids."""
    ended: list[str] = []
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        outer = instance.get_run_by_id(run.tags[WITHIN]) if WITHIN in run.tags else None
        if outer is not None and outer.is_finished:
            instance.report_run_failed(run, f"the run {outer.run_id}, within which this one ran, has ended")
            ended.append(run.run_id)
    return ended


def changed_by_run(instance: dg.DagsterInstance, run: str) -> dict[str, Mapping[str, int]]:
    """What a run's raw materializations say that they brought: entity (`sales.accounts`) -> company -> rows."""
    records = instance.get_records_for_run(run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    found: dict[str, Mapping[str, int]] = {}
    for record in records:
        materialization = record.event_log_entry.asset_materialization
        if materialization is not None and materialization.asset_key.path[0] == "raw":
            found[".".join(materialization.asset_key.path[1:])] = _changed(materialization.metadata)
    return found


def _changed(metadata: Mapping[str, dg.MetadataValue]) -> dict[str, int]:
    return {
        name.removeprefix(CHANGED): int(str(value.value))
        for name, value in metadata.items()
        if name.startswith(CHANGED)
    }
