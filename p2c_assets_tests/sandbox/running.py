"""Twins on free loopback ports, and a caller with a token: what the sandbox's tests speak real HTTP with."""

import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from p2c_assets.sandbox.exact_json import dumps, loads
from p2c_assets.sandbox.http import application
from p2c_assets.sandbox.server import listener, web_server
from p2c_assets.sandbox.tls import Authority
from p2c_assets.sandbox.tokens import Tokens
from p2c_assets.sandbox.twin import Twin
from p2c_assets_tests.sandbox.refused import listening

CLIENT_ID = "p2c-test"
CLIENT_SECRET = "p2c-test-secret"
TENANT = "contoso"


@contextmanager
def running(twin: Twin, tokens: Tokens | None = None, authority: Authority | None = None) -> Generator[str]:
    """Serve the twin with uvicorn in a thread; yields its URL, https with an authority."""
    app = listening(application(twin, tokens or Tokens({CLIENT_ID: CLIENT_SECRET})))
    listening_at = listener("127.0.0.1", 0)
    serving = web_server(app, authority.server_context() if authority else None)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening_at]}, daemon=True)
    thread.start()
    while not serving.started:
        time.sleep(0.005)
    yield f"{'https' if authority else 'http'}://127.0.0.1:{listening_at.getsockname()[1]}"
    serving.should_exit = True
    thread.join(timeout=10)
    listening_at.close()


def token(url: str, secret: str = CLIENT_SECRET) -> httpx.Response:
    """Ask the twin's own token endpoint."""
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": secret,
        "scope": f"{url}/.default",
    }
    return httpx.post(f"{url}/{TENANT}/oauth2/v2.0/token", data=form)


class Caller:
    """A signed-in HTTP client whose JSON keeps decimals exact."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, headers=dict(headers), timeout=30)

    @classmethod
    def signed_in(cls, url: str) -> "Caller":
        return cls(url, {"Authorization": f"Bearer {token(url).json()['access_token']}"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=_names(headers))

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.http.post(
            path, content=dumps(body), headers={"Content-Type": "application/json", **_names(headers)}
        )

    def patch(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.http.patch(
            path, content=dumps(body), headers={"Content-Type": "application/json", **_names(headers)}
        )

    def delete(self, path: str, **headers: str) -> httpx.Response:
        return self.http.delete(path, headers=_names(headers))

    def batch(self, path: str, body: str, boundary: str = "batch_1", **headers: str) -> httpx.Response:
        """Post a multipart body written with plain newlines."""
        content = body.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        content_type = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
        return self.http.post(path, content=content, headers={**content_type, **_names(headers)})

    def admin(self, path: str, body: Any = None) -> Any:
        """Call `/_sandbox/<path>`: GET without a body, POST with one."""
        target = f"/_sandbox/{path}"
        response = self.http.get(target) if body is None else self.http.post(target, content=dumps(body))
        assert response.status_code == 200, response.text
        return loads(response.content)


def body(response: httpx.Response) -> Any:
    """The response's JSON with exact decimals."""
    return loads(response.content)


def _names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
