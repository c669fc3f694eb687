"""What requests are put together from, for either protocol: mostly valid pieces, and some that break them.

The entity sets, columns and valid rows are in `sales_requests` and `scm_requests`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Draw = Any
DEEP = 5000


class Sent(NamedTuple):
    """One request as it goes over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class ColumnPiece(NamedTuple):
    """A column as a request names it, and literals and JSON values that fit it."""

    name: str
    literals: Sequence[str]
    values: Sequence[Any]


HUGE, TINY = "1e999999999", "-1e-999999999"
"""Numbers of JSON that the encoder here cannot write: they stand as texts and lose their quotes at the end."""

ODD_TEXTS = (
    "",
    " ",
    "''",
    "O'Brien",
    "100%",
    "a_b",
    "[a-z]",
    "[z-a]",
    "[",
    "*",
    "*x*",
    "a/b",
    "a\\b",
    "a\r\nX-Injected: 1",
    "\x00",
    "é",
    "ß",
    "東京",
    "\U0001f600",
    "x" * 300,
    "%27",
    "+",
    "&",
    "#",
    "?",
    "$1",
    "<a>&amp;",
)
ODD_LITERALS = (
    "null",
    "true",
    "false",
    "0",
    "-1",
    "3.14",
    "1e2",
    "1e400",
    "1e999999999",
    "1.7e308",
    "-1e-300",
    "-0",
    "00012",
    "9" * 5000,
    "NaN",
    "INF",
    "''",
    "'",
    "'it''s'",
    '"x"',
    '"\\',
    '"\\q"',
    "2026-01-05",
    "2026-13-45",
    "0000-00-00",
    "2026-02-30T10:00:00Z",
    "2026-01-05T08:00:00Z",
    "2026-01-05T08:00:00.123456789+14:00",
    "2026-01-05T25:61:61Z",
    "duration'P1D'",
    "00000000-0000-0000-0000-000000000000",
    "zzzzzzzz-0000-0000-0000-000000000000",
    "@p1",
    "@",
    "$it",
    "()",
    "[1,2]",
    "['a','b']",
    "NoYes'Yes'",
    "Microsoft.Dynamics.DataEntities.NoYes'Yes'",
    "Microsoft.Dynamics.DataEntities.NoYes'Perhaps'",
)
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    2**64,
    10**400,
    1.5,
    1e300,
    0.1 + 0.2,
    "",
    "x",
    "x" * 5000,
    "\ud800",
    "\x00",
    "2026-01-05",
    "2026-02-30",
    "2026-01-05T08:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "00000007-0000-4000-8000-000000000001\n",
    HUGE,
    TINY,
    "00000000-0000-0000-0000-000000000000",
    [],
    {},
    [1, [2, [3]]],
    {"a": {"b": 1}},
    [{}],
    [None],
    {"@odata.type": "#x"},
)
RAW_BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b"{}",
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":1e999999999}',
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"name":"\\ud800"}',
    b'{"name":"\xff"}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe",
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b'{"a":1,"a":2}',
)


def often(usual: SearchStrategy[Any], rare: SearchStrategy[Any], times: int = 15) -> SearchStrategy[Any]:
    """Mostly the first, now and then the second. (`st.one_of` drops alternatives that are the same.)"""
    return one_of([False] * times + [True]).flatmap(lambda is_rare: rare if is_rare else usual)


def one_of(values: Sequence[Any]) -> SearchStrategy[Any]:
    return st.sampled_from(values)


@st.composite
def filters(draw: Draw, columns: Sequence[ColumnPiece], paths: Sequence[str], calls: Sequence[str]) -> str:
    """A `$filter`: one to three comparisons, sometimes negated, nested or cut off."""
    parts = [draw(_comparison(columns, paths, calls)) for _ in range(draw(st.integers(1, 3)))]
    text = parts[0]
    for part in parts[1:]:
        text = draw(one_of([f"{text} and {part}", f"{text} or {part}", f"({text}) or not ({part})"]))
    return draw(often(st.just(text), _broken(text)))


@st.composite
def _comparison(draw: Draw, columns: Sequence[ColumnPiece], paths: Sequence[str], calls: Sequence[str]) -> str:
    column = draw(one_of(columns))
    name = draw(often(st.just(column.name), one_of([*paths, "nothing", "a/b/c", "1", "'x'"])))
    literal = draw(often(one_of(column.literals), one_of([*ODD_LITERALS, draw(one_of(columns)).name])))
    operator = draw(one_of(["eq", "eq", "eq", "ne", "gt", "ge", "lt", "le", "add", "has", "in", "xor"]))
    call = draw(one_of(calls)).replace("COLUMN", name).replace("LITERAL", literal)
    return draw(often(st.just(f"{name} {operator} {literal}"), one_of([call, f"{literal} {operator} {name}", literal])))


def _broken(text: str) -> SearchStrategy[str]:
    return one_of(
        [
            "",
            " ",
            text[: len(text) // 2],
            f"({text}",
            f"{text})",
            f"{text} and",
            f"not not {text}",
            "(" * DEEP + text + ")" * DEEP,
            "not " * DEEP + text,
            "-" * DEEP + "1",
            f"{text} and " * 2000 + text,
            f"{text} ;",
            f"{text} eq true",
            f"any({text})",
            f"x/any(y:{text})",
        ]
    )


@st.composite
def query(draw: Draw, options: Mapping[str, SearchStrategy[str]], most: int = 4) -> str:
    """A query string; names and values encoded in one of the ways that clients use."""
    names = draw(st.lists(one_of(list(options)), max_size=most, unique=True))
    encode = draw(one_of([_percent, _percent, _form, _raw]))
    pairs = [f"{encode(name)}={encode(draw(options[name]))}" for name in names]
    return draw(often(st.just("&".join(pairs)), one_of(["&", "=", "$filter", "%zz=%", "&&a=b&", "%00=%ff"]), 12))


def _percent(text: str) -> str:
    return quote(text, safe="$@")


def _form(text: str) -> str:
    return quote(text, safe="").replace("%20", "+")


def _raw(text: str) -> str:
    return quote(text, safe="$@()',;=:/!*+[]\"")


@st.composite
def objects(draw: Draw, columns: Sequence[ColumnPiece], extra: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """A JSON object of a few columns and annotations; values mostly of the right type."""
    chosen = draw(st.lists(one_of(columns), max_size=4, unique_by=lambda column: column.name))
    values = {column.name: draw(often(one_of(column.values), one_of(ODD_VALUES))) for column in chosen}
    for name in draw(st.lists(one_of(list(extra)), max_size=2)):
        values[name] = draw(often(one_of(extra[name]), one_of(ODD_VALUES)))
    return values


def encoded(value: Any) -> bytes:
    text = json.dumps(value)
    for number in (HUGE, TINY):
        text = text.replace(f'"{number}"', number)
    return text.encode()


def bodies(good: SearchStrategy[Any]) -> SearchStrategy[bytes]:
    """Mostly the JSON of `good`, now and then bytes that are no such thing."""
    return often(good.map(encoded), one_of(RAW_BODIES), 8)


class Part(NamedTuple):
    """An operation of a batch, or several in a changeset."""

    operations: tuple[Sent, ...]
    is_changeset: bool


BOUNDARY = "batch_fuzz"


def multipart(parts: Sequence[Part]) -> bytes:
    """The body of a `$batch`."""
    chunks = [
        _changeset(part, number) if part.is_changeset else _operation(part.operations[0], None)
        for number, part in enumerate(parts)
    ]
    return _join(chunks, BOUNDARY)


def _changeset(part: Part, number: int) -> bytes:
    boundary = f"changeset_{number}"
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode()
    return head + _join([_operation(sent, place + 1) for place, sent in enumerate(part.operations)], boundary)


def _operation(sent: Sent, content_id: int | None) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    lines += [f"Content-ID: {content_id}"] if content_id is not None else []
    lines += [
        "",
        f"{sent.method} {sent.target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in sent.headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + sent.body


def _join(chunks: Sequence[bytes], boundary: str) -> bytes:
    delimiter = f"--{boundary}".encode()
    return b"".join(delimiter + b"\r\n" + chunk + b"\r\n" for chunk in chunks) + delimiter + b"--\r\n"


@st.composite
def damaged(draw: Draw, body: bytes) -> bytes:
    """A body with a piece taken out, doubled or replaced."""
    start = draw(st.integers(0, max(len(body) - 1, 0)))
    end = min(start + draw(st.integers(1, 40)), len(body))
    piece = draw(one_of([b"", body[start:end] * 2, b"\r\n", b"--", b"\xff", b"Content-ID: 1\r\n", b":", b"\x00"]))
    return body[:start] + piece + body[end:]
