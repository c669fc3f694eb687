"""Stored values as filters and sort orders see them, and the columns behind names.

Texts compare without case. Source: MicrosoftDocs/powerapps-docs webapi/query/filter-rows.md.
"""

from decimal import Decimal
from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table


def column_of(table: Table, name: str) -> Column:
    """The column behind a name in `$filter`, `$orderby` or `$select`; lookups go by `_name_value`."""
    column = table.by_stored.get(name)
    if column is None:
        raise errors.unknown_property(name, table.logical)
    return column


def comparable(column: Column, value: Any) -> Any:
    """A stored value as comparisons see it; None for one of the wrong type, which only loaded rows have."""
    match column.kind:
        case Kind.TEXT | Kind.DATE | Kind.DATETIME | Kind.GUID | Kind.LOOKUP:
            return value.casefold() if isinstance(value, str) else None
        case Kind.BOOLEAN:
            return value if isinstance(value, bool) else None
        case _:
            return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
