"""A single-table query as FetchXML and SQL both mean it, and the rendering of what it selects.

Source: MicrosoftDocs/powerapps-docs fetchxml/select-columns.md and webapi/query/sql.md (aliases).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Column, Table
from p2c_assets.sandbox.dataverse.paging import SortKey
from p2c_assets.sandbox.dataverse.preferences import Preferences
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.rendering import Shown, renderer, selected
from p2c_assets.sandbox.odata.expression import Expression
from p2c_assets.sandbox.table import Row

ATTRIBUTE_NAME = "OData.Community.Display.V1.AttributeName"


class Output(NamedTuple):
    """One selected column and the name under which it is shown, None for its own."""

    column: Column
    alias: str | None


class Query(NamedTuple):
    """outputs None: every column. order: the keys asked for, without the primary key."""

    outputs: tuple[Output, ...] | None
    expression: Expression | None
    order: tuple[SortKey, ...]
    top: int | None

    @property
    def is_renamed(self) -> bool:
        """Whether a column is shown under an alias."""
        return any(output.alias is not None for output in self.outputs or ())

    def keys(self, table: Table) -> tuple[SortKey, ...]:
        """The order that tells any two rows apart."""
        return (*self.order, SortKey(table.by_name[table.key], descending=False))


def logical_column(table: Table, name: str) -> Column:
    """A column by its logical name, lookups too. Raises what the query builder answers to another name."""
    column = table.by_name.get(name)
    if column is None:
        raise errors.no_attribute(table.logical, name)
    return column


def shown_by(table: Table, query: Query) -> Shown:
    """The columns that a query shows, the primary key always."""
    if query.outputs is None:
        return Shown(tuple(column.stored for column in table.columns), ())
    names = selected(table, [output.column for output in query.outputs])
    listed = tuple(dict.fromkeys((*(output.column.stored for output in query.outputs), table.key)))
    return Shown(names, (), listed)


def output_renderer(
    table: Table, records: Records, query: Query, prefer: Preferences
) -> Callable[[Row], dict[str, Any]]:
    """Rows as they are shown, columns with an alias under it."""
    render = renderer(table, records, shown_by(table, query), prefer)
    aliased = [output for output in query.outputs or () if output.alias is not None]
    plain = {output.column.stored for output in query.outputs or () if output.alias is None} | {table.key}
    if not aliased:
        return render
    named = prefer.annotated(ATTRIBUTE_NAME)

    def show(row: Row) -> dict[str, Any]:
        shown_row = render(row)
        for column, alias in aliased:
            if named:
                shown_row[f"{alias}@{ATTRIBUTE_NAME}"] = column.name
            shown_row[str(alias)] = row.get(column.stored)
        for column, _ in aliased:
            if column.stored not in plain:
                shown_row.pop(column.stored, None)
        return shown_row

    return show
