"""Reading from the Sales twin: options, filters, annotations, pages, versions."""

from decimal import Decimal
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import (
    ACCOUNT,
    BIKE,
    EACH,
    GROUP,
    HELMET,
    MISSING,
    OTHER_ACCOUNT,
    PERSON,
    TEAM_USA,
    UNIT_USA,
    USD,
    order,
)

LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


def test_select_brings_columns_key_and_etag_only(sales: Sales) -> None:
    """powerapps-docs webapi/query/select-columns.md."""
    row = sales.row(f"accounts({ACCOUNT})?$select=name")
    assert row.keys() == {"@odata.context", "@odata.etag", "name", "accountid"}
    assert row["@odata.context"].endswith("$metadata#accounts(name)/$entity")


def test_money_columns_bring_their_currency(sales: Sales) -> None:
    """powerapps-docs webapi/query/select-columns.md (money)."""
    row = sales.row(f"products({BIKE})?$select=price")
    assert row["_transactioncurrencyid_value"] == USD
    assert row["price"] == Decimal("100.00")


def test_numbers_are_exact_json_numbers(sales: Sales) -> None:
    assert b'"price":12.3456' in sales.get(f"products({HELMET})?$select=price").content


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("accountnumber eq 'a1'", ["Adventure Works"]),
        ("name ne 'FABRIKAM'", ["Adventure Works"]),
        ("name gt 'b'", ["Fabrikam"]),
        ("contains(name,'WORK')", ["Adventure Works"]),
        ("startswith(name,'fab')", ["Fabrikam"]),
        ("endswith(name,'works')", ["Adventure Works"]),
        ("not contains(name,'work')", ["Fabrikam"]),
        ("contains(name,'a_v%t')", ["Adventure Works"]),
        (f"accountid eq {ACCOUNT}", ["Adventure Works"]),
        (f"_transactioncurrencyid_value eq {USD}", ["Adventure Works"]),
        ("_transactioncurrencyid_value eq null", ["Fabrikam"]),
        ("_transactioncurrencyid_value ne null and statecode eq 0", ["Adventure Works"]),
        ("transactioncurrencyid/isocurrencycode eq 'USD'", ["Adventure Works"]),
        ("accountnumber eq 'A1' or accountnumber eq 'A2'", ["Adventure Works", "Fabrikam"]),
        ("createdon ge 2026-01-05T00:00:00Z", ["Adventure Works", "Fabrikam"]),
        ("createdon lt 2026-01-05", []),
        ("Microsoft.Dynamics.CRM.In(PropertyName='accountnumber',PropertyValues=['A2','A9'])", ["Fabrikam"]),
        (f"Microsoft.Dynamics.CRM.In(PropertyName='accountid',PropertyValues=['{ACCOUNT}'])", ["Adventure Works"]),
        ("Microsoft.Dynamics.CRM.NotIn(PropertyName='accountnumber',PropertyValues=['A2'])", ["Adventure Works"]),
        ("name eq 'it''s'", []),
    ],
)
def test_filters_find_what_the_documentation_says(sales: Sales, text: str, names: list[str]) -> None:
    """powerapps-docs webapi/query/filter-rows.md: case-insensitive, wildcards in contains, In with PropertyValues."""
    rows = sales.value(f"accounts?$select=name&$orderby=name&$filter={text.replace('%', '%25')}")
    assert [row["name"] for row in rows] == names


def test_ne_finds_empty_values_too(sales: Sales) -> None:
    """webapi/query/filter-rows: assumptions.NE_INCLUDES_NULLS; the templates' filter `msdynce_ismaintainedexternally ne true`."""
    order_id = sales.create("salesorders", order("SO-1"))
    (found,) = sales.value("salesorders?$filter=msdynce_ismaintainedexternally ne true")
    assert found["salesorderid"] == order_id


def test_choices_and_booleans_compare_by_value(sales: Sales) -> None:
    numbers = {row["productnumber"] for row in sales.value("products?$filter=msdynce_ismaintainedexternally eq true")}
    assert numbers == {"BK-1", "HL-1", "DR-1"}
    assert len(sales.value("products?$filter=price gt 12.3455 and price le 100 and statecode eq 0")) == 2


def test_a_filter_on_an_unknown_column_is_a_400(sales: Sales) -> None:
    """Error list: Could not find a property named ... (0x0)."""
    answer = sales.get("accounts?$filter=Name eq 'x'")
    assert refusal(answer) == (400, "0x0")
    assert message(answer) == "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'."
    assert refusal(sales.get("accounts?$select=nonsense")) == (400, "0x0")


def test_a_filter_that_compares_types_is_a_400(sales: Sales) -> None:
    assert refusal(sales.get("accounts?$filter=name eq 5")) == (400, "0x80060888")
    assert refusal(sales.get(f"accounts?$filter=accountid eq '{ACCOUNT}'")) == (400, "0x80060888")
    assert refusal(sales.get("accounts?$filter=name eq")) == (400, "0x80060888")


def test_order_by_sorts_empty_values_first(sales: Sales) -> None:
    """powerapps-docs webapi/query/order-rows.md."""
    rows = sales.value("accounts?$select=name&$orderby=_transactioncurrencyid_value asc,name desc")
    assert [row["name"] for row in rows] == ["Fabrikam", "Adventure Works"]


def test_top_limits_and_count_counts(sales: Sales) -> None:
    """powerapps-docs webapi/query/count-rows.md."""
    answer = sales.json(sales.get("products?$top=1&$count=true"))
    assert len(answer["value"]) == 1
    assert answer["@odata.count"] == 4
    assert "@odata.nextLink" not in answer
    assert sales.get("products/$count").text == "4"
    assert sales.get("products/$count?$filter=statecode eq 2").text == "1"


def test_unknown_query_options_are_a_400(sales: Sales) -> None:
    """powerapps-docs webapi/query/overview.md: $skip is not supported."""
    assert refusal(sales.get("accounts?$skip=1")) == (400, "0x80060888")


def test_a_plus_in_the_query_is_a_space(sales: Sales) -> None:
    """PowerPlatform-Dataverse-Client sends form-encoded options; SDK 1.1.0 wire."""
    assert len(sales.value("accounts?%24select=name&%24filter=name+eq+%27Fabrikam%27")) == 1


def test_expand_nests_the_related_row(sales: Sales) -> None:
    """powerapps-docs webapi/retrieve-related-entities-query.md (single-valued)."""
    path = f"products({BIKE})?$select=name&$expand=defaultuomid($select=name),transactioncurrencyid($select=isocurrencycode)"
    row = sales.row(path)
    assert row["defaultuomid"]["name"] == "Primary Unit"
    assert row["defaultuomid"]["uomid"] == EACH
    assert row["transactioncurrencyid"]["isocurrencycode"] == "USD"


def test_expand_follows_a_polymorphic_lookup_only_where_it_leads(sales: Sales) -> None:
    """webapi/query/join-tables."""
    order_id = sales.create("salesorders", order("SO-1"))
    expand = "customerid_account($select=accountnumber),customerid_contact($select=lastname)"
    row = sales.row(f"salesorders({order_id})?$select=name&$expand={expand}")
    assert row["customerid_account"]["accountnumber"] == "A1"
    assert row["customerid_contact"] is None


def test_lookup_annotations_come_when_asked_for(sales: Sales) -> None:
    """powerapps-docs webapi/web-api-properties.md (lookup properties);
    webapi/compose-http-requests-handle-errors; webapi/query/select-columns."""
    order_id = sales.create("salesorders", order("SO-1"))
    path = f"salesorders({order_id})?$select=_customerid_value,_pricelevelid_value"
    plain = sales.row(path)
    assert not [name for name in plain if "@Microsoft" in name]
    asked = f'odata.include-annotations="{LOOKUP},{NAVIGATION}"'
    answer = sales.get(path, Prefer=asked)
    row = sales.json(answer)
    assert row[f"_customerid_value@{LOOKUP}"] == "account"
    assert row[f"_customerid_value@{NAVIGATION}"] == "customerid_account"
    assert row[f"_pricelevelid_value@{LOOKUP}"] == "pricelevel"
    assert "odata.include-annotations" in answer.headers["Preference-Applied"]
    (listed,) = sales.json(sales.get(path.replace(f"({order_id})", ""), Prefer=asked))["value"]
    assert {**row, "@odata.context": None} == {**listed, "@odata.context": None}


def test_all_annotations_come_with_a_star(sales: Sales) -> None:
    """webapi/query/select-columns."""
    sales.change(f"contacts({PERSON})", {"parentcustomerid_account@odata.bind": f"/accounts({ACCOUNT})"})
    row = sales.json(sales.get(f"contacts({PERSON})", Prefer='odata.include-annotations="*"'))
    assert row[f"_parentcustomerid_value@{LOOKUP}"] == "account"
    assert row[f"_ownerid_value@{LOOKUP}"] == "systemuser"


def test_a_row_is_found_by_guid_and_by_alternate_key(sales: Sales) -> None:
    """powerapps-docs use-alternate-key-reference-record.md."""
    assert sales.row("accounts(accountnumber='A1')?$select=name")["accountid"] == ACCOUNT
    assert sales.row("contacts(msdynce_contactnumber='c1')?$select=lastname")["contactid"] == PERSON
    assert sales.row(f"accounts(accountid={ACCOUNT})?$select=name")["name"] == "Adventure Works"


def test_a_missing_row_is_worded_by_the_kind_of_its_key(sales: Sales) -> None:
    """Error list: 0x80040217 by id, 0x80060891 by alternate key; use-alternate-key."""
    answer = sales.get(f"accounts({MISSING})")
    assert refusal(answer) == (404, "0x80040217")
    assert message(answer) == f"Account With Id = {MISSING} Does Not Exist"
    answer = sales.get("accounts(accountnumber='A9')")
    assert refusal(answer) == (404, "0x80060891")
    assert message(answer) == "A record with the specified key values does not exist in account entity"


def test_a_key_that_is_not_defined_is_a_400(sales: Sales) -> None:
    """powerapps-docs use-alternate-key-reference-record.md: productnumber is no key of product."""
    for path in ("products(productnumber='BK-1')", "accounts(accountnumber='A1',name='x')"):
        answer = sales.get(path)
        assert refusal(answer) == (400, "0x80060888")
        assert message(answer).startswith(
            "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM."
        )


def test_an_unchanged_row_is_a_304(sales: Sales) -> None:
    """powerapps-docs webapi/perform-conditional-operations-using-web-api.md (conditional retrieval);
    webapi/compose-http-requests-handle-errors."""
    etag = sales.row(f"accounts({ACCOUNT})")["@odata.etag"]
    assert sales.get(f"accounts({ACCOUNT})", If_None_Match=etag).status_code == 304
    sales.change(f"accounts({ACCOUNT})", {"name": "Changed"})
    assert sales.get(f"accounts({ACCOUNT})", If_None_Match=etag).status_code == 200
    assert sales.get(f"accounts({ACCOUNT})", If_None_Match="null").status_code == 200


def test_etags_rise_over_the_whole_organisation(sales: Sales) -> None:
    """powerapps-docs optimistic-concurrency.md (row versions)."""
    sales.change(f"accounts({ACCOUNT})", {"name": "First"})
    first = sales.row(f"accounts({ACCOUNT})")
    sales.change(f"products({BIKE})", {"name": "Second"})
    second = sales.row(f"products({BIKE})")
    assert second["versionnumber"] > first["versionnumber"]
    assert second["@odata.etag"] == f'W/"{second["versionnumber"]}"'


def _many(sales: Sales, count: int) -> None:
    sales.admin("load", {"rows": {"accounts": [{"name": f"N{n:05d}", "accountnumber": f"N{n}"} for n in range(count)]}})


def _pages(sales: Sales, path: str, size: int) -> list[list[str]]:
    """Names page by page, following the links as they are."""
    prefer = f"odata.maxpagesize={size}"
    page = sales.json(sales.get(path, Prefer=prefer))
    pages = [[row["name"] for row in page["value"]]]
    while "@odata.nextLink" in page:
        page = sales.json(sales.caller.get(page["@odata.nextLink"], Prefer=prefer))
        pages.append([row["name"] for row in page["value"]])
    return pages


def _joined(pages: list[list[str]]) -> list[str]:
    return [name for page in pages for name in page]


def test_pages_follow_their_links_to_the_end(sales: Sales) -> None:
    """powerapps-docs webapi/query/page-results.md."""
    _many(sales, 5)
    pages = _pages(sales, "accounts?$select=name&$orderby=name desc", 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert _joined(pages) == [*(f"N{n:05d}" for n in (4, 3, 2, 1, 0)), "Fabrikam", "Adventure Works"]


def test_a_page_keeps_filter_and_expand(sales: Sales) -> None:
    _many(sales, 4)
    assert _pages(sales, "accounts?$select=name&$filter=startswith(name,'N0')&$orderby=name", 3) == [
        ["N00000", "N00001", "N00002"],
        ["N00003"],
    ]


def test_a_page_that_ends_with_the_last_row_has_no_link(sales: Sales) -> None:
    """webapi/query/page-results."""
    assert _pages(sales, "accounts?$select=name&$orderby=name", 2) == [["Adventure Works", "Fabrikam"]]


def test_pages_do_not_shift_when_rows_come_and_go(sales: Sales) -> None:
    """page-results.md: the cookie holds the last row's values, not a row count; webapi/query/page-results."""
    _many(sales, 6)
    prefer = "odata.maxpagesize=4"
    first = sales.json(sales.get("accounts?$select=name&$orderby=name", Prefer=prefer))
    sales.delete(f"accounts({OTHER_ACCOUNT})")
    sales.create("accounts", {"name": "A first one"})
    sales.create("accounts", {"name": "N00002b"})
    second = sales.json(sales.caller.get(first["@odata.nextLink"], Prefer=prefer))
    assert [row["name"] for row in first["value"]] == ["Adventure Works", "Fabrikam", "N00000", "N00001"]
    assert [row["name"] for row in second["value"]] == ["N00002", "N00002b", "N00003", "N00004"]


def test_the_cookie_of_a_page_is_encoded_twice(sales: Sales) -> None:
    """webapi/query/page-results: <cookie pagenumber="2" pagingcookie="..." istracking="False" />, first and last row."""
    _many(sales, 1)
    first = sales.json(sales.get("accounts?$select=name", Prefer="odata.maxpagesize=2"))
    cookie = ElementTree.fromstring(unquote(first["@odata.nextLink"].partition("$skiptoken=")[2]))
    assert (cookie.tag, cookie.get("pagenumber"), cookie.get("istracking")) == ("cookie", "2", "False")
    inner = ElementTree.fromstring(unquote(unquote(str(cookie.get("pagingcookie")))))
    (entry,) = inner
    assert entry.tag == "accountid"
    rows = [row["accountid"] for row in first["value"]]
    assert [str(entry.get(name)).strip("{}").lower() for name in ("first", "last")] == rows


def test_pages_by_an_empty_value_go_on(sales: Sales) -> None:
    """webapi/query/page-results."""
    _many(sales, 3)
    pages = _pages(sales, "accounts?$select=name&$orderby=numberofemployees,name", 2)
    assert _joined(pages) == ["Adventure Works", "Fabrikam", "N00000", "N00001", "N00002"]


def test_the_page_size_stays_between_1_and_5000(sales: Sales) -> None:
    """page-results.md; webapi/compose-http-requests-handle-errors."""
    assert refusal(sales.get("accounts", Prefer="odata.maxpagesize=5001")) == (400, "0x80060888")
    assert refusal(sales.get("accounts", Prefer="odata.maxpagesize=0")) == (400, "0x80060888")


def test_without_a_page_size_a_page_has_5000_rows(sales: Sales) -> None:
    """page-results.md: at most 5,000 standard rows; webapi/query/page-results."""
    _many(sales, 5001)
    answer = sales.json(sales.get("accounts?$select=name&$count=true"))
    assert len(answer["value"]) == 5000
    assert answer["@odata.count"] == 5000
    assert len(sales.json(sales.caller.get(answer["@odata.nextLink"]))["value"]) == 3


def test_top_is_ignored_beside_a_page_size(sales: Sales) -> None:
    """page-results.md; webapi/compose-http-requests-handle-errors."""
    _many(sales, 3)
    answer = sales.json(sales.get("accounts?$top=1", Prefer="odata.maxpagesize=3"))
    assert len(answer["value"]) == 3
    assert "@odata.nextLink" in answer


def test_a_forged_cookie_is_a_400(sales: Sales) -> None:
    """Error list: QueryBuilderInvalidPagingCookie, QueryBuilderPagingOrderBy."""
    assert refusal(sales.get("accounts?$skiptoken=nonsense")) == (400, "0x8004112A")
    first = sales.json(sales.get("accounts", Prefer="odata.maxpagesize=1"))
    assert refusal(sales.caller.get(first["@odata.nextLink"] + "&$orderby=name")) == (400, "0x80041129")


def test_a_lookup_by_several_clauses_uses_every_clause(sales: Sales) -> None:
    order_id = sales.create("salesorders", order("SO-1"))
    text = f"(_customerid_value eq {ACCOUNT} and ordernumber eq 'SO-1') or (_customerid_value eq {PERSON})"
    (row,) = sales.value(f"salesorders?$filter={text}")
    assert row["salesorderid"] == order_id
    assert sales.value(f"salesorders?$filter=_customerid_value eq {ACCOUNT} and ordernumber eq 'SO-2'") == []


def test_a_filter_may_have_a_thousand_clauses(sales: Sales) -> None:
    """A client that re-reads keys by two columns writes long chains; URLs may have 32 KB."""
    text = " or ".join(f"statuscode eq {number}" for number in range(1000))
    assert len(sales.value(f"accounts?$select=name&$filter={text}")) == 2
    keys = " or ".join(f"accountnumber eq 'A{number}'" for number in range(700))
    assert len(sales.value(f"accounts?$select=name&$filter={keys}")) == 2


def test_rows_belong_to_their_owners_business_unit(sales: Sales) -> None:
    """powerapps-docs entity-ownership: the unit follows from the owner."""
    key = sales.create("accounts", {"name": "Owned", "ownerid@odata.bind": f"/teams({TEAM_USA})"})
    (row,) = sales.value(f"accounts?$filter=_owningbusinessunit_value eq {UNIT_USA}")
    assert row["accountid"] == key
    assert (row["_owningteam_value"], row["_owninguser_value"]) == (TEAM_USA, None)


def test_a_flawed_row_is_shown_as_it_is(sales: Sales) -> None:
    """The sandbox's own: rows of the wrong type can be loaded to rehearse them."""
    sales.admin("load", {"rows": {"products": [{"productnumber": "X", "name": "X", "price": "abc"}]}})
    assert sales.one("products", "productnumber eq 'X'")["price"] == "abc"
    assert len(sales.value("products?$filter=price gt 0")) == 4
    assert sales.one("products", f"_defaultuomscheduleid_value eq {GROUP} and price eq 100")["name"] == "Bike"


def test_parameter_aliases_stand_for_expressions(sales: Sales) -> None:
    """webapi/query/overview: in $filter and $orderby; an alias without a value is null."""
    path = "accounts?$select=name&$orderby=@p2 desc&$filter=@p1 ne @p3&@p1=_transactioncurrencyid_value&@p2=name"
    assert [row["name"] for row in sales.value(path)] == ["Adventure Works"]
    text = 'Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&@p1=\'name\'&@p2=["Fabrikam","O\'Brian"]'
    assert [row["name"] for row in sales.value(f"accounts?$select=name&$filter={text}")] == ["Fabrikam"]


def test_columns_of_a_row_are_compared_with_each_other(sales: Sales) -> None:
    """webapi/query/filter-rows (column comparison)."""
    sales.create("contacts", {"firstname": "Same", "lastname": "same", "msdynce_contactnumber": "C9"})
    assert [row["lastname"] for row in sales.value("contacts?$filter=firstname eq lastname")] == ["same"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('Between(PropertyName=\'price\',PropertyValues=["5","100"])', 2),
        ("NotBetween(PropertyName='price',PropertyValues=['5','100'])", 2),
        ("OnOrAfter(PropertyName='createdon',PropertyValue='2026-01-05')", 4),
        ("OnOrBefore(PropertyName='createdon',PropertyValue='2026-01-04')", 0),
        ("On(PropertyName='createdon',PropertyValue=2026-01-05)", 4),
        ("Today(PropertyName='createdon')", 4),
        ("Yesterday(PropertyName='createdon')", 0),
        ("LastXHours(PropertyName='createdon',PropertyValue=2)", 4),
        ("NextXDays(PropertyName='createdon',PropertyValue=1)", 4),
        ("OlderThanXMinutes(PropertyName='createdon',PropertyValue=1)", 0),
        ("ThisMonth(PropertyName='createdon')", 4),
        ("LastWeek(PropertyName='createdon')", 0),
        ("EqualUserId(PropertyName='createdby')", 4),
        ("NotEqualUserId(PropertyName='createdby')", 0),
    ],
)
def test_query_functions_find_rows(sales: Sales, text: str, count: int) -> None:
    """webapi/query/filter-rows (Dataverse query functions)."""
    assert len(sales.value(f"products?$filter=Microsoft.Dynamics.CRM.{text}")) == count


@pytest.mark.parametrize("name", ["ThisFiscalYear", "Under", "ContainValues", "EqualUserTeams", "EqualUserLanguage"])
def test_functions_of_what_the_twin_has_not_are_a_501(sales: Sales, name: str) -> None:
    """webapi/query/filter-rows: fiscal periods, hierarchies, multi-select choices, teams, languages."""
    answer = sales.get(f"products?$filter=Microsoft.Dynamics.CRM.{name}(PropertyName='productid')")
    assert refusal(answer) == (501, "501") or name in {"ThisFiscalYear"}
    dated = sales.get(f"products?$filter=Microsoft.Dynamics.CRM.{name}(PropertyName='createdon')")
    assert refusal(dated) == (501, "501")
    assert name in message(dated)


def test_the_in_operator_is_a_501(sales: Sales) -> None:
    """webapi/query/filter-rows: `in` is not among the operators; the documented way is Microsoft.Dynamics.CRM.In."""
    answer = sales.get("accounts?$filter=name in ('a','b')")
    assert refusal(answer) == (501, "501")
    assert "operator in" in message(answer)


def test_without_select_every_column_comes(sales: Sales) -> None:
    """powerapps-docs webapi/query/select-columns.md."""
    row = sales.row(f"accounts({ACCOUNT})")
    assert {"name", "accountnumber", "createdon", "statecode", "_ownerid_value", "versionnumber"} <= row.keys()


def test_elastic_tables_are_a_501(sales: Sales) -> None:
    """bulk-operations: elastic tables, addressed with partitionId."""
    answer = sales.get("accounts?partitionId=x")
    assert refusal(answer) == (501, "501")
    assert "elastic tables (partitionId)" in message(answer)


@pytest.mark.parametrize("name", ["savedQuery", "userQuery"])
def test_saved_queries_are_a_501(sales: Sales, name: str) -> None:
    """webapi/query/overview: views as queries."""
    answer = sales.get(f"accounts?{name}={ACCOUNT}")
    assert refusal(answer) == (501, "501")
    assert name in message(answer)


@pytest.mark.parametrize("name", ["$skip", "$search", "$format", "$compute", "$Top"])
def test_options_that_are_not_supported_are_a_400(sales: Sales, name: str) -> None:
    """webapi/query/overview: $skip, $search, $format; names are case-sensitive."""
    assert refusal(sales.get(f"accounts?{name}=1")) == (400, "0x80060888")


def test_a_column_comes_with_its_version(sales: Sales) -> None:
    """optimistic-concurrency: versionnumber is a column; assumptions.VERSIONNUMBER_IS_FILTERABLE."""
    row = sales.row(f"accounts({ACCOUNT})?$select=versionnumber")
    found = sales.value(f"accounts?$select=name&$filter=versionnumber ge {row['versionnumber']}")
    assert ACCOUNT in {one["accountid"] for one in found}
    assert sales.value("accounts?$filter=versionnumber gt 999999999") == []


def test_a_conditional_read_with_annotations_or_expand_is_a_200(sales: Sales) -> None:
    """webapi/perform-conditional-operations-using-web-api: no $expand, no annotations."""
    etag = sales.row(f"accounts({ACCOUNT})")["@odata.etag"]
    assert sales.get(f"accounts({ACCOUNT})?$expand=createdby", If_None_Match=etag).status_code == 200
    annotated = sales.get(f"accounts({ACCOUNT})", If_None_Match=etag, Prefer='odata.include-annotations="*"')
    assert annotated.status_code == 200


def test_values_have_the_formats_of_the_service(sales: Sales) -> None:
    """webapi/query/select-columns: numbers, whole choices, lower-case GUIDs; assumptions.MOMENTS_HAVE_SECONDS."""
    row = sales.row(f"products({BIKE})?$select=createdon,price,statecode,msdynce_ismaintainedexternally")
    assert row["createdon"] == "2026-01-05T08:00:00Z"
    assert (row["price"], row["statecode"], row["msdynce_ismaintainedexternally"]) == (100, 0, True)
    assert row["productid"] == BIKE.lower()


@pytest.mark.parametrize("character", ["%2F", "%3C", "%3E", "*", "%25", "%26", ":", "%5C", "%3F", "%2B"])
def test_some_characters_in_a_key_break_the_url(sales: Sales, character: str) -> None:
    """define-alternate-keys: GET and PATCH by such a key fail; assumptions.KEY_CHARACTERS."""
    path = f"accounts(accountnumber='A{character}1')"
    assert refusal(sales.get(path)) == (400, "0x80060888")
    assert refusal(sales.patch(path, {"name": "x"})) == (400, "0x80060888")


def test_quotes_in_a_key_are_doubled(sales: Sales) -> None:
    """SDK 1.1.0 wire: accounts(accountnumber='A''2'); use-alternate-key."""
    sales.create("accounts", {"name": "Quoted", "accountnumber": "A'2"})
    assert sales.row("accounts(accountnumber='A''2')?$select=name")["name"] == "Quoted"


def test_a_count_with_more_than_5000_rows_says_so(sales: Sales) -> None:
    """webapi/query/count-rows: 5000 and totalrecordcountlimitexceeded."""
    _many(sales, 5001)
    name = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"
    path = "accounts?$select=name&$top=1&$count=true"
    answer = sales.json(sales.get(path, Prefer=f'odata.include-annotations="{name}"'))
    assert (answer["@odata.count"], answer[f"@{name}"]) == (5000, True)
    assert sales.get("accounts/$count").text == "5000"


def test_a_raw_query_is_read_as_it_is(sales: Sales) -> None:
    """SDK 1.1.0 wire: retrieve sends $select and $expand unencoded; a literal plus is %2B."""
    sales.create("accounts", {"name": "A+B", "accountnumber": "A3"})
    (row,) = sales.value("accounts?$select=name,accountnumber&$filter=name%20eq%20'A%2BB'")
    assert row["accountnumber"] == "A3"
