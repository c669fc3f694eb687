"""GET below one row: a related row, the rows of a collection, a single value, references.

Source: MicrosoftDocs/powerapps-docs webapi/retrieve-entity-using-web-api.md (single values, navigation properties),
webapi/query/overview.md (filtered collections).
"""

from collections.abc import Sequence
from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import Address, missing
from p2c_assets.sandbox.dataverse.columns import Kind, Table
from p2c_assets.sandbox.dataverse.privileges import check, readable
from p2c_assets.sandbox.dataverse.reading import API, read_count, read_row, read_set
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.relationships import collections, members
from p2c_assets.sandbox.dataverse.rendering import target_of
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.table import Row

_EMPTY = Response(204, {"OData-Version": "4.0"})


def read_part(records: Records, address: Address, names: Sequence[str], request: Request) -> Response:
    """`names`: the segments behind the row."""
    table, row = address.table, address.row
    if row is None:
        raise missing(address)
    check(records, table, "Read", row[table.key])
    name, *further = names
    if name in collections(table.logical):
        found = collections(table.logical)[name]
        check(records, found.many, "Read")
        rows = list(readable(records, found.many, members(records, found, row[table.key])))
        return _collection(records, found.many, rows, further, request)
    if name in table.navigations:
        return _related(records, table, row, name, further, request)
    if name in table.by_stored:
        return _value(table, row, name, further, request)
    if name.startswith("$"):
        raise Unsupported(f"path segment {name} below a row")
    raise errors.no_segment(name)


def _collection(records: Records, table: Table, rows: list[Row], further: Sequence[str], request: Request) -> Response:
    """A filtered collection: everything that a set can be asked."""
    match further:
        case []:
            return read_set(records, table, request, rows)
        case ["$count"]:
            return read_count(records, table, request, rows)
        case ["$ref"]:
            value = [_reference(request, table, row[table.key]) for row in sorted(rows, key=lambda row: row[table.key])]
            context = f"{request.base_url}{API}/$metadata#Collection($ref)"
            return Response.json(200, {"@odata.context": context, "value": value})
        case _:
            raise Unsupported(f"path segment {further[0]} below a collection")


def _related(records: Records, table: Table, row: Row, name: str, further: Sequence[str], request: Request) -> Response:
    column, _ = table.navigations[name]
    target = target_of(column, row)
    if target is None or target.navigation != name:
        return _EMPTY
    if target.logical not in BY_LOGICAL:
        raise Unsupported(f"path segment {name} below a row")
    other, key = BY_LOGICAL[target.logical], row[column.stored]
    check(records, other, "Read", key)
    if list(further) == ["$ref"]:
        context = f"{request.base_url}{API}/$metadata#$ref"
        return Response.json(200, {"@odata.context": context, **_reference(request, other, key)})
    address = Address(other, records.get(other, key), {other.key: key})
    if further:
        return read_part(records, address, further, request)
    return _EMPTY if address.row is None else read_row(records, other, address.row, request)


def _reference(request: Request, table: Table, key: str) -> dict[str, str]:
    return {"@odata.id": f"{request.base_url}{API}/{table.entity_set}({key})"}


def _value(table: Table, row: Row, name: str, further: Sequence[str], request: Request) -> Response:
    """One column: as JSON, or behind $value as the bare text."""
    value = row.get(name)
    if value is None:
        return _EMPTY
    if not further:
        context = f"{request.base_url}{API}/$metadata#{table.entity_set}({row[table.key]})/{name}"
        return Response.json(200, {"@odata.context": context, "value": value})
    if list(further) != ["$value"]:
        raise errors.no_segment(further[0])
    return Response(200, {"Content-Type": "text/plain", "OData-Version": "4.0"}, _text(table, name, value).encode())


def _text(table: Table, name: str, value: Any) -> str:
    return str(value).lower() if table.by_stored[name].kind is Kind.BOOLEAN else str(value)
