"""The package API on a wire written by hand: waiting, what is asked again, what is lost, whose secret goes where."""

import json
from typing import Any

import httpx
import pytest

from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.finops.package_file import UnreadablePackageError, rows_of
from p2c_assets.connectors.finops.packages import PackageJobs, PackageLostError
from p2c_assets.errors import PermanentError, TransientError
from p2c_assets_tests.connectors.wire import SCM, Answer, Wire, run
from p2c_assets_tests.sandbox.finops.package_calls import entity_xml, zipped

BLOB = "https://store.example/dmf/p.zip?sig=secret"
NOT_THERE = httpx.Response(400, json={"error": {"message": "Execution summaries for 'e' were not found."}})


def value(answer: Any) -> httpx.Response:
    return httpx.Response(200, json={"value": answer})


def jobs(wire: Wire) -> PackageJobs:
    client = SCM.connect(wire)
    assert isinstance(client, FinopsClient)
    return client.packages


def fetch(*answers: Answer, wait_s: float = 3600) -> tuple[bytes, Wire]:
    wire = Wire(*answers)
    return run(jobs(wire).content("e", wait_s)), wire


def test_an_export_is_asked_for_under_the_callers_id() -> None:
    """Source: data-entities/data-management-api.md, ExportToPackage."""
    wire = Wire(value("e"))
    run(jobs(wire).export("project", "usmf", "e"))
    (request,) = wire.requests
    action = "DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.ExportToPackage"
    assert str(request.url) == f"{SCM.root}/{action}"
    assert json.loads(request.content) == {
        "definitionGroupId": "project",
        "packageName": "e",
        "executionId": "e",
        "reExecute": False,
        "legalEntityId": "usmf",
    }


def test_the_package_is_fetched_when_the_execution_has_succeeded_waiting_ever_longer() -> None:
    states = [NOT_THERE, *(value(state) for state in ("NotRun", "Executing", "Executing", "Succeeded"))]
    content, wire = fetch(*states, value({"value": BLOB}), httpx.Response(200, content=b"zip"))
    assert content == b"zip"
    assert wire.time.sleeps == [0.5, 1.0, 2.0, 4.0]


def test_the_signed_address_gets_no_token_of_ours() -> None:
    """Source: data-entities/data-management-api.md: the address has a shared access signature."""
    _, wire = fetch(value("Succeeded"), value(BLOB), httpx.Response(200, content=b"zip"))
    assert ["authorization" in request.headers for request in wire.requests] == [True, True, False]


def test_no_message_holds_the_signature() -> None:
    for status, kind in ((503, TransientError), (403, PackageLostError)):
        with pytest.raises(kind) as raised:
            fetch(value("Succeeded"), value(BLOB), *(httpx.Response(status) for _ in range(5)))
        assert "secret" not in str(raised.value)


def test_an_answer_that_was_lost_is_asked_for_again() -> None:
    lost = [httpx.ReadTimeout("late"), httpx.Response(503, text="busy")]
    content, _ = fetch(*lost, value("Succeeded"), value(BLOB), httpx.Response(200, content=b"zip"))
    assert content == b"zip"


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("late"), httpx.Response(500, text="crash")])
def test_an_export_without_an_answer_is_not_asked_for_again(answer: Answer) -> None:
    """It may have been started: the next read looks it up by its id."""
    wire = Wire(answer)
    with pytest.raises(TransientError):
        run(jobs(wire).export("project", "usmf", "e"))
    assert len(wire.requests) == 1


def test_an_execution_that_stays_unknown_is_lost() -> None:
    with pytest.raises(PackageLostError, match="not known, or no longer"):
        fetch(*[NOT_THERE] * 5)


@pytest.mark.parametrize(
    ("errors", "said"),
    [('[{"RecordId": "1", "Field": "", "ErrorMessage": "no such"}]', "Failed: no such$"), ("", "Failed$")],
)
def test_a_failed_execution_is_lost_and_says_why_where_it_is_known(errors: str, said: str) -> None:
    """Source: finops.md 3.1: an engine that crashed has an empty list."""
    with pytest.raises(PackageLostError, match=said):
        fetch(value("Failed"), value(errors))


def test_an_execution_that_does_not_end_in_time_may_be_asked_for_later() -> None:
    with pytest.raises(TransientError, match="not ended after 10 s"):
        fetch(*[value("Executing")] * 10, wait_s=10)


def test_a_missing_privilege_is_nothing_that_reading_by_pages_would_heal() -> None:
    kind = "Microsoft.Dynamics.Platform.Integration.Services.OData.ODataSecurityException"
    refused = httpx.Response(403, json={"error": {"innererror": {"message": "no", "type": kind}}})
    with pytest.raises(PermanentError) as raised:
        fetch(refused)
    assert not isinstance(raised.value, PackageLostError)


def test_a_file_is_read_by_the_manifests_names() -> None:
    """Source: finops.md 3.2: EntityMap {EntityField, XMLField}."""
    xml = entity_xml("Customers V2", ["Account"], "c.csv", "CSV").replace(
        "<EntityField>Account<", "<EntityField>CUSTOMERACCOUNT<"
    )
    content = zipped({"c.csv": b'Account\r\n"C ""1""\r\n"\r\nC2\r\n'}, xml)
    assert rows_of(content) == [{"CUSTOMERACCOUNT": 'C "1"\r\n'}, {"CUSTOMERACCOUNT": "C2"}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no zip", "zip"),
        (zipped({}, entity_xml("Customers V2", ["A"], "c.csv", "CSV")), "c.csv"),
        (zipped({"c.csv": b"A\r\n1,2\r\n"}, entity_xml("Customers V2", ["A"], "c.csv", "CSV")), "line 2"),
        (zipped({"c.csv": b"\xff\xff"}, entity_xml("Customers V2", ["A"], "c.csv", "CSV")), "utf-8"),
        (zipped({"c.csv": b"A"}, entity_xml("Customers V2", ["A"], "c.csv", "EXCEL")), "format is EXCEL"),
        (zipped({}), "0 entities"),
    ],
)
def test_a_package_that_cannot_be_read_says_why(content: bytes, said: str) -> None:
    with pytest.raises(UnreadablePackageError, match=said):
        rows_of(content)
