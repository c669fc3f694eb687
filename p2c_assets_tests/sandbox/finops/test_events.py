"""Business events and data events: activation, payloads, delivery and its failures."""

import json
import time
import uuid
from collections.abc import Generator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from queue import Empty
from typing import Any

import pytest

from p2c_assets.sandbox.exact_json import loads
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.finops.scm_rows import (
    ALL,
    REFERENCE,
    booked,
    create,
    customer,
    key,
    line_key,
    order,
    order_key,
    order_line,
    record,
    value,
)
from p2c_assets_tests.sandbox.receiver import Receiver, receiving
from p2c_assets_tests.sandbox.running import Caller, body

INVOICE = "SalesInvoicePostedBusinessEvent"
C1 = key("CustomersV2", CustomerAccount="C1")
CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"


@pytest.fixture
def hook() -> Generator[Receiver]:
    """Where events are posted to."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def impatient(scm: Caller) -> Generator[None]:
    """No pause between attempts."""
    scm.admin("notices", {"pause_s": 0.0})
    yield
    scm.admin("notices", {"pause_s": 1.0})


def endpoint(scm: Caller, url: str, name: str = "hook", **more: Any) -> None:
    scm.admin("event-endpoints", {"name": name, "url": url, **more})


def activate(scm: Caller, hook: Receiver, event: str = INVOICE, company: str = "") -> None:
    endpoint(scm, hook.url)
    scm.admin("business-events", {"event": event, "company": company, "endpoint": "hook"})


def activate_data(scm: Caller, hook: Receiver, *operations: str, entity_set: str = "CustomersV2", **more: str) -> None:
    endpoint(scm, hook.url)
    for operation in operations:
        scm.admin("data-events", {"set": entity_set, "operation": operation, "endpoint": "hook", **more})


def event(hook: Receiver) -> dict[str, Any]:
    return loads(hook.next().body)


def settled(scm: Caller) -> Any:
    """The report of notices, once nothing is pending any more."""
    deadline = time.monotonic() + 10
    while (report := scm.admin("notices"))["pending"]:
        assert time.monotonic() < deadline, report
        time.sleep(0.002)
    return report


def nothing_more(scm: Caller, hook: Receiver) -> bool:
    settled(scm)
    try:
        hook.arrived.get_nowait()
    except Empty:
        return True
    return False


def invoiced(scm: Caller, number: str = "SO-1") -> dict[str, Any]:
    """An order of C1 that the day has invoiced; its invoice."""
    booked(scm, number)
    scm.admin("advance", {"days": 1})
    rows = value(scm, f"/data/ExternallyMaintainedCustomerSalesInvoiceHeaders?$filter=SalesOrderNumber eq '{number}'")
    return rows[0]


def attributes(entity: dict[str, Any]) -> dict[str, Any]:
    return {pair["key"]: pair["value"] for pair in entity["Attributes"]}


def target(payload: dict[str, Any]) -> dict[str, Any]:
    (parameter,) = payload["InputParameters"]
    assert parameter["key"] == "Target"
    return parameter["value"]


def test_a_posted_invoice_is_told_in_its_contract(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/business-events-dev-doc.md"""
    activate(scm, hook)
    invoice = invoiced(scm)
    payload = event(hook)
    assert payload["InvoiceAccount"] == "C1"
    assert payload["InvoiceId"] == invoice["InvoiceNumber"]
    assert payload["SalesOrderId"] == "SO-1"
    assert payload["InvoiceAmountInAccountingCurrency"] == invoice["TotalInvoiceAmount"] == Decimal("330.00")
    assert payload["InvoiceTaxAmount"] == invoice["TotalTaxAmount"]
    assert payload["LegalEntity"] == "USMF"


def test_the_common_fields_of_a_business_event(scm: Caller, hook: Receiver) -> None:
    """Source: Dynamics Customers Business Event sample"""
    activate(scm, hook)
    invoiced(scm)
    payload = event(hook)
    assert list(payload) == sorted(payload)
    assert (payload["BusinessEventId"], payload["BusinessEventLegalEntity"]) == (INVOICE, "USMF")
    assert (payload["ContextRecordSubject"], payload["ParentContextRecordSubjects"]) == ("", [])
    assert (payload["MajorVersion"], payload["MinorVersion"]) == (0, 0)
    assert isinstance(payload["ControlNumber"], int)
    assert payload["EventId"] == str(uuid.UUID(payload["EventId"])).upper()
    assert payload["InitiatingUserAADObjectId"].startswith("{")
    assert payload["EventTimeIso8601"] == "2026-01-06T08:00:00.0000000Z"
    assert not [name for name in payload if "RecId" in name]


def test_dates_are_milliseconds_and_the_empty_one_is_1900(scm: Caller, hook: Receiver) -> None:
    """Source: Dynamics Customers Business Event sample"""
    activate(scm, hook)
    invoiced(scm)
    payload = event(hook)
    posted = int(datetime(2026, 1, 6, tzinfo=UTC).timestamp() * 1000)
    assert payload["InvoiceDate"] == f"/Date({posted})/"
    assert payload["EventTime"] == f"/Date({posted + 8 * 3_600_000})/"
    assert payload["InvoiceDueDate"] == "/Date(-2208988800000)/"


def test_control_numbers_increase_with_gaps(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/home-page.md; captured payloads: assumptions.FIRST_CONTROL_NUMBER"""
    activate(scm, hook)
    create(scm, "CustomersV2", customer())
    for number in range(1, 5):
        booked(scm, f"SO-{number}")
    scm.admin("advance", {"days": 1})
    numbers = [event(hook)["ControlNumber"] for _ in range(4)]
    assert numbers[0] >= 5_637_144_576
    steps = [after - before for before, after in pairwise(numbers)]
    assert all(step > 0 for step in steps)
    assert set(steps) == {1, 2}


def test_events_are_inactive_until_they_are_activated(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/home-page.md"""
    endpoint(scm, hook.url)
    invoiced(scm)
    assert nothing_more(scm, hook)
    scm.admin("business-events", {"event": INVOICE, "endpoint": "hook"})
    scm.admin("business-events/deactivate", {"event": INVOICE, "endpoint": "hook"})
    invoiced(scm, "SO-2")
    assert nothing_more(scm, hook)
    assert scm.admin("active-events") == {"value": []}


def test_an_event_is_active_in_one_legal_entity_or_in_all(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/home-page.md"""
    activate(scm, hook, company="FRSI")
    invoiced(scm)
    assert nothing_more(scm, hook)
    activate(scm, hook)
    invoiced(scm, "SO-2")
    assert event(hook)["SalesOrderId"] == "SO-2"
    create(scm, "CustomersV2", customer("F1", dataAreaId="frsi", SalesCurrencyCode="EUR"))
    french = order("FR-1", dataAreaId="frsi", OrderingCustomerAccountNumber="F1")
    create(scm, "CDSSalesOrderHeaders", french)
    create(scm, "CDSSalesOrderLines", order_line("FR-1", dataAreaId="frsi"))
    scm.admin("advance", {"days": 1})
    assert event(hook)["LegalEntity"] == "FRSI"
    assert nothing_more(scm, hook)  # once to an endpoint, although both activations fit


def test_ten_endpoints_may_have_an_event_in_a_legal_entity(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/home-page.md"""
    for number in range(11):
        endpoint(scm, f"{hook.url}/{number}", f"e{number}")
    for number in range(10):
        scm.admin("business-events", {"event": INVOICE, "endpoint": f"e{number}"})
    answer = scm.http.post("/_sandbox/business-events", json={"event": INVOICE, "endpoint": "e10"})
    assert (answer.status_code, "has 10 endpoints" in answer.text) == (400, True)
    invoiced(scm)
    assert {hook.next().path for _ in range(10)} == {f"/{number}" for number in range(10)}


@pytest.mark.parametrize("kind", ["Azure Service Bus Queue", "Azure Event Grid", "Microsoft Power Automate"])
def test_other_kinds_of_endpoint_are_a_501(scm: Caller, kind: str) -> None:
    """Source: business-events/managing-business-event-endpoints.md; business-events/home-page.md"""
    answer = scm.http.post("/_sandbox/event-endpoints", json={"name": "e", "type": kind, "url": "https://e"})
    assert (answer.status_code, f"the endpoint type {kind}" in answer.text) == (501, True)


@pytest.mark.parametrize(
    "name",
    [
        "CustFreeTextInvoicePostedBusinessEvent",
        "CollectionStatusUpdatedBusinessEvent",
        "CollectionLetterSentBusinessEvent",
        "CustPaymentPostedBusinessEvent",
        "BatchJobFinishedBusinessEvent",
    ],
)
def test_events_without_occasion_in_the_sandbox_are_a_501(scm: Caller, hook: Receiver, name: str) -> None:
    """Source: business-events/app-business-events.md"""
    endpoint(scm, hook.url)
    answer = scm.http.post("/_sandbox/business-events", json={"event": name, "endpoint": "hook"})
    assert (answer.status_code, f"the business event {name}" in answer.text) == (501, True)


def test_there_is_no_event_of_a_confirmed_order(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/app-business-events.md"""
    endpoint(scm, hook.url)
    named = {"event": "SalesOrderConfirmedBusinessEvent", "endpoint": "hook"}
    answer = scm.http.post("/_sandbox/business-events", json=named)
    assert (answer.status_code, "not in the catalogue" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("path", "document", "text"),
    [
        ("business-events", {"event": INVOICE, "endpoint": "none"}, "there is no endpoint 'none'; there are: hook"),
        ("business-events", {"event": INVOICE, "company": "none", "endpoint": "hook"}, "unknown company 'none'"),
        ("business-events/deactivate", {"event": INVOICE, "endpoint": "hook"}, "is not active"),
        ("data-events", {"set": "Nothing", "operation": "Create", "endpoint": "hook"}, "unknown entity set 'Nothing'"),
        ("data-events", {"set": "CustomersV2", "operation": "Read", "endpoint": "hook"}, "unknown operation 'Read'"),
        ("event-endpoints", {"name": "e", "url": "ftp://e"}, "known types: HTTPS"),
    ],
)
def test_an_activation_that_makes_no_sense_is_refused(
    scm: Caller, hook: Receiver, path: str, document: dict[str, str], text: str
) -> None:
    endpoint(scm, hook.url)
    answer = scm.http.post(f"/_sandbox/{path}", json=document)
    assert (answer.status_code, text in body(answer)["error"]["message"]) == (400, True)


def test_an_event_goes_with_the_commit_and_not_when_it_is_taken_back(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/business-events-dev-doc.md"""
    activate_data(scm, hook, "Create")
    good, bad = json.dumps(customer("C1")), json.dumps(customer("C2", CustomerGroupId="99"))
    parts = [
        f"--c1\nContent-Type: application/http\nContent-Transfer-Encoding: binary\nContent-ID: {number}\n\n"
        f"POST {scm.url}/data/CustomersV2 HTTP/1.1\nContent-Type: application/json\n\n{document}\n"
        for number, document in enumerate((good, bad), start=1)
    ]
    text = f"--b1\nContent-Type: multipart/mixed; boundary=c1\n\n{''.join(parts)}--c1--\n--b1--\n"
    assert scm.batch("/data/$batch", text, "b1").status_code == 200
    assert value(scm, "/data/CustomersV2") == []
    assert nothing_more(scm, hook)
    create(scm, "CustomersV2", customer("C3"))
    assert attributes(target(event(hook)))["mserp_customeraccount"] == "C3"


def test_a_failed_delivery_is_tried_three_times_and_then_kept_to_be_sent_again(scm: Caller) -> None:
    """Source: business-events/home-page.md"""
    with receiving([500, 500, 500]) as hook:
        activate(scm, hook)
        invoiced(scm)
        bodies = [hook.next().body for _ in range(3)]
        assert len(set(bodies)) == 1
        assert [(one["tries"], one["error"]) for one in settled(scm)["failed"]] == [(3, "HTTP 500")]
        scm.admin("notices/resend", {})
        assert hook.next().body == bodies[0]
        assert settled(scm)["failed"] == []


def test_each_event_is_a_post_of_its_own_that_waits_ten_seconds_for_its_answer() -> None:
    """Source: business-events/managing-business-event-endpoints.md"""
    twin = FinopsTwin(Store("scm"))
    twin.load(REFERENCE, plugins=False)
    twin.admin("POST", ["event-endpoints"], {"name": "hook", "url": "http://127.0.0.1:1/"})
    twin.admin("POST", ["data-events"], {"set": "CustomersV2", "operation": "Update", "endpoint": "hook"})
    twin.load({"CustomersV2": [customer(account, dataAreaId="usmf") for account in ("C1", "C2")]}, plugins=False)
    changes = [
        {"day": 1, "action": "update", "set": "CustomersV2", "key": {"dataAreaId": "usmf", "CustomerAccount": account}}
        for account in ("C1", "C2")
    ]
    twin.schedule([{**change, "values": {"SalesMemo": "x"}} for change in changes])
    twin.advance(1)
    waiting = twin.notices.waiting("http://127.0.0.1:1/")
    assert [(row["timeout_s"], row["attempts"], row["body"].count("Target")) for row in waiting] == [(10.0, 3, 1)] * 2


def test_events_beyond_the_supported_number_are_not_late() -> None:
    """Source: business-events/data-events.md: 5,000 in 5 minutes; assumptions.NO_EVENT_IS_LATE"""
    twin = FinopsTwin(Store("scm"))
    twin.load(REFERENCE, plugins=False)
    twin.load({"CustomersV2": [customer(dataAreaId="usmf")]}, plugins=False)
    twin.admin("POST", ["event-endpoints"], {"name": "hook", "url": "http://127.0.0.1:1/"})
    twin.admin("POST", ["data-events"], {"set": "CustomersV2", "operation": "Update", "endpoint": "hook"})
    for number in range(5_001):
        twin.handle(Request.of("PATCH", C1, {}, b'{"SalesMemo":"%d"}' % number))
    assert len(twin.notices.waiting("http://127.0.0.1:1/")) == 5_001


def test_delivery_is_at_least_once_and_in_no_order(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/home-page.md"""
    activate(scm, hook)
    scm.admin("faults", {"kind": "notice_duplicated", "count": 1})
    invoiced(scm)
    numbers = [event(hook)["ControlNumber"] for _ in range(2)]
    assert numbers[0] == numbers[1]
    scm.admin("faults/clear", {})
    scm.admin("faults", {"kind": "notice_reordered", "count": 1})
    for number in ("SO-2", "SO-3"):
        booked(scm, number)
    scm.admin("advance", {"days": 1})
    first, second = event(hook)["ControlNumber"], event(hook)["ControlNumber"]
    scm.admin("faults/clear", {})
    assert first > second


def test_an_endpoint_may_have_headers_of_its_own(scm: Caller, hook: Receiver) -> None:
    endpoint(scm, f"{hook.url}/events?code=1", headers={"x-functions-key": "secret"})
    scm.admin("business-events", {"event": INVOICE, "endpoint": "hook"})
    invoiced(scm)
    posted = hook.next()
    assert (posted.path, posted.headers["x-functions-key"]) == ("/events?code=1", "secret")
    assert posted.headers["content-type"] == "application/json; charset=utf-8"
    assert "secret" not in json.dumps(scm.admin("event-endpoints"))


def test_a_created_record_is_told_as_an_execution_context(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/data-events.md; FinOpsDataEventParserTests.cs"""
    activate_data(scm, hook, "Create", "Update", "Delete")
    create(scm, "CustomersV2", customer(CreditLimit=Decimal("12.50")))
    payload = event(hook)
    assert payload["MessageName"] == "OnExternalCreated"
    assert payload["PrimaryEntityName"] == "mserp_custcustomerv2entity"
    assert payload["PrimaryEntityId"] == str(uuid.UUID(int=0))
    now = int(datetime(2026, 1, 5, 8, tzinfo=UTC).timestamp() * 1000)
    assert payload["OperationCreatedOn"] == f"/Date({now}+0000)/"
    entity = target(payload)
    assert entity["__type"] == f"Entity:{CONTRACTS}"
    assert entity["LogicalName"] == "mserp_custcustomerv2entity"
    row = attributes(entity)
    assert (row["mserp_dataareaid"], row["mserp_customeraccount"]) == ("usmf", "C1")
    assert row["mserp_creditlimit"] == Decimal("12.50")
    yes = {"__type": f"OptionSetValue:{CONTRACTS}", "Value": 200_000_001}
    assert row["mserp_isexternallymaintained"] == yes
    assert payload["PreEntityImages"] == []


def test_the_id_of_a_virtual_row_holds_table_and_record_id(scm: Caller, hook: Receiver) -> None:
    """Source: FinOpsDataEventParserTests.cs; power-platform/virtual-entities-overview.md"""
    activate_data(scm, hook, "Create")
    create(scm, "CustomersV2", customer())
    identity = target(event(hook))["Id"]
    assert identity[8:18] == "-0000-0000"
    assert int.from_bytes(bytes.fromhex(identity[19:].replace("-", "")), "little") == 5_637_144_576


def test_an_updated_record_comes_with_the_image_before(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/data-events.md"""
    activate_data(scm, hook, "Update")
    create(scm, "CustomersV2", customer(SalesMemo="old"))
    scm.patch(C1, {"SalesMemo": "new"})
    payload = event(hook)
    (image,) = payload["PreEntityImages"]
    assert payload["MessageName"] == "OnExternalUpdated"
    assert attributes(target(payload))["mserp_salesmemo"] == "new"
    assert (image["key"], attributes(image["value"])["mserp_salesmemo"]) == ("PreImage", "old")
    assert nothing_more(scm, hook)


def test_a_deleted_record_is_a_reference_with_the_image_before(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/data-events.md"""
    activate_data(scm, hook, "Delete")
    create(scm, "CustomersV2", customer())
    scm.delete(C1)
    payload = event(hook)
    (image,) = payload["PreEntityImages"]
    assert payload["MessageName"] == "OnExternalDeleted"
    assert target(payload)["__type"] == f"EntityReference:{CONTRACTS}"
    assert target(payload)["Id"] == image["value"]["Id"]
    assert attributes(image["value"])["mserp_customeraccount"] == "C1"


def test_empty_dates_are_left_out(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/data-events.md"""
    activate_data(scm, hook, "Create", entity_set="CDSSalesOrderHeaders")
    booked(scm)
    row = attributes(target(event(hook)))
    assert "mserp_confirmedshippingdate" not in row
    noon = int(datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp() * 1000)
    assert row["mserp_requestedshippingdate"] == f"/Date({noon})/"


def test_a_data_event_is_active_for_an_entity_and_operation_in_one_legal_entity_or_all(
    scm: Caller, hook: Receiver
) -> None:
    """Source: business-events/data-events.md"""
    activate_data(scm, hook, "Create", company="frsi")
    create(scm, "CustomersV2", customer())
    scm.patch(C1, {"SalesMemo": "x"})
    assert nothing_more(scm, hook)
    create(scm, "CustomersV2", customer("F1", dataAreaId="frsi", SalesCurrencyCode="EUR"))
    scm.patch(key("CustomersV2", "frsi", CustomerAccount="F1") + ALL, {"SalesMemo": "x"})
    assert attributes(target(event(hook)))["mserp_customeraccount"] == "F1"
    assert nothing_more(scm, hook)


def test_side_effects_on_other_records_are_events_too(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/data-events.md"""
    booked(scm)
    activate_data(scm, hook, "Update", entity_set="CDSSalesOrderHeaders")
    before = record(scm, order_key())["@odata.etag"]
    scm.patch(line_key(), {"SalesPrice": 5})
    assert record(scm, order_key())["@odata.etag"] != before
    assert attributes(target(event(hook)))["mserp_salesordernumber"] == "SO-1"


def test_columns_of_other_records_trigger_no_event(scm: Caller, hook: Receiver) -> None:
    """Source: business-events/data-events.md: computed columns do not trigger."""
    booked(scm)
    activate_data(scm, hook, "Update", entity_set="CDSSalesOrderHeaders")
    activate_data(scm, hook, "Update", entity_set="CDSSalesOrderLines")
    scm.patch(C1, {"IsExternallyMaintained": "No"})
    assert record(scm, order_key())["OrderingCustomerIsExternallyMaintained"] == "No"
    assert nothing_more(scm, hook)
    scm.patch(order_key(), {"Email": "x@y.z"})
    assert attributes(target(event(hook)))["mserp_email"] == "x@y.z"


def test_loaded_and_altered_rows_are_no_events(scm: Caller, hook: Receiver) -> None:
    activate_data(scm, hook, "Create", "Update")
    scm.admin("load", {"rows": {"CustomersV2": [customer(dataAreaId="usmf")]}})
    change = {"key": {"dataAreaId": "usmf", "CustomerAccount": "C1"}, "values": {"SalesMemo": "x"}}
    scm.admin("alter", {"set": "CustomersV2", **change})
    assert nothing_more(scm, hook)


def test_an_invoice_in_a_foreign_currency_has_no_event_and_says_so(scm: Caller, hook: Receiver) -> None:
    activate(scm, hook)
    scm.admin("load", {"rows": {"_currencies": [{"code": "EUR"}]}})
    create(scm, "CustomersV2", customer(SalesCurrencyCode="EUR"))
    booked(scm)
    answer = scm.http.post("/_sandbox/advance", json={"days": 1})
    assert (answer.status_code, "foreign currency" in answer.text) == (501, True)
