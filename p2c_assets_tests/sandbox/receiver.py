"""A tiny web server that takes what twins post: each POST is kept, and answered with the next status of a list."""

import ssl
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import NamedTuple


class Posted(NamedTuple):
    """One POST as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(NamedTuple):
    """Where it is, and what has arrived."""

    url: str
    arrived: "Queue[Posted]"

    def next(self) -> Posted:
        """The next POST; fails when none comes."""
        return self.arrived.get(timeout=10)


@contextmanager
def receiving(statuses: Sequence[int] = (), certificate: ssl.SSLContext | None = None) -> Generator[Receiver]:
    """Serve on a free loopback port; after the given statuses every answer is a 200."""
    arrived, answers = Queue[Posted](), iter(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            arrived.put(Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(next(answers, 200))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate is not None:
            server.socket = certificate.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        scheme = "http" if certificate is None else "https"
        yield Receiver(f"{scheme}://127.0.0.1:{server.server_address[1]}", arrived)
        server.shutdown()
