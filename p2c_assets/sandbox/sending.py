"""The postman of one twin: posts its notices in the server's event loop, after the requests that wrote them.

Notices to one URL go out one after the other in the order of their posting, different URLs at the same time, unless a fault
was planned. A notice is taken from the queue after its answer, so that a twin that stops in between sends it again: at
least once.
"""

import asyncio
import ssl
from pathlib import Path

import httpx

from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import Twin

HELD_BACK_S = 0.05
"""How long a reordered notice waits for one that could overtake it."""


class Postman:
    """Sends what waits; `wake` is called after every request and costs nothing when the queue is empty."""

    def __init__(self, twin: Twin, ca_file: Path | None = None) -> None:
        self._twin = twin
        self._notices = twin.notices
        self._ca_file = ca_file
        self._rounds: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Start sending to every URL that has notices waiting. Needs a running event loop."""
        for url in self._notices.urls():
            if url not in self._rounds:
                self._rounds[url] = asyncio.create_task(self._round(url))

    async def _round(self, url: str) -> None:
        """Until nothing waits, also after the connection was closed: what is posted meanwhile wakes no other round."""
        try:
            while self._notices.next(url) is not None:
                async with httpx.AsyncClient(verify=self._trust(url), trust_env=False) as http:
                    while (row := self._notices.next(url)) is not None:
                        await self._deliver(http, row)
        finally:
            del self._rounds[url]

    async def _deliver(self, http: httpx.AsyncClient, row: Row) -> None:
        plan = self._twin.faults.on_notice(row["url"])
        if plan is not None and plan.kind == "notice_reordered":
            await self._let_one_pass(http, row)
        await self._attempt(http, row)
        if plan is not None and plan.kind == "notice_duplicated":
            await _post(http, row)

    async def _let_one_pass(self, http: httpx.AsyncClient, row: Row) -> None:
        await asyncio.sleep(HELD_BACK_S)
        later = [other for other in self._notices.waiting(row["url"]) if other["number"] != row["number"]]
        if later:
            await self._attempt(http, later[0])

    async def _attempt(self, http: httpx.AsyncClient, row: Row) -> None:
        if row["tries"]:
            await asyncio.sleep(self._notices.pause_s)
        error, status = await _post(http, row)
        if not self._notices.is_pending(row):
            return  # the twin was emptied meanwhile
        with self._twin.store.transaction():
            if error is None:
                self._notices.succeeded(row["number"])
            else:
                self._notices.failed(row["number"], error, status)

    def _trust(self, url: str) -> ssl.SSLContext | bool:
        """The system's authorities and those of the sandbox and of the setting."""
        if not url.startswith("https:"):
            return False  # plain HTTP: spares reading the system's authorities for every round
        context = ssl.create_default_context()
        for file in (self._ca_file, self._notices.ca_file):
            if file is not None:
                context.load_verify_locations(file)
        return context


async def _post(http: httpx.AsyncClient, row: Row) -> tuple[str | None, int | None]:
    """What went wrong, None if nothing, and the status if there was an answer."""
    try:
        body = row["body"].encode("latin-1")
        response = await http.post(row["url"], headers=row["headers"], content=body, timeout=row["timeout_s"])
    except (httpx.TransportError, httpx.InvalidURL, ssl.SSLError) as error:
        return f"{type(error).__name__}: {error}", None
    return (None if response.is_success else f"HTTP {response.status_code}"), response.status_code
