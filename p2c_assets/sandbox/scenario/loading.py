"""The built-in scenario: three companies' rows in both twins, and what SCM's people will book on their first day.

Everything is fixed, so that two loads give the same systems. Flaws among the rows are listed in `flaws`.
"""

from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.scenario import erp_orders, orders, products, quotes
from p2c_assets.sandbox.scenario.accounts import accounts
from p2c_assets.sandbox.scenario.companies import COMPANIES, settings_of
from p2c_assets.sandbox.scenario.contacts import contacts
from p2c_assets.sandbox.scenario.erp import booking, plan_row
from p2c_assets.sandbox.scenario.filling import load_orders, load_quotes
from p2c_assets.sandbox.scenario.reference import sales_reference, scm_reference
from p2c_assets.sandbox.scenario.scm_start import scm_start


def load(sales_url: str, scm_url: str) -> None:
    """Fill two empty twins. Raises AdminError when one refuses."""
    with AdminClient(sales_url) as sales:
        _fill_sales(sales)
    with AdminClient(scm_url) as scm:
        _fill_scm(scm)


def settings_companies() -> Mapping[str, Mapping[str, Any]]:
    """`[companies]` of the settings that fit: three companies by id."""
    return {company.id: settings_of(company) for company in COMPANIES}


def settings_value_maps() -> Mapping[str, Mapping[str, str]]:
    """`[value_maps]` of the settings that fit: the units that the scenario adds to the usual one."""
    return {"units": {symbol: unit for symbol, unit in products.UNIT_OF_SYMBOL.items() if symbol != "ea"}}


def _fill_sales(sales: AdminClient) -> None:
    sales.load(sales_reference(COMPANIES))
    sales.load({"products": products.sales_products(), "productpricelevels": products.price_list_items()})
    sales.load({"accounts": accounts(), "contacts": contacts()})
    load_quotes(sales, quotes.quotes())
    load_orders(sales, orders.orders())


def _fill_scm(scm: AdminClient) -> None:
    plans = [*orders.PLANS, *erp_orders.PLANS]
    scm.load(scm_reference(COMPANIES))
    scm.load({"_released_products": products.released_products(), "_order_plans": [plan_row(plan) for plan in plans]})
    scm.load(scm_start(), plugins=True)
    scm.agenda([booking(order) for order in erp_orders.erp_orders()])
