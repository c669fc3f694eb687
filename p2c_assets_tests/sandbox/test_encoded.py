"""Encoded rows that are kept: the same bytes as encoding everything anew, for whatever stands in them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from p2c_assets.sandbox.column_texts import encoder
from p2c_assets.sandbox.encoded import ETAG, EncodedRows, Shape
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.table import Row

BEFORE = {"@odata.context": "c"}
NASTY = (
    '},{"@odata.etag":',
    "}]",
    '","',
    ",",
    '",',
    "",
    '"',
    "\\",
    '\\"',
    "null",
    "\x00",
    "\x7f",
    "\u2028",
    "\U0001f600",
)
NAMES = (ETAG, "text", "price")
encode = encoder(NAMES)


def row(key: int, text: str = "", version: int = 1) -> Row:
    return {"key": key, ETAG: f'W/"{version}"', "text": text, "price": Decimal("1.50")}


def page(kept: EncodedRows, rows: Sequence[Row], name: str = "shape", behind: dict[str, Any] | None = None) -> bytes:
    return kept.page(Shape(name, "key", encode), rows, BEFORE, behind or {})


def show(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in NAMES}


def plain(rows: Sequence[Row], behind: dict[str, Any] | None = None) -> bytes:
    return dumps({**BEFORE, "value": [show(one) for one in rows], **(behind or {})})


def test_a_page_is_what_encoding_it_as_a_whole_gives_first_and_again() -> None:
    kept = EncodedRows()
    rows = [row(number, text) for number, text in enumerate(NASTY)]
    link = {"@odata.nextLink": "l"}
    for some in (rows[:2], rows, rows[1:], rows[:1], []):
        assert page(kept, some) == plain(some)
        assert page(kept, some, behind=link) == plain(some, link)


def test_a_row_that_was_replaced_is_shown_anew() -> None:
    kept = EncodedRows()
    old, new, other = row(1), row(1, "changed", 2), row(2)
    assert page(kept, [old, other]) == plain([old, other])
    assert page(kept, [new, other]) == plain([new, other])
    assert page(kept, [old]) == plain([old])


def test_shapes_do_not_mix() -> None:
    kept = EncodedRows()
    page(kept, [row(1)])
    other = Shape("other", "key", encoder((ETAG, "key")))
    assert kept.page(other, [row(1)], BEFORE, {}) == dumps({**BEFORE, "value": [{ETAG: 'W/"1"', "key": 1}]})


def test_no_more_is_kept_than_allowed() -> None:
    kept = EncodedRows(most_bytes=200)
    rows = [row(number, "x" * 20) for number in range(50)]
    for name in ("one", "two", "one"):
        assert page(kept, rows, name) == plain(rows)
    assert page(kept, rows[:1], "small") == plain(rows[:1])
