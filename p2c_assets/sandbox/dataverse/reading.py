"""GET: a set of rows in pages, one row by key, a count.

Source: MicrosoftDocs/powerapps-docs data-platform/webapi/query/overview.md, count-rows.md, page-results.md;
perform-conditional-operations-using-web-api.md (If-None-Match).
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.annotations import totals
from p2c_assets.sandbox.dataverse.candidates import candidates, narrowed
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.expanding import REFERENCE, full_renderer
from p2c_assets.sandbox.dataverse.paging import FIRST, Position, SortKey, behind, cookie, ordered, position, sort_keys
from p2c_assets.sandbox.dataverse.predicates import Predicates
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS, Preferences, preferences
from p2c_assets.sandbox.dataverse.privileges import readable, readable_count
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.rendering import Shown, etag, shown
from p2c_assets.sandbox.dataverse.row_texts import encoder
from p2c_assets.sandbox.encoded import one_by_one, page_parts
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.expression import Expression
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.options import Expand, natural, parse_expand, parse_select, render_query
from p2c_assets.sandbox.table import Row

API = "/api/data/v9.2"
_SET_OPTIONS = frozenset({"$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken", "tag"})
_ROW_OPTIONS = frozenset({"$select", "$expand", "tag"})
_ABSENT = {
    "savedQuery": "savedQuery",
    "userQuery": "userQuery",
    "partitionId": "elastic tables (partitionId)",
}
_ALIAS = re.compile(r"@\w+")
_NO_ANNOTATIONS = Preferences(None, representation=False, continue_on_error=False, annotations=())


class Selection(NamedTuple):
    """The rows a request is about, in their order, before pages."""

    rows: Sequence[Row]
    keys: tuple[SortKey, ...]


class Page(NamedTuple):
    """The rows of one page; `token` leads to the next one, None on the last."""

    rows: list[Row]
    token: str | None


def check_options(query: Mapping[str, str], known: frozenset[str]) -> None:
    """501 for options the twin lacks, 400 for those the Web API does not have."""
    for name in query:
        if name in _ABSENT:
            raise Unsupported(_ABSENT[name])
        if name not in known and not name.startswith("@"):
            raise errors.bad_url(f"The query parameter {name} is not supported")


def read_set(records: Records, table: Table, request: Request, within: list[Row] | None = None) -> Response:
    """One page of rows with the link to the next; `within`: of these rows only, which the caller may see."""
    check_options(request.query, _SET_OPTIONS)
    prefer = preferences(request)
    what = shown(table, request.query.get("$select"), request.query.get("$expand"))
    render = full_renderer(table, records, what, prefer, f"{request.base_url}{API}")
    page, count = _page(records, table, request.query, prefer, within)
    before: dict[str, Any] = {"@odata.context": context(request, table, what)}
    if count is not None:
        before["@odata.count"] = min(count, MOST_ROWS)
    before |= totals(prefer, count)
    behind = {} if page.token is None else {"@odata.nextLink": _link(request, page.token)}
    encode = encoder(table, what, prefer, records.common(table)) or one_by_one(render)
    return Response.encoded(200, page_parts(encode, page.rows, before, behind), prefer.applied)


def _link(request: Request, token: str) -> str:
    options = {**request.query, "$skiptoken": token}
    return f"{request.base_url}{request.path}?{render_query(options)}"


def _page(
    records: Records, table: Table, query: Mapping[str, str], prefer: Preferences, within: list[Row] | None
) -> tuple[Page, int | None]:
    """The page, and how many rows there are where the caller asked for it."""
    keys = sort_keys(table, _order(query))
    start = position(query["$skiptoken"], keys) if "$skiptoken" in query else FIRST
    size, paged = _size(query, prefer), prefer.page_size is not None or "$top" not in query
    expression, counts = parse(query), query.get("$count") == "true"
    rows = narrowed(table, records, expression) if within is None else within
    if rows is None and len(keys) == 1 and not (counts and expression is not None):
        found = _walk(records, table, expression, start, size + 1)
        return _cut(found, keys, start, size, paged=paged), readable_count(records, table) if counts else None
    aliases = tuple((name, value) for name, value in query.items() if name.startswith("@"))
    name = (query.get("$filter"), query.get("$orderby"), aliases)
    selection = select(records, table, expression, keys, name if within is None else None, rows)
    return page_of(selection, start, size, paged=paged), len(selection.rows) if counts else None


def _walk(records: Records, table: Table, expression: Expression | None, start: Position, most: int) -> list[Row]:
    """The next rows in the order of the primary key, without looking at those before and behind them."""
    rows = readable(records, table, records.in_key_order(table, None if start.values is None else start.values[0]))
    if expression is not None:
        rows = filter(Predicates(table, records).of(expression), rows)
    return list(islice(rows, most))


def select(
    records: Records,
    table: Table,
    expression: Expression | None,
    keys: tuple[SortKey, ...],
    name: Hashable | None,
    within: list[Row] | None = None,
) -> Selection:
    """The rows that a filter finds. name: says all about the query but its table; what it finds is remembered."""

    def find() -> list[Row]:
        return ordered(matching(records, table, expression, within), keys)

    return Selection(find() if name is None else records.selections.rows((table.logical, name), find), keys)


def page_of(selection: Selection, start: Position, size: int, *, paged: bool) -> Page:
    """The rows from a position on; `paged` False: there is no next page."""
    rows, keys = selection
    first = 0 if start.values is None else behind(rows, keys, start.values)
    return _cut(rows[first : first + size + 1], keys, start, size, paged=paged)


def _cut(rows: Sequence[Row], keys: tuple[SortKey, ...], start: Position, size: int, *, paged: bool) -> Page:
    """A page of rows in their order from its start on; one more than its size says that there is a next one."""
    token = cookie(start.page + 1, keys, rows[:size]) if paged and len(rows) > size else None
    return Page(list(rows[:size]), token)


def _order(query: Mapping[str, str]) -> str | None:
    """`$orderby` with its parameter aliases filled in."""
    text = query.get("$orderby")
    return None if text is None else _ALIAS.sub(lambda match: query.get(match[0], "null"), text)


def matching(
    records: Records, table: Table, expression: Expression | None, within: list[Row] | None = None
) -> list[Row]:
    """The rows that a filter finds, in no order."""
    rows = candidates(table, records, expression) if within is None else within
    if expression is None:
        return rows
    predicate = Predicates(table, records).of(expression)
    return [row for row in rows if predicate(row)]


def parse(query: Mapping[str, str]) -> Expression | None:
    """The filter's tree; aliases come from the query."""
    text = query.get("$filter")
    aliases = {name: value for name, value in query.items() if name.startswith("@")}
    return None if text is None else parse_filter(text, aliases)


def _size(query: Mapping[str, str], prefer: Preferences) -> int:
    """$top is ignored beside a page size."""
    if prefer.page_size is not None:
        return prefer.page_size
    top = query.get("$top")
    if top is None:
        return MOST_ROWS
    most = natural(top)
    if not most:
        raise errors.bad_url(f"Invalid value '{top}' for $top query option found.")
    return min(most, MOST_ROWS)


def read_count(records: Records, table: Table, request: Request, within: list[Row] | None = None) -> Response:
    """How many rows, at most 5,000, as plain text."""
    check_options(request.query, frozenset({"$filter"}))
    count = min(len(matching(records, table, parse(request.query), within)), MOST_ROWS)
    return Response(200, {"Content-Type": "text/plain", "OData-Version": "4.0"}, str(count).encode())


def read_row(records: Records, table: Table, row: Row, request: Request) -> Response:
    """One row, or 304 when the caller has this version already."""
    check_options(request.query, _ROW_OPTIONS)
    prefer = preferences(request)
    if request.headers.get("if-none-match") == etag(row) and not prefer.annotations and "$expand" not in request.query:
        return Response(304, {"OData-Version": "4.0"})
    what = shown(table, request.query.get("$select"), request.query.get("$expand"))
    return Response.json(200, entity(records, table, row, request, what, prefer), {"ETag": etag(row), **prefer.applied})


def entity(
    records: Records, table: Table, row: Row, request: Request, what: Shown, prefer: Preferences = _NO_ANNOTATIONS
) -> dict[str, Any]:
    """One row with its context."""
    render = full_renderer(table, records, what, prefer, f"{request.base_url}{API}")
    return {"@odata.context": f"{context(request, table, what)}/$entity", **render(row)}


def context(request: Request, table: Table, what: Shown) -> str:
    """The context names what was selected and expanded, in the caller's words."""
    return f"{request.base_url}{API}/$metadata#{table.entity_set}{_listed(what.selected, what.expands)}"


def _listed(selected: Sequence[str] | None, expands: Sequence[Expand]) -> str:
    names = [*(selected or ()), *(_expanded(expand) for expand in expands)]
    return f"({','.join(names)})" if names else ""


def _expanded(expand: Expand) -> str:
    if expand.navigation.endswith(REFERENCE):
        return f"{expand.navigation.removesuffix(REFERENCE)},{expand.navigation}()"
    select, inner = expand.options.get("$select"), expand.options.get("$expand")
    return expand.navigation + (
        _listed(parse_select(select) if select else None, parse_expand(inner) if inner else ()) or "()"
    )
