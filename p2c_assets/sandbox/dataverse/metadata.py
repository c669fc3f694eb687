"""What a client may ask about the organisation before it writes: service document, WhoAmI, versions, tables and keys.

Source: MicrosoftDocs/powerapps-docs data-platform/webapi/query-metadata-web-api.md, define-alternate-keys-entity.md.
"""

import uuid
from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import VERSION
from p2c_assets.sandbox.dataverse.columns import AlternateKey, Table
from p2c_assets.sandbox.dataverse.reading import API
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL, TABLES
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID, ORGANIZATION_ID, ROOT_BUSINESS_UNIT_ID
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.keys import Segment
from p2c_assets.sandbox.odata.options import parse_expand, parse_select

_PLAIN = ("$select", "$expand")


def service_document(request: Request) -> Response:
    """The entity sets."""
    sets = [{"name": table.entity_set, "kind": "EntitySet", "url": table.entity_set} for table in TABLES]
    return Response.json(200, {"@odata.context": f"{request.base_url}{API}/$metadata", "value": sets})


def who_am_i(request: Request) -> Response:
    """The application user; the answer carries the recommended parallelism."""
    context = f"{request.base_url}{API}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"
    ids = {
        "BusinessUnitId": ROOT_BUSINESS_UNIT_ID,
        "UserId": APPLICATION_USER_ID,
        "OrganizationId": ORGANIZATION_ID,
    }
    return Response.json(200, {"@odata.context": context, **ids}, {"x-ms-dop-hint": "4"})


def retrieve_version(request: Request) -> Response:
    context = f"{request.base_url}{API}/$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse"
    return Response.json(200, {"@odata.context": context, "Version": VERSION})


def entity_definitions(records: Records, segments: list[Segment], request: Request) -> Response:
    """`EntityDefinitions(LogicalName='x')` with a few properties, and its `/Keys`; all else is 501."""
    key = segments[0].key
    if key is None or set(key) != {"LogicalName"} or set(request.query) - set(_PLAIN):
        raise Unsupported("EntityDefinitions other than by LogicalName")
    name = str(getattr(key["LogicalName"], "value", ""))
    if name not in BY_LOGICAL:
        text = f"Could not find an entity with name {name} and id 00000000-0000-0000-0000-000000000000."
        raise errors.DataverseError(404, "0x80040217", text)
    table = BY_LOGICAL[name]
    root = f"{request.base_url}{API}/$metadata#EntityDefinitions"
    if len(segments) == 1:
        return Response.json(200, {"@odata.context": f"{root}/$entity", **_definition(records, table, request)})
    if len(segments) == 2 and segments[1].name == "Keys":
        keys = [_chosen(_key(table, alternate), request) for alternate in records.keys(table)]
        return Response.json(200, {"@odata.context": f"{root}('{name}')/Keys", "value": keys})
    raise Unsupported(f"EntityDefinitions(...)/{segments[1].name}")


def _definition(records: Records, table: Table, request: Request) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "MetadataId": str(uuid.uuid5(uuid.NAMESPACE_OID, table.logical)),
        "LogicalName": table.logical,
        "EntitySetName": table.entity_set,
        "PrimaryIdAttribute": table.key,
        "PrimaryNameAttribute": table.name_column,
        "ChangeTrackingEnabled": table.logical in records.options.change_tracked_tables,
        "IsOptimisticConcurrencyEnabled": True,
    }
    chosen = _chosen(properties, request)
    for expand in parse_expand(request.query["$expand"]) if "$expand" in request.query else ():
        if expand.navigation != "Keys":
            raise Unsupported(f"$expand of {expand.navigation} in EntityDefinitions")
        chosen["Keys"] = [_key(table, alternate) for alternate in records.keys(table)]
    return chosen


def _key(table: Table, key: AlternateKey) -> dict[str, Any]:
    return {
        "MetadataId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{table.logical}.{key.name}")),
        "LogicalName": key.name.lower(),
        "SchemaName": key.name,
        "EntityLogicalName": table.logical,
        "KeyAttributes": list(key.columns),
        "EntityKeyIndexStatus": "Active",
    }


def _chosen(properties: dict[str, Any], request: Request) -> dict[str, Any]:
    if "$select" not in request.query:
        return properties
    names = parse_select(request.query["$select"])
    for name in names:
        if name not in properties:
            raise Unsupported(f"EntityDefinitions property {name}")
    return {name: properties[name] for name in dict.fromkeys(("MetadataId", *names))}
