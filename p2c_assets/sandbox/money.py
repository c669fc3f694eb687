"""Rounding of amounts, as both systems do it: half away from zero, in decimal arithmetic.

The platform has its own implementation elsewhere; the two must not share code, or they would share mistakes.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


def round_half_away(value: Decimal, places: int = 2) -> Decimal:
    """2.125 -> 2.13, -2.125 -> -2.13. Decimal's ROUND_HALF_UP works on the magnitude, hence away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def spread(total: Decimal, weights: Sequence[Decimal], places: int = 2) -> list[Decimal]:
    """Split total over the weights so that the shares add up exactly: largest remainder, earlier share first on a tie.

    Weights that sum to zero are taken as equal. No weights: no shares.
    """
    if not weights:
        return []
    sum_of_weights = sum(weights, ZERO)
    if sum_of_weights == 0:
        weights, sum_of_weights = [Decimal(1)] * len(weights), Decimal(len(weights))
    unit = Decimal(1).scaleb(-places)
    exact = [total * weight / sum_of_weights for weight in weights]
    shares = [value.quantize(unit, rounding=ROUND_DOWN) for value in exact]
    return _hand_out(round_half_away(total, places) - sum(shares, ZERO), unit, exact, shares)


def _hand_out(rest: Decimal, unit: Decimal, exact: Sequence[Decimal], shares: list[Decimal]) -> list[Decimal]:
    step = unit if rest > 0 else -unit
    sign = 1 if rest > 0 else -1
    order = sorted(range(len(exact)), key=lambda place: (sign * (shares[place] - exact[place]), place))
    for turn in range(int(abs(rest) / unit)):
        shares[order[turn % len(order)]] += step
    return shares
