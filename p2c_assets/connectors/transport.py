"""Requests on the wire: who may send when, what is sent again and what is not. Knows no OData and no system.

Sent again: a GET after anything that may pass; any verb after 429 and, once, after 401, since neither was executed; a
POST that never reached the server. A POST that was sent and not answered is never sent again here: see `Lost`.
"""

import ssl
from collections import Counter
from collections.abc import Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple
from uuid import uuid4

import httpx

from p2c_assets.connectors import retry
from p2c_assets.connectors.auth import TokenSource
from p2c_assets.connectors.clock import Clock
from p2c_assets.connectors.faults import page_text
from p2c_assets.connectors.limiter import Limiter
from p2c_assets.connectors.protocol import Statistics
from p2c_assets.errors import TransientError
from p2c_assets.settings import SystemSettings

CONNECT_TIMEOUT_S = 10.0
KEEP_ALIVE_S = 4.0
"""Below the 5 s after which many servers hang up: a batch on a connection that just died would have an unclear fate."""
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Lost(NamedTuple):
    """A POST without an answer. `sent`: it may have been executed."""

    sent: bool
    reason: str


class Request(NamedTuple):
    """One request, without what differs from attempt to attempt (token, request id).

    `signed`: the address itself is the permission, and part of it a secret. It goes without our token, which a blob store
    would refuse, and its query is in no message.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes = b""
    signed: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.url.partition('?')[0] if self.signed else self.url}"


def production_http(settings: SystemSettings) -> httpx.AsyncClient:
    """The HTTP client for one system: HTTP/1.1, gzip, a pool as large as the concurrency, no cookies.

    No HTTP/2: it is slower for large pages. Loopback is reached directly whatever proxies the environment names.
    """
    timeout = httpx.Timeout(settings.timeout_s, connect=CONNECT_TIMEOUT_S)
    size = settings.concurrency + 1  # one more for the token
    limits = httpx.Limits(max_connections=size, max_keepalive_connections=size, keepalive_expiry=KEEP_ALIVE_S)
    direct: dict[str, httpx.AsyncBaseTransport | None] = {"all://127.0.0.1": None, "all://localhost": None}
    headers = {"Accept-Encoding": "gzip", "User-Agent": "p2c-assets"}
    return httpx.AsyncClient(
        timeout=timeout, limits=limits, headers=headers, mounts=direct, cookies=no_cookies(), verify=_trust()
    )


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that are trusted, read once: reading them takes longer than most of our requests."""
    return httpx.create_ssl_context()


def no_cookies() -> CookieJar:
    """A jar that takes nothing: an affinity cookie would pin us to one web server and its quota.

    Source: MicrosoftDocs api-limits and service-protection-maximizing-api-throughput.
    """
    return CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))


class Transport:
    """One system's requests: limited, authorised, counted."""

    def __init__(self, http: httpx.AsyncClient, tokens: TokenSource, limiter: Limiter, clock: Clock) -> None:
        http.cookies = no_cookies()
        self._http = http
        self._tokens = tokens
        self._limiter = limiter
        self._clock = clock
        self._requests: Counter[str] = Counter()
        self.operations: Counter[str] = Counter()

    @property
    def statistics(self) -> Statistics:
        """A snapshot of the counters."""
        requests = {**self._requests, "token": self._tokens.requests}
        return Statistics(requests, dict(self.operations), self._limiter.throttled_s)

    async def get(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """The answer to a GET, be it a refusal; TransientError when nothing but passing failures came back."""
        return await self._read(Request("GET", url, headers))

    async def download(self, url: str) -> httpx.Response:
        """The answer of a signed address (Azure blob storage), as `get` gives it.

        Source: data-entities/data-management-api.md, GetExportedPackageUrl (an address with a shared access signature).
        """
        return await self._read(Request("GET", url, {}, signed=True))

    async def _read(self, request: Request) -> httpx.Response:
        failure = ""
        for attempt in range(retry.READ_ATTEMPTS):
            await self._back_off(attempt)
            try:
                response = await self._unthrottled(request)
            except httpx.RequestError as error:
                failure = _words(error)
            else:
                if response.status_code not in retry.RETRIED_READ_STATUSES | {429}:
                    return response
                failure = f"{response.status_code} {page_text(response.content)}"
                if response.status_code == 429:
                    break
        raise TransientError(f"{request} kept failing, the last time: {failure}")

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> httpx.Response | Lost:
        """The answer to a POST, be it a refusal or a 429 that did not end; Lost when there is none."""
        request, failure = Request("POST", url, headers, content), ""
        for attempt in range(retry.CONNECT_ATTEMPTS):
            await self._back_off(attempt)
            try:
                return await self._unthrottled(request)
            except NEVER_SENT as error:
                failure = _words(error)
            except httpx.RequestError as error:
                return Lost(True, _words(error))
            except TransientError as error:  # no token: the system itself was not asked, or answered 401
                return Lost(False, str(error))
        return Lost(False, failure)

    def throttled(self, headers: Mapping[str, str], attempt: int) -> None:
        """Make every caller wait as a 429 with these headers asks."""
        self._limiter.pause(retry.throttle_s(headers, attempt, self._clock.jitter()))

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _back_off(self, attempt: int) -> None:
        if attempt:
            await self._clock.sleep(retry.backoff_s(attempt - 1, self._clock.jitter()))

    async def _unthrottled(self, request: Request) -> httpx.Response:
        response = await self._authorised(request)
        for attempt in range(retry.THROTTLE_ATTEMPTS - 1):
            if response.status_code != 429:
                break
            self.throttled(response.headers, attempt)
            response = await self._authorised(request)
        return response

    async def _authorised(self, request: Request) -> httpx.Response:
        if request.signed:
            return await self._once(request, None)
        token = await self._tokens.token()
        response = await self._once(request, token)
        if response.status_code != 401:
            return response
        return await self._once(request, await self._tokens.renewed(token))

    async def _once(self, request: Request, token: str | None) -> httpx.Response:
        permission = {} if token is None else {"Authorization": f"Bearer {token}"}
        headers = {**request.headers, **permission, "x-ms-client-request-id": str(uuid4())}
        async with self._limiter.turn():
            self._requests[request.method] += 1
            return await self._http.request(request.method, request.url, headers=headers, content=request.content)


def _words(error: httpx.RequestError) -> str:
    return f"{type(error).__name__} {error}".strip()
