"""Faults on demand: what was planned happens, to whom it was planned, as often as planned, and the same each time."""

from collections.abc import Generator
from typing import Any

import httpx
import pytest

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.twin import Twin
from p2c_assets_tests.sandbox.dataverse.multipart import batch, changeset, operation
from p2c_assets_tests.sandbox.dataverse.multipart import statuses as statuses_within
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, rows
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, customer
from p2c_assets_tests.sandbox.receiver import receiving
from p2c_assets_tests.sandbox.running import Caller, body, running, token

ACCOUNTS = f"{API}/accounts"
CUSTOMERS = "/data/CustomersV2"


class Running:
    """A served twin, the caller of it, and the rows it starts from."""

    def __init__(self, twin: Twin, caller: Caller, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.twin = twin
        self.caller = caller
        self.rows = rows

    def fresh(self) -> Caller:
        self.caller.admin("reset", {})
        self.caller.admin("load", {"rows": self.rows})
        self.caller.http.headers["Authorization"] = f"Bearer {token(self.caller.url).json()['access_token']}"
        return self.caller


def started(twin: Twin, its_rows: dict[str, list[dict[str, Any]]]) -> Generator[Running]:
    with running(twin) as url, Caller.signed_in(url) as caller:
        yield Running(twin, caller, its_rows)


@pytest.fixture(scope="module")
def sales_running() -> Generator[Running]:
    yield from started(DataverseTwin(Store("sales")), rows())


@pytest.fixture(scope="module")
def scm_running() -> Generator[Running]:
    yield from started(FinopsTwin(Store("scm")), REFERENCE)


@pytest.fixture
def sales(sales_running: Running) -> Caller:
    return sales_running.fresh()


@pytest.fixture
def scm(scm_running: Running) -> Caller:
    return scm_running.fresh()


def plan(caller: Caller, **values: Any) -> None:
    caller.admin("faults", values)


def statuses(caller: Caller, path: str, times: int) -> list[int]:
    return [caller.get(path).status_code for _ in range(times)]


def test_the_nth_the_every_nth_and_at_most_so_many_are_struck(scm: Caller) -> None:
    plan(scm, kind="error", nth=[2, 3])
    assert statuses(scm, "/data", 4) == [200, 500, 500, 200]
    scm.admin("faults/clear", {})
    plan(scm, kind="error", every=2, count=2)
    assert statuses(scm, "/data", 7) == [200, 500, 200, 500, 200, 200, 200]


def test_chance_is_seeded(scm: Caller) -> None:
    def played(seed: int) -> list[int]:
        scm.admin("faults/clear", {})
        plan(scm, kind="error", probability=0.5, seed=seed)
        return statuses(scm, "/data", 12)

    first = played(1)
    assert {200, 500} == set(first)
    assert played(1) == first
    assert played(2) != first


def test_only_requests_of_the_method_and_path_are_concerned(scm: Caller) -> None:
    plan(scm, kind="error", method="POST", path="CustomersV2$")
    assert scm.get(CUSTOMERS).status_code == 200
    assert scm.post("/data/CDSContactPersons", {}).status_code == 400
    assert scm.post(CUSTOMERS, {}).status_code == 500


def test_plans_are_listed_with_what_they_met_and_a_reset_clears_them(scm: Caller) -> None:
    plan(scm, kind="error", status=503, nth=[2])
    statuses(scm, "/data", 3)
    (listed,) = scm.admin("faults")["value"]
    del listed["number"]
    assert listed == {"kind": "error", "nth": [2], "status": 503, "seen": 3, "struck": 1}
    scm.admin("reset", {})
    assert scm.admin("faults") == {"value": []}


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "nonsense"},
        {"kind": "error", "status": 418},
        {"kind": "slow", "inside": True},
        {"kind": "slow", "status": 500},
        {"kind": "error", "path": "("},
        {"kind": "error", "unknown": 1},
        {"kind": "expired_delta_token"},
        {"kind": "drop_field"},
        {"kind": "error", "field": "name"},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(scm: Caller, document: dict[str, Any]) -> None:
    assert scm.http.post("/_sandbox/faults", json=document).status_code == 400
    assert scm.admin("faults") == {"value": []}


def test_throttling_is_worded_as_each_system_does_with_and_without_a_wait(sales: Caller, scm: Caller) -> None:
    plan(sales, kind="throttled", retry_after=7, count=1)
    plan(sales, kind="throttled")
    first, second = sales.get(ACCOUNTS), sales.get(ACCOUNTS)
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert body(first)["error"]["code"] == "0x80072322"
    assert (second.status_code, second.headers.get("retry-after")) == (429, None)
    plan(scm, kind="throttled", retry_after=60, count=1)
    plan(scm, kind="throttled")
    first, second = scm.get(CUSTOMERS), scm.get(CUSTOMERS)
    assert (first.status_code, first.headers["retry-after"]) == (429, "60")
    assert "high resource utilization. Retry the request after 60 seconds." in body(first)["error"]["message"]
    assert (second.status_code, second.headers.get("retry-after")) == (429, None)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_server_does_nothing(sales: Caller, scm: Caller, status: int) -> None:
    plan(sales, kind="error", status=status)
    plan(scm, kind="error", status=status)
    for caller, path, values in ((sales, ACCOUNTS, {"name": "New"}), (scm, CUSTOMERS, customer())):
        answer = caller.post(path, values)
        assert answer.status_code == status
        assert "error" in body(answer)
    assert "New" not in [row["name"] for row in sales.admin("rows/accounts")["value"]]
    assert scm.admin("rows/CustomersV2") == {"value": []}


def test_a_gateways_page_is_html(sales: Caller) -> None:
    plan(sales, kind="gateway_page", status=504)
    answer = sales.get(ACCOUNTS)
    assert (answer.status_code, answer.headers["content-type"]) == (504, "text/html")
    assert "<h1>504 Gateway Timeout</h1>" in answer.text


def test_a_slow_answer_outlasts_a_client_that_will_not_wait(scm: Caller) -> None:
    plan(scm, kind="slow", seconds=0.2)
    with pytest.raises(httpx.ReadTimeout):
        scm.http.get("/data", timeout=0.05)


def test_a_connection_that_ends_before_the_work_leaves_nothing_done(scm: Caller) -> None:
    plan(scm, kind="drop_before", method="POST", count=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        scm.post(CUSTOMERS, customer())
    assert scm.admin("rows/CustomersV2") == {"value": []}
    assert scm.post(CUSTOMERS, customer()).status_code == 201


@pytest.mark.parametrize("kind", ["drop_after", "drop_during"])
def test_a_connection_that_ends_after_the_commit_leaves_the_work_done(scm: Caller, kind: str) -> None:
    plan(scm, kind=kind, method="POST", count=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        scm.post(CUSTOMERS, customer())
    assert len(scm.admin("rows/CustomersV2")["value"]) == 1


def test_the_socket_itself_is_closed(scm: Caller) -> None:
    """The next request of a client with one connection needs a new one."""
    plan(scm, kind="drop_during", count=1)
    with httpx.Client(base_url=scm.url, headers=scm.http.headers, limits=httpx.Limits(max_connections=1)) as client:
        with client.stream("GET", "/data") as answer:
            assert answer.status_code == 200
            socket = answer.extensions["network_stream"].get_extra_info("socket")
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                answer.read()
        assert socket.fileno() == -1
        assert client.get("/data").status_code == 200


def test_a_truncated_body_is_no_json(sales: Caller) -> None:
    plan(sales, kind="truncated", count=1)
    answer = sales.get(ACCOUNTS)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        answer.json()


def test_an_expired_token_is_refused_until_there_is_a_new_one(sales: Caller, scm: Caller) -> None:
    for caller, path in ((sales, ACCOUNTS), (scm, CUSTOMERS)):
        plan(caller, kind="expired_token", count=1)
        assert statuses(caller, path, 2) == [401, 401]
        assert "www-authenticate" in caller.get(path).headers
        new = token(caller.url).json()["access_token"]
        assert caller.get(path, Authorization=f"Bearer {new}").status_code == 200


def test_an_expired_delta_token_asks_for_a_full_read(sales: Caller) -> None:
    link = body(sales.get(ACCOUNTS, Prefer="odata.track-changes"))["@odata.deltaLink"]
    plan(sales, kind="expired_delta_token", count=1)
    assert sales.get(ACCOUNTS).status_code == 200
    assert body(sales.get(link))["error"]["code"] == "0x80044352"
    assert sales.get(link).status_code == 200


def test_contention_is_worded_as_each_system_does_and_only_writes_meet_it(sales: Caller, scm: Caller) -> None:
    """web-service-error-codes: 0x80044150 (-2147204784), 0x80060882; captured trace; platform knowledge;
    assumptions.SQL_ERROR_STATUS, DEADLOCK_TEXT
    """
    for caller in (sales, scm):
        plan(caller, kind="write_conflict", count=1)
        plan(caller, kind="deadlock", nth=[2])
    assert sales.get(ACCOUNTS).status_code == 200
    account = f"{ACCOUNTS}({ACCOUNT})"
    conflict, deadlock = sales.patch(account, {"name": "a"}), sales.patch(account, {"name": "b"})
    assert (conflict.status_code, body(conflict)["error"]["code"]) == (412, "0x80060882")
    assert (deadlock.status_code, body(deadlock)["error"]["code"]) == (500, "0x80044150")
    conflict, deadlock = scm.post(CUSTOMERS, customer()), scm.post(CUSTOMERS, customer())
    assert conflict.status_code == deadlock.status_code == 400
    assert "An update conflict occurred due to another user process" in body(conflict)["error"]["innererror"]["message"]
    assert "Deadlock, where one or more users" in body(deadlock)["error"]["innererror"]["message"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("0x80040224", 500),
        ("0x80044151", 500),
        ("0x80073002", 400),
        ("0x8004d24b", 403),
        ("0x8005F103", 429),
    ],
)
def test_an_error_may_be_one_of_the_list(sales: Caller, scm: Caller, code: str, status: int) -> None:
    """web-service-error-codes: errors for which the twin has no occasion; assumptions.ERROR_STATUSES"""
    plan(sales, kind="error", code=code)
    answer = sales.patch(f"{ACCOUNTS}({ACCOUNT})", {"name": "New"})
    assert (answer.status_code, body(answer)["error"]["code"]) == (status, code)
    sales.admin("faults/clear", {})
    assert "New" not in [row["name"] for row in sales.admin("rows/accounts")["value"]]
    for caller, document in ((scm, {"code": code}), (sales, {"code": "0x1"}), (sales, {"code": code, "status": 500})):
        refused = caller.http.post("/_sandbox/faults", json={"kind": "error", **document})
        assert (refused.status_code, "code" in refused.text) == (400, True)


def test_one_operation_of_a_batch_is_throttled_with_its_own_wait(scm: Caller) -> None:
    plan(scm, kind="throttled", inside=True, retry_after=5, nth=[2])
    posts = [operation("POST", "CustomersV2", customer(CustomerAccount=f"C-{number}")) for number in range(3)]
    answer = scm.batch("/data/$batch", batch(*posts))
    assert answer.status_code == 200
    assert statuses_within(answer.text) == [201, 429, 201]
    assert "\r\nRetry-After: 5\r\n" in answer.text


@pytest.mark.parametrize("kind", ["deadlock", "write_conflict", "error"])
def test_a_struck_changeset_is_taken_back_whole(sales: Caller, scm: Caller, kind: str) -> None:
    for caller in (sales, scm):
        plan(caller, kind=kind, inside=True, nth=[2])
    posts = [operation("POST", "accounts", {"name": "New", "accountnumber": f"N{n}"}, str(n)) for n in (1, 2)]
    sales.batch(f"{API}/$batch", batch(changeset(*posts)), Prefer="odata.continue-on-error")
    assert "New" not in [row["name"] for row in sales.admin("rows/accounts")["value"]]
    posts = [operation("POST", "CustomersV2", customer(CustomerAccount=f"C-{n}"), str(n)) for n in (1, 2)]
    answer = scm.batch("/data/$batch", batch(changeset(*posts)))
    assert statuses_within(answer.text) == [500 if kind == "error" else 400]
    assert scm.admin("rows/CustomersV2") == {"value": []}


def test_the_sales_twin_throttles_no_single_operation(sales: Caller) -> None:
    refused = sales.http.post("/_sandbox/faults", json={"kind": "throttled", "inside": True})
    assert refused.status_code == 400


def test_the_token_endpoint_fails_when_it_is_named(scm: Caller) -> None:
    plan(scm, kind="gateway_page", status=503, count=1)
    assert token(scm.url).status_code == 200
    plan(scm, kind="gateway_page", status=503, path="oauth2", count=1)
    assert [token(scm.url).status_code for _ in range(2)] == [503, 200]


def test_notices_are_doubled_and_overtaken(scm_running: Running, scm: Caller) -> None:
    with receiving() as receiver:
        plan(scm, kind="notice_reordered", path="first", count=1)
        plan(scm, kind="notice_duplicated", path="second", count=1)
        with scm_running.twin.store.transaction():
            for name in (b"1", b"2"):
                scm_running.twin.notices.post(f"{receiver.url}/first", {}, name)
        scm.get("/data")
        assert [receiver.next().body for _ in range(2)] == [b"2", b"1"]
        scm_running.twin.notices.post(f"{receiver.url}/second", {}, b"3")
        scm.get("/data")
        assert [receiver.next().body for _ in range(2)] == [b"3", b"3"]


def stored(caller: Caller, entity_set: str, key: str, value: str) -> dict[str, Any] | None:
    rows = caller.admin(f"rows/{entity_set}")["value"]
    return next((row for row in rows if row[key] == value), None)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [({"kind": "drop_field"}, None), ({"kind": "alter_value", "value": "Other"}, "Other")],
    ids=["dropped", "altered"],
)
def test_a_field_is_lost_or_altered_and_the_answer_says_nothing_of_it(
    sales: Caller, scm: Caller, fault: dict[str, Any], expected: str | None
) -> None:
    plan(sales, **fault, field="address1_city", inside=True)
    plan(scm, **fault, field="AddressCity")
    post = operation("POST", "accounts", {"name": "New", "accountnumber": "N1", "address1_city": "Rome"}, "1")
    answer = sales.batch(f"{API}/$batch", batch(changeset(post)))
    assert statuses_within(answer.text) == [204]
    assert scm.post(CUSTOMERS, customer(AddressCity="Rome", AddressCountryRegionId="USA")).status_code == 201
    account = stored(sales, "accounts", "accountnumber", "N1")
    assert account is not None
    assert account.get("address1_city") == expected
    (row,) = scm.admin("rows/CustomersV2")["value"]
    assert row["AddressCity"] == (expected or "")


def test_a_write_is_answered_as_done_and_nothing_is_written(sales: Caller, scm: Caller) -> None:
    for caller in (sales, scm):
        plan(caller, kind="ok_without_writing", inside=True, nth=[2])
        plan(caller, kind="ok_without_writing", path=r"(accounts|CustomersV2)$", count=1)
    posts = [operation("POST", "accounts", {"name": "New", "accountnumber": f"N{n}"}, str(n)) for n in (1, 2)]
    assert statuses_within(sales.batch(f"{API}/$batch", batch(changeset(*posts))).text) == [204, 204]
    assert sales.post(ACCOUNTS, {"name": "New", "accountnumber": "N3"}).status_code == 204
    assert [stored(sales, "accounts", "accountnumber", f"N{n}") is None for n in (1, 2, 3)] == [False, True, True]
    posts = [operation("POST", "CustomersV2", customer(CustomerAccount=f"C-{n}"), str(n)) for n in (1, 2)]
    assert statuses_within(scm.batch("/data/$batch", batch(changeset(*posts))).text) == [201, 201]
    assert scm.post(CUSTOMERS, customer(CustomerAccount="C-3")).status_code == 201
    assert [row["CustomerAccount"] for row in scm.admin("rows/CustomersV2")["value"]] == ["C-1"]
