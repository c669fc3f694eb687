"""Both twins served by one process on loopback: in the foreground for people, in a thread for tests and the demo.

What the twins are is in `dataverse` and `finops`, what fills them in `csv_files`, `scenario` and `adventureworks`.
"""

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import httpx
import uvicorn

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.http import application
from p2c_assets.sandbox.server import web_server
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.store_file import FILE_NAME
from p2c_assets.sandbox.tokens import Tokens

HOST = "127.0.0.1"
SALES_PORT = 8101
SCM_PORT = 8102
TENANT = "sandbox"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret-not-for-real-tenants"
READY = "sandbox ready"
"""First words of the line on stdout that says that both twins answer."""

START_TIMEOUT_S = 30.0


class SandboxError(Exception):
    """The sandbox could not be started or did not answer in time."""


class RunningSandbox(NamedTuple):
    """Where two running twins are; URLs without a trailing slash."""

    sales_url: str
    scm_url: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point any client of the platform at these twins."""
        return {
            name: value
            for system, url in (("SALES", self.sales_url), ("SCM", self.scm_url))
            for name, value in _variables(system, url).items()
        }


def _variables(system: str, url: str) -> dict[str, str]:
    return {
        f"P2C_{system}__URL": url,
        f"P2C_{system}__TOKEN_URL": f"{url}/{TENANT}/oauth2/v2.0/token",
        f"P2C_{system}__CLIENT_ID": CLIENT_ID,
        f"P2C_{system}__CLIENT_SECRET": CLIENT_SECRET,
    }


def serve(sales_port: int = SALES_PORT, scm_port: int = SCM_PORT, data: Path | None = None) -> None:
    """Serve until SIGINT or SIGTERM, printing how to reach the twins first. `data` is a folder that keeps their state."""
    stop = threading.Event()
    with _stopped_by_signals(stop), running_sandbox(sales_port, scm_port, data) as sandbox:
        print(announcement(sandbox, data), flush=True)
        stop.wait()


def announcement(sandbox: RunningSandbox, data: Path | None) -> str:
    """What a person or a script needs: variables to export, admin paths, and the readiness line last."""
    exports = [f"export {name}={value}" for name, value in sandbox.environment.items()]
    admin = [f"# admin: {url}/_sandbox/" for url in sandbox]
    kept = f"# state: {data / FILE_NAME}" if data else "# state: in memory, gone at the end"
    return "\n".join([*exports, *admin, kept, f"{READY} {sandbox.sales_url} {sandbox.scm_url}"])


@contextmanager
def running_sandbox(sales_port: int = 0, scm_port: int = 0, data: Path | None = None) -> Generator[RunningSandbox]:
    """Both twins in a background thread while the context is open. Port 0 takes a free one."""
    with _listener(sales_port) as sales, _listener(scm_port) as scm:
        thread = _ServingThread(sales, scm, data)
        thread.start()
        thread.wait_until_started()
        try:
            yield RunningSandbox(_url(sales), _url(scm))
        finally:
            thread.stop()


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
    """One event loop with both servers; twins and their file are opened and closed in it, as SQLite asks."""

    def __init__(self, sales: socket.socket, scm: socket.socket, data: Path | None) -> None:
        super().__init__(name="sandbox", daemon=True)
        self._sockets = {"sales": sales, "scm": scm}
        self._data = data
        self._servers: list[uvicorn.Server] = []
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for the start
            self._failure = error

    def wait_until_started(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (len(self._servers) == len(self._sockets) and all(server.started for server in self._servers)):
            if not self.is_alive() or time.monotonic() > deadline:
                raise SandboxError(f"the sandbox did not start: {self._failure!r}") from self._failure
            time.sleep(0.005)

    def stop(self) -> None:
        for server in self._servers:
            server.should_exit = True
        self.join(timeout=START_TIMEOUT_S)

    async def _serve(self) -> None:
        stores = {system: _store(system, self._data) for system in self._sockets}
        twins = {"sales": DataverseTwin(stores["sales"]), "scm": FinopsTwin(stores["scm"])}
        tokens = Tokens({CLIENT_ID: CLIENT_SECRET})
        servers = {system: web_server(application(twin, tokens)) for system, twin in twins.items()}
        self._servers = list(servers.values())
        try:
            await asyncio.gather(*(servers[name].serve([listener]) for name, listener in self._sockets.items()))
        finally:
            for store in stores.values():
                store.close()


def _store(system: str, data: Path | None) -> Store:
    name = "sales" if system == "sales" else "scm"
    if data is None:
        return Store(name)
    data.mkdir(parents=True, exist_ok=True)
    return Store(name, data / FILE_NAME)


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise SandboxError(
            f"port {port} of {HOST} cannot be opened ({error.strerror}); choose another, or 0"
        ) from error


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


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
