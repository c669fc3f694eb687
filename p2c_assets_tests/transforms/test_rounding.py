"""Half away from zero, where Polars' own default is half to even."""

from decimal import Decimal

import polars as pl
import pytest

from p2c_assets.settings import MappingSettings
from p2c_assets.transforms.columns import DECIMAL
from p2c_assets.transforms.rounding import half_away_from_zero, money


def rounded(value: str, expression: pl.Expr) -> Decimal:
    return pl.DataFrame({"x": [Decimal(value)]}, schema={"x": DECIMAL}).select(expression).item()


CASES = [("2.125", "2.13"), ("-2.125", "-2.13"), ("2.124999", "2.12"), ("0.005", "0.01"), ("-0.005", "-0.01")]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_amounts_are_rounded_half_away_from_zero(value: str, expected: str) -> None:
    assert rounded(value, half_away_from_zero(pl.col("x"), 2)) == Decimal(expected)


def test_a_product_is_not_cut_at_the_scale_of_its_factors() -> None:
    assert rounded("2024.994", half_away_from_zero(pl.col("x") * pl.lit(Decimal("0.02")), 4)) == Decimal("40.4999")
    assert rounded("2024.994", half_away_from_zero(pl.col("x") * pl.lit(Decimal("0.02")), 2)) == Decimal("40.50")


@pytest.mark.parametrize(
    ("currency", "expected"), [("USD", "10.56"), ("JPY", "11"), ("BHD", "10.555"), (None, "10.56")]
)
def test_the_currency_decides_the_precision(currency: str | None, expected: str) -> None:
    settings = MappingSettings(money_scale_by_currency={"JPY": 0, "BHD": 3})
    code = pl.lit(currency, dtype=pl.String)
    assert rounded("10.555", money(pl.col("x"), code, settings)) == Decimal(expected)
