"""The import of one entity: file to staging, staging to target, each record by itself.

Source: data-management-api (a failed record leaves the others alone; files of errors), the entity's own rules by its writer.
assumptions.BLANK_CELLS_ARE_NOT_POSTED_ON_CREATE.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from p2c_assets.sandbox.finops.columns import Column, EntitySet
from p2c_assets.sandbox.finops.errors import FinopsError
from p2c_assets.sandbox.finops.packages import files, parallelism
from p2c_assets.sandbox.finops.packages.blobs import Blobs
from p2c_assets.sandbox.finops.packages.executions import (
    FAILED,
    PARTIALLY,
    SUCCEEDED,
    EntityRun,
    Execution,
    RowError,
)
from p2c_assets.sandbox.finops.packages.labels import COMPANY, entity_of, staging_columns
from p2c_assets.sandbox.finops.packages.manifest import ManifestEntity
from p2c_assets.sandbox.finops.packages.package import Package
from p2c_assets.sandbox.finops.packages.staging import StagedRow, StagingError, mapped_columns, read_cell, stage
from p2c_assets.sandbox.finops.records import Records, visible
from p2c_assets.sandbox.finops.values import coerce
from p2c_assets.sandbox.finops.writing import Writer
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.store import Store

_INFOLOG = "Infolog: "


class EngineCrashError(Exception):
    """The engine cannot read the file as it is mapped."""


class EntityResult(NamedTuple):
    """What became of an entity, with its failed records."""

    run: EntityRun
    errors: Sequence[RowError]


class EntityImport:
    """Imports entities of packages."""

    def __init__(self, store: Store, records: Records, writer: Writer, blobs: Blobs) -> None:
        self._store = store
        self._records = records
        self._writer = writer
        self._blobs = blobs

    def check_supported(self, entity: ManifestEntity, text: str) -> None:
        """Raises Unsupported when the file fills a column that the twin cannot write."""
        entity_set = entity_of(entity.entity.label)
        header, rows = files.parse(text)
        columns = staging_columns(entity_set)
        for mapped in mapped_columns(_maps(entity), columns, header) or []:
            column = mapped.column
            if column.writing == "unsupported" and any(
                _fills(column, row[mapped.place : mapped.place + 1]) for row in rows
            ):
                raise Unsupported(f"writing {entity_set.name}.{column.name}")

    def run(self, execution: Execution, package: Package, entity: ManifestEntity) -> EntityResult:
        """Stage the file and, of a job that executes, write the records. Raises EngineCrashError."""
        label = entity.entity.label
        if not entity.maps:
            return EntityResult(EntityRun(label, SUCCEEDED), ())
        if entity.file not in package.files:
            raise EngineCrashError(entity.file)
        try:
            text = files.decode(package.files[entity.file], entity.entity.source_format)
        except files.UnreadableFileError as error:
            return EntityResult(EntityRun(label, FAILED), (RowError(label, "", str(error)),))
        header, rows = files.parse(text)
        staged, refused, errors = self._stage(entity, header, rows)
        if execution.execute:
            errors += self._write(entity_of(label), label, execution.company, staged)
        return EntityResult(self._account(execution, entity, header, rows, refused, errors), errors)

    def _stage(
        self, entity: ManifestEntity, header: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> tuple[list[StagedRow], list[Sequence[str]], list[RowError]]:
        mapped = mapped_columns(_maps(entity), staging_columns(entity_of(entity.entity.label)), header)
        if mapped is None:
            raise EngineCrashError(entity.file)
        staged: list[StagedRow] = []
        refused: list[Sequence[str]] = []
        errors: list[RowError] = []
        for place, row in enumerate(rows, start=1):
            try:
                staged.append(stage(mapped, row))
            except StagingError as error:
                refused.append(row)
                errors.append(RowError(entity.entity.label, f"row {place}", str(error), error.field))
        return staged, refused, errors

    def _write(self, entity_set: EntitySet, label: str, company: str, rows: Sequence[StagedRow]) -> list[RowError]:
        errors: list[RowError] = []
        for row in rows:
            try:
                with self._store.transaction():
                    self._write_row(entity_set, company, row)
            except FinopsError as error:
                keys = tuple(str(row.values.get(name, "")) for name in entity_set.keys if name != COMPANY)
                errors.append(RowError(label, ", ".join(keys), infolog(error), keys=keys))
        return errors

    def _write_row(self, entity_set: EntitySet, company: str, row: StagedRow) -> None:
        key = entity_set.key_of({**entity_set.blank, **row.values, COMPANY: company})
        if visible(self._records.get(entity_set, *key)):
            emptied = {column.name: column.default for column in row.blank if column.writing == "always"}
            self._writer.update(entity_set, key, {**emptied, **row.values})
        else:
            self._writer.create(entity_set, {**row.values, COMPANY: company})

    def _account(
        self,
        execution: Execution,
        entity: ManifestEntity,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        refused: Sequence[Sequence[str]],
        errors: Sequence[RowError],
    ) -> EntityRun:
        label = entity.entity.label
        name = ""
        if refused:
            name = f"{execution.id} {label} staging errors.csv"
            self._blobs.put(name, files.render(header, refused, entity.entity.source_format))
        tasks = parallelism.tasks_of(self._store, label, len(rows))
        return EntityRun(label, _status(len(rows), len(errors)), len(rows), len(errors), tasks, name)


def error_keys_file(entity_set: EntitySet, errors: Sequence[RowError]) -> bytes:
    """The keys of records that failed on their way from staging to target."""
    header = [name.upper() for name in entity_set.keys if name != COMPANY]
    return files.render(header, [error.keys for error in errors if error.keys], "CSV")


def infolog(error: FinopsError) -> str:
    """The cause in a refusal: its infolog, or the innermost text."""
    return error.text.partition(_INFOLOG)[2] or error.text


def _maps(entity: ManifestEntity) -> Mapping[str, str]:
    return {field.entity_field: field.file_column for field in entity.maps}


def _fills(column: Column, cells: Sequence[str]) -> bool:
    if not cells or cells[0] == "":
        return False
    try:
        return read_cell(column.name, column, cells[0]) != coerce(column, None)
    except StagingError:
        return False


def _status(rows: int, failed: int) -> str:
    if not failed:
        return SUCCEEDED
    return PARTIALLY if failed < rows else FAILED
