"""Every kind of finding: the sentence that is true where all is well, who can act, and how.

DATA only. `code` is the name of the asset check and what `readiness.accepted` takes; `asset` is where it is looked at:
`sales` and `scm` are the systems themselves, `company` is one legal entity in both, `documents` needs its rows in `raw`.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from p2c_assets.mappings.reasons import Responsible

Asset = Literal["sales", "scm", "company", "documents"]
ASSETS: tuple[Asset, ...] = ("sales", "scm", "company", "documents")


class Kind(NamedTuple):
    """One thing that must be so, or should be."""

    code: str
    asset: Asset
    says: str
    owner: Responsible
    fix: str


_SALES = (
    Kind(
        "sales_lets_us_in",
        "sales",
        "The application user may use Sales.",
        "CRM admin",
        "create an application user for the client id in the environment and give it a security role",
    ),
    Kind(
        "sales_version_is_supported",
        "sales",
        "Sales is of the version that prospect to cash needs, or a later one.",
        "CRM admin",
        "update the environment",
    ),
    Kind(
        "solution_is_installed",
        "sales",
        "The solution Prospect to cash is installed in Sales, in the version that is needed or a later one.",
        "CRM admin",
        "install or update the solution from AppSource",
    ),
    Kind(
        "sales_columns_are_there",
        "sales",
        "Sales has every table and column that is read or written.",
        "CRM admin",
        "install the solution Prospect to cash; a column of Sales itself comes with an update",
    ),
    Kind(
        "sales_calculates_prices",
        "sales",
        "Sales calculates prices itself (system pricing).",
        "CRM admin",
        "Sales settings > Product catalog: use system pricing calculation = Yes",
    ),
    Kind(
        "discounts_are_per_line",
        "sales",
        "Discounts of Sales are amounts of the line, not of the unit.",
        "CRM admin",
        "Sales settings > Product catalog: discount calculation method = Line item",
    ),
    Kind(
        "prices_keep_their_decimals",
        "sales",
        "Sales keeps as many decimals of unit prices as the mapping sends.",
        "CRM admin",
        "raise the pricing decimal precision of the organisation, or lower mapping.price_scale",
    ),
    Kind(
        "alternate_keys_are_active",
        "sales",
        "The index of every alternate key of the tables is active.",
        "CRM admin",
        "remove the rows with equal keys, then reactivate the key; one that is under way ends by itself",
    ),
    Kind(
        "changes_are_tracked",
        "sales",
        "Sales keeps the changes of the tables that are read most.",
        "CRM admin",
        "switch change tracking on for the table; until then it is read whole each time",
    ),
    Kind(
        "sales_privileges_are_held",
        "sales",
        "The application user has every privilege that reading and writing ask for.",
        "CRM admin",
        "add the privilege to the application user's security role",
    ),
    Kind(
        "sales_rows_are_all_readable",
        "sales",
        "The application user reads the rows of the whole organisation.",
        "CRM admin",
        "give the read privilege at the level Organization: change tracking asks for it, and rows would look deleted",
    ),
    Kind(
        "sales_could_be_looked_at",
        "sales",
        "Everything about Sales could be read.",
        "CRM admin",
        "look at it by hand, then name it in readiness.accepted",
    ),
)

_SCM = (
    Kind(
        "scm_lets_us_in",
        "scm",
        "The application may use SCM.",
        "ERP admin",
        "System administration > Setup > Microsoft Entra applications: add the client id with a user",
    ),
    Kind(
        "scm_version_is_supported",
        "scm",
        "SCM is of the version that prospect to cash needs, or a later one.",
        "ERP admin",
        "update; 7.2.11792.56024 on platform 7.0.4565.16212 will do with KB4045570: then lower the readiness settings",
    ),
    Kind(
        "scm_entities_are_there",
        "scm",
        "SCM has every public entity that is read or written, with its columns.",
        "ERP admin",
        "update SCM, or refresh the entity list (Data management > Framework parameters)",
    ),
    Kind(
        "scm_rows_are_readable",
        "scm",
        "The service user may read every entity.",
        "ERP admin",
        "give the service user a role with the entity's view privilege",
    ),
    Kind(
        "scm_could_be_looked_at",
        "scm",
        "Everything about SCM could be read.",
        "ERP admin",
        "look at it by hand, then name it in readiness.accepted",
    ),
)

_COMPANY = (
    Kind(
        "business_unit_is_there",
        "company",
        "The company's business unit is in Sales and enabled.",
        "CRM admin",
        "correct companies.<id>.business_unit, or enable the unit",
    ),
    Kind(
        "owner_team_is_of_the_unit",
        "company",
        "The team that owns what is created in Sales belongs to the company's business unit.",
        "CRM admin",
        "set companies.<id>.owner_team to the default team of the business unit",
    ),
    Kind(
        "numbers_may_be_given",
        "company",
        "SCM's number sequences of customers, quotations and orders take numbers from outside.",
        "ERP admin",
        "Organization administration > Number sequences: manual = Yes, or allow user changes",
    ),
    Kind(
        "numbers_cannot_collide",
        "company",
        "No two companies give a document of Sales the same number.",
        "CRM admin",
        "give the companies a sales_number_prefix each, of which none begins with another",
    ),
    Kind(
        "lines_are_numbered",
        "company",
        "Every line in SCM has its LineCreationSequenceNumber.",
        "ERP admin",
        "run the form SalesPopulateProspectToCash once (?mi=action:SalesPopulateProspectToCash)",
    ),
    Kind(
        "products_are_listed",
        "company",
        "SCM lists the company's sellable products.",
        "ERP admin",
        "run Populate distinct product table, and release the products in the company",
    ),
    Kind(
        "constants_are_confirmed",
        "company",
        "The template's constants are the company's own choice.",
        "ERP admin",
        "set companies.<id>.<name>, or add the name to companies.<id>.confirmed where its value is right",
    ),
    Kind(
        "company_could_be_looked_at",
        "company",
        "Everything about the company could be read.",
        "ERP admin",
        "look at it by hand, then name it in readiness.accepted",
    ),
)

_DOCUMENTS = (
    Kind(
        "codes_are_mapped",
        "documents",
        "Every country, unit and other code has a counterpart.",
        "CRM admin",
        "add it under [value_maps], or correct it in the source",
    ),
    Kind(
        "currencies_are_priced",
        "documents",
        "Every currency in use is in Sales and has a valid price list.",
        "CRM admin",
        "create the currency, and a price list in it, in Sales",
    ),
    Kind(
        "used_products_are_listed",
        "documents",
        "Every product on an order of SCM is among its sellable products.",
        "ERP admin",
        "run Populate distinct product table; a product that is no longer sold may be missing on purpose",
    ),
    Kind(
        "documents_could_be_looked_at",
        "documents",
        "The company's rows could be read.",
        "CRM admin",
        "put right what stops the reading, then ask again",
    ),
)

KINDS: Mapping[str, Kind] = {kind.code: kind for kind in (*_SALES, *_SCM, *_COMPANY, *_DOCUMENTS)}
"""All kinds, by code."""

COULD_BE_LOOKED_AT: Mapping[Asset, str] = {asset: f"{asset}_could_be_looked_at" for asset in ASSETS}
"""The kind of what nobody could read, by asset."""


def of_asset(asset: Asset) -> tuple[Kind, ...]:
    """The kinds that an asset looks at, in their order."""
    return tuple(kind for kind in KINDS.values() if kind.asset == asset)
