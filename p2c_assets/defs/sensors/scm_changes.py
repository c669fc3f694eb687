"""`scm_changes`: has the entities of SCM read that events tell of; the others at their intervals, company by company."""

import json
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg

from p2c_assets.defs.sensors import history
from p2c_assets.defs.sensors.decision import read_of_scm
from p2c_assets.defs.sensors.status import initial_status, interval_s
from p2c_assets.events import wakes
from p2c_assets.events.subjects import told
from p2c_assets.events.wakes import Changed
from p2c_assets.settings import Settings

NAME = "scm_changes"


def due(
    names: Sequence[str], events: Collection[str], asked: Mapping[str, int], settings: Settings, now_s: int
) -> dict[str, list[str]]:
    """Per company the entities whose interval has passed since they were last asked for (`asked`: "usmf name" -> s).

    An entity of `events` waits for them, and is read all the same where the last time is long ago, since events get lost.
    """
    sensors = settings.sensors
    intervals = {
        name: settings.events.fallback_s
        if name in events
        else sensors.scm_interval_s_by_entity.get(name, sensors.scm_interval_s)
        for name in names
    }
    return {
        company: [name for name in names if now_s - asked.get(f"{company} {name}", 0) >= intervals[name]]
        for company in settings.companies
    }


def sensor(settings: Settings, job: dg.JobDefinition, names: Sequence[str]) -> dg.SensorDefinition:
    """Nothing is asked of SCM here: an event has come, or the time has."""
    events = told(settings.events, "scm")
    companies = list(settings.companies)

    @dg.sensor(
        name=NAME,
        job=job,
        minimum_interval_seconds=interval_s(settings, any_events=bool(events)),
        default_status=initial_status(settings),
        description="Has SCM's entities read as events tell, or at their intervals, company by company.",
    )
    def scm_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        now_s = int(time.time())
        state = history.following(context.instance, job.name, now_s)
        asked: dict[str, int] = json.loads(context.cursor) if context.cursor else {}
        found = due(names, events, asked, settings, now_s)
        cursor = json.dumps(asked | {f"{company} {name}": now_s for company, those in found.items() for name in those})
        waits = state.why_not(settings.sensors.sales_interval_s)
        with wakes.opened(settings.paths.events) as noted:
            if state.active and any(found.values()):
                noted.note(f"{NAME} {cursor}", _as_changed(found), datetime.now(UTC))
                return dg.SensorResult(skip_reason=f"what is due is noted: {waits}", cursor=cursor)
            decision = read_of_scm(found, noted.pending(), companies, f"{context.cursor} {state.last_run}")
        if waits is not None or decision.asked is None:
            return dg.SkipReason(waits or decision.why)
        context.log.info(decision.why)
        return dg.SensorResult(run_requests=[decision.request(job.name, NAME)], cursor=cursor)

    return scm_changes


def _as_changed(found: Mapping[str, Collection[str]]) -> list[Changed]:
    return [Changed("scm", name, company) for company, names in found.items() for name in names]
