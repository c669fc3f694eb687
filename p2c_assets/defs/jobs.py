"""The jobs: everything of one company, one flow of one company, and the Sales tables that all companies share."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

FLOWS = ("products", "accounts", "contacts", "quotes", "orders", "invoices")
"""In Microsoft's prerequisite order."""

READ_SALES = "read_sales"
READINESS = "readiness"
READINESS_OF_ROWS = "readiness_documents"
PROSPECT_TO_CASH = "prospect_to_cash"


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
        *(_flow(flow, of_companies) for flow in FLOWS),
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


def _flow(flow: str, of_companies: dg.AssetSelection) -> UnresolvedAssetJobDefinition:
    own = dg.AssetSelection.groups(flow) & of_companies
    read = own.upstream() & dg.AssetSelection.key_prefixes(["raw", "scm"])
    return dg.define_asset_job(
        flow,
        own | read,
        description=f"The flow {flow} of one company, and what it refers to in SCM. Run read_sales before it.",
    )


def _raw_sales() -> dg.AssetSelection:
    return dg.AssetSelection.key_prefixes(["raw", "sales"])
