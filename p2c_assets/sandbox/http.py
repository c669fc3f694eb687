"""The HTTP face of one twin: tokens, admin path, protocol, each request whole and one at a time.

A request is answered synchronously inside the event loop, so that requests are atomic without locks.
"""

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from p2c_assets.sandbox.admin import PREFIX, administer
from p2c_assets.sandbox.messages import Request, Response, Unsupported, unsupported
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
        if not tokens.accept(request):
            return twin.unauthorized()
    try:
        with twin.store.transaction():
            return administer(twin, request) if admin else twin.handle(request)
    except Unsupported as error:
        return unsupported(error)


def application(twin: Twin, tokens: Tokens) -> Starlette:
    """The ASGI application of one twin, for uvicorn or httpx.ASGITransport."""
    app = Starlette()
    app.mount("/", _endpoint(twin, tokens))
    return app


def _endpoint(twin: Twin, tokens: Tokens) -> ASGIApp:
    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        incoming = HttpRequest(scope, receive)
        request = Request.of(incoming.method, _target(scope), incoming.headers, await incoming.body())
        response = answer(twin, tokens, request)
        await HttpResponse(response.body, response.status, headers=dict(response.headers))(scope, receive, send)

    return endpoint


def _target(scope: Scope) -> str:
    """The target as it was sent: `path` of the scope is decoded already, and a quoted key may hold a slash or a %."""
    path: bytes = scope.get("raw_path") or str(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return (path.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
