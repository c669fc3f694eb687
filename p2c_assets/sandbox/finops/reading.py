"""GET of collections and records: options, pages, columns, expansions. Which rows there are is in `selection`.

Sources: fin-ops odata (options, 10,000 rows per page), a live capture of maxpagesize and nextLinks.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from p2c_assets.sandbox.column_texts import encoder
from p2c_assets.sandbox.encoded import ETAG, page_parts
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.annotations import annotated, bare, content_type, key_text, metadata_level
from p2c_assets.sandbox.finops.columns import EntitySet, Navigation
from p2c_assets.sandbox.finops.enums import NAMESPACE
from p2c_assets.sandbox.finops.keys import in_scope
from p2c_assets.sandbox.finops.paging import next_link, preference, read_page
from p2c_assets.sandbox.finops.records import Records, visible
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.finops.selection import Selector, column_of, parsed
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.options import Expand, parse_expand, parse_select
from p2c_assets.sandbox.table import Row

_OPTIONS = frozenset({"$filter", "$count", "$orderby", "$skip", "$top", "$select", "$expand", "$format", "$skiptoken"})
_OF_SETS = frozenset({"$filter", "$orderby", "$count", "$skip", "$top"})


class Frame(NamedTuple):
    """What stands around the rows of a page."""

    before: Mapping[str, Any]
    behind: Mapping[str, Any]
    headers: Mapping[str, str]


class Reader:
    """Answers reads for a service user of one default company."""

    def __init__(
        self, records: Records, companies: Callable[[], Sequence[str]], default_company: str, *, text_functions: bool
    ) -> None:
        self._records = records
        self._default_company = default_company
        self._selector = Selector(records, companies, default_company, text_functions=text_functions)

    def collection(self, entity_set: EntitySet, request: Request) -> Response:
        """A page of rows with count and nextLink as asked. Raises FinopsError or Unsupported."""
        check_options(request)
        level = metadata_level(request)
        page = read_page(request)
        counted = _flag(request, "$count")
        result = self._selector.select(entity_set, request, 0 if counted else page.start)
        before: dict[str, Any] = {"@odata.context": _context(entity_set, request)}
        rows = result.rows
        if counted:
            rows = list(rows)
            before["@odata.count"] = len(rows)
        end = page.start + page.size if page.end is None else min(page.start + page.size, page.end)
        found = list(islice(rows, page.start - result.skipped, end + 1 - result.skipped))
        more = len(found) > end - page.start and (page.end is None or end < page.end)
        behind = {"@odata.nextLink": next_link(request, page, end)} if more else {}
        headers = {**content_type(level), **preference(page)}
        return self._page(entity_set, request, found[: end - page.start], Frame(before, behind, headers))

    def _page(self, entity_set: EntitySet, request: Request, rows: list[Row], frame: Frame) -> Response:
        """Rows with nothing but their own columns, the usual ones, are encoded many at once."""
        level = metadata_level(request)
        if "$expand" in request.query or level != "minimal":
            body = {**frame.before, "value": self._project(entity_set, request, rows), **frame.behind}
            return Response.json(200, bare(body) if level == "none" else body, frame.headers)
        names = (ETAG, *_selected(entity_set, request))
        encode = encoder(names, self._records.table(entity_set).common)
        return Response.encoded(200, page_parts(encode, rows, frame.before, frame.behind), frame.headers)

    def count(self, entity_set: EntitySet, request: Request) -> Response:
        """`/$count`: the number as plain text."""
        check_options(request)
        number = sum(1 for _ in self._selector.select(entity_set, request, 0).rows)
        return Response(200, {"Content-Type": "text/plain", "OData-Version": "4.0"}, str(number).encode())

    def record(self, entity_set: EntitySet, key: tuple[str | int, ...], request: Request) -> Response:
        """One row. 404 when it is not there or in a company that the request does not see."""
        row = self._found(entity_set, key, request)
        return self._single(200, entity_set, row, request, {"ETag": row[ETAG]})

    def created(self, entity_set: EntitySet, row: Row, request: Request, headers: Mapping[str, str]) -> Response:
        """The answer to a POST: 201 with the whole row."""
        return self._single(201, entity_set, row, request, headers)

    def part(self, entity_set: EntitySet, key: tuple[str | int, ...], name: str, request: Request) -> Response:
        """A column of a row under `value`, or what a navigation leads to. Raises FinopsError or Unsupported."""
        navigation = entity_set.navigations.get(name)
        if navigation is not None and navigation.many and _OF_SETS & request.query.keys():
            raise Unsupported(f"options of the path {entity_set.name}/{name}")
        row = self._found(entity_set, key, request)
        if navigation is not None:
            return self._related(row, navigation, request)
        column = column_of(entity_set, name)
        context = f"{request.base_url}/data/$metadata#{key_text(entity_set, row)}/{name}"
        return Response.json(200, {"@odata.context": context, "value": row[column.name]})

    def _found(self, entity_set: EntitySet, key: tuple[str | int, ...], request: Request) -> Row:
        check_options(request)
        if _OF_SETS & request.query.keys():
            names = ", ".join(sorted(_OF_SETS - {"$top"}))
            text = f"Query options {names}, and $top can be applied only on collections."
            raise errors.bad_query(f"The requested resource is not a collection. {text}")
        row = self._records.get(entity_set, *key)
        if row is None or not visible(row) or not in_scope(request, str(key[0]), self._default_company):
            raise errors.not_found(entity_set)
        return row

    def _related(self, row: Row, navigation: Navigation, request: Request) -> Response:
        target = ENTITY_SETS[navigation.target]
        rows = [other for other in self._linked(row, navigation) if visible(other)]
        if not navigation.many:
            if not rows:
                return Response(204, {"OData-Version": "4.0"})
            return self._single(200, target, rows[0], request, {"ETag": rows[0][ETAG]})
        body = {"@odata.context": _context(target, request), "value": self._project(target, request, rows)}
        return Response.json(200, body, content_type(metadata_level(request)))

    def _linked(self, row: Row, navigation: Navigation) -> list[Row]:
        target = ENTITY_SETS[navigation.target]
        return self._records.matching(target, *((there, row[here]) for here, there in navigation.link))

    def _single(
        self, status: int, entity_set: EntitySet, row: Row, request: Request, headers: Mapping[str, str]
    ) -> Response:
        level = metadata_level(request)
        shown = self._project(entity_set, request, [row])[0]
        if level != "none":
            shown = {"@odata.context": f"{_context(entity_set, request)}/$entity", **shown}
        return Response.json(status, shown, {**content_type(level), **headers})

    def _project(self, entity_set: EntitySet, request: Request, rows: list[Row]) -> list[dict[str, Any]]:
        names = (ETAG, *_selected(entity_set, request))
        projected = [{name: row[name] for name in names} for row in rows]
        for expand in _expansions(request):
            self._expand(entity_set, expand, rows, projected)
        match metadata_level(request):
            case "full":
                pairs = zip(rows, projected, strict=True)
                return [annotated(entity_set, row, shown, request.base_url) for row, shown in pairs]
            case "none":
                return [bare(shown) for shown in projected]
            case _:
                return projected

    def _expand(self, entity_set: EntitySet, expand: Expand, rows: list[Row], projected: list[dict[str, Any]]) -> None:
        navigation = _navigation(entity_set, expand)
        target = ENTITY_SETS[navigation.target]
        names = (ETAG, *_select(target, expand.options.get("$select")))
        for row, out in zip(rows, projected, strict=True):
            found = [{name: other[name] for name in names} for other in self._linked(row, navigation) if visible(other)]
            out[expand.navigation] = found if navigation.many else next(iter(found), None)


def check_options(request: Request) -> None:
    """Refuse what the system does not have (400): `$apply`, `$search`, `$deltatoken` and others."""
    for name in request.query:
        if name.startswith("$") and name not in _OPTIONS:
            raise errors.bad_query(f"The query parameter '{name}' is not supported.")


def _flag(request: Request, name: str) -> bool:
    text = request.query.get(name, "false").lower()
    if text not in {"true", "false"}:
        raise errors.bad_query(f"Invalid value '{text}' for {name} query option found.")
    return text == "true"


def _selected(entity_set: EntitySet, request: Request) -> tuple[str, ...]:
    return _select(entity_set, request.query.get("$select"))


def _select(entity_set: EntitySet, text: str | None) -> tuple[str, ...]:
    if text is None or text.strip() == "*":
        return entity_set.names
    names: tuple[str, ...] = parsed(parse_select, text)
    return tuple(column_of(entity_set, name).name for name in names)


def _expansions(request: Request) -> tuple[Expand, ...]:
    text = request.query.get("$expand")
    return () if text is None else parsed(parse_expand, text)


def _navigation(entity_set: EntitySet, expand: Expand) -> Navigation:
    """The navigation to expand: first level and `$select` only (assumptions.EXPAND_TAKES_SELECT_ONLY)."""
    navigation = entity_set.navigations.get(expand.navigation)
    if navigation is None:
        if expand.navigation in entity_set.unsupported:
            raise Unsupported(f"$expand={expand.navigation} of {entity_set.name}")
        kind = f"{NAMESPACE}.{entity_set.entity}"
        raise errors.bad_query(f"Could not find a property named '{expand.navigation}' on type '{kind}'.")
    refused = sorted(set(expand.options) - {"$select"})
    if refused:
        raise errors.bad_query(f"The query option '{refused[0]}' is not supported inside $expand.")
    return navigation


def _context(entity_set: EntitySet, request: Request) -> str:
    select = request.query.get("$select")
    columns = f"({select.replace(' ', '')})" if select and select.strip() != "*" else ""
    return f"{request.base_url}/data/$metadata#{entity_set.name}{columns}"
