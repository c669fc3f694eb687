"""What twins post to others: after the commit, in order, again when it failed, over TLS too."""

import asyncio
import ssl
import threading
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.receiver import receiving
from p2c_assets_tests.sandbox.running import Caller, running


class Chatty(FinopsTwin):
    """Answers every request with one notice for each of `urls`, and fails where it is asked to."""

    urls: tuple[str, ...] = ()
    options: Mapping[str, Any] = {}

    def handle(self, request: Request) -> Response:
        for url in self.urls:
            self.notices.post(url, {"X-Topic": "test"}, request.path.encode(), **self.options)
        if request.path.endswith("fail"):
            raise KeyError(request.path)
        return Response(204)


@pytest.fixture
def chatty() -> Chatty:
    twin = Chatty(Store("scm"))
    twin.notices.pause_s = 0.0
    return twin


@pytest.fixture
def caller(chatty: Chatty) -> Generator[Caller]:
    with running(chatty) as url, Caller.signed_in(url) as signed_in:
        yield signed_in


def settled(caller: Caller) -> Any:
    """The report, once nothing is pending any more."""
    deadline = time.monotonic() + 10
    while (report := caller.admin("notices"))["pending"]:
        assert time.monotonic() < deadline, report
        time.sleep(0.002)
    return report


def test_a_notice_is_posted_after_its_request(chatty: Chatty, caller: Caller) -> None:
    with receiving() as receiver:
        chatty.urls = (f"{receiver.url}/hook?code=1",)
        caller.get("/data/a")
        posted = receiver.next()
        assert (posted.path, posted.headers["x-topic"], posted.body) == ("/hook?code=1", "test", b"/data/a")
        assert settled(caller) == {"sent": 1, "pending": [], "failed": []}


def test_notices_of_a_request_that_failed_are_taken_back(chatty: Chatty, caller: Caller) -> None:
    with receiving() as receiver:
        chatty.urls = (receiver.url,)
        assert caller.get("/data/fail").status_code == 500
        caller.get("/data/works")
        assert receiver.next().body == b"/data/works"
        assert settled(caller)["sent"] == 1


def test_a_notice_that_is_posted_while_the_round_before_ends_is_sent(
    chatty: Chatty, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing, posted = threading.Event(), threading.Event()

    async def closed_slowly(*_: object) -> None:
        closing.set()
        while not posted.is_set():
            await asyncio.sleep(0.01)

    with receiving() as receiver:
        chatty.urls = (receiver.url,)
        monkeypatch.setattr(httpx.AsyncClient, "__aexit__", closed_slowly)
        caller.get("/data/a")
        assert closing.wait(10)
        caller.get("/data/b")
        posted.set()
        assert [receiver.next().body for _ in range(2)] == [b"/data/a", b"/data/b"]


def test_notices_to_one_address_arrive_in_their_order(chatty: Chatty, caller: Caller) -> None:
    with receiving() as receiver:
        chatty.urls = (receiver.url,)
        for number in range(5):
            caller.get(f"/data/{number}")
        assert [receiver.next().body for _ in range(5)] == [f"/data/{number}".encode() for number in range(5)]


def test_a_failed_post_is_tried_again_and_then_listed(chatty: Chatty, caller: Caller) -> None:
    with receiving([500, 503, 500]) as receiver:
        chatty.urls, chatty.options = (receiver.url,), {"attempts": 3}
        caller.get("/data/a")
        report = settled(caller)
        assert report["failed"] == [{"number": 1, "url": receiver.url, "tries": 3, "error": "HTTP 500"}]
        assert caller.admin("notices/resend", {}) == {"resent": 1}
        assert settled(caller) == {"sent": 1, "pending": [], "failed": []}
        assert receiver.arrived.qsize() == 4


def test_only_the_named_statuses_are_tried_again(chatty: Chatty, caller: Caller) -> None:
    with receiving([400]) as receiver:
        chatty.urls, chatty.options = (receiver.url,), {"attempts": 2, "retried": (502, 503, 504)}
        caller.get("/data/a")
        assert [one["tries"] for one in settled(caller)["failed"]] == [1]
        assert receiver.arrived.qsize() == 1


def test_nobody_at_the_address_is_a_failure_with_its_reason(chatty: Chatty, caller: Caller) -> None:
    with receiving() as receiver:
        gone = receiver.url
    chatty.urls = (gone,)
    caller.get("/data/a")
    assert "ConnectError" in settled(caller)["failed"][0]["error"]


def test_a_tls_address_is_trusted_by_its_authority_only(chatty: Chatty, caller: Caller, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with receiving(certificate=context) as receiver:
        chatty.urls = (f"{receiver.url}/hook",)
        caller.get("/data/a")
        assert "certificate" in settled(caller)["failed"][0]["error"].lower()
        caller.admin("notices", {"ca_file": str(tmp_path / "ca.pem")})
        caller.admin("notices/resend", {})
        assert receiver.next().body == b"/data/a"


def test_unknown_settings_and_files_that_are_no_certificate_are_refused(caller: Caller, tmp_path: Path) -> None:
    for document in ({"pause": 1}, {"ca_file": str(tmp_path / "none.pem")}):
        assert caller.http.post("/_sandbox/notices", json=document).status_code == 400


def test_what_was_not_sent_survives_with_the_file(tmp_path: Path) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    FinopsTwin(store).notices.post("http://127.0.0.1:1/", {"A": "b"}, b"\xff\x00")
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    kept = FinopsTwin(again).notices.waiting("http://127.0.0.1:1/")
    again.close()
    assert [(row["headers"], row["body"].encode("latin-1")) for row in kept] == [({"A": "b"}, b"\xff\x00")]
