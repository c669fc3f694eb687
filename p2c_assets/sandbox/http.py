"""The HTTP face of one twin: tokens, admin path, protocol, each request whole and one at a time.

A request is answered synchronously inside the event loop, so that requests are atomic without locks.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from starlette.types import ASGIApp, Receive, Scope, Send

from p2c_assets.sandbox.admin import PREFIX, administer
from p2c_assets.sandbox.connection import deliver
from p2c_assets.sandbox.deceit import deceive, is_deceit
from p2c_assets.sandbox.faults import REFUSALS, Plan, gateway_page
from p2c_assets.sandbox.messages import Request, Response, Trouble, Unsupported, unsupported
from p2c_assets.sandbox.sending import Postman
from p2c_assets.sandbox.throttle import Refused
from p2c_assets.sandbox.tokens import Tokens, is_token_path
from p2c_assets.sandbox.twin import Twin


def answer(twin: Twin, tokens: Tokens, request: Request) -> Response:
    """One request from anywhere: token endpoint, admin path or the twin's protocol.

    An unexpected exception rolls the store back and travels on to the server (500).
    """
    if is_token_path(request.path):
        return _token(twin, tokens, request)
    if request.path == PREFIX or request.path.startswith(PREFIX + "/"):
        return _guarded(twin, request, admin=True)
    return _protocol(twin, tokens, request)


def _token(twin: Twin, tokens: Tokens, request: Request) -> Response:
    twin.counter.request("token")
    plan = twin.faults.on_token(request)
    if plan is not None and plan.kind == "gateway_page":
        return gateway_page(plan.status or 502)
    try:
        response = tokens.issue(request)
    except Unsupported as error:
        return unsupported(error)
    return response if plan is None else _troubled(plan, response)


def _protocol(twin: Twin, tokens: Tokens, request: Request) -> Response:
    twin.counter.request(request.method)
    plan = twin.faults.on_request(request)
    if plan is not None and plan.kind == "expired_token":
        tokens.revoke(request)
    if not twin.needs_no_token(request):
        client = tokens.client(request)
        if client is None or not twin.knows_client(client):
            return twin.unauthorized(request)
        request = replace(request, client=client)
    if twin.throttle.is_on and twin.is_throttled(request):
        return _within_limits(twin, request, plan)
    return _perform(twin, request, plan)


def _within_limits(twin: Twin, request: Request, plan: Plan | None) -> Response:
    admitted = twin.throttle.admit(request)
    if isinstance(admitted, Refused):
        return twin.throttled(admitted, request)
    started, operations = time.perf_counter(), twin.counter.operations
    response = _perform(twin, request, plan)
    took_s, done = time.perf_counter() - started, twin.counter.operations - operations
    late_s = twin.throttle.charge(admitted, took_s, done, response.delay_s)
    headers = {**response.headers, **twin.throttle.cookie(request, admitted), **twin.throttling_headers(admitted)}
    slow: Trouble | None = "slow" if late_s and response.trouble is None else response.trouble
    return replace(response, headers=headers, trouble=slow, delay_s=late_s)


def _perform(twin: Twin, request: Request, plan: Plan | None) -> Response:
    """The work, unless a fault was planned in its stead."""
    if plan is not None and plan.kind == "gateway_page":
        return gateway_page(plan.status or 502)
    if plan is not None and plan.kind in REFUSALS:
        return twin.trouble(plan, request)
    if plan is not None and plan.kind == "drop_before":
        return Response(503, trouble="drop_before")
    response = _guarded(twin, request, admin=False, plan=plan)
    return response if plan is None or is_deceit(plan) else _troubled(plan, response)


def _guarded(twin: Twin, request: Request, *, admin: bool, plan: Plan | None = None) -> Response:
    """A refusal of the sandbox takes the whole request back."""
    try:
        with twin.store.transaction():
            if plan is not None and is_deceit(plan):
                return deceive(plan, twin.store, request, twin.handle)
            return administer(twin, request) if admin else twin.handle(request)
    except Unsupported as error:
        return unsupported(error)


def _troubled(plan: Plan, response: Response) -> Response:
    """The work is done; what is left is the way back."""
    return replace(response, trouble=cast(Trouble, plan.kind), delay_s=plan.seconds if plan.kind == "slow" else 0.0)


def application(twin: Twin, tokens: Tokens, ca_file: Path | None = None) -> ASGIApp:
    """The ASGI application of one twin, for uvicorn or httpx.ASGITransport; `ca_file` is trusted for its notices."""
    postman = Postman(twin, ca_file)

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            return  # the caller went away in mid-request: nothing is done
        request = Request.of(scope["method"], _target(scope), _headers(scope), body, scope["scheme"])
        response = answer(twin, tokens, request)
        postman.wake()
        await deliver(response, scope, receive, send)

    return endpoint


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when the connection ended before it."""
    chunks: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


def _headers(scope: Scope) -> Mapping[str, str]:
    """A header that was sent in several lines is one with commas (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _target(scope: Scope) -> str:
    """The target as it was sent: `path` of the scope is decoded already, and a quoted key may hold a slash or a %."""
    path: bytes = scope.get("raw_path") or str(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return (path.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
