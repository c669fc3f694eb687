"""Paths: `/data/Set(dataAreaId='usmf',Number=2)/Navigation` to segments with their keys."""

from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.sandbox.odata.expression import Call, EnumLiteral, Literal
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError

UNNAMED = ""


class Segment(NamedTuple):
    """One part of a path. key None: no parentheses; an unnamed single value stands under the name ""."""

    name: str
    key: Mapping[str, Literal | EnumLiteral] | None


def split_path(path: str) -> list[str]:
    """Parts between slashes; a slash inside a quoted key does not split."""
    parts: list[str] = []
    quoted, start = False, 0
    for place, character in enumerate(path):
        if character == "'":
            quoted = not quoted
        elif character == "/" and not quoted:
            parts.append(path[start:place])
            start = place + 1
    parts.append(path[start:])
    return [part for part in parts if part]


def parse_segment(text: str) -> Segment:
    """Set, Set(guid), Set('text'), Set(a='x',b=2). Raises ODataSyntaxError."""
    name, opening, _ = text.partition("(")
    if not opening:
        return Segment(text, None)
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
