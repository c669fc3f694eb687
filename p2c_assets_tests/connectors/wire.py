"""Both systems' wires, written by hand: scripted answers, recorded requests, a clock that costs no time.

The answers are spelled out as the specifications show them; nothing here uses the connectors' own rendering or parsing.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, NamedTuple, TypeVar

import httpx
from pydantic import SecretStr

from p2c_assets.connectors.auth import TokenSource
from p2c_assets.connectors.clock import Clock
from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.protocol import Row
from p2c_assets.settings import SystemSettings

T = TypeVar("T")
TOKEN_URL = "https://login.example/tenant/oauth2/v2.0/token"
Answer = httpx.Response | Exception | Callable[[httpx.Request], Awaitable[httpx.Response]]


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


class FakeTime:
    """Sleeping moves the clock at once; every sleep is noted."""

    def __init__(self, jitter: float = 0.0) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []
        self.clock = Clock(lambda: self.now, self._sleep, lambda: jitter)

    async def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


class Wire:
    """A system that gives the answers it was told to, in order; tokens apart, which it always grants unless told."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.token_answers: list[Answer] = []
        self.requests: list[httpx.Request] = []
        self.token_requests: list[httpx.Request] = []
        self.time = FakeTime()

    async def handle(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            self.token_requests.append(request)
            if self.token_answers:
                return await _give(self.token_answers.pop(0), request)
            return granted(f"token-{len(self.token_requests)}")
        self.requests.append(request)
        return await _give(self.answers.pop(0), request)

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.handle))

    def token_source(self) -> TokenSource:
        return TokenSource(
            self.http(), TOKEN_URL, "app", SecretStr("hush"), "https://system.example/.default", self.time.clock
        )

    @property
    def urls(self) -> list[str]:
        return [httpx_text(request) for request in self.requests]


async def _give(answer: Answer, request: httpx.Request) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    return answer if isinstance(answer, httpx.Response) else await answer(request)


def httpx_text(request: httpx.Request) -> str:
    """The URL with its query decoded, as a person would write it."""
    path = request.url.raw_path.decode()
    return httpx.URL("http://x/?q=" + path.replace("&", "%26").replace("#", "%23").replace("+", "%2B")).params["q"]


def granted(token: str, expires_in: int = 3600) -> httpx.Response:
    return httpx.Response(200, json={"token_type": "Bearer", "access_token": token, "expires_in": expires_in})


class System(NamedTuple):
    """One of the two systems as a test case."""

    name: str
    root: str
    settings: SystemSettings
    client: type[DataverseClient] | type[FinopsClient]
    most_operations: int

    def connect(self, wire: Wire, **changes: object) -> DataverseClient | FinopsClient:
        http = wire.http()
        settings = self.settings.model_copy(update=changes)
        return self.client(http, settings, TokenSource.of(settings, http, wire.time.clock), wire.time.clock)


def _settings(url: str) -> SystemSettings:
    return SystemSettings(
        url=url,
        token_url=TOKEN_URL,
        client_id="app",
        client_secret=SecretStr("hush"),
        page_size=3,
        batch_changesets=10,
        concurrency=4,
    )


SALES = System(
    "sales",
    "https://sales.example/api/data/v9.2",
    _settings("https://sales.example"),
    DataverseClient,
    1000,
)
SCM = System("scm", "https://scm.example/data", _settings("https://scm.example"), FinopsClient, 5000)
SYSTEMS = (SALES, SCM)


def page(rows: Sequence[dict[str, Any]], next_link: str | None = None) -> httpx.Response:
    body: dict[str, Any] = {"value": list(rows)}
    return httpx.Response(200, json=body | ({"@odata.nextLink": next_link} if next_link else {}))


class Said(NamedTuple):
    """One part of a batch's answer."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content_id: str = ""


def done(content_id: int | str = "") -> Said:
    return Said(204, "", (("OData-Version", "4.0"),), str(content_id))


def dataverse_error(status: int, code: str, message: str) -> Said:
    return Said(
        status, json.dumps({"error": {"code": code, "message": message}}), (("Content-Type", "application/json"),)
    )


def finops_error(status: int, kind: str, message: str, content_id: str = "1") -> Said:
    inner = {"message": message, "type": f"Microsoft.Dynamics.Platform.Integration.Services.OData.{kind}"}
    body = {"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}
    return Said(status, json.dumps(body), (("Content-Type", "application/json; odata.metadata=minimal"),), content_id)


def batch_text(items: Sequence[Said | Sequence[Said]], line_end: str = "\r\n") -> str:
    """A batch's answer: a sequence stands for a nested changeset response, a single part for a bare error."""
    lines: list[str] = []
    for number, item in enumerate(items):
        lines.append("--batchresponse_x")
        if isinstance(item, Said):
            lines += _part(item)
            continue
        lines += [f'Content-Type: multipart/mixed; boundary="changesetresponse_{number}"', ""]
        for said in item:
            lines += [f"--changesetresponse_{number}", *_part(said)]
        lines += [f"--changesetresponse_{number}--", ""]
    return line_end.join([*lines, "--batchresponse_x--", ""])


def _part(said: Said) -> list[str]:
    own = [f"Content-ID: {said.content_id}"] if said.content_id else []
    fields = [f"{name}: {value}" for name, value in said.headers]
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary", *own, ""]
    return [*head, f"HTTP/1.1 {said.status} Some Words", *fields, "", said.body]


def batch_answer(
    items: Sequence[Said | Sequence[Said]], status: int = 200, line_end: str = "\r\n", cut: int | None = None
) -> httpx.Response:
    content_type = "multipart/mixed; boundary=batchresponse_x"
    return httpx.Response(
        status, headers={"Content-Type": content_type}, content=batch_text(items, line_end)[:cut].encode()
    )


async def rows_of(pages: AsyncIterator[list[Row]]) -> list[Row]:
    return [row async for rows in pages for row in rows]
