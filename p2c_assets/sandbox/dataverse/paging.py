"""Order and pages: a page ends with a cookie that names the last row's sort values, so that writes cannot shift pages.

Source: MicrosoftDocs/powerapps-docs data-platform/webapi/query/page-results.md (the cookie's outer shape; its inside is
opaque to callers).
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape, unescape

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.comparable import column_of, comparable
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.options import parse_order_by
from p2c_assets.sandbox.table import Row

_COOKIE = re.compile(r'^<cookie pagenumber="([0-9]{1,9})" pagingcookie="([^"]*)" istracking="(True|False)" />$')
_ENTRY = re.compile(r'<([a-z0-9_]+) (?:last="([^"]*)"|(lastnull)="1") (?:first="[^"]*"|firstnull="1") />')
_QUOTED = {'"': "&quot;"}


class SortKey(NamedTuple):
    """One column to sort by."""

    column: Column
    descending: bool


class Position(NamedTuple):
    """Where a page begins: its number and the sort values of the row before it, None for the first."""

    page: int
    values: list[Any] | None


FIRST = Position(1, None)


def sort_keys(table: Table, order_by: str | None) -> tuple[SortKey, ...]:
    """The asked order, then the primary key, so that no two rows are equal."""
    keys: list[SortKey] = []
    for item in parse_order_by(order_by) if order_by else ():
        name, *further = item.path
        if further:
            raise Unsupported("$orderby over a navigation property")
        keys.append(SortKey(column_of(table, name), item.descending))
    return (*keys, SortKey(table.by_name[table.key], descending=False))


def ordered(rows: Sequence[Row], keys: Sequence[SortKey]) -> list[Row]:
    """Empty values come first in ascending order, as in SQL."""
    result = sorted(rows, key=itemgetter(keys[-1].column.name))
    for key in reversed(keys[:-1]):
        result.sort(key=lambda row: _rank(_value(key, row)), reverse=key.descending)
    return result


def behind(rows: Sequence[Row], keys: Sequence[SortKey], values: Sequence[Any]) -> int:
    """Where in rows of this order those behind a position begin."""
    return bisect_left(rows, True, key=lambda row: _after(row, keys, values))


def _after(row: Row, keys: Sequence[SortKey], values: Sequence[Any]) -> bool:
    for key, value in zip(keys, values, strict=True):
        mine, theirs = _rank(_value(key, row)), _rank(value)
        if mine != theirs:
            return (mine < theirs) if key.descending else (mine > theirs)
    return False


def _value(key: SortKey, row: Row) -> Any:
    return comparable(key.column, row.get(key.column.stored))


def _rank(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, value)


def cookie(page: int, keys: Sequence[SortKey], rows: Sequence[Row]) -> str:
    """The way to the page after the one with these rows: the value of $skiptoken, FetchXML's paging cookie."""
    entries = "".join(_entry(key, rows[0], rows[-1]) for key in keys)
    inner = quote(quote(f'<cookie page="{page - 1}">{entries}</cookie>', safe=""), safe="")
    return f'<cookie pagenumber="{page}" pagingcookie="{inner}" istracking="False" />'


def _entry(key: SortKey, first: Row, last: Row) -> str:
    """The values of one column in a page's last and first row; only the last ones are read back."""
    return f"<{key.column.name} {_bound('last', key, last)} {_bound('first', key, first)} />"


def _bound(name: str, key: SortKey, row: Row) -> str:
    value = _value(key, row)
    if value is None:
        return f'{name}null="1"'
    text = f"{{{value.upper()}}}" if key.column.kind in {Kind.GUID, Kind.LOOKUP} else str(value)
    return f'{name}="{escape(text, _QUOTED)}"'


def position(token: str, keys: Sequence[SortKey]) -> Position:
    """Read a cookie back. Raises DataverseError when it is not one, or one of another order."""
    match = _COOKIE.match(token)
    if match is None:
        raise errors.invalid_cookie()
    return Position(int(match[1]), last_values(unquote(unquote(match[2])), keys))


def last_values(inner: str, keys: Sequence[SortKey]) -> list[Any]:
    """The sort values that a bare cookie, `<cookie page="1"><accountid last=...`, ends with."""
    entries = _ENTRY.findall(inner)
    if not entries:
        raise errors.invalid_cookie()
    if [name for name, _, _ in entries] != [key.column.name for key in keys]:
        raise errors.DataverseError(400, "0x80041129", "Order by columns do not match those in paging cookie.")
    return [_parsed(key.column, last, null) for key, (_, last, null) in zip(keys, entries, strict=True)]


def _parsed(column: Column, last: str, null: str) -> Any:
    text = unescape(last, {escaped: plain for plain, escaped in _QUOTED.items()})
    if null:
        return None
    numeric = {Kind.INTEGER, Kind.CHOICE, Kind.STATE, Kind.STATUS, Kind.DECIMAL, Kind.MONEY}
    if column.kind is Kind.BOOLEAN:
        return text == "True"
    if column.kind in {Kind.GUID, Kind.LOOKUP}:
        return text.strip("{}").lower()
    try:
        return Decimal(text) if column.kind in numeric else text
    except InvalidOperation as error:
        raise errors.invalid_cookie() from error
