"""Which mapping made a row: a short hash of a task as it is resolved, with the value maps and settings that it uses.

Another field, rule, filter, limit of a column or entry of a value map makes another version. Settings of a company (site,
warehouse, language) do not: they are values, and the plan shows them.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from p2c_assets.mappings import value_maps
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.rules import Currency, Rule, Unit, ValueMap
from p2c_assets.settings import MappingSettings

DIGITS = 12
NOT_PART = {"companies", "value_maps", "overrides"}
"""Settings that are in the task already, or that are values of one company."""


def version(task: Task, settings: MappingSettings) -> str:
    """Twelve hexadecimal digits, the same wherever the task, its value maps and the settings under [mapping] are."""
    maps = value_maps.resolved(settings)
    used = {name: maps[name] for name in sorted(set(_maps(task)))}
    content = [task, used, settings.model_dump(mode="json", exclude=NOT_PART)]
    return hashlib.sha256(json.dumps(content, default=_plain, sort_keys=True).encode()).hexdigest()[:DIGITS]


def _maps(task: Task) -> Iterator[str]:
    for field in task.fields:
        yield from _map_of(field.rule)
    if task.header is not None:
        yield from _maps(task.header)


def _map_of(rule: Rule) -> tuple[str, ...]:
    match rule:
        case ValueMap():
            return (rule.value_map,)
        case Unit():
            return ("units",)
        case Currency():
            return ("currencies",)
        case _:
            return ()


def _plain(value: object) -> Any:
    """What json does not know: the mappings' own classes by their fields, decimals as text."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return str(value)
