"""The receiver over HTTP, with what both twins really post, and with what nobody should."""

import asyncio
import json
import socket
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.events.receiver import LARGEST_BODY
from p2c_assets.events.registration import register
from p2c_assets.mappings import sales as sales_tables
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.settings import SystemSettings
from p2c_assets_tests.events.listening import KEY, Listening, listening
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, booked, create, customer
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, TENANT, Caller, running

INVOICED = {"BusinessEventId": "SalesInvoicePostedBusinessEvent", "EventId": "A-1", "BusinessEventLegalEntity": "USMF"}
UPDATED = {"PrimaryEntityName": "account", "PrimaryEntityId": "1", "MessageName": "Update", "OperationId": "O-1"}


COMPANY = {"key": "mserp_dataareaid", "value": "usmf"}
NUMBER = {"key": "mserp_customeraccount", "value": "US-001"}


@pytest.fixture
def receiver(tmp_path: Path) -> Generator[Listening]:
    with listening(tmp_path / "events.sqlite3") as found:
        yield found


def system(url: str) -> SystemSettings:
    token_url = f"{url}/{TENANT}/oauth2/v2.0/token"
    return SystemSettings(url=url, token_url=token_url, client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET))


def post(url: str, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(url, content=content, headers=headers, trust_env=False)


def data_event(company: str | None, entity: str = "mserp_custcustomerv2entity", **more: Any) -> dict[str, Any]:
    attributes = [] if company is None else [{"key": "mserp_dataareaid", "value": company}]
    target = {"key": "Target", "value": {"Attributes": attributes}}
    return {"PrimaryEntityName": entity, "OperationId": "D-1", "InputParameters": [target], **more}


def test_webhooks_of_sales_arrive_from_the_twin(receiver: Listening) -> None:
    with running(DataverseTwin(Store("sales"))) as url, Caller.signed_in(url) as caller:

        async def registered() -> tuple[int, int]:
            tables = [sales_tables.ACCOUNTS, sales_tables.CONTACTS]
            async with DataverseClient.connect(system(url)) as client:
                first = await register(client, receiver.url, "an old key", tables)
                return first, await register(client, receiver.url, KEY, tables)

        assert asyncio.run(registered()) == (6, 0)
        assert caller.post("/api/data/v9.2/accounts", {"name": "A", "accountnumber": "A"}).is_success
        assert [wake[:3] for wake in receiver.wakes("accounts")] == [("sales", "accounts", "")]


def test_business_and_data_events_of_scm_arrive_from_the_twin(receiver: Listening) -> None:
    with running(FinopsTwin(Store("scm"))) as url, Caller.signed_in(url) as scm:
        scm.admin("load", {"rows": REFERENCE})
        scm.admin("event-endpoints", {"name": "p2c", "url": receiver.with_key})
        scm.admin("data-events", {"set": "CustomersV2", "operation": "Create", "endpoint": "p2c"})
        scm.admin("business-events", {"event": "SalesInvoicePostedBusinessEvent", "endpoint": "p2c"})
        create(scm, "CustomersV2", customer("C9"))
        assert [wake[:3] for wake in receiver.wakes("customers_v2")] == [("scm", "customers_v2", "usmf")]
        assert receiver.noted.keys("customers_v2", "usmf") == ["C9"]
        booked(scm, "SO-1")
        scm.admin("advance", {"days": 1})
        found = receiver.wakes("sales_invoice_headers", "sales_invoice_lines", "sales_order_headers")
        assert {wake.company for wake in found} == {"usmf"}
        assert scm.admin("notices")["failed"] == []


def test_the_test_event_of_an_endpoint_is_answered_and_wakes_nobody(receiver: Listening) -> None:
    """F&O posts it when an endpoint is made."""
    test = {"BusinessEventId": "BusinessEventsTestEndpointContract", "EventId": "T", "ControlNumber": -(2**63)}
    assert post(receiver.with_key, test).json() == {"status": "ignored", "reason": "a test of the endpoint"}
    assert receiver.noted.pending() == []


@pytest.mark.parametrize(
    "key", ["", "?code=", "?code=another", "?code=schl%C3%BCssel", "?code=" + KEY[:-1], "?key=" + KEY]
)
def test_without_the_key_nothing_is_taken(receiver: Listening, key: str) -> None:
    answer = post(receiver.url + key, UPDATED)
    assert (answer.status_code, "the key is missing or wrong" in answer.text) == (401, True)
    assert receiver.noted.pending() == []


def test_the_key_may_be_a_header_or_a_parameter(receiver: Listening) -> None:
    answers = [post(receiver.url, UPDATED, **{"X-P2C-Key": KEY}), post(receiver.with_key, UPDATED)]
    assert [answer.json()["status"] for answer in answers] == ["taken", "known already"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b"[1]", "a JSON list, not an object"),
        (b"{}", "neither PrimaryEntityName"),
        ({"PrimaryEntityName": "lead", "OperationId": "1"}, "the table 'lead' is not read here; known are account,"),
        ({"PrimaryEntityName": ["account"]}, "is not read here"),
        ({"BusinessEventId": "VendorInvoicePosted", "EventId": "1"}, "the business event 'VendorInvoicePosted'"),
        ({"BusinessEventId": {}, "EventId": "1"}, "is not known"),
        ({**INVOICED, "EventId": None}, "has no EventId"),
    ],
)
def test_what_is_no_event_of_ours_is_refused_with_a_reason(receiver: Listening, body: Any, reason: str) -> None:
    answer = post(receiver.with_key, body)
    assert (answer.status_code, reason in answer.json()["reason"]) == (400, True), answer.text
    assert post(receiver.with_key, UPDATED).json() == {"status": "taken"}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(receiver: Listening) -> None:
    answer = post(receiver.with_key, b" " * (LARGEST_BODY + 1))
    assert (answer.status_code, answer.json()["reason"]) == (413, f"the body has more than {LARGEST_BODY} bytes")
    assert post(receiver.with_key, UPDATED).json() == {"status": "taken"}


def test_a_sender_that_stops_in_the_middle_breaks_nothing(receiver: Listening) -> None:
    port = int(receiver.url.rsplit(":", 1)[1].strip("/"))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"POST /?code={KEY} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{".encode())
    assert post(receiver.with_key, UPDATED).json() == {"status": "taken"}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (data_event("USMF"), {("customers_v2", "usmf")}),
        (data_event(None), {("customers_v2", "")}),
        (data_event(None, PreEntityImages=data_event("demf")["InputParameters"]), {("customers_v2", "demf")}),
        (data_event(None, InputParameters=None, PreEntityImages=7), {("customers_v2", "")}),
        ({**INVOICED, "BusinessEventLegalEntity": ""}, {("sales_invoice_headers", ""), ("sales_order_headers", "")}),
    ],
)
def test_the_company_is_the_records_or_every_one_where_it_is_not_told(
    receiver: Listening, event: dict[str, Any], told: set[tuple[str, str]]
) -> None:
    assert post(receiver.with_key, event).json() == {"status": "taken"}
    assert told <= {(wake.entity, wake.company) for wake in receiver.noted.pending()}


@pytest.mark.parametrize(
    ("target", "before", "keys"),
    [
        ([COMPANY, NUMBER], [], ["US-001"]),
        ([{"key": "mserp_salesmemo", "value": "x"}], [COMPANY, NUMBER], ["US-001"]),
        ([COMPANY], [], None),
        ([COMPANY, {"key": "mserp_customeraccount", "value": 7}], [], None),
    ],
)
def test_the_key_is_the_records_as_it_is_or_was(
    receiver: Listening, target: list[dict[str, Any]], before: list[dict[str, Any]], keys: list[str] | None
) -> None:
    images = [{"key": "PreImage", "value": {"Attributes": before}}]
    event = data_event(
        None, InputParameters=[{"key": "Target", "value": {"Attributes": target}}], PreEntityImages=images
    )
    assert post(receiver.with_key, event).json() == {"status": "taken"}
    assert receiver.noted.keys("customers_v2", "usmf") == keys


@pytest.mark.parametrize(
    ("entity", "told"),
    [
        ("salesorderheadercdsentity", ["sales_order_headers", "sales_order_lines"]),
        ("custcustomerv2entity", ["customers_v2"]),
    ],
)
def test_an_event_of_a_header_tells_of_its_lines(receiver: Listening, entity: str, told: list[str]) -> None:
    """They show columns of it, and nothing is sent for them when these change."""
    attributes = [COMPANY, NUMBER, {"key": "mserp_salesordernumber", "value": "US-001"}]
    event = data_event(
        None, f"mserp_{entity}", InputParameters=[{"key": "Target", "value": {"Attributes": attributes}}]
    )
    assert post(receiver.with_key, event).json() == {"status": "taken"}
    assert sorted(wake.entity for wake in receiver.noted.pending()) == told
    assert [receiver.noted.keys(one, "usmf") for one in told] == [["US-001"]] * len(told)


def test_an_event_of_another_company_is_ignored_with_a_reason(receiver: Listening) -> None:
    answer = post(receiver.with_key, {**INVOICED, "BusinessEventLegalEntity": "FRSI"})
    assert answer.json() == {"status": "ignored", "reason": "company 'frsi' is not in the settings"}
    assert receiver.noted.pending() == []


def test_a_hundred_events_are_answered_within_a_second_each(receiver: Listening) -> None:
    with httpx.Client(trust_env=False) as http:
        slowest = 0.0
        for number in range(100):
            began = time.monotonic()
            http.post(receiver.with_key, json={**UPDATED, "OperationId": f"O-{number}"}).raise_for_status()
            slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1
    (wake,) = receiver.noted.pending()
    assert wake.number == 100


def test_where_nothing_can_be_kept_the_sender_is_asked_to_send_again(tmp_path: Path) -> None:
    with listening(tmp_path / "events.sqlite3") as receiver:
        receiver.noted._connection.execute("DROP TABLE wakes")
        answer = post(receiver.with_key, UPDATED)
    assert (answer.status_code, "send it again" in answer.json()["reason"]) == (503, True)
