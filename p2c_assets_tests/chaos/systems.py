"""Both twins in this process, without sockets: what they hold, how it is kept and put back, and the wire that leads to them.

The same wire leads to twins behind sockets, for the runs of other processes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from p2c_assets.connectors.transport import no_cookies
from p2c_assets.mappings.schema import System
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.http import answer
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.serve import CLIENT_ID, CLIENT_SECRET
from p2c_assets.sandbox.store import Row, Store
from p2c_assets.sandbox.tokens import Tokens
from p2c_assets.sandbox.twin import Twin
from p2c_assets.settings import SystemSettings
from p2c_assets_tests.chaos.fate import Fate

SYSTEMS: tuple[System, ...] = ("sales", "scm")
URLS: Mapping[System, str] = {"sales": "http://sales", "scm": "http://scm"}

State = Mapping[System, Mapping[str, Sequence[tuple[Any, Row]]]]
"""Every row of every table of both twins. Rows are never changed in place, so that they need no copy."""


class Twins:
    """Both systems, empty or in a state that was kept."""

    def __init__(self, state: State | None = None) -> None:
        stores = {system: _store(system, {} if state is None else state[system]) for system in SYSTEMS}
        self._twins: dict[System, Twin] = {
            "sales": DataverseTwin(stores["sales"]),
            "scm": FinopsTwin(stores["scm"]),
        }
        self._tokens = Tokens({CLIENT_ID: CLIENT_SECRET})

    def state(self) -> State:
        """What both hold now."""
        return {system: _rows(twin.store) for system, twin in self._twins.items()}

    @property
    def revision(self) -> int:
        """Another number after every write to either."""
        return sum(twin.store.revision for twin in self._twins.values())

    def answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        """What the addressed twin answers, as its web server would send it."""
        target = request.url.raw_path.decode("latin-1")
        asked = Request.of(request.method, target, request.headers, body)
        found = answer(self._twins[_system(request.url.host)], self._tokens, asked)
        return httpx.Response(found.status, headers=dict(found.headers), content=found.body, request=request)

    def admin(self, system: System) -> AdminClient:
        """A twin's admin path."""
        return AdminClient(URLS[system], transport=self.direct())

    def direct(self) -> httpx.BaseTransport:
        """The way of everybody but the platform."""
        return _Direct(self)

    def writes(self) -> int:
        """Requests that were not reads, and not for tokens, as both twins count them."""
        counted = [twin.counter.report() for twin in self._twins.values()]
        return sum(int(str(report[method])) for report in counted for method in ("POST", "PATCH", "DELETE"))

    def transport(self) -> httpx.AsyncBaseTransport:
        """The platform's way."""
        return _DirectAsync(self)


class Sockets(NamedTuple):
    """Twins that listen on loopback, in whatever process."""

    urls: Mapping[System, str]

    def admin(self, system: System) -> AdminClient:
        """A twin's admin path."""
        return AdminClient(self.urls[system])

    def transport(self) -> httpx.AsyncBaseTransport:
        """The platform's way."""
        return httpx.AsyncHTTPTransport()


Systems = Twins | Sockets


def wires(systems: Systems, fate: Fate) -> Callable[[SystemSettings], httpx.AsyncClient]:
    """What makes HTTP clients whose requests are events of a run's fate."""

    def connect(settings: SystemSettings) -> httpx.AsyncClient:
        wire = _Wire(systems.transport(), fate)
        return httpx.AsyncClient(transport=wire, cookies=no_cookies(), timeout=settings.timeout_s)

    return connect


class _Wire(httpx.AsyncBaseTransport):
    def __init__(self, way: httpx.AsyncBaseTransport, fate: Fate) -> None:
        self._way = way
        self._fate = fate

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._fate.check()
        response = await self._way.handle_async_request(request)
        self._fate.happened(f"{request.method} {request.url.host}{request.url.path}")
        return response

    async def aclose(self) -> None:
        await self._way.aclose()


class _DirectAsync(httpx.AsyncBaseTransport):
    def __init__(self, twins: Twins) -> None:
        self._twins = twins

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._twins.answer(request, await request.aread())


class _Direct(httpx.BaseTransport):
    def __init__(self, twins: Twins) -> None:
        self._twins = twins

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._twins.answer(request, request.read())


def _rows(store: Store) -> Mapping[str, Sequence[tuple[Any, Row]]]:
    return {name: store.table(name).items() for name in store.names()}


def _system(host: str) -> System:
    return "sales" if host == "sales" else "scm"


def _store(system: System, state: Mapping[str, Sequence[tuple[Any, Row]]]) -> Store:
    store = Store(system)
    for name, rows in state.items():
        for ordinal, (key, row) in enumerate(rows, start=1):
            store.table(name).read_back(key, ordinal, row)
    return store
