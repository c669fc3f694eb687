"""Requests to answers: transactions, errors in Dataverse's envelope, and `$batch` with its changesets.

Source: MicrosoftDocs/powerapps-docs webapi/execute-batch-operations-using-web-api.md,
webapi/compose-http-requests-handle-errors.md (error shape).
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from p2c_assets.sandbox.counter import RequestCounter
from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import References
from p2c_assets.sandbox.dataverse.annotations import details
from p2c_assets.sandbox.dataverse.operations import operate
from p2c_assets.sandbox.dataverse.preferences import preferences
from p2c_assets.sandbox.dataverse.reading import API
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.settlement import settle
from p2c_assets.sandbox.dataverse.trouble import refusal as refusal_of
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.deceit import deceive, is_deceit
from p2c_assets.sandbox.faults import Faults
from p2c_assets.sandbox.messages import Request, Response, Unsupported, unsupported
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError
from p2c_assets.sandbox.odata.multipart import (
    BatchRequest,
    Changeset,
    ChangesetResponse,
    MultipartError,
    PartResponse,
    parse_batch,
    render_batch,
)

BATCH = f"{API}/$batch"
MOST_OPERATIONS = 1000
LONGEST_URL, LONGEST_URL_INSIDE = 32 * 1024, 64 * 1024
"""Characters of a URL: webapi/compose-http-requests-handle-errors.md (maximum URL length)."""
_UNCACHED = {"Cache-Control": "no-cache", "Expires": "-1"}
Part = BatchRequest | Changeset
Answer = PartResponse | ChangesetResponse
Refusal = (errors.DataverseError, ODataSyntaxError, Unsupported)


def answer(records: Records, counter: RequestCounter, faults: Faults, request: Request) -> Response:
    """One HTTP request; every answer has an id that support would ask for."""
    response = _answer(records, counter, faults, request)
    identity = str(uuid4())
    ids = {"x-ms-service-request-id": identity, "REQ_ID": identity, "AuthActivityId": str(uuid4())}
    return replace(response, headers={**response.headers, **_UNCACHED, **ids})


def _answer(records: Records, counter: RequestCounter, faults: Faults, request: Request) -> Response:
    if request.path != BATCH:
        return _alone(records, faults, request)
    try:
        return _batch(records, counter, faults, request)
    except Refusal as error:
        return refusal(error, request)


def refusal(error: Exception, request: Request) -> Response:
    """An error as the Web API shows it, with its details where the caller asked for annotations."""
    match error:
        case errors.DataverseError(status=status, code=code, message=message):
            return Response.json(
                status, {"error": {"code": code, "message": message, **details(request, code, message)}}
            )
        case ODataSyntaxError(message=message):
            code = "0x80060888"
            return Response.json(400, {"error": {"code": code, "message": message, **details(request, code, message)}})
        case Unsupported():
            return unsupported(error)
        case _:
            raise error


def _alone(records: Records, faults: Faults, request: Request) -> Response:
    """One operation in a transaction of its own."""
    try:
        with records.store.transaction():
            work = Work(records)
            response = _strike_or_operate(work, faults, request, References(records))
            settle(work)
            return response
    except Refusal as error:
        return refusal(error, request)


def _check_length(request: Request) -> None:
    most = LONGEST_URL_INSIDE if request.inside else LONGEST_URL
    if request.target_length > most:
        raise errors.url_too_long(most)


def _batch(records: Records, counter: RequestCounter, faults: Faults, request: Request) -> Response:
    """Operations in their order; without continue-on-error the first failure is the whole answer."""
    if request.method != "POST":
        raise errors.no_resource(f"{request.base_url}{request.path}")
    parts = _parts(request)
    goes_on = preferences(request).continue_on_error
    answers: list[Answer] = []
    for part in parts:
        result = _part(records, counter, faults, request, part)
        if not goes_on and isinstance(result, PartResponse) and result.status >= 400:
            return _rendered(400, [result])
        answers.append(result)
    return _rendered(200, answers)


def _parts(request: Request) -> list[Part]:
    try:
        parts = parse_batch(request.body, request.headers.get("content-type", ""))
    except MultipartError as error:
        raise errors.bad_url(str(error)) from error
    flat = [single for part in parts for single in (part.requests if isinstance(part, Changeset) else (part,))]
    if len(flat) > MOST_OPERATIONS:
        text = f"The batch has {len(flat)} operations, the most is {MOST_OPERATIONS}."
        raise errors.bad_url(text)
    if any(single.url.split("?")[0].endswith("$batch") for single in flat):
        raise errors.bad_url("A batch may not contain a batch.")
    for part in parts:
        if isinstance(part, Changeset):
            _check_changeset(part)
    return parts


def _check_changeset(changeset: Changeset) -> None:
    for single in changeset.requests:
        if single.method == "GET":
            raise errors.bad_url("An invalid HTTP method 'GET' was detected for a request in a change set.")
        if not single.content_id:
            raise errors.bad_url("The MIME headers of a request in a change set must have a Content-ID.")


def _part(records: Records, counter: RequestCounter, faults: Faults, request: Request, part: Part) -> Answer:
    if isinstance(part, Changeset):
        return _changeset(records, counter, faults, request, part.requests)
    counter.operation(part.method)
    response = _alone(records, faults, request.inner(part))
    return (response if response.status < 400 else _identified(response)).part(part.content_id)


def _identified(response: Response) -> Response:
    """A failed part has the id that support would ask for, as the page's sample shows it."""
    return replace(response, headers={"REQ_ID": str(uuid4()), **response.headers})


def _changeset(
    records: Records, counter: RequestCounter, faults: Faults, request: Request, singles: Sequence[BatchRequest]
) -> Answer:
    """All or nothing; a failure is the one answer to the changeset, under the Content-ID that failed."""
    current = singles[-1].content_id if singles else None
    parts: list[PartResponse] = []
    for single in singles:
        counter.operation(single.method)
    try:
        with records.store.transaction():
            work, references = Work(records), References(records)
            for single in singles:
                current = single.content_id
                response = _operation(work, faults, request, single, references)
                parts.append(response.part(single.content_id))
            settle(work)
    except Refusal as error:
        return _identified(refusal(error, request)).part(current)
    return ChangesetResponse(tuple(parts))


def _operation(work: Work, faults: Faults, request: Request, single: BatchRequest, references: References) -> Response:
    url = references.expand(single.url)
    inner = request.inner(single if url == single.url else single._replace(url=f"{API}{url}"))
    response = _strike_or_operate(work, faults, inner, references)
    if single.content_id and "OData-EntityId" in response.headers:
        references.remember(single.content_id, response.headers["OData-EntityId"].partition(API)[2])
    return response


def _strike_or_operate(work: Work, faults: Faults, request: Request, references: References) -> Response:
    """An operation of a batch may have been planned to fail."""
    plan = faults.on_operation(request) if request.inside else None
    if plan is not None and not is_deceit(plan):
        raise refusal_of(plan)
    _check_length(request)
    if plan is not None:
        struck = Work(work.records) if plan.kind == "ok_without_writing" else work
        return deceive(plan, work.records.store, request, lambda one: operate(struck, one, references))
    return operate(work, request, references)


def _rendered(status: int, answers: Sequence[Answer]) -> Response:
    content_type, body = render_batch(answers)
    return Response(status, {"Content-Type": content_type, "OData-Version": "4.0"}, body)
