"""Bound actions and the entity sets that are there for their actions: names, parameters, results.

What an action does is in the module that carries it out. Sources: fin-ops odata (SysODataActionAttribute), sysadmin/
batch-odata-api (BatchJobs), three independent clients (DataManagementEntities, SystemNotifications), data-management-api
and public clients of it (DataManagementDefinitionGroups).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from p2c_assets.sandbox.finops.enums import NAMESPACE


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


PACKAGES = "DataManagementDefinitionGroups"
ACTION_SETS: Mapping[str, ActionSet] = {
    entity_set.name: entity_set
    for entity_set in (
        ActionSet(PACKAGES, "DataManagementDefinitionGroup", (("Name", "Edm.String"),)),
        ActionSet("DataManagementEntities", "DataManagementEntity", (("EntityName", "Edm.String"),)),
        ActionSet("SystemNotifications", "SystemNotification", (("Id", "Edm.Int64"),)),
        ActionSet("BatchJobs", "BatchJob", (("BatchJobRecId", "Edm.Int64"),)),
    )
}
"""The names of their keys are assumptions.ACTION_SET_KEYS."""

COMPLEX_TYPES: tuple[ComplexType, ...] = (
    ComplexType(
        "BatchJobResponse",
        (
            ("ResponseStatusCode", "Edm.Int32"),
            ("IsSuccess", "Edm.Boolean"),
            ("BatchJobId", "Edm.Int64"),
            ("ExceptionDetails", "Edm.String"),
            ("ResponseMessage", "Edm.String"),
        ),
    ),
)

APPLICATION_VERSION = Action("GetApplicationVersion", "DataManagementEntities", returns="Edm.String")
PLATFORM_BUILD_VERSION = Action("GetPlatformBuildVersion", "DataManagementEntities", returns="Edm.String")
APPLICATION_BUILD_VERSION = Action("GetApplicationBuildVersion", "DataManagementEntities", returns="Edm.String")
INSTALLED_MODULES = Action("GetInstalledModules", "SystemNotifications", returns="Collection(Edm.String)")
SET_TO_WAITING = Action(
    "SetBatchJobToWaiting",
    "BatchJobs",
    parameters=(("batchJobId", "Edm.Int64"),),
    returns=f"{NAMESPACE}.BatchJobResponse",
)

_EXECUTION = (("executionId", "Edm.String"),)
_ENTITY = (*_EXECUTION, ("entityName", "Edm.String"))
_IMPORT = (
    ("packageUrl", "Edm.String"),
    ("definitionGroupId", "Edm.String"),
    ("executionId", "Edm.String"),
    ("execute", "Edm.Boolean"),
    ("overwrite", "Edm.Boolean"),
    ("legalEntityId", "Edm.String"),
)
_EXPORT = (
    ("definitionGroupId", "Edm.String"),
    ("packageName", "Edm.String"),
    ("executionId", "Edm.String"),
    ("reExecute", "Edm.Boolean"),
    ("legalEntityId", "Edm.String"),
)
_PREVIEW = (*_EXPORT, ("count", "Edm.Int32"))
PACKAGE_ACTIONS: tuple[Action, ...] = (
    Action("GetAzureWriteUrl", PACKAGES, (("uniqueFileName", "Edm.String"),), "Edm.String"),
    Action("ImportFromPackage", PACKAGES, _IMPORT, "Edm.String"),
    Action("ImportFromPackageAsync", PACKAGES, _IMPORT, "Edm.String"),
    Action("ExportToPackage", PACKAGES, _EXPORT, "Edm.String"),
    Action("ExportToPackageAsync", PACKAGES, _EXPORT, "Edm.String"),
    Action("ExportToPackagePreview", PACKAGES, _PREVIEW, "Edm.String"),
    Action("ExportToPackagePreviewAsync", PACKAGES, _PREVIEW, "Edm.String"),
    Action("GetExportedPackageUrl", PACKAGES, _EXECUTION, "Edm.String"),
    Action("GetExecutionSummaryStatus", PACKAGES, _EXECUTION, "Edm.String"),
    Action("GetEntityExecutionSummaryStatusList", PACKAGES, _EXECUTION, "Collection(Edm.String)"),
    Action("GetExecutionSummaryPageUrl", PACKAGES, _EXECUTION, "Edm.String"),
    Action("GetExecutionErrors", PACKAGES, _EXECUTION, "Edm.String"),
    Action("GetImportStagingErrorFileUrl", PACKAGES, _ENTITY, "Edm.String"),
    Action("GenerateImportTargetErrorKeysFile", PACKAGES, _ENTITY, "Edm.Boolean"),
    Action("GetImportTargetErrorKeysFileUrl", PACKAGES, _ENTITY, "Edm.String"),
    Action("DeleteExecutionHistoryJob", PACKAGES, _EXECUTION),
)
"""Of the data package API."""

ACTIONS: tuple[Action, ...] = (
    APPLICATION_VERSION,
    PLATFORM_BUILD_VERSION,
    APPLICATION_BUILD_VERSION,
    INSTALLED_MODULES,
    SET_TO_WAITING,
    *PACKAGE_ACTIONS,
)
