"""The receiver of events: a web application that checks the sender's key, notes what has changed, and answers at once.

It never looks anything up and never starts anything: sensors see what was noted. Every refusal has its reason in the
answer, where the sender's log keeps it.
Source: Dataverse waits 60 s and F&O 10 s for a 2xx (use-webhooks.md; managing-business-event-endpoints.md).
"""

import asyncio
import hmac
import sqlite3
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from p2c_assets.events.messages import Message, MessageError, read
from p2c_assets.events.wakes import Wakes

KEY_HEADER = "x-p2c-key"
KEY_PARAMETER = "code"
"""The name that a webhook with the authentication type WebhookKey uses. Source: register-web-hook.md."""

LARGEST_BODY = 1024 * 1024
"""Dataverse cuts its bodies at 256 KB; F&O's are smaller."""
PATIENCE_S = 5.0
"""How long a body may take to arrive."""


class Receiver:
    """Takes events for some companies."""

    def __init__(
        self, wakes: Wakes, key: str, companies: Collection[str], told: Callable[[str], None] = lambda _: None
    ) -> None:
        self._wakes = wakes
        self._key = key.encode()
        self._companies = companies
        self._told = told
        self._lock = asyncio.Lock()

    def application(self) -> Starlette:
        """The ASGI application: POST takes an event, GET says that it is there."""
        routes = [Route("/", self._take, methods=["POST"]), Route("/", self._alive, methods=["GET"])]
        return Starlette(routes=routes)

    async def _alive(self, _request: Request) -> Response:
        return JSONResponse({"status": "waiting for events"})

    async def _take(self, request: Request) -> Response:
        status, answer = await self._answer(request)
        if "reason" in answer:
            self._told(f"{status}: {answer['reason']}")
        return JSONResponse(answer, status)

    async def _answer(self, request: Request) -> tuple[int, dict[str, str]]:
        if not self._knows(request):
            return _refused(401, f"the key is missing or wrong: ?{KEY_PARAMETER}= or the header {KEY_HEADER}")
        try:
            body = await asyncio.wait_for(_body(request), PATIENCE_S)
        except (TimeoutError, ClientDisconnect):
            return _refused(408, f"the body did not arrive within {PATIENCE_S:g} s")
        if body is None:
            return _refused(413, f"the body has more than {LARGEST_BODY} bytes")
        try:
            message = read(body, self._companies)
        except MessageError as error:
            return _refused(400, str(error))
        return await self._note(message)

    async def _note(self, message: Message) -> tuple[int, dict[str, str]]:
        if not message.changed:
            return 200, {"status": "ignored", "reason": message.remark}
        try:
            async with self._lock:
                is_new = await run_in_threadpool(self._wakes.note, message.id, message.changed, datetime.now(UTC))
        except sqlite3.Error as error:
            return _refused(503, f"the event cannot be kept ({error}); send it again")
        return 200, {"status": "taken" if is_new else "known already"}

    def _knows(self, request: Request) -> bool:
        """Whether the sender has the key; compared in a time that does not tell how much of it was right."""
        given = request.headers.get(KEY_HEADER) or request.query_params.get(KEY_PARAMETER) or ""
        return hmac.compare_digest(given.encode(), self._key)


async def _body(request: Request) -> bytes | None:
    """The body; None as soon as there is more of it than is taken."""
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _refused(status: int, reason: str) -> tuple[int, dict[str, str]]:
    return status, {"status": "refused", "reason": reason}
