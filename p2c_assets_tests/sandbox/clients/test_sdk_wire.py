"""The ways in which Microsoft's client writes a request, sent as they are on the wire. Source: SDK 1.1.0 wire."""

import httpx
import pytest

from p2c_assets_tests.sandbox.dataverse.world import API
from p2c_assets_tests.sandbox.running import Caller

SDK_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "OData-MaxVersion": "4.0",
    "OData-Version": "4.0",
    "User-Agent": "DataverseSvcPythonClient:1.1.0 (app=p2c/1.0)",
    "x-ms-client-request-id": "9b2f6c3c-6a77-4bb8-8f31-3e0a4f3d9c01",
    "x-ms-correlation-id": "9b2f6c3c-6a77-4bb8-8f31-3e0a4f3d9c02",
}


def ask(sales: Caller, query: str) -> httpx.Response:
    """The query string goes out as it stands here."""
    answer = sales.http.get(httpx.URL(f"{sales.url}{API}/{query}"), headers=SDK_HEADERS)
    assert answer.request.url.raw_path.decode().endswith(query)
    return answer


@pytest.mark.parametrize(
    "query",
    [
        "accounts?%24select=name&%24filter=name+eq+%27Fabrikam+%2B+Sons%27",
        "accounts?$filter=name+eq+'Fabrikam+%2B+Sons'",
        "accounts?$select=name&$filter=name%20eq%20'Fabrikam%20%2B%20Sons'",
        "accounts?sql=SELECT%20name%20FROM%20account%20WHERE%20name%20=%20'Fabrikam%20%2B%20Sons'",
    ],
)
def test_all_encodings_of_a_query_mean_the_same(sales: Caller, query: str) -> None:
    """SDK 1.1.0 wire: form-encoded, plain with + for spaces, raw, percent-encoded; a plus arrives as %2B."""
    sales.admin("load", {"rows": {"accounts": [{"name": "Fabrikam + Sons", "accountnumber": "F1"}]}})
    assert [row["name"] for row in ask(sales, query).json()["value"]] == ["Fabrikam + Sons"]


def test_a_nested_option_stands_raw_in_its_parentheses(sales: Caller) -> None:
    """SDK 1.1.0 wire: the label query of a table."""
    cast = "Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata"
    query = f"EntityDefinitions(LogicalName='account')/{cast}?$select=LogicalName&$expand=OptionSet($select=Options)"
    (choice,) = [row for row in ask(sales, query).json()["value"] if row["LogicalName"] == "customertypecode"]
    labels = {
        option["Label"]["UserLocalizedLabel"]["Label"]: option["Value"] for option in choice["OptionSet"]["Options"]
    }
    assert labels["Customer"] == 3


def test_a_body_type_on_requests_without_a_body_is_passed_over(sales: Caller) -> None:
    """SDK 1.1.0 wire: Content-Type on GET and DELETE too."""
    created = sales.post(f"{API}/accounts", {"name": "New", "accountnumber": "N1"}).headers["OData-EntityId"]
    assert sales.http.get(created, headers=SDK_HEADERS).status_code == 200
    assert sales.http.delete(created, headers={**SDK_HEADERS, "If-Match": "*"}).status_code == 204


def test_without_a_token_the_answer_says_where_to_get_one(sales: Caller) -> None:
    """SDK 1.1.0 wire: a Bearer token on every request; acceptance checklist 1."""
    answer = sales.http.get(f"{API}/accounts", headers={"Authorization": ""})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=https://")
