"""An answer on its way out: whole, late, cut short, or not at all because the connection ends.

An ASGI application cannot end its connection without an answer; uvicorn's protocol can. `TroubledProtocol` hands its
transport to the application, in the scope's extensions.
"""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from p2c_assets.sandbox.messages import Response

TRANSPORT = "p2c.transport"
GOODBYE_S = 0.2
CHUNK = 256 * 1024
"""Bytes handed over at once: what the connection cannot take yet is copied to wait, and what is not handed over is not."""


class TroubledProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose requests know their connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        app = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "extensions": {TRANSPORT: transport}}, receive, send)

        self.app = with_transport

    def shutdown(self) -> None:
        """Over TLS a caller that sits on an idle connection never answers its end: it is cut when the goodbye is out."""
        super().shutdown()
        if self.transport.is_closing():
            self.loop.call_later(GOODBYE_S, self.transport.abort)


async def deliver(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer, or what is left of it."""
    match response.trouble:
        case "drop_during" if response.body:
            await _start(send, response, len(response.body) + 1)
            await send({"type": "http.response.body", "body": _half(response), "more_body": True})
            _transport(scope).close()
            await _ended(receive)
        case "drop_before" | "drop_after" | "drop_during":
            _transport(scope).abort()
            await _ended(receive)
        case "truncated":
            await _whole(send, Response(response.status, response.headers, _half(response)))
        case "slow":
            if await _still_there(receive, response.delay_s):
                await _whole(send, response)
        case None:
            await _whole(send, response)


async def _whole(send: Send, response: Response) -> None:
    parts = [response.content] if isinstance(response.content, bytes) else response.content
    await _start(send, response, sum(map(len, parts)))
    chunks = [*_chunks(parts)] or [memoryview(b"")]
    for number, chunk in enumerate(chunks, 1):
        await send({"type": "http.response.body", "body": chunk, "more_body": number < len(chunks)})


def _chunks(parts: Iterable[bytes]) -> Iterator[memoryview]:
    for part in map(memoryview, parts):
        for start in range(0, len(part), CHUNK):
            yield part[start : start + CHUNK]


async def _start(send: Send, response: Response, length: int) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if response.status not in (204, 304):
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})


def _half(response: Response) -> bytes:
    return response.body[: len(response.body) // 2]


def _transport(scope: Scope) -> asyncio.Transport:
    """Raises KeyError under another server than that of `server`."""
    return scope["extensions"][TRANSPORT]


async def _still_there(receive: Receive, delay_s: float) -> bool:
    """Whether the caller has waited so long."""
    gone = asyncio.ensure_future(_ended(receive))
    done, _ = await asyncio.wait({gone}, timeout=delay_s)
    gone.cancel()
    return not done


async def _ended(receive: Receive) -> None:
    """The server takes an application that returns without an answer for a broken one; so wait until it knows."""
    while (await receive())["type"] != "http.disconnect":
        pass
