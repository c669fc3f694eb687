"""Products: SCM's sellable released products become Sales products and price list items.

scm sellable released products -> raw -> mapped -> planned -> delivered to products and productpricelevels.
One company owns a product's own fields, every other company contributes its price.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import delivered, mapped, planned, raw, reconciled
from p2c_assets.mappings import sales, scm

ENTITIES = (sales.PRODUCTS, sales.PRODUCTPRICELEVELS, sales.PRICELEVELS, scm.SELLABLE_RELEASED_PRODUCTS)
"""What reconciliation reads afresh on both sides."""


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The flow's assets, in the order of their data."""
    stage = Stages("products", companies)

    @stage.raw_sales("raw/sales/products")
    def raw_sales_products(context: Context, platform: Systems) -> Result:
        """Products of Sales, shared by all companies."""
        return raw.read_sales(context, platform, sales.PRODUCTS)

    @stage.raw_sales("raw/sales/productpricelevels")
    def raw_sales_productpricelevels(context: Context, platform: Systems) -> Result:
        """Price list items of Sales: a product's price per list and unit."""
        return raw.read_sales(context, platform, sales.PRODUCTPRICELEVELS)

    @stage.raw_scm("raw/scm/sellable_released_products")
    def raw_scm_sellable_released_products(context: Context, platform: Systems) -> Result:
        """Products that one legal entity has released for sale, with price, cost and unit."""
        return raw.read_scm(context, platform, scm.SELLABLE_RELEASED_PRODUCTS)

    @stage.mapped(
        "mapped/sales/products",
        [
            "raw/scm/sellable_released_products",
            "raw/sales/products",
            "raw/sales/pricelevels",
            "raw/sales/uoms",
            "raw/sales/uomschedules",
            "raw/sales/transactioncurrencies",
        ],
    )
    def mapped_sales_products(context: Context, platform: Systems) -> Result:
        """One row per released product: the Sales product (owning company) or price list item (others) it becomes."""
        return mapped.map_task(context, platform, "sellable_products_to_products")

    @stage.planned(
        "planned/sales/products", ["mapped/sales/products", "raw/sales/products", "raw/sales/productpricelevels"]
    )
    def planned_sales_products(context: Context, platform: Systems) -> Result:
        """What would be written to products and price list items; drafts are activated."""
        return planned.plan_unit(context, platform, "sales/products")

    @stage.delivered_to_sales("delivered/sales/products", ["planned/sales/products"])
    def delivered_sales_products(context: Context, platform: Systems) -> Result:
        """Products and price list items created, updated and activated in Sales."""
        return delivered.deliver_unit(context, platform, "sales/products")

    @stage.reconciled("reconciled/products", ["delivered/sales/products"])
    def reconciled_products(context: Context, platform: Systems) -> Result:
        """Released prices against price list items, read afresh."""
        return reconciled.reconcile_flow(context, platform, "products", ENTITIES)

    return [
        raw_sales_products,
        raw_sales_productpricelevels,
        raw_scm_sellable_released_products,
        mapped_sales_products,
        planned_sales_products,
        delivered_sales_products,
        reconciled_products,
    ]
