"""What Sales' other tables refer to: currencies, units, price lists, business units, teams.

Read before every flow. Nothing is written to them.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import raw
from p2c_assets.mappings import sales


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The flow's assets, in the order of their data."""
    stage = Stages("references", companies)

    @stage.raw_sales("raw/sales/transactioncurrencies")
    def raw_sales_transactioncurrencies(context: Context, platform: Systems) -> Result:
        """Currencies of Sales, by ISO code."""
        return raw.read_sales(context, platform, sales.TRANSACTIONCURRENCIES)

    @stage.raw_sales("raw/sales/pricelevels")
    def raw_sales_pricelevels(context: Context, platform: Systems) -> Result:
        """Price lists of Sales with their currency and the time they are valid."""
        return raw.read_sales(context, platform, sales.PRICELEVELS)

    @stage.raw_sales("raw/sales/uoms")
    def raw_sales_uoms(context: Context, platform: Systems) -> Result:
        """Units of Sales, each within its unit group."""
        return raw.read_sales(context, platform, sales.UOMS)

    @stage.raw_sales("raw/sales/uomschedules")
    def raw_sales_uomschedules(context: Context, platform: Systems) -> Result:
        """Unit groups of Sales."""
        return raw.read_sales(context, platform, sales.UOMSCHEDULES)

    @stage.raw_sales("raw/sales/businessunits")
    def raw_sales_businessunits(context: Context, platform: Systems) -> Result:
        """Business units of Sales: each belongs to one company of the settings."""
        return raw.read_sales(context, platform, sales.BUSINESSUNITS)

    @stage.raw_sales("raw/sales/teams")
    def raw_sales_teams(context: Context, platform: Systems) -> Result:
        """Teams of Sales: the default team of a company's business unit owns what is created there."""
        return raw.read_sales(context, platform, sales.TEAMS)

    return [
        raw_sales_transactioncurrencies,
        raw_sales_pricelevels,
        raw_sales_uoms,
        raw_sales_uomschedules,
        raw_sales_businessunits,
        raw_sales_teams,
    ]
