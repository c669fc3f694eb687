"""Sending, as both systems share it: one verdict per changeset, whatever comes back or does not."""

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal

import httpx
import pytest

from p2c_assets.connectors import retry
from p2c_assets.connectors.protocol import Changeset, Operation, Verdict
from p2c_assets.errors import PermanentError
from p2c_assets_tests.connectors.wire import (
    SALES,
    SCM,
    SYSTEMS,
    Said,
    System,
    Wire,
    batch_answer,
    dataverse_error,
    done,
    finops_error,
    run,
)

systems = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)


def document(name: str, operations: int = 1) -> Changeset:
    return Changeset(name, tuple(Operation("POST", "things", None, {"name": f"{name}{n}"}) for n in range(operations)))


def said_no(system: System, words: str = "The name is too long.") -> Said:
    if system is SALES:
        return dataverse_error(400, "0x80044331", words)
    return finops_error(
        500, "AxODataWriteException", f"Write failed for table row of type 'X'. Infolog: Error: {words}"
    )


def busy(seconds: int | None = None) -> Said:
    headers = (("Retry-After", str(seconds)),) if seconds is not None else ()
    return Said(429, '{"error":{"code":"0x80072322","message":"busy"}}', headers)


def send(system: System, wire: Wire, *changesets: Changeset, **settings: object) -> list[Verdict]:
    return run(system.connect(wire, **settings).send(changesets))


def story(verdicts: Sequence[Verdict]) -> list[tuple[str, str, str]]:
    return [(verdict.changeset_id, verdict.status, verdict.code) for verdict in verdicts]


def statuses(verdicts: Sequence[Verdict]) -> str:
    return " ".join(verdict.status for verdict in verdicts)


@systems
def test_each_changeset_gets_the_verdict_of_its_part_in_the_order_sent(system: System) -> None:
    wire = Wire(batch_answer([[done(1), done(2)], [said_no(system)], [done(4)]]))
    verdicts = send(system, wire, document("a", 2), document("b"), document("c"))
    assert statuses(verdicts) == "delivered refused delivered"
    assert verdicts[1].message == "The name is too long."
    assert verdicts[1].kind == "validation"


@systems
@pytest.mark.parametrize("line_end", ["\r\n", "\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("nested", [True, False], ids=["nested", "bare"])
def test_one_error_part_is_the_verdict_of_the_whole_changeset(system: System, line_end: str, nested: bool) -> None:
    error = [said_no(system)] if nested else said_no(system)
    wire = Wire(batch_answer([error, [done(4), done(5), done(6)]], line_end=line_end))
    assert statuses(send(system, wire, document("a", 3), document("b", 3))) == "refused delivered"


@systems
def test_changesets_without_a_part_are_ambiguous(system: System) -> None:
    wire = Wire(batch_answer([[done(1)]]))
    verdicts = send(system, wire, document("a"), document("b"), document("c"))
    assert story(verdicts) == [("a", "delivered", ""), ("b", "ambiguous", "no_part"), ("c", "ambiguous", "no_part")]


@systems
def test_a_part_for_another_changeset_is_not_believed(system: System) -> None:
    wire = Wire(batch_answer([[done(1)], [done(3)]]))
    verdicts = send(system, wire, document("a"), document("b"), document("c"))
    assert statuses(verdicts) == "delivered ambiguous ambiguous"


@systems
def test_more_items_than_changesets_are_not_believed(system: System) -> None:
    wire = Wire(batch_answer([[done()], [done()]]))
    assert statuses(send(system, wire, document("a"))) == "ambiguous"


@systems
def test_an_answer_with_fewer_parts_than_operations_is_ambiguous(system: System) -> None:
    wire = Wire(batch_answer([[done(1)]]))
    assert statuses(send(system, wire, document("a", 2))) == "ambiguous"


@systems
@pytest.mark.parametrize("line_end", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_wherever_an_answer_breaks_off_no_verdict_is_made_up(system: System, line_end: str) -> None:
    items = [[done(1), done(2)], [said_no(system)], [done(4)]]
    whole = len(batch_answer(items, line_end=line_end).content)
    documents = (document("a", 2), document("b"), document("c"))
    right = ("delivered", "refused", "delivered")
    for cut in range(0, whole, 7):
        verdicts = send(system, Wire(batch_answer(items, line_end=line_end, cut=cut)), *documents)
        assert all(v.status in {expected, "ambiguous"} for v, expected in zip(verdicts, right, strict=True)), cut


@systems
def test_an_error_that_broke_off_is_ambiguous_since_its_reason_is_unknown(system: System) -> None:
    items = [[said_no(system)]]
    cut = batch_answer(items).content.index(b"too long")
    assert statuses(send(system, Wire(batch_answer(items, cut=cut)), document("a"))) == "ambiguous"


@systems
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("hung up"),
        httpx.WriteError("broken pipe"),
        httpx.Response(500, text="oops"),
        httpx.Response(502, text="<html><title>Bad Gateway</title></html>"),
        httpx.Response(503, json={"error": {"code": "", "message": "servicing"}}),
        httpx.Response(504),
        httpx.Response(408),
        httpx.Response(200, text="<html><title>Sign in</title></html>"),
    ],
    ids=lambda failure: type(failure).__name__ if isinstance(failure, Exception) else str(failure.status_code),
)
def test_a_batch_that_may_have_been_executed_is_ambiguous_and_not_sent_again(
    system: System, failure: httpx.Response | Exception
) -> None:
    wire = Wire(failure)
    assert statuses(send(system, wire, document("a"), document("b"))) == "ambiguous ambiguous"
    assert len(wire.requests) == 1


@systems
def test_a_batch_that_never_left_is_sent_again(system: System) -> None:
    wire = Wire(httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), batch_answer([[done(1)]]))
    assert statuses(send(system, wire, document("a"))) == "delivered"


@systems
def test_a_batch_that_can_not_leave_is_transient(system: System) -> None:
    wire = Wire(*[httpx.ConnectError("refused")] * retry.CONNECT_ATTEMPTS)
    (verdict,) = send(system, wire, document("a"))
    assert (verdict.status, verdict.code, verdict.message) == ("transient", "no_answer", "ConnectError refused")


@systems
def test_without_a_token_nothing_is_sent_and_the_verdict_is_transient(system: System) -> None:
    wire = Wire()
    wire.token_answers = [httpx.Response(503)] * 5
    assert statuses(send(system, wire, document("a"))) == "transient"
    assert wire.requests == []


@systems
def test_a_throttled_batch_was_not_executed_and_is_sent_again(system: System) -> None:
    wire = Wire(httpx.Response(429, headers={"Retry-After": "9"}), batch_answer([[done(1)]]))
    assert statuses(send(system, wire, document("a"))) == "delivered"
    assert wire.time.sleeps == [9.0]
    assert wire.requests[0].content == wire.requests[1].content


@systems
def test_a_batch_that_stays_throttled_is_transient(system: System) -> None:
    wire = Wire(*[httpx.Response(429, headers={"Retry-After": "9"})] * retry.THROTTLE_ATTEMPTS)
    (verdict,) = send(system, wire, document("a"))
    assert (verdict.status, verdict.kind, verdict.http_status) == ("transient", "throttle", 429)


@systems
def test_throttled_parts_alone_are_sent_again_after_the_longest_retry_after(system: System) -> None:
    wire = Wire(batch_answer([[done(1)], [busy(20)], busy(45)]), batch_answer([[done(1)], [done(2)]]))
    client = system.connect(wire)
    verdicts = run(client.send([document("a"), document("b"), document("c")]))
    assert statuses(verdicts) == "delivered delivered delivered"
    assert names_sent(wire.requests[1]) == ["b0", "c0"]
    assert client.statistics.throttled_s == 45.0
    assert sum(wire.time.sleeps) >= 45.0


@systems
def test_a_part_that_stays_throttled_is_transient(system: System) -> None:
    wire = Wire(*[batch_answer([[busy(1)]])] * retry.CHANGESET_ATTEMPTS)
    assert statuses(send(system, wire, document("a"))) == "transient"
    assert wire.answers == []


@systems
def test_a_401_for_a_batch_renews_the_token_and_sends_it_again(system: System) -> None:
    wire = Wire(httpx.Response(401), batch_answer([[done(1)]]))
    assert statuses(send(system, wire, document("a"))) == "delivered"
    assert wire.requests[1].headers["authorization"] == "Bearer token-2"


@systems
def test_a_401_that_stays_is_a_permanent_error(system: System) -> None:
    wire = Wire(httpx.Response(401), httpx.Response(401))
    with pytest.raises(PermanentError, match=r"sending a to .*\$batch was answered 401.* check the client id"):
        send(system, wire, document("a"))


@systems
@pytest.mark.parametrize("status", [302, 403, 404, 405, 501])
def test_a_batch_refused_for_what_is_no_rows_fault_is_a_permanent_error(system: System, status: int) -> None:
    wire = Wire(httpx.Response(status, text="<html>no</html>"))
    with pytest.raises(PermanentError, match=f"answered {status}"):
        send(system, wire, document("a"))


@systems
@pytest.mark.parametrize("status", [400, 413])
def test_a_batch_refused_whole_is_halved_until_the_culprit_stands_alone(system: System, status: int) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        names = names_sent(request)
        if "bad0" in names:
            return httpx.Response(status, json={"error": {"code": "", "message": "cannot read this"}})
        return batch_answer([[done()] for _ in names])

    wire = Wire(*[answer] * 20)
    changesets = [document(name) for name in ("a", "b", "bad", "d", "e")]
    verdicts = send(system, wire, *changesets)
    assert statuses(verdicts) == "delivered delivered refused delivered delivered"
    assert verdicts[2].message == "cannot read this"
    assert [verdict.changeset_id for verdict in verdicts] == ["a", "b", "bad", "d", "e"]


@systems
def test_a_changeset_larger_than_a_batch_is_refused_unsent(system: System) -> None:
    wire = Wire(batch_answer([[done(1)]]))
    verdicts = send(system, wire, document("big", system.most_operations + 1), document("small"))
    assert story(verdicts) == [("big", "refused", "too_many_operations"), ("small", "delivered", "")]
    assert names_sent(wire.requests[0]) == ["small0"]


@systems
def test_a_changeset_as_large_as_a_batch_is_sent(system: System) -> None:
    size = system.most_operations
    wire = Wire(batch_answer([[done(n + 1) for n in range(size)]]))
    assert statuses(send(system, wire, document("big", size))) == "delivered"


@systems
def test_a_changeset_of_nothing_is_refused_unsent(system: System) -> None:
    assert story(send(system, Wire(), document("none", 0))) == [("none", "refused", "no_operations")]


@systems
def test_batches_are_limited_by_changesets_and_by_operations(system: System) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        return batch_answer([[done()] * size for size in sizes_sent(request)])

    wire = Wire(*[answer] * 9)
    most = system.most_operations
    changesets = [document("a"), document("b"), document("c"), document("full", most), document("d", most - 1)]
    verdicts = send(system, wire, *changesets, document("e"), document("f"), batch_changesets=2)
    assert statuses(verdicts) == " ".join(["delivered"] * 7)
    assert sorted(sizes_sent(request) for request in wire.requests) == [[1], [1], [1, 1], [most - 1, 1], [most]]


@systems
def test_several_batches_are_in_flight_and_the_verdicts_keep_their_order(system: System) -> None:
    under_way, most = 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(20 - int(names_sent(request)[0][1:-1])):
            await asyncio.sleep(0)
        under_way -= 1
        return batch_answer([[done()]])

    wire = Wire(*[answer] * 20)
    verdicts = send(system, wire, *[document(f"d{n}") for n in range(20)], batch_changesets=1, concurrency=3)
    assert [verdict.changeset_id for verdict in verdicts] == [f"d{n}" for n in range(20)]
    assert most == 3


@systems
def test_verdicts_are_reported_as_each_batch_is_answered(system: System) -> None:
    heard: list[list[str]] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        while not heard:
            await asyncio.sleep(0)
        return batch_answer([[done()]])

    wire = Wire(slow, batch_answer([[done(1)]]))
    client = system.connect(wire, batch_changesets=1, concurrency=2)

    def hear(verdicts: Sequence[Verdict]) -> None:
        heard.append([verdict.changeset_id for verdict in verdicts])

    run(client.send([document("slow"), document("quick")], hear))
    assert heard == [["quick"], ["slow"]]


@systems
def test_after_a_permanent_error_batches_under_way_are_finished_and_no_other_is_started(system: System) -> None:
    heard: list[tuple[str, str, str]] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        while not heard:
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        return batch_answer([[done()]])

    forbidden = (
        dataverse_error(403, "0x80040220", "Principal user is missing prvCreateThing privilege")
        if system is SALES
        else finops_error(403, "ODataSecurityException", "User is not authorized to create Thing.")
    )
    wire = Wire(slow, batch_answer([forbidden]))
    client = system.connect(wire, batch_changesets=1, concurrency=2)

    with pytest.raises(PermanentError, match=r"sending denied to .* 403 .*(privilege|authorized).*; (give|register)"):
        run(
            client.send(
                [document("slow"), document("denied"), document("never")],
                lambda verdicts: heard.extend(story(verdicts)),
            )
        )
    code = "0x80040220" if system is SALES else "ODataSecurityException"
    assert heard == [("denied", "transient", code), ("slow", "delivered", "")]
    assert len(wire.requests) == 2


@systems
def test_a_mistake_of_ours_is_not_swallowed(system: System) -> None:
    wrong = Changeset("wrong", (Operation("POST", "things", None, {"amount": 0.1}),))
    with pytest.raises(TypeError, match="float has no exact JSON form"):
        send(system, Wire(), wrong)


@systems
def test_nothing_to_send_is_no_request(system: System) -> None:
    wire = Wire()
    assert send(system, wire) == []
    assert wire.requests == []


@systems
def test_requests_and_operations_are_counted_apart(system: System) -> None:
    wire = Wire(batch_answer([[done(1), done(2)]]))
    client = system.connect(wire)
    run(
        client.send(
            [Changeset("a", (Operation("POST", "x", None, {}), Operation("PATCH", "x", {"k": "1"}, {"v": Decimal(1)})))]
        )
    )
    assert client.statistics.requests == {"POST": 1, "token": 1}
    assert client.statistics.operations == {"POST": 1, "PATCH": 1}


def test_a_dataverse_batch_stopped_at_its_first_failure_says_nothing_about_the_rest() -> None:
    wire = Wire(batch_answer([said_no(SALES)], status=400))
    assert statuses(send(SALES, wire, document("a"), document("b"))) == "ambiguous ambiguous"


def test_an_update_conflict_is_tried_again_soon() -> None:
    words = "Cannot edit a record. An update conflict occurred due to another user process."
    conflict = finops_error(400, "AxODataWriteException", words)
    wire = Wire(batch_answer([[conflict]]), batch_answer([[conflict]]), batch_answer([[done(1)]]))
    assert statuses(send(SCM, wire, document("a"))) == "delivered"
    assert wire.time.sleeps == [0.25, 0.5]


def test_a_sql_timeout_is_tried_again_soon_and_then_transient() -> None:
    timeout = batch_answer([dataverse_error(500, "-2147204784", "Generic SQL error.")])
    wire = Wire(*[timeout] * retry.CHANGESET_ATTEMPTS)
    (verdict,) = send(SALES, wire, document("a"))
    assert (verdict.status, verdict.code) == ("transient", "0x80044150")


def test_a_verdict_carries_the_request_id_for_support() -> None:
    for system, header in ((SALES, "x-ms-service-request-id"), (SCM, "ms-dyn-aid")):
        answer = batch_answer([[done(1)]])
        answer.headers[header] = "abc-1"
        assert send(system, Wire(answer), document("a"))[0].request_id == "abc-1"


def names_sent(request: httpx.Request) -> list[str]:
    return re.findall(r'"name":"(\w+)"', request.content.decode())


def sizes_sent(request: httpx.Request) -> list[int]:
    changesets = request.content.decode().split("Content-Type: multipart/mixed; boundary=changeset_")[1:]
    return [text.count("Content-Type: application/http") for text in changesets]
