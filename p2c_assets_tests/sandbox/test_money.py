"""Rounding and spreading of amounts in the twins."""

from decimal import Decimal

import pytest

from p2c_assets.sandbox.money import round_half_away, spread


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Decimal("2.125"), "2.13"),
        (Decimal("-2.125"), "-2.13"),
        (Decimal("2024.994") * Decimal("0.02"), "40.50"),
        (Decimal("2.135"), "2.14"),
        (Decimal("-2.1249"), "-2.12"),
    ],
)
def test_amounts_round_half_away_from_zero(value: Decimal, rounded: str) -> None:
    assert str(round_half_away(value)) == rounded


def test_a_spread_amount_adds_up_and_the_largest_remainder_gets_the_cent() -> None:
    shares = spread(Decimal("10.00"), [Decimal(1), Decimal(1), Decimal(1)])
    assert shares == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert spread(Decimal("0.05"), [Decimal("99.99"), Decimal("0.01")]) == [Decimal("0.05"), Decimal("0.00")]
    assert spread(Decimal("-10.00"), [Decimal(1), Decimal(2)]) == [Decimal("-3.33"), Decimal("-6.67")]


def test_weights_of_nothing_share_equally() -> None:
    assert spread(Decimal("1.00"), [Decimal(0), Decimal(0)]) == [Decimal("0.50"), Decimal("0.50")]
    assert spread(Decimal("1.00"), []) == []
