"""Rows as the Web API shows them: etag, selected columns, lookups as `_x_value`, annotations.

Expanded rows are in `expanding`. Source: MicrosoftDocs/powerapps-docs webapi/query/select-columns.md,
webapi/web-api-properties.md (lookups).
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, cast

from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table, Target
from p2c_assets.sandbox.dataverse.comparable import column_of
from p2c_assets.sandbox.dataverse.formatting import FORMATTED, formatter
from p2c_assets.sandbox.dataverse.preferences import Preferences
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.relationships import PRINCIPALS
from p2c_assets.sandbox.encoded import ETAG
from p2c_assets.sandbox.odata.options import Expand, parse_expand, parse_select
from p2c_assets.sandbox.table import Row

LOOKUP_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
Renderer = Callable[[Row], dict[str, Any]]


class Shown(NamedTuple):
    """What of a table is shown: stored names in order, the expanded navigations, and the names that were selected, None
    for all."""

    names: tuple[str, ...]
    expands: tuple[Expand, ...]
    selected: tuple[str, ...] | None = None


def shown(table: Table, select: str | None, expand: str | None) -> Shown:
    """Raises DataverseError for unknown names."""
    expands = parse_expand(expand) if expand else ()
    if select is None or select == "*":
        return Shown(_names(table, select), expands)
    return Shown(_names(table, select), expands, parse_select(select))


def _names(table: Table, select: str | None) -> tuple[str, ...]:
    """Selected columns, the primary key always, the currency with every amount."""
    if select is None or select == "*":
        return tuple(column.stored for column in table.columns)
    return selected(table, [column_of(table, name) for name in parse_select(select)])


def selected(table: Table, columns: Sequence[Column]) -> tuple[str, ...]:
    """Stored names of selected columns, with what always comes along."""
    names = [column.stored for column in columns]
    if any(column.kind is Kind.MONEY for column in columns) and "transactioncurrencyid" in table.by_name:
        names.append("_transactioncurrencyid_value")
    return tuple(dict.fromkeys((*names, table.key)))


def renderer(table: Table, records: Records, what: Shown, prefer: Preferences) -> Renderer:
    """A function from stored rows to JSON objects; everything that does not depend on the row is done beforehand."""
    names = what.names
    lookups = [table.by_stored[name] for name in names if table.by_stored[name].kind is Kind.LOOKUP]
    annotate = _annotator(lookups, prefer)
    format_row = formatter(table, records, names) if prefer.annotated(FORMATTED) else None
    principal = table.logical in PRINCIPALS

    members, values = (ETAG, *names), cast(Callable[[Row], tuple[Any, ...]], itemgetter("versionnumber", *names))

    def render(row: Row) -> dict[str, Any]:
        try:
            shown_row = dict(zip(members, values(row), strict=True))
        except KeyError:  # a row from a file of before the column was there
            shown_row = {name: row.get(name) for name in members}
        shown_row[ETAG] = etag(row)
        if principal:
            shown_row["ownerid"] = row[table.key]
        if annotate is not None:
            annotate(row, shown_row)
        if format_row is not None:
            format_row(row, shown_row)
        return shown_row

    return render


def etag(row: Row) -> str:
    return f'W/"{row["versionnumber"]}"'


def _annotator(lookups: list[Column], prefer: Preferences) -> Callable[[Row, dict[str, Any]], None] | None:
    if not lookups or not (prefer.annotated(LOOKUP_NAME) or prefer.annotated(NAVIGATION)):
        return None
    prepared = [
        (column, {target.logical: notes_of(column, target, prefer) for target in column.targets}) for column in lookups
    ]

    def annotate(row: Row, into: dict[str, Any]) -> None:
        for column, by_table in prepared:
            target = target_of(column, row)
            if target is not None:
                into.update(by_table[target.logical])

    return annotate


def notes_of(column: Column, target: Target, prefer: Preferences) -> dict[str, str]:
    """The annotations of a lookup that leads to this table."""
    navigation = {f"{column.stored}@{NAVIGATION}": target.navigation} if prefer.annotated(NAVIGATION) else {}
    return navigation | ({f"{column.stored}@{LOOKUP_NAME}": target.logical} if prefer.annotated(LOOKUP_NAME) else {})


def target_of(column: Column, row: Row) -> Target | None:
    """The table and navigation a lookup points to; None when it is empty."""
    if row.get(column.stored) is None:
        return None
    if column.stored_type is None:
        return column.targets[0]
    kind = row.get(column.stored_type)
    return next((target for target in column.targets if target.logical == kind), None)
