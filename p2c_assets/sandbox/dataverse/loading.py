"""The admin path of the Sales twin: rows in as they are, altered in silence, shown as stored.

Source: none, this is outside the protocol. Values that read as their column's type are taken as such (CSV brings
texts); those that do not stay as they came, so that flawed rows can be rehearsed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL, BY_SET, EVERY_TABLE
from p2c_assets.sandbox.dataverse.schema_platform import ORGANIZATION
from p2c_assets.sandbox.dataverse.settlement import settle
from p2c_assets.sandbox.dataverse.validation import is_guid, moment_text
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import load as load_row
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

_WHOLE = frozenset({Kind.INTEGER, Kind.CHOICE, Kind.STATE, Kind.STATUS})
_NUMBERS = frozenset({Kind.DECIMAL, Kind.MONEY})
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def load(records: Records, rows: Mapping[str, Sequence[Row]], *, plugins: bool) -> dict[str, int]:
    """Store rows by entity set, parents before children; `plugins` computes numbers, flags, prices and totals, too."""
    tables = {_table(name).logical: given for name, given in rows.items()}
    work = Work(records, checked=False)
    with records.silent():
        for table in EVERY_TABLE:
            for row in tables.get(table.logical, ()):
                _load_one(work, table, row, plugins=plugins)
        settle(work)
    return {name: len(given) for name, given in rows.items()}


def _load_one(work: Work, table: Table, row: Row, *, plugins: bool) -> None:
    values = stored_values(work.records, table, row)
    if table is ORGANIZATION:
        work.records.mirror(table, work.records.organization(), {k: v for k, v in values.items() if k != table.key})
        return
    load_row(work, table, values, steps=plugins)


def alter(records: Records, entity_set: str, key: Mapping[str, Any], values: Row) -> None:
    """Change stored values: no version, no step, no settling. Raises AdminError when not exactly one row has the key."""
    table = _table(entity_set)
    wanted = stored_values(records, table, key)
    found = [row for row in records.rows(table) if all(row.get(name) == value for name, value in wanted.items())]
    if len(found) != 1:
        raise AdminError(f"{len(found)} rows of {entity_set} have {dict(key)}")
    records.mirror(table, found[0], stored_values(records, table, values))


def rows(records: Records, entity_set: str) -> list[Row]:
    """Rows under stored names."""
    return records.rows(_table(entity_set))


def _table(name: str) -> Table:
    table = BY_SET.get(name) or BY_LOGICAL.get(name)
    if table is None:
        raise AdminError(f"no entity set '{name}'; there are {', '.join(sorted(BY_SET))}")
    return table


def stored_values(records: Records, table: Table, row: Mapping[str, Any]) -> Row:
    """Column values under stored names: `x` and `_x_value` are the same lookup, `x_type` says where it leads."""
    values: Row = {}
    for name, value in row.items():
        column = table.by_stored.get(name) or table.by_name.get(name)
        if column is not None:
            values[column.stored] = lenient(column, value)
        elif name in _types(table):
            values[name] = value or None
        else:
            raise AdminError(f"{table.entity_set} has no column '{name}'")
    return values | _missing_types(records, table, values)


def _types(table: Table) -> frozenset[str]:
    return frozenset(column.stored_type for column in table.lookups if column.stored_type)


def _missing_types(records: Records, table: Table, values: Row) -> Row:
    """Where a lookup may lead to several tables and the row does not say: the one that has the row."""
    found: Row = {}
    for column in table.lookups:
        key = values.get(column.stored)
        if column.stored_type is None or column.stored not in values or values.get(column.stored_type):
            continue
        known = [t.logical for t in column.targets if t.logical in BY_LOGICAL]
        homes = (logical for logical in known if key and records.get(BY_LOGICAL[logical], key) is not None)
        found[column.stored_type] = next(homes, None)
    return found


def lenient(column: Column, value: Any) -> Any:
    """A value as its column's type where it reads as one, else as it came. An empty text is no value."""
    if value is None or value == "":
        return None
    if column.kind in _WHOLE | _NUMBERS:
        return _number(column, value)
    if not isinstance(value, str):
        return value
    match column.kind:
        case Kind.GUID | Kind.LOOKUP:
            return value.lower() if is_guid(value) else value
        case Kind.BOOLEAN:
            return _BOOLEANS.get(value.casefold(), value)
        case Kind.DATETIME:
            return _moment(value)
        case _:
            return value


def _number(column: Column, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite():
        return value
    if column.kind in _NUMBERS:
        return number
    return int(number) if number == number.to_integral_value() else value


def _moment(value: str) -> str:
    try:
        return moment_text(value)
    except ValueError:
        return value
