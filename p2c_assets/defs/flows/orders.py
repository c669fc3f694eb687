"""Sales orders, both ways: activated Sales orders are created in SCM; what SCM confirms comes back.

Forward: sales orders and lines -> CDSSalesOrderHeaders and -Lines, created once, then owned by SCM.
Back: confirmed orders with calculated totals -> Sales. The circle closes in the two systems, not in this graph.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import delivered, mapped, planned, raw, reconciled
from p2c_assets.mappings import sales, scm

ENTITIES = (sales.SALESORDERS, sales.SALESORDERDETAILS, scm.SALES_ORDER_HEADERS, scm.SALES_ORDER_LINES)
"""What reconciliation reads afresh on both sides."""


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The flow's assets, in the order of their data."""
    stage = Stages("orders", companies)

    @stage.raw_sales("raw/sales/salesorders")
    def raw_sales_salesorders(context: Context, platform: Systems) -> Result:
        """Sales orders of Sales, all companies."""
        return raw.read_sales(context, platform, sales.SALESORDERS)

    @stage.raw_sales("raw/sales/salesorderdetails", after=["raw/sales/salesorders"])
    def raw_sales_salesorderdetails(context: Context, platform: Systems) -> Result:
        """Lines of Sales' orders."""
        return raw.read_sales(context, platform, sales.SALESORDERDETAILS)

    @stage.raw_scm("raw/scm/sales_order_headers")
    def raw_scm_sales_order_headers(context: Context, platform: Systems) -> Result:
        """Sales orders of one legal entity as SCM holds them now, and the order numbers of the other companies."""
        return raw.read_scm(context, platform, scm.SALES_ORDER_HEADERS)

    @stage.raw_scm("raw/scm/sales_order_lines", after=["raw/scm/sales_order_headers"])
    def raw_scm_sales_order_lines(context: Context, platform: Systems) -> Result:
        """Lines of one legal entity's sales orders."""
        return raw.read_scm(context, platform, scm.SALES_ORDER_LINES)

    @stage.mapped(
        "mapped/scm/sales_order_headers",
        [
            "raw/scm/customers_v2",
            "raw/scm/sales_quotation_headers",
            "raw/sales/salesorders",
            "raw/sales/accounts",
            "raw/sales/contacts",
            "raw/sales/quotes",
            "raw/sales/transactioncurrencies",
            "delivered/scm/sales_quotations",
        ],
    )
    def mapped_scm_sales_order_headers(context: Context, platform: Systems) -> Result:
        """One row per Sales order: the SCM order it becomes, or why it does not."""
        return mapped.map_task(context, platform, "salesorders_to_order_headers")

    @stage.mapped(
        "mapped/scm/sales_order_lines",
        [
            "raw/sales/salesorderdetails",
            "raw/sales/salesorders",
            "raw/sales/products",
            "raw/sales/uoms",
            "raw/scm/sellable_released_products",
            "mapped/scm/sales_order_headers",
        ],
    )
    def mapped_scm_sales_order_lines(context: Context, platform: Systems) -> Result:
        """One row per Sales order line: the SCM order line it becomes, or why it does not."""
        return mapped.map_task(context, platform, "salesorderdetails_to_order_lines")

    @stage.planned(
        "planned/scm/sales_orders",
        [
            "mapped/scm/sales_order_headers",
            "mapped/scm/sales_order_lines",
            "raw/scm/sales_order_headers",
            "raw/scm/sales_order_lines",
        ],
    )
    def planned_scm_sales_orders(context: Context, platform: Systems) -> Result:
        """Orders that would be created in SCM; an order that SCM has is never updated from here."""
        return planned.plan_unit(context, platform, "scm/sales_orders")

    @stage.delivered_to_scm("delivered/scm/sales_orders", ["planned/scm/sales_orders"])
    def delivered_scm_sales_orders(context: Context, platform: Systems) -> Result:
        """Orders created in SCM, header and lines in one changeset."""
        return delivered.deliver_unit(context, platform, "scm/sales_orders")

    @stage.mapped(
        "mapped/sales/salesorders",
        [
            "raw/scm/sales_order_headers",
            "raw/sales/salesorders",
            "raw/sales/accounts",
            "raw/sales/contacts",
            "raw/sales/pricelevels",
            "raw/sales/transactioncurrencies",
            "delivered/scm/sales_orders",
        ],
    )
    def mapped_sales_salesorders(context: Context, platform: Systems) -> Result:
        """One row per SCM order: the Sales order it becomes, or why it does not (not confirmed, totals not calculated ...)."""
        return mapped.map_task(context, platform, "order_headers_to_salesorders")

    @stage.mapped(
        "mapped/sales/salesorderdetails",
        [
            "raw/scm/sales_order_lines",
            "raw/sales/salesorderdetails",
            "raw/sales/products",
            "raw/sales/uoms",
            "mapped/sales/salesorders",
        ],
    )
    def mapped_sales_salesorderdetails(context: Context, platform: Systems) -> Result:
        """One row per SCM order line: the Sales order line it becomes, or why it does not."""
        return mapped.map_task(context, platform, "order_lines_to_salesorderdetails")

    @stage.planned(
        "planned/sales/sales_orders",
        [
            "mapped/sales/salesorders",
            "mapped/sales/salesorderdetails",
            "raw/sales/salesorders",
            "raw/sales/salesorderdetails",
        ],
    )
    def planned_sales_sales_orders(context: Context, platform: Systems) -> Result:
        """Orders that would be created or updated in Sales, header and lines as one document."""
        return planned.plan_unit(context, platform, "sales/sales_orders")

    @stage.delivered_to_sales("delivered/sales/sales_orders", ["planned/sales/sales_orders"])
    def delivered_sales_sales_orders(context: Context, platform: Systems) -> Result:
        """Orders created and updated in Sales, whole or not at all."""
        return delivered.deliver_unit(context, platform, "sales/sales_orders")

    @stage.reconciled("reconciled/orders", ["delivered/scm/sales_orders", "delivered/sales/sales_orders"])
    def reconciled_orders(context: Context, platform: Systems) -> Result:
        """Orders of both systems, read afresh: totals to the cent, or in flight until they have come back."""
        return reconciled.reconcile_flow(context, platform, "orders", ENTITIES)

    return [
        raw_sales_salesorders,
        raw_sales_salesorderdetails,
        raw_scm_sales_order_headers,
        raw_scm_sales_order_lines,
        mapped_scm_sales_order_headers,
        mapped_scm_sales_order_lines,
        planned_scm_sales_orders,
        delivered_scm_sales_orders,
        mapped_sales_salesorders,
        mapped_sales_salesorderdetails,
        planned_sales_sales_orders,
        delivered_sales_sales_orders,
        reconciled_orders,
    ]
