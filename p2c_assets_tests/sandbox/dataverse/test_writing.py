"""Single writes: conditions, upsert, lookups, validation, uniqueness."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import (
    ACCOUNT,
    API,
    BIKE,
    EACH,
    GROUP,
    HOUR,
    LIST_USD,
    MISSING,
    OTHER_ACCOUNT,
    PERSON,
    TEAM_FRANCE,
    UNIT_FRANCE,
    USD,
    guid,
    line,
    order,
)

NEW = guid(50, 1)


def test_a_post_is_a_204_with_the_entity_id(sales: Sales) -> None:
    """powerapps-docs webapi/create-entity-web-api.md."""
    answer = sales.post("accounts", {"name": "New"})
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["OData-EntityId"].startswith(f"{sales.caller.url}{API}/accounts(")


def test_a_post_with_representation_is_a_201_with_the_row(sales: Sales) -> None:
    """use-upsert; webapi/compose-http-requests-handle-errors."""
    answer = sales.post("accounts?$select=name", {"name": "New"}, Prefer="return=representation")
    assert answer.status_code == 201
    assert sales.json(answer)["name"] == "New"
    assert "OData-EntityId" not in answer.headers
    assert answer.headers["Preference-Applied"] == "return=representation"


def test_a_post_may_bring_its_own_id_once(sales: Sales) -> None:
    """Error list: DuplicateRecord 0x80040237; a replay of a create with its id is told apart by it;
    use-upsert; web-service-error-codes
    """
    assert sales.create("accounts", {"accountid": NEW, "name": "New"}) == NEW
    answer = sales.post("accounts", {"accountid": NEW, "name": "New"})
    assert refusal(answer) == (412, "0x80040237")
    assert message(answer) == "A record with matching key values already exists."


def test_a_patch_of_an_existing_row_is_a_204(sales: Sales) -> None:
    """powerapps-docs use-upsert-insert-update-record.md."""
    before = sales.row(f"accounts({ACCOUNT})")
    answer = sales.patch(f"accounts({ACCOUNT})", {"name": "Changed"})
    assert answer.status_code == 204
    after = sales.row(f"accounts({ACCOUNT})")
    assert (after["name"], after["accountnumber"]) == ("Changed", "A1")
    assert after["versionnumber"] > before["versionnumber"]


def test_a_patch_with_representation_is_a_200(sales: Sales) -> None:
    """use-upsert; webapi/compose-http-requests-handle-errors."""
    answer = sales.patch(f"accounts({ACCOUNT})", {"name": "Changed"}, Prefer="return=representation")
    assert (answer.status_code, sales.json(answer)["name"]) == (200, "Changed")


def test_a_patch_of_a_missing_row_creates_it(sales: Sales) -> None:
    """use-upsert-insert-update-record.md: upsert by primary key."""
    assert sales.patch(f"accounts({NEW})", {"name": "New"}).status_code == 204
    assert sales.row(f"accounts({NEW})")["name"] == "New"
    answer = sales.patch(f"accounts({guid(50, 2)})", {"name": "New"}, Prefer="return=representation")
    assert answer.status_code == 201


def test_a_patch_by_alternate_key_creates_with_the_key(sales: Sales) -> None:
    """use-upsert-insert-update-record.md: OData-EntityId keeps the form of the key, the id is not told."""
    answer = sales.patch("accounts(accountnumber='A7')", {"name": "New"})
    assert answer.headers["OData-EntityId"].endswith("/accounts(accountnumber='A7')")
    assert sales.one("accounts", "accountnumber eq 'A7'")["name"] == "New"
    assert sales.patch("accounts(accountnumber='A7')", {"name": "Again"}).status_code == 204
    assert sales.one("accounts", "accountnumber eq 'A7'")["name"] == "Again"


def test_key_values_in_the_body_are_used_on_create_and_passed_over_on_update(sales: Sales) -> None:
    """use-upsert-insert-update-record.md."""
    sales.patch("accounts(accountnumber='A7')", {"name": "New", "accountnumber": "A8"})
    assert sales.one("accounts", "accountnumber eq 'A8'")["name"] == "New"
    sales.patch("accounts(accountnumber='A8')", {"name": "Kept", "accountnumber": "A9"})
    assert sales.one("accounts", "accountnumber eq 'A8'")["name"] == "Kept"


def test_if_match_star_forbids_creating(sales: Sales) -> None:
    """powerapps-docs webapi/perform-conditional-operations-using-web-api.md (limit upsert); web-service-error-codes"""
    answer = sales.patch(f"accounts({NEW})", {"name": "New"}, If_Match="*")
    assert refusal(answer) == (404, "0x80040217")
    assert message(answer) == f"Account With Id = {NEW} Does Not Exist"
    assert refusal(sales.patch("accounts(accountnumber='A7')", {}, If_Match="*")) == (404, "0x80060891")


def test_if_none_match_star_forbids_updating(sales: Sales) -> None:
    """perform-conditional-operations-using-web-api.md."""
    answer = sales.patch(f"accounts({ACCOUNT})", {"name": "Changed"}, If_None_Match="*")
    assert refusal(answer) == (412, "0x80040237")
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "Adventure Works"
    assert sales.patch(f"accounts({NEW})", {"name": "New"}, If_None_Match="*").status_code == 204


def test_if_match_wants_the_current_version(sales: Sales) -> None:
    """perform-conditional-operations-using-web-api.md (optimistic concurrency); web-service-error-codes;
    webapi/perform-conditional-operations-using-web-api."""
    etag = sales.row(f"accounts({ACCOUNT})")["@odata.etag"]
    assert sales.patch(f"accounts({ACCOUNT})", {"name": "One"}, If_Match=etag).status_code == 204
    answer = sales.patch(f"accounts({ACCOUNT})", {"name": "Two"}, If_Match=etag)
    assert refusal(answer) == (412, "0x80060882")
    text = "The version of the existing record doesn't match the RowVersion property provided."
    assert message(answer) == text
    assert refusal(sales.delete(f"accounts({ACCOUNT})", If_Match=etag)) == (412, "0x80060882")
    assert refusal(sales.patch(f"accounts({NEW})", {"name": "x"}, If_Match=etag)) == (404, "0x80040217")


def test_binds_go_by_guid_and_by_alternate_key(sales: Sales) -> None:
    """powerapps-docs webapi/associate-disassociate-entities-using-web-api.md; the leading slash is optional; null clears."""
    for reference in (f"/accounts({ACCOUNT})", f"accounts({ACCOUNT})", "/accounts(accountnumber='A1')"):
        sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": reference})
        assert sales.row(f"contacts({PERSON})")["_parentcustomerid_value"] == ACCOUNT
        sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": None})
        assert sales.row(f"contacts({PERSON})")["_parentcustomerid_value"] is None
    whole = f"{sales.caller.url}{API}/accounts({ACCOUNT})"
    sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": whole})
    assert sales.row(f"contacts({PERSON})")["_parentcustomerid_value"] == ACCOUNT


def test_a_navigation_name_in_the_wrong_case_is_undeclared(sales: Sales) -> None:
    """Error list: 0x80048d19; navigation properties are case-sensitive; web-service-error-codes"""
    answer = sales.patch(f"contacts({PERSON})", {"ParentCustomerId_account@odata.bind": f"/accounts({ACCOUNT})"})
    assert refusal(answer) == (400, "0x80048d19")
    assert "An undeclared property 'ParentCustomerId_account' which only has property annotations" in message(answer)


def test_a_bind_to_a_missing_row_is_a_404(sales: Sales) -> None:
    """Error list: 0x80040217 by id, 0x80060891 by key (also for a missing bound lookup); web-service-error-codes"""
    by_id = {"parentcustomerid_account@odata.bind": f"/accounts({MISSING})"}
    by_key = {"parentcustomerid_account@odata.bind": "/accounts(accountnumber='A9')"}
    assert refusal(sales.patch(f"contacts({PERSON})", by_id)) == (404, "0x80040217")
    assert refusal(sales.patch(f"contacts({PERSON})", by_key)) == (404, "0x80060891")


def test_a_bind_to_a_row_of_another_table_is_a_400(sales: Sales) -> None:
    answer = sales.patch(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": f"/contacts({PERSON})"})
    assert refusal(answer) == (400, "0x80048d19")


def test_setting_one_target_of_a_polymorphic_lookup_clears_the_other(sales: Sales) -> None:
    """associate-disassociate-entities-using-web-api.md (multi-table lookups)."""
    key = sales.create("contacts", {"lastname": "Two", "parentcustomerid_contact@odata.bind": f"/contacts({PERSON})"})
    sales.change(f"contacts({key})", {"parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    row = sales.row(f"contacts({key})?$select=lastname&$expand=parentcustomerid_account,parentcustomerid_contact")
    assert row["parentcustomerid_account"]["accountid"] == ACCOUNT
    assert row["parentcustomerid_contact"] is None


def test_a_lookup_cannot_be_set_by_its_value(sales: Sales) -> None:
    """webapi/web-api-properties: lookup properties are read-only; a lookup is written by @odata.bind."""
    answer = sales.patch(f"contacts({PERSON})", {"_parentcustomerid_value": ACCOUNT})
    assert refusal(answer) == (400, "0x80048d19")
    assert "Use Navigation properties instead" in message(answer)


@pytest.mark.parametrize("name", ["transactioncurrencyid", "order_details"])
def test_deep_insert_is_a_501(sales: Sales, name: str) -> None:
    """webapi/create-entity-web-api.md: related rows nested in a create."""
    nested: Any = {"isocurrencycode": "USD"} if name == "transactioncurrencyid" else [{"quantity": 1}]
    answer = sales.post("salesorders", order("SO-1", **{name: nested}))
    assert refusal(answer) == (501, "501")
    assert f"deep insert of {name}" in message(answer)


@pytest.mark.parametrize(
    ("entity_set", "body", "code"),
    [
        ("accounts", {"name": "x" * 161}, "0x80044331"),
        ("accounts", {"name": "x", "customertypecode": 99}, "0x8004431A"),
        ("accounts", {"name": "x", "numberofemployees": -1}, "0x8004432F"),
        ("accounts", {"name": "x", "creditlimit": Decimal("-0.01")}, "0x80044330"),
        ("accounts", {"name": 5}, "0x80048d19"),
        ("accounts", {"name": "x", "creditlimit": "12"}, "0x80048d19"),
        ("accounts", {"name": "x", "numberofemployees": Decimal("1.5")}, "0x80048d19"),
        ("accounts", {"name": "x", "accountid": "nonsense"}, "0x80048d19"),
        ("accounts", {"name": "x", "Nonsense": 1}, "0x80048d19"),
        ("accounts", {"name": "x", "createdon": "2026-01-01T00:00:00Z"}, "0x80041100"),
        ("accounts", {"name": ""}, "0x80040200"),
        ("contacts", {"firstname": "x"}, "0x80040200"),
        ("contacts", {"lastname": "x", "donotemail": "yes"}, "0x80048d19"),
        ("contacts", {"lastname": "x", "gendercode": 3}, "0x8004431A"),
        ("contacts", [], "0x80048d19"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_code(sales: Sales, entity_set: str, body: Any, code: str) -> None:
    """Error list; ranges and options: entity reference pages;
    web-service-error-codes; dynamics-365-customer-engagement product.md
    """
    assert refusal(sales.post(entity_set, body)) == (400, code)


def test_an_overlong_text_is_named_with_its_limit(sales: Sales) -> None:
    """Error list: 0x80044331, two spaces included; web-service-error-codes"""
    answer = sales.patch(f"accounts({ACCOUNT})", {"accountnumber": "x" * 21})
    assert message(answer) == (
        "A validation error occurred.  The length of the 'accountnumber' attribute of the 'account' entity exceeded "
        "the maximum allowed length of '20'."
    )


def test_a_choice_out_of_range_names_the_accepted_values(sales: Sales) -> None:
    """web-service-error-codes"""
    answer = sales.patch(f"contacts({PERSON})", {"familystatuscode": 5})
    assert message(answer).endswith("is outside the valid range. Accepted Values: 1,2,3,4")


def test_a_body_that_is_no_json_is_a_400(sales: Sales) -> None:
    answer = sales.caller.http.post(f"{API}/accounts", content=b"{", headers={"Content-Type": "application/json"})
    assert refusal(answer) == (400, "0x80048d19")


def test_a_required_column_cannot_be_emptied(sales: Sales) -> None:
    """web-service-error-codes"""
    assert refusal(sales.patch(f"accounts({ACCOUNT})", {"name": None})) == (400, "0x80040200")


def test_an_alternate_key_is_unique_without_case(sales: Sales) -> None:
    """Error list: 0x80060892; define-alternate-keys-entity.md; use-upsert; web-service-error-codes"""
    answer = sales.post("contacts", {"lastname": "Two", "msdynce_contactnumber": "c1"})
    assert refusal(answer) == (412, "0x80060892")
    assert message(answer).startswith("Entity Key msdynce_contactnumber violated. A record with the same value for")
    other = sales.create("accounts", {"name": "Three", "accountnumber": "A3"})
    assert refusal(sales.patch(f"accounts({other})", {"accountnumber": "A1"})) == (412, "0x80060892")


def test_document_numbers_are_unique(sales: Sales) -> None:
    """Error list: Cannot insert duplicate key; web-service-error-codes"""
    sales.create("salesorders", order("SO-1"))
    assert refusal(sales.post("salesorders", order("SO-1"))) == (412, "0x80040237")


def test_product_numbers_are_unique(sales: Sales) -> None:
    """Error list: ProductProductNumberExists; web-service-error-codes"""
    assert refusal(sales.post("products", _product("bk-1"))) == (400, "0x80043b06")


def _product(number: str, **more: Any) -> dict[str, Any]:
    return {
        "productnumber": number,
        "name": number,
        "quantitydecimal": 0,
        "defaultuomid@odata.bind": f"/uoms({EACH})",
        "defaultuomscheduleid@odata.bind": f"/uomschedules({GROUP})",
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({USD})",
        **more,
    }


def test_the_default_unit_is_one_of_the_unit_group(sales: Sales) -> None:
    """Error list: UnitNotInSchedule; web-service-error-codes"""
    answer = sales.post("products", _product("N", **{"defaultuomid@odata.bind": f"/uoms({HOUR})"}))
    assert refusal(answer) == (400, "0x80043b16")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": None}, "0x80040200"),
        ({"productnumber": None}, "0x80040200"),
        ({"defaultuomid@odata.bind": None}, "0x80040200"),
        ({"defaultuomscheduleid@odata.bind": None}, "0x80043b16"),
        ({"quantitydecimal": None}, "0x80040200"),
        ({"quantitydecimal": -1}, "0x8004432F"),
        ({"quantitydecimal": 6}, "0x8004432F"),
        ({"name": "x" * 101}, "0x80044331"),
        ({"productstructure": 4}, "0x8004431A"),
    ],
)
def test_a_product_has_to_have_its_columns_within_their_limits(sales: Sales, more: dict[str, Any], code: str) -> None:
    """dynamics-365-customer-engagement product.md: required columns, quantitydecimal 0 to 5, name up to 100."""
    body = {name: value for name, value in _product("N", **more).items() if value is not None}
    assert refusal(sales.post("products", body)) == (400, code)


def test_empty_values_of_an_alternate_key_are_not_compared(sales: Sales) -> None:
    """define-alternate-keys: assumptions.EMPTY_KEYS_ARE_NOT_UNIQUE."""
    sales.admin("load", {"rows": {"accounts": [{"name": "One"}, {"name": "Two"}]}})
    first, second = sales.value("accounts?$select=name&$filter=accountnumber eq null&$orderby=name")
    sales.change(f"accounts({first['accountid']})", {"fax": "1"})
    sales.change(f"accounts({second['accountid']})", {"fax": "1"})
    assert refusal(sales.get("accounts(accountnumber='')")) == (404, "0x80060891")


def test_an_expand_of_a_patch_is_not_honoured(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: $expand beside return=representation of a PATCH."""
    path = f"accounts({ACCOUNT})?$select=name&$expand=transactioncurrencyid($select=isocurrencycode)"
    answer = sales.patch(path, {"name": "Changed"}, Prefer="return=representation")
    assert sales.json(answer).keys() == {"@odata.context", "@odata.etag", "name", "accountid"}


def test_a_price_list_cannot_be_given_to_a_new_product(sales: Sales) -> None:
    """dynamics-365-customer-engagement product.md: pricelevelid is not valid for create."""
    answer = sales.post("products", _product("N", **{"pricelevelid@odata.bind": f"/pricelevels({LIST_USD})"}))
    assert refusal(answer) == (400, "0x80041100")


def test_excess_decimals_are_rounded_half_away_from_zero(sales: Sales) -> None:
    """assumptions.EXCESS_DECIMALS_ARE_ROUNDED; precision source: entity reference pages."""
    sales.change(f"accounts({ACCOUNT})", {"creditlimit": Decimal("2.125")})
    assert sales.row(f"accounts({ACCOUNT})")["creditlimit"] == Decimal("2.13")
    sales.change(f"products({BIKE})", {"price": Decimal("2.12345")})
    assert sales.row(f"products({BIKE})")["price"] == Decimal("2.1235")


def test_amounts_without_a_currency_have_two_decimals(sales: Sales) -> None:
    """entity reference pages (PrecisionSource 2): assumptions.DEFAULT_CURRENCY_PRECISION."""
    sales.change(f"accounts({OTHER_ACCOUNT})", {"creditlimit": Decimal("2.125")})
    assert sales.row(f"accounts({OTHER_ACCOUNT})")["creditlimit"] == Decimal("2.13")


def test_dates_are_shown_in_utc_to_the_second(sales: Sales) -> None:
    """webapi/query/select-columns: assumptions.MOMENTS_HAVE_SECONDS."""
    key = sales.create("salesorders", order("SO-1", requestdeliveryby="2026-02-03T01:02:03.456+01:00"))
    assert sales.row(f"salesorders({key})")["requestdeliveryby"] == "2026-02-03T00:02:03Z"
    sales.change(f"salesorders({key})", {"requestdeliveryby": "2026-02-03"})
    assert sales.row(f"salesorders({key})")["requestdeliveryby"] == "2026-02-03T00:00:00Z"


def test_a_date_only_column_takes_dates_only(sales: Sales) -> None:
    """webapi/query/select-columns: days as YYYY-MM-DD; assumptions.MOMENTS_HAVE_SECONDS."""
    key = sales.create("invoices", {**order(), "invoicenumber": "I-1", "msdynce_invoicedate": "2026-02-03"})
    assert sales.row(f"invoices({key})")["msdynce_invoicedate"] == "2026-02-03"
    wrong = {"msdynce_invoicedate": "2026-02-03T00:00:00Z"}
    assert refusal(sales.patch(f"invoices({key})", wrong)) == (400, "0x80048d19")


def test_an_empty_text_is_stored_as_nothing(sales: Sales) -> None:
    sales.change(f"accounts({ACCOUNT})", {"fax": ""})
    assert sales.row(f"accounts({ACCOUNT})")["fax"] is None


def test_the_owner_decides_the_business_unit_and_lines_follow_their_header(sales: Sales) -> None:
    """powerapps-docs entity-ownership."""
    team = {"ownerid@odata.bind": f"/teams({TEAM_FRANCE})"}
    key = sales.create("salesorders", {**order("SO-1"), **team})
    row = sales.row(f"salesorders({key})")
    assert (row["_ownerid_value"], row["_owningbusinessunit_value"]) == (TEAM_FRANCE, UNIT_FRANCE)
    detail = sales.create("salesorderdetails", line(key))
    assert sales.row(f"salesorderdetails({detail})")["_owningbusinessunit_value"] == UNIT_FRANCE


def test_owning_columns_are_not_writable(sales: Sales) -> None:
    body = {"name": "x", "owningbusinessunit@odata.bind": f"/businessunits({UNIT_FRANCE})"}
    assert refusal(sales.post("accounts", body)) == (400, "0x80041100")
