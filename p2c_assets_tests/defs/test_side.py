"""What reconciliation is told of the settings."""

from pathlib import Path
from typing import Any

import duckdb

from p2c_assets.defs.connections import Connections
from p2c_assets.defs.platform import Platform
from p2c_assets.reconcile.side import NamedList
from p2c_assets.settings import build
from p2c_assets.warehouse.database import Database

SYSTEM = {"url": "https://a", "token_url": "https://a/token", "client_id": "c", "client_secret": "s"}


def company(unit: str, currency: str, **more: Any) -> dict[str, Any]:
    return {"business_unit": unit, "owner_team": "t", "currency": currency, **more}


def test_a_company_compares_the_price_list_that_the_mapping_writes(tmp_path: Path) -> None:
    """Its own, else its currency's, else the first valid one; and currencies under SCM's codes."""
    companies = {"a": company("u1", "USD", price_list="Own"), "b": company("u2", "usd"), "c": company("u3", "EUR")}
    mapping = {"default_price_list_by_currency": {"USD": "Usual"}}
    values = {"sales": SYSTEM, "scm": SYSTEM, "companies": companies, "mapping": mapping}
    settings = build({**values, "value_maps": {"currencies": {"dollr": "USD"}}}, tmp_path)
    with duckdb.connect() as connection, Connections(settings) as connections:
        side = Platform(settings, Database(connection), {}, connections).side(settings.companies["a"])
    assert side.price_lists == (
        NamedList("a", "USD", "Own"),
        NamedList("b", "usd", "Usual"),
        NamedList("c", "EUR", None),
    )
    assert side.currencies == {"dollr": "USD"}
