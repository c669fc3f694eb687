"""What a webhook says: a RemoteExecutionContext as JSON, the way the platform's serialiser writes it.

Who is told, and when, is in `webhooks`. Source: MicrosoftDocs/powerapps-docs use-webhooks.md (the example body).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

from p2c_assets.sandbox.dataverse.assumptions import DELETE_TARGET_IS_A_REFERENCE
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.records import Caller
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID, ORGANIZATION_ID, ROOT_BUSINESS_UNIT_ID
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.table import Row

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
LARGEST_BODY = 256 * 1024
DROPPED = ("ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages")
"""What a body that would be larger than 256 KB goes without."""

_CHOICES = frozenset({Kind.CHOICE, Kind.STATE, Kind.STATUS})
Json = dict[str, Any]


class Event(NamedTuple):
    """One write of one row: its message, the row after (before, for a delete), and the stored values written."""

    message: str
    table: Table
    row: Row
    written: Mapping[str, Any]


def body(event: Event, step: Row, caller: Caller, now: datetime) -> tuple[bytes, bool]:
    """The JSON of one event for one step, and whether it had to be cut."""
    context = _context(event, step, caller, now)
    whole = _encoded(context)
    if len(whole) <= LARGEST_BODY:
        return whole, False
    return _encoded({name: value for name, value in context.items() if name not in DROPPED}), True


def _encoded(context: Json) -> bytes:
    """The platform's serialiser escapes slashes: "\\/Date(1506384247000)\\/"."""
    return dumps(context).replace(b"/", b"\\/")


def _context(event: Event, step: Row, caller: Caller, now: datetime) -> Json:
    operation = str(uuid4())
    target = {"key": "Target", "value": _target(event)}
    shared = [{"key": "tag", "value": caller.tag}] if caller.tag is not None else []
    given: list[Json] = [target, {"key": "SuppressDuplicateDetection", "value": False}]
    main = _stage(event, step, caller, now, operation) | {"InputParameters": given, "Stage": 30}
    main |= {"ParentContext": None, "PostEntityImages": [], "SharedVariables": shared}
    return _stage(event, step, caller, now, operation) | {
        "InputParameters": [target],
        "ParentContext": dict(sorted(main.items())),
        "PostEntityImages": _images(event),
        "SharedVariables": shared,
        "Stage": step["stage"],
    }


def _stage(event: Event, step: Row, caller: Caller, now: datetime, operation: str) -> Json:
    """What both contexts have in common, in the order of the serialiser, which is the alphabet's."""
    created = event.message == "Create"
    return {
        "BusinessUnitId": ROOT_BUSINESS_UNIT_ID,
        "CorrelationId": caller.correlation,
        "Depth": 1,
        "InitiatingUserId": APPLICATION_USER_ID,
        "InputParameters": [],
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": event.message,
        "Mode": step["mode"],
        "OperationCreatedOn": f"/Date({_milliseconds(now)}+0000)/",
        "OperationId": operation,
        "OrganizationId": ORGANIZATION_ID,
        "OrganizationName": "sandbox",
        "OutputParameters": [{"key": "id", "value": event.row[event.table.key]}] if created else [],
        "OwningExtension": _reference("sdkmessageprocessingstep", step["sdkmessageprocessingstepid"], typed=False),
        "ParentContext": None,
        "PostEntityImages": [],
        "PreEntityImages": [],
        "PrimaryEntityId": event.row[event.table.key],
        "PrimaryEntityName": event.table.logical,
        "RequestId": None,
        "SecondaryEntityName": "none",
        "SharedVariables": [],
        "Stage": 0,
        "UserId": APPLICATION_USER_ID,
    }


def _target(event: Event) -> Json:
    key = event.row[event.table.key]
    if event.message == "Delete" and DELETE_TARGET_IS_A_REFERENCE:
        return _reference(event.table.logical, key, typed=True)
    written = {name: value for name, value in event.written.items() if name in event.table.by_stored}
    attributes = [_attribute(event.table.by_stored[name], value, event.row) for name, value in written.items()]
    if event.table.key not in written:
        attributes.append({"key": event.table.key, "value": key})
    return {"__type": f"Entity:{CONTRACTS}", **_entity(event.table, key, attributes)}


def _images(event: Event) -> list[Json]:
    """An asynchronous step brings the primary name along."""
    if event.message == "Delete":
        return []
    table, row = event.table, event.row
    named = [
        {"key": table.name_column, "value": row.get(table.name_column)},
        {"key": table.key, "value": row[table.key]},
    ]
    return [{"key": "AsynchronousStepPrimaryName", "value": _entity(table, row[table.key], named)}]


def _entity(table: Table, key: str, attributes: list[Json]) -> Json:
    return {
        "Attributes": attributes,
        "EntityState": None,
        "FormattedValues": [],
        "Id": key,
        "KeyAttributes": [],
        "LogicalName": table.logical,
        "RelatedEntities": [],
        "RowVersion": None,
    }


def _reference(logical: str, key: str, *, typed: bool) -> Json:
    kind = {"__type": f"EntityReference:{CONTRACTS}"} if typed else {}
    return {**kind, "Id": key, "KeyAttributes": [], "LogicalName": logical, "Name": None, "RowVersion": None}


def _attribute(column: Column, value: Any, row: Row) -> Json:
    return {"key": column.name, "value": None if value is None else _value(column, value, row)}


def _value(column: Column, value: Any, row: Row) -> Any:
    """A value with its type; one that does not fit its column (rows loaded with flaws) as it is."""
    if column.kind is Kind.LOOKUP:
        logical = row.get(column.stored_type) if column.stored_type else column.targets[0].logical
        return _reference(str(logical), str(value), typed=True)
    if column.kind in _CHOICES and isinstance(value, int):
        return {"__type": f"OptionSetValue:{CONTRACTS}", "Value": value}
    if column.kind is Kind.MONEY and isinstance(value, int | Decimal):
        return {"__type": f"Money:{CONTRACTS}", "Value": value}
    if column.kind in {Kind.DATE, Kind.DATETIME} and isinstance(value, str):
        return _date(value)
    return value


def _date(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"/Date({_milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))})/"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
