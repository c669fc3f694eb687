"""What is read quickly where it is plain reads as the rules for everything have it."""

from urllib.parse import unquote, urljoin, urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st

from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.odata.expression import Call, EnumLiteral, Literal
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.keys import UNNAMED, Segment, parse_segment, split_path
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError
from p2c_assets.sandbox.odata.multipart import BatchRequest
from p2c_assets.sandbox.odata.options import parse_query

GUID = "0000000A-0000-4000-8000-000000000001"
KEYS = (
    "accounts",
    "(",
    ")",
    GUID,
    "a=",
    "b=",
    "'x'",
    "'it''s'",
    "'",
    "''",
    "7",
    "007",
    "1.5",
    ",",
    " ",
    "null",
    "-",
    "é",
)
PLAIN = ("/data", "/", "/accounts(a='x y')", "%20", "%27", "&", "a=b", "+", ":", "$batch", "é", " ")
TARGETS = (*PLAIN, "//", "?", "#", ";", ".", "..", "/./", "http:", "\t")
BASE = Request("POST", "/api/data/v9.2/$batch", {}, {"host": "sales"})
SMALL = settings(derandomize=True, database=None, deadline=None, max_examples=400)


def of_pieces(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=8).map("".join)


def by_grammar(text: str) -> Segment | None:
    """A segment by way of a filter's call, None for a syntax error."""
    name, opening, _ = text.partition("(")
    if not opening:
        return Segment(text, None)
    try:
        call = parse_filter("key" + text[len(name) :])
    except ODataSyntaxError:
        return None
    if not isinstance(call, Call) or len(call.args) > 1 or (call.args and call.named):
        return None
    values = dict([*((UNNAMED, value) for value in call.args), *call.named.items()])
    plain = {key: value for key, value in values.items() if isinstance(value, Literal | EnumLiteral)}
    return Segment(name, plain) if len(plain) == len(values) else None


def read(text: str) -> Segment | None:
    try:
        return parse_segment(text)
    except ODataSyntaxError:
        return None


@SMALL
@given(of_pieces(KEYS) | of_pieces(KEYS).map(lambda inner: f"accounts({inner})"))
@example(f"accounts({GUID})")
@example("Lines(dataAreaId='usmf',Number=7)")
@example("Lines(a='x',a='y')")
def test_a_plain_key_is_what_the_grammar_makes_of_it(text: str) -> None:
    assert read(text) == by_grammar(text)


@SMALL
@given(of_pieces(("/", "'", "a", "''", "x/y")))
def test_a_path_is_split_outside_quotes(path: str) -> None:
    quoted, parts = False, [""]
    for character in path:
        quoted ^= character == "'"
        if character == "/" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    assert split_path(path) == [part for part in parts if part]


@SMALL
@given(of_pieces(TARGETS).map(lambda text: f"/{text}"))
@example("/data/CustomersV2(dataAreaId=%27usmf%27)?cross-company=true")
def test_a_target_is_taken_apart_as_any_address(target: str) -> None:
    url = urlsplit(target)
    request = Request.of("GET", target, {})
    assert (request.path, request.query) == (unquote(url.path), parse_query(url.query))


@SMALL
@given(of_pieces(TARGETS))
@example("/api/data/v9.2/accounts")
@example("accounts(1)?$select=name")
def test_an_operations_address_stands_beside_its_batch(url: str) -> None:
    inner = BASE.inner(BatchRequest("GET", url, {}, b"", None))
    joined = Request.of("GET", url if url.startswith("$") else urljoin(BASE.path, url), {})
    assert (inner.path, inner.query) == (joined.path, joined.query)
