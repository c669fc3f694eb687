"""Sources of a field that lie behind a lookup: `transactioncurrencyid.isocurrencycode`, or per kind of customer
`customerid.Account(accountnumber).Contact(msdynce_contactnumber)`, written as the templates' grids write them.
"""

import re
from typing import NamedTuple

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.schema import Entity, LookupTarget

_BRANCH = re.compile(r"([A-Za-z_]+)\((\w+)\)")


class Step(NamedTuple):
    """One table that a path may lead to, and the column that is wanted of it."""

    logical_name: str
    reference: str
    column: str


class Path(NamedTuple):
    """A parsed source. Without steps it is a column of the source entity itself."""

    column: str
    steps: tuple[Step, ...] = ()


def parse(source: str, entity: Entity) -> Path:
    """Raises SettingsError naming the source and what is known where it leads nowhere."""
    name, _, rest = source.partition(".")
    if name not in entity.by_name:
        known = ", ".join(sorted(entity.by_name))
        raise SettingsError(f"{entity.reference} has no column {name!r} (in {source!r}); known: {known}")
    if not rest:
        return Path(name)
    return Path(name, tuple(_step(source, target, column) for target, column in _ends(source, rest, entity)))


def _ends(source: str, rest: str, entity: Entity) -> list[tuple[LookupTarget, str]]:
    lookup = entity.column(source.partition(".")[0]).lookup
    if lookup is None:
        raise SettingsError(f"{source!r}: {entity.reference}.{source.partition('.')[0]} is not a lookup")
    branches = _BRANCH.findall(rest)
    if not branches:
        return [(lookup.targets[0], rest)]
    targets = {target.logical_name: target for target in lookup.targets}
    unknown = [branch for branch, _ in branches if branch.lower() not in targets]
    if unknown:
        raise SettingsError(f"{source!r} leads to no {unknown[0]}; known: {', '.join(targets)}")
    return [(targets[branch.lower()], column) for branch, column in branches]


def _step(source: str, target: LookupTarget, column: str) -> Step:
    if not column.isidentifier():
        raise SettingsError(f"{source!r}: {column!r} is not a column; a path goes over one lookup only")
    return Step(target.logical_name, f"sales.{target.entity_set}", column)
