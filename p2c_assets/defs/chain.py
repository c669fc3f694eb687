"""The chain in one process: Sales' tables once, then each company by itself.

A company that fails, by an exception or by a blocking check, stops nobody else. Every run is recorded in the Dagster instance
and is seen in the UI like any other.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import dagster as dg

from p2c_assets.defs.jobs import PLAN, PROSPECT_TO_CASH, READ_SALES, READINESS, READINESS_OF_ROWS, planned_alone
from p2c_assets.defs.tags import CHANGES, COMPANY, DRY_RUN, MODE, READING, STARTED_BY

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
RAN_BY = {STARTED_BY: "p2c run"}


class Ran(NamedTuple):
    """One run of a job. `company` is None for the reading of Sales; `problems` says what went wrong, by step."""

    job: str
    company: str | None
    run: str
    succeeded: bool
    seconds: float
    problems: tuple[str, ...]


def run_chain(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    companies: Sequence[str],
    flow: str | None = None,
    told: Callable[[Ran], None] = lambda _ran: None,
    *,
    only_changes: bool = False,
    dry_run: bool = False,
) -> list[Ran]:
    """Run a flow (default: all) for these companies, one after the other; `told` hears of each run as it ends.

    A `dry_run` reads, maps and plans, and goes no further. With `only_changes` nothing is read that a change reader says is
    as it was, and nothing is read afresh at the end.
    Where Sales could not be read, no company runs: its rows would be those of an earlier time.
    """
    tags = {**RAN_BY, **({READING: CHANGES} if only_changes else {}), **({MODE: DRY_RUN} if dry_run else {})}
    job, selected = (PLAN, _planned(definitions, flow)) if dry_run else (flow or PROSPECT_TO_CASH, None)
    read = run_job(definitions, instance, READ_SALES, None, tags)
    told(read)
    if not read.succeeded:
        return [read]
    done = [read]
    for company in companies:
        ran = run_job(definitions, instance, job, company, tags, selected)
        told(ran)
        done.append(ran)
    return done


def _planned(definitions: dg.Definitions, flow: str | None) -> list[dg.AssetKey] | None:
    """Of the job `plan` what concerns a flow; None: all of it."""
    return None if flow is None else sorted(planned_alone(flow).resolve(definitions.resolve_asset_graph()))


def run_readiness(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    companies: Sequence[str],
    told: Callable[[Ran], None] = lambda _ran: None,
) -> list[Ran]:
    """Look at both systems and each company, then read, then look at each company's rows; the rest where one step fails."""
    tags = {STARTED_BY: "p2c doctor"}
    done = [_told(told, run_job(definitions, instance, READINESS, company, tags)) for company in companies]
    read = _told(told, run_job(definitions, instance, READ_SALES, None, tags))
    if not read.succeeded:
        return [*done, read]
    rows = [_told(told, run_job(definitions, instance, READINESS_OF_ROWS, company, tags)) for company in companies]
    return [*done, read, *rows]


def _told(told: Callable[[Ran], None], ran: Ran) -> Ran:
    told(ran)
    return ran


def run_job(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    job: str,
    company: str | None,
    tags: Mapping[str, str],
    assets: Sequence[dg.AssetKey] | None = None,
) -> Ran:
    """A run of a job, or of just these assets of it, in this process."""
    started = time.monotonic()
    named = {} if company is None else {COMPANY: company}
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=company,
        run_config=QUIET,
        tags={**tags, **named},
        raise_on_error=False,
        asset_selection=assets,
    )
    return Ran(job, company, result.run_id, result.success, time.monotonic() - started, tuple(_problems(result)))


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    """What failed, in the words of the exception that caused it."""
    return [_cause(event) for event in result.all_events if event.is_step_failure]


def _cause(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    words = "no reason given" if error is None else error.message.strip()
    return f"{event.step_key}: {words}"
