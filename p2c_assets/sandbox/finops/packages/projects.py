"""Data projects (definition groups): which entities a job moves, in which format and order, and how they refresh.

Source: data-entities-data-packages (execution unit, level, sequence), data-management-api (an export project must exist,
an import creates its own), entity-change-track (refresh types). Projects belong to no company.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.packages.labels import LABELS, check_known, entity_of, staging_columns
from p2c_assets.sandbox.finops.packages.refusals import unknown_project
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

FULL, INCREMENTAL = "FullPush", "IncrementalPush"
CSV, CSV_UNICODE = "CSV", "CSV-Unicode"
FORMATS = (CSV, CSV_UNICODE)
OTHER_FORMATS = ("EXCEL", "XML-Element", "XML-Attribute", "TXT", "Fixed width", "Azure SQL DB")
_TABLE = "_data_projects"


@dataclass(frozen=True)
class ProjectEntity:
    """One entity of a project. fields: staging names in the order of the file, all of them when empty.

    enum_values: how members of enumerations stand in the file, by symbol or (501) by label.
    """

    label: str
    source_format: str = CSV
    refresh: str = FULL
    fields: tuple[str, ...] = ()
    enum_values: str = "symbol"
    execution_unit: int = 1
    level: int = 1
    sequence: int = 1
    fail_level_on_error: bool = False
    fail_unit_on_error: bool = False

    @property
    def entity_set(self) -> EntitySet:
        """The entity behind the label."""
        return entity_of(self.label)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the file."""
        return self.fields or tuple(staging_columns(self.entity_set))

    @property
    def order(self) -> tuple[int, int, int]:
        """Place in the run."""
        return self.execution_unit, self.level, self.sequence


@dataclass(frozen=True)
class Project:
    """A named list of entities."""

    name: str
    entities: tuple[ProjectEntity, ...]

    @property
    def in_order(self) -> list[ProjectEntity]:
        """Entities in the order in which they are run."""
        return sorted(self.entities, key=lambda entity: entity.order)


class Projects:
    """All projects, by name without case."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, name: str) -> Project | None:
        """The project of this name."""
        row = self._store.table(_TABLE).get(name.lower())
        return None if row is None else _project(row)

    def get(self, name: str) -> Project:
        """The project of this name. Raises FinopsError."""
        project = self.find(name)
        if project is None:
            raise unknown_project(name)
        return project

    def put(self, project: Project) -> None:
        """Store a project, in the place of one of its name."""
        self._store.table(_TABLE).put(project.name.lower(), _row(project))

    def remove(self, name: str) -> None:
        """Delete a project. Raises AdminError."""
        if self.find(name) is None:
            raise AdminError(f"there is no data project {name!r}; there are: {', '.join(self.names()) or 'none'}")
        self._store.table(_TABLE).delete(name.lower())

    def names(self) -> list[str]:
        """Names as they were given."""
        return [row["name"] for row in self._store.table(_TABLE).rows()]

    def rows(self) -> list[dict[str, Any]]:
        """All projects as the admin path shows them."""
        return [_row(_project(row)) for row in self._store.table(_TABLE).rows()]


def read_project(document: Mapping[str, Any]) -> Project:
    """A project as the admin path gives it: {"name", "entities": [{"label" or "set", ...}]}. Raises AdminError, Unsupported."""
    entities = [_read_entity(entity) for entity in document["entities"]]
    if not entities:
        raise AdminError(f"the data project {document['name']!r} has no entities")
    return Project(str(document["name"]), tuple(entities))


def check_format(source_format: str) -> str:
    """A format of which the sandbox has files. Raises Unsupported."""
    if source_format not in FORMATS:
        raise Unsupported(f"the source format {source_format}")
    return source_format


def _read_entity(document: Mapping[str, Any]) -> ProjectEntity:
    values: Row = dict(document)
    name = values.pop("set", None)
    label = str(values.pop("label", LABELS.get(str(name), "")))
    check_known(label)
    if label.lower() not in {known.lower() for known in LABELS.values()}:
        raise AdminError(f"unknown entity {label or name!r}; known: {', '.join(LABELS.values())}")
    values["fields"] = tuple(values.get("fields", ()))
    defaults = {name: field.default for name, field in ProjectEntity.__dataclass_fields__.items()}
    for key, value in values.items():
        if key not in defaults or type(value) is not type(defaults[key]):
            raise AdminError(f"{label}: {key!r} cannot be {value!r}; known: {', '.join(defaults)}")
    entity = ProjectEntity(label, **values)
    _check(entity)
    return entity


def _check(entity: ProjectEntity) -> None:
    if entity.refresh not in (FULL, INCREMENTAL):
        raise AdminError(f"{entity.label}: refresh is {entity.refresh!r}; it is {FULL} or {INCREMENTAL}")
    if entity.source_format not in (*FORMATS, *OTHER_FORMATS):
        known = ", ".join((*FORMATS, *OTHER_FORMATS))
        raise AdminError(f"{entity.label}: source_format is {entity.source_format!r}; known: {known}")
    check_format(entity.source_format)
    if entity.enum_values != "symbol":
        raise Unsupported(f"enumerations by {entity.enum_values}")
    columns = staging_columns(entity.entity_set)
    missing = [name for name in entity.fields if name not in columns]
    if missing:
        raise AdminError(f"{entity.label} has no field {', '.join(missing)}; it has {', '.join(columns)}")


def _row(project: Project) -> dict[str, Any]:
    entities = [{**asdict(entity), "fields": list(entity.fields)} for entity in project.entities]
    return {"name": project.name, "entities": entities}


def _project(row: Mapping[str, Any]) -> Project:
    entities: Sequence[Row] = row["entities"]
    return Project(row["name"], tuple(_entity(entity) for entity in entities))


def _entity(row: Row) -> ProjectEntity:
    values: Row = {**row, "fields": tuple(row["fields"])}
    return ProjectEntity(**values)
