"""The jobs: everything of one company, one flow of one company, the Sales tables that all companies share, and plans alone."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from p2c_assets.defs.tags import DRY_RUN, MODE

FLOWS = ("products", "accounts", "contacts", "quotes", "orders", "invoices")
"""In Microsoft's prerequisite order."""

READ_SALES = "read_sales"
READINESS = "readiness"
READINESS_OF_ROWS = "readiness_documents"
PROSPECT_TO_CASH = "prospect_to_cash"
PLAN = "plan"


def partitions(companies: list[str]) -> dg.StaticPartitionsDefinition:
    """One partition per legal entity. A run handles one company, so that no other company stops with it."""
    return dg.StaticPartitionsDefinition(companies)


def jobs() -> list[UnresolvedAssetJobDefinition]:
    """`read_sales` first, then `prospect_to_cash` or a flow for each company; before all of them `readiness`."""
    looks = dg.AssetSelection.groups("readiness")
    of_rows = dg.AssetSelection.assets(["readiness", "documents"])
    of_companies = dg.AssetSelection.all() - _raw_sales() - looks
    return [
        dg.define_asset_job(
            READ_SALES, _raw_sales(), description="Read the tables of Sales, for all companies at once."
        ),
        dg.define_asset_job(
            PROSPECT_TO_CASH,
            of_companies,
            description="The whole chain of one company, from account to invoice and back. Run read_sales before it.",
        ),
        dg.define_asset_job(
            PLAN,
            of_companies & _before_delivery(),
            description="What would be written for one company; nothing is. Run read_sales before it.",
            tags={MODE: DRY_RUN},
        ),
        *(_flow(flow) for flow in FLOWS),
        dg.define_asset_job(
            READINESS,
            looks - of_rows,
            description="What must be true before the first document of one company is sent. Writes nothing.",
        ),
        dg.define_asset_job(
            READINESS_OF_ROWS,
            of_rows | (of_rows.upstream() & dg.AssetSelection.key_prefixes(["raw", "scm"])),
            description="What a company's codes without a counterpart will stop. Run read_sales before it.",
        ),
    ]


def _before_delivery() -> dg.AssetSelection:
    return dg.AssetSelection.key_prefixes(["raw"], ["mapped"], ["planned"])


def planned_alone(flow: str) -> dg.AssetSelection:
    """Of the job `plan` what concerns one flow."""
    return of_flow(flow) & _before_delivery()


def of_flow(flow: str) -> dg.AssetSelection:
    """A flow's own assets, and what it refers to in SCM."""
    own = dg.AssetSelection.groups(flow) - _raw_sales()
    return own | (own.upstream() & dg.AssetSelection.key_prefixes(["raw", "scm"]))


def _flow(flow: str) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        flow,
        of_flow(flow),
        description=f"The flow {flow} of one company, and what it refers to in SCM. Run read_sales before it.",
    )


def _raw_sales() -> dg.AssetSelection:
    return dg.AssetSelection.key_prefixes(["raw", "sales"])
