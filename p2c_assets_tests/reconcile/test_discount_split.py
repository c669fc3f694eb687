"""Source: MicrosoftDocs sales-order-template-mapping-direct-two-ways (3 pieces, 10.00: 3.33 each and -0.01)."""

import random
from decimal import Decimal

import pytest

from p2c_assets.reconcile.discount_split import CENT, difference
from p2c_assets.sandbox.finops.totals import line_amount, split_discount, whole_discount


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount", "expected"),
    [
        ("1.5", "1.00", "1.00", "0.51", "0.01"),
        ("1.5", "1.00", "1.00", "0.50", "0"),
        ("1.5", "1.00", "1.00", "0.52", "0"),
        ("2.5", "1.01", "1.00", "1.53", "0"),
        ("3", "20.00", "10.00", "50.00", "0"),
        ("1.5", "1.00", "0", "1.50", "0"),
        ("0", "1.00", "1.00", "0", "0"),
    ],
    ids=[
        "the split gives a cent",
        "the amount is the one of Sales",
        "a cent more than the split gives is not explained by it",
        "the split gives nothing",
        "whole pieces come out even",
        "no discount",
        "no quantity",
    ],
)
def test_what_the_split_of_a_discount_makes_of_a_line(
    quantity: str, price: str, discount: str, amount: str, expected: str
) -> None:
    found = difference(Decimal(quantity), Decimal(price), Decimal(discount), Decimal(amount))
    assert found == Decimal(expected)


def test_it_is_what_the_erp_does_and_never_more_than_a_cent() -> None:
    """What Sales has: the discount that it sent, or, where the document came back, the one that SCM shows."""
    pick = random.Random(20260105)
    seen: set[Decimal] = set()
    for _ in range(3000):
        quantity = Decimal(pick.randint(1, 5000)) / 1000
        price, sent = Decimal(pick.randint(1, 99999)) / 100, Decimal(pick.randint(1, 999)) / 100
        split = split_discount(sent, quantity)
        amount, shown = line_amount(quantity, price, split), whole_discount(split, quantity)
        before_discount = (quantity * price).quantize(CENT, "ROUND_HALF_UP")
        found = difference(quantity, price, shown, amount)
        of_sent = difference(quantity, price, shown, amount, sent)
        assert of_sent == amount - (before_discount - sent)
        assert found == amount - (before_discount - shown)
        seen |= {found, of_sent}
    assert seen == {Decimal(0), CENT, -CENT}


def test_a_discount_per_unit_on_half_a_cent_makes_scm_show_a_cent_more_than_it_was_sent() -> None:
    quantity, sent = Decimal("4009.9"), Decimal("520291.55")
    split = split_discount(sent, quantity)
    assert split == (Decimal("129.75"), Decimal("-7.03"))
    assert whole_discount(split, quantity) == Decimal("520291.56")
