"""What the real system offers beside OData and packages: refused by name."""

import pytest

from p2c_assets_tests.sandbox.running import Caller, body

ACTIVITY = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


def feature(caller: Caller, method: str, path: str) -> str:
    """The feature that a 501 names."""
    answer = caller.http.request(method, path, content=b"{}" if method == "POST" else None)
    assert answer.status_code == 501, answer.text
    text: str = body(answer)["error"]["message"]
    return text.removeprefix("the sandbox does not support: ")


@pytest.mark.parametrize(
    ("method", "verb", "rest"),
    [
        ("POST", "enqueue", f"{ACTIVITY}?entity=Customers%20V2&company=USMF"),
        ("GET", "dequeue", ACTIVITY),
        ("POST", "ack", ACTIVITY),
    ],
)
def test_recurring_integrations_are_refused_by_name(scm: Caller, method: str, verb: str, rest: str) -> None:
    """recurring-integrations: enqueue, dequeue and ack of a recurring data job."""
    assert feature(scm, method, f"/api/connector/{verb}/{rest}") == f"recurring integrations ({verb})"


@pytest.mark.parametrize("path", ["/api/services", "/api/services/Group", "/api/services/Group/Service"])
def test_the_lists_of_custom_services_are_refused_by_name(scm: Caller, path: str) -> None:
    """custom-services: groups, their services, their operations."""
    assert feature(scm, "GET", path) == "the list of custom services"


def test_a_custom_service_is_refused_by_name(scm: Caller) -> None:
    """custom-services: POST of JSON to an operation."""
    path = "/api/services/Orders/OrderService/create"
    assert feature(scm, "POST", path) == "the custom service Orders/OrderService/create"


def test_soap_is_refused_by_name(scm: Caller) -> None:
    """custom-services: the WSDL of a service group."""
    assert feature(scm, "GET", "/soap/services/Orders?wsdl") == "/soap/services/Orders"
