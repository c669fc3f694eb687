"""Readiness: what must be true before the first document is sent. Sales and SCM as systems, a company in both, its rows.

Nothing is written in either system. The first three need no rows and can be looked at before anything was read.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import readiness


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The assets of the group `readiness`."""
    stage = Stages("readiness", companies)

    @stage.looked_at_in_sales("readiness/sales", "sales")
    def readiness_sales(context: Context, platform: Systems) -> Result:
        """Sales' version, solution, tables, settings, alternate keys, change tracking, and what we may do there."""
        return readiness.look(context, platform, "sales")

    @stage.looked_at_in_scm("readiness/scm", "scm")
    def readiness_scm(context: Context, platform: Systems) -> Result:
        """SCM's versions, public entities with their columns, and what we may read."""
        return readiness.look(context, platform, "scm")

    @stage.looked_at_in_scm("readiness/company", "company")
    def readiness_company(context: Context, platform: Systems) -> Result:
        """One company: business unit and team, number sequences, prefixes, line numbers, products, constants."""
        return readiness.look(context, platform, "company")

    @stage.looked_at_in_rows(
        "readiness/documents",
        "documents",
        [
            "raw/sales/accounts",
            "raw/sales/contacts",
            "raw/sales/quotedetails",
            "raw/sales/salesorderdetails",
            "raw/sales/invoicedetails",
            "raw/sales/products",
            "raw/sales/productpricelevels",
            "raw/sales/pricelevels",
            "raw/sales/uoms",
            "raw/sales/uomschedules",
            "raw/sales/transactioncurrencies",
            "raw/scm/customers_v2",
            "raw/scm/contact_persons",
            "raw/scm/sellable_released_products",
            "raw/scm/sales_quotation_lines",
            "raw/scm/sales_order_lines",
            "raw/scm/sales_invoice_lines",
        ],
    )
    def readiness_documents(context: Context, platform: Systems) -> Result:
        """Codes without a counterpart, with the documents and money that they will stop; currency x price list x unit."""
        return readiness.look(context, platform, "documents")

    return [readiness_sales, readiness_scm, readiness_company, readiness_documents]
