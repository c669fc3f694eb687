"""`$batch`: operations and changesets, one after the other, each changeset all or nothing.

Sources: fin-ops odata (changesets), service-protection-maximizing-api-throughput (5,000 operations), captured traces
(outer 200; one error part per rolled-back changeset).
assumptions.BATCH_CONTINUES_AFTER_ERROR, ERROR_PART_HAS_FIRST_CONTENT_ID, BUSINESS_ERROR_STATUS_IN_BATCH.
"""

from collections.abc import Callable, Sequence

from p2c_assets.sandbox.counter import RequestCounter
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.assumptions import MAX_BATCH_OPERATIONS
from p2c_assets.sandbox.messages import Request, Response, Unsupported, unsupported
from p2c_assets.sandbox.odata.multipart import (
    BatchRequest,
    Changeset,
    ChangesetResponse,
    MultipartError,
    PartResponse,
    parse_batch,
    render_batch,
)
from p2c_assets.sandbox.store import Store

_WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
Operate = Callable[[Request], Response]


class RefusedError(Exception):
    """An operation of a changeset was answered with an error: the whole changeset is undone."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Batch:
    """Runs batches with the twin's own operation; error_status: what a business error inside a batch answers."""

    def __init__(self, store: Store, counter: RequestCounter, operate: Operate, error_status: int) -> None:
        self._store = store
        self._counter = counter
        self._operate = operate
        self._error_status = error_status

    def run(self, request: Request) -> Response:
        """The whole answer: 200 whatever happened inside, 400 when the batch itself cannot be read."""
        try:
            parts = parse_batch(request.body, request.headers.get("content-type", ""))
        except MultipartError as error:
            raise errors.bad_batch(str(error)) from error
        _check_size(parts)
        answers = [
            self._changeset(request, part) if isinstance(part, Changeset) else self._single(request, part)
            for part in parts
        ]
        content_type, body = render_batch(answers)
        return Response(200, {"Content-Type": content_type, "OData-Version": "4.0"}, body)

    def _single(self, request: Request, part: BatchRequest) -> PartResponse:
        self._counter.operation(part.method)
        try:
            with self._store.transaction():
                return _part(self._operate(_inner(request, part)), part.content_id)
        except (errors.FinopsError, Unsupported) as error:
            return _part(self._refusal(error), part.content_id)

    def _changeset(self, request: Request, changeset: Changeset) -> ChangesetResponse:
        for part in changeset.requests:
            self._counter.operation(part.method)
        try:
            with self._store.transaction():
                return ChangesetResponse(tuple(self._write(request, part) for part in changeset.requests))
        except (errors.FinopsError, Unsupported, RefusedError) as error:
            first = changeset.requests[0].content_id
            return ChangesetResponse((_part(self._refusal(error), first),))

    def _write(self, request: Request, part: BatchRequest) -> PartResponse:
        if part.method not in _WRITES:
            raise errors.bad_batch(
                f"An invalid HTTP method '{part.method}' was detected for a request in a change set. Requests in change "
                "sets only support the HTTP methods 'POST', 'PUT', 'DELETE', and 'PATCH'."
            )
        response = self._operate(_inner(request, part))
        if response.status >= 400:
            raise RefusedError(response)
        return _part(response, part.content_id)

    def _refusal(self, error: errors.FinopsError | Unsupported | RefusedError) -> Response:
        if isinstance(error, RefusedError):
            return error.response
        if isinstance(error, Unsupported):
            return unsupported(error)
        return error.response(self._error_status if error.business else None)


def _inner(request: Request, part: BatchRequest) -> Request:
    """One operation as a request. Raises Unsupported for `$1` (assumptions.CONTENT_ID_REFERENCES_ARE_UNSUPPORTED)."""
    if part.url.startswith("$") and part.url[1:2].isdigit():
        raise Unsupported(f"the reference {part.url} to a Content-ID")
    return request.inner(part)


def _part(response: Response, content_id: str | None) -> PartResponse:
    """An answer as a part; JSON says its character set there, as captured."""
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("application/json") and "charset" not in kind:
        response = Response(
            response.status, {**response.headers, "Content-Type": f"{kind}; charset=utf-8"}, response.content
        )
    return response.part(content_id)


def _check_size(parts: Sequence[BatchRequest | Changeset]) -> None:
    count = sum(len(part.requests) if isinstance(part, Changeset) else 1 for part in parts)
    if count > MAX_BATCH_OPERATIONS:
        raise errors.bad_batch(
            "The current batch message contains too many parts. Only batch messages with a maximum number of "
            f"'{MAX_BATCH_OPERATIONS}' query operations and change sets are allowed."
        )
