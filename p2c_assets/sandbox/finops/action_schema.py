"""Bound actions and the entity sets that are there for their actions: names, parameters, results.

What an action does is in the module that carries it out. Sources: fin-ops odata (SysODataActionAttribute),
three independent clients (DataManagementEntities, SystemNotifications).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ActionSet:
    """A set that the sandbox has for its actions only: its rows are not readable (501). keys: name and Edm type."""

    name: str
    entity: str
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Action:
    """An action bound to a whole set. parameters: name and Edm type of each. returns: its type, Collection(...) included."""

    name: str
    entity_set: str
    parameters: tuple[tuple[str, str], ...] = ()
    returns: str = ""


@dataclass(frozen=True)
class ComplexType:
    """A result of several values: name and Edm type of each."""

    name: str
    properties: tuple[tuple[str, str], ...]


ACTION_SETS: Mapping[str, ActionSet] = {
    entity_set.name: entity_set
    for entity_set in (
        ActionSet("DataManagementEntities", "DataManagementEntity", (("EntityName", "Edm.String"),)),
        ActionSet("SystemNotifications", "SystemNotification", (("Id", "Edm.Int64"),)),
    )
}
"""The names of their keys are assumptions.ACTION_SET_KEYS."""

COMPLEX_TYPES: tuple[ComplexType, ...] = ()

APPLICATION_VERSION = Action("GetApplicationVersion", "DataManagementEntities", returns="Edm.String")
PLATFORM_BUILD_VERSION = Action("GetPlatformBuildVersion", "DataManagementEntities", returns="Edm.String")
APPLICATION_BUILD_VERSION = Action("GetApplicationBuildVersion", "DataManagementEntities", returns="Edm.String")
INSTALLED_MODULES = Action("GetInstalledModules", "SystemNotifications", returns="Collection(Edm.String)")
ACTIONS: tuple[Action, ...] = (
    APPLICATION_VERSION,
    PLATFORM_BUILD_VERSION,
    APPLICATION_BUILD_VERSION,
    INSTALLED_MODULES,
)
