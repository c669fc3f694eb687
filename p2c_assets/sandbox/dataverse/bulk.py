"""CreateMultiple, UpdateMultiple, UpsertMultiple: many rows in one request, all or nothing.

Source: MicrosoftDocs/powerapps-docs data-platform/bulk-operations.md.
"""

from collections.abc import Mapping
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import Address, References, missing
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.reading import API
from p2c_assets.sandbox.dataverse.seed import BULK_MESSAGES
from p2c_assets.sandbox.dataverse.singles import changes_of, create_at, payload_of
from p2c_assets.sandbox.dataverse.validation import is_guid, read_payload
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import create, update
from p2c_assets.sandbox.messages import Request, Response

Target = Mapping[str, Any]


def bulk(work: Work, table: Table, message: str, request: Request, references: References) -> Response:
    """One bulk message; the caller's transaction makes it all or nothing."""
    if message == "DeleteMultiple":
        raise errors.DataverseError(400, "0x80040203", "DeleteMultiple has not yet been implemented.")
    if message not in BULK_MESSAGES or table.logical not in work.records.options.bulk_tables:
        raise errors.no_segment(message)
    targets = _targets(table, payload_of(request))
    if message == "CreateMultiple":
        return _create(work, table, targets, request, references)
    addresses = _addresses(work, table, targets, references)
    for address, target in zip(addresses, targets, strict=True):
        _write(work, address, target, references, creates=message == "UpsertMultiple")
    return Response(204, {"OData-Version": "4.0"})


def _targets(table: Table, body: Mapping[str, Any]) -> list[Target]:
    targets = body.get("Targets")
    if not isinstance(targets, list) or not targets:
        raise errors.invalid_argument("The parameter 'Targets' is required and must not be empty.")
    objects = cast("list[Target]", targets)
    expected = f"Microsoft.Dynamics.CRM.{table.logical}"
    for target in objects:
        if str(target.get("@odata.type", "")).lstrip("#") != expected:
            raise errors.DataverseError(400, "0x80048d19", f"Every target needs '@odata.type': '{expected}'.")
    return objects


def _create(work: Work, table: Table, targets: list[Target], request: Request, references: References) -> Response:
    ids: list[str] = []
    for target in targets:
        given = str(target.get(table.key, "")).lower()
        if given and work.records.get(table, given) is not None:
            raise errors.duplicate_key("Cannot insert duplicate key.")
        row = create(work, table, read_payload(table, target, references.resolve, creating=True))
        ids.append(row[table.key])
    context = f"{request.base_url}{API}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    return Response.json(200, {"@odata.context": context, "Ids": ids})


def _addresses(work: Work, table: Table, targets: list[Target], references: References) -> list[Address]:
    """Where each target is to go. A row named twice is refused, since the result would hang on the order."""
    addresses = [_address(work, table, target, references) for target in targets]
    seen: set[tuple[object, ...]] = set()
    for address in addresses:
        key = (address.row[table.key],) if address.row else tuple(address.values.values())
        if key in seen:
            raise errors.duplicate_key("Cannot insert duplicate key: a row is named twice in Targets.")
        seen.add(key)
    return addresses


def _address(work: Work, table: Table, target: Target, references: References) -> Address:
    named, key = target.get("@odata.id"), target.get(table.key)
    if isinstance(named, str):
        return references.address(named)
    if isinstance(key, str) and is_guid(key):
        return Address(table, work.records.get(table, key.lower()), {table.key: key.lower()})
    raise errors.invalid_argument(f"Every target needs '@odata.id' or '{table.key}'.")


def _write(work: Work, address: Address, target: Target, references: References, *, creates: bool) -> None:
    if address.row is not None:
        update(work, address.table, address.row, changes_of(address, target, references))
    elif creates and any(
        address.table.by_stored[name].name in target for name in address.values if "@odata.id" in target
    ):
        raise errors.unexpected()
    elif creates:
        create_at(work, address, target, references)
    elif address.table.key in address.values:
        raise errors.do_not_exist(address.table.display, address.values[address.table.key])
    else:
        raise missing(address)
