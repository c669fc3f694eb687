"""System pricing: the amounts of a line and the totals of a header, as pure arithmetic on Decimals.

When it runs, and over which rows, is decided in `settlement`. Rounding is half away from zero, once per amount.
Source: MicrosoftDocs dynamics-365-customer-engagement ce/sales/developer (system pricing calculation) and the column
descriptions of salesorderdetail.md ("based on the price per unit, volume discount, and quantity").
"""

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import NamedTuple

from p2c_assets.sandbox.money import ZERO, round_half_away

_EXACT = Context(prec=60)
"""Wide enough for the largest quantity times the largest price with all their decimals."""


class LineInput(NamedTuple):
    """What a line is priced from; `places` are the currency's decimals."""

    quantity: Decimal
    priceperunit: Decimal
    volumediscountamount: Decimal
    manualdiscountamount: Decimal
    tax: Decimal


class LineAmounts(NamedTuple):
    """What system pricing writes on a line. extendedamount includes discount and tax."""

    baseamount: Decimal
    extendedamount: Decimal


class HeaderInput(NamedTuple):
    """What the document itself adds to its lines."""

    discountamount: Decimal
    discountpercentage: Decimal
    freightamount: Decimal


class Totals(NamedTuple):
    """What system pricing writes on a header, under the columns' own names."""

    totallineitemamount: Decimal
    totallineitemdiscountamount: Decimal
    totaldiscountamount: Decimal
    totalamountlessfreight: Decimal
    totaltax: Decimal
    totalamount: Decimal


def number(value: object) -> Decimal:
    """A stored value as a number; empty and unreadable ones (rows loaded with flaws) count as zero."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    return ZERO


def line_amounts(line: LineInput, places: int) -> LineAmounts:
    price = _EXACT.subtract(line.priceperunit, line.volumediscountamount)
    base = round_half_away(_EXACT.multiply(line.quantity, price), places)
    return LineAmounts(base, round_half_away(base - line.manualdiscountamount + line.tax, places))


def totals(lines: Iterable[tuple[LineInput, LineAmounts]], header: HeaderInput, places: int) -> Totals:
    """The totals of a document. totaldiscountamount is the header's own discount, amount plus percentage."""
    net, line_discounts, tax = ZERO, ZERO, ZERO
    for line, amounts in lines:
        net += amounts.baseamount - line.manualdiscountamount
        line_discounts += line.manualdiscountamount
        tax += line.tax
    percentage = round_half_away(_EXACT.multiply(net, header.discountpercentage) / 100, places)
    discount = header.discountamount + percentage
    less_freight = net - discount
    amount = less_freight + header.freightamount + tax
    values = (net, line_discounts, discount, less_freight, tax, amount)
    return Totals(*(round_half_away(value, places) for value in values))
