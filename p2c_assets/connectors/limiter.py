"""How much one client asks of its system at once, and the gate that all its callers wait at while it is throttled.

The limit is a fixed number of requests in flight. Reading Retry-After is the business of `retry`.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from p2c_assets.connectors.clock import Clock


class Limiter:
    """Turns for the requests of one application user at one system.

    Source: MicrosoftDocs api-limits: the quota is the user's, so one 429 concerns every caller, not just the one that
    got it, and nobody retries before it elapses.
    """

    def __init__(self, concurrency: int, clock: Clock) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._clock = clock
        self._opens_at = 0.0
        self.throttled_s = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """A slot, once the gate is open; released at the end of the block."""
        async with self._slots:
            while (wait_s := self._opens_at - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait_s)
            yield

    def pause(self, seconds: float) -> None:
        """Keep the gate closed for so many seconds from now; a longer pause already under way stays."""
        now = self._clock.monotonic()
        closed_until = max(self._opens_at, now)
        opens_at = max(closed_until, now + seconds)
        self.throttled_s += opens_at - closed_until
        self._opens_at = opens_at
