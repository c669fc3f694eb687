"""The query string: decoding, and the grammar of `$select`, `$orderby` and `$expand`. No meaning, only shape."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote_plus

from p2c_assets.sandbox.odata.lexer import ODataSyntaxError

_LARGEST = 2**63 - 1


def natural(text: str) -> int | None:
    """The value of `$top` or `$skip`: a whole number from 0 that an Edm.Int64 holds, else None."""
    if not text or len(text) > len(str(_LARGEST)) or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if int(text) <= _LARGEST else None


class OrderBy(NamedTuple):
    """One sort key."""

    path: tuple[str, ...]
    descending: bool


class Expand(NamedTuple):
    """One expanded navigation with its nested options as text: lines($select=a;$top=2)."""

    navigation: str
    options: Mapping[str, str]


def parse_query(raw: str) -> dict[str, str]:
    """Decode a query string: `+` is a space, `%24` is `$`, order kept, the last of a repeated name wins."""
    pairs = (part.partition("=") for part in raw.split("&") if part)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}


def render_query(options: Mapping[str, str]) -> str:
    """Encode options the way the systems write their links: names plain, commas in values as %2C."""
    return "&".join(f"{quote(name, safe='$@-')}={quote(value, safe='')}" for name, value in options.items())


def split_outside(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside quotes and parentheses; parts are stripped."""
    parts: list[str] = []
    depth, quoted, start = 0, False, 0
    for place, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == separator and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    parts.append(text[start:].strip())
    return parts


def parse_select(text: str) -> tuple[str, ...]:
    """Column names; `*` stays as it is. Raises ODataSyntaxError on an empty name."""
    names = tuple(split_outside(text, ","))
    if not all(names):
        raise ODataSyntaxError(f"Syntax error: empty name in '{text}'.", 0)
    return names


def parse_order_by(text: str) -> tuple[OrderBy, ...]:
    """Sort keys: `name desc,createdon`. Raises ODataSyntaxError."""
    return tuple(_order_by(part, text) for part in split_outside(text, ","))


def _order_by(part: str, text: str) -> OrderBy:
    words = part.split()
    if len(words) not in {1, 2} or (len(words) == 2 and words[1] not in {"asc", "desc"}):
        raise ODataSyntaxError(f"Syntax error in orderby '{text}'.", text.find(part))
    return OrderBy(tuple(words[0].split("/")), words[-1] == "desc" and len(words) == 2)


def parse_expand(text: str) -> tuple[Expand, ...]:
    """Expanded navigations; a nested `$expand` stays text. Raises ODataSyntaxError."""
    return tuple(_expand(part, text) for part in split_outside(text, ","))


def _expand(part: str, text: str) -> Expand:
    name, opening, rest = part.partition("(")
    if not name or (opening and not rest.endswith(")")):
        raise ODataSyntaxError(f"Syntax error in expand '{text}'.", text.find(part))
    pairs = (option.partition("=") for option in split_outside(rest[:-1], ";") if option) if opening else ()
    return Expand(name.strip(), {option.strip(): value for option, _, value in pairs})
