"""The client of Dynamics 365 Supply Chain Management: F&O OData."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from p2c_assets.connectors.auth import TokenSource
from p2c_assets.connectors.batch import Part
from p2c_assets.connectors.changesets import ChangesetSender
from p2c_assets.connectors.clock import REAL_CLOCK, Clock
from p2c_assets.connectors.faults import Fault
from p2c_assets.connectors.finops import errors, requests
from p2c_assets.connectors.finops.environment import Environment
from p2c_assets.connectors.finops.packages import PackageJobs
from p2c_assets.connectors.limiter import Limiter
from p2c_assets.connectors.pages import PageReader
from p2c_assets.connectors.protocol import (
    Changes,
    Changeset,
    KeyColumn,
    NotTrackedError,
    Operation,
    Query,
    Row,
    Statistics,
    Verdict,
)
from p2c_assets.connectors.transport import Transport, production_http
from p2c_assets.errors import PermanentError
from p2c_assets.settings import SystemSettings


class FinopsClient:
    """Reads and writes one F&O environment; see `SystemClient`."""

    def __init__(
        self, http: httpx.AsyncClient, settings: SystemSettings, tokens: TokenSource, clock: Clock = REAL_CLOCK
    ) -> None:
        self._root = settings.url + requests.API
        self._page_size = settings.page_size
        self._transport = Transport(http, tokens, Limiter(settings.concurrency, clock), clock)
        self._reader = PageReader(self._transport, self._root, errors.fault)
        self._sender = ChangesetSender(self._transport, FinopsDialect(self._root), settings, clock)
        self.packages = PackageJobs(self._transport, self._root, clock)
        """Exports of data packages."""
        self.environment = Environment(self._transport, self._reader, settings.url)
        """What the environment says of itself."""

    @classmethod
    def connect(cls, settings: SystemSettings, http: httpx.AsyncClient | None = None) -> Self:
        """A client with the production transport, unless another is given. Asks nothing yet."""
        http = http or production_http(settings)
        return cls(http, settings, TokenSource.of(settings, http))

    @property
    def statistics(self) -> Statistics:
        return self._transport.statistics

    def pages(self, query: Query) -> AsyncIterator[list[Row]]:
        page_size = query.page_size or self._page_size
        if query.keyset:
            return self._pages_by_key(query, page_size)
        url = requests.page_url(self._root, query, page_size)
        return self._reader.follow(url, requests.page_headers(page_size))

    async def pages_at_once(self, queries: Sequence[Query]) -> list[list[Row]]:
        """The pages of several queries, in one `$batch` of GETs where each is answered by one page; else one by one."""
        size = self._page_size
        urls = [requests.page_url(self._root, query, size) for query in queries]
        if 1 < len(urls) <= requests.MOST_OPERATIONS:
            pages = await self._reader.at_once(f"{self._root}/$batch", urls, requests.keyset_headers())
            if pages is not None and all(page.next_link is None and len(page.rows) < size for page in pages):
                return [page.rows for page in pages]
        return [page for query in queries async for page in self.pages(query)]

    async def changes(self, query: Query, link: str | None) -> AsyncIterator[Changes]:
        raise NotTrackedError(f"{query.entity_set}: F&O's OData keeps no changes; read pages or packages (link {link})")
        yield  # an async generator, as the protocol has it

    def key_filters(self, columns: Sequence[KeyColumn], keys: Sequence[Sequence[object]]) -> list[str]:
        return requests.key_filters(columns, keys)

    async def send(
        self, changesets: Sequence[Changeset], on_verdicts: Callable[[Sequence[Verdict]], None] | None = None
    ) -> list[Verdict]:
        return await self._sender.send(changesets, on_verdicts)

    async def get_text(self, path: str) -> str:
        return await self._reader.text(f"{self._root}/{path}", requests.text_headers())

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _pages_by_key(self, query: Query, page_size: int) -> AsyncIterator[list[Row]]:
        """Each page starts behind the last row of the one before, so that rows that come and go shift nothing.

        A page that the server cut short says so by a link; it is the sign of more, but the key is what leads on.
        """
        columns, last = requests.keyset(query), None
        while True:
            url = requests.page_url(self._root, query, page_size, last)
            page = await self._reader.page(url, requests.keyset_headers())
            if not page.rows:
                return
            yield page.rows
            if page.next_link is None and len(page.rows) < page_size:
                return
            before, last = last, requests.key_of(columns, page.rows[-1])
            if last == before:
                raise PermanentError(f"GET {url}: {columns} do not identify a row, or the server ignores $orderby")


class FinopsDialect:
    """What F&O adds to the batch format; see `Dialect`."""

    most_operations = requests.MOST_OPERATIONS

    def __init__(self, root: str) -> None:
        self._root = root
        self.batch_url = f"{root}/$batch"
        self.batch_headers: Mapping[str, str] = requests.batch_headers()

    def part(self, operation: Operation) -> Part:
        return requests.part(self._root, operation)

    def fault(self, status: int, body: bytes) -> Fault:
        return errors.fault(status, body)

    def request_id(self, headers: Mapping[str, str]) -> str:
        return headers.get("ms-dyn-aid") or ""
