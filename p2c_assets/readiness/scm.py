"""SCM as a system: its versions, its public entities with their columns, whether we may read them.

Which rows the service user may write no public source tells how to read: that is a finding of its own, with the manual step.
Source: MicrosoftDocs prospect-to-cash (system requirements for Finance and Operations), d365fo-client (/Metadata).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.finops.environment import Versions
from p2c_assets.mappings.scm import ENTITIES
from p2c_assets.readiness.asking import tried, tried_by_name
from p2c_assets.readiness.finding import Finding, Unread, complete, error, unread
from p2c_assets.readiness.versions import is_at_least, parsed
from p2c_assets.settings import ReadinessSettings, Settings

WRITTEN = ("CustomersV2", "CDSContactPersons", "CDSSalesQuotationHeaders", "CDSSalesQuotationLines")
WRITTEN_ORDERS = ("CDSSalesOrderHeaders", "CDSSalesOrderLines")
WRITES = "scm write privileges"


class ScmAnswers(NamedTuple):
    """What SCM answered; `columns` and `reads` by entity set (`reads`: None where reading was allowed).

    `entry` is Unread when we were let in nowhere.
    """

    entry: Unread | None
    versions: Versions | Unread
    columns: Mapping[str, frozenset[str] | Unread]
    reads: Mapping[str, Unread | None]


async def ask(client: FinopsClient) -> ScmAnswers:
    """Put all questions. Raises TransientError when SCM cannot be reached."""
    environment = client.environment
    reads = await tried_by_name(
        {one.entity_set: environment.check_read(one.entity_set, one.key[0]) for one in ENTITIES}
    )
    refused = [answer for answer in reads.values() if answer is not None]
    versions = await tried(environment.versions())
    if len(refused) == len(reads) and isinstance(versions, Unread):
        return ScmAnswers(refused[0], refused[0], {}, {})
    columns = await tried_by_name({one.entity_set: environment.columns(one.logical_name) for one in ENTITIES})
    return ScmAnswers(None, versions, columns, reads)


def findings(answers: ScmAnswers, settings: Settings) -> list[Finding]:
    """Everything about SCM."""
    if answers.entry is not None:
        refused = error("scm_lets_us_in", answers.entry.reason, "an answer to reads")
        return [refused, unread("scm", "everything else", "SCM does not let us in", "see the finding above")]
    found = [
        *versions(answers.versions, settings.readiness),
        *entities(answers.columns),
        *reads(answers.reads),
        writes(),
    ]
    return complete("scm", found)


def versions(found: Versions | Unread, settings: ReadinessSettings) -> Iterator[Finding]:
    """Of the application and of the platform."""
    needed = f"application {settings.scm_application_version}, platform {settings.scm_platform_version}, or later"
    if isinstance(found, Unread):
        yield unread("scm", "the versions of SCM", found.reason, needed, hides=("scm_version_is_supported",))
    elif None in (parsed(found.application), parsed(found.platform)):
        yield unread(
            "scm",
            "the versions of SCM",
            f"{found.application!r}, {found.platform!r} are no versions",
            needed,
            hides=("scm_version_is_supported",),
        )
    elif not (
        is_at_least(found.application, settings.scm_application_version)
        and is_at_least(found.platform, settings.scm_platform_version)
    ):
        said = f"SCM is application {found.application} on platform {found.platform}"
        yield error("scm_version_is_supported", said, needed)


def entities(found: Mapping[str, frozenset[str] | Unread]) -> Iterator[Finding]:
    """Every public entity with its columns."""
    for entity in ENTITIES:
        columns = found[entity.entity_set]
        if isinstance(columns, Unread):
            yield unread(
                "scm",
                f"the columns of {entity.entity_set}",
                columns.reason,
                "every column that is used",
                hides=("scm_entities_are_there",),
            )
            continue
        for column in entity.columns:
            if column.name not in columns:
                name = f"{entity.entity_set}.{column.name}"
                yield error("scm_entities_are_there", "the column is not there", "the column", name)


def reads(found: Mapping[str, Unread | None]) -> Iterator[Finding]:
    """A read of one row of each entity set."""
    for entity_set, refused in found.items():
        if refused is not None:
            yield error("scm_rows_are_readable", refused.reason, "read access", entity_set)


def writes() -> Finding:
    """SCM tells nobody over OData which privileges its user has."""
    needed = f"create and update of {', '.join(WRITTEN + WRITTEN_ORDERS)}, delete of quotation and order lines"
    reason = "no public interface tells them; see the service user's roles under System administration > Users"
    return unread("scm", WRITES, reason, needed)
