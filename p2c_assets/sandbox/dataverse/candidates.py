"""Which rows a filter can match at all, by index: so that re-reading a hundred keys does not walk through the table.

Only a shortcut: every candidate still has to pass the predicate.
"""

from typing import NamedTuple

from p2c_assets.sandbox.dataverse.columns import Kind, Table
from p2c_assets.sandbox.dataverse.privileges import readable
from p2c_assets.sandbox.dataverse.query_functions import CRM
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.odata.expression import Binary, Call, Expression, ListLiteral, Literal, Property, chained
from p2c_assets.sandbox.table import Row

INDEXED = frozenset({Kind.TEXT, Kind.GUID, Kind.LOOKUP})


class Wanted(NamedTuple):
    """A stored column and the values one of which a matching row must have."""

    column: str
    values: frozenset[str]


def candidates(table: Table, records: Records, expression: Expression | None) -> list[Row]:
    """Rows that may match and that the caller may see, each once."""
    found = narrowed(table, records, expression)
    return list(readable(records, table, records.rows(table))) if found is None else found


def narrowed(table: Table, records: Records, expression: Expression | None) -> list[Row] | None:
    """The same, None for all of the table."""
    wanted = None if expression is None else _wanted(table, expression)
    if wanted is None:
        return None
    if wanted.column == table.key:
        found = [row for value in wanted.values if (row := records.get(table, value)) is not None]
    else:
        found = [row for value in wanted.values for row in records.matching(table, wanted.column, value)]
    return list(readable(records, table, found))


def _wanted(table: Table, expression: Expression) -> Wanted | None:
    match expression:
        case Binary("and"):
            return next(filter(None, (_wanted(table, operand) for operand in chained(expression))), None)
        case Binary("or"):
            return _any_of([_wanted(table, operand) for operand in chained(expression)])
        case Binary("eq", Property((name,)), Literal(value)) if isinstance(value, str):
            return _of(table, name, frozenset({value}))
        case Call(name) if name == f"{CRM}In":
            return _in(table, expression)
        case _:
            return None


def _any_of(wanted: list[Wanted | None]) -> Wanted | None:
    found = [one for one in wanted if one is not None]
    if len(found) < len(wanted) or len({one.column for one in found}) != 1:
        return None
    return Wanted(found[0].column, frozenset[str]().union(*(one.values for one in found)))


def _in(table: Table, call: Call) -> Wanted | None:
    name, values = call.named.get("PropertyName"), call.named.get("PropertyValues")
    if not isinstance(name, Literal) or not isinstance(values, ListLiteral):
        return None
    column = table.by_name.get(str(name.value))
    items = frozenset(str(item.value) for item in values.items if isinstance(item, Literal))
    return _of(table, column.stored if column else str(name.value), items)


def _of(table: Table, name: str, values: frozenset[str]) -> Wanted | None:
    column = table.by_stored.get(name)
    if column is None or column.kind not in INDEXED or "" in values:
        return None
    return Wanted(name, frozenset(value.casefold() for value in values))
