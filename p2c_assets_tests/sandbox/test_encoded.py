"""A page in parts: the same bytes as encoding it as a whole, for whatever stands in its rows."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from p2c_assets.sandbox.column_texts import encoder
from p2c_assets.sandbox.encoded import AT_ONCE, ETAG, page_parts
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row, Table

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


def row(key: int, text: str = "") -> Row:
    return {"key": key, ETAG: 'W/"1"', "text": text, "price": Decimal("1.50")}


def stored(rows: Iterable[Row]) -> Table:
    table = Store("scm").table("rows")
    for number, row in enumerate(rows):
        table.insert(str(number), {**row})
    return table


def page(rows: Sequence[Row], behind: dict[str, Any] | None = None) -> bytes:
    return b"".join(page_parts(encoder(NAMES, stored(rows).common), stored(rows).rows(), BEFORE, behind or {}))


def plain(rows: Sequence[Row], behind: dict[str, Any] | None = None) -> bytes:
    value = [{name: row[name] for name in NAMES} for row in rows]
    return dumps({**BEFORE, "value": value, **(behind or {})})


@pytest.mark.parametrize("count", [0, 1, 2, len(NASTY), AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE])
def test_a_page_is_what_encoding_it_as_a_whole_gives(count: int) -> None:
    rows = [row(number, NASTY[number % len(NASTY)]) for number in range(count)]
    link = {"@odata.nextLink": "l"}
    assert page(rows) == plain(rows)
    assert page(rows, link) == plain(rows, link)


def test_rows_are_encoded_together_and_no_part_holds_more() -> None:
    table = stored(row(number) for number in range(2 * AT_ONCE + 1))
    parts = page_parts(encoder(NAMES, table.common), table.rows(), BEFORE, {})
    assert [part.count(b"@odata.etag") for part in parts] == [0, AT_ONCE, AT_ONCE, 1, 0]
