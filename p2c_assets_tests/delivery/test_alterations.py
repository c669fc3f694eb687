"""What a destination is known to make of a value, and what it is not."""

from decimal import Decimal

import pytest

from p2c_assets.delivery.alterations import ALTERATIONS, Stored, alteration
from p2c_assets.mappings import sales, scm

NAME = scm.CUSTOMERS_V2.column("OrganizationName")
TAX = sales.SALESORDERDETAILS.column("tax")
PRICE = sales.SALESORDERDETAILS.column("priceperunit")
DISCOUNT = scm.SALES_QUOTATION_LINES.column("TotalDiscountAmount")
DUE = sales.SALESORDERS.column("requestdeliveryby")


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (Stored("scm", NAME, "Adatum  ", "Adatum"), "trailing_blanks"),
        (Stored("scm", NAME, "Adatum", "Adatu"), None),
        (Stored("scm", NAME, "us-005", "US-005", is_key=True), "case_of_key"),
        (Stored("scm", NAME, "us-005", "US-005"), None),
        (Stored("sales", TAX, "12.5", "13", places=0), "currency_precision"),
        (Stored("sales", TAX, "-12.5", "-13", places=0), "currency_precision"),
        (Stored("sales", TAX, "12.5", "12", places=0), None),
        (Stored("sales", TAX, "12.50", "13"), None),
        (Stored("sales", TAX, "12.51", "12.5"), None),
        (Stored("scm", TAX, "12.5", "13", places=0), None),
        (Stored("sales", PRICE, "1.2345", "1.23"), "pricing_precision"),
        (Stored("sales", PRICE, "1.2345", "1.24"), None),
        (Stored("sales", PRICE, "1.23", "1.2"), None),
        (Stored("scm", DISCOUNT, "520291.55", "520291.56", quantity=Decimal("4009.9")), "discount_split"),
        (Stored("scm", DISCOUNT, "520291.55", "520291.57", quantity=Decimal("4009.9")), None),
        (Stored("scm", DISCOUNT, "10.00", "10.01", quantity=Decimal(3)), None),
        (Stored("sales", DUE, "2026-01-05 08:00:00.5+00:00", "2026-01-05 09:00:00+01:00"), "moment"),
        (Stored("sales", DUE, "2026-01-05 08:00:00+00:00", "2026-01-06 08:00:00+00:00"), None),
        (Stored("sales", DUE, "2026-01-05 08:00:00+00:00", "soon"), None),
    ],
)
def test_a_value_is_altered_by_a_named_rule_or_by_none(stored: Stored, expected: str | None) -> None:
    assert alteration(stored) == expected


def test_every_rule_has_a_source() -> None:
    assert [rule.name for rule in ALTERATIONS if not (rule.source and rule.what and rule.systems)] == []
