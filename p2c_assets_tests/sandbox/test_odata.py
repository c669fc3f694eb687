"""The OData grammar that both twins read."""

from decimal import Decimal

import pytest

from p2c_assets.sandbox.odata.expression import (
    Binary,
    Call,
    EnumLiteral,
    Lambda,
    ListLiteral,
    Literal,
    Not,
    Property,
)
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.keys import parse_segment, split_path
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError
from p2c_assets.sandbox.odata.multipart import (
    BatchRequest,
    Changeset,
    ChangesetResponse,
    MultipartError,
    PartResponse,
    parse_batch,
    render_batch,
)
from p2c_assets.sandbox.odata.options import (
    Expand,
    OrderBy,
    parse_expand,
    parse_order_by,
    parse_query,
    render_query,
)


def test_and_binds_tighter_than_or_and_comparison_tighter_than_both() -> None:
    tree = parse_filter("a eq 1 or b eq 2 and not (c gt 3)")
    assert isinstance(tree, Binary)
    assert tree.op == "or"
    assert tree.right == Binary(
        "and",
        Binary("eq", Property(("b",)), Literal(2, "integer")),
        Not(Binary("gt", Property(("c",)), Literal(3, "integer"))),
    )


def test_arithmetic_binds_tighter_than_comparison() -> None:
    tree = parse_filter("price mul 2 add 1 ge -3.50")
    product = Binary("mul", Property(("price",)), Literal(2, "integer"))
    left = Binary("add", product, Literal(1, "integer"))
    assert tree == Binary("ge", left, Literal(Decimal("-3.50"), "decimal"))


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("x eq 'it''s'", Literal("it's", "string")),
        ("x eq null", Literal(None, "null")),
        ("x eq true", Literal(True, "boolean")),
        ("x eq 2026-01-05T08:00:00Z", Literal("2026-01-05T08:00:00Z", "datetime")),
        ("x eq 2026-01-05", Literal("2026-01-05", "date")),
        ("x eq 9D8D2A30-0B1C-4F5A-8C6D-1A2B3C4D5E6F", Literal("9d8d2a30-0b1c-4f5a-8c6d-1a2b3c4d5e6f", "guid")),
        ("x eq 12345678901", Literal(12345678901, "integer")),
        (
            "x eq Microsoft.Dynamics.DataEntities.NoYes'Yes'",
            EnumLiteral("Microsoft.Dynamics.DataEntities.NoYes", "Yes"),
        ),
    ],
)
def test_constants_keep_their_kind(text: str, literal: object) -> None:
    tree = parse_filter(text)
    assert isinstance(tree, Binary)
    assert tree.right == literal


def test_functions_take_plain_and_named_arguments() -> None:
    assert parse_filter("contains(a/name,'x')") == Call("contains", (Property(("a", "name")), Literal("x", "string")))
    call = parse_filter("Microsoft.Dynamics.CRM.In(PropertyName='n',PropertyValues=['a','b'])")
    assert isinstance(call, Call)
    assert call.named["PropertyValues"] == ListLiteral((Literal("a", "string"), Literal("b", "string")))


def test_aliases_lists_and_lambdas_are_read() -> None:
    assert parse_filter("a eq @p1", {"@p1": "'x'"}) == Binary("eq", Property(("a",)), Literal("x", "string"))
    assert parse_filter("a in (1,2)") == Binary(
        "in", Property(("a",)), ListLiteral((Literal(1, "integer"), Literal(2, "integer")))
    )
    body = Binary("gt", Property(("l", "qty")), Literal(1, "integer"))
    assert parse_filter("lines/any(l:l/qty gt 1)") == Lambda(("lines",), "any", "l", body)


@pytest.mark.parametrize("text", ["", "a eq", "a eq 'x", "(a eq 1", "a eq 1 b", "a === 1", "contains(a", "a eq 1)"])
def test_what_is_not_in_the_grammar_is_an_error_with_a_position(text: str) -> None:
    with pytest.raises(ODataSyntaxError) as caught:
        parse_filter(text)
    assert 0 <= caught.value.position <= len(text)


def test_query_strings_decode_plus_and_encoded_option_names() -> None:
    assert parse_query("%24select=a%2Cb&$filter=a+eq+%27x%2By%27") == {"$select": "a,b", "$filter": "a eq 'x+y'"}
    assert render_query({"cross-company": "true", "$select": "a,b"}) == "cross-company=true&$select=a%2Cb"


def test_sort_keys_and_expansions_are_read() -> None:
    assert parse_order_by("a desc,b/c") == (OrderBy(("a",), True), OrderBy(("b", "c"), False))
    assert parse_expand("x($select=a,b;$top=2),y") == (Expand("x", {"$select": "a,b", "$top": "2"}), Expand("y", {}))
    with pytest.raises(ODataSyntaxError):
        parse_order_by("a sideways")
    with pytest.raises(ODataSyntaxError):
        parse_expand("x($select=a")


def test_keys_are_named_or_alone_and_may_hold_slashes() -> None:
    assert split_path("/data/Orders(dataAreaId='usmf',Number='a/b')/Lines") == [
        "data",
        "Orders(dataAreaId='usmf',Number='a/b')",
        "Lines",
    ]
    segment = parse_segment("Orders(dataAreaId='usmf',Number='a/b',Line=2)")
    assert segment.name == "Orders"
    assert segment.key == {
        "dataAreaId": Literal("usmf", "string"),
        "Number": Literal("a/b", "string"),
        "Line": Literal(2, "integer"),
    }
    assert parse_segment("accounts(9d8d2a30-0b1c-4f5a-8c6d-1a2b3c4d5e6f)").key == {
        "": Literal("9d8d2a30-0b1c-4f5a-8c6d-1a2b3c4d5e6f", "guid")
    }
    assert parse_segment("accounts").key is None


@pytest.mark.parametrize("text", ["Orders(", "Orders(a=b)", "Orders('x',y=1)", "Orders('x','y')"])
def test_malformed_keys_are_errors(text: str) -> None:
    with pytest.raises(ODataSyntaxError):
        parse_segment(text)


BATCH = b"""--batch_1\r
Content-Type: multipart/mixed; boundary=changeset_1\r
\r
--changeset_1\r
Content-Type: application/http\r
Content-Transfer-Encoding: binary\r
Content-ID: 1\r
\r
POST http://host/data/Set?cross-company=true HTTP/1.1\r
Content-Type: application/json\r
\r
{"a": "1"}\r
--changeset_1--\r
\r
--batch_1\r
Content-Type: application/http\r
\r
GET Set('a b') HTTP/1.1\r
\r
\r
--batch_1--\r
"""


def test_a_batch_holds_changesets_and_single_requests() -> None:
    posted = BatchRequest(
        "POST",
        "http://host/data/Set?cross-company=true",
        {"content-type": "application/json"},
        b'{"a": "1"}',
        "1",
    )
    assert parse_batch(BATCH, 'multipart/mixed; boundary="batch_1"') == [
        Changeset((posted,)),
        BatchRequest("GET", "Set('a b')", {}, b"", None),
    ]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (BATCH, "application/json"),
        (BATCH, "multipart/mixed; boundary=other"),
        (BATCH.replace(b"--batch_1--", b""), "multipart/mixed; boundary=batch_1"),
        (BATCH.replace(b" HTTP/1.1", b""), "multipart/mixed; boundary=batch_1"),
        (BATCH.replace(b"\r\n", b"\n"), "multipart/mixed; boundary=batch_1"),
    ],
)
def test_malformed_batches_are_errors(body: bytes, content_type: str) -> None:
    with pytest.raises(MultipartError):
        parse_batch(body, content_type)


def test_responses_go_out_nested_as_they_came_in() -> None:
    created = PartResponse(201, {"OData-Version": "4.0"}, b'{"a":1}', "1")
    content_type, body = render_batch([ChangesetResponse((created,)), PartResponse(404, {}, b"")])
    boundary = content_type.partition("boundary=")[2]
    assert body.count(f"--{boundary}\r\n".encode()) == 2
    assert b"Content-ID: 1\r\n\r\nHTTP/1.1 201 Created\r\nOData-Version: 4.0\r\n\r\n" + b'{"a":1}\r\n' in body
    assert b"HTTP/1.1 404 Not Found\r\n\r\n\r\n" in body
    assert body.endswith(f"--{boundary}--\r\n".encode())
