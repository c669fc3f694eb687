"""POST, PATCH and DELETE of one row, with their conditions and answers.

Source: MicrosoftDocs/powerapps-docs data-platform/use-upsert-insert-update-record.md,
webapi/perform-conditional-operations-using-web-api.md, webapi/update-delete-entities-using-web-api.md.
"""

from collections.abc import Mapping
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import Address, References, key_values, missing
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.preferences import preferences
from p2c_assets.sandbox.dataverse.reading import API, entity
from p2c_assets.sandbox.dataverse.rendering import etag, shown
from p2c_assets.sandbox.dataverse.validation import read_payload
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import create, delete, update
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.table import Row

Payload = Mapping[str, Any]


def payload_of(request: Request) -> Payload:
    """The body as an object. Raises DataverseError for anything else."""
    try:
        body: Any = request.json() if request.body else {}
    except ValueError as error:
        raise errors.DataverseError(400, "0x80048d19", f"Error identified in Payload: {error}") from error
    if not isinstance(body, dict):
        raise errors.DataverseError(400, "0x80048d19", "Error identified in Payload: a JSON object was expected.")
    return cast("Payload", body)


def insert_row(work: Work, table: Table, request: Request, references: References) -> Response:
    """POST: 204 with OData-EntityId, or 201 with the row."""
    body = payload_of(request)
    row = create(work, table, read_payload(table, body, references.resolve, creating=True))
    return _written(work, table, row, request, created=True, key=row[table.key])


def upsert_row(work: Work, address: Address, request: Request, references: References, key: str) -> Response:
    """PATCH: updates, or creates what is missing; If-Match and If-None-Match forbid one or the other."""
    table, body = address.table, payload_of(request)
    _check_conditions(address, request)
    if address.row is None:
        row = create_at(work, address, body, references)
        return _written(work, table, row, request, created=True, key=key)
    row = update(work, table, address.row, changes_of(address, body, references))
    return _written(work, table, row, request, created=False, key=key)


def create_at(work: Work, address: Address, body: Payload, references: References) -> Row:
    """Create the row that a key addresses. Key values in the body win over those in the URL."""
    values = read_payload(address.table, body, references.resolve, creating=True)
    return create(work, address.table, {**key_values(address.table, address, body), **values})


def changes_of(address: Address, body: Payload, references: References) -> Row:
    """Column values of an update. The values of the key itself are passed over, as the platform does."""
    kept = {name: value for name, value in body.items() if name != address.table.key and name not in address.values}
    return read_payload(address.table, kept, references.resolve, creating=False)


def delete_row(work: Work, address: Address, request: Request) -> Response:
    """DELETE: 204, or 404 when there is none."""
    if address.row is None:
        raise missing(address)
    _check_conditions(address, request)
    delete(work, address.table, address.row)
    return Response(204, {"OData-Version": "4.0"})


def _check_conditions(address: Address, request: Request) -> None:
    """The table of conditions: If-Match wants the row (or that version of it), If-None-Match: * wants none."""
    wanted = request.headers.get("if-match")
    if wanted is not None:
        if address.row is None:
            raise missing(address)
        if wanted != "*" and wanted != etag(address.row):
            raise errors.version_mismatch()
    if request.headers.get("if-none-match") == "*" and address.row is not None:
        raise errors.duplicate_key()


def _written(work: Work, table: Table, row: Row, request: Request, *, created: bool, key: str) -> Response:
    prefer = preferences(request)
    if prefer.representation:
        what = shown(table, request.query.get("$select"), None)
        status = 201 if created else 200
        current = work.records.get(table, row[table.key]) or row
        body = entity(work.records, table, current, request, what, prefer)
        return Response.json(status, body, {**prefer.applied, "ETag": etag(current)})
    url = f"{request.base_url}{API}/{table.entity_set}({key})"
    return Response(204, {"OData-Version": "4.0", "Location": url, "OData-EntityId": url})
