"""What the HTTP server needs of a twin. Each twin implements it; nothing is inherited."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.counter import RequestCounter
from p2c_assets.sandbox.faults import Faults, Plan
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.notices import Notices
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.throttle import Admitted, Refused, Throttle


class AdminError(Exception):
    """An admin call that makes no sense: HTTP 400 with this text."""


class Twin(Protocol):
    """One system. Every method is called in one transaction of the store and runs to its end before the next."""

    @property
    def store(self) -> Store: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def counter(self) -> RequestCounter: ...

    @property
    def faults(self) -> Faults: ...

    @property
    def throttle(self) -> Throttle: ...

    @property
    def notices(self) -> Notices: ...

    def handle(self, request: Request) -> Response:
        """Answer one request of the protocol (token checked). May raise Unsupported."""
        ...

    def needs_no_token(self, request: Request) -> bool:
        """True for an address that carries its own key, a signature, and is checked in `handle`."""
        ...

    def knows_client(self, client: str) -> bool:
        """Whether an application that has a token is one that the system itself lets in at all."""
        ...

    def unauthorized(self, request: Request) -> Response:
        """The system's own 401."""
        ...

    def is_throttled(self, request: Request) -> bool:
        """Whether service protection looks at this request."""
        ...

    def throttled(self, refused: Refused, request: Request) -> Response:
        """The system's own 429."""
        ...

    def throttling_headers(self, admitted: Admitted) -> Mapping[str, str]:
        """What the system tells a client about what remains."""
        ...

    def trouble(self, plan: Plan, request: Request) -> Response:
        """The system's own answer to a request that was planned to be refused."""
        ...

    def load(self, rows: Mapping[str, Sequence[Row]], *, plugins: bool) -> Mapping[str, int]:
        """Store rows by entity set or internal table; how many of each."""
        ...

    def alter(self, entity_set: str, key: Mapping[str, Any], values: Row) -> None:
        """Change stored values without any side effect. Raises AdminError when there is no such row."""
        ...

    def rows(self, entity_set: str) -> Sequence[Row]:
        """Rows verbatim."""
        ...

    def schedule(self, items: Sequence[Mapping[str, Any]]) -> int:
        """Put items on the agenda: {"day": 1, "action": "...", ...}; how many."""
        ...

    def advance(self, days: int) -> Mapping[str, Any]:
        """Let days pass, work included; counts of what was done."""
        ...

    def after_reset(self) -> None:
        """The store has just been emptied: put back what the system never is without."""
        ...

    def before_snapshot(self) -> None:
        """The store is about to be remembered: bring into it what is kept in memory beside it."""
        ...

    def after_restore(self) -> None:
        """The store has just been brought back to a snapshot: forget what is kept in memory beside it."""
        ...

    def admin(self, method: str, path: Sequence[str], document: Any) -> Any:
        """Any further admin route of this twin; the answer goes out as JSON. Raises Unsupported for unknown ones."""
        ...
