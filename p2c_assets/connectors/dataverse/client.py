"""The client of Dynamics 365 Sales: Dataverse Web API v9.2."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from p2c_assets.connectors import odata
from p2c_assets.connectors.auth import TokenSource
from p2c_assets.connectors.batch import Part
from p2c_assets.connectors.changesets import ChangesetSender
from p2c_assets.connectors.clock import REAL_CLOCK, Clock
from p2c_assets.connectors.dataverse import errors, requests
from p2c_assets.connectors.dataverse.environment import Environment
from p2c_assets.connectors.faults import Fault
from p2c_assets.connectors.limiter import Limiter
from p2c_assets.connectors.pages import PageReader
from p2c_assets.connectors.protocol import Changes, Changeset, KeyColumn, Operation, Query, Row, Statistics, Verdict
from p2c_assets.connectors.transport import Transport, production_http
from p2c_assets.settings import SystemSettings


class DataverseClient:
    """Reads and writes one Dataverse environment; see `SystemClient`."""

    def __init__(
        self, http: httpx.AsyncClient, settings: SystemSettings, tokens: TokenSource, clock: Clock = REAL_CLOCK
    ) -> None:
        self._root = settings.url + requests.API
        self._page_size = settings.page_size
        self._transport = Transport(http, tokens, Limiter(settings.concurrency, clock), clock)
        self._reader = PageReader(self._transport, self._root, errors.fault)
        self._sender = ChangesetSender(self._transport, DataverseDialect(self._root), settings, clock)
        self.environment = Environment(self.get_text)
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
        headers = requests.page_headers(query.page_size or self._page_size)
        return self._reader.follow(requests.page_url(self._root, query), headers)

    async def changes(self, query: Query, link: str | None) -> AsyncIterator[Changes]:
        headers = requests.change_headers(query.page_size or self._page_size)
        start = requests.page_url(self._root, query) if link is None else odata.at_own_origin(link, self._root)
        async for page in self._reader.all_pages(start, headers):
            rows = [row for row in page.rows if not requests.is_deleted(row)]
            gone = [str(row["id"]) for row in page.rows if requests.is_deleted(row)]
            yield Changes(rows, gone, page.delta_link)

    async def pending(self, entity_set: str, link: str) -> int:
        """How many changes wait behind a delta link. Raises ExpiredLinkError when it is too old."""
        return int((await self.get_text(requests.pending_path(entity_set, link))).strip("\ufeff \n"))

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


class DataverseDialect:
    """What Dataverse adds to the batch format; see `Dialect`."""

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
        return headers.get("x-ms-service-request-id") or headers.get("req_id") or ""
