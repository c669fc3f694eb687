"""The writes of Microsoft's Python client 1.1.0 as it sends them. The client itself runs in its own tests."""

import json

import httpx
import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, MISSING, OTHER_ACCOUNT

CLIENT = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "OData-MaxVersion": "4.0",
    "OData-Version": "4.0",
    "User-Agent": "DataverseSvcPythonClient:1.1.0",
}
ANY = {**CLIENT, "If-Match": "*"}


def _send(
    sales: Sales, method: str, path: str, body: object = None, headers: dict[str, str] = CLIENT
) -> httpx.Response:
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    return sales.caller.http.request(method, f"{API}/{path}", content=content, headers=headers)


def test_create_one_reads_the_id_from_the_headers(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.create, OData-EntityId or Location"""
    answer = _send(sales, "POST", "accounts", {"name": "New"})
    assert answer.status_code == 204
    assert answer.headers["OData-EntityId"] == answer.headers["Location"]
    key = answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")
    assert sales.row(f"accounts({key})")["name"] == "New"


def test_create_many_reads_ids_in_order(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.create of a list, CreateMultiple"""
    targets = [{"name": name, "@odata.type": "Microsoft.Dynamics.CRM.account"} for name in ("One", "Two")]
    answer = _send(sales, "POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets})
    assert [sales.row(f"accounts({key})")["name"] for key in sales.json(answer)["Ids"]] == ["One", "Two"]


def test_update_one_never_creates(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.update, PATCH with If-Match: *"""
    assert _send(sales, "PATCH", f"accounts({ACCOUNT})", {"name": "x"}, ANY).status_code == 204
    assert refusal(_send(sales, "PATCH", f"accounts({MISSING})", {"name": "x"}, ANY)) == (404, "0x80040217")


def test_update_many_goes_by_primary_key(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.update of a list, UpdateMultiple"""
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.account"}
    targets = [{**kind, "accountid": key, "name": "x"} for key in (ACCOUNT, OTHER_ACCOUNT)]
    answer = _send(sales, "POST", "accounts/Microsoft.Dynamics.CRM.UpdateMultiple", {"Targets": targets})
    assert answer.status_code == 204
    assert [row["name"] for row in sales.value("accounts")] == ["x", "x"]


def test_upsert_one_goes_by_alternate_key(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.upsert, PATCH by key without If-Match"""
    for name in ("New", "Again"):
        assert _send(sales, "PATCH", "accounts(accountnumber='A''7')", {"name": name}).status_code == 204
    assert sales.one("accounts", "accountnumber eq 'A''7'")["name"] == "Again"


def test_upsert_many_names_rows_by_relative_ids(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.upsert of a list, UpsertMultiple"""
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.account"}
    targets = [{**kind, "@odata.id": f"accounts(accountnumber='{number}')", "name": "x"} for number in ("A2", "A''7")]
    answer = _send(sales, "POST", "accounts/Microsoft.Dynamics.CRM.UpsertMultiple", {"Targets": targets})
    assert answer.status_code == 204
    assert sales.row(f"accounts({OTHER_ACCOUNT})")["name"] == "x"
    assert sales.one("accounts", "accountnumber eq 'A''7'")["name"] == "x"


def test_delete_one_sends_if_match_and_a_content_type(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.delete"""
    assert _send(sales, "DELETE", f"accounts({ACCOUNT})", None, ANY).status_code == 204
    assert refusal(_send(sales, "DELETE", f"accounts({ACCOUNT})", None, ANY)) == (404, "0x80040217")


def test_delete_many_is_a_bulk_delete_by_ids(sales: Sales) -> None:
    """SDK 1.1.0 wire: records.delete of a list, BulkDelete"""
    crm = "Microsoft.Dynamics.CRM."
    condition = {
        "@odata.type": f"{crm}ConditionExpression",
        "AttributeName": "accountid",
        "Operator": "In",
        "Values": [{"Value": key, "Type": "System.Guid"} for key in (ACCOUNT, MISSING)],
    }
    criteria = {"@odata.type": f"{crm}FilterExpression", "FilterOperator": "And", "Conditions": [condition]}
    query = {
        "@odata.type": f"{crm}QueryExpression",
        "EntityName": "account",
        "ColumnSet": {"@odata.type": f"{crm}ColumnSet", "AllColumns": False, "Columns": []},
        "Criteria": criteria,
    }
    body = {
        "JobName": "Bulk delete account records @ 2026-11-22T22:00:00Z",
        "SendEmailNotification": False,
        "ToRecipients": [],
        "CCRecipients": [],
        "RecurrencePattern": "",
        "StartDateTime": "2026-11-22T22:00:00Z",
        "QuerySet": [query],
    }
    job = sales.json(_send(sales, "POST", "BulkDelete", body))["JobId"]
    assert [row["name"] for row in sales.value("accounts")] == ["Fabrikam"]
    assert sales.row(f"asyncoperations({job})")["statuscode"] == 30


def test_uploads_of_files_are_a_501(sales: Sales) -> None:
    """SDK 1.1.0 wire: files, PATCH of a column with octets or in chunks"""
    octets = {"Content-Type": "application/octet-stream", "x-ms-file-name": "a.txt"}
    chunks = {"x-ms-transfer-mode": "chunked", "x-ms-file-name": "a.txt"}
    for headers in (octets, chunks):
        answer = sales.caller.http.patch(f"{API}/accounts({ACCOUNT})/new_file", content=b"x", headers=headers)
        assert refusal(answer) == (501, "501")
        assert "path segment new_file below accounts" in message(answer)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "CreateEntities"),
        ("DELETE", "EntityDefinitions(00000000-0000-0000-0000-000000000001)"),
        ("POST", "EntityDefinitions(LogicalName='account')/Attributes"),
        ("POST", "EntityDefinitions(LogicalName='account')/Keys"),
        ("POST", "RelationshipDefinitions"),
    ],
)
def test_writes_of_definitions_are_a_501(sales: Sales, method: str, path: str) -> None:
    """SDK 1.1.0 wire: tables.create, add_columns, create_alternate_key, create_lookup_field"""
    assert refusal(_send(sales, method, path, {})) == (501, "501")
