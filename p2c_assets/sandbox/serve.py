"""Both twins served by one process on loopback: in the foreground for people, in a thread for tests and the demo.

What the twins are is in `dataverse` and `finops`, what fills them in `csv_files`, `scenario` and `adventureworks`.
"""

import asyncio
import ctypes
import gc
import signal
import socket
import sys
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import NamedTuple

import httpx
import uvicorn
from starlette.types import ASGIApp

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.http import application
from p2c_assets.sandbox.server import listener, web_server
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.store_file import FILE_NAME
from p2c_assets.sandbox.tls import Authority
from p2c_assets.sandbox.tokens import Tokens

HOST = "127.0.0.1"
SALES_PORT = 8101
SCM_PORT = 8102
SALES_TLS_PORT = 8111
SCM_TLS_PORT = 8112
TENANT = "sandbox"
CLIENT_ID = "sandbox-client"
CLIENT_IDS = (CLIENT_ID, *(f"{CLIENT_ID}-{number}" for number in range(2, 9)))
"""Further applications with the same secret: service protection counts for each."""

CLIENT_SECRET = "sandbox-secret-not-for-real-tenants"
READY = "sandbox ready"
"""First words of the line on stdout that says that both twins answer."""

START_TIMEOUT_S = 30.0
COLLECT_AFTER = 100_000
"""New objects between two searches for cycles, in a process that does nothing else: there are none in rows, and each search
goes through all of them.
"""
_KEPT_BYTES = 64 * 1024 * 1024
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's mallopt."""


class SandboxError(Exception):
    """The sandbox could not be started or did not answer in time."""


class RunningSandbox(NamedTuple):
    """Where two running twins are; URLs without a trailing slash. The last three are None without TLS."""

    sales_url: str
    scm_url: str
    sales_tls_url: str | None = None
    scm_tls_url: str | None = None
    authority: Authority | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point any client of the platform at these twins, over TLS where they speak it."""
        urls = {"SALES": self.sales_tls_url or self.sales_url, "SCM": self.scm_tls_url or self.scm_url}
        variables = {name: value for system, url in urls.items() for name, value in _variables(system, url).items()}
        return variables if self.authority is None else {**variables, **self.authority.environment}


class TlsPorts(NamedTuple):
    """Where the twins listen with TLS; 0 takes a free port."""

    sales: int = SALES_TLS_PORT
    scm: int = SCM_TLS_PORT


def _variables(system: str, url: str) -> dict[str, str]:
    return {
        f"P2C_{system}__URL": url,
        f"P2C_{system}__TOKEN_URL": f"{url}/{TENANT}/oauth2/v2.0/token",
        f"P2C_{system}__CLIENT_ID": CLIENT_ID,
        f"P2C_{system}__CLIENT_SECRET": CLIENT_SECRET,
    }


def serve(
    sales_port: int = SALES_PORT, scm_port: int = SCM_PORT, data: Path | None = None, tls: TlsPorts | None = None
) -> None:
    """Serve until SIGINT or SIGTERM, printing how to reach the twins first. `data` is a folder that keeps their state."""
    stop = threading.Event()
    _keep_memory()
    with _stopped_by_signals(stop), _seldom_collected(), running_sandbox(sales_port, scm_port, data, tls) as sandbox:
        print(announcement(sandbox, data), flush=True)
        stop.wait()


def announcement(sandbox: RunningSandbox, data: Path | None) -> str:
    """What a person or a script needs: variables to export, admin paths, and the readiness line last."""
    exports = [f"export {name}={value}" for name, value in sandbox.environment.items()]
    admin = [f"# admin: {url}/_sandbox/" for url in (sandbox.sales_url, sandbox.scm_url)]
    trust = [f"# certificate authority: {sandbox.authority.ca_file}"] if sandbox.authority else []
    kept = f"# state: {data / FILE_NAME}" if data else "# state: in memory, gone at the end"
    return "\n".join([*exports, *admin, *trust, kept, f"{READY} {sandbox.sales_url} {sandbox.scm_url}"])


@contextmanager
def running_sandbox(
    sales_port: int = 0, scm_port: int = 0, data: Path | None = None, tls: TlsPorts | None = None
) -> Generator[RunningSandbox]:
    """Both twins in a background thread while the context is open. Port 0 takes a free one."""
    ports = {"sales": sales_port, "scm": scm_port}
    if tls is not None:
        ports |= {"sales_tls": tls.sales, "scm_tls": tls.scm}
    with ExitStack() as stack:
        listeners = {name: stack.enter_context(_listener(port)) for name, port in ports.items()}
        authority = None if tls is None else _authority(stack, data)
        thread = _ServingThread(listeners, data, authority)
        thread.start()
        stack.callback(thread.stop)
        thread.wait_until_started()
        urls = {name: _url(name, listener) for name, listener in listeners.items()}
        yield RunningSandbox(urls["sales"], urls["scm"], urls.get("sales_tls"), urls.get("scm_tls"), authority)


def _authority(stack: ExitStack, data: Path | None) -> Authority:
    """Kept with the state, or in a folder that goes with the context."""
    return Authority(data or Path(stack.enter_context(TemporaryDirectory(prefix="p2c-sandbox-"))))


def wait_until_ready(url: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return when the twin at this URL answers; for callers that started `serve` as another process.

    Raises SandboxError when it does not answer in time.
    """
    deadline = time.monotonic() + timeout_s
    while not answers(url):
        if time.monotonic() > deadline:
            raise SandboxError(f"{url} did not answer within {timeout_s:g} s")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether a twin is there."""
    try:
        return httpx.get(f"{url}/_sandbox/clock", timeout=5.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


class _ServingThread(threading.Thread):
    """One event loop with all servers; twins and their file are opened and closed in it, as SQLite asks.

    `listeners`: a socket for "sales", "scm", "sales_tls", "scm_tls".
    """

    def __init__(self, listeners: Mapping[str, socket.socket], data: Path | None, authority: Authority | None) -> None:
        super().__init__(name="sandbox", daemon=True)
        self._listeners = listeners
        self._data = data
        self._authority = authority
        self._servers: dict[str, uvicorn.Server] = {}
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for the start
            self._failure = error

    def wait_until_started(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (self._servers and all(server.started for server in self._servers.values())):
            if not self.is_alive() or time.monotonic() > deadline:
                raise SandboxError(f"the sandbox did not start: {self._failure!r}") from self._failure
            time.sleep(0.005)

    def stop(self) -> None:
        for server in self._servers.values():
            server.should_exit = True
        self.join(timeout=START_TIMEOUT_S)

    async def _serve(self) -> None:
        stores = {system: _store(system, self._data) for system in ("sales", "scm")}
        tokens = Tokens(dict.fromkeys(CLIENT_IDS, CLIENT_SECRET))
        twins = {"sales": DataverseTwin(stores["sales"]), "scm": FinopsTwin(stores["scm"])}
        ca_file = self._authority.ca_file if self._authority else None
        apps = {system: application(twin, tokens, ca_file) for system, twin in twins.items()}
        self._servers = {name: self._server(name, apps[name.removesuffix("_tls")]) for name in self._listeners}
        try:
            await asyncio.gather(*(self._servers[name].serve([one]) for name, one in self._listeners.items()))
        finally:
            for store in stores.values():
                store.close()

    def _server(self, name: str, app: ASGIApp) -> uvicorn.Server:
        secure = name.endswith("_tls") and self._authority is not None
        return web_server(app, self._authority.server_context() if secure and self._authority else None)


def _store(system: str, data: Path | None) -> Store:
    name = "sales" if system == "sales" else "scm"
    if data is None:
        return Store(name)
    data.mkdir(parents=True, exist_ok=True)
    return Store(name, data / FILE_NAME)


def _listener(port: int) -> socket.socket:
    try:
        return listener(HOST, port)
    except OSError as error:
        raise SandboxError(
            f"port {port} of {HOST} cannot be opened ({error.strerror}); choose another, or 0"
        ) from error


def _url(name: str, listening: socket.socket) -> str:
    return f"{'https' if name.endswith('_tls') else 'http'}://{HOST}:{listening.getsockname()[1]}"


def _keep_memory() -> None:
    """Let glibc keep what a page took for the next one: it gives large pieces back to the system and asks for them anew."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES // 2)


@contextmanager
def _seldom_collected() -> Generator[None]:
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Generator[None]:
    """SIGINT and SIGTERM set the event instead of ending the process half-way."""

    def handler(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is the signal module's
        stop.set()

    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
