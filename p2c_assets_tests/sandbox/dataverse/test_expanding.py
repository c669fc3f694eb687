"""$expand and the collections below a row. Source of most: powerapps-docs webapi/query/join-tables.md."""

from typing import Any

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import (
    ACCOUNT,
    BIKE,
    EACH,
    HELMET,
    LIST_USD,
    MISSING,
    OTHER_ACCOUNT,
    PERSON,
    USD,
    line,
    order,
)

CONTACTS = "contact_customer_accounts"
ONE_PAGE = "odata.maxpagesize=1"


@pytest.fixture
def sold(sales: Sales) -> Sales:
    """An order of two lines; the account has two contacts."""
    sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    parent = {"parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"}
    sales.create("contacts", {"lastname": "Abel", "msdynce_contactnumber": "C2", **parent})
    key = sales.create("salesorders", order("SO-1"))
    sales.create("salesorderdetails", line(key, BIKE, "2"))
    sales.create("salesorderdetails", line(key, HELMET, "5"))
    return sales


def _account(sales: Sales, expand: str, **headers: str) -> dict[str, Any]:
    path = f"accounts?$select=name&$filter=accountnumber eq 'A1'&$expand={expand}"
    (row,) = sales.json(sales.get(path, **headers))["value"]
    return row


def test_a_collection_is_expanded_with_select_filter_order_and_top(sold: Sales) -> None:
    """webapi/query/join-tables: the options of a single-level $expand of a collection."""
    row = _account(sold, f"{CONTACTS}($select=lastname;$orderby=lastname desc;$top=1)")
    assert [contact["lastname"] for contact in row[CONTACTS]] == ["Ng"]
    row = _account(sold, f"{CONTACTS}($select=lastname;$filter=startswith(lastname,'A'))")
    assert [contact["lastname"] for contact in row[CONTACTS]] == ["Abel"]


def test_an_expanded_collection_has_etags_keys_and_the_lookup(sold: Sales) -> None:
    """webapi/query/join-tables: what the rows of a single-level collection bring along."""
    contact = _account(sold, f"{CONTACTS}($select=lastname)")[CONTACTS][0]
    assert contact.keys() == {"@odata.etag", "lastname", "contactid", "_parentcustomerid_value"}


def test_a_single_level_is_not_paged_and_its_link_repeats_the_options(sold: Sales) -> None:
    """webapi/query/join-tables: <property>@odata.nextLink is the filtered collection, without paging information."""
    row = _account(sold, f"{CONTACTS}($select=lastname;$orderby=lastname)", Prefer=ONE_PAGE)
    link = row[f"{CONTACTS}@odata.nextLink"]
    assert len(row[CONTACTS]) == 2
    assert f"/accounts({ACCOUNT})/{CONTACTS}?" in link
    assert "skiptoken" not in link
    again = sold.json(sold.caller.get(link))["value"]
    assert [contact["contactid"] for contact in again] == [contact["contactid"] for contact in row[CONTACTS]]


def test_an_empty_collection_is_an_empty_list(sold: Sales) -> None:
    """webapi/query/join-tables."""
    row = sold.row(f"accounts({OTHER_ACCOUNT})?$select=name&$expand={CONTACTS}($select=lastname)")
    assert row[CONTACTS] == []


def test_the_context_names_what_is_expanded(sold: Sales) -> None:
    """webapi/query/join-tables: #accounts(name,primarycontactid(fullname))."""
    path = f"accounts({ACCOUNT})?$select=name&$expand=transactioncurrencyid($select=isocurrencycode),{CONTACTS}($select=lastname)"
    context = sold.row(path)["@odata.context"]
    assert context.endswith(f"#accounts(name,transactioncurrencyid(isocurrencycode),{CONTACTS}(lastname))/$entity")


def test_a_single_valued_expand_has_the_key_and_no_etag(sold: Sales) -> None:
    """webapi/query/join-tables: the related row of a lookup."""
    found = sold.row(f"accounts({ACCOUNT})?$select=name&$expand=transactioncurrencyid($select=isocurrencycode)")
    assert found["transactioncurrencyid"] == {"isocurrencycode": "USD", "transactioncurrencyid": USD}


def test_users_bring_the_key_that_they_share_with_teams(sold: Sales) -> None:
    """webapi/query/join-tables: systemuserid and ownerid have the same value."""
    user = sold.row(f"accounts({ACCOUNT})?$select=name&$expand=createdby($select=fullname)")["createdby"]
    assert user["ownerid"] == user["systemuserid"]


def test_expands_nest_over_single_valued_navigations(sold: Sales) -> None:
    """webapi/query/join-tables (nested expand of single-valued navigation properties)."""
    nested = "parentcustomerid_account($select=name;$expand=createdby($select=fullname))"
    row = sold.row(f"contacts({PERSON})?$select=lastname&$expand={nested}")
    assert row["parentcustomerid_account"]["createdby"]["fullname"] == "# p2c"


def test_a_nested_expand_pages_the_collections(sold: Sales) -> None:
    """webapi/query/join-tables: a nested $expand and odata.maxpagesize page every collection."""
    nested = f"{CONTACTS}($select=lastname;$expand=createdby($select=fullname))"
    row = _account(sold, nested, Prefer=ONE_PAGE)
    (first,) = row[CONTACTS]
    assert "@odata.etag" not in first
    link = row[f"{CONTACTS}@odata.nextLink"]
    assert "skiptoken" in link
    second = sold.json(sold.caller.get(link, Prefer=ONE_PAGE))["value"]
    assert {first["contactid"], second[0]["contactid"]} == {
        contact["contactid"] for contact in sold.value(f"accounts({ACCOUNT})/{CONTACTS}?$select=lastname")
    }
    assert second[0]["createdby"]["fullname"] == "# p2c"


@pytest.mark.parametrize("option", ["$top=1", "$orderby=lastname"])
def test_a_nested_expand_takes_no_top_and_no_order(sold: Sales, option: str) -> None:
    """webapi/query/join-tables: 0x80060888 with these words."""
    nested = f"{CONTACTS}($select=lastname;{option};$expand=createdby($select=fullname))"
    answer = sold.get(f"accounts?$select=name&$expand={nested}")
    assert refusal(answer) == (400, "0x80060888")
    assert message(answer).startswith("Only $select and $filter clause can be provided while doing $expand")


def test_a_lookup_takes_no_top_and_no_order(sold: Sales) -> None:
    """webapi/query/join-tables: $expand on many-to-one relationship."""
    assert refusal(sold.get("accounts?$expand=createdby($orderby=fullname)")) == (400, "0x80060888")


@pytest.mark.parametrize("option", ["$skip=1", "$count=true", "$search=x", "$levels=2"])
def test_other_options_are_refused_in_expand(sold: Sales, option: str) -> None:
    """webapi/query/join-tables: $skip, $count, $search and $levels aren't supported."""
    assert refusal(sold.get(f"accounts?$expand={CONTACTS}({option})")) == (400, "0x80060888")


def test_references_come_instead_of_rows(sold: Sales) -> None:
    """webapi/query/join-tables (return references)."""
    row = sold.row(f"accounts({ACCOUNT})?$select=name&$expand=transactioncurrencyid/$ref")
    assert row["transactioncurrencyid"]["@odata.id"].endswith(f"/transactioncurrencies({USD})")
    assert row["_transactioncurrencyid_value"] == USD


def test_references_of_a_collection_are_refused(sold: Sales) -> None:
    """webapi/query/join-tables: 0x80060888 Expand with $ref is only supported on lookup type navigation property."""
    answer = sold.get(f"accounts?$expand={CONTACTS}/$ref")
    assert refusal(answer) == (400, "0x80060888")
    assert message(answer) == "Expand with $ref is only supported on lookup type navigation property."


def test_fifteen_expands_are_the_most(sold: Sales) -> None:
    """webapi/query/join-tables: you can include up to 15 $expand options in a query."""
    fifteen = ",".join(["createdby"] * 15)
    assert sold.get(f"accounts?$select=name&$expand={fifteen}").status_code == 200
    assert refusal(sold.get(f"accounts?$select=name&$expand={fifteen},modifiedby")) == (400, "0x80060888")
    nested = f"{CONTACTS}($expand={fifteen})"
    assert refusal(sold.get(f"accounts?$select=name&$expand={nested}")) == (400, "0x80060888")


def test_navigation_names_are_case_sensitive(sold: Sales) -> None:
    """webapi/web-api-navigation-properties: this value is case sensitive."""
    assert refusal(sold.get("accounts?$expand=CreatedBy")) == (400, "0x0")


def test_many_to_many_navigations_are_a_501(sold: Sales) -> None:
    """webapi/query/join-tables: N:N relationships; the twin has no security roles."""
    answer = sold.get(
        "systemusers?$select=isintegrationuser,isdisabled&$expand=systemuserroles_association($select=name)"
    )
    assert refusal(answer) == (501, "501")
    assert "systemuserroles_association" in message(answer)


def test_the_lines_of_an_order_come_with_their_products(sold: Sales) -> None:
    """webapi/query/join-tables: 1:N and N:1 combined."""
    nested = "order_details($select=quantity;$expand=productid($select=productnumber),uomid($select=name))"
    (row,) = sold.value(f"salesorders?$select=name&$expand={nested}")
    found = {detail["productid"]["productnumber"]: detail["quantity"] for detail in row["order_details"]}
    assert found == {"BK-1": 2, "HL-1": 5}
    assert row["order_details"][0]["uomid"] == {"name": "Primary Unit", "uomid": EACH}


def test_a_collection_below_a_row_is_a_set_of_its_own(sold: Sales) -> None:
    """webapi/query/overview (filtered collections)."""
    root = f"accounts({ACCOUNT})/{CONTACTS}"
    assert [row["lastname"] for row in sold.value(f"{root}?$select=lastname&$orderby=lastname")] == ["Abel", "Ng"]
    assert [row["lastname"] for row in sold.value(f"{root}?$filter=lastname eq 'Ng'")] == ["Ng"]
    assert sold.get(f"{root}/$count").text == "2"
    references = sold.value(f"{root}/$ref")
    assert f"/contacts({PERSON})" in references[0]["@odata.id"] + references[1]["@odata.id"]
    assert refusal(sold.get(f"accounts({MISSING})/{CONTACTS}")) == (404, "0x80040217")


def test_a_collection_below_a_row_is_paged(sold: Sales) -> None:
    """webapi/query/join-tables: you can apply paging to the link of an expanded collection."""
    path = f"accounts({ACCOUNT})/{CONTACTS}?$select=lastname&$orderby=lastname"
    first = sold.json(sold.get(path, Prefer=ONE_PAGE))
    second = sold.json(sold.caller.get(first["@odata.nextLink"], Prefer=ONE_PAGE))
    assert [page["value"][0]["lastname"] for page in (first, second)] == ["Abel", "Ng"]


def test_a_related_row_is_read_below_its_row(sold: Sales) -> None:
    """webapi/retrieve-entity-using-web-api (navigation property values)."""
    assert sold.row(f"accounts({ACCOUNT})/transactioncurrencyid?$select=isocurrencycode")["isocurrencycode"] == "USD"
    assert sold.row(f"accounts({ACCOUNT})/transactioncurrencyid/$ref")["@odata.id"].endswith(f"({USD})")
    assert sold.get(f"accounts({OTHER_ACCOUNT})/transactioncurrencyid").status_code == 204
    assert sold.get(f"contacts({PERSON})/parentcustomerid_contact").status_code == 204


def test_a_single_value_is_read_below_its_row(sold: Sales) -> None:
    """webapi/retrieve-entity-using-web-api (specific properties)."""
    found = sold.row(f"accounts({ACCOUNT})/name")
    assert found == {"@odata.context": found["@odata.context"], "value": "Adventure Works"}
    assert found["@odata.context"].endswith(f"$metadata#accounts({ACCOUNT})/name")
    assert sold.get(f"accounts({ACCOUNT})/name/$value").text == "Adventure Works"
    assert sold.get(f"accounts({ACCOUNT})/description").status_code == 204
    assert refusal(sold.get(f"accounts({ACCOUNT})/nonsense")) == (404, "0x8006088a")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"{CONTACTS}/any(c:c/lastname eq 'Ng')", ["Adventure Works"]),
        (f"{CONTACTS}/any()", ["Adventure Works"]),
        (f"not {CONTACTS}/any()", ["Fabrikam"]),
        (f"{CONTACTS}/all(c:startswith(c/lastname,'N'))", ["Fabrikam"]),
        (f"{CONTACTS}/any(c:c/lastname eq 'Ng' and c/statecode eq 0) and endswith(name,'Works')", ["Adventure Works"]),
        ("order_customer_accounts/any(o:o/order_details/any(d:d/quantity gt 4))", ["Adventure Works"]),
        ("order_customer_accounts/any(o:o/pricelevelid/name eq 'Standard USD')", ["Adventure Works"]),
    ],
)
def test_any_and_all_look_into_collections(sold: Sales, text: str, names: list[str]) -> None:
    """webapi/query/filter-rows (lambda operators)."""
    assert [row["name"] for row in sold.value(f"accounts?$select=name&$orderby=name&$filter={text}")] == names


def test_lambdas_below_a_lookup_are_refused(sold: Sales) -> None:
    """webapi/query/filter-rows: no collections nested in a lookup navigation property."""
    answer = sold.get(f"contacts?$filter=parentcustomerid_account/{CONTACTS}/any(c:c/lastname eq 'Ng')")
    assert refusal(answer) == (400, "0x80060888")


def test_related_tables_are_read_with_the_callers_privileges(sold: Sales) -> None:
    """bulk-operations (privilege check): $expand and paths below a row read another table."""
    sold.admin("privileges", {"revoked": ["prvReadContact"]})
    for path in (f"accounts?$expand={CONTACTS}", f"accounts({ACCOUNT})/{CONTACTS}"):
        assert refusal(sold.get(path)) == (403, "0x80040220"), path
    assert sold.get("accounts?$expand=transactioncurrencyid").status_code == 200


def test_the_price_list_of_the_world_is_a_collection(sold: Sales) -> None:
    """webapi/web-api-navigation-properties: the partner of a lookup."""
    found = sold.value(f"pricelevels({LIST_USD})/price_level_product_price_levels?$select=amount")
    assert len(found) == 3
