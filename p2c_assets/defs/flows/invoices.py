"""Invoices: posted SCM invoices of externally maintained customers become Sales invoices.

scm invoice headers and lines -> raw -> mapped -> planned as documents -> delivered to invoices and invoicedetails.
In Sales the solution then marks the order as invoiced.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import delivered, mapped, planned, raw, reconciled
from p2c_assets.mappings import sales, scm

ENTITIES = (sales.INVOICES, sales.INVOICEDETAILS, scm.SALES_INVOICE_HEADERS, scm.SALES_INVOICE_LINES)
"""What reconciliation reads afresh on both sides."""


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The flow's assets, in the order of their data."""
    stage = Stages("invoices", companies)

    @stage.raw_sales("raw/sales/invoices")
    def raw_sales_invoices(context: Context, platform: Systems) -> Result:
        """Invoices of Sales, all companies."""
        return raw.read_sales(context, platform, sales.INVOICES)

    @stage.raw_sales("raw/sales/invoicedetails", after=["raw/sales/invoices"])
    def raw_sales_invoicedetails(context: Context, platform: Systems) -> Result:
        """Lines of Sales' invoices."""
        return raw.read_sales(context, platform, sales.INVOICEDETAILS)

    @stage.raw_scm("raw/scm/sales_invoice_headers")
    def raw_scm_sales_invoice_headers(context: Context, platform: Systems) -> Result:
        """Posted invoices of one legal entity to externally maintained customers."""
        return raw.read_scm(context, platform, scm.SALES_INVOICE_HEADERS)

    @stage.raw_scm("raw/scm/sales_invoice_lines", after=["raw/scm/sales_invoice_headers"])
    def raw_scm_sales_invoice_lines(context: Context, platform: Systems) -> Result:
        """Lines of these invoices."""
        return raw.read_scm(context, platform, scm.SALES_INVOICE_LINES)

    @stage.mapped(
        "mapped/sales/invoices",
        [
            "raw/sales/salesorders",
            "raw/scm/sales_invoice_headers",
            "raw/sales/invoices",
            "raw/sales/accounts",
            "raw/sales/contacts",
            "raw/sales/pricelevels",
            "raw/sales/transactioncurrencies",
            "delivered/sales/sales_orders",
        ],
    )
    def mapped_sales_invoices(context: Context, platform: Systems) -> Result:
        """One row per posted invoice: the Sales invoice it becomes, or why it does not."""
        return mapped.map_task(context, platform, "invoice_headers_to_invoices")

    @stage.mapped(
        "mapped/sales/invoicedetails",
        [
            "raw/scm/sales_invoice_lines",
            "raw/sales/invoicedetails",
            "raw/sales/products",
            "raw/sales/uoms",
            "mapped/sales/invoices",
        ],
    )
    def mapped_sales_invoicedetails(context: Context, platform: Systems) -> Result:
        """One row per invoice line: the Sales invoice line it becomes, or why it does not."""
        return mapped.map_task(context, platform, "invoice_lines_to_invoicedetails")

    @stage.planned(
        "planned/sales/invoices",
        ["mapped/sales/invoices", "mapped/sales/invoicedetails", "raw/sales/invoices", "raw/sales/invoicedetails"],
    )
    def planned_sales_invoices(context: Context, platform: Systems) -> Result:
        """Invoices that would be created in Sales, header and lines as one document."""
        return planned.plan_unit(context, platform, "sales/invoices")

    @stage.delivered_to_sales("delivered/sales/invoices", ["planned/sales/invoices"])
    def delivered_sales_invoices(context: Context, platform: Systems) -> Result:
        """Invoices created in Sales, whole or not at all; the order behind each becomes invoiced there."""
        return delivered.deliver_unit(context, platform, "sales/invoices")

    @stage.reconciled("reconciled/invoices", ["delivered/sales/invoices"])
    def reconciled_invoices(context: Context, platform: Systems) -> Result:
        """Posted invoices against Sales' invoices, read afresh, to the cent."""
        return reconciled.reconcile_flow(context, platform, "invoices", ENTITIES)

    return [
        raw_sales_invoices,
        raw_sales_invoicedetails,
        raw_scm_sales_invoice_headers,
        raw_scm_sales_invoice_lines,
        mapped_sales_invoices,
        mapped_sales_invoicedetails,
        planned_sales_invoices,
        delivered_sales_invoices,
        reconciled_invoices,
    ]
