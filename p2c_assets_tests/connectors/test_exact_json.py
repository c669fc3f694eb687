"""Numbers keep their digits both ways."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2c_assets.connectors import exact_json


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_survives_the_way_out_and_back(value: Decimal) -> None:
    found = exact_json.loads(exact_json.dumps([value]))[0]
    assert found == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10"), "0.10"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("2E+3"), "2000"),
        (True, "true"),
        (None, "null"),
        (2**80, "1208925819614629174706176"),
        ('a "quoted" é\n', '"a \\"quoted\\" é\\n"'),
        ({"a": [1, {"b": None}], "c": ()}, '{"a":[1,{"b":null}],"c":[]}'),
        (datetime(2026, 1, 5, 12, 30, tzinfo=UTC), '"2026-01-05T12:30:00Z"'),
        (datetime(2026, 1, 5, 12, 30, 0, 5, tzinfo=UTC), '"2026-01-05T12:30:00.000005Z"'),
        (datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=2))), '"2026-01-05T10:00:00Z"'),
        (date(2026, 1, 5), '"2026-01-05"'),
        (UUID("0E6F27F5-AB0B-4C5C-B0F3-7F6CBB7C8A11"), '"0e6f27f5-ab0b-4c5c-b0f3-7f6cbb7c8a11"'),
    ],
)
def test_values_are_written_compactly_and_exactly(value: object, text: str) -> None:
    assert exact_json.dumps(value) == text


@pytest.mark.parametrize("value", [0.1, b"x", {1, 2}, object()])
def test_what_has_no_exact_form_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match="no exact JSON form"):
        exact_json.dumps({"a": value})


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 5)])  # noqa: DTZ001 - the point
def test_values_that_say_too_little_are_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match=r"no JSON form|time zone"):
        exact_json.dumps(value)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "", "{", "<html>"])
def test_only_json_is_parsed(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        exact_json.loads(text)
