"""The web server around a twin: uvicorn on a socket, with or without TLS.

What is answered is in `http`; which twins and ports there are is in `serve`.
"""

import ssl
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from p2c_assets.sandbox.connection import TroubledProtocol


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
