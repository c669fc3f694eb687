"""Headers of requests and answers. Source of most: powerapps-docs webapi/compose-http-requests-handle-errors.md."""

import pytest

from p2c_assets_tests.sandbox.dataverse.multipart import batch, operation, statuses
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, USD

CDS = "Microsoft.PowerApps.CDS"


def test_an_answer_has_the_headers_of_the_service(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: version, content type, ids for support, no caching."""
    answer = sales.get("accounts?$top=1", Accept="application/json", OData_MaxVersion="4.0", OData_Version="4.0")
    assert answer.headers["OData-Version"] == "4.0"
    assert answer.headers["Content-Type"] == "application/json; odata.metadata=minimal"
    assert answer.headers["REQ_ID"] == answer.headers["x-ms-service-request-id"]
    assert answer.headers["AuthActivityId"]
    assert (answer.headers["Cache-Control"], answer.headers["Expires"]) == ("no-cache", "-1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Consistency", "Strong"),
        ("If-None-Match", "null"),
        ("MSCRM.SuppressCallbackRegistrationExpanderJob", "true"),
        ("MSCRM.SuppressDuplicateDetection", "true"),
        ("x-ms-client-request-id", "8d0c7e6a-1111-4222-8333-944444444444"),
        ("x-ms-correlation-id", "8d0c7e6a-1111-4222-8333-944444444445"),
    ],
)
def test_headers_that_change_nothing_here_are_taken(sales: Sales, name: str, value: str) -> None:
    """webapi/compose-http-requests-handle-errors, optional-parameters; the ids: SDK 1.1.0 wire."""
    headers = {name: value}
    assert sales.caller.http.get(f"{API}/accounts?$top=1", headers=headers).status_code == 200
    assert sales.caller.http.get(f"{API}/EntityDefinitions(LogicalName='account')", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CallerObjectId", USD),
        ("MSCRMCallerID", USD),
        ("MSCRM.BypassCustomPluginExecution", "true"),
        ("MSCRM.BypassBusinessLogicExecution", "CustomSync,CustomAsync"),
        ("MSCRM.BypassBusinessLogicExecutionStepIds", USD),
        ("MSCRM.SolutionUniqueName", "x"),
        ("MSCRM.MergeLabels", "true"),
        ("MSCRM.SessionToken", "207:8#142792826#7=-1"),
    ],
)
def test_headers_that_change_the_meaning_are_a_501(sales: Sales, name: str, value: str) -> None:
    """optional-parameters: bypassing logic, solutions, labels, elastic tables; webapi/compose-http-requests-handle-errors."""
    answer = sales.caller.http.get(f"{API}/accounts?$top=1", headers={name: value})
    assert refusal(answer) == (501, "501")
    assert f"header {name.lower()}" in message(answer)


def test_duplicate_detection_is_a_501(sales: Sales) -> None:
    """optional-parameters: MSCRM.SuppressDuplicateDetection: false switches the rules on."""
    headers = {"MSCRM.SuppressDuplicateDetection": "false"}
    answer = sales.caller.http.post(f"{API}/accounts", json={"name": "x"}, headers=headers)
    assert refusal(answer) == (501, "501")
    assert "duplicate detection" in message(answer)


def test_respond_async_is_a_501(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: Prefer: respond-async."""
    answer = sales.get("accounts", Prefer="respond-async")
    assert refusal(answer) == (501, "501")
    assert "respond-async" in message(answer)


def test_a_body_may_say_its_charset(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: Content-Type: application/json; charset=utf-8."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = sales.caller.http.post(f"{API}/accounts", content='{"name":"Größe"}'.encode(), headers=headers)
    assert answer.status_code == 204
    assert sales.one("accounts", "name eq 'Größe'")


def test_a_tag_for_plugins_is_taken(sales: Sales) -> None:
    """optional-parameters: ?tag=text."""
    assert sales.row(f"accounts({ACCOUNT})?$select=name&tag=sync")["name"] == "Adventure Works"
    assert len(sales.value("accounts?$select=name&tag=sync")) == 2


def test_preferences_are_joined_and_those_applied_come_back(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: several preferences in one header, or in several lines."""
    one = 'odata.maxpagesize=1,odata.include-annotations="*"'
    assert sales.get("accounts", Prefer=one).headers["Preference-Applied"] == one
    several = [("Prefer", "odata.maxpagesize=1"), ("Prefer", 'odata.include-annotations="*"')]
    answer = sales.caller.http.get(f"{API}/accounts", headers=several)
    assert answer.headers["Preference-Applied"] == one
    assert "Preference-Applied" not in sales.get("accounts").headers


def test_an_error_has_its_details_when_annotations_are_asked_for(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: HelpLink, TraceText and InnerError.Message are annotations."""
    plain = sales.get("accounts?$select=nonsense").json()["error"]
    assert plain.keys() == {"code", "message"}
    every = sales.get("accounts?$select=nonsense", Prefer='odata.include-annotations="*"').json()["error"]
    assert every.keys() - plain.keys() == {f"@{CDS}.HelpLink", f"@{CDS}.TraceText", f"@{CDS}.InnerError.Message"}
    one = sales.get("accounts?$filter=name eq", Prefer=f'odata.include-annotations="{CDS}.HelpLink"').json()["error"]
    assert "80060888" in one[f"@{CDS}.HelpLink"]


def _long(length: int) -> str:
    start = f"{API}/accounts?$select=name&$filter=name eq '"
    return f"{start}{'x' * (length - len(start) - 1)}'".replace(" ", "+")


def test_a_url_has_at_most_32_kilobytes(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors (maximum URL length); assumptions.URL_TOO_LONG_STATUS."""
    assert sales.caller.http.get(_long(32_768)).status_code == 200
    assert refusal(sales.caller.http.get(_long(32_769))) == (414, "0x80060888")


def test_a_url_in_a_batch_has_at_most_64_kilobytes(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: twice as long in $batch; webapi/query/overview."""
    body = batch(operation("GET", _long(65_536)), operation("GET", _long(65_537)))
    answer = sales.caller.batch(f"{API}/$batch", body, Prefer="odata.continue-on-error")
    assert statuses(answer.text) == [200, 414]
