"""The run's connections: one event loop and at most one client per system, opened when first asked and closed with the run."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

import httpx

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.protocol import Statistics, SystemClient
from p2c_assets.connectors.transport import production_http
from p2c_assets.mappings.schema import System
from p2c_assets.settings import Settings, SystemSettings

Result = TypeVar("Result")


class Connections:
    """A context manager; `ask` does some work with a system's client and says what that cost.

    `http` makes the client's way to a system.
    """

    def __init__(
        self, settings: Settings, http: Callable[[SystemSettings], httpx.AsyncClient] = production_http
    ) -> None:
        self._settings = settings
        self._http = http
        self._runner = asyncio.Runner()
        self._clients: dict[System, SystemClient] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for client in self._clients.values():
                self._runner.run(client.aclose())
        finally:
            self._runner.close()

    def ask(self, system: System, work: Callable[[SystemClient], Awaitable[Result]]) -> tuple[Result, Statistics]:
        """The work's result, and the requests it made of the system."""
        return self._runner.run(self._ask(system, work))

    async def _ask(
        self, system: System, work: Callable[[SystemClient], Awaitable[Result]]
    ) -> tuple[Result, Statistics]:
        client = self._clients.get(system) or self._clients.setdefault(system, self._connect(system))
        before = client.statistics
        result = await work(client)
        return result, _since(before, client.statistics)

    def _connect(self, system: System) -> SystemClient:
        if system == "sales":
            return DataverseClient.connect(self._settings.sales, self._http(self._settings.sales))
        return FinopsClient.connect(self._settings.scm, self._http(self._settings.scm))


def _since(before: Statistics, after: Statistics) -> Statistics:
    return Statistics(
        dict(Counter(after.requests) - Counter(before.requests)),
        dict(Counter(after.operations) - Counter(before.operations)),
        round(after.throttled_s - before.throttled_s, 3),
    )
