"""Real connections on loopback that break, refuse or keep their cookies: what httpx makes of them and we of that."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from p2c_assets.connectors.auth import TokenSource
from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.protocol import Changeset, Operation, Query, Verdict
from p2c_assets.connectors.transport import production_http
from p2c_assets.settings import SystemSettings
from p2c_assets_tests.connectors.wire import FakeTime, batch_answer, done, rows_of, run

CHANGESET = Changeset("a", (Operation("POST", "things", None, {"name": "x"}),))
TOKEN = b'{"access_token":"t","expires_in":3600}'
Reply = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def ok(body: bytes, content_type: str = "application/json", *more: str) -> bytes:
    fields = "".join(f"{each}\r\n" for each in (f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *more))
    return b"HTTP/1.1 200 OK\r\n" + fields.encode() + b"\r\n" + body


@asynccontextmanager
async def server(reply: Reply) -> AsyncGenerator[str]:
    """A server that grants tokens and leaves everything else to `reply`."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next((int(x[15:]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length:")), 0)
                await reader.readexactly(length)
                if b"/token " in head:
                    writer.write(ok(TOKEN))
                else:
                    await reply(head, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


def settings(url: str, timeout_s: float = 5.0, token_url: str = "") -> SystemSettings:
    return SystemSettings(
        url=url,
        token_url=token_url or f"{url}/token",
        client_id="app",
        client_secret=SecretStr("hush"),
        timeout_s=timeout_s,
    )


def client_of(configured: SystemSettings) -> DataverseClient:
    http, clock = production_http(configured), FakeTime().clock
    return DataverseClient(http, configured, TokenSource.of(configured, http, clock), clock)


async def send_to(reply: Reply, timeout_s: float = 5.0) -> Verdict:
    async with server(reply) as url, client_of(settings(url, timeout_s)) as client:
        return (await client.send([CHANGESET]))[0]


async def hang_up(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def hang_up_in_the_middle(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(ok(batch_answer([[done(1)]]).content, "multipart/mixed; boundary=batchresponse_x")[:-40])
    await writer.drain()
    writer.close()


async def never_answer(_: bytes, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1)


@pytest.mark.parametrize("reply", [hang_up, hang_up_in_the_middle])
def test_a_connection_that_breaks_after_sending_is_ambiguous(reply: Reply) -> None:
    verdict = run(send_to(reply))
    assert (verdict.status, verdict.code) == ("ambiguous", "no_answer")


def test_an_answer_that_does_not_come_in_time_is_ambiguous() -> None:
    verdict = run(send_to(never_answer, timeout_s=0.1))
    assert (verdict.status, verdict.message.split()[0]) == ("ambiguous", "ReadTimeout")


def test_a_port_that_nobody_listens_on_is_transient_since_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused, and nobody else gets the port meanwhile
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"

        async def story() -> Verdict:
            async with server(hang_up) as tokens, client_of(settings(nowhere, 5.0, f"{tokens}/token")) as client:
                return (await client.send([CHANGESET]))[0]

        verdict = run(story())
    assert verdict.status == "transient"
    assert verdict.message.startswith("ConnectError")


def test_the_production_client_drops_cookies_and_asks_for_gzip() -> None:
    heads: list[bytes] = []

    async def reply(head: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(head.lower())
        writer.write(ok(b'{"value":[]}', "application/json", "Set-Cookie: ARRAffinity=abc; Path=/"))

    async def story() -> None:
        async with server(reply) as url, DataverseClient.connect(settings(url)) as client:
            await rows_of(client.pages(Query("things", ("name",))))
            await rows_of(client.pages(Query("things", ("name",))))

    run(story())
    assert len(heads) == 2
    assert not any(b"cookie:" in head for head in heads)
    assert all(b"accept-encoding: gzip\r\n" in head and b"http/1.1" in head for head in heads)


def test_loopback_is_reached_directly_whatever_proxy_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    async def reply(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(ok(b'{"value":[{"name":"a"}]}'))

    async def story() -> list[dict[str, object]]:
        async with server(reply) as url, DataverseClient.connect(settings(url)) as client:
            return await rows_of(client.pages(Query("things", ("name",))))

    assert run(story()) == [{"name": "a"}]


def test_the_timeouts_are_those_of_the_settings() -> None:
    http = production_http(settings("http://127.0.0.1:1"))
    assert http.timeout == httpx.Timeout(5.0, connect=10.0)
