import pytest

from p2c_assets.errors import SettingsError
from p2c_assets.settings import Company
from p2c_assets.warehouse import prefixes
from p2c_assets.warehouse.database import Database


def company(prefix: str) -> dict[str, Company]:
    return {"usmf": Company(id="usmf", business_unit="b", owner_team="t", currency="USD", sales_number_prefix=prefix)}


def test_a_prefix_may_not_change_after_the_first_synchronisation(database: Database) -> None:
    prefixes.check(database, company("US-"))
    prefixes.check(database, company("US-"))
    with pytest.raises(SettingsError, match=r"companies\.usmf\.sales_number_prefix = 'USA-': it was 'US-'"):
        prefixes.check(database, company("USA-"))
