"""One operation of the Web API, whether it came alone or in a `$batch`: which segment means what.

Raises DataverseError, Unsupported or ODataSyntaxError; `protocol` makes answers of them and owns the transactions.
"""

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.actions import ACTIONS, UNSUPPORTED
from p2c_assets.sandbox.dataverse.addressing import (
    Address,
    Key,
    References,
    check_characters,
    locate,
    missing,
    table_of,
)
from p2c_assets.sandbox.dataverse.bulk import bulk
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.csdl_operations import SALES_ACTIONS
from p2c_assets.sandbox.dataverse.definitions import ROOTS, define
from p2c_assets.sandbox.dataverse.metadata import (
    metadata_document,
    retrieve_total_record_count,
    retrieve_version,
    service_document,
    who_am_i,
)
from p2c_assets.sandbox.dataverse.metadata_changes import retrieve_metadata_changes
from p2c_assets.sandbox.dataverse.preferences import refuse_headers
from p2c_assets.sandbox.dataverse.privilege_documents import retrieve_user_privileges
from p2c_assets.sandbox.dataverse.privileges import check, check_user
from p2c_assets.sandbox.dataverse.query_reading import read_apply, read_fetch, read_sql
from p2c_assets.sandbox.dataverse.reading import API, read_count, read_row, read_set
from p2c_assets.sandbox.dataverse.records import Caller
from p2c_assets.sandbox.dataverse.row_parts import read_part
from p2c_assets.sandbox.dataverse.single_values import (
    delete_reference,
    delete_value,
    is_value,
    put_reference,
    put_value,
)
from p2c_assets.sandbox.dataverse.singles import delete_row, insert_row, payload_of, upsert_row
from p2c_assets.sandbox.dataverse.tracking import count_changes, is_tracked, read_tracked
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.guids import random_guid
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.odata.keys import Segment, parse_segment, split_path

NAMESPACE = "Microsoft.Dynamics.CRM."


def operate(work: Work, request: Request, references: References) -> Response:
    """Answer one operation inside the caller's transaction."""
    refuse_headers(request)
    check_user(work.records)
    work.records.caller = caller_of(request)
    parts = split_path(_within_api(request))
    if not parts and request.method == "GET":
        return service_document(request)
    if not parts:
        raise errors.no_resource(f"{request.base_url}{request.path}")
    about = _about(work, parts, request)
    if about is not None:
        return about
    segments = [parse_segment(part) for part in parts]
    first = segments[0]
    if first.name in ROOTS:
        return define(work.records, segments, request)
    if len(segments) == 1 and first.name in ACTIONS:
        return _act(work, first.name, request, references)
    if first.name in UNSUPPORTED:
        raise Unsupported(first.name)
    return _on_table(work, table_of(first.name), segments, parts, request, references)


def _about(work: Work, parts: list[str], request: Request) -> Response | None:
    """What a GET asks about the organisation as a whole; None for anything else."""
    if len(parts) > 1 or request.method != "GET":
        return None
    match parts[0].partition("(")[0]:
        case "$metadata":
            return metadata_document(work.records, request)
        case "WhoAmI":
            return who_am_i(request)
        case "RetrieveVersion":
            return retrieve_version(request)
        case "RetrieveTotalRecordCount":
            return retrieve_total_record_count(work.records, request)
        case "RetrieveMetadataChanges":
            return retrieve_metadata_changes(work.records, request)
        case _:
            return None


def caller_of(request: Request) -> Caller:
    """Who asks; the id of the whole operation is the caller's own where it gives one."""
    correlation = request.headers.get("x-ms-correlation-id") or random_guid()
    return Caller(request.headers.get("host", "localhost"), correlation, request.query.get("tag"))


def _within_api(request: Request) -> str:
    if request.path != API and not request.path.startswith(f"{API}/"):
        raise errors.no_resource(f"{request.base_url}{request.path}")
    return request.path.removeprefix(API)


def _act(work: Work, name: str, request: Request, references: References) -> Response:
    if request.method != "POST":
        raise errors.no_resource(f"{request.base_url}{request.path}")
    if name in SALES_ACTIONS:
        for parameter in payload_of(request):
            if parameter not in SALES_ACTIONS[name].parameters:
                raise errors.unknown_parameter(parameter, name)
    return ACTIONS[name](work, request, references)


def _on_table(
    work: Work, table: Table, segments: list[Segment], parts: list[str], request: Request, references: References
) -> Response:
    if request.method == "GET":
        check(work.records, table, "Read")
    if len(segments) > 1:
        return _below(work, table, segments, request, references)
    key = segments[0].key
    if key is None:
        return _on_set(work, table, request, references)
    if request.method in {"GET", "PATCH"}:
        check_characters(key)
    text = parts[0][len(segments[0].name) + 1 : -1]
    return _on_row(work, locate(work.records, table, key), text, request, references)


def _on_set(work: Work, table: Table, request: Request, references: References) -> Response:
    match request.method:
        case "GET" if is_tracked(request):
            return read_tracked(work.records, table, request)
        case "GET" if "fetchXml" in request.query:
            return read_fetch(work.records, table, request)
        case "GET" if "$apply" in request.query:
            return read_apply(work.records, table, request)
        case "GET" if "sql" in request.query:
            return read_sql(work.records, table, request)
        case "GET":
            return read_set(work.records, table, request)
        case "POST":
            return insert_row(work, table, request, references)
        case _:
            raise errors.no_resource(f"{request.base_url}{request.path}")


def _on_row(work: Work, address: Address, key: str, request: Request, references: References) -> Response:
    match request.method:
        case "GET" if address.row is not None:
            check(work.records, address.table, "Read", address.row[address.table.key])
            return read_row(work.records, address.table, address.row, request)
        case "GET":
            raise missing(address)
        case "PATCH":
            return upsert_row(work, address, request, references, key)
        case "DELETE":
            return delete_row(work, address, request)
        case _:
            raise errors.no_resource(f"{request.base_url}{request.path}")


def _below(work: Work, table: Table, segments: list[Segment], request: Request, references: References) -> Response:
    """What stands behind a set or a row: a count, a bulk message, an action bound to the table."""
    name = segments[1].name
    on_set = segments[0].key is None and len(segments) == 2
    if on_set and name == "$count" and request.method == "GET" and "$deltatoken" in request.query:
        return count_changes(work.records, table, request)
    if on_set and name == "$count" and request.method == "GET":
        return read_count(work.records, table, request)
    if on_set and name.startswith(NAMESPACE) and request.method == "POST":
        message = name.removeprefix(NAMESPACE)
        if message == "FulfillSalesOrder":
            return ACTIONS[message](work, request, references)
        return bulk(work, table, message, request, references)
    key = segments[0].key
    if key is not None and request.method in {"PUT", "DELETE"}:
        return _below_row(work, locate(work.records, table, key), segments[1:], request, references)
    if key is not None and request.method == "GET" and name == f"{NAMESPACE}RetrieveUserPrivileges":
        return _privileges_of(work, table, key, request)
    if key is not None and request.method == "GET":
        names = [segment.name for segment in segments[1:]]
        return read_part(work.records, locate(work.records, table, key), names, request)
    if key is not None and segments[-1].name == "$ref":
        raise Unsupported(f"{request.method} of {name} below {table.entity_set}")
    raise Unsupported(f"path segment {name} below {table.entity_set}")


def _privileges_of(work: Work, table: Table, key: Key, request: Request) -> Response:
    """A function that is bound to users."""
    address = locate(work.records, table, key)
    if table.logical != "systemuser":
        raise errors.no_segment(f"{NAMESPACE}RetrieveUserPrivileges")
    if address.row is None:
        raise missing(address)
    return retrieve_user_privileges(work.records, str(address.row[table.key]), request)


def _below_row(
    work: Work, address: Address, segments: list[Segment], request: Request, references: References
) -> Response:
    """PUT and DELETE of one value or of one reference."""
    name, puts = segments[0].name, request.method == "PUT"
    if len(segments) == 1 and is_value(address, name):
        if puts:
            return put_value(work, address, name, request, references)
        return delete_value(work, address, name, references)
    if len(segments) == 2 and segments[1].name == "$ref" and name in address.table.navigations:
        if puts:
            return put_reference(work, address, name, request, references)
        return delete_reference(work, address, name, references)
    raise Unsupported(f"{request.method} of {name} below {address.table.entity_set}")
