"""Tokens of OData expressions: filters, keys and function parameters, in the grammar that both systems share."""

import re
from decimal import Decimal
from typing import NamedTuple


class ODataSyntaxError(Exception):
    """The text is not in the grammar. `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class Token(NamedTuple):
    """One token: its kind, the text as written, and where it starts."""

    kind: str
    text: str
    position: int


_PATTERNS = (
    ("space", r"\s+"),
    ("string", r"'(?:[^']|'')*'"),
    ("quoted", r'"(?:[^"\\]|\\.)*"'),
    ("guid", r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![\w-])"),
    ("datetime", r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?"),
    ("date", r"\d{4}-\d{2}-\d{2}(?![\w-])"),
    ("number", r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,9})?(?![\w.])"),
    ("name", r"[A-Za-z_@$][\w@.]*"),
    ("mark", r"[()\[\],=:/*-]"),
)
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS))


def tokenize(text: str) -> list[Token]:
    """All tokens but spaces, then one of kind "end". Raises ODataSyntaxError where nothing fits."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ODataSyntaxError(f"Syntax error at position {position} in '{text}'.", position)
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


LARGEST_NUMBER = Decimal("1.7976931348623157E+308")
"""Of Edm.Double, the widest type that a literal may have."""


def number(text: str) -> int | Decimal | None:
    """3 is an int, 3.0 and 3e2 are Decimals; None for what no type of the protocol holds."""
    value = Decimal(text)
    if value.copy_abs() > LARGEST_NUMBER:
        return None
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else value


def unquote_string(text: str) -> str:
    """'it''s' -> it's."""
    return text[1:-1].replace("''", "'")
