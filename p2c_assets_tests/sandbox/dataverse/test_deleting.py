"""Deletes and what hangs on the deleted row; values and references put and deleted one by one."""

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, BIKE, LIST_USD, MISSING, PERSON, line, order


def test_a_delete_is_a_204_then_a_404(sales: Sales) -> None:
    """powerapps-docs webapi/update-delete-entities-using-web-api.md."""
    assert sales.delete("accounts(accountnumber='A2')").status_code == 204
    assert refusal(sales.delete("accounts(accountnumber='A2')")) == (404, "0x80060891")
    assert refusal(sales.delete(f"accounts({MISSING})")) == (404, "0x80040217")


def test_a_delete_of_a_row_that_forbids_it_is_a_405(sales: Sales) -> None:
    """web-service-error-codes: CannotDeleteDueToAssociation; salesorder.md, product.md: Delete Restrict."""
    key = sales.create("salesorders", order("SO-1"))
    sales.create("salesorderdetails", line(key))
    for path in (f"accounts({ACCOUNT})", f"products({BIKE})", f"pricelevels({LIST_USD})"):
        answer = sales.delete(path)
        assert refusal(answer) == (405, "0x80040227"), path
        text = "The object you tried to delete is associated with another object and cannot be deleted."
        assert message(answer) == text
        assert sales.get(path).status_code == 200


def test_contacts_go_with_their_account(sales: Sales) -> None:
    """dynamics-365-customer-engagement account.md, contact_customer_accounts: Delete Cascade."""
    sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    assert sales.delete(f"accounts({ACCOUNT})").status_code == 204
    assert refusal(sales.get(f"contacts({PERSON})")) == (404, "0x80040217")


def test_a_delete_whose_consequence_no_page_settles_is_a_501(sales: Sales) -> None:
    """assumptions.REFERENCED_ROWS_STAY; use-upsert-insert-update-record.md says nothing of it."""
    sales.create("quotes", {**order(), "quotenumber": "Q-1"})
    answer = sales.delete(f"accounts({ACCOUNT})")
    assert refusal(answer) == (501, "501")
    assert "delete of a account that quotes refer to" in message(answer)
    assert sales.get(f"accounts({ACCOUNT})").status_code == 200


def test_a_table_takes_only_its_own_messages(sales: Sales) -> None:
    """assumptions.NO_MESSAGE_STATUS; web-service-error-codes: SdkEntityDoesNotSupportMessage."""
    answer = sales.post("organizations", {"name": "x"})
    assert refusal(answer) == (405, "0x80040800")
    assert message(answer).startswith("The 'Create' method does not support entities of type 'organization'.")
    (found,) = sales.value("sdkmessages?$select=name&$filter=name eq 'Create'")
    assert refusal(sales.delete(f"sdkmessages({found['sdkmessageid']})")) == (405, "0x80040800")
    assert refusal(sales.patch(f"sdkmessages({found['sdkmessageid']})", {})) == (405, "0x80040800")


def test_one_value_is_put_and_deleted(sales: Sales) -> None:
    """webapi/update-delete-entities-using-web-api: single property value."""
    before = sales.row(f"accounts({ACCOUNT})")
    path = f"{API}/accounts(accountnumber='A1')/fax"
    assert sales.caller.http.put(path, json={"value": "123"}).status_code == 204
    row = sales.row(f"accounts({ACCOUNT})")
    assert (row["fax"], row["name"], row["versionnumber"] > before["versionnumber"]) == ("123", before["name"], True)
    assert sales.delete(f"accounts({ACCOUNT})/fax").status_code == 204
    assert sales.row(f"accounts({ACCOUNT})")["fax"] is None


def test_one_value_obeys_the_rules_of_its_column(sales: Sales) -> None:
    """webapi/update-delete-entities-using-web-api: an update like any other."""
    http = sales.caller.http
    assert refusal(http.put(f"{API}/accounts({ACCOUNT})/name", json={"value": "x" * 161})) == (400, "0x80044331")
    assert refusal(http.put(f"{API}/accounts({ACCOUNT})/name", json={})) == (400, "0x80048d19")
    assert refusal(http.put(f"{API}/accounts({MISSING})/name", json={"value": "x"})) == (404, "0x80040217")
    assert refusal(sales.delete(f"accounts({ACCOUNT})/name")) == (400, "0x80040200")


def test_one_reference_is_put_and_deleted(sales: Sales) -> None:
    """webapi/associate-disassociate-entities-using-web-api: single-valued navigation property, $ref."""
    path = f"contacts({PERSON})/parentcustomerid_account/$ref"
    whole = {"@odata.id": f"{sales.caller.url}{API}/accounts({ACCOUNT})"}
    assert sales.caller.http.put(f"{API}/{path}", json=whole).status_code == 204
    assert sales.row(f"contacts({PERSON})")["_parentcustomerid_value"] == ACCOUNT
    other = f"contacts({PERSON})/parentcustomerid_contact/$ref"
    assert refusal(sales.delete(other)) == (400, "0x80040203")
    assert sales.delete(path).status_code == 204
    assert sales.row(f"contacts({PERSON})")["_parentcustomerid_value"] is None
    assert refusal(sales.caller.http.put(f"{API}/{path}", json={})) == (400, "0x80060888")


def test_rows_are_not_associated_by_a_collection(sales: Sales) -> None:
    """webapi/associate-disassociate-entities-using-web-api: collection-valued navigation property, $ref."""
    collection = f"accounts({ACCOUNT})/contact_customer_accounts"
    whole = {"@odata.id": f"{sales.caller.url}{API}/contacts({PERSON})"}
    for answer, method in (
        (sales.post(f"{collection}/$ref", whole), "POST"),
        (sales.delete(f"{collection}({PERSON})/$ref"), "DELETE"),
    ):
        assert refusal(answer) == (501, "501")
        assert f"{method} of contact_customer_accounts below accounts" in message(answer)
    assert sales.row(f"contacts({PERSON})")["_parentcustomerid_value"] is None


def test_a_header_takes_its_lines_along(sales: Sales) -> None:
    key = sales.create("salesorders", order("SO-1"))
    sales.create("salesorderdetails", line(key))
    assert sales.delete(f"salesorders({key})").status_code == 204
    assert sales.value("salesorderdetails") == []
