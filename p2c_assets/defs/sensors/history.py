"""What sensors learn from Dagster's history: last reads, active runs. The DuckDB file is never opened here."""

from collections.abc import Collection, Mapping

import dagster as dg

from p2c_assets.defs.sensors.decision import Table
from p2c_assets.defs.tags import COMPANY

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


def is_active(instance: dg.DagsterInstance, job: str) -> bool:
    """Whether a run of the job is queued or running."""
    return bool(instance.get_runs(dg.RunsFilter(job_name=job, statuses=ACTIVE), limit=1))


def last_run(instance: dg.DagsterInstance, job: str) -> str:
    """The id of the job's last run, empty where there is none."""
    runs = instance.get_runs(dg.RunsFilter(job_name=job), limit=1)
    return runs[0].run_id if runs else ""


def active_companies(instance: dg.DagsterInstance) -> set[str]:
    """Companies that a queued or running run is for."""
    runs = instance.get_runs(dg.RunsFilter(statuses=ACTIVE))
    return {run.tags[COMPANY] for run in runs if COMPANY in run.tags}


def queued_assets(instance: dg.DagsterInstance) -> dict[str, set[dg.AssetKey]]:
    """What the runs that have not started will materialize, by company."""
    found: dict[str, set[dg.AssetKey]] = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])):
        if COMPANY in run.tags:
            found.setdefault(run.tags[COMPANY], set()).update(run.asset_selection or ())
    return found


def changed_by_run(instance: dg.DagsterInstance, run: str) -> dict[dg.AssetKey, Mapping[str, int]]:
    """What a run's raw materializations say that they brought: raw asset -> company -> rows."""
    records = instance.get_records_for_run(run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    found: dict[dg.AssetKey, Mapping[str, int]] = {}
    for record in records:
        materialization = record.event_log_entry.asset_materialization
        if materialization is not None and materialization.asset_key.path[0] == "raw":
            found[materialization.asset_key] = _changed(materialization.metadata)
    return found


def _changed(metadata: Mapping[str, dg.MetadataValue]) -> dict[str, int]:
    return {
        name.removeprefix(CHANGED): int(str(value.value))
        for name, value in metadata.items()
        if name.startswith(CHANGED)
    }


def downstream_of(
    assets: Collection[dg.AssetsDefinition], raw: Collection[dg.AssetKey]
) -> dict[dg.AssetKey, frozenset[dg.AssetKey]]:
    """Raw asset -> everything of a company that is made of it, raw assets apart."""
    every_raw = dg.AssetSelection.key_prefixes(["raw"])
    return {
        key: frozenset((dg.AssetSelection.assets(key).downstream() - every_raw).resolve(list(assets))) for key in raw
    }
