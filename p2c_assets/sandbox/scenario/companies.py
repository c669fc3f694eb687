"""The companies that sandbox data can belong to: legal entity, Sales business unit and team, currency, price list.

The built-in scenario uses three of them, AdventureWorks six. Ids are fixed, so that settings written once keep fitting.
"""

from decimal import Decimal
from typing import Any, NamedTuple


class SandboxCompany(NamedTuple):
    """One legal entity of SCM (`id`) with its business unit in Sales. `tax_rate` is what SCM's totals apply."""

    id: str
    name: str
    ordinal: int
    currency: str
    country: str
    tax_rate: Decimal
    blank_country: str | None = None

    @property
    def business_unit(self) -> str:
        return f"b0000000-0000-4000-8000-{self.ordinal:012d}"

    @property
    def owner_team(self) -> str:
        """The business unit's default team: owns what comes from SCM, and here all that Sales people made."""
        return f"7ea00000-0000-4000-8000-{self.ordinal:012d}"

    @property
    def price_list(self) -> str:
        return price_list_name(self.currency)

    @property
    def email(self) -> str:
        return f"orders@{self.id}.example.com"


def price_list_name(currency: str) -> str:
    """The price list that documents from SCM get, one per currency."""
    return f"Standard {currency}"


USMF = SandboxCompany("usmf", "Contoso Entertainment System USA", 1, "USD", "US", Decimal("0.0825"), "US")
DEMF = SandboxCompany("demf", "Contoso Entertainment System Germany", 2, "EUR", "DE", Decimal("0.19"))
GBSI = SandboxCompany("gbsi", "Contoso Orange Juice UK", 3, "GBP", "GB", Decimal("0.2"))
CAMF = SandboxCompany("camf", "Contoso Entertainment System Canada", 4, "CAD", "CA", Decimal("0.05"))
FRSI = SandboxCompany("frsi", "Contoso Services France", 5, "EUR", "FR", Decimal("0.2"))
AUMF = SandboxCompany("aumf", "Contoso Entertainment System Australia", 6, "AUD", "AU", Decimal("0.1"))

COMPANIES = (USMF, DEMF, GBSI)
"""The companies of the built-in scenario."""

ROOT_BUSINESS_UNIT = "b0000000-0000-4000-8000-000000000000"
"""Contoso itself: parent of the business units, no company of its own."""

ROOT_TEAM = "7ea00000-0000-4000-8000-000000000000"


def settings_of(company: SandboxCompany) -> dict[str, Any]:
    """What `[companies.<id>]` of p2c.toml says of this company."""
    return {
        "id": company.id,
        "business_unit": company.business_unit,
        "owner_team": company.owner_team,
        "currency": company.currency,
        "blank_country": company.blank_country,
        "price_list": company.price_list,
    }
