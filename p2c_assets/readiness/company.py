"""One legal entity in both systems: its unit and team, its number sequences, prefixes, line numbers, products, constants.

Source: finops.md 10.1 and 10.3 (LineCreationSequenceNumber, distinct products, sequences that take given numbers), MicrosoftDocs
sales-order-template-mapping (number series of both systems must not meet).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.finops.environment import NumberSequence
from p2c_assets.connectors.protocol import Query
from p2c_assets.readiness.asking import tried, tried_by_name
from p2c_assets.readiness.finding import Finding, Unread, complete, error, unread, warning
from p2c_assets.settings import Company, Constant, ReadinessSettings, Settings

NUMBERED = (
    "CDSSalesQuotationLines",
    "CDSSalesOrderLines",
    "ExternallyMaintainedCustomerSalesInvoiceLines",
)
PRODUCTS = "SellableReleasedProducts"
CONSTANTS: Mapping[Constant, str] = {
    "customer_group": "new customers get the customer group {value}",
    "site": "new customers and lines get the site {value}",
    "warehouse": "new customers and lines get the warehouse {value}",
    "language": "new customers get the language {value}",
    "blank_country": "an address without a country is sent with the country {value}",
    "price_list": "prices go to the price list {value}",
}
NOT_SET: Mapping[str, str] = {
    "blank_country": "an address without a country is not sent",
    "price_list": "prices go to the first valid price list of the currency, by name",
}


class SalesSide(NamedTuple):
    """What Sales has of the company: None where the row is not there."""

    unit: Mapping[str, Any] | Unread | None
    team: Mapping[str, Any] | Unread | None


class ScmSide(NamedTuple):
    """What SCM has of the company; `unnumbered`: lines without a number, by entity set."""

    sequences: Sequence[NumberSequence] | Unread
    unnumbered: Mapping[str, int | Unread]
    products: int | Unread


async def ask_sales(client: DataverseClient, company: Company) -> SalesSide:
    """Put the questions to Sales. Raises TransientError when it cannot be reached."""
    unit = Query("businessunits", ("name", "isdisabled"), filter=f"businessunitid eq {company.business_unit}")
    team = Query("teams", ("name", "_businessunitid_value"), filter=f"teamid eq {company.owner_team}")
    return SalesSide(await tried(_first(client, unit)), await tried(_first(client, team)))


async def _first(client: DataverseClient, query: Query) -> Mapping[str, Any] | None:
    rows = [row async for page in client.pages(query) for row in page]
    return rows[0] if rows else None


async def ask_scm(client: FinopsClient, company: Company) -> ScmSide:
    """Put the questions to SCM. Raises TransientError when it cannot be reached."""
    environment, own = client.environment, f"dataAreaId eq '{company.id}'"
    unnumbered = f"{own} and LineCreationSequenceNumber eq 0"
    return ScmSide(
        await tried(environment.number_sequences()),
        await tried_by_name({name: environment.count(name, unnumbered) for name in NUMBERED}),
        await tried(environment.count(PRODUCTS, own)),
    )


def findings(in_sales: SalesSide, in_scm: ScmSide, company: Company, settings: Settings) -> list[Finding]:
    """Everything about one company."""
    found = [
        *unit_and_team(in_sales, company),
        *sequences(in_scm.sequences, company, settings.readiness),
        *collisions(in_scm.sequences, company, settings),
        *lines(in_scm.unnumbered, company),
        *products(in_scm.products, company),
        *constants(company, settings),
    ]
    return complete("company", found, company.id)


def unit_and_team(found: SalesSide, company: Company) -> Iterator[Finding]:
    """Whose rows the company's are in Sales, and who owns what is created there."""
    unit, team = found
    if isinstance(unit, Unread):
        yield unread(
            "company",
            "the business unit",
            unit.reason,
            "an enabled business unit",
            company.id,
            hides=("business_unit_is_there",),
        )
    elif unit is None or unit["isdisabled"]:
        said = "is not in Sales" if unit is None else f"{unit['name']} is disabled"
        yield error("business_unit_is_there", said, "an enabled business unit", company.business_unit, company.id)
    if isinstance(team, Unread):
        yield unread(
            "company",
            "the owner team",
            team.reason,
            "a team of the business unit",
            company.id,
            hides=("owner_team_is_of_the_unit",),
        )
    elif team is None or str(team["_businessunitid_value"]).lower() != company.business_unit.lower():
        said = "is not in Sales" if team is None else f"{team['name']} is of the unit {team['_businessunitid_value']}"
        yield error(
            "owner_team_is_of_the_unit", said, f"a team of {company.business_unit}", company.owner_team, company.id
        )


def sequences(
    found: Sequence[NumberSequence] | Unread, company: Company, settings: ReadinessSettings
) -> Iterator[Finding]:
    """Customers, quotations and orders are created under the numbers that they have in Sales."""
    needed = "a sequence that is manual, or whose users may change numbers"
    if isinstance(found, Unread):
        yield unread("company", "number sequences", found.reason, needed, company.id, hides=("numbers_may_be_given",))
        return
    for data_type in (settings.customer_sequence, settings.quotation_sequence, settings.order_sequence):
        own = [one for one in found if _is(one, data_type, company)]
        if not own:
            reason = f"no number sequence reference of the data type {data_type}"
            yield unread("company", data_type, reason, needed, company.id, hides=("numbers_may_be_given",))
        for one in own:
            if not one.takes_given:
                said = f"{one.code} numbers by itself ({one.format})"
                yield error("numbers_may_be_given", said, needed, data_type, company.id)
            elif one.is_stopped:
                yield error("numbers_may_be_given", f"{one.code} is stopped", needed, data_type, company.id)


def _is(one: NumberSequence, data_type: str, company: Company) -> bool:
    return one.data_type.lower() == data_type.lower() and one.company == company.id


def collisions(found: Sequence[NumberSequence] | Unread, company: Company, settings: Settings) -> Iterator[Finding]:
    """Numbers of Sales are of no company: prefixes, or the sequences' own formats, have to keep companies apart."""
    others = [other for other in settings.companies.values() if other.id != company.id]
    own = company.sales_number_prefix.lower()
    for other in others:
        theirs = other.sales_number_prefix.lower()
        if own and theirs and (own.startswith(theirs) or theirs.startswith(own)):
            said = (
                f"{company.sales_number_prefix!r} and {other.sales_number_prefix!r} of {other.id} can make one number"
            )
            yield error("numbers_cannot_collide", said, "no prefix begins with another", other.id, company.id)
    needed = "a sales_number_prefix, or a format of its own for each company's orders"
    alike = [other.id for other in others if not own and not other.sales_number_prefix]
    formats = {} if isinstance(found, Unread) else _formats(found, settings)
    alike = [name for name in alike if not _differ(formats.get(company.id, ""), formats.get(name, ""))]
    if alike:
        said = f"nothing keeps its order numbers apart from those of {', '.join(alike)}"
        yield warning("numbers_cannot_collide", said, needed, "sales_number_prefix", company.id)
    series = "order, quote and invoice numbers of Sales itself"
    reason = "their format is not read; look at Sales settings > Auto-numbering"
    yield unread(
        "company",
        series,
        reason,
        "a format that no number sequence of SCM has",
        company.id,
        hides=("numbers_cannot_collide",),
    )


def _formats(found: Iterable[NumberSequence], settings: Settings) -> dict[str, str]:
    return {
        one.company: one.format for one in found if one.data_type.lower() == settings.readiness.order_sequence.lower()
    }


def _differ(one: str, other: str) -> bool:
    """Formats whose fixed beginnings cannot meet: US-##### and DE-#####."""
    first, second = (text.partition("#")[0].lower() for text in (one, other))
    return bool(first and second) and not (first.startswith(second) or second.startswith(first))


def lines(found: Mapping[str, int | Unread], company: Company) -> Iterator[Finding]:
    """Lines of documents from before the numbers existed have the number 0, and cannot be told apart."""
    for entity_set, count in found.items():
        if isinstance(count, Unread):
            yield unread(
                "company",
                f"line numbers of {entity_set}",
                count.reason,
                "a number on each line",
                company.id,
                hides=("lines_are_numbered",),
            )
        elif count:
            said = f"{count} lines have no LineCreationSequenceNumber"
            yield error("lines_are_numbered", said, "a number on each line", entity_set, company.id)


def products(found: int | Unread, company: Company) -> Iterator[Finding]:
    """The list that products come from."""
    if isinstance(found, Unread):
        yield unread(
            "company",
            "sellable products",
            found.reason,
            "at least one product",
            company.id,
            hides=("products_are_listed",),
        )
    elif not found:
        yield error("products_are_listed", f"{PRODUCTS} is empty", "at least one product", PRODUCTS, company.id)


def constants(company: Company, settings: Settings) -> Iterator[Finding]:
    """Constants of the templates that nobody has chosen for the company: set, or named as right."""
    chosen = {*company.model_fields_set, *company.confirmed}
    lists = {code.lower() for code in settings.mapping.default_price_list_by_currency}
    if company.currency.lower() in lists:
        chosen.add("price_list")
    for name, words in CONSTANTS.items():
        if name not in chosen:
            value = getattr(company, name)
            said = NOT_SET[name] if value is None else words.format(value=value)
            yield warning("constants_are_confirmed", said, "", name, company.id)
