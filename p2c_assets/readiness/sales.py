"""Sales as a system: who we are there, its version and solution, its settings, tables, keys, change tracking, privileges.

Source: MicrosoftDocs prospect-to-cash (system requirements for Sales: 8.2.1.207, solution 1.15.0.0), sales-quotation-template-
mapping (system pricing, discount by line item), define-alternate-keys-entity, use-change-tracking-synchronize-data-external-
systems (read access to the whole organisation).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.dataverse.environment import DEPTHS, Definition, Privilege
from p2c_assets.connectors.protocol import Query
from p2c_assets.mappings.sales import ENTITIES
from p2c_assets.mappings.schema import Entity
from p2c_assets.readiness.asking import tried
from p2c_assets.readiness.finding import Finding, Unread, complete, error, unread, warning
from p2c_assets.readiness.versions import is_at_least, parsed
from p2c_assets.settings import ReadinessSettings, Settings

LINE_ITEM = 0
"""organization.discountcalculationmethod: 0 line item, 1 per unit."""
ORGANIZATION = ("discountcalculationmethod", "oobpricecalculationenabled", "pricingdecimalprecision")
WRITTEN: Mapping[str, frozenset[str]] = {
    "product": frozenset({"Create", "Write"}),
    "productpricelevel": frozenset({"Create", "Write"}),
    "salesorder": frozenset({"Create", "Write"}),
    "salesorderdetail": frozenset({"Create", "Write", "Delete"}),
    "quotedetail": frozenset({"Write"}),
    "invoice": frozenset({"Create", "Write"}),
    "invoicedetail": frozenset({"Create", "Write"}),
}
"""What is done to tables besides reading them: deliveries, deleted lines, line numbers given back."""
LINKED = frozenset({"Append", "AppendTo"})
"""What setting a lookup asks for on either side."""
OF_ORGANIZATION = ("sales_calculates_prices", "discounts_are_per_line", "prices_keep_their_decimals")
OF_PRIVILEGES = ("sales_privileges_are_held", "sales_rows_are_all_readable")
TRACKED = frozenset(
    {"account", "contact", "product", "productpricelevel", "quote", "quotedetail", "salesorder", "salesorderdetail"}
    | {"invoice", "invoicedetail"}
)
"""Tables that change daily; units, price lists and the like are small and are read whole without loss."""


class SalesAnswers(NamedTuple):
    """What Sales answered. When `user` is Unread, nothing else was asked."""

    user: str | Unread
    version: str | Unread
    solution: str | Unread | None
    organization: Mapping[str, Any] | Unread
    definitions: Mapping[str, Definition] | Unread
    privileges: Mapping[str, str] | Unread


async def ask(client: DataverseClient, settings: ReadinessSettings) -> SalesAnswers:
    """Put all questions. Raises TransientError when Sales cannot be reached."""
    environment = client.environment
    user = await tried(environment.user())
    if isinstance(user, Unread):
        return SalesAnswers(user, user, user, user, user, user)
    return SalesAnswers(
        user,
        await tried(environment.version()),
        await tried(_solution(client, settings.solution)),
        await tried(_organization(client)),
        await tried(environment.definitions([entity.logical_name for entity in ENTITIES])),
        await tried(environment.privileges(user)),
    )


async def _solution(client: DataverseClient, name: str) -> str | None:
    """Its version; None where it is not installed."""
    query = Query("solutions", ("uniquename", "version"), filter=f"uniquename eq '{name}'")
    rows = [row async for page in client.pages(query) for row in page]
    return str(rows[0]["version"]) if rows else None


async def _organization(client: DataverseClient) -> Mapping[str, Any]:
    """The one row of the organisation's settings."""
    rows = [row async for page in client.pages(Query("organizations", ORGANIZATION)) for row in page]
    return rows[0]


def findings(answers: SalesAnswers, settings: Settings) -> list[Finding]:
    """Everything about Sales."""
    if isinstance(answers.user, Unread):
        refused = error("sales_lets_us_in", answers.user.reason, "an answer to WhoAmI")
        return [refused, unread("sales", "everything else", "Sales does not let us in", "see the finding above")]
    wanted, tracked = settings.readiness, settings.reading.sales == "changes"
    return complete(
        "sales",
        [
            *version(answers.version, wanted),
            *solution(answers.solution, wanted),
            *organization(answers.organization, settings),
            *tables(answers.definitions),
            *keys(answers.definitions),
            *(changes(answers.definitions) if tracked else ()),
            *privileges(answers.definitions, answers.privileges),
        ],
        unlooked=() if tracked else ("changes_are_tracked",),
    )


def version(found: str | Unread, settings: ReadinessSettings) -> Iterator[Finding]:
    """Of the environment."""
    needed = f"{settings.sales_version} or later"
    if isinstance(found, Unread):
        yield unread("sales", "the version of Sales", found.reason, needed, hides=("sales_version_is_supported",))
    elif parsed(found) is None:
        yield unread(
            "sales", "the version of Sales", f"{found!r} is no version", needed, hides=("sales_version_is_supported",)
        )
    elif not is_at_least(found, settings.sales_version):
        yield error("sales_version_is_supported", f"Sales is {found}", needed)


def solution(found: str | Unread | None, settings: ReadinessSettings) -> Iterator[Finding]:
    """Prospect to cash in Sales."""
    needed = f"{settings.solution} {settings.solution_version} or later"
    if isinstance(found, Unread):
        yield unread("sales", "the solution", found.reason, needed, hides=("solution_is_installed",))
    elif found is None:
        yield error("solution_is_installed", f"{settings.solution} is not installed", needed)
    elif not is_at_least(found, settings.solution_version):
        yield error("solution_is_installed", f"{settings.solution} is {found}", needed)


def organization(found: Mapping[str, Any] | Unread, settings: Settings) -> Iterator[Finding]:
    """The settings of Sales that decide how documents are calculated."""
    if isinstance(found, Unread):
        yield unread(
            "sales",
            "the organisation's settings",
            found.reason,
            "system pricing, discount by line item",
            hides=OF_ORGANIZATION,
        )
        return
    if found["oobpricecalculationenabled"] not in (True, 1):
        yield error("sales_calculates_prices", "system pricing is off", "system pricing on")
    if found["discountcalculationmethod"] != LINE_ITEM:
        method = f"discount calculation method {found['discountcalculationmethod']} (per unit)"
        yield error("discounts_are_per_line", method, "0 (line item)")
    precision = found["pricingdecimalprecision"]
    if precision is not None and int(precision) < settings.mapping.price_scale:
        needed = f"{settings.mapping.price_scale} (mapping.price_scale)"
        yield warning("prices_keep_their_decimals", f"{precision} decimals of unit prices", needed)


def tables(found: Mapping[str, Definition] | Unread, entities: Sequence[Entity] = ENTITIES) -> Iterator[Finding]:
    """Every table and column by name."""
    if isinstance(found, Unread):
        yield unread(
            "sales",
            "the tables' definitions",
            found.reason,
            "every table and column that is read or written",
            hides=("sales_columns_are_there",),
        )
        return
    for entity in entities:
        definition = found.get(entity.logical_name)
        if definition is None:
            yield error("sales_columns_are_there", "the table is not there", "the table", entity.logical_name)
            continue
        for column in entity.columns:
            if column.name not in definition.columns:
                name = f"{entity.logical_name}.{column.name}"
                yield error("sales_columns_are_there", "the column is not there", "the column", name)


def keys(found: Mapping[str, Definition] | Unread) -> Iterator[Finding]:
    """A key that failed has rows with equal values; one that is under way refuses nothing yet."""
    if isinstance(found, Unread):
        yield unread(
            "sales", "alternate keys", found.reason, "every index Active", hides=("alternate_keys_are_active",)
        )
        return
    for definition in found.values():
        for key in definition.keys:
            said = f"the index over {', '.join(key.columns)} is {key.index_status}"
            name = f"{definition.logical_name}.{key.name}"
            if key.index_status == "Failed":
                yield error("alternate_keys_are_active", said, "Active", name)
            elif key.index_status != "Active":
                yield warning("alternate_keys_are_active", said, "Active", name)


def changes(found: Mapping[str, Definition] | Unread) -> Iterator[Finding]:
    """Change tracking of the tables that change daily."""
    if isinstance(found, Unread):
        yield unread("sales", "change tracking", found.reason, "on", hides=("changes_are_tracked",))
        return
    for definition in found.values():
        if definition.logical_name in TRACKED and not definition.is_tracked:
            yield warning("changes_are_tracked", "change tracking is off", "on", definition.logical_name)


def privileges(found: Mapping[str, Definition] | Unread, held: Mapping[str, str] | Unread) -> Iterator[Finding]:
    """What reading and writing ask for, against what the user has: by privilege, at the depth of the organisation."""
    if isinstance(found, Unread) or isinstance(held, Unread):
        reasons = [answer.reason for answer in (found, held) if isinstance(answer, Unread)]
        yield unread(
            "sales",
            "privileges",
            reasons[0],
            "Read, Create and Write of the tables that are written",
            hides=OF_PRIVILEGES,
        )
        return
    for privilege, tables_of in _needed(found.values()).items():
        depth = held.get(privilege.id)
        if depth is None:
            said = f"the application user lacks it (table {', '.join(tables_of)})"
            yield error("sales_privileges_are_held", said, f"{privilege.kind} of {tables_of[0]}", privilege.name)
        elif privilege.kind == "Read" and depth != DEPTHS[-1]:
            said = f"held at the depth {depth} (table {', '.join(tables_of)})"
            yield error("sales_rows_are_all_readable", said, DEPTHS[-1], privilege.name)


def _needed(found: Iterable[Definition]) -> Mapping[Privilege, list[str]]:
    """Privileges with the tables that need them; several tables share the privileges of their document."""
    needed: dict[Privilege, list[str]] = {}
    for definition in found:
        written = WRITTEN.get(definition.logical_name, frozenset())
        linked = LINKED if written else LINKED & {"AppendTo"}
        for privilege in definition.privileges:
            if privilege.kind in {"Read"} | written | linked:
                needed.setdefault(privilege, []).append(definition.logical_name)
    return needed
