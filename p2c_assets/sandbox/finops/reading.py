"""GET of collections and records: options, order, pages, expansions.

Sources: fin-ops odata (options, 10,000 rows per page, cross-company), a live capture of maxpagesize and nextLinks.
assumptions.DEFAULT_ORDER_IS_THE_KEY.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple, cast

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.assumptions import MAX_PAGE
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind
from p2c_assets.sandbox.finops.enums import ENUMS, NAMESPACE
from p2c_assets.sandbox.finops.filters import company_of, compile_filter
from p2c_assets.sandbox.finops.keys import cross_company, in_scope
from p2c_assets.sandbox.finops.records import ETAG, Records, visible
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError
from p2c_assets.sandbox.odata.options import (
    Expand,
    OrderBy,
    parse_expand,
    parse_order_by,
    parse_select,
    render_query,
)
from p2c_assets.sandbox.store import Row

_OPTIONS = frozenset({"$filter", "$count", "$orderby", "$skip", "$top", "$select", "$expand", "$format", "$skiptoken"})


class Page(NamedTuple):
    """Which rows of the result a request gets: from start, size at most, nothing at or after end."""

    start: int
    size: int
    end: int | None
    preferred: bool


class Reader:
    """Answers reads for a service user of one default company."""

    def __init__(
        self, records: Records, companies: Callable[[], Sequence[str]], default_company: str, *, text_functions: bool
    ) -> None:
        self._records = records
        self._companies = companies
        self._default_company = default_company
        self._text_functions = text_functions

    def collection(self, entity_set: EntitySet, request: Request) -> Response:
        """A page of rows with count and nextLink as asked. Raises FinopsError or Unsupported."""
        check_options(request)
        page = read_page(request)
        rows = self._rows(entity_set, request)
        counted = _flag(request, "$count")
        if counted or "$orderby" in request.query:
            rows = list(rows)
        body: dict[str, Any] = {"@odata.context": _context(entity_set, request)}
        if counted:
            body["@odata.count"] = len(rows) if isinstance(rows, list) else 0
        end = page.start + page.size if page.end is None else min(page.start + page.size, page.end)
        found = list(islice(rows, page.start, end + 1))
        body["value"] = self._project(entity_set, request, found[: end - page.start])
        if len(found) > end - page.start and (page.end is None or end < page.end):
            body["@odata.nextLink"] = _next_link(request, page, end)
        return Response.json(200, body, _preference(page))

    def count(self, entity_set: EntitySet, request: Request) -> Response:
        """`/$count`: the number as plain text."""
        check_options(request)
        number = sum(1 for _ in self._rows(entity_set, request))
        return Response(200, {"Content-Type": "text/plain", "OData-Version": "4.0"}, str(number).encode())

    def record(self, entity_set: EntitySet, key: tuple[str | int, ...], request: Request) -> Response:
        """One row. 404 when it is not there or in a company that the request does not see."""
        check_options(request)
        row = self._records.get(entity_set, *key)
        if row is None or not visible(row) or not in_scope(request, str(key[0]), self._default_company):
            raise errors.not_found(entity_set)
        return Response.json(200, self.represent(entity_set, request, row), {"ETag": row[ETAG]})

    def represent(self, entity_set: EntitySet, request: Request, row: Row) -> dict[str, Any]:
        """A single row as it goes out."""
        context = f"{_context(entity_set, request)}/$entity"
        return {"@odata.context": context, **self._project(entity_set, request, [row])[0]}

    def _rows(self, entity_set: EntitySet, request: Request) -> Iterable[Row]:
        companies: Sequence[str] = self._companies() if cross_company(request) else [self._default_company]
        text = request.query.get("$filter")
        expression = None if text is None else _parse(parse_filter, text)
        pinned = None if expression is None else company_of(expression)
        if pinned is not None:
            companies = [company for company in companies if company == pinned]
        rows: Iterable[Row] = self._records.in_key_order(entity_set, companies)
        if expression is not None:
            predicate = compile_filter(entity_set, expression, text_functions=self._text_functions)
            rows = filter(predicate, rows)
        order = request.query.get("$orderby")
        if order is None:
            return rows
        return _ordered(entity_set, rows, _parse(parse_order_by, order), one_company=len(companies) == 1)

    def _project(self, entity_set: EntitySet, request: Request, rows: list[Row]) -> list[dict[str, Any]]:
        names = (ETAG, *_selected(entity_set, request))
        values = cast(Callable[[Row], tuple[Any, ...]], itemgetter(*names))
        projected = [dict(zip(names, values(row), strict=True)) for row in rows]
        for expand in _expansions(request):
            self._expand(entity_set, expand, rows, projected)
        return projected

    def _expand(self, entity_set: EntitySet, expand: Expand, rows: list[Row], projected: list[dict[str, Any]]) -> None:
        navigation = entity_set.navigations.get(expand.navigation)
        if navigation is None or set(expand.options) - {"$select"}:
            raise Unsupported(f"$expand={expand.navigation} of {entity_set.name} with {sorted(expand.options)}")
        target = ENTITY_SETS[navigation.target]
        names = (ETAG, *_select(target, expand.options.get("$select")))
        for row, out in zip(rows, projected, strict=True):
            related = self._records.matching(target, *((there, row[here]) for here, there in navigation.link))
            found = [{name: other[name] for name in names} for other in related if visible(other)]
            out[expand.navigation] = found if navigation.many else next(iter(found), None)


def check_options(request: Request) -> None:
    """Refuse what the system does not have (400) and what only the sandbox does not have (501)."""
    for name in request.query:
        if name.startswith("$") and name not in _OPTIONS:
            raise errors.bad_query(f"The query parameter '{name}' is not supported.")
    if request.query.get("$format", "json").lower() not in {"json", "application/json"}:
        raise Unsupported(f"$format={request.query['$format']}")
    accept = request.headers.get("accept", "").replace(" ", "").lower()
    if "odata.metadata=full" in accept or "odata.metadata=none" in accept or "ieee754compatible=true" in accept:
        raise Unsupported(f"Accept: {accept}")


def read_page(request: Request) -> Page:
    """Tell a client's `$top` (a total) from the server's own (a page size): with `$skip` and Prefer it is the latter."""
    preferred = _preferred_size(request)
    size = min(preferred or MAX_PAGE, MAX_PAGE)
    start, top = _whole(request, "$skip") or 0, _whole(request, "$top")
    continued = preferred is not None and "$skip" in request.query
    if "$skiptoken" in request.query:
        return Page(start, size, _whole(request, "$skiptoken"), preferred is not None)
    end = None if top is None or continued else start + top
    return Page(start, size, end, preferred is not None)


def _preferred_size(request: Request) -> int | None:
    match = re.search(r"odata\.maxpagesize\s*=\s*(\d+)", request.headers.get("prefer", ""))
    return max(int(match[1]), 1) if match else None


def _preference(page: Page) -> Mapping[str, str]:
    return {"Preference-Applied": f"odata.maxpagesize={page.size}"} if page.preferred else {}


def _next_link(request: Request, page: Page, end: int) -> str:
    """Captured form: the offset in `$skip` and, with a preferred size, that size in `$top`.

    A client's total that is larger than a page has no captured form: it travels in `$skiptoken`.
    """
    options = {name: value for name, value in request.query.items() if name not in {"$skip", "$top", "$skiptoken"}}
    options["$skip"] = str(end)
    if page.preferred:
        options["$top"] = str(page.size)
    if page.end is not None:
        options["$skiptoken"] = str(page.end)
    return f"{request.base_url}{request.path}?{render_query(options)}"


def _whole(request: Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise errors.bad_query(
            f"Invalid value '{text}' for {name} query option found. It requires a non-negative integer."
        )
    return int(text)


def _flag(request: Request, name: str) -> bool:
    text = request.query.get(name, "false").lower()
    if text not in {"true", "false"}:
        raise errors.bad_query(f"Invalid value '{text}' for {name} query option found.")
    return text == "true"


def _parse(parser: Callable[[str], Any], text: str) -> Any:
    try:
        return parser(text)
    except ODataSyntaxError as error:
        raise errors.bad_query(error.message) from error


def _selected(entity_set: EntitySet, request: Request) -> tuple[str, ...]:
    return _select(entity_set, request.query.get("$select"))


def _select(entity_set: EntitySet, text: str | None) -> tuple[str, ...]:
    if text is None or text.strip() == "*":
        return entity_set.names
    names: tuple[str, ...] = _parse(parse_select, text)
    return tuple(_column(entity_set, name).name for name in names)


def _column(entity_set: EntitySet, name: str) -> Column:
    column = entity_set.by_name.get(name)
    if column is not None:
        return column
    if name in entity_set.unsupported:
        raise Unsupported(f"the column {entity_set.name}.{name}")
    raise errors.bad_query(f"Could not find a property named '{name}' on type '{NAMESPACE}.{entity_set.entity}'.")


def _ordered(
    entity_set: EntitySet, rows: Iterable[Row], order: tuple[OrderBy, ...], *, one_company: bool
) -> Iterable[Row]:
    columns = [(_sort_column(entity_set, key), key.descending) for key in order]
    names = tuple(column.name for column, _ in columns)
    first = 1 if one_company and names[:1] != entity_set.keys[:1] else 0
    if not any(descending for _, descending in columns) and names == entity_set.keys[first : first + len(names)]:
        return rows  # they come in the order of the key
    result = list(rows)
    for column, descending in reversed(columns):
        result.sort(key=partial(_rank, column), reverse=descending)
    return result


def _sort_column(entity_set: EntitySet, order: OrderBy) -> Column:
    name = "/".join(order.path)
    if "/" in name:
        raise Unsupported(f"the path {name} in $orderby")
    return _column(entity_set, name)


def _rank(column: Column, row: Row) -> tuple[bool, Any]:
    value = row[column.name]
    if column.kind is Kind.ENUM:
        value = ENUMS[column.enum].get(str(value), -1)
    if isinstance(value, str):
        value = value.lower()
    return isinstance(value, str), value


def _expansions(request: Request) -> tuple[Expand, ...]:
    text = request.query.get("$expand")
    return () if text is None else _parse(parse_expand, text)


def _context(entity_set: EntitySet, request: Request) -> str:
    select = request.query.get("$select")
    columns = f"({select.replace(' ', '')})" if select and select.strip() != "*" else ""
    return f"{request.base_url}/data/$metadata#{entity_set.name}{columns}"
