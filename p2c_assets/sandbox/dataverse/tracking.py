"""Change tracking: every row and a delta link first, then by the link what has changed since, deletions last.

Rows carry an organisation-wide version, `records` keeps the version at which a row was deleted: so a token is a version
and the moment it was taken, and stays good over a restart. Full reads without tracking are in `reading`.
Source: MicrosoftDocs/powerapps-docs use-change-tracking-synchronize-data-external-systems.md.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import DELTA_COUNT_INCLUDES_DELETIONS
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS, Preferences, preferences
from p2c_assets.sandbox.dataverse.privileges import check_everywhere, readable, readable_count
from p2c_assets.sandbox.dataverse.reading import API, check_options, context
from p2c_assets.sandbox.dataverse.records import Records, Tombstone
from p2c_assets.sandbox.dataverse.rendering import renderer, shown
from p2c_assets.sandbox.dataverse.row_texts import encoder
from p2c_assets.sandbox.encoded import one_by_one, page_parts
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.options import render_query
from p2c_assets.sandbox.table import Row

PREFERENCE = "odata.track-changes"
_OPTIONS = frozenset({"$select", "$count", "$deltatoken", "$skiptoken", "tag"})
_REFUSED = ("$filter", "$orderby", "$expand", "$top")
_MOMENT = "%m/%d/%Y %H:%M:%S"
_COOKIE = re.compile(r'^<cookie pagenumber="([0-9]{1,9})" pagingcookie="([^"]*)" istracking="True" />$')
_TRACKED = 'istracking="True"'


class Token(NamedTuple):
    """What a client has seen: everything up to a version. As text `919042!08/22/2017 08:10:44`."""

    version: int
    taken: datetime

    def __str__(self) -> str:
        return f"{self.version}!{self.taken.strftime(_MOMENT)}"


class Position(NamedTuple):
    """Where a page begins: its number, the token that the last page will give, and the mark of the row before it."""

    page: int
    upto: Token
    mark: str | None


class Entry(NamedTuple):
    """One element of a page: its mark in the order of pages, and what is shown."""

    mark: str
    show: Callable[[], dict[str, Any]]


def is_tracked(request: Request) -> bool:
    """Whether a GET of a set is about changes: by its preference, its delta token or a page of either."""
    query = request.query
    return "$deltatoken" in query or _TRACKED in query.get("$skiptoken", "") or preferences(request).track_changes


def read_tracked(records: Records, table: Table, request: Request) -> Response:
    """One page of all rows, or of the changes since a token; the delta link is on the last page only."""
    _check(records, table, request)
    prefer = preferences(request)
    start = _start(records, request)
    size = prefer.page_size or MOST_ROWS
    before = _body(records, table, request)
    if "$deltatoken" in request.query:
        entries = _entries(records, table, request, prefer, start)
        value = [entry.show() for entry in entries[:size]]
        behind = _behind(request, start, entries[size - 1].mark if len(entries) > size else None)
        return Response.json(200, {**before, "value": value, **behind}, _applied(prefer))
    rows = list(islice(readable(records, table, records.in_key_order(table, start.mark)), size + 1))
    behind = _behind(request, start, rows[size - 1][table.key] if len(rows) > size else None)
    what = shown(table, request.query.get("$select"), None)
    encode = encoder(table, what, prefer, records.common(table)) or one_by_one(renderer(table, records, what, prefer))
    return Response.encoded(200, page_parts(encode, rows[:size], before, behind), _applied(prefer))


def count_changes(records: Records, table: Table, request: Request) -> Response:
    """How many changes are pending behind a token, at most 5,000, as plain text."""
    check_options(request.query, frozenset({"$deltatoken"}))
    _check(records, table, request)
    since, upto = _token(records, request.query["$deltatoken"]), _now(records)
    count = len(_changed(records, table, since, upto))
    if DELTA_COUNT_INCLUDES_DELETIONS:
        count += len(_deleted(records, table, since, upto))
    return Response(200, {"Content-Type": "text/plain", "OData-Version": "4.0"}, str(min(count, MOST_ROWS)).encode())


def _check(records: Records, table: Table, request: Request) -> None:
    if table.logical not in records.options.change_tracked_tables:
        raise errors.not_tracked(table.logical)
    check_everywhere(records, table)
    for name in _REFUSED:
        if name in request.query:
            raise errors.not_with_tracking(name)
    check_options(request.query, _OPTIONS)
    if "$count" in request.query and "$deltatoken" in request.query:
        raise Unsupported("$count beside $deltatoken")


def _start(records: Records, request: Request) -> Position:
    """The first page fixes up to which version all pages go: what changes meanwhile is for the next delta link."""
    if "$skiptoken" not in request.query:
        return Position(1, _now(records), None)
    match = _COOKIE.match(request.query["$skiptoken"])
    upto, _, mark = unquote(unquote(match[2])).partition("|") if match else ("", "", "")
    if match is None or not mark:
        raise errors.invalid_cookie()
    return Position(int(match[1]), _parsed(upto), mark)


def _now(records: Records) -> Token:
    return Token(records.version, records.clock.now())


def _entries(records: Records, table: Table, request: Request, prefer: Preferences, start: Position) -> Sequence[Entry]:
    """What of the changes is still to be shown, in the order of pages."""
    show = renderer(table, records, shown(table, request.query.get("$select"), None), prefer)
    since = _token(records, request.query["$deltatoken"])
    found = [
        *(_of_row(_mark(row["versionnumber"]), row, show) for row in _changed(records, table, since, start.upto)),
        *(_of_deletion(request, table, gone) for gone in _deleted(records, table, since, start.upto)),
    ]
    return found if start.mark is None else [entry for entry in found if entry.mark > start.mark]


def _of_row(mark: str, row: Row, show: Callable[[Row], dict[str, Any]]) -> Entry:
    return Entry(mark, lambda: show(row))


def _of_deletion(request: Request, table: Table, gone: Tombstone) -> Entry:
    kind = f"{request.base_url}{API}/$metadata#{table.entity_set}/$deletedEntity"
    shown_row = {"@odata.context": kind, "id": gone.key, "reason": "deleted"}
    return Entry(_mark(gone.version, deleted=True), lambda: shown_row)


def _mark(version: int, *, deleted: bool = False) -> str:
    """Sorts as new and changed rows by version, then deletions."""
    return f"{'d' if deleted else 'c'}{version:020d}"


def _changed(records: Records, table: Table, since: Token, upto: Token) -> list[Row]:
    rows = readable(records, table, records.rows(table))
    found = [row for row in rows if since.version < row["versionnumber"] <= upto.version]
    return sorted(found, key=lambda row: row["versionnumber"])


def _deleted(records: Records, table: Table, since: Token, upto: Token) -> list[Tombstone]:
    return [gone for gone in records.deleted(table) if since.version < gone.version <= upto.version]


def _body(records: Records, table: Table, request: Request) -> dict[str, Any]:
    """`@odata.count` counts the rows of a full read, as without tracking."""
    what = shown(table, request.query.get("$select"), None)
    delta = "/$delta" if "$deltatoken" in request.query else ""
    body: dict[str, Any] = {"@odata.context": f"{context(request, table, what)}{delta}"}
    if request.query.get("$count") == "true":
        body["@odata.count"] = min(readable_count(records, table), MOST_ROWS)
    return body


def _behind(request: Request, start: Position, mark: str | None) -> dict[str, str]:
    """The link behind a page: to the next one behind `mark`, or to the changes that are yet to come."""
    name, options = _link(request, start, mark)
    return {name: f"{request.base_url}{request.path}?{render_query(options)}"}


def _link(request: Request, start: Position, mark: str | None) -> tuple[str, dict[str, str]]:
    if mark is None:
        kept = {name: value for name, value in request.query.items() if name == "$select"}
        return "@odata.deltaLink", {**kept, "$deltatoken": str(start.upto)}
    inner = quote(quote(f"{start.upto}|{mark}", safe=""), safe="")
    cookie = f'<cookie pagenumber="{start.page + 1}" pagingcookie="{inner}" {_TRACKED} />'
    return "@odata.nextLink", {**request.query, "$skiptoken": cookie}


def _applied(prefer: Preferences) -> dict[str, str]:
    """The preference is applied where it was given; a delta link needs none."""
    names = [PREFERENCE] if prefer.track_changes else []
    names += prefer.applied.values()
    return {"Preference-Applied": ",".join(names)} if names else {}


def _token(records: Records, text: str) -> Token:
    """A delta token. Raises DataverseError when it is none, older than the organisation keeps changes, or from a
    version that this organisation has not reached (the twin was reset since).
    """
    token = _parsed(text)
    days = records.organization().get("expirechangetrackingindays")
    age = records.clock.now() - token.taken
    if token.version > records.version or age > timedelta(days=int(days or 0)):
        raise errors.expired_token()
    return token


def _parsed(text: str) -> Token:
    version, _, moment = text.partition("!")
    try:
        return Token(int(version), datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC))
    except ValueError as error:
        raise errors.invalid_token(text) from error
