"""Which entities events can be about: the names that the systems have for them, and what the settings make of them."""

from collections.abc import Iterable, Mapping
from typing import Literal

from p2c_assets.errors import SettingsError
from p2c_assets.mappings import catalogue, scm
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import EventSettings

ALL = "*"
VIRTUAL = "mserp_"
"""How tables of SCM are called in Dataverse. Source: business-events/data-events.md."""

BUSINESS_EVENTS: Mapping[str, tuple[str, ...]] = {
    "SalesInvoicePostedBusinessEvent": (
        "sales_invoice_headers",
        "sales_invoice_lines",
        "sales_order_headers",
        "sales_order_lines",
    )
}
"""Business events and the entities of SCM that have changed when one comes. Source: business-events-dev-doc.md."""


LINES: Mapping[str, str] = {contains.header.name: contains.line.name for contains in scm.CONTAINS}
"""By entity of headers in SCM: lines show columns of their header (AreSalesOrderTotalsUpdated), and no event about them comes
when only the header changes."""


def by_logical_name() -> Mapping[str, Entity]:
    """Entities by the name that an execution context has for them: `account`, `mserp_custcustomerv2entity`."""
    return {_logical(entity): entity for entity in catalogue.ENTITIES.values()}


def _logical(entity: Entity) -> str:
    return entity.logical_name if entity.system == "sales" else f"{VIRTUAL}{entity.logical_name.lower()}"


def told(settings: EventSettings, system: Literal["sales", "scm"]) -> frozenset[str]:
    """The entities of a system that the settings say events are sent for."""
    named = settings.sales if system == "sales" else settings.scm
    return frozenset(_names(system)) if ALL in named else frozenset(named)


def check(settings: EventSettings) -> None:
    """Raises SettingsError for an entity that there is not."""
    for system, named in (("sales", settings.sales), ("scm", settings.scm)):
        known = _names(system)
        unknown = [name for name in named if name != ALL and name not in known]
        if unknown:
            raise SettingsError(f"events.{system} names {', '.join(unknown)}; there are: {ALL}, {', '.join(known)}")


def _names(system: str) -> list[str]:
    entities: Iterable[Entity] = catalogue.ENTITIES.values()
    return [entity.name for entity in entities if entity.system == system]
