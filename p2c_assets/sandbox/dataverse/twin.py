"""The Sales twin: Dataverse Web API v9.2 as far as prospect to cash needs it, over one store.

This module only puts the parts together: `protocol` answers, `loading` and `agenda` serve the admin path, `seed` fills
an empty organisation. What the twin leaves out it refuses with 501 and the feature's name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.admin import unknown
from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.counter import RequestCounter
from p2c_assets.sandbox.dataverse import agenda, jobs, loading, privileges, protocol, throttling, trouble
from p2c_assets.sandbox.dataverse.assumptions import JOBS_RUN_BEFORE_THE_NEXT_REQUEST
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.seed import seed, seed_messages
from p2c_assets.sandbox.dataverse.webhooks import Webhooks
from p2c_assets.sandbox.faults import INSIDE, Faults, Plan
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.notices import Notices
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.throttle import Admitted, Refused, Throttle


class DataverseTwin:
    """One organisation. Implements sandbox.twin.Twin."""

    def __init__(self, store: Store, options: TwinOptions | None = None) -> None:
        self._options = options or TwinOptions()
        self._store = store
        self._clock = Clock(store)
        self._counter = RequestCounter()
        self._notices = Notices(store)
        self._faults = Faults(inside=INSIDE - trouble.ABSENT_INSIDE, codes=trouble.CODES)
        self._throttle = throttling.throttle(self._clock)
        self._records = Records(store, self._clock, self._options)
        self._records.on_write = Webhooks(self._records, self._notices).raise_event
        self.after_reset()

    @property
    def store(self) -> Store:
        return self._store

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def counter(self) -> RequestCounter:
        return self._counter

    @property
    def notices(self) -> Notices:
        return self._notices

    @property
    def faults(self) -> Faults:
        return self._faults

    @property
    def throttle(self) -> Throttle:
        return self._throttle

    def handle(self, request: Request) -> Response:
        """Answer one request of the Web API; the token has been checked."""
        if JOBS_RUN_BEFORE_THE_NEXT_REQUEST:
            jobs.run(self._records)
        return protocol.answer(self._records, self._counter, self._faults, request)

    def needs_no_token(self, request: Request) -> bool:  # noqa: ARG002 - the Twin's signature
        """Nothing here goes without a token."""
        return False

    def knows_client(self, client: str) -> bool:  # noqa: ARG002 - the Twin's signature
        """Whether it has a user is found out later, and then a 403."""
        return True

    def unauthorized(self, request: Request) -> Response:
        """401 with the address at which clients find the tenant; the body is no OData error.

        Source: MicrosoftDocs/powerapps-docs webapi/compose-http-requests-handle-errors.md (401).
        """
        uri = f"https://login.microsoftonline.com/{self._options.tenant}/oauth2/authorize"
        challenge = f"Bearer authorization_uri={uri}, resource_id={request.base_url}/"
        return Response(401, {"WWW-Authenticate": challenge})

    def is_throttled(self, request: Request) -> bool:  # noqa: ARG002 - the Twin's signature
        """All of the Web API is."""
        return True

    def throttled(self, refused: Refused, request: Request) -> Response:
        """The 429 of the limit, with the seconds to wait."""
        response = protocol.refusal(throttling.refusal(refused, self._throttle.settings), request)
        return Response(response.status, {**response.headers, "Retry-After": str(refused.wait_s)}, response.content)

    def throttling_headers(self, admitted: Admitted) -> Mapping[str, str]:
        return throttling.remaining(admitted)

    def trouble(self, plan: Plan, request: Request) -> Response:
        """What a planned fault answers, in the envelope of the Web API."""
        response = protocol.refusal(trouble.refusal(plan), request)
        waiting = {} if plan.retry_after is None else {"Retry-After": str(plan.retry_after)}
        return Response(response.status, {**response.headers, **waiting}, response.content)

    def load(self, rows: Mapping[str, Sequence[Row]], *, plugins: bool) -> Mapping[str, int]:
        return loading.load(self._records, rows, plugins=plugins)

    def alter(self, entity_set: str, key: Mapping[str, Any], values: Row) -> None:
        loading.alter(self._records, entity_set, key, values)

    def rows(self, entity_set: str) -> Sequence[Row]:
        return loading.rows(self._records, entity_set)

    def schedule(self, items: Sequence[Mapping[str, Any]]) -> int:
        return agenda.schedule(self._records, items)

    def advance(self, days: int) -> Mapping[str, Any]:
        jobs.run(self._records)
        return agenda.advance(self._records, days)

    def after_reset(self) -> None:
        seed(self._store, self._options, self._clock.timestamp())
        seed_messages(self._store, self._options, self._clock.timestamp())

    def before_snapshot(self) -> None:
        """Everything is in the store."""

    def after_restore(self) -> None:
        """Everything is in the store."""

    def admin(self, method: str, path: Sequence[str], document: Any) -> Any:
        """`privileges`: what the caller may not do."""
        match method, *path:
            case "GET", "privileges":
                return privileges.settings(self._records)
            case "POST", "privileges":
                return privileges.configure(self._records, document)
            case _:
                raise unknown(method, path)
