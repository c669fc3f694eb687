"""What both systems hold, read out of the twins: rows by entity, what a lookup leads to, which lines a document has.

Columns are named as the mappings name them; what they hold is the twins'. Nothing here uses the platform's frames.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from p2c_assets.mappings import paths
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.schema import ColumnType, Entity
from p2c_assets_tests.chaos.systems import SYSTEMS, Systems

Row = Mapping[str, Any]
_NOTHING = ("", "0", "false")


def plain(value: object) -> str | None:
    """A value as text, whatever its type; blank, zero and false are all nothing, since the systems differ in these."""
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, Decimal):
        value = format(value.normalize(), "f") if value else "0"
    text = "" if value is None else str(value).rstrip()
    return None if text in _NOTHING else text


class Holding:
    """Both systems' rows, by the name of their entity (`sales.accounts`)."""

    def __init__(self, rows: Mapping[str, Sequence[Row]], tasks: Mapping[str, Task]) -> None:
        self.rows = rows
        self.tasks = tasks

    @staticmethod
    def of(systems: Systems, tasks: Mapping[str, Task]) -> "Holding":
        """What both hold now."""
        found: dict[str, Sequence[Row]] = {}
        for system in SYSTEMS:
            with systems.admin(system) as admin:
                found |= {name: admin.rows(one.entity_set) for name, one in ENTITIES.items() if one.system == system}
        return Holding(found, tasks)

    @cached_property
    def _by_id(self) -> Mapping[str, Row]:
        sales = [entity for entity in ENTITIES.values() if entity.system == "sales"]
        return {row[entity.key[0]]: row for entity in sales for row in self.rows[entity.reference]}

    def looked_up(self, row: Row, column: str) -> Row:
        """The row of Sales that a lookup leads to; empty where it leads nowhere."""
        return self._by_id.get(row.get(f"_{column}_value") or "", {})

    def value(self, entity: Entity, row: Row, source: str) -> Any:
        """What a row has in a column, or behind a lookup."""
        path = paths.parse(source, entity)
        if not path.steps:
            return row.get(f"_{path.column}_value" if _is_lookup(entity, path.column) else path.column)
        there = self.looked_up(row, path.column)
        kinds = {step.logical_name: step.column for step in path.steps}
        kind = row.get(f"{path.column}_type") or path.steps[0].logical_name
        return there.get(kinds[kind]) if kind in kinds else None

    def names(self, reference: str, column: str) -> set[str]:
        """What records are called in a column."""
        return {folded(str(row[column])) for row in self.rows[reference] if row.get(column)}

    def document(self, task: Task, row: Row) -> Iterator[tuple[Task, Row]]:
        """All rows that are one document with this one, header and lines, each with its task."""
        header = task.header or task
        key = _parent_key(task, row) if task.header else None
        lines = [one for one in self.tasks.values() if one.header is not None and one.header.name == header.name]
        headers = [row] if key is None else [one for one in self.rows[header.source.reference] if _is(task, one, key)]
        for one in headers:
            yield header, one
            for line in lines:
                for own in self._lines(line)[_header_key(line, one)]:
                    yield line, own

    def _lines(self, task: Task) -> Mapping[tuple[str, ...], list[Row]]:
        if task.name not in self._lines_by_task:
            for row in self.rows[task.source.reference]:
                self._lines_by_task[task.name][_parent_key(task, row)].append(row)
        return self._lines_by_task[task.name]

    @cached_property
    def _lines_by_task(self) -> dict[str, dict[tuple[str, ...], list[Row]]]:
        return defaultdict(lambda: defaultdict(list))


def row_id(entity: Entity, row: Row) -> str:
    """What the ledger calls a source row."""
    return "|".join(_in_id(entity, row, name) for name in entity.key if name != "dataAreaId")


def _in_id(entity: Entity, row: Row, name: str) -> str:
    return str(row[name])[:10] if entity.column(name).type is ColumnType.DATE else str(row[name])


def _is_lookup(entity: Entity, column: str) -> bool:
    return entity.column(column).type is ColumnType.LOOKUP


def _parent_key(line: Task, row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(f"_{name}_value" if _is_lookup(line.source, name) else name)) for name in line.parent)


def _header_key(line: Task, header: Row) -> tuple[str, ...]:
    return tuple(str(header[name]) for name in line.parent)


def _is(line: Task, header: Row, key: tuple[str, ...]) -> bool:
    return _header_key(line, header) == key
