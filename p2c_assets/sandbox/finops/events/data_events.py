"""Data events: a record of an entity was created, updated or deleted, told as the platform's execution context.

Sources: data-events (Create, Update and Delete of every entity of OData; empty dates are left out), a captured payload of
10.0.48 (message names, virtual table, empty PrimaryEntityId), RemoteExecutionContext (names of the fields).
"""

from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.events.assumptions import INITIATING_USER
from p2c_assets.sandbox.finops.events.payloads import entity, milliseconds, reference, table_name, unique_id
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

CREATE, UPDATE, DELETE = "Create", "Update", "Delete"
OPERATIONS = (CREATE, UPDATE, DELETE)
_MESSAGES = {CREATE: "OnExternalCreated", UPDATE: "OnExternalUpdated", DELETE: "OnExternalDeleted"}
_NOBODY = "00000000-0000-0000-0000-000000000000"


def event_of(entity_set: str, operation: str) -> str:
    """The name under which an event is activated. Raises AdminError."""
    if entity_set not in ENTITY_SETS:
        raise AdminError(f"unknown entity set {entity_set!r}; known: {', '.join(ENTITY_SETS)}")
    if operation not in OPERATIONS:
        raise AdminError(f"unknown operation {operation!r}; known: {', '.join(OPERATIONS)}")
    return f"{entity_set} {operation}"


def operation_of(before: Row | None, after: Row | None) -> str:
    """What a change of a record was."""
    if before is None:
        return CREATE
    return DELETE if after is None else UPDATE


class DataEvents:
    """Makes payloads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def payload(self, entity_set: EntitySet, before: Row | None, after: Row | None) -> Mapping[str, Any]:
        """Target is the row as it is now, of a deletion a reference to it; the image is the row as it was."""
        operation = operation_of(before, after)
        count = self._store.sequence("data event")
        target = entity(entity_set, after) if after is not None else reference(entity_set, before or {})
        images = [] if before is None else [{"key": "PreImage", "value": entity(entity_set, before)}]
        return {
            "BusinessUnitId": _NOBODY,
            "CorrelationId": unique_id("correlation", count),
            "Depth": 1,
            "InitiatingUserAzureActiveDirectoryObjectId": INITIATING_USER.lower(),
            "InitiatingUserId": _NOBODY,
            "InputParameters": [{"key": "Target", "value": target}],
            "IsExecutingOffline": False,
            "IsInTransaction": False,
            "IsOfflinePlayback": False,
            "IsolationMode": 1,
            "MessageName": _MESSAGES[operation],
            "Mode": 1,
            "OperationCreatedOn": f"/Date({milliseconds(self._clock.now())}+0000)/",
            "OperationId": unique_id("operation", count),
            "OrganizationId": unique_id("organization", 0),
            "OrganizationName": "sandbox",
            "OutputParameters": [],
            "ParentContext": None,
            "PostEntityImages": [],
            "PreEntityImages": images,
            "PrimaryEntityId": _NOBODY,
            "PrimaryEntityName": table_name(entity_set),
            "RequestId": unique_id("request", count),
            "SecondaryEntityName": "none",
            "SharedVariables": [],
            "Stage": 30,
            "UserId": _NOBODY,
        }
