"""Sellable released products of SCM become products of Sales, with a price list item per company.

Source: MicrosoftDocs products-template-mapping-direct (text and pictured grid). One product number released in several
companies is one product of Sales: its own fields come from one owning company, every other company contributes the item in
its own price list.
"""

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.library import (
    GRID,
    constant,
    copy,
    field,
    maintained_externally,
    mapped,
    sales_currency,
)
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.rules import Clamp, Identity, NamedReference, PriceList, Unit

_NOT_ON_CREATE = (
    "Not valid for create in Sales: the solution's own logic adds the product to the first valid price list of its "
    "currency. A product without such a list is rejected."
)

SELLABLE_PRODUCTS_TO_PRODUCTS = Task(
    name="sellable_products_to_products",
    flow="products",
    title="Products (SCM to Sales)",
    source=scm.SELLABLE_RELEASED_PRODUCTS,
    target=sales.PRODUCTS,
    asset="sales/products",
    unit="sales/products",
    document="ProductNumber",
    checks=("product_owner",),
    claims="sellable_released_products",
    amount="SalesPrice",
    currency="CurrencyCode",
    fields=(
        field("productid", Identity(), "I", mode="on_create"),
        copy("ProductNumber", "productnumber", f"{GRID}, D:prd", required=True),
        copy("ProductName", "name", required=True),
        copy("ProductDescription", "description"),
        sales_currency(),
        copy("SalesPrice", "price", f"{GRID}, D:prd"),
        copy("UnitCost", "currentcost"),
        field(
            "defaultuomscheduleid",
            NamedReference(
                setting="mapping.unit_group", entity="sales.uomschedules", by="name", absent="no_unit_group"
            ),
            f"{GRID}, D:prd",
            mode="on_create",
            required=True,
        ),
        field("defaultuomid", Unit(source="SalesUnitSymbol"), f"{GRID}, D:prd", required=True),
        field(
            "quantitydecimal",
            Clamp(source="SalesUnitDecimalPrecision", minimum=0, maximum=5),
            f"{GRID}, D:dw",
            note="Sales knows 0 to 5.",
            required=True,
        ),
        mapped("ProductType", "producttypecode", "product_type", f"{GRID}, D:dw"),
        mapped("IsStockedProduct", "isstockitem", "yes_no"),
        maintained_externally(f"{GRID}, D:prd"),
        field(
            "pricelevelid",
            PriceList(source="CurrencyCode"),
            "D:prd",
            mode="reconciled",
            note=_NOT_ON_CREATE,
            required=True,
        ),
    ),
    optional=(
        copy("UnitCost", "standardcost", "I"),
        constant("productstructure", 1, "I"),
    ),
)

TASKS: tuple[Task, ...] = (SELLABLE_PRODUCTS_TO_PRODUCTS,)
