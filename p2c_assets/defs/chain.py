"""The chain in one process: Sales' tables once, then each company by itself.

A company that fails, by an exception or by a blocking check, stops nobody else. Every run is recorded in the Dagster instance
and is seen in the UI like any other.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import dagster as dg

from p2c_assets.defs.jobs import PROSPECT_TO_CASH, READ_SALES
from p2c_assets.defs.tags import CHANGES, COMPANY, READING, STARTED_BY

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
RAN_BY = {STARTED_BY: "p2c run"}


class Ran(NamedTuple):
    """One run of the chain. `company` is None for the reading of Sales; `problems` says what went wrong, by step."""

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
) -> list[Ran]:
    """Run a flow (default: all) for these companies, one after the other; `told` hears of each run as it ends.

    With `only_changes` nothing is read that a change reader says is as it was, and nothing is read afresh at the end.
    Where Sales could not be read, no company runs: its rows would be those of an earlier time.
    """
    tags = {**RAN_BY, READING: CHANGES} if only_changes else RAN_BY
    read = _run(definitions, instance, READ_SALES, None, tags)
    told(read)
    if not read.succeeded:
        return [read]
    done = [read]
    for company in companies:
        ran = _run(definitions, instance, flow or PROSPECT_TO_CASH, company, tags)
        told(ran)
        done.append(ran)
    return done


def _run(
    definitions: dg.Definitions, instance: dg.DagsterInstance, job: str, company: str | None, tags: Mapping[str, str]
) -> Ran:
    started = time.monotonic()
    named = {} if company is None else {COMPANY: company}
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance, partition_key=company, run_config=QUIET, tags={**tags, **named}, raise_on_error=False
    )
    return Ran(company, result.run_id, result.success, time.monotonic() - started, tuple(_problems(result)))


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    """What failed: a blocking check by what it says, all else in the words of the exception that caused it."""
    return [_said(result, event) or _cause(event) for event in result.all_events if event.is_step_failure]


def _said(result: dg.ExecuteInProcessResult, failure: dg.DagsterEvent) -> str | None:
    """What the blocking checks of a failed step say; None where another thing stopped it."""
    found = [
        event.asset_check_evaluation_data
        for event in result.all_events
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION and event.step_key == failure.step_key
    ]
    failed = [f"{one.check_name}: {one.description}" for one in found if one.blocking and not one.passed]
    return f"{failure.step_key}: {'; '.join(failed)}" if failed else None


def _cause(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    words = "no reason given" if error is None else error.message.strip()
    return f"{event.step_key}: {words}"
