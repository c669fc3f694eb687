"""How the environment runs package jobs: delays counted in polls, forms of answers, limits. Set by the admin path."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from p2c_assets.sandbox.finops.packages import assumptions
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.twin import AdminError

_TABLE = "_package_settings"


@dataclass(frozen=True)
class Settings:
    """polls_*: answers of that state before the next one. nested_values: the documented {"value": {"value": ...}}.

    Source of the two forms of a value: data-management-api shows the nested one, clients also see the plain one.
    """

    polls_not_found: int = assumptions.POLLS_NOT_FOUND
    polls_not_run: int = assumptions.POLLS_NOT_RUN
    polls_executing: int = assumptions.POLLS_EXECUTING
    polls_error_file: int = assumptions.POLLS_ERROR_FILE
    nested_values: bool = False
    largest_file: int = assumptions.LARGEST_FILE
    batch_threads: int = assumptions.BATCH_THREADS


def read(store: Store) -> Settings:
    """The current settings."""
    row = store.table(_TABLE).get("settings")
    return Settings() if row is None else Settings(**row)


def change(store: Store, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Change the named settings; all of them as they are then. Raises AdminError for an unknown name or type."""
    current = asdict(read(store))
    for name, value in values.items():
        if name not in current:
            raise AdminError(f"unknown setting {name!r}; known: {', '.join(field.name for field in fields(Settings))}")
        if type(value) is not type(current[name]):
            raise AdminError(f"{name} is {value!r}; it takes a {type(current[name]).__name__}")
    changed = {**current, **values}
    store.table(_TABLE).put("settings", changed)
    return changed
