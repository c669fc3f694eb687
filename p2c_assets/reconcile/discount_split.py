"""What SCM's way of keeping a line discount can make of a fractional quantity: at most a cent per line, and predictable.

SCM keeps a discount per unit, and what the division leaves over as a charge of the line; both are rounded, and with a
fractional quantity their sum need not be the discount again. Sales subtracts the whole discount. Where quantity times
discount per unit lies on half a cent, SCM even shows another total discount than it was sent. Source: MicrosoftDocs
sales-order-template-mapping-direct-two-ways (3 pieces, 10.00: 3.33 each and -0.01); mappings.md 3.4.
"""

from decimal import ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")
ZERO = Decimal(0)


def difference(
    quantity: Decimal, price: Decimal, discount: Decimal, amount: Decimal, sent: Decimal | None = None
) -> Decimal:
    """SCM's net `amount` of a line minus Sales', where the split explains it; 0 where it does not.

    `discount` is the total that SCM shows, `sent` what Sales has where SCM's has not come back. The line must have just the
    amount that the split gives: one that is a cent off for another reason is not explained.
    """
    if quantity == 0 or discount == 0 or quantity == quantity.to_integral_value():
        return ZERO
    with localcontext(prec=60):
        for total in (discount, discount - CENT, discount + CENT) if sent is None else (sent,):
            unit = _cents(total / quantity)
            charge = _cents(quantity * unit - total)
            is_shown = _cents(quantity * unit - charge) == discount
            if is_shown and _cents(quantity * (price - unit) + charge) == amount:
                found = amount - (_cents(quantity * price) - (discount if sent is None else sent))
                return found if abs(found) <= CENT else ZERO
    return ZERO


def _cents(value: Decimal) -> Decimal:
    """Half away from zero, as both systems round money."""
    return value.quantize(CENT, ROUND_HALF_UP)
