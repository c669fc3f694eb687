"""OData text that both systems read: literals, keys, filters, URLs. Each system's own forms: its `requests.py`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote, urljoin, urlsplit, urlunsplit
from uuid import UUID

from p2c_assets.connectors import exact_json
from p2c_assets.connectors.protocol import KeyColumn, Kind

ENTITY_SAFE = "$(),:;=@!*/"
"""Left as they are in a query value. The quote is escaped, although it need not be, so that our count of a URL's
length is not less than what goes over the wire."""


def literal(value: object, kind: Kind) -> str:
    """A value as it stands in a filter: text in single quotes, quotes doubled; all else bare."""
    if kind == "text":
        return "'" + exact_json.plain(value).replace("'", "''") + "'"
    return exact_json.plain(value)


def kind_of(value: object) -> Kind:
    """The kind that a value of a key has when nobody said: strings are text, everything else is bare."""
    if isinstance(value, UUID):
        return "guid"
    if isinstance(value, Decimal):
        return "decimal"
    if isinstance(value, date):
        return "datetime"
    return "integer" if isinstance(value, int) else "text"


def named_key(key: Mapping[str, object]) -> str:
    """`(dataAreaId='usmf',LineNumber=1)`, percent-encoded for a URL's path."""
    pairs = (f"{name}={quote(literal(value, kind_of(value)), safe='')}" for name, value in key.items())
    return "(" + ",".join(pairs) + ")"


def equals(column: KeyColumn, value: object) -> str:
    """`column eq literal`."""
    return f"{column.name} eq {literal(value, column.kind)}"


def either(clauses: Sequence[str]) -> str:
    """Clauses joined by `or`, in brackets where there are several."""
    return clauses[0] if len(clauses) == 1 else "(" + " or ".join(clauses) + ")"


def both(*filters: str | None) -> str | None:
    """The filters that are there, joined by `and`; None when there is none."""
    given = [each for each in filters if each]
    return " and ".join(f"({each})" for each in given) if len(given) > 1 else (given[0] if given else None)


def url(address: str, options: Mapping[str, str | None]) -> str:
    """An address with its query options; those without a value are left out."""
    pairs = (f"{name}={encoded(value)}" for name, value in options.items() if value)
    query = "&".join(pairs)
    return f"{address}?{query}" if query else address


def encoded(text: str) -> str:
    """A query value, percent-encoded; a space is %20 since not every server reads `+` as one."""
    return quote(text, safe=ENTITY_SAFE)


def within(pieces: Sequence[str], separator: str, longest: int, most: int) -> Iterator[list[str]]:
    """Pieces in groups that, joined and encoded, stay within `longest` characters and `most` members."""
    group: list[str] = []
    length = 0
    for piece in pieces:
        size = len(encoded(piece)) + len(encoded(separator))
        if group and (length + size > longest or len(group) == most):
            yield group
            group, length = [], 0
        group.append(piece)
        length += size
    if group:
        yield group


def at_own_origin(link: str, root: str) -> str:
    """A nextLink with the scheme and host that we know the system by; path and query verbatim.

    The token must not travel to another host, and some environments name their web servers in links. Source: finops.md
    1: environments with a SystemUrl, where the public PowerShell module swaps the host part too.
    """
    own, found = urlsplit(root), urlsplit(urljoin(f"{root}/", link))
    return urlunsplit((own.scheme, own.netloc, found.path, found.query, ""))
