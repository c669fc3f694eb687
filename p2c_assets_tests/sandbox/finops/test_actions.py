"""Bound actions: how they are called, what they answer, what has no route."""

import pytest

from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.finops.versions import Versions
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.finops.scm_rows import key
from p2c_assets_tests.sandbox.running import Caller, body

NAMESPACE = "Microsoft.Dynamics.DataEntities"
VERSION = f"/data/DataManagementEntities/{NAMESPACE}.GetApplicationVersion"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("GetApplicationVersion", "10.0.2177.37"),
        ("GetPlatformBuildVersion", "7.0.7690.29"),
        ("GetApplicationBuildVersion", "10.0.2177.37"),
    ],
)
def test_the_version_actions_answer_a_string(scm: Caller, name: str, version: str) -> None:
    """Source: d365fo-client docs/VERSION_METHODS.md; odata.md."""
    answer = scm.post(f"/data/DataManagementEntities/{NAMESPACE}.{name}", {})
    assert answer.status_code == 200
    assert body(answer) == {"@odata.context": f"{scm.url}/data/$metadata#Edm.String", "value": version}


def test_an_environment_of_another_version_can_be_played(serve: Serve) -> None:
    """Source: d365fo-client docs/VERSION_METHODS.md."""
    scm = serve(FinopsTwin(Store("scm"), versions=Versions(application="7.3.11971.56115")))
    assert body(scm.post(VERSION, {}))["value"] == "7.3.11971.56115"


def test_installed_modules_are_lines_of_text(scm: Caller) -> None:
    """Source: captured answer of GetInstalledModules; odata.md."""
    answer = body(scm.post(f"/data/SystemNotifications/{NAMESPACE}.GetInstalledModules", {}))
    assert answer["@odata.context"].endswith("#Collection(Edm.String)")
    for line in answer["value"]:
        parts = dict(part.split(": ") for part in line.split(" | "))
        assert list(parts) == ["Name", "Version", "Module", "Publisher", "DisplayName"]


def test_an_action_of_the_set_has_no_route_on_a_record_and_none_by_get(scm: Caller) -> None:
    """Source: a development environment's answer to an instance's action called on the set."""
    for answer in (
        scm.post(f"/data/DataManagementEntities(EntityName='x')/{NAMESPACE}.GetApplicationVersion", {}),
        scm.get(VERSION),
    ):
        assert answer.status_code == 404
        assert "No route data was found for this request." in body(answer)["Message"]


def test_parameters_that_an_action_does_not_have_are_refused(scm: Caller) -> None:
    """Source: Microsoft.OData texts; odata.md."""
    answer = scm.post(VERSION, {"nonsense": 1})
    assert answer.status_code == 400
    text = "The parameter 'nonsense' in the request payload is not a valid parameter for the operation"
    assert text in body(answer)["error"]["innererror"]["internalexception"]["message"]
    assert scm.http.post(VERSION, content=b"[]").status_code == 400
    assert scm.http.post(VERSION, content=b"{").status_code == 400


def test_the_documented_example_of_an_action_is_501(scm: Caller) -> None:
    """Source: integration-overview.md."""
    key_text = "(BOMId='000001')"
    answer = scm.post(f"/data/BillOfMaterialsHeaders{key_text}/{NAMESPACE}.approve", {})
    assert answer.status_code == 501
    assert body(answer)["error"]["message"].endswith(": the entity set BillOfMaterialsHeaders")


def test_actions_that_are_not_declared_are_501_with_their_name(scm: Caller) -> None:
    """Source: odata.md; platform knowledge."""
    for path in ("/data/CustomersV2", key("CustomersV2", CustomerAccount="C1"), "/data/SystemNotifications"):
        answer = scm.post(f"{path}/{NAMESPACE}.confirm", {})
        assert answer.status_code == 501
        assert f"/{NAMESPACE}.confirm" in body(answer)["error"]["message"]
