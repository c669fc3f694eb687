"""Columns as JSON: the same text as encoding value by value, whatever stands in them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2c_assets.sandbox import column_texts
from p2c_assets.sandbox.column_texts import encoder, objects, texts
from p2c_assets.sandbox.encoded import page_parts
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets_tests.sandbox.test_encoded import NASTY

NUMBERS = (Decimal("1.50"), Decimal("0E-10"), Decimal("1E+3"), Decimal("-0"), 0, 1, -1, 2**63 - 1, True, False)
VALUES = (*NASTY, *NUMBERS, None, [1, 2], {"a": "b"}, [])
KINDS = (
    st.sampled_from(NASTY) | st.text(alphabet='",\\n\\\\a'),
    st.sampled_from(NASTY) | st.none(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False) | st.none(),
    st.integers(-(2**63), 2**63 - 1) | st.none(),
    st.booleans() | st.integers(0, 1),
    st.sampled_from(VALUES),
)


@settings(derandomize=True, database=None, max_examples=300)
@given(st.one_of([st.lists(kind, min_size=1, max_size=8) for kind in KINDS]))
def test_a_column_has_the_text_of_each_of_its_values(values: list[Any]) -> None:
    assert [*objects(texts(tuple(values)), len(values))] == [dumps(value) for value in values]


def test_columns_of_one_value_have_one_piece_only_where_equal_is_alike() -> None:
    assert texts(("a", "a")) == (b'"a"',)
    assert texts((None, None)) == (b"null",)
    assert texts((1, 1)) == (b"1",)
    assert texts((1, True)) == ([b"1", b"true"],)
    assert texts((Decimal("1.0"), Decimal("1.00"))) == ([b"1.0", b"1.00"],)
    one = Decimal("1.0")
    assert texts((one, one, one)) == (b"1.0",)
    assert texts((one, Decimal("1.00"), one, one)) == ([b"1.0", b"1.00", b"1.0", b"1.0"],)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), object()])
def test_what_has_no_json_form_is_refused(value: object) -> None:
    for values in ((value, value), (Decimal(1), value), (None, value)):
        with pytest.raises(TypeError):
            texts(values)


def encoded(names: tuple[str, ...], rows: list[Row]) -> bytes:
    """The rows of a table."""
    table = Store("scm").table("rows")
    for number, row in enumerate(rows):
        table.insert(str(number), {**row})
    return encoder(names, table.common)(table.rows())


def test_objects_have_their_members_in_order_and_once() -> None:
    rows = [{"b": 1, "a": "x", "c": 5}, {"b": None, "a": "y"}]
    assert encoded(("a", "b", "a"), rows) == b'{"a":"x","b":1},{"a":"y","b":null},'


@pytest.mark.parametrize(
    "rows",
    [
        [{"b": 1, "a": "%x", "c": 5}, {"b": 2, "a": "y", "c": 6}],
        [{"b": 1, "a": "%x", "c": 5}, {"a": "y", "b": 2, "c": 6}],
        [{"b": 1, "a": "%x"}, {"c": 6, "b": 2, "a": "y"}],
    ],
    ids=["alike", "in another order", "with another column"],
)
def test_rows_need_not_be_laid_out_alike(rows: list[Row]) -> None:
    assert encoded(("a", "b"), rows) == b'{"a":"%x","b":1},{"a":"y","b":2},'


def test_a_column_that_some_or_all_rows_lack_is_empty() -> None:
    assert encoded(("a", "b"), [{"a": 1, "b": 2}, {"a": 3}]) == b'{"a":1,"b":2},{"a":3,"b":null},'
    assert encoded(("a", "b"), [{"a": 1}, {"a": 3, "b": 2}]) == b'{"a":1,"b":null},{"a":3,"b":2},'
    assert encoded(("a", "b"), [{"a": 1, "b": 2}, {"c": 2}]) == b'{"a":1,"b":2},{"a":null,"b":null},'
    assert encoded(("a", "b"), [{"a": 1}, {"a": 3}]) == b'{"a":1,"b":null},{"a":3,"b":null},'


def test_rows_may_have_everything_or_all_but_one_column_in_common() -> None:
    assert encoded(("a", "b"), [{"a": 1, "b": "x"}]) == b'{"a":1,"b":"x"},'
    assert encoded(("a", "b"), [{"a": 1, "b": "x"}, {"a": 1, "b": "x"}]) == b'{"a":1,"b":"x"},{"a":1,"b":"x"},'
    assert encoded(("a", "b"), [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}]) == b'{"a":1,"b":"x"},{"a":1,"b":"y"},'


def test_what_no_row_has_any_more_needs_no_json_form() -> None:
    table = Store("scm").table("rows")
    table.insert("1", {"a": Decimal("NaN"), "b": 1})
    encode = encoder(("a", "b"), table.common)
    with pytest.raises(TypeError):
        encode(table.rows())
    table.clear()
    assert page_parts(encoder(("a", "b"), table.common), table.rows(), {"c": 1}, {}) == [b'{"c":1,"value":[', b"]}"]


def test_what_all_rows_have_in_common_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(column_texts, "texts", lambda values: (asked.append(values), texts(values))[1])
    encoded(("a", "b"), [{"a": "x", "b": number} for number in range(3)])
    assert asked == [("x",), (0, 1, 2)]
