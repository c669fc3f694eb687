"""The error tables of both systems: what is whose fault, and what the person reads."""

import json
from collections.abc import Callable

import pytest

from p2c_assets.connectors.dataverse import errors as dataverse
from p2c_assets.connectors.faults import Fault
from p2c_assets.connectors.finops import errors as finops

HTML = b"<!DOCTYPE html><html><head><title>Service\n unavailable</title><style>b{}</style></head><body>x</body></html>"


def dataverse_body(code: str, message: str = "words") -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


WRITE = "AxODataWriteException"
FIELD = "AxODataFieldValidationException"
SECURITY = "ODataSecurityException"
INVOCATION = "System.Reflection.TargetInvocationException"


def finops_body(kind: str, message: str, internal: str = "") -> bytes:
    inner = {"message": message, "type": f"Microsoft.Dynamics.Platform.Integration.Services.OData.{kind}"}
    if internal:
        inner |= {"internalexception": {"message": internal}}
    return json.dumps({"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}).encode()


@pytest.mark.parametrize(
    ("status", "code", "outcome", "kind"),
    [
        (404, "0x80040217", "refused", "not_found"),
        (404, "0x80060891", "refused", "not_found"),
        (412, "0x80040237", "refused", "duplicate"),
        (412, "0x80060892", "refused", "duplicate"),
        (412, "0x80040333", "refused", "duplicate"),
        (412, "0x80060882", "refused", "conflict"),
        (403, "0x80040220", "fatal", "forbidden"),
        (403, "0x80072560", "fatal", "auth"),
        (403, "0x80040225", "fatal", "auth"),
        (403, "0x80048306", "refused", "forbidden"),
        (400, "0x80044331", "refused", "validation"),
        (400, "0x8004431A", "refused", "validation"),
        (400, "0x80048408", "refused", "validation"),
        (400, "0x80040265", "refused", "validation"),
        (400, "0x80048d19", "refused", "schema"),
        (404, "0x8006088a", "refused", "schema"),
        (405, "0x80040227", "refused", "conflict"),
        (500, "0x80044151", "transient", "transient"),
        (500, "-2147204784", "transient", "transient"),
        (500, "-2147204783", "transient", "transient"),
        (400, "-2147015902", "throttled", "throttle"),
        (429, "0x80072321", "throttled", "throttle"),
        (429, "", "throttled", "throttle"),
        (401, "", "fatal", "auth"),
        (400, "0x0", "refused", "validation"),
        (500, "", "refused", "unknown"),
        (503, "", "transient", "transient"),
    ],
)
def test_dataverse_codes(status: int, code: str, outcome: str, kind: str) -> None:
    fault = dataverse.fault(status, dataverse_body(code))
    assert (fault.outcome, fault.kind, fault.message) == (outcome, kind, "words")


def test_a_dataverse_code_is_written_alike_however_it_came() -> None:
    assert dataverse.fault(500, dataverse_body("-2147204783")).code == "0x80044151"
    assert dataverse.fault(400, dataverse_body("0x8004431A")).code == "0x8004431a"


def test_an_unknown_property_is_a_mistake_of_the_mapping() -> None:
    message = "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'."
    assert dataverse.fault(400, dataverse_body("0x0", message)).kind == "schema"


def test_a_missing_privilege_says_what_to_do() -> None:
    fault = dataverse.fault(403, dataverse_body("0x80040220", "Principal user is missing prvCreateQuote privilege"))
    assert str(fault) == (
        "0x80040220 Principal user is missing prvCreateQuote privilege; "
        "give the application user a security role with this privilege"
    )


@pytest.mark.parametrize(
    ("status", "body", "outcome", "kind"),
    [
        (400, finops_body(WRITE, "No resources were found when selecting for update."), "refused", "not_found"),
        (400, finops_body(WRITE, "Cannot create a record in X.\nThe record already exists."), "refused", "duplicate"),
        (500, finops_body(WRITE, "Write failed. Infolog: Error: Site is mandatory."), "refused", "validation"),
        (400, finops_body(FIELD, "Field validation failed."), "refused", "validation"),
        (403, finops_body(SECURITY, "User is not authorized to read view X."), "fatal", "forbidden"),
        (400, finops_body(WRITE, "An update conflict occurred due to another user."), "transient", "conflict"),
        (500, finops_body(WRITE, "Write failed", "SQL Deadlock victim"), "transient", "conflict"),
        (412, finops_body(WRITE, "An update conflict occurred due to another user."), "refused", "conflict"),
        (429, b'{"error":{"message":"busy"}}', "throttled", "throttle"),
        (503, finops_body("X", "system experiencing high resource utilization."), "throttled", "throttle"),
        (400, finops_body(INVOCATION, "Exception has been thrown by the target"), "refused", "schema"),
        (404, b'{"Message":"No HTTP resource was found that matches"}', "refused", "schema"),
        (500, b'{"ExceptionMessage":"X failed","ExceptionType":"System.Exception"}', "refused", "unknown"),
        (401, b"", "fatal", "auth"),
        (502, HTML, "transient", "transient"),
    ],
)
def test_finops_messages(status: int, body: bytes, outcome: str, kind: str) -> None:
    fault = finops.fault(status, body)
    assert (fault.outcome, fault.kind) == (outcome, kind)


@pytest.mark.parametrize(
    ("words", "readable"),
    [
        (
            "Write failed for table row of type 'PurchaseOrderLineV2Entity'. Infolog: Warning: Item 'L-10780-02' is blocked "
            "for 'Purchase order'.; Warning: validateWrite failed on data source 'PurchLine (PurchLine)'.",
            "Item 'L-10780-02' is blocked for 'Purchase order'.",
        ),
        (
            "Write failed for table row of type 'SalesOrderLineV3Entity'. Infolog: Error: Inventory dimension Site is "
            "mandatory and must consequently be specified.; Error: Update has been canceled.",
            "Inventory dimension Site is mandatory and must consequently be specified.",
        ),
        (
            "Field validation failed on table of type 'CustCustomerV3Entity' for the following fields: CustomerAccount. "
            "Infolog: Warning: Field 'Customer account' does not allow editing.; Warning: Number X does not match format "
            "CUST-######.; Warning: Field 'Customer account' does not allow editing.",
            "CustomerAccount: Field 'Customer account' does not allow editing.; Number X does not match format CUST-######.",
        ),
        ("Infolog: Error: Update has been canceled.", "Infolog: Error: Update has been canceled."),
        ("No resources were found when selecting for update.", "No resources were found when selecting for update."),
    ],
)
def test_an_infolog_is_read_without_its_noise(words: str, readable: str) -> None:
    assert finops.fault(400, finops_body("AxODataWriteException", words)).message == readable


def test_the_reason_inside_an_invocation_error_is_what_is_read() -> None:
    body = finops_body(INVOCATION, "Exception has been thrown by the target of an invocation.", "Unknown property 'X'.")
    assert finops.fault(400, body).message == "Unknown property 'X'."


def test_the_code_of_a_finops_fault_is_its_exceptions_name() -> None:
    assert finops.fault(400, finops_body("AxODataWriteException", "x")).code == "AxODataWriteException"


@pytest.mark.parametrize("read", [dataverse.fault, finops.fault], ids=["sales", "scm"])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (HTML, "Service unavailable"),
        (b"<p>no <b>title</b></p>", "no title"),
        (b"", ""),
        (b"plain words", "plain words"),
        (b"[1]", "[1]"),
        (b'{"error":"a string"}', '{"error":"a string"}'),
        (b'{"error":{"code":null,"message":null}}', '{"error":{"code":null,"message":null}}'),
        (b"\xff\xfe{", "\ufffd\ufffd{"),
        (b"x" * 9000, "x" * 500),
    ],
)
def test_no_body_crashes_the_reading_of_an_error(
    read: Callable[[int, bytes], Fault], body: bytes, message: str
) -> None:
    assert read(503, body).message == message
