"""The arithmetic of lines and documents: discount split, line amounts, taxes, totals. Pure; amounts have two decimals.

Source: sales-order-template-mapping-direct-two-ways (discount 10.00 over quantity 3: 3.33 per unit, -0.01 sales charge).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from p2c_assets.sandbox.money import ZERO, round_half_away, spread


class Split(NamedTuple):
    """A line discount as this system keeps it. charge: FixedPriceCharges, "sales charges" on the line."""

    unit: Decimal
    charge: Decimal


class DocumentTotals(NamedTuple):
    """Totals of a header. tax holds the header's own tax."""

    total: Decimal
    tax: Decimal
    discount: Decimal


def split_discount(total: Decimal, quantity: Decimal) -> Split:
    """The whole line's discount per unit, and the remainder: (10.00, 3) -> 3.33 and -0.01. Quantity 0: nothing."""
    if quantity == 0:
        return Split(ZERO, ZERO)
    unit = round_half_away(total / quantity)
    return Split(unit, round_half_away(quantity * unit - round_half_away(total)))


def whole_discount(split: Split, quantity: Decimal) -> Decimal:
    """The way back: 3 x 3.33 + 0.01 = 10.00."""
    return round_half_away(quantity * split.unit - split.charge)


def line_amount(quantity: Decimal, price: Decimal, split: Split) -> Decimal:
    """Net amount without tax: quantity x (price - unit discount) + charge."""
    return round_half_away(quantity * (price - split.unit) + split.charge)


def line_taxes(amounts: Sequence[Decimal], rate: Decimal, prescribed: Decimal | None) -> list[Decimal]:
    """Tax per line: the prescribed total by largest remainder on the amounts, else the rate on each, rounded."""
    if prescribed is not None:
        return spread(prescribed, amounts)
    return [round_half_away(amount * rate) for amount in amounts]


def document_totals(
    amounts: Sequence[Decimal],
    taxes: Sequence[Decimal],
    discounts: Sequence[Decimal],
    *,
    end_discount: Decimal,
    charges: Decimal,
    header_tax: Decimal,
) -> DocumentTotals:
    """total = lines - end discount + charges + all tax; discount = line discounts + end discount."""
    tax = sum(taxes, ZERO) + header_tax
    total = sum(amounts, ZERO) - end_discount + charges + tax
    return DocumentTotals(*(round_half_away(value) for value in (total, tax, sum(discounts, ZERO) + end_discount)))
