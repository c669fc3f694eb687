"""Rounding of money: half away from zero, at the scale of the currency.

Polars' own default is half to even (2.125 -> 2.12), and a product of decimals keeps the scale of its factors: values are
therefore widened before they are multiplied, and the mode is always named.
"""

import polars as pl

from p2c_assets.settings import MappingSettings
from p2c_assets.transforms.columns import DECIMAL


def half_away_from_zero(value: pl.Expr, scale: int) -> pl.Expr:
    """A decimal at a scale: 2.125 -> 2.13, -2.125 -> -2.13."""
    return value.cast(DECIMAL).round(scale, mode="half_away_from_zero")


def money(value: pl.Expr, currency: pl.Expr, settings: MappingSettings) -> pl.Expr:
    """An amount at the precision of its currency (an ISO code); where that is null at the usual precision."""
    usual = half_away_from_zero(value, settings.money_scale)
    for code, scale in settings.money_scale_by_currency.items():
        usual = pl.when(currency == code).then(half_away_from_zero(value, scale)).otherwise(usual)
    return usual
