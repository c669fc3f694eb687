"""Reference data behind the entities: companies, currencies, groups, sites, warehouses, units, countries, origins, parties.

Loaded by the admin path as internal tables; the entities' rules look values up here and refuse unknown ones.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

INTERNAL_TABLES: Mapping[str, tuple[str, ...]] = {
    "_companies": ("dataAreaId",),
    "_currencies": ("code",),
    "_units": ("symbol",),
    "_countries": ("iso2",),
    "_customer_groups": ("dataAreaId", "id"),
    "_sites": ("dataAreaId", "id"),
    "_warehouses": ("dataAreaId", "id"),
    "_sales_origins": ("dataAreaId", "code"),
    "_parties": ("PartyNumber",),
    "_order_plans": ("dataAreaId", "SalesOrderNumber"),
    "_privileges": ("set",),
    "_number_sequences": ("dataAreaId", "reference"),
    "_applications": ("client_id",),
}
"""Internal tables and the columns of their keys, in the order of loading."""


def internal_key(table: str, row: Mapping[str, Any]) -> tuple[str | int, ...]:
    """The stored key of an internal row. Raises AdminError when a key column is missing."""
    missing = [name for name in INTERNAL_TABLES[table] if row.get(name) is None]
    if missing:
        raise AdminError(f"a row of {table} lacks {', '.join(missing)}: {dict(row)}")
    return tuple(str(row[name]).lower() for name in INTERNAL_TABLES[table])


class Reference:
    """Look-ups without case."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, table: str, *key: str) -> Row | None:
        """The internal row of this key."""
        return self._store.table(table).get(tuple([part.lower() for part in key]))

    def is_registered(self, client: str) -> bool:
        """Whether an application is in the list; with an empty list all are (REGISTERED_WHEN_NO_APPLICATION_IS_LISTED).

        Source: fin-ops services-home-page (Microsoft Entra applications).
        """
        return not len(self._store.table("_applications")) or self.find("_applications", client) is not None

    def companies(self) -> list[str]:
        """Ids of all companies, lower case."""
        return [str(row["dataAreaId"]).lower() for row in self._store.table("_companies").rows()]

    def company_currency(self, company: str) -> str:
        """The company's accounting currency, blank if unknown."""
        row = self.find("_companies", company) or {}
        return str(row.get("CurrencyCode", ""))

    def tax_rate(self, company: str) -> Decimal:
        """The company's default rate as a fraction: 0.2; 0 if none."""
        row = self.find("_companies", company) or {}
        try:
            return Decimal(str(row.get("TaxRate") or 0))
        except InvalidOperation as error:
            raise AdminError(f"TaxRate of {company} is not a number: {row['TaxRate']}") from error

    def language(self, company: str) -> str:
        """The company's language."""
        row = self.find("_companies", company) or {}
        return str(row.get("LanguageId") or "en-us")

    def first_site(self, company: str) -> str:
        """The site of default order settings (assumptions.PRODUCT_SUPPLIES_THE_SITE)."""
        sites = self._store.table("_sites").index("company", lambda row: str(row["dataAreaId"]).lower())
        return str((sites.first(company) or {}).get("id", ""))

    def knows_currency(self, code: str) -> bool:
        """Currencies are those loaded and those of the companies."""
        companies = self._store.table("_companies").index("currency", lambda row: str(row.get("CurrencyCode")).lower())
        return self.find("_currencies", code) is not None or code.lower() in companies

    def country_by_iso3(self, code: str) -> Row | None:
        """A country by its key in this system, three letters."""
        return (
            self._store.table("_countries")
            .index("iso3", lambda row: str(row.get("iso3", "")).lower())
            .first(code.lower())
        )

    def check_company(self, entity_set: EntitySet, company: str) -> None:
        """Raises FinopsError for an unknown legal entity."""
        if self.find("_companies", company) is None:
            raise errors.not_in_related_table(entity_set, "dataAreaId", company, "Legal entities")

    def check_currency(self, entity_set: EntitySet, posted: Row, column: str) -> None:
        """Raises FinopsError for an unknown currency. Like all checks here: of a sent value only (validateField)."""
        code = posted.get(column)
        if code and not self.knows_currency(code):
            raise errors.not_in_related_table(entity_set, column, code, "Currency")

    def check_unit(self, entity_set: EntitySet, posted: Row, column: str) -> None:
        """Raises FinopsError for an unknown unit."""
        symbol = posted.get(column)
        if symbol and self.find("_units", symbol) is None:
            raise errors.not_in_related_table(entity_set, column, symbol, "Unit of measure")

    def check_company_table(self, entity_set: EntitySet, row: Row, posted: Row, column: str, table: str) -> None:
        """Raises FinopsError when a per-company value is not in its internal table."""
        value = posted.get(column)
        if value and self.find(table, row["dataAreaId"], value) is None:
            raise errors.not_in_related_table(entity_set, column, value, _LABELS[table])

    def check_site_and_warehouse(self, entity_set: EntitySet, row: Row, posted: Row, site: str, warehouse: str) -> None:
        """Raises FinopsError when one of the two is unknown."""
        self.check_company_table(entity_set, row, posted, site, "_sites")
        self.check_company_table(entity_set, row, posted, warehouse, "_warehouses")


_LABELS: Mapping[str, str] = {
    "_customer_groups": "Customer groups",
    "_sites": "Sites",
    "_warehouses": "Warehouses",
    "_sales_origins": "Sales origin codes",
}


def check_mandatory(entity_set: EntitySet, row: Row) -> None:
    """Raises FinopsError naming every mandatory column that is blank."""
    blank = [name for name in entity_set.mandatory if str(row[name]).strip() == ""]
    if blank:
        raise errors.must_be_filled(entity_set, blank)
