"""Service protection of both twins, measured by the sandbox's clock: limits, waits, servers, and who is exempt."""

import socket
import time
from collections.abc import Generator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.throttle import Admitted, Refused, Throttle
from p2c_assets.sandbox.tokens import Tokens
from p2c_assets_tests.sandbox.dataverse.multipart import batch, operation
from p2c_assets_tests.sandbox.dataverse.multipart import statuses as statuses_within
from p2c_assets_tests.sandbox.dataverse.world import API
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, customer
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, Caller, body, running, token

OTHER_CLIENT = "p2c-test-2"
ACCOUNTS = f"{API}/accounts?$top=1"


@pytest.fixture(scope="module")
def sales_server() -> Generator[Caller]:
    tokens = Tokens(dict.fromkeys((CLIENT_ID, OTHER_CLIENT), CLIENT_SECRET))
    with running(DataverseTwin(Store("sales")), tokens) as url, Caller.signed_in(url) as caller:
        yield caller


@pytest.fixture(scope="module")
def scm_server() -> Generator[Caller]:
    tokens = Tokens(dict.fromkeys((CLIENT_ID, OTHER_CLIENT), CLIENT_SECRET))
    with running(FinopsTwin(Store("scm")), tokens) as url, Caller.signed_in(url) as caller:
        yield caller


@pytest.fixture
def sales(sales_server: Caller) -> Caller:
    sales_server.admin("reset", {})
    sales_server.http.cookies.clear()
    return sales_server


@pytest.fixture
def scm(scm_server: Caller) -> Caller:
    scm_server.admin("reset", {})
    scm_server.admin("load", {"rows": REFERENCE})
    scm_server.http.cookies.clear()
    return scm_server


def protect(caller: Caller, **settings: Any) -> None:
    caller.admin("throttle", {"mode": "user", "time": "sandbox", **settings})


def other(caller: Caller) -> dict[str, str]:
    """The credentials of the other application."""
    form = {
        "grant_type": "client_credentials",
        "client_id": OTHER_CLIENT,
        "client_secret": CLIENT_SECRET,
        "scope": f"{caller.url}/.default",
    }
    answer = httpx.post(f"{caller.url}/contoso/oauth2/v2.0/token", data=form)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def asked(caller: Caller, path: str) -> socket.socket:
    """A connection on which a request was sent; its answer is not waited for."""
    connection = socket.create_connection(("127.0.0.1", int(caller.url.rpartition(":")[2])))
    host = caller.url.removeprefix("http://")
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {caller.http.headers['Authorization']}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


def statuses(caller: Caller, path: str, times: int) -> list[int]:
    return [caller.get(path).status_code for _ in range(times)]


def error(answer: httpx.Response) -> tuple[int, str, str]:
    return answer.status_code, body(answer)["error"]["code"], body(answer)["error"]["message"]


def test_nothing_is_limited_until_it_is_set(sales: Caller) -> None:
    answer = sales.get(ACCOUNTS)
    assert "set-cookie" not in answer.headers
    assert sales.admin("throttle")["settings"]["mode"] == "off"


def test_the_documented_limits_are_the_defaults(sales: Caller, scm: Caller) -> None:
    """powerapps-docs api-limits; fin-ops service-protection-api-limits: 6,000 requests, 1,200 s, 52 at once, in 300 s."""
    for caller in (sales, scm):
        protect(caller)
        settings = caller.admin("throttle")["settings"]
        limits = [settings[name] for name in ("requests", "execution_s", "concurrent", "window_s")]
        assert limits == [6000, 1200, 52, 300]


def test_too_many_requests_are_refused_with_their_code(sales: Caller) -> None:
    """powerapps-docs api-limits: 0x80072322 over a sliding window, Retry-After in seconds."""
    protect(sales, requests=3)
    assert statuses(sales, ACCOUNTS, 3) == [200, 200, 200]
    refused = sales.get(ACCOUNTS)
    text = "Number of requests exceeded the limit of 3 over time window of 300 seconds."
    assert error(refused) == (429, "0x80072322", text)
    assert refused.headers["retry-after"] == "300"


def test_the_window_slides(sales: Caller) -> None:
    """powerapps-docs api-limits: evaluated over the last 300 seconds, not over fixed spans."""
    protect(sales, requests=2)
    for _ in range(2):
        sales.get(ACCOUNTS)
        sales.admin("clock", {"seconds": 100})
    refused = sales.get(ACCOUNTS)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "100")
    sales.admin("clock", {"seconds": 100})
    assert statuses(sales, ACCOUNTS, 2) == [200, 429]


def test_whoever_keeps_asking_is_told_to_wait_longer(sales: Caller, scm: Caller) -> None:
    """powerapps-docs api-limits; fin-ops service-protection-retry-operations: Retry-After grows under pressure."""
    for caller, path in ((sales, ACCOUNTS), (scm, "/data")):
        protect(caller, requests=1)
        waits = [caller.get(path).headers.get("retry-after") for _ in range(4)]
        assert waits == [None, "300", "301", "302"]


def test_execution_time_is_limited_with_its_code(sales: Caller) -> None:
    """powerapps-docs api-limits: 0x80072321 once the combined time of the requests in the window exceeds the limit."""
    protect(sales, request_s=600)
    assert statuses(sales, ACCOUNTS, 2) == [200, 200]
    refused = sales.get(ACCOUNTS)
    assert error(refused) == (
        429,
        "0x80072321",
        "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 "
        "seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
    )


def test_concurrent_requests_are_limited_with_their_code(sales: Caller) -> None:
    """powerapps-docs api-limits: 0x80072326, refused at once."""
    protect(sales, concurrent=2, request_s=5)
    assert statuses(sales, ACCOUNTS, 2) == [200, 200]
    refused = sales.get(ACCOUNTS)
    assert error(refused) == (429, "0x80072326", "Number of concurrent requests exceeded the limit of 2.")
    assert refused.headers["retry-after"] == "5"
    sales.admin("clock", {"seconds": 5})
    assert sales.get(ACCOUNTS).status_code == 200


def test_real_requests_at_the_same_time_are_counted(sales: Caller) -> None:
    """powerapps-docs api-limits: what is in flight counts, also in real time."""
    protect(sales, time="real", concurrent=2, request_s=60, takes_time=True)
    with asked(sales, ACCOUNTS), asked(sales, ACCOUNTS):
        deadline = time.monotonic() + 10
        while sum(usage["running"] for usage in sales.admin("throttle")["usage"]) < 2:
            assert time.monotonic() < deadline
        assert sales.get(ACCOUNTS).status_code == 429


def test_a_slow_answer_is_execution_time(sales: Caller) -> None:
    protect(sales)
    sales.admin("faults", {"kind": "slow", "seconds": 0.01})
    sales.get(ACCOUNTS)
    assert sales.admin("throttle")["usage"][0]["execution_s"] == Decimal("0.01")


def test_a_batch_is_one_request_and_costs_the_time_of_its_operations(sales: Caller, scm: Caller) -> None:
    """powerapps-docs api-limits; fin-ops service-protection-maximizing-api-throughput: one request, its full time."""
    for caller, path, inner in ((sales, f"{API}/$batch", "accounts?$top=1"), (scm, "/data/$batch", "CustomersV2")):
        protect(caller, requests=2, operation_s=1)
        assert caller.batch(path, batch(*[operation("GET", inner)] * 3)).status_code == 200
        (usage,) = caller.admin("throttle")["usage"]
        assert (usage["requests"], usage["execution_s"]) == (1, 3)


def test_a_bulk_message_is_one_request(sales: Caller) -> None:
    """powerapps-docs bulk-operations: a bulk request counts once."""
    protect(sales)
    targets = [
        {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": f"A{n}", "accountnumber": f"A{n}"} for n in range(5)
    ]
    created = sales.post(f"{API}/accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets})
    assert created.status_code == 200
    assert sales.admin("throttle")["usage"][0]["requests"] == 1


def test_what_remains_is_in_the_headers(sales: Caller) -> None:
    """powerapps-docs api-limits: burst is the requests left, time the duration left, with a thousands separator."""
    protect(sales, request_s=0.5)
    sales.get(ACCOUNTS)
    headers = sales.get(ACCOUNTS).headers
    assert headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "5998"
    assert headers["x-ms-ratelimit-time-remaining-xrm-requests"] == "1,199.50"


def test_the_affinity_cookie_pins_a_client_to_one_server(sales: Caller) -> None:
    """powerapps-docs send-parallel-requests: ARRAffinity; without it requests spread, each server with its quota."""
    protect(sales, requests=2, servers=2)
    assert statuses(sales, ACCOUNTS, 3) == [200, 200, 429]
    assert [*sales.http.cookies] == ["ARRAffinity"]
    protect(sales, requests=2, servers=2)
    sales.http.cookies.clear()
    found: list[int] = []
    for _ in range(5):
        found.append(sales.get(ACCOUNTS).status_code)
        sales.http.cookies.clear()
    assert found == [200, 200, 200, 200, 429]


def test_what_remains_is_another_servers_when_another_answers(sales: Caller) -> None:
    """powerapps-docs api-limits: both numbers begin anew when a different server answers."""
    protect(sales, servers=2)
    found: list[str] = []
    for _ in range(3):
        found.append(sales.get(ACCOUNTS).headers["x-ms-ratelimit-burst-remaining-xrm-requests"])
        sales.http.cookies.clear()
    assert found == ["5999", "5999", "5998"]


def test_scms_servers_each_have_their_quota(scm: Caller) -> None:
    """service-protection-maximizing-api-throughput: dropping the affinity cookie spreads requests over the servers."""
    protect(scm, requests=1, servers=2)
    assert statuses(scm, "/data", 2) == [200, 429]
    scm.http.cookies.clear()
    assert scm.get("/data").status_code == 200


def test_scm_limits_nobody_by_default(scm: Caller) -> None:
    """fin-ops service-protection-api-limits: the limits by user were withdrawn."""
    assert scm.admin("throttle")["settings"]["mode"] == "off"
    assert "set-cookie" not in scm.get("/data").headers


def test_a_429_of_scm_has_the_envelope_of_every_error(scm: Caller) -> None:
    """priority-based-throttling has the text only (assumptions.THROTTLING_USES_THE_ODATA_ENVELOPE)."""
    scm.admin("throttle", {"mode": "resource", "load": 100})
    refused = scm.get("/data")
    assert set(body(refused)) == {"error"}
    assert set(body(refused)["error"]) == {"code", "message"}


def test_scms_batch_has_five_thousand_operations_at_most(scm: Caller) -> None:
    """service-protection-maximizing-api-throughput: 5,000 operations."""
    small = "Content-Type: application/http\n\nGET /data/Nothing HTTP/1.1\n\n"
    assert scm.batch("/data/$batch", batch(*[small] * 5001)).status_code == 400


def test_the_degree_of_parallelism_is_recommended(sales: Caller) -> None:
    """powerapps-docs send-parallel-requests: x-ms-dop-hint (assumptions.DEGREE_OF_PARALLELISM)."""
    assert sales.get(f"{API}/WhoAmI").headers["x-ms-dop-hint"] == "4"


def test_one_server_is_what_a_trial_has(sales: Caller) -> None:
    """powerapps-docs api-limits: trial environments have one web server, dropping cookies gains nothing there."""
    protect(sales, requests=1)
    sales.get(ACCOUNTS)
    sales.http.cookies.clear()
    assert sales.get(ACCOUNTS).status_code == 429


def test_each_application_user_has_a_quota(sales: Caller, scm: Caller) -> None:
    """powerapps-docs api-limits; fin-ops service-protection-api-limits: counted by user."""
    for caller, path in ((sales, ACCOUNTS), (scm, "/data")):
        protect(caller, requests=1)
        assert statuses(caller, path, 2) == [200, 429]
        assert caller.get(path, **other(caller)).status_code == 200


def test_what_was_refused_was_not_done(sales: Caller, scm: Caller) -> None:
    """fin-ops service-protection-api-limits; powerapps-docs api-limits: a 429 is a request that was not executed."""
    for caller, path, values in ((sales, f"{API}/accounts", {"name": "a"}), (scm, "/data/CustomersV2", customer())):
        protect(caller, requests=1)
        caller.get(path)
        assert caller.post(path, values).status_code == 429
        name = path.rpartition("/")[2]
        assert caller.admin(f"rows/{name}") == {"value": []}


def test_plug_ins_add_time_and_no_requests(sales: Caller) -> None:
    """powerapps-docs api-limits: what a plug-in asks does not count, the time it takes is the request's."""
    protect(sales, time="real")
    sales.post(f"{API}/accounts", {"name": "With a number of the solution's"})
    (usage,) = sales.admin("throttle")["usage"]
    assert usage["requests"] == 1
    assert sales.admin("rows/accounts")["value"][0]["accountnumber"]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"requests": 1}, "Number of requests exceeded the limit of 1 over the time window of 300 seconds."),
        (
            {"request_s": 1200},
            "Combined execution time of incoming requests exceeded the limit of 1200 seconds over the time window of 300 "
            "seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
        ),
        ({"request_s": 9, "concurrent": 1}, "Number of concurrent requests exceeded the limit of 1."),
    ],
)
def test_the_scm_twin_can_play_the_withdrawn_limits_by_user(scm: Caller, settings: dict[str, Any], text: str) -> None:
    """fin-ops service-protection-api-limits: 6,000 requests, 1,200 s, 52 at once in 300 s, optional until 10.0.35."""
    protect(scm, **settings)
    assert scm.get("/data").status_code == 200
    refused = scm.get("/data")
    assert (refused.status_code, body(refused)["error"]["message"]) == (429, text)
    assert int(refused.headers["retry-after"]) > 0


def test_a_loaded_system_refuses_low_priorities_first(scm: Caller) -> None:
    """fin-ops priority-based-throttling: low is refused first, high last."""
    found: dict[float, list[int]] = {}
    for load in (60.0, 75.0, 85.0, 95.0):
        found[load] = []
        for priority in ("low", "medium", "high"):
            scm.admin("throttle", {"mode": "resource", "load": load, "priorities": {CLIENT_ID: priority}})
            found[load].append(scm.get("/data").status_code)
    assert found == {60.0: [200] * 3, 75.0: [429, 200, 200], 85.0: [429, 429, 200], 95.0: [429] * 3}


def test_an_unmapped_application_is_of_medium_priority(scm: Caller) -> None:
    """fin-ops priority-based-throttling does not say how it ranks (assumptions.UNMAPPED_PRIORITY)."""
    scm.admin("throttle", {"mode": "resource", "load": 79})
    assert scm.get("/data").status_code == 200
    scm.admin("throttle", {"mode": "resource", "load": 80})
    assert scm.get("/data").status_code == 429


def test_a_refusal_by_load_has_its_text_and_mostly_a_wait(scm: Caller) -> None:
    """fin-ops service-protection-api-limits: the text; Retry-After can be missing."""
    scm.admin("throttle", {"mode": "resource", "load": 100})
    refused = scm.get("/data")
    text = "This request could not be processed at this time due to system experiencing high resource utilization."
    assert body(refused)["error"]["message"] == f"{text} Retry the request after 60 seconds."
    assert refused.headers["retry-after"] == "60"
    scm.admin("throttle", {"mode": "resource", "load": 100, "retry_after_s": None})
    refused = scm.get("/data")
    assert body(refused)["error"]["message"] == text
    assert "retry-after" not in refused.headers


def test_load_comes_of_requests_and_goes_with_time(scm: Caller) -> None:
    """fin-ops priority-based-throttling: by the aggregate load of the web servers, so it passes by itself."""
    settings = {"mode": "resource", "time": "sandbox", "load": 50, "load_per_request": 15, "load_window_s": 10}
    scm.admin("throttle", settings)
    assert statuses(scm, "/data", 4) == [200, 200, 429, 429]
    scm.admin("clock", {"seconds": 10})
    assert scm.get("/data").status_code == 200


def test_load_refuses_single_parts_of_a_batch(scm: Caller) -> None:
    """fin-ops service-protection-api-limits: parts of a batch answered with 200 can be 429, each with its wait."""
    settings = {"mode": "resource", "time": "sandbox", "load": 50, "load_per_operation": 15}
    scm.admin("throttle", settings)
    posts = [operation("POST", "CustomersV2", customer(f"C{number}"), str(number)) for number in range(4)]
    answer = scm.batch("/data/$batch", batch(*posts))
    assert answer.status_code == 200
    assert statuses_within(answer.text) == [201, 201, 429, 429]
    assert answer.text.count("Retry-After: 60") == 2
    assert len(scm.admin("rows/CustomersV2")["value"]) == 2


def test_data_packages_are_exempt(scm: Caller) -> None:
    """fin-ops service-protection-api-limits: data management is not throttled, OData and custom services are."""
    scm.admin("throttle", {"mode": "resource", "load": 100})
    action = "/data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.GetAzureWriteUrl"
    assert scm.post(action, {"uniqueFileName": "a.zip"}).status_code == 200
    session = "/api/services/UserSessionService/AifUserSessionService/GetUserSessionInfo"
    assert scm.post(session, {}).status_code == 429


def test_the_sales_twin_knows_no_load(sales: Caller) -> None:
    """powerapps-docs api-limits name no such mode."""
    for document in ({"mode": "resource"}, {"limit": 1}, {"requests": 0}):
        assert sales.http.post("/_sandbox/throttle", json=document).status_code == 400


def test_entitlement_limits_are_not_there(sales: Caller) -> None:
    """powerapps-docs requests-limits-allocations: requests per licence and 24 hours."""
    refused = sales.http.post("/_sandbox/throttle", json={"entitlement": 40000})
    assert refused.status_code == 501
    assert "entitlement limits" in refused.text


def test_a_reset_lifts_the_limits(scm: Caller) -> None:
    protect(scm, requests=1)
    scm.admin("reset", {})
    assert statuses(scm, "/data", 2) == [200, 200]


def test_tokens_and_the_admin_path_are_not_limited(sales: Caller) -> None:
    protect(sales, requests=1)
    assert statuses(sales, ACCOUNTS, 2) == [200, 429]
    assert token(sales.url).status_code == 200
    assert sales.admin("throttle")["usage"][0]["requests"] == 1


def test_time_can_be_given() -> None:
    moment = 0.0
    throttle = Throttle(Clock(Store("scm")), ("user",), 1, now=lambda: moment)
    throttle.configure({"mode": "user", "requests": 1})
    request = Request.of("GET", "/data", {})
    assert isinstance(throttle.admit(request), Admitted)
    moment = 299.5
    assert throttle.admit(request) == Refused("requests", 1)
    moment = 300.0
    assert isinstance(throttle.admit(request), Admitted)
