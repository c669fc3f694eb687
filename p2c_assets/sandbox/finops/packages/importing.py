"""ImportFromPackage: what is refused at the call, and the run of the job.

Source: data-management-api (parameters; never in parallel; the project is made from the manifest), data-entities-data-packages
(units, levels, sequences), a trace of an import that worked (what the package must get right).
"""

import base64
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.packages import files
from p2c_assets.sandbox.finops.packages.assumptions import PARALLEL_IMPORT_STATUS, WRONG_NAMESPACE_STATUS
from p2c_assets.sandbox.finops.packages.blobs import Blobs
from p2c_assets.sandbox.finops.packages.entity_import import EngineCrashError, EntityImport
from p2c_assets.sandbox.finops.packages.executions import (
    FAILED,
    SUCCEEDED,
    EntityRun,
    Execution,
    Executions,
    outcome_of,
)
from p2c_assets.sandbox.finops.packages.labels import entity_of, staging_columns
from p2c_assets.sandbox.finops.packages.manifest import BadManifestError, Manifest, ManifestEntity
from p2c_assets.sandbox.finops.packages.package import Package, unpack
from p2c_assets.sandbox.finops.packages.projects import ProjectEntity, Projects, check_format
from p2c_assets.sandbox.finops.packages.refusals import action_failed
from p2c_assets.sandbox.messages import Unsupported

_FIELDS = uuid.UUID("a4f1c0de-3f0a-5d0b-8c5e-2f6b7d8e9a10")


class Importer:
    """Starts imports and does their work."""

    def __init__(self, clock: Clock, blobs: Blobs, projects: Projects, entities: EntityImport) -> None:
        self._clock = clock
        self._blobs = blobs
        self._projects = projects
        self._entities = entities

    def start(self, executions: Executions, body: Mapping[str, Any], company: str) -> str:
        """Accept a job; its id. Raises FinopsError, Unsupported."""
        if executions.starting():
            text = "Another package is being imported; ImportFromPackage must not be called in parallel."
            raise action_failed(text, PARALLEL_IMPORT_STATUS)
        if not body["overwrite"]:
            raise Unsupported("ImportFromPackage with overwrite=false (composite entities)")
        if executions.find(body["executionId"]) is not None:
            raise action_failed(f"The execution id '{body['executionId']}' already exists.")
        content = self._uploaded(body["packageUrl"])
        package = _opened(content)
        for entity in package.manifest.entities:
            self._check(package, entity)
        project = body["definitionGroupId"] or package.manifest.project
        self._create_project(project, package.manifest)
        execution = Execution(
            id=body["executionId"] or executions.new_id(project),
            kind="import",
            project=project,
            company=company,
            created=self._clock.timestamp(),
            execute=body["execute"],
            entities=tuple(EntityRun(entity.label) for entity in package.manifest.as_project.in_order),
        )
        executions.stage(execution.id, base64.b64encode(content).decode())
        executions.save(execution)
        return execution.id

    def run(self, executions: Executions, execution: Execution) -> Execution:
        """Import entity after entity. An engine that crashes leaves no error behind (assumptions.MISSING_COLUMN_CRASHES)."""
        package = unpack(base64.b64decode(executions.staged(execution.id) or ""))
        stopped: set[tuple[int, ...]] = set()
        for entity in sorted(package.manifest.entities, key=lambda one: one.entity.order):
            if stopped & _scopes(entity.entity):
                continue
            try:
                result = self._entities.run(execution, package, entity)
            except EngineCrashError:
                crashed = replace(_run_of(execution, entity), status=FAILED)
                return replace(execution.with_entity(crashed), outcome=FAILED, errors=())
            execution = replace(execution.with_entity(result.run), errors=(*execution.errors, *result.errors))
            if result.run.status != SUCCEEDED:
                stopped |= _stopped_by(entity.entity)
        return replace(execution, outcome=outcome_of(execution.entities))

    def _uploaded(self, address: str) -> bytes:
        name = self._blobs.named_in(address)
        content = None if name is None else self._blobs.get(name)
        if content is None:
            raise action_failed(
                f"The package '{address.partition('?')[0]}' is not in the blob storage of this environment."
            )
        return content

    def _check(self, package: Package, entity: ManifestEntity) -> None:
        label, source_format = entity.entity.label, entity.entity.source_format
        entity_set = entity_of(label)
        check_format(source_format)
        columns = staging_columns(entity_set)
        for field in entity.maps:
            if field.entity_field.upper() not in columns:
                raise _bad_mapping(label, field.entity_field)
        try:
            text = files.decode(package.files.get(entity.file, b""), source_format)
        except files.UnreadableFileError:
            return  # the job says so
        if files.has_lone_line_feeds(text):
            raise _bad_mapping(label, f"{{{str(uuid.uuid5(_FIELDS, label)).upper()}}}")
        self._entities.check_supported(entity, text)

    def _create_project(self, name: str, manifest: Manifest) -> None:
        if self._projects.find(name) is None:
            self._projects.put(replace(manifest.as_project, name=name))


def _opened(content: bytes) -> Package:
    try:
        return unpack(content)
    except BadManifestError as error:
        raise action_failed(str(error), WRONG_NAMESPACE_STATUS) from error


def _bad_mapping(label: str, field: str) -> Exception:
    """Source: a trace; the field is a random GUID when rows end in LF."""
    return action_failed(f"The mapping is incorrect for entity {label} and field {field}")


def _run_of(execution: Execution, entity: ManifestEntity) -> EntityRun:
    return execution.entity(entity.entity.label) or EntityRun(entity.entity.label)


def _scopes(entity: ProjectEntity) -> set[tuple[int, ...]]:
    return {(entity.execution_unit,), (entity.execution_unit, entity.level)}


def _stopped_by(entity: ProjectEntity) -> set[tuple[int, ...]]:
    """assumptions.STOPPED_ENTITIES_ARE_NOT_RUN"""
    stopped: set[tuple[int, ...]] = set()
    if entity.fail_level_on_error:
        stopped.add((entity.execution_unit, entity.level))
    if entity.fail_unit_on_error:
        stopped.add((entity.execution_unit,))
    return stopped
