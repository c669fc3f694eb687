"""Quotes: active Sales quotes become SCM quotations, header and lines as one document.

sales quotes and lines -> raw -> mapped -> planned as documents -> delivered to CDSSalesQuotationHeaders and -Lines.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import delivered, mapped, planned, raw, reconciled
from p2c_assets.mappings import sales, scm

ENTITIES = (sales.QUOTES, sales.QUOTEDETAILS, scm.SALES_QUOTATION_HEADERS, scm.SALES_QUOTATION_LINES)
"""What reconciliation reads afresh on both sides."""


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The flow's assets, in the order of their data."""
    stage = Stages("quotes", companies)

    @stage.raw_sales("raw/sales/quotes")
    def raw_sales_quotes(context: Context, platform: Systems) -> Result:
        """Quotes of Sales, all companies and revisions."""
        return raw.read_sales(context, platform, sales.QUOTES)

    @stage.raw_sales("raw/sales/quotedetails", after=["raw/sales/quotes"])
    def raw_sales_quotedetails(context: Context, platform: Systems) -> Result:
        """Lines of Sales' quotes."""
        return raw.read_sales(context, platform, sales.QUOTEDETAILS)

    @stage.raw_scm("raw/scm/sales_quotation_headers")
    def raw_scm_sales_quotation_headers(context: Context, platform: Systems) -> Result:
        """Quotations of one legal entity as SCM holds them now."""
        return raw.read_scm(context, platform, scm.SALES_QUOTATION_HEADERS)

    @stage.raw_scm("raw/scm/sales_quotation_lines", after=["raw/scm/sales_quotation_headers"])
    def raw_scm_sales_quotation_lines(context: Context, platform: Systems) -> Result:
        """Lines of one legal entity's quotations."""
        return raw.read_scm(context, platform, scm.SALES_QUOTATION_LINES)

    @stage.mapped(
        "mapped/scm/sales_quotation_headers",
        [
            "raw/scm/customers_v2",
            "raw/sales/quotes",
            "raw/sales/accounts",
            "raw/sales/contacts",
            "raw/sales/transactioncurrencies",
            "delivered/scm/customers_from_accounts",
            "delivered/scm/customers_from_contacts",
            "delivered/sales/products",
        ],
    )
    def mapped_scm_sales_quotation_headers(context: Context, platform: Systems) -> Result:
        """One row per quote: the quotation it becomes, or why it does not."""
        return mapped.map_task(context, platform, "quotes_to_quotation_headers")

    @stage.mapped(
        "mapped/scm/sales_quotation_lines",
        [
            "raw/sales/quotedetails",
            "raw/sales/quotes",
            "raw/sales/products",
            "raw/sales/uoms",
            "raw/scm/sellable_released_products",
            "mapped/scm/sales_quotation_headers",
        ],
    )
    def mapped_scm_sales_quotation_lines(context: Context, platform: Systems) -> Result:
        """One row per quote line: the quotation line it becomes, or why it does not."""
        return mapped.map_task(context, platform, "quotedetails_to_quotation_lines")

    @stage.planned(
        "planned/scm/sales_quotations",
        [
            "mapped/scm/sales_quotation_headers",
            "mapped/scm/sales_quotation_lines",
            "raw/scm/sales_quotation_headers",
            "raw/scm/sales_quotation_lines",
        ],
    )
    def planned_scm_sales_quotations(context: Context, platform: Systems) -> Result:
        """Quotations that would be written, header and lines as one document."""
        return planned.plan_unit(context, platform, "scm/sales_quotations")

    @stage.delivered_to_scm("delivered/scm/sales_quotations", ["planned/scm/sales_quotations"])
    def delivered_scm_sales_quotations(context: Context, platform: Systems) -> Result:
        """Quotations created and updated in SCM, whole or not at all."""
        return delivered.deliver_unit(context, platform, "scm/sales_quotations")

    @stage.reconciled("reconciled/quotes", ["delivered/scm/sales_quotations"])
    def reconciled_quotes(context: Context, platform: Systems) -> Result:
        """Quotes against quotations, read afresh, net of what SCM adds."""
        return reconciled.reconcile_flow(context, platform, "quotes", ENTITIES)

    return [
        raw_sales_quotes,
        raw_sales_quotedetails,
        raw_scm_sales_quotation_headers,
        raw_scm_sales_quotation_lines,
        mapped_scm_sales_quotation_headers,
        mapped_scm_sales_quotation_lines,
        planned_scm_sales_quotations,
        delivered_scm_sales_quotations,
        reconciled_quotes,
    ]
