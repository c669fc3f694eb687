"""Tokens: kept, renewed in time, renewed once after a 401, and clear words when they are refused."""

import asyncio

import httpx
import pytest

from p2c_assets.connectors.protocol import Query
from p2c_assets.errors import PermanentError, TransientError
from p2c_assets_tests.connectors.wire import SYSTEMS, System, Wire, granted, page, rows_of, run

QUERY = Query("things", ("name",))
systems = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)


def test_a_token_is_asked_for_once_and_used_until_four_fifths_of_its_life_are_over() -> None:
    wire = Wire()
    tokens = wire.token_source()

    async def story() -> list[str]:
        first = await tokens.token()
        wire.time.now += 0.8 * 3600 - 1
        second = await tokens.token()
        wire.time.now += 2
        return [first, second, await tokens.token()]

    assert run(story()) == ["token-1", "token-1", "token-2"]


def test_the_token_request_is_a_client_credentials_form_for_the_environment() -> None:
    wire = Wire()
    run(wire.token_source().token())
    form = dict(httpx.QueryParams(wire.token_requests[0].content.decode()))
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "app",
        "client_secret": "hush",
        "scope": "https://system.example/.default",
    }


def test_many_callers_wait_for_one_token() -> None:
    wire = Wire()
    tokens = wire.token_source()

    async def story() -> set[str]:
        return set(await asyncio.gather(*(tokens.token() for _ in range(20))))

    assert run(story()) == {"token-1"}
    assert tokens.requests == 1


def test_many_callers_whose_token_was_rejected_ask_for_one_new_token() -> None:
    wire = Wire()
    tokens = wire.token_source()

    async def story() -> set[str]:
        old = await tokens.token()
        return set(await asyncio.gather(*(tokens.renewed(old) for _ in range(20))))

    assert run(story()) == {"token-2"}


def test_a_refused_token_names_the_client_and_what_to_check_but_not_the_secret() -> None:
    wire = Wire()
    wire.token_answers = [httpx.Response(401, json={"error": "invalid_client", "error_description": "AADSTS7000215"})]
    with pytest.raises(PermanentError, match=r"client app .* 401 invalid_client AADSTS7000215; check") as raised:
        run(wire.token_source().token())
    assert "hush" not in str(raised.value)


def test_a_token_endpoint_that_is_down_for_a_moment_is_asked_again() -> None:
    wire = Wire()
    wire.token_answers = [httpx.ConnectError("refused"), httpx.Response(503, text="<html>busy</html>"), granted("t")]
    assert run(wire.token_source().token()) == "t"


def test_a_token_endpoint_that_stays_down_is_a_transient_error() -> None:
    wire = Wire()
    wire.token_answers = [httpx.ConnectError("refused")] * 5
    with pytest.raises(TransientError, match="failed 5 times, the last time: ConnectError refused"):
        run(wire.token_source().token())


def test_a_throttled_token_endpoint_is_left_alone_as_long_as_it_asks() -> None:
    wire = Wire()
    wire.token_answers = [httpx.Response(429, headers={"Retry-After": "17"}), granted("t")]
    run(wire.token_source().token())
    assert wire.time.sleeps == [17.0]


def test_an_answer_without_a_token_is_a_permanent_error() -> None:
    wire = Wire()
    wire.token_answers = [httpx.Response(200, text="<html>sign in</html>")]
    with pytest.raises(PermanentError, match="without access_token"):
        run(wire.token_source().token())


@systems
def test_a_401_renews_the_token_once_and_asks_again(system: System) -> None:
    wire = Wire(httpx.Response(401), page([{"name": "a"}]))
    client = system.connect(wire)
    rows = run(rows_of(client.pages(QUERY)))
    assert rows == [{"name": "a"}]
    assert [request.headers["authorization"] for request in wire.requests] == ["Bearer token-1", "Bearer token-2"]
    assert client.statistics.requests == {"GET": 2, "token": 2}


@systems
def test_a_second_401_is_a_permanent_error_that_says_what_to_check(system: System) -> None:
    wire = Wire(httpx.Response(401), httpx.Response(401, text="no"))
    with pytest.raises(PermanentError, match=r"things.* 401 no; check the client id"):
        run(rows_of(system.connect(wire).pages(QUERY)))
    assert len(wire.requests) == 2
