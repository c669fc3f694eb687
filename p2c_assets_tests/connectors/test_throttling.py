"""429: every caller of the client waits at one gate, as long as the server asks."""

import asyncio

import httpx
import pytest

from p2c_assets.connectors import retry
from p2c_assets.connectors.clock import Clock
from p2c_assets.connectors.limiter import Limiter
from p2c_assets.connectors.protocol import Query
from p2c_assets.errors import TransientError
from p2c_assets_tests.connectors.wire import SYSTEMS, FakeTime, System, Wire, page, rows_of, run

QUERY = Query("things", ("name",))
systems = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)


def busy(**headers: str) -> httpx.Response:
    return httpx.Response(429, headers=headers, json={"error": {"code": "0x80072322", "message": "busy"}})


@systems
def test_a_429_is_repeated_after_the_time_that_the_server_asks_for(system: System) -> None:
    wire = Wire(busy(**{"Retry-After": "33"}), page([{"name": "a"}]))
    client = system.connect(wire)
    assert run(rows_of(client.pages(QUERY))) == [{"name": "a"}]
    assert wire.time.sleeps == [33.0]
    assert client.statistics.throttled_s == 33.0


@systems
def test_without_retry_after_the_pause_doubles_from_ten_seconds_up_to_three_minutes(system: System) -> None:
    wire = Wire(*[busy()] * 7, page([]))
    run(rows_of(system.connect(wire).pages(QUERY)))
    assert wire.time.sleeps == [10, 20, 40, 80, 160, 180, 180]


@systems
def test_a_throttling_that_does_not_end_is_a_transient_error(system: System) -> None:
    wire = Wire(*[busy(**{"Retry-After": "1"})] * retry.THROTTLE_ATTEMPTS)
    with pytest.raises(TransientError, match="429"):
        run(rows_of(system.connect(wire).pages(QUERY)))


@systems
def test_while_one_caller_is_throttled_nobody_else_sends(system: System) -> None:
    wire = Wire()
    sent_at: list[float] = []
    client = system.connect(wire, concurrency=2)

    async def note(_: httpx.Request) -> httpx.Response:
        sent_at.append(wire.time.now)
        return busy(**{"Retry-After": "60"}) if len(sent_at) == 1 else page([])

    async def story() -> None:
        wire.answers.extend([note] * 6)
        await asyncio.gather(*(rows_of(client.pages(QUERY)) for _ in range(5)))

    run(story())
    assert len(sent_at) == 6
    # The second slot may have been taken before the first answer was known; all others wait at the gate.
    assert [moment >= 1060 for moment in sent_at[2:]] == [True] * 4
    assert client.statistics.throttled_s == 60.0


def test_no_more_requests_are_in_flight_than_the_concurrency_allows() -> None:
    async def story() -> int:
        limiter, under_way, most = Limiter(3, FakeTime().clock), 0, 0

        async def one() -> None:
            nonlocal under_way, most
            async with limiter.turn():
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0)
                under_way -= 1

        await asyncio.gather(*(one() for _ in range(20)))
        return most

    assert run(story()) == 3


def test_overlapping_pauses_are_counted_once_and_the_longest_counts() -> None:
    now = 5.0
    limiter = Limiter(1, Clock(lambda: now, asyncio.sleep, lambda: 0.0))
    limiter.pause(30)
    limiter.pause(10)
    limiter.pause(40)
    assert limiter.throttled_s == 40


def test_jitter_only_lengthens_what_the_server_asked_for() -> None:
    assert retry.throttle_s({"retry-after": "100"}, 0, 0.0) == 100
    assert retry.throttle_s({"retry-after": "100"}, 0, 1.0) == pytest.approx(110)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("-3", 0.0),
        ("Mon, 05 Jan 2026 08:00:30 GMT", 30.0),
        ("Mon, 05 Jan 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_servers_clock(value: str, seconds: float | None) -> None:
    assert retry.retry_after_s({"retry-after": value, "date": "Mon, 05 Jan 2026 08:00:00 GMT"}) == seconds


def test_the_back_off_is_bounded() -> None:
    assert retry.backoff_s(0, 1.0) == 0.5
    assert retry.backoff_s(30, 1.0) == 30.0
