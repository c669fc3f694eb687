"""The discount that SCM shows of a line, where it is not the one that it was sent.

SCM keeps a discount per unit and what the division leaves over as a charge, both to the cent. Where quantity times discount per
unit lies on half a cent (4009.9 pieces at 129.75), both roundings go the same way, and the total that it shows is a cent more.
Source: MicrosoftDocs sales-order-template-mapping-direct-two-ways; mappings.md 3.4.
"""

from decimal import ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")


def kept_discount(discount: Decimal, quantity: Decimal) -> Decimal:
    """What SCM shows of a whole discount of a line of this quantity."""
    if quantity == 0:
        return Decimal(0)
    with localcontext(prec=60):
        unit = _cents(discount / quantity)
        charge = _cents(quantity * unit - discount)
        return _cents(quantity * unit - charge)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
