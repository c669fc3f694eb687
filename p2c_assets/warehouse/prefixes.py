"""The number prefixes that companies had when they first wrote into Sales. They must not change afterwards.

An order of SCM is found again in Sales by prefix and number: under another prefix every order and invoice would be created
a second time.
"""

from collections.abc import Mapping

from p2c_assets.errors import SettingsError
from p2c_assets.settings import Company
from p2c_assets.warehouse.database import Database

_CREATE = "CREATE TABLE IF NOT EXISTS ledger.prefixes (company VARCHAR PRIMARY KEY, prefix VARCHAR)"
KEPT = "SELECT prefix FROM ledger.prefixes WHERE company = ?"


def check(database: Database, companies: Mapping[str, Company]) -> None:
    """Remember the prefix of a company that is new here. Raises SettingsError where a known one has changed."""
    database.run(_CREATE)
    for company in companies.values():
        kept = database.value(KEPT, [company.id])
        if kept is None:
            database.run("INSERT INTO ledger.prefixes VALUES (?, ?)", [company.id, company.sales_number_prefix])
        elif kept != company.sales_number_prefix:
            raise SettingsError(
                f"companies.{company.id}.sales_number_prefix = {company.sales_number_prefix!r}: it was {kept!r} when this "
                "company was first synchronised; under another prefix its documents would be created a second time"
            )
