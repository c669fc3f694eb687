"""PUT and DELETE of one value: `accounts(id)/name`, and of one reference: `contacts(id)/parentcustomerid_account/$ref`.

Source: MicrosoftDocs/powerapps-docs webapi/update-delete-entities-using-web-api.md (single property value),
webapi/associate-disassociate-entities-using-web-api.md (single-valued navigation properties).
"""

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import Address, References, missing
from p2c_assets.sandbox.dataverse.columns import Kind
from p2c_assets.sandbox.dataverse.singles import payload_of
from p2c_assets.sandbox.dataverse.validation import BIND, read_payload
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import update
from p2c_assets.sandbox.messages import Request, Response

NO_CONTENT = Response(204, {"OData-Version": "4.0"})


def is_value(address: Address, name: str) -> bool:
    """Whether the segment behind a row is one of its columns, lookups apart."""
    column = address.table.by_name.get(name)
    return column is not None and column.kind is not Kind.LOOKUP


def put_value(work: Work, address: Address, name: str, request: Request, references: References) -> Response:
    """PUT {"value": ...}: that column, and no other."""
    body = payload_of(request)
    if "value" not in body:
        raise errors.DataverseError(400, "0x80048d19", "Error identified in Payload: the property 'value' is missing.")
    return _write(work, address, {name: body["value"]}, references)


def delete_value(work: Work, address: Address, name: str, references: References) -> Response:
    """The column is emptied."""
    return _write(work, address, {name: None}, references)


def put_reference(work: Work, address: Address, name: str, request: Request, references: References) -> Response:
    """PUT {"@odata.id": url}: the lookup points there."""
    reference = payload_of(request).get("@odata.id")
    if not isinstance(reference, str):
        raise errors.bad_url("The body of a $ref names a row by '@odata.id'.")
    return _write(work, address, {f"{name}{BIND}": reference}, references)


def delete_reference(work: Work, address: Address, name: str, references: References) -> Response:
    """The lookup is emptied, where it points by this navigation property."""
    column, targets = address.table.navigations[name]
    if column.stored_type and address.row is not None:
        kind = address.row.get(column.stored_type)
        if kind is not None and all(target.logical != kind for target in targets):
            raise errors.invalid_argument(f"'{name}' does not hold a reference.")
    return _write(work, address, {f"{name}{BIND}": None}, references)


def _write(work: Work, address: Address, body: dict[str, object], references: References) -> Response:
    if address.row is None:
        raise missing(address)
    changes = read_payload(address.table, body, references.resolve, creating=False)
    update(work, address.table, address.row, changes)
    return NO_CONTENT
