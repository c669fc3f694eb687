"""Rows as the Web API shows them: etag, selected columns, lookups as `_x_value` with annotations, expanded rows.

Formatted values are left out: the twin has no labels. Source: MicrosoftDocs/powerapps-docs
data-platform/webapi/query/select-columns.md, retrieve-related-entities-query.md, web-api-properties.md (lookups).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table, Target
from p2c_assets.sandbox.dataverse.comparable import column_of
from p2c_assets.sandbox.dataverse.preferences import Preferences
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.options import Expand, parse_expand, parse_select
from p2c_assets.sandbox.store import Row

LOOKUP_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
MOST_EXPANDS = 15
Renderer = Callable[[Row], dict[str, Any]]


class Shown(NamedTuple):
    """What of a table is shown: stored names in order, and the expanded navigations."""

    names: tuple[str, ...]
    expands: tuple[Expand, ...]


def shown(table: Table, select: str | None, expand: str | None) -> Shown:
    """Raises DataverseError for unknown names."""
    expands = parse_expand(expand) if expand else ()
    if len(expands) > MOST_EXPANDS:
        raise errors.bad_url(f"The number of $expand options is limited to {MOST_EXPANDS}.")
    return Shown(_names(table, select), expands)


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
    expanders = [_expander(table, records, expand, prefer) for expand in what.expands]

    def render(row: Row) -> dict[str, Any]:
        get = row.get
        shown_row: dict[str, Any] = {"@odata.etag": etag(row)}
        shown_row |= {name: get(name) for name in names}
        if annotate is not None:
            annotate(row, shown_row)
        for expander in expanders:
            expander(row, shown_row)
        return shown_row

    return render


def etag(row: Row) -> str:
    return f'W/"{row["versionnumber"]}"'


def _annotator(lookups: list[Column], prefer: Preferences) -> Callable[[Row, dict[str, Any]], None] | None:
    names, navigations = prefer.annotated(LOOKUP_NAME), prefer.annotated(NAVIGATION)
    if not lookups or not (names or navigations):
        return None

    def annotate(row: Row, into: dict[str, Any]) -> None:
        for column in lookups:
            target = target_of(column, row)
            if target is None:
                continue
            if navigations:
                into[f"{column.stored}@{NAVIGATION}"] = target.navigation
            if names:
                into[f"{column.stored}@{LOOKUP_NAME}"] = target.logical

    return annotate


def target_of(column: Column, row: Row) -> Target | None:
    """The table and navigation a lookup points to; None when it is empty."""
    if row.get(column.stored) is None:
        return None
    if column.stored_type is None:
        return column.targets[0]
    kind = row.get(column.stored_type)
    return next((target for target in column.targets if target.logical == kind), None)


def _expander(
    table: Table, records: Records, expand: Expand, prefer: Preferences
) -> Callable[[Row, dict[str, Any]], None]:
    """Single-valued navigations only; the nested options may select."""
    if expand.navigation not in table.navigations:
        raise Unsupported(f"$expand of {expand.navigation}: only single-valued navigation properties")
    if set(expand.options) - {"$select"}:
        raise Unsupported(f"nested options {', '.join(sorted(set(expand.options) - {'$select'}))} in $expand")
    column, targets = table.navigations[expand.navigation]
    renderers = {target.logical: _nested(target, records, expand, prefer) for target in targets}

    def put(row: Row, into: dict[str, Any]) -> None:
        target = target_of(column, row)
        into[expand.navigation] = None
        if target is not None and target.navigation == expand.navigation:
            other = records.get(BY_LOGICAL[target.logical], row[column.stored])
            into[expand.navigation] = None if other is None else renderers[target.logical](other)

    return put


def _nested(target: Target, records: Records, expand: Expand, prefer: Preferences) -> Renderer:
    if target.logical not in BY_LOGICAL:
        raise Unsupported(f"$expand of {expand.navigation}")
    other = BY_LOGICAL[target.logical]
    return renderer(other, records, shown(other, expand.options.get("$select"), None), prefer)
