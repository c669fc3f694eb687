"""What both systems have set up before anybody trades: currencies, units, price lists in Sales; companies, units, groups,
sites, warehouses and countries in SCM. The scenario and AdventureWorks both stand on it.
"""

from collections.abc import Mapping, Sequence

from p2c_assets.sandbox.scenario import sales_rows
from p2c_assets.sandbox.scenario.companies import SandboxCompany
from p2c_assets.sandbox.scenario.sales_rows import UNITS, Row

CURRENCIES = (
    ("USD", "US Dollar", "$", 2, "1"),
    ("EUR", "Euro", "€", 2, "0.92"),
    ("GBP", "Pound Sterling", "£", 2, "0.79"),
    ("CAD", "Canadian Dollar", "$", 2, "1.36"),
    ("AUD", "Australian Dollar", "$", 2, "1.51"),
    ("JPY", "Yen", "¥", 0, "148"),
    ("ISK", "Íslensk króna", "kr", 0, "137"),
)
"""Currencies of Sales: code, name, symbol, decimals, rate. SCM knows them but for ISK; and CHF, which Sales does not."""

SCM_CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "JPY", "CHF")

SCM_UNITS = (("ea", 0), ("box", 0), ("hr", 2), ("kg", 3), ("drum", 0))

COUNTRIES = (
    ("US", "USA"),
    ("DE", "DEU"),
    ("GB", "GBR"),
    ("FR", "FRA"),
    ("CA", "CAN"),
    ("AU", "AUS"),
    ("AT", "AUT"),
    ("BE", "BEL"),
    ("NO", "NOR"),
    ("JP", "JPN"),
    ("XK", "XKX"),  # in use, but on no list of ISO 3166-1
)

CUSTOMER_GROUPS = ("10", "20", "30")
SITES = ("1", "2")
WAREHOUSES = (("11", "1"), ("13", "1"), ("21", "2"))


def sales_reference(companies: Sequence[SandboxCompany]) -> Mapping[str, Sequence[Row]]:
    """Rows by entity set, each after what it refers to."""
    return {
        "businessunits": sales_rows.business_units(companies),
        "teams": sales_rows.teams(companies),
        "transactioncurrencies": [sales_rows.transaction_currency(*currency) for currency in CURRENCIES],
        "uomschedules": [sales_rows.unit_group()],
        "uoms": [sales_rows.unit(name) for name in UNITS],
        "pricelevels": _price_lists(companies),
    }


def _price_lists(companies: Sequence[SandboxCompany]) -> list[Row]:
    """One valid list per currency, and an expired one whose name comes first in the alphabet."""
    currencies = list(dict.fromkeys(company.currency for company in companies))
    expired = sales_rows.price_list(currencies[0], name="Campaign 2024", end="2024-12-31")
    return [expired, *(sales_rows.price_list(currency) for currency in currencies)]


def scm_reference(companies: Sequence[SandboxCompany]) -> Mapping[str, Sequence[Row]]:
    """Rows of SCM's internal tables."""
    ids = [company.id for company in companies]
    return {
        "_companies": [_company(company) for company in companies],
        "_currencies": [{"code": code} for code in SCM_CURRENCIES],
        "_units": [{"symbol": symbol, "decimals": decimals} for symbol, decimals in SCM_UNITS],
        "_countries": [{"iso2": iso2, "iso3": iso3} for iso2, iso3 in COUNTRIES],
        "_customer_groups": [{"dataAreaId": company, "id": group} for company in ids for group in CUSTOMER_GROUPS],
        "_sites": [{"dataAreaId": company, "id": site} for company in ids for site in SITES],
        "_warehouses": [
            {"dataAreaId": company, "id": warehouse, "site": site} for company in ids for warehouse, site in WAREHOUSES
        ],
    }


def _company(company: SandboxCompany) -> Row:
    return {
        "dataAreaId": company.id,
        "Name": company.name,
        "CurrencyCode": company.currency,
        "TaxRate": company.tax_rate,
        "CountryRegionId": dict(COUNTRIES)[company.country],
    }
