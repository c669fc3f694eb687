"""All twelve tasks, with what p2c.toml changes in them.

Everything the file names is checked here, at start: tasks, fields, columns, value maps. Rows are no business of this module.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from p2c_assets.errors import SettingsError
from p2c_assets.mappings import (
    accounts,
    contacts,
    invoices,
    orders,
    overrides,
    paths,
    products,
    quotes,
    returned_orders,
    sales,
    scm,
    value_maps,
)
from p2c_assets.mappings.model import FieldMap, Task
from p2c_assets.mappings.paths import Step
from p2c_assets.mappings.rules import ValueMap
from p2c_assets.mappings.schema import ColumnType, Entity
from p2c_assets.settings import MappingSettings

EXTRA = "extra_fields"

SHIPPED: tuple[Task, ...] = (
    *accounts.TASKS,
    *contacts.TASKS,
    *products.TASKS,
    *quotes.TASKS,
    *orders.TASKS,
    *returned_orders.TASKS,
    *invoices.TASKS,
)
ENTITIES: Mapping[str, Entity] = {entity.reference: entity for entity in (*sales.ENTITIES, *scm.ENTITIES)}
"""Entities by the name of their raw frame (`sales.accounts`)."""


def tasks(settings: MappingSettings) -> Mapping[str, Task]:
    """The tasks by name, in Microsoft's own order of prerequisites. Raises SettingsError naming what is known."""
    _check_names(settings.overrides, (task.name for task in SHIPPED), "mappings")
    found: dict[str, Task] = {}
    for shipped in SHIPPED:
        task = _overridden(_with_template_slips(shipped, settings), settings.overrides.get(shipped.name, {}))
        found[task.name] = replace(task, header=found[task.header.name]) if task.header else task
        _check_sources(found[task.name])
    value_maps.check(settings, _maps_used(found.values()))
    maps = value_maps.resolved(settings)
    for task in found.values():
        _check_map_values(task, maps)
    return found


def _with_template_slips(task: Task, settings: MappingSettings) -> Task:
    if task.name != "quotes_to_quotation_headers" or settings.quote_address != "template":
        return task
    return _with_fields(task, quotes.TEMPLATE_ADDRESS)


def _overridden(task: Task, tables: Mapping[str, Any]) -> Task:
    extra = cast(Mapping[str, Any], tables.get(EXTRA, {}))
    own = {name: table for name, table in tables.items() if name != EXTRA}
    _check_names(own, (*task.by_target, EXTRA), f"mappings.{task.name}")
    changed = [_changed(task, name, table) for name, table in own.items()]
    return _with_fields(task, (*changed, *_extra_fields(task, extra)))


def _changed(task: Task, name: str, table: Any) -> FieldMap:
    place = f"mappings.{task.name}.{name}"
    return overrides.changed(task.by_target[name], overrides.read(place, table), place)


def _extra_fields(task: Task, tables: Mapping[str, Any]) -> Iterable[FieldMap]:
    documented = {field.target: field for field in task.optional}
    place = f"mappings.{task.name}.{EXTRA}"
    for name, table in tables.items():
        if name not in task.target.by_name or task.target.column(name).writable == "never":
            known = ", ".join(column.name for column in task.target.columns if column.writable != "never")
            raise SettingsError(f"{place}.{name}: {task.target.reference} has no such column to write; known: {known}")
        if table is False:
            continue
        if table is not True:
            yield overrides.added(name, overrides.read(f"{place}.{name}", table), f"{place}.{name}")
        elif name in documented:
            yield documented[name]
        else:
            raise SettingsError(f"{place}.{name} = true: not a documented addition; known: {', '.join(documented)}")


def _with_fields(task: Task, fields: Iterable[FieldMap]) -> Task:
    """Fields of the same target take the place of the task's own; others come last."""
    by_target = {**task.by_target, **{field.target: field for field in fields}}
    return replace(task, fields=tuple(by_target.values()))


def _check_names(given: Iterable[str], known: Iterable[str], place: str) -> None:
    known = list(known)
    for name in given:
        if name not in known:
            raise SettingsError(f"{place}.{name} does not exist; known: {', '.join(known)}")


def _check_sources(task: Task) -> None:
    for source in task.sources:
        for step in paths.parse(source, task.source).steps:
            _check_step(task, source, step)


def _check_step(task: Task, source: str, step: Step) -> None:
    place = f"mappings.{task.name}: {source!r}"
    if step.reference not in ENTITIES:
        raise SettingsError(f"{place} leads to {step.reference}, which is not read; known: {', '.join(ENTITIES)}")
    if step.column not in ENTITIES[step.reference].by_name:
        known = ", ".join(sorted(ENTITIES[step.reference].by_name))
        raise SettingsError(f"{place}: {step.reference} has no column {step.column!r}; known: {known}")


_FITTING: Mapping[ColumnType, tuple[Callable[[str], bool], str]] = {
    ColumnType.CHOICE: (str.isdecimal, "a whole number"),
    ColumnType.INTEGER: (str.isdecimal, "a whole number"),
    ColumnType.BOOLEAN: (lambda text: text in ("true", "false"), "true or false"),
}


def _check_map_values(task: Task, maps: Mapping[str, Mapping[str, str]]) -> None:
    """What a map gives has to be of the target's type."""
    for field in task.fields:
        fitting = _FITTING.get(task.target.column(field.target).type)
        if not isinstance(field.rule, ValueMap) or fitting is None:
            continue
        for key, found in maps[field.rule.value_map].items():
            if not fitting[0](found):
                place = f"value_maps.{field.rule.value_map}.{key}"
                raise SettingsError(f"{place} = {found!r} is not {fitting[1]} (for {task.name}.{field.target})")


def _maps_used(found: Iterable[Task]) -> set[str]:
    rules = (field.rule for task in found for field in task.fields)
    return {rule.value_map for rule in rules if isinstance(rule, ValueMap)}
