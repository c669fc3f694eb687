"""Accounts: Sales accounts become SCM customers (organisations).

sales accounts -> raw -> mapped -> planned -> delivered to CustomersV2 -> reconciled by account number and credit limit.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import delivered, mapped, planned, raw, reconciled
from p2c_assets.mappings import sales, scm

ENTITIES = (sales.ACCOUNTS, scm.CUSTOMERS_V2)
"""What reconciliation reads afresh on both sides."""


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The flow's assets, in the order of their data."""
    stage = Stages("accounts", companies)

    @stage.raw_sales("raw/sales/accounts")
    def raw_sales_accounts(context: Context, platform: Systems) -> Result:
        """Accounts of Sales, all companies, with the address blocks and the currency they are mapped from."""
        return raw.read_sales(context, platform, sales.ACCOUNTS)

    @stage.raw_scm("raw/scm/customers_v2")
    def raw_scm_customers_v2(context: Context, platform: Systems) -> Result:
        """Customers of one legal entity as SCM holds them now: organisations and persons."""
        return raw.read_scm(context, platform, scm.CUSTOMERS_V2)

    @stage.mapped(
        "mapped/scm/customers_from_accounts",
        ["raw/sales/contacts", "raw/sales/accounts", "raw/sales/transactioncurrencies"],
    )
    def mapped_scm_customers_from_accounts(context: Context, platform: Systems) -> Result:
        """One row per account: the customer it becomes, or why it does not."""
        return mapped.map_task(context, platform, "accounts_to_customers")

    @stage.planned(
        "planned/scm/customers_from_accounts", ["mapped/scm/customers_from_accounts", "raw/scm/customers_v2"]
    )
    def planned_scm_customers_from_accounts(context: Context, platform: Systems) -> Result:
        """What would be written to customers, with before and after per field. Nothing is sent here."""
        return planned.plan_unit(context, platform, "scm/customers_from_accounts")

    @stage.delivered_to_scm("delivered/scm/customers_from_accounts", ["planned/scm/customers_from_accounts"])
    def delivered_scm_customers_from_accounts(context: Context, platform: Systems) -> Result:
        """Customers created and updated in SCM, with SCM's own words where it refused."""
        return delivered.deliver_unit(context, platform, "scm/customers_from_accounts")

    @stage.reconciled("reconciled/accounts", ["delivered/scm/customers_from_accounts"])
    def reconciled_accounts(context: Context, platform: Systems) -> Result:
        """Accounts against customers, read afresh: every difference has a name and an amount."""
        return reconciled.reconcile_flow(context, platform, "accounts", ENTITIES)

    return [
        raw_sales_accounts,
        raw_scm_customers_v2,
        mapped_scm_customers_from_accounts,
        planned_scm_customers_from_accounts,
        delivered_scm_customers_from_accounts,
        reconciled_accounts,
    ]
