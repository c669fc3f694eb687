"""Paths: `/data/Set(dataAreaId='usmf',Number=2)/Navigation` to segments with their keys."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.sandbox.odata.expression import Call, EnumLiteral, Literal
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError

UNNAMED = ""
_PARTS = re.compile(r"(?:'[^']*(?:'|\Z)|[^/'])+")
_BY_GUID = re.compile(r"([^(]*)\(([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\)")
_PAIR = r"([A-Za-z_][A-Za-z_0-9]*)=(?:'([^']*)'|([0-9]{1,9}))"
_BY_NAMES = re.compile(rf"([^(]*)\(({_PAIR}(?:,{_PAIR})*)\)")
_PAIRS = re.compile(_PAIR)
"""The keys of nearly all requests, read without the grammar of filters."""


class Segment(NamedTuple):
    """One part of a path. key None: no parentheses; an unnamed single value stands under the name ""."""

    name: str
    key: Mapping[str, Literal | EnumLiteral] | None


def split_path(path: str) -> list[str]:
    """Parts between slashes; a slash inside a quoted key does not split."""
    if "'" in path:
        return _PARTS.findall(path)
    return [part for part in path.split("/") if part]


def parse_segment(text: str) -> Segment:
    """Set, Set(guid), Set('text'), Set(a='x',b=2). Raises ODataSyntaxError."""
    name, opening, _ = text.partition("(")
    if not opening:
        return Segment(text, None)
    return _plain_segment(text) or _parsed_segment(name, text)


def _plain_segment(text: str) -> Segment | None:
    """One with a GUID, or with names and plain values."""
    found = _BY_GUID.fullmatch(text)
    if found is not None:
        return Segment(found[1], {UNNAMED: Literal(found[2].lower(), "guid")})
    found = _BY_NAMES.fullmatch(text)
    if found is None:
        return None
    pairs = _PAIRS.findall(found[2])
    return Segment(
        found[1], {key: Literal(int(digits), "integer") if digits else Literal(t, "string") for key, t, digits in pairs}
    )


def _parsed_segment(name: str, text: str) -> Segment:
    call = parse_filter("key" + text[len(name) :])
    if not isinstance(call, Call):
        raise ODataSyntaxError(f"Bad Request - Error in query syntax: '{text}'.", len(name))
    values = dict([*((UNNAMED, value) for value in call.args), *call.named.items()])
    if len(call.args) > 1 or (call.args and call.named):
        raise ODataSyntaxError(f"Bad Request - Error in query syntax: '{text}'.", len(name))
    return Segment(name, {key: _constant(value, text) for key, value in values.items()})


def _constant(value: object, text: str) -> Literal | EnumLiteral:
    if isinstance(value, Literal | EnumLiteral):
        return value
    raise ODataSyntaxError(f"Bad Request - Error in query syntax: '{text}'.", 0)
