"""Finished goods with a list price as sellable products, released in all six companies.

The file has one list price, in dollars; every company gets the same number in its own currency, as no rates for list
prices are published. Sales has those already that the Sales-born orders use, as after an earlier import.
"""

from collections.abc import Mapping, Set
from decimal import Decimal
from typing import NamedTuple

from p2c_assets.sandbox.adventureworks.account import Fate, FileAccount, account_of, left_out, loaded_as
from p2c_assets.sandbox.adventureworks.files import Files, Record, by
from p2c_assets.sandbox.adventureworks.territories import COMPANIES
from p2c_assets.sandbox.scenario import sales_rows
from p2c_assets.sandbox.scenario.companies import SandboxCompany
from p2c_assets.sandbox.scenario.sales_rows import UNITS, Row


class Products(NamedTuple):
    """SCM's released products; Sales' products and price list items; the files' accounts."""

    released: list[Row]
    in_sales: list[Row]
    price_list_items: list[Row]
    files: tuple[FileAccount, ...]


def is_sellable(product: Record) -> bool:
    """Source: README of the publication."""
    return product["finishedgoodsflag"] == "t" and Decimal(product["listprice"]) > 0


def products(files: Files, used: Set[str]) -> Products:
    """All products of the publication; `used` are the product ids of the orders born in Sales."""
    sellable = [product for product in files.product if is_sellable(product)]
    describe = _descriptions(files)
    known = [product for product in sellable if product["productid"] in used]
    currencies = list(dict.fromkeys(company.currency for company in COMPANIES))
    return Products(
        [_released(product, company, describe) for company in COMPANIES for product in sellable],
        [_in_sales(product, describe) for product in known],
        [_item(product, currency) for product in known for currency in currencies],
        _accounts(files, sellable),
    )


def _descriptions(files: Files) -> Mapping[str, str]:
    """Category, subcategory and colour, by product id."""
    categories = by(files.product_category, "productcategoryid")
    subcategories = by(files.product_subcategory, "productsubcategoryid")
    return {product["productid"]: _description(product, subcategories, categories) for product in files.product}


def _description(product: Record, subcategories: Mapping[str, Record], categories: Mapping[str, Record]) -> str:
    subcategory = subcategories.get(product["productsubcategoryid"])
    names = [categories[subcategory["productcategoryid"]]["name"], subcategory["name"]] if subcategory else []
    return ", ".join([*names, *filter(None, [product["color"]])])


def _released(product: Record, company: SandboxCompany, describe: Mapping[str, str]) -> Row:
    return {
        "dataAreaId": company.id,
        "ProductNumber": product["productnumber"],
        "ProductName": product["name"],
        "ProductDescription": describe[product["productid"]],
        "ProductType": "Item",
        "SalesUnitSymbol": "ea",
        "SalesUnitDecimalPrecision": 0,
        "InventoryUnitSymbol": "ea",
        "InventoryUnitDecimalPrecision": 0,
        "SalesPrice": Decimal(product["listprice"]),
        "UnitCost": Decimal(product["standardcost"]),
        "CurrencyCode": company.currency,
        "IsSalesStopped": "No",
        "IsStockedProduct": "Yes",
        "FieldServiceProductType": "Inventory",
        "sellable": True,
    }


def _in_sales(product: Record, describe: Mapping[str, str]) -> Row:
    return sales_rows.product(
        product["productnumber"],
        product["name"],
        UNITS[0],
        Decimal(product["listprice"]),
        Decimal(product["standardcost"]),
        COMPANIES[0].currency,
        description=describe[product["productid"]],
    )


def _item(product: Record, currency: str) -> Row:
    return sales_rows.price_list_item(product["productnumber"], currency, UNITS[0], Decimal(product["listprice"]))


def _accounts(files: Files, sellable: list[Record]) -> tuple[FileAccount, ...]:
    subcategories = {product["productsubcategoryid"] for product in sellable}
    categories = {
        row["productcategoryid"] for row in files.product_subcategory if row["productsubcategoryid"] in subcategories
    }
    described, unused = "words of product descriptions", "no sellable product is of this kind"
    return (
        account_of("product.csv", (_fate(product) for product in files.product)),
        account_of(
            "product_subcategory.csv",
            (
                _used(row["productsubcategoryid"] in subcategories, described, unused)
                for row in files.product_subcategory
            ),
        ),
        account_of(
            "product_category.csv",
            (_used(row["productcategoryid"] in categories, described, unused) for row in files.product_category),
        ),
    )


def _fate(product: Record) -> Fate:
    if is_sellable(product):
        return loaded_as("products released in six companies")
    if product["finishedgoodsflag"] != "t":
        return left_out("not a finished good")
    return left_out("no list price")


def _used(used: bool, loaded: str, reason: str) -> Fate:
    return loaded_as(loaded) if used else left_out(reason)
