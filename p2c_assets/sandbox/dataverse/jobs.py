"""System jobs: BulkDelete puts one on the list and answers its id, the asynchronous service does it afterwards.

A row that cannot be deleted is noted as a failure and the job goes on; nothing that was deleted comes back.
Source: MicrosoftDocs/powerapps-docs delete-data-bulk.md; reference/entities/asyncoperation.md (states).
"""

from collections.abc import Mapping
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors, query_expression
from p2c_assets.sandbox.dataverse.addressing import References
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.privileges import check_right
from p2c_assets.sandbox.dataverse.reading import API
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema_jobs import (
    ASYNC_OPERATION,
    BULK_DELETE,
    BULK_DELETE_FAILURE,
    BULK_DELETE_OPERATION,
    READY,
    SUCCEEDED,
)
from p2c_assets.sandbox.dataverse.settlement import settle
from p2c_assets.sandbox.dataverse.singles import payload_of
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import delete, load
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.table import Row

TABLE = "_jobs"
"""Jobs that wait: id of the asyncoperation -> its queries."""

_TAKEN = frozenset(
    {
        "QuerySet",
        "JobName",
        "SendEmailNotification",
        "ToRecipients",
        "CCRecipients",
        "RecurrencePattern",
        "StartDateTime",
        "SourceImportId",
        "RunNow",
        "Options",
    }
)
_OPTIONS = frozenset({"@odata.type", "CanRecoverDeletedRecords", "RunJobForSandbox"})
UNSUPPORTED_NUMBER = 501


def bulk_delete(work: Work, request: Request, references: References) -> Response:  # noqa: ARG001
    """Put a job on the list: 200 with its id. Raises DataverseError for what is no such job."""
    check_right(work.records, "prvBulkDelete")
    body = payload_of(request)
    _check(body)
    queries = body.get("QuerySet")
    if not isinstance(queries, list) or not queries:
        raise errors.invalid_argument("The parameter 'QuerySet' is required and must not be empty.")
    for query in cast("list[object]", queries):
        query_expression.parse(work.records, query)
    job = _start(work, str(body.get("JobName") or "Bulk delete"))
    work.records.store.table(TABLE).insert(job, {"queries": queries})
    context = f"{request.base_url}{API}/$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"
    return Response.json(200, {"@odata.context": context, "JobId": job})


def _check(body: Mapping[str, Any]) -> None:
    """Refuses what the twin's job would not do."""
    for name in body:
        if name not in _TAKEN:
            raise errors.invalid_argument(f"The parameter '{name}' is not a parameter of BulkDelete.")
    if body.get("RecurrencePattern"):
        raise Unsupported("BulkDelete.RecurrencePattern")
    if body.get("SendEmailNotification"):
        raise Unsupported("BulkDelete.SendEmailNotification")
    given: object = body.get("Options") or {}
    if not isinstance(given, dict):
        raise errors.invalid_argument("The parameter 'Options' has to be an object.")
    options = cast("Mapping[str, Any]", given)
    for name in options:
        if name not in _OPTIONS:
            raise errors.invalid_argument(f"The option '{name}' is not an option of BulkDelete.")
    if options.get("RunJobForSandbox"):
        raise Unsupported("BulkDelete.Options.RunJobForSandbox")


def _start(work: Work, name: str) -> str:
    state: Row = {"statecode": READY[0], "statuscode": READY[1], "name": name}
    operation = {**state, "operationtype": BULK_DELETE, "messagename": "BulkDelete", "depth": 1}
    job = load(work, ASYNC_OPERATION, operation, steps=False)["asyncoperationid"]
    counts: Row = {"successcount": 0, "failurecount": 0, "isrecurring": False}
    load(work, BULK_DELETE_OPERATION, {**state, **counts, "_asyncoperationid_value": job}, steps=False)
    return job


def run(records: Records) -> int:
    """Do every job that waits; how many. To be called in a transaction."""
    waiting = records.store.table(TABLE).items()
    for key, job in waiting:
        records.store.table(TABLE).delete(key)
        operation = records.get(ASYNC_OPERATION, str(key))
        if operation is not None:
            _run(records, operation, job["queries"])
    return len(waiting)


def _run(records: Records, operation: Row, queries: list[object]) -> None:
    bulk = records.find(BULK_DELETE_OPERATION, ("_asyncoperationid_value",), (operation["asyncoperationid"],)) or {}
    started = records.clock.timestamp()
    succeeded, failed = 0, 0
    for index, query in enumerate(queries):
        table, expression = query_expression.parse(records, query)
        for row in query_expression.found(records, table, expression):
            error = _attempt(records, table, row)
            succeeded, failed = succeeded + (error is None), failed + (error is not None)
            if error is not None:
                _note(records, operation, bulk, table, row, error, index)
    state: Row = {"statecode": SUCCEEDED[0], "statuscode": SUCCEEDED[1]}
    times: Row = {"startedon": started, "completedon": records.clock.timestamp()}
    records.change(ASYNC_OPERATION, operation, {**state, **times, "errorcode": 0})
    if bulk:
        records.change(BULK_DELETE_OPERATION, bulk, {**state, "successcount": succeeded, "failurecount": failed})


def _attempt(records: Records, table: Table, row: Row) -> errors.DataverseError | Unsupported | None:
    """Delete one row with all that hangs on it; None when it is gone, also when it went with another."""
    current = records.get(table, row[table.key])
    if current is None:
        return None
    try:
        with records.store.transaction():
            work = Work(records)
            delete(work, table, current)
            settle(work)
    except (errors.DataverseError, Unsupported) as error:
        return error
    return None


def _note(
    records: Records,
    operation: Row,
    bulk: Row,
    table: Table,
    row: Row,
    error: errors.DataverseError | Unsupported,
    index: int,
) -> None:
    number = signed(error.code) if isinstance(error, errors.DataverseError) else UNSUPPORTED_NUMBER
    words = error.message if isinstance(error, errors.DataverseError) else f"the sandbox does not support: {error}"
    failure: Row = {
        "_asyncoperationid_value": operation["asyncoperationid"],
        "_bulkdeleteoperationid_value": bulk.get("bulkdeleteoperationid"),
        "errornumber": number,
        "errordescription": words,
        "orderedqueryindex": index,
        "_regardingobjectid_value": row[table.key],
        "regardingobjectid_type": table.logical,
    }
    load(Work(records, checked=False), BULK_DELETE_FAILURE, failure, steps=False)


def signed(code: str) -> int:
    """An error code as a signed number: 0x80040227 is -2147220953."""
    number = int(code, 16) if code else 0
    return number - 2**32 if number >= 2**31 else number
