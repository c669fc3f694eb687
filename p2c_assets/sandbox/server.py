"""The web server around a twin: uvicorn on a socket, with or without TLS.

What is answered is in `http`; which twins and ports there are is in `serve`.
"""

import socket
import ssl
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from p2c_assets.sandbox.connection import TroubledProtocol


def listener(host: str, port: int) -> socket.socket:
    """A socket whose connections send at once what is written to them. Raises OSError.

    asyncio asks for that only of a socket that is made for TCP by name: others let the second packet of an answer wait until the
    first is acknowledged, up to 40 ms.
    """
    listening = socket.create_server((host, port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def web_server(app: ASGIApp, certificate: ssl.SSLContext | None = None) -> uvicorn.Server:
    """A server that waits to be given its socket; `certificate` makes it speak TLS."""

    def tls(_config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        assert certificate is not None
        return certificate

    config = uvicorn.Config(
        app,
        http=TroubledProtocol,
        log_level="warning",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=5,
        ssl_context_factory=None if certificate is None else tls,
    )
    return uvicorn.Server(config)
