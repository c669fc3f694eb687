"""How F&O words what the admin path made go wrong: throttling, failures of the server, contention.

Sources: fin-ops priority-based-throttling (text), captured traces (update conflict; 429 inside a batch answer).
assumptions.THROTTLING_USES_THE_ODATA_ENVELOPE, DEADLOCK_TEXT.
"""

from p2c_assets.sandbox.faults import Plan
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.assumptions import DEADLOCK_TEXT
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.odata.keys import split_path

HIGH_UTILIZATION = (
    "This request could not be processed at this time due to system experiencing high resource utilization."
)
_UPDATE_CONFLICT = (
    "An update conflict occurred due to another user process deleting the record or changing one or more fields in the "
    "record."
)


class Throttled(errors.FinopsError):
    """429: nothing was done. retry_after: seconds; None: the header is missing, as it can be."""

    def __init__(self, text: str, retry_after: int | None) -> None:
        super().__init__(429, text)
        self._retry_after = retry_after

    def response(self, status: int | None = None) -> Response:
        whole = super().response(status)
        waiting = {} if self._retry_after is None else {"Retry-After": str(self._retry_after)}
        return Response(whole.status, {**whole.headers, **waiting}, whole.content)


def overloaded(retry_after: int | None) -> Throttled:
    """Resource-based throttling, with the seconds in the text where there are any."""
    tail = "" if retry_after is None else f" Retry the request after {retry_after} seconds."
    return Throttled(HIGH_UTILIZATION + tail, retry_after)


def refusal(plan: Plan, request: Request) -> errors.FinopsError:
    """The error of one refused request or operation."""
    match plan.kind:
        case "throttled":
            return overloaded(plan.retry_after)
        case "write_conflict":
            return _contention(request, _UPDATE_CONFLICT)
        case "deadlock":
            return _contention(request, DEADLOCK_TEXT)
        case _:
            return errors.FinopsError(plan.status or 500, "An error has occurred.")


def _contention(request: Request, text: str) -> errors.FinopsError:
    """An infolog of the platform about the record's table."""
    entity_set = _entity_set(request)
    if entity_set is None:
        return errors.FinopsError(500, text)
    verb = {"POST": "create", "DELETE": "delete"}.get(request.method, "edit")
    whole = f"Cannot {verb} a record in {entity_set.table_label} ({entity_set.table}).\n{text}"
    return errors.write_failed(entity_set, whole, validation=False)


def _entity_set(request: Request) -> EntitySet | None:
    parts = split_path(request.path)
    return ENTITY_SETS.get(parts[1].partition("(")[0]) if len(parts) > 1 else None
