"""The measured process and the caller that costs nearly nothing: the sandbox on its own, a bare socket in front of it.

Processor time is the server process's own, from Linux' /proc; the caller neither parses nor copies what it gets.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from p2c_assets.sandbox.serve import CLIENT_ID, CLIENT_SECRET, READY, TENANT

_TICKS = os.sysconf("SC_CLK_TCK")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_NEXT = re.compile(rb'"@odata\.nextLink":"([^"]+)"')
ENDS = 8192
"""Bytes at the begin and at the end of a page in which its link is looked for."""


class Spent(NamedTuple):
    """What some work took: seconds on the clock, and of the server's processor."""

    wall_s: float
    cpu_s: float


class Served(NamedTuple):
    """The process that serves both twins."""

    process: subprocess.Popen[str]
    sales_url: str
    scm_url: str

    def cpu_s(self) -> float:
        """Processor time that it has used, kernel included. Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def spent(self, work: Callable[[], object]) -> Spent:
        """Do it and measure."""
        wall, cpu = time.perf_counter(), self.cpu_s()
        work()
        return Spent(time.perf_counter() - wall, self.cpu_s() - cpu)


@contextmanager
def served(data: Path | None = None) -> Generator[Served]:
    """Both twins in a process of their own on free ports, in memory or in a folder."""
    command = [sys.executable, "-m", "p2c_assets.sandbox", "--sales-port", "0", "--scm-port", "0"]
    command += [] if data is None else ["--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = next((line for line in process.stdout if line.startswith(READY)), None)
        if ready is None:
            raise RuntimeError(f"the sandbox ended with {process.wait()} before it was ready")
        try:
            yield Served(process, *ready.removeprefix(READY).split())
        finally:
            process.terminate()


class Wire:
    """One connection with a token, speaking just enough HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        where = urlsplit(url)
        self._place = (where.hostname or "", where.port or 0)
        self._socket = socket.create_connection(self._place)
        self._used = time.monotonic()
        self._fixed = f"Host: {where.netloc}\r\nAuthorization: Bearer {_token(url)}\r\n"
        self._buffer = memoryview(bytearray(1 << 20))

    def close(self) -> None:
        self._socket.close()

    def page(self, url: str, headers: Mapping[str, str]) -> str | None:
        """Read a page; where its link leads."""
        found = _NEXT.search(self.call("GET", url.removeprefix(self.url), headers))
        return None if found is None else found[1].decode().replace("\\u0026", "&")

    def call(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
        """Send a request; both ends of the answer. Raises RuntimeError for one that is no success, also of a batch's part."""
        self._stay_connected()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self._socket.sendall(f"{method} {target} HTTP/1.1\r\n{self._fixed}{lines}{length}\r\n".encode() + body)
        return self._answer(f"{method} {target[:200]}")

    def _stay_connected(self) -> None:
        """The server ends connections that were idle for five seconds."""
        if time.monotonic() > self._used + 2:
            self._socket.close()
            self._socket = socket.create_connection(self._place)
        self._used = time.monotonic()

    def _answer(self, what: str) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._some()
        start, _, tail = head.partition(b"\r\n\r\n")
        found = _LENGTH.search(start)
        missing = (int(found[1]) if found else 0) - len(tail)
        begin = tail[:ENDS] if missing > 0 else b""
        while missing > 0:
            chunk = self._some()
            missing -= len(chunk)
            begin = (begin + chunk)[:ENDS] if len(begin) < ENDS else begin
            tail = (tail + chunk)[-ENDS:]
        self._used = time.monotonic()
        if start[9:10] != b"2" or b"HTTP/1.1 4" in tail:
            raise RuntimeError(f"{what}: {start[9:12].decode()} {tail.decode(errors='replace')[:2000]}")
        return begin + tail

    def _some(self) -> bytes:
        size = self._socket.recv_into(self._buffer)
        if not size:
            raise RuntimeError("the server ended the connection")
        return bytes(self._buffer[:size])


def _token(url: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answer = httpx.post(f"{url}/{TENANT}/oauth2/v2.0/token", data={**form, "scope": f"{url}/.default"})
    return str(answer.json()["access_token"])
