"""`scm_changes`: has SCM's entities read company by company, each at its interval; OData has no cheaper question."""

import json
import time
from collections.abc import Mapping, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from p2c_assets.defs.sensors import history
from p2c_assets.defs.sensors.decision import read_of_scm
from p2c_assets.defs.sensors.status import initial_status
from p2c_assets.settings import Settings

NAME = "scm_changes"


def due(
    keys: Sequence[dg.AssetKey], companies: Sequence[str], asked: Mapping[str, int], settings: Settings, now_s: int
) -> dict[str, list[dg.AssetKey]]:
    """Per company the entities whose interval has passed since they were last asked for (`asked`: "usmf name" -> s)."""
    sensors = settings.sensors
    return {
        company: [
            key
            for key in keys
            if now_s - asked.get(f"{company} {key.path[-1]}", 0)
            >= sensors.scm_interval_s_by_entity.get(key.path[-1], sensors.scm_interval_s)
        ]
        for company in companies
    }


def sensor(settings: Settings, job: UnresolvedAssetJobDefinition, keys: Sequence[dg.AssetKey]) -> dg.SensorDefinition:
    """One run per company with something due; what follows from it is `changes_arrived`'s business."""
    companies = list(settings.companies)

    @dg.sensor(
        name=NAME,
        job=job,
        minimum_interval_seconds=settings.sensors.sales_interval_s,
        default_status=initial_status(settings),
        description="Has SCM's entities read at their intervals, company by company.",
    )
    def scm_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        now_s = int(time.time())
        asked: dict[str, int] = json.loads(context.cursor) if context.cursor else {}
        found = due(keys, companies, asked, settings, now_s)
        decision = read_of_scm(job.name, found, history.active_companies(context.instance), now_s)
        if not decision.wanted:
            return dg.SkipReason(decision.why)
        for wanted in decision.wanted:
            asked |= {f"{wanted.company} {key.path[-1]}": now_s for key in wanted.assets}
        context.log.info(decision.why)
        requests = [wanted.request(NAME) for wanted in decision.wanted]
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(asked, sort_keys=True))

    return scm_changes
