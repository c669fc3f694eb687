"""Fill both twins with AdventureWorks' first year and say what became of every row of every file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.adventureworks.account import LoadAccount, OrderId
from p2c_assets.sandbox.adventureworks.files import read
from p2c_assets.sandbox.adventureworks.orders import Orders, orders, products_of_sales
from p2c_assets.sandbox.adventureworks.parties import Parties, parties
from p2c_assets.sandbox.adventureworks.products import Products, products
from p2c_assets.sandbox.adventureworks.territories import COMPANIES
from p2c_assets.sandbox.scenario.companies import settings_of
from p2c_assets.sandbox.scenario.documents import Order
from p2c_assets.sandbox.scenario.erp import ErpOrder, booking, plan_row
from p2c_assets.sandbox.scenario.filling import activate_orders, load_orders
from p2c_assets.sandbox.scenario.reference import sales_reference, scm_reference


def load(directory: Path, sales_url: str, scm_url: str) -> LoadAccount:
    """Load the publication into empty twins, print the account and return it.

    Raises MissingFileError when a file is not there, AdminError when a twin refuses.
    """
    files = read(directory)
    who, what, deals = parties(files), products(files, products_of_sales(files)), orders(files)
    with AdminClient(sales_url) as sales:
        _fill_sales(sales, who, what, deals)
    with AdminClient(scm_url) as scm:
        _fill_scm(scm, what, deals)
    account = LoadAccount(
        (*who.files, *what.files, *deals.files),
        deals.expected,
        _ids(deals.born_in_sales),
        _ids(deals.born_in_scm),
        deals.warnings,
    )
    print("\n".join(account.lines()))
    return account


def settings_companies() -> Mapping[str, Mapping[str, Any]]:
    """`[companies]` of the settings that fit: six companies by id."""
    return {company.id: settings_of(company) for company in COMPANIES}


def _ids(born: Sequence[Order | ErpOrder]) -> tuple[OrderId, ...]:
    return tuple(OrderId(order.company.id, order.number) for order in born)


def _fill_sales(sales: AdminClient, who: Parties, what: Products, deals: Orders) -> None:
    sales.load(sales_reference(COMPANIES))
    sales.load({"products": what.in_sales, "productpricelevels": what.price_list_items})
    sales.load({"accounts": who.accounts, "contacts": who.contacts})
    load_orders(sales, deals.born_in_sales)
    activate_orders(sales, deals.born_in_sales)


def _fill_scm(scm: AdminClient, what: Products, deals: Orders) -> None:
    scm.load(scm_reference(COMPANIES))
    scm.load({"_released_products": what.released, "_order_plans": [plan_row(plan) for plan in deals.plans]})
    scm.agenda([booking(order) for order in deals.born_in_scm])
