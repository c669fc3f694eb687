"""Time and chance, as the connectors need them: injected, so that a test of an hour of throttling takes no time."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Clock(NamedTuple):
    """`monotonic` in seconds; `jitter` a number from 0 up to 1."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    jitter: Callable[[], float]


REAL_CLOCK = Clock(time.monotonic, asyncio.sleep, random.random)
