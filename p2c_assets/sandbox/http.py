"""The HTTP face of one twin: tokens, admin path, protocol, each request whole and one at a time.

A request is answered synchronously inside the event loop, so that requests are atomic without locks.
"""

from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from p2c_assets.sandbox.admin import PREFIX, administer
from p2c_assets.sandbox.messages import Request, Response, Unsupported, unsupported
from p2c_assets.sandbox.sending import Postman
from p2c_assets.sandbox.tokens import PATH_END, Tokens
from p2c_assets.sandbox.twin import Twin


def answer(twin: Twin, tokens: Tokens, request: Request) -> Response:
    """One request from anywhere: token endpoint, admin path or the twin's protocol.

    An unexpected exception rolls the store back and travels on to the server (500).
    """
    if request.path.endswith(PATH_END):
        twin.counter.request("token")
        return tokens.issue(request)
    with twin.store.transaction():
        return _answer(twin, tokens, request)


def _answer(twin: Twin, tokens: Tokens, request: Request) -> Response:
    admin = request.path == PREFIX or request.path.startswith(PREFIX + "/")
    if not admin:
        twin.counter.request(request.method)
        if not twin.needs_no_token(request) and not tokens.accept(request):
            return twin.unauthorized()
    try:
        with twin.store.transaction():
            return administer(twin, request) if admin else twin.handle(request)
    except Unsupported as error:
        return unsupported(error)


def application(twin: Twin, tokens: Tokens, ca_file: Path | None = None) -> ASGIApp:
    """The ASGI application of one twin, for uvicorn or httpx.ASGITransport; `ca_file` is trusted for its notices."""
    postman = Postman(twin.notices, twin.store, ca_file)

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            return  # the caller went away in mid-request: nothing is done
        request = Request.of(scope["method"], _target(scope), _headers(scope), body)
        response = answer(twin, tokens, request)
        postman.wake()
        await _send(send, response)

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


async def _send(send: Send, response: Response) -> None:
    """The whole answer at once."""
    start = {"type": "http.response.start", "status": response.status, "headers": _raw(response)}
    await send(start)
    await send({"type": "http.response.body", "body": response.body})


def _raw(response: Response) -> list[tuple[bytes, bytes]]:
    given: Mapping[str, str] = response.headers
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    if response.status in (204, 304):
        return headers
    return [*headers, (b"content-length", str(len(response.body)).encode())]


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _target(scope: Scope) -> str:
    """The target as it was sent: `path` of the scope is decoded already, and a quoted key may hold a slash or a %."""
    path: bytes = scope.get("raw_path") or str(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return (path.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
