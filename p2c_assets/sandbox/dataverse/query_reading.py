"""GET with `fetchXml=`, `sql=` or `$apply=`: what the query selects.

Source: MicrosoftDocs/powerapps-docs fetchxml/retrieve-data.md, fetchxml/page-results.md (cookie, simple paging and its
50,000 rows), webapi/query/sql.md; how pages are followed: PowerPlatform-Dataverse-Client 1.1.0.
"""

from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.annotations import CRM, totals
from p2c_assets.sandbox.dataverse.apply import apply
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.fetchxml import Fetch, parse_fetch
from p2c_assets.sandbox.dataverse.paging import FIRST, Position, last_values, position
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS, Preferences, preferences
from p2c_assets.sandbox.dataverse.query import Query, output_renderer, shown_by
from p2c_assets.sandbox.dataverse.reading import API, Page, Selection, check_options, context, page_of, select
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.row_texts import encoder
from p2c_assets.sandbox.dataverse.sql import parse_sql
from p2c_assets.sandbox.encoded import one_by_one, page_parts
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.options import render_query

MOST_SIMPLY_PAGED = 50_000


def read_fetch(records: Records, table: Table, request: Request) -> Response:
    """The page that the fetch element names, by cookie or by number, with what leads to the next one."""
    check_options(request.query, frozenset({"fetchXml", "tag"}))
    prefer = preferences(request)
    fetch = parse_fetch(request.query["fetchXml"], table)
    selection = select(records, table, fetch.query.expression, fetch.query.keys(table), fetch.text)
    page = _fetched(selection, fetch, prefer)
    body: dict[str, Any] = {}
    if page.token is not None and prefer.annotated(f"{CRM}.fetchxmlpagingcookie"):
        body[f"@{CRM}.fetchxmlpagingcookie"] = page.token
    if prefer.annotated(f"{CRM}.morerecords"):
        body[f"@{CRM}.morerecords"] = page.token is not None
    count = len(selection.rows) if fetch.counts else None
    return _answer(records, table, request, fetch.query, page, body | totals(prefer, count))


def read_sql(records: Records, table: Table, request: Request) -> Response:
    """A page of rows with the link to the next, as for OData."""
    check_options(request.query, frozenset({"sql", "$skiptoken", "tag"}))
    prefer = preferences(request)
    query = parse_sql(request.query["sql"], table)
    selection = select(records, table, query.expression, query.keys(table), request.query["sql"])
    start = position(request.query["$skiptoken"], selection.keys) if "$skiptoken" in request.query else FIRST
    size = query.top if query.top is not None else prefer.page_size or MOST_ROWS
    page = page_of(selection, start, size, paged=query.top is None)
    body: dict[str, Any] = {}
    if page.token is not None:
        options = {**request.query, "$skiptoken": page.token}
        body["@odata.nextLink"] = f"{request.base_url}{request.path}?{render_query(options)}"
    return _answer(records, table, request, query, page, totals(prefer, None) | body)


def _fetched(selection: Selection, fetch: Fetch, prefer: Preferences) -> Page:
    size = fetch.size or prefer.page_size or MOST_ROWS
    if fetch.query.top is not None:
        return page_of(selection, FIRST, min(fetch.query.top, MOST_ROWS), paged=False)
    if fetch.cookie is not None:
        start = Position(fetch.page, last_values(fetch.cookie, selection.keys))
        return page_of(selection, start, size, paged=True)
    if fetch.page * size > MOST_SIMPLY_PAGED:
        raise errors.paging_cookie_required()
    upto = page_of(selection, Position(fetch.page, None), fetch.page * size, paged=True)
    return Page(upto.rows[(fetch.page - 1) * size :], upto.token)


def _answer(
    records: Records, table: Table, request: Request, query: Query, page: Page, annotations: dict[str, Any]
) -> Response:
    prefer = preferences(request)
    what = shown_by(table, query)
    plain = None if query.is_renamed else encoder(table, what, prefer, records.common(table))
    encode = plain or one_by_one(output_renderer(table, records, query, prefer))
    before = {"@odata.context": context(request, table, what), **annotations}
    return Response.encoded(200, page_parts(encode, page.rows, before, {}), prefer.applied)


def read_apply(records: Records, table: Table, request: Request) -> Response:
    """Groups and aggregates: no etag, no pages."""
    if {"$orderby", "$top", "$count", "$select", "$filter", "$expand"} & set(request.query):
        raise Unsupported("other options beside $apply")
    check_options(request.query, frozenset({"$apply", "tag"}))
    prefer = preferences(request)
    aliases = {name: value for name, value in request.query.items() if name.startswith("@")}
    value = apply(table, records, request.query["$apply"], aliases, prefer)
    body = {"@odata.context": f"{request.base_url}{API}/$metadata#{table.entity_set}", **totals(prefer, None)}
    return Response.json(200, {**body, "value": value}, prefer.applied)
