"""What a caller may not do, by the admin path. Source of all: bulk-operations (troubleshooting), the error list."""

from typing import Any
from urllib.parse import quote

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, OTHER_ACCOUNT, line, order


def _user(sales: Sales) -> str:
    return sales.json(sales.get("WhoAmI"))["UserId"]


def test_a_missing_privilege_is_a_403_that_names_it(sales: Sales) -> None:
    """bulk-operations: privilege check; web-service-error-codes"""
    user = _user(sales)
    sales.admin("privileges", {"revoked": ["prvCreateAccount", "prvWriteOrder", "prvDeleteContact", "prvReadQuote"]})
    answer = sales.post("accounts", {"name": "New"})
    assert refusal(answer) == (403, "0x80040220")
    assert message(answer).startswith(f"Principal user (Id={user}, type=8, roleCount=1, privilegeCount=586) is missing")
    assert "prvCreateAccount privilege (Id=" in message(answer)
    assert message(answer).endswith("on OTC=1 for entity 'account'.")
    assert sales.patch(f"accounts({ACCOUNT})", {"name": "x"}).status_code == 204
    assert refusal(sales.get("quotes")) == (403, "0x80040220")
    assert refusal(sales.get("quotedetails")) == (403, "0x80040220")


def test_lines_have_the_privileges_of_their_parent(sales: Sales) -> None:
    """bulk-operations: privilege check; web-service-error-codes"""
    key = sales.create("salesorders", order("SO-1"))
    sales.admin("privileges", {"revoked": ["prvCreateOrder"]})
    assert refusal(sales.post("salesorderdetails", line(key))) == (403, "0x80040220")


def test_a_missing_access_to_one_row_is_a_403_that_names_it(sales: Sales) -> None:
    """bulk-operations: access check; web-service-error-codes"""
    user = _user(sales)
    sales.admin("privileges", {"denied": [ACCOUNT]})
    answer = sales.patch(f"accounts({ACCOUNT})", {"name": "x"})
    assert refusal(answer) == (403, "0x80048306")
    words = f"does not have WriteAccess right(s) for record with id {ACCOUNT} of entity account"
    assert message(answer) == f"Principal with id {user} {words}"
    assert refusal(sales.delete(f"accounts({ACCOUNT})")) == (403, "0x80048306")
    assert refusal(sales.get(f"accounts({ACCOUNT})")) == (403, "0x80048306")
    assert sales.get(f"accounts({OTHER_ACCOUNT})").status_code == 200


def test_rows_that_the_caller_may_not_see_are_left_out_of_what_it_reads(sales: Sales) -> None:
    """how-record-access-determined; assumptions.DENIED_ROWS_ARE_LEFT_OUT"""
    child = sales.create(
        "contacts", {"lastname": "Child", "parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"}
    )
    numbers = "accounts?$select=accountnumber"
    fetch = "<fetch><entity name='account'><attribute name='accountnumber'/></entity></fetch>"
    reads = (
        numbers,
        f"{numbers}&$orderby=accountnumber",
        f"{numbers}&$filter=accountid eq {ACCOUNT} or accountid eq {OTHER_ACCOUNT}",
        f"accounts?fetchXml={quote(fetch)}",
        "accounts?sql=select accountnumber from account",
    )
    tracked = sales.json(sales.get(numbers, Prefer="odata.track-changes"))
    link = tracked["@odata.deltaLink"].partition(f"{API}/")[2]
    sales.patch(f"accounts({ACCOUNT})", {"name": "x"})
    sales.patch(f"accounts({OTHER_ACCOUNT})", {"name": "x"})
    everything = [_accounts(sales, read) for read in reads]
    sales.admin("privileges", {"denied": [ACCOUNT.upper()]})
    assert [_accounts(sales, read) for read in reads] == [found - {ACCOUNT} for found in everything]
    assert all(ACCOUNT in found and OTHER_ACCOUNT in found for found in everything)
    left = len(everything[0]) - 1
    assert sales.json(sales.get(f"{numbers}&$count=true"))["@odata.count"] == left
    assert sales.get("accounts/$count").text == str(left)
    assert sales.json(sales.get("accounts?$apply=aggregate($count as n)"))["value"] == [{"n": left}]
    again = sales.json(sales.get(numbers, Prefer="odata.track-changes"))
    assert {row["accountid"] for row in again["value"]} == everything[0] - {ACCOUNT}
    assert {row["accountid"] for row in sales.json(sales.get(link))["value"]} == {OTHER_ACCOUNT}
    expanded = f"contacts({child})?$select=lastname&$expand=parentcustomerid_account($select=name)"
    assert sales.json(sales.get(expanded))["parentcustomerid_account"] is None
    sales.admin("privileges", {"denied": [child]})
    of_account = f"accounts({ACCOUNT})?$select=name&$expand=contact_customer_accounts($select=lastname)"
    assert child not in {row["contactid"] for row in sales.json(sales.get(of_account))["contact_customer_accounts"]}
    below = sales.json(sales.get(f"accounts({ACCOUNT})/contact_customer_accounts?$select=lastname"))
    assert child not in {row["contactid"] for row in below["value"]}
    assert child not in sales.get(f"accounts({ACCOUNT})/contact_customer_accounts/$ref").text
    sales.admin("privileges", {})
    assert child in sales.get(f"accounts({ACCOUNT})/contact_customer_accounts/$ref").text


def _accounts(sales: Sales, read: str) -> set[str]:
    return {row["accountid"] for row in sales.json(sales.get(read))["value"]}


def test_change_tracking_asks_for_the_whole_organisation(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: organization level read access"""
    link = sales.json(sales.get("accounts", Prefer="odata.track-changes"))["@odata.deltaLink"].partition(f"{API}/")[2]
    sales.admin("privileges", {"limited": ["prvReadAccount"]})
    for answer in (sales.get("accounts", Prefer="odata.track-changes"), sales.get(link)):
        assert refusal(answer) == (403, "0x80040220")
        assert "PrivilegeName: prvReadAccount" in message(answer)
        assert "Required Depth: Global" in message(answer)
    assert sales.get("accounts").status_code == 200


def test_bulk_delete_asks_for_its_own_right(sales: Sales) -> None:
    """delete-data-bulk: BulkDelete privilege; bulk-operations: CrmCheckPrivilege failed; web-service-error-codes"""
    sales.admin("privileges", {"revoked": ["prvBulkDelete"]})
    answer = sales.post("BulkDelete", {"QuerySet": [{"EntityName": "account"}]})
    assert refusal(answer) == (403, "0x80040299")
    assert message(answer).endswith("and Privilege: prvBulkDelete")


def test_a_bulk_delete_without_delete_privilege_fails_row_by_row(sales: Sales) -> None:
    """delete-data-bulk: Delete privileges on the tables"""
    sales.admin("privileges", {"revoked": ["prvDeleteAccount"]})
    job = sales.json(sales.post("BulkDelete", {"QuerySet": [{"EntityName": "account"}]}))["JobId"]
    done = sales.one("bulkdeleteoperations", f"_asyncoperationid_value eq {job}")
    assert (done["successcount"], done["failurecount"]) == (0, 2)


def _alter_user(sales: Sales, user: str, **values: Any) -> None:
    sales.admin("alter", {"set": "systemusers", "key": {"systemuserid": user}, "values": values})


def test_a_disabled_user_is_a_403(sales: Sales) -> None:
    """web-service-error-codes: the user is disabled"""
    _alter_user(sales, _user(sales), isdisabled=True)
    assert refusal(sales.get("accounts")) == (403, "0x80040225")
    assert refusal(sales.post("accounts", {"name": "x"})) == (403, "0x80040225")


def test_a_user_that_the_organisation_does_not_have_is_a_403(sales: Sales) -> None:
    """authenticate-oauth: the token is issued, the organisation refuses; web-service-error-codes"""
    sales.admin("privileges", {"member": False})
    answer = sales.get("accounts")
    assert refusal(answer) == (403, "0x80072560")
    assert message(answer) == "The user is not a member of the organization."


def test_what_is_taken_away_can_be_seen_and_given_back(sales: Sales) -> None:
    sales.admin("privileges", {"revoked": ["prvCreateAccount"]})
    assert sales.admin("privileges") == {"revoked": ["prvcreateaccount"], "limited": [], "denied": [], "member": True}
    sales.admin("privileges", {"revoked": []})
    assert sales.post("accounts", {"name": "New"}).status_code == 204


@pytest.mark.parametrize("document", [{"nonsense": []}])
def test_an_unknown_setting_is_a_400(sales: Sales, document: dict[str, Any]) -> None:
    answer = sales.caller.http.post("/_sandbox/privileges", json=document)
    assert (answer.status_code, "there are revoked, limited, denied, member" in answer.text) == (400, True)


def test_a_table_names_its_privileges(sales: Sales) -> None:
    """webapi/reference/securityprivilegemetadata"""
    found = sales.json(sales.get("EntityDefinitions(LogicalName='salesorderdetail')?$select=Privileges"))["Privileges"]
    named = {one["PrivilegeType"]: one["Name"] for one in found}
    assert named == {
        "Create": "prvCreateOrder",
        "Read": "prvReadOrder",
        "Write": "prvWriteOrder",
        "Delete": "prvDeleteOrder",
    }


def test_a_user_is_told_which_privileges_it_has_and_how_deep(sales: Sales) -> None:
    """webapi/reference/retrieveuserprivileges"""
    sales.admin("privileges", {"revoked": ["prvCreateAccount"], "limited": ["prvReadAccount"]})
    path = f"systemusers({_user(sales)})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges"
    held = {one["PrivilegeName"]: one["Depth"] for one in sales.json(sales.get(path))["RolePrivileges"]}
    assert "prvCreateAccount" not in held
    assert (held["prvReadAccount"], held["prvWriteAccount"]) == ("Local", "Global")
    ids = {one["PrivilegeId"] for one in sales.json(sales.get(f"{path}()"))["RolePrivileges"]}
    (order,) = sales.json(sales.get("EntityDefinitions?$select=Privileges&$filter=LogicalName eq 'salesorder'"))[
        "value"
    ]
    assert {one["PrivilegeId"] for one in order["Privileges"]} <= ids


def test_privileges_of_other_users_are_a_501(sales: Sales) -> None:
    other = "0a000000-0000-1000-8000-00d3a0000009"
    row = {"systemuserid": other, "fullname": "Other", "_businessunitid_value": None}
    sales.admin("load", {"rows": {"systemusers": [row]}})
    answer = sales.get(f"systemusers({other})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges")
    assert (answer.status_code, "RetrieveUserPrivileges of another user" in answer.text) == (501, True)
    assert sales.get(f"accounts({ACCOUNT})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges").status_code >= 400
