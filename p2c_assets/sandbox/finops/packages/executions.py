"""Executions of data projects: what a job is to do, how far it is, what came of it.

A job makes its way by being asked for: each status call is a step (settings), and a passing day ends them all. Nothing
sleeps. Source: data-management-api (states), a client's trace (400 until the execution record exists), data-import-export-job
(clean-up of the history).
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.packages import settings
from p2c_assets.sandbox.finops.packages.assumptions import HISTORY_DAYS
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

NOT_RUN, EXECUTING, SUCCEEDED = "NotRun", "Executing", "Succeeded"
PARTIALLY, FAILED, CANCELED = "PartiallySucceeded", "Failed", "Canceled"
_TABLE = "_executions"
_STAGING = "_staging"
_ENDED = "the end"
_LATE = 1_000_000
"""Polls of a job that has ended by itself: beyond every wait."""

_NAMES = uuid.UUID("6d2f3c1e-0b55-5f0e-9f6a-1f1f5a0d7c11")


@dataclass(frozen=True)
class RowError:
    """One failed record, or an entity as a whole (record ""). keys: as the error-keys file holds them."""

    entity: str
    record: str
    message: str
    field: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntityRun:
    """What became of one entity. staging_errors: name of the file with the refused input, "" without any."""

    label: str
    status: str = NOT_RUN
    rows: int = 0
    failed: int = 0
    tasks: int = 1
    staging_errors: str = ""
    error_keys_polls: int = -1


@dataclass(frozen=True)
class Execution:
    """One job. outcome: its final status, "" before the work is done; package: name of the exported file."""

    id: str
    kind: Literal["import", "export"]
    project: str
    company: str
    created: str
    polls: int = 0
    outcome: str = ""
    package: str = ""
    package_name: str = ""
    preview: int = 0
    rerun: bool = False
    execute: bool = True
    entities: tuple[EntityRun, ...] = ()
    errors: tuple[RowError, ...] = ()

    def entity(self, label: str) -> EntityRun | None:
        """The run of an entity by its label, any case."""
        return next((run for run in self.entities if run.label.lower() == label.lower()), None)

    def with_entity(self, run: EntityRun) -> "Execution":
        """This execution with another state of one entity."""
        entities = tuple(run if old.label == run.label else old for old in self.entities)
        return replace(self, entities=entities)

    def errors_of(self, label: str) -> list[RowError]:
        """Failed records of an entity."""
        return [error for error in self.errors if error.entity.lower() == label.lower()]


Work = Callable[[Execution], Execution]


class Executions:
    """All executions by id; `work` does what a kind of job is for."""

    def __init__(self, store: Store, clock: Clock, work: Mapping[str, Work]) -> None:
        self._store = store
        self._clock = clock
        self._work = work

    def new_id(self, project: str) -> str:
        """A server-made id: project, moment and a GUID."""
        unique = uuid.uuid5(_NAMES, f"execution {self._store.sequence('execution')}").hex.upper()
        return f"{project}-{self._clock.now():%Y-%m-%dT%H:%M:%S}-{unique}"

    def find(self, execution: str) -> Execution | None:
        """The execution of this id."""
        row = self._store.table(_TABLE).get(execution.lower())
        return None if row is None else _execution(row)

    def save(self, execution: Execution) -> None:
        """Store what is known of an execution."""
        self._store.table(_TABLE).put(execution.id.lower(), asdict(execution))

    def stage(self, execution: str, package: str) -> None:
        """Keep a package (base64) as what a job has in staging."""
        self._store.table(_STAGING).put(execution.lower(), {"package": package})

    def staged(self, execution: str) -> str | None:
        """The package in staging."""
        row = self._store.table(_STAGING).get(execution.lower())
        return None if row is None else row["package"]

    def poll(self, execution: str) -> str | None:
        """The status that this status call answers; None for an execution that is not there, or not yet."""
        found = self.find(execution)
        if found is None:
            return None
        found = replace(found, polls=found.polls + 1)
        state = self._state(found)
        if state in (EXECUTING, _ENDED):
            found = self._worked(found)
        self.save(found)
        return found.outcome if state == _ENDED else state

    def _state(self, execution: Execution) -> str | None:
        """What the number of polls amounts to: None (not there yet), NotRun, Executing, or the end."""
        current = settings.read(self._store)
        waits = (
            (None, current.polls_not_found if execution.kind == "import" else 0),
            (NOT_RUN, current.polls_not_run),
            (EXECUTING, current.polls_executing),
        )
        polls = execution.polls
        for state, wait in waits:
            if polls <= wait:
                return state
            polls -= wait
        return _ENDED

    def starting(self) -> bool:
        """Whether an import was called whose record is not there yet."""
        return any(execution.kind == "import" and self._is_starting(execution) for execution in self.all())

    def _is_starting(self, execution: Execution) -> bool:
        return not execution.outcome and execution.polls < settings.read(self._store).polls_not_found

    def settle(self) -> int:
        """Do all work that waits; how many jobs that were."""
        waiting = [execution for execution in self.all() if not execution.outcome]
        for execution in waiting:
            self.save(replace(self._worked(execution), polls=_LATE))
        return len(waiting)

    def cancel(self, execution: str) -> None:
        """Cancel a job that has not run. Raises AdminError."""
        found = self.find(execution)
        if found is None or found.outcome:
            raise AdminError(f"there is no execution {execution!r} that waits")
        runs = tuple(replace(run, status=CANCELED) for run in found.entities)
        self.save(replace(found, outcome=CANCELED, entities=runs, polls=_LATE))

    def delete(self, execution: str) -> bool:
        """Forget an execution and what it has in staging."""
        if self.find(execution) is None:
            return False
        self._store.table(_TABLE).delete(execution.lower())
        if execution.lower() in self._store.table(_STAGING):
            self._store.table(_STAGING).delete(execution.lower())
        return True

    def clean_up(self) -> None:
        """Forget what is older than the history is kept."""
        for execution in self.all():
            if self._clock.now() >= datetime.fromisoformat(execution.created) + timedelta(days=HISTORY_DAYS):
                self.delete(execution.id)

    def all(self) -> list[Execution]:
        """Every execution, oldest first."""
        return [_execution(row) for row in self._store.table(_TABLE).rows()]

    def _worked(self, execution: Execution) -> Execution:
        return execution if execution.outcome else self._work[execution.kind](execution)


def outcome_of(runs: Sequence[EntityRun]) -> str:
    """The status of a job from those of its entities."""
    statuses = {run.status for run in runs}
    if statuses <= {SUCCEEDED}:
        return SUCCEEDED
    return PARTIALLY if statuses & {SUCCEEDED, PARTIALLY} else FAILED


def errors_text(execution: Execution | None) -> str:
    """The error list as GetExecutionErrors has it: JSON inside of a string; empty without an execution."""
    errors = () if execution is None else execution.errors
    return json.dumps([{"RecordId": e.record, "Field": e.field, "ErrorMessage": e.message} for e in errors])


def _execution(row: Mapping[str, Any]) -> Execution:
    entities = tuple(EntityRun(**run) for run in row["entities"])
    values: Row = {**row, "entities": entities, "errors": tuple(_row_error(error) for error in row["errors"])}
    return Execution(**values)


def _row_error(row: Mapping[str, Any]) -> RowError:
    values: Row = {**row, "keys": tuple(row["keys"])}
    return RowError(**values)
