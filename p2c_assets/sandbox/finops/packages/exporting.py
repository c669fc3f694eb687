"""ExportToPackage: the records of a project's entities, or what changed of them, as a package in the blob store.

Source: data-management-api (the project must exist, only the delta under change tracking, rerun of an execution),
entity-change-track (a file export has no deletions; first run is full).
"""

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.packages import files, settings
from p2c_assets.sandbox.finops.packages.blobs import Blobs
from p2c_assets.sandbox.finops.packages.executions import (
    FAILED,
    SUCCEEDED,
    EntityRun,
    Execution,
    Executions,
    RowError,
    outcome_of,
)
from p2c_assets.sandbox.finops.packages.labels import staging_columns
from p2c_assets.sandbox.finops.packages.manifest import of_project
from p2c_assets.sandbox.finops.packages.package import Package, pack
from p2c_assets.sandbox.finops.packages.projects import INCREMENTAL, Project, ProjectEntity, Projects
from p2c_assets.sandbox.finops.packages.refusals import action_failed, execution_not_found
from p2c_assets.sandbox.finops.packages.tracking import Tracking
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

_NAMES = uuid.UUID("1c6d5f5e-5a0c-5f43-8f0a-7a1d0c3b9e22")


class Exporter:
    """Starts exports and does their work."""

    def __init__(
        self, store: Store, clock: Clock, records: Records, blobs: Blobs, projects: Projects, tracking: Tracking
    ) -> None:
        self._store = store
        self._clock = clock
        self._records = records
        self._blobs = blobs
        self._projects = projects
        self._tracking = tracking

    def start(self, executions: Executions, body: Mapping[str, Any], company: str, preview: int = 0) -> str:
        """Accept a job; its id. Raises FinopsError for a project or an execution that is not there."""
        project = self._projects.get(body["definitionGroupId"])
        earlier = executions.find(body["executionId"])
        if body["reExecute"]:
            if earlier is None or earlier.kind != "export":
                raise execution_not_found(body["executionId"])
            executions.save(replace(earlier, polls=0, outcome="", rerun=True, package_name=body["packageName"]))
            return earlier.id
        if earlier is not None:
            raise action_failed(f"The execution id '{earlier.id}' already exists.")
        execution = Execution(
            id=body["executionId"] or executions.new_id(project.name),
            kind="export",
            project=project.name,
            company=company,
            created=self._clock.timestamp(),
            package_name=body["packageName"],
            preview=preview,
            entities=tuple(EntityRun(entity.label) for entity in project.in_order),
        )
        executions.save(execution)
        return execution.id

    def run(self, executions: Executions, execution: Execution) -> Execution:
        """Write the package; of a rerun once more what the first run has put into staging."""
        staged = executions.staged(execution.id)
        if execution.rerun and staged is not None:
            return self._published(execution, base64.b64decode(staged), execution.entities)
        project = self._projects.find(execution.project)
        if project is None:
            return replace(execution, outcome=FAILED)
        return self._exported(executions, execution, project)

    def _exported(self, executions: Executions, execution: Execution, project: Project) -> Execution:
        found = {entity.label: self._rows(execution, entity) for entity in project.in_order}
        contents = {entity.label: _file(entity, found[entity.label]) for entity in project.in_order}
        largest = settings.read(self._store).largest_file
        too_large = [label for label, content in contents.items() if len(content) > largest]
        if too_large:
            return _failed(execution, too_large, largest)
        manifest = of_project(project)
        content = pack(Package(manifest, {entity.file: contents[entity.entity.label] for entity in manifest.entities}))
        executions.stage(execution.id, base64.b64encode(content).decode())
        for entity in project.entities:
            if entity.refresh == INCREMENTAL:
                self._tracking.note_run(project.name, entity.entity_set)
        runs = tuple(EntityRun(label, SUCCEEDED, len(rows)) for label, rows in found.items())
        return self._published(execution, content, runs)

    def _rows(self, execution: Execution, entity: ProjectEntity) -> list[Row]:
        """Due records of the job's company in the order of their key; of a preview the first ones."""
        entity_set = entity.entity_set
        rows = self._records.in_key_order(entity_set, [execution.company])
        if entity.refresh == INCREMENTAL:
            keys = self._tracking.keys_since_last_run(execution.project, entity_set)
            if keys is not None:
                rows = (row for row in rows if entity_set.key_of(row) in keys)
        return list(islice(rows, execution.preview or None))

    def _published(self, execution: Execution, content: bytes, runs: tuple[EntityRun, ...]) -> Execution:
        stem = (execution.package_name or execution.project).removesuffix(".zip")
        name = f"{stem}-{uuid.uuid5(_NAMES, execution.id)}.zip"
        self._blobs.put(name, content)
        return replace(execution, outcome=outcome_of(runs), package=name, entities=runs)


def _file(entity: ProjectEntity, rows: Sequence[Row]) -> bytes:
    known = staging_columns(entity.entity_set)
    columns = [known[name] for name in entity.columns]
    return files.render(entity.columns, (files.cells(row, columns) for row in rows), entity.source_format)


def _failed(execution: Execution, labels: Sequence[str], largest: int) -> Execution:
    text = f"The file is larger than {largest} bytes."
    errors = tuple(RowError(label, "", text) for label in labels)
    runs = tuple(replace(run, status=FAILED) for run in execution.entities)
    return replace(execution, outcome=FAILED, entities=runs, errors=errors)
