"""FetchXML over GET: columns, conditions, order, pages by cookie and by number."""

from typing import Any
from urllib.parse import quote, quote_plus, unquote
from xml.etree import ElementTree

import pytest

from p2c_assets.sandbox.dataverse.assumptions import HIGH_PAGE_CODE
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, USD

CRM = "Microsoft.Dynamics.CRM"
PAGED = f'odata.include-annotations="{CRM}.fetchxmlpagingcookie,{CRM}.morerecords"'


def _fetch(inner: str, **attributes: str) -> str:
    written = "".join(f" {name.replace('_', '-')}='{value}'" for name, value in attributes.items())
    return f"<fetch{written}><entity name='account'><attribute name='name'/>{inner}</entity></fetch>"


def _path(xml: str) -> str:
    return f"accounts?fetchXml={quote_plus(xml)}"


def _names(sales: Sales, inner: str) -> list[str]:
    return [row["name"] for row in sales.value(_path(_fetch(f"{inner}<order attribute='name'/>")))]


def test_fetchxml_selects_columns_and_the_key(sales: Sales) -> None:
    """SDK 1.1.0 wire: GET {set}?fetchXml=, form-encoded."""
    (row, _) = sales.value(_path(_fetch("<order attribute='name'/>")))
    assert row.keys() == {"@odata.etag", "name", "accountid"}


def test_fetchxml_shows_lookups_as_odata_does(sales: Sales) -> None:
    """fetchxml/select-columns: a lookup is selected by its logical name and shown as _x_value."""
    given = "<filter><condition attribute='transactioncurrencyid' operator='not-null'/></filter>"
    (row,) = sales.value(_path(_fetch(f"<attribute name='transactioncurrencyid'/>{given}")))
    assert row["_transactioncurrencyid_value"] == USD


def test_fetchxml_without_columns_or_with_all_of_them(sales: Sales) -> None:
    """fetchxml/select-columns: all-attributes."""
    (row, _) = sales.value(_path("<fetch><entity name='account'><all-attributes/></entity></fetch>"))
    assert {"name", "accountnumber", "createdon"} <= row.keys()


def test_an_alias_renames_a_column(sales: Sales) -> None:
    """fetchxml/select-columns (column aliases), with the annotation of the column's own name."""
    xml = "<fetch><entity name='account'><attribute name='name' alias='called'/><order attribute='name'/></entity></fetch>"
    (row, _) = sales.json(sales.get(_path(xml), Prefer='odata.include-annotations="*"'))["value"]
    assert row["called"] == "Adventure Works"
    assert row["called@OData.Community.Display.V1.AttributeName"] == "name"
    assert "name" not in row


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("attribute='accountnumber' operator='eq' value='a1'", ["Adventure Works"]),
        ("attribute='name' operator='ne' value='Fabrikam'", ["Adventure Works"]),
        ("attribute='name' operator='gt' value='b'", ["Fabrikam"]),
        ("attribute='name' operator='le' value='fabrikam'", ["Adventure Works", "Fabrikam"]),
        ("attribute='name' operator='like' value='%work%'", ["Adventure Works"]),
        ("attribute='name' operator='like' value='work%'", []),
        ("attribute='name' operator='not-like' value='adv%'", ["Fabrikam"]),
        ("attribute='name' operator='begins-with' value='adv'", ["Adventure Works"]),
        ("attribute='name' operator='ends-with' value='kam'", ["Fabrikam"]),
        ("attribute='name' operator='not-end-with' value='kam'", ["Adventure Works"]),
        ("attribute='transactioncurrencyid' operator='null'", ["Fabrikam"]),
        (f"attribute='transactioncurrencyid' operator='eq' value='{{{USD}}}'", ["Adventure Works"]),
        (f"attribute='accountid' operator='eq' value='{ACCOUNT}'", ["Adventure Works"]),
        ("attribute='statecode' operator='eq' value='0'", ["Adventure Works", "Fabrikam"]),
        ("attribute='createdon' operator='on' value='2026-01-05'", ["Adventure Works", "Fabrikam"]),
        ("attribute='createdon' operator='today'", ["Adventure Works", "Fabrikam"]),
        ("attribute='createdon' operator='on-or-after' value='2026-01-06'", []),
        ("attribute='createdon' operator='last-x-days' value='3'", ["Adventure Works", "Fabrikam"]),
        ("attribute='createdon' operator='olderthan-x-months' value='1'", []),
        ("attribute='createdon' operator='this-year'", ["Adventure Works", "Fabrikam"]),
        ("attribute='createdby' operator='ne-userid'", []),
        ("attribute='name' operator='eq' valueof='accountnumber'", []),
    ],
)
def test_conditions_find_what_their_operator_says(sales: Sales, condition: str, names: list[str]) -> None:
    """fetchxml/reference/operators."""
    assert _names(sales, f"<filter><condition {condition}/></filter>") == names


@pytest.mark.parametrize(
    ("operator", "values", "names"),
    [
        ("in", ("A2", "A9"), ["Fabrikam"]),
        ("not-in", ("A2", "A9"), ["Adventure Works"]),
        ("between", ("A1", "A1"), ["Adventure Works"]),
        ("not-between", ("A1", "A1"), ["Fabrikam"]),
    ],
)
def test_conditions_take_several_values(sales: Sales, operator: str, values: tuple[str, ...], names: list[str]) -> None:
    """fetchxml/reference/operators: value elements below the condition."""
    inner = "".join(f"<value>{value}</value>" for value in values)
    condition = f"<condition attribute='accountnumber' operator='{operator}'>{inner}</condition>"
    assert _names(sales, f"<filter>{condition}</filter>") == names


def test_filters_nest(sales: Sales) -> None:
    """fetchxml/filter-rows: type and/or, filters in filters."""
    named = "".join(f"<condition attribute='name' operator='eq' value='{name}'/>" for name in ("Fabrikam", "Nobody"))
    either = f"<filter type='or'>{named}</filter>"
    both = f"<filter type='and'><condition attribute='statecode' operator='eq' value='0'/>{either}</filter>"
    assert _names(sales, both) == ["Fabrikam"]


def test_order_may_descend(sales: Sales) -> None:
    """fetchxml/order-rows."""
    rows = sales.value(_path(_fetch("<order attribute='name' descending='true'/>")))
    assert [row["name"] for row in rows] == ["Fabrikam", "Adventure Works"]


def test_top_limits_and_excludes_paging(sales: Sales) -> None:
    """fetchxml/page-results: top is not compatible with paging."""
    assert len(sales.value(_path(_fetch("", top="1")))) == 1
    assert refusal(sales.get(_path(_fetch("", top="1", page="1")))) == (400, "0x80040203")


def test_the_count_is_annotated_when_asked_for(sales: Sales) -> None:
    """fetchxml/count-rows: returntotalrecordcount."""
    annotated = f'odata.include-annotations="{CRM}.totalrecordcount"'
    counted = sales.json(sales.get(_path(_fetch("", count="1", returntotalrecordcount="true")), Prefer=annotated))
    assert counted[f"@{CRM}.totalrecordcount"] == 2
    assert sales.json(sales.get(_path(_fetch("")), Prefer=annotated))[f"@{CRM}.totalrecordcount"] == -1


def _many(sales: Sales, count: int) -> None:
    sales.admin("load", {"rows": {"accounts": [{"name": f"N{n:05d}", "accountnumber": f"N{n}"} for n in range(count)]}})


def _followed(sales: Sales, xml: str, between: Any = None) -> list[list[str]]:
    """Page by page as the SDK goes: the cookie is unquoted twice and put into the fetch element."""
    pages: list[list[str]] = []
    while True:
        answer = sales.json(sales.get(f"accounts?fetchXml={quote(xml, safe='')}", Prefer=PAGED))
        pages.append([row["name"] for row in answer["value"]])
        if not answer[f"@{CRM}.morerecords"]:
            return pages
        cookie = ElementTree.fromstring(answer[f"@{CRM}.fetchxmlpagingcookie"])
        fetch = ElementTree.fromstring(xml)
        fetch.set("paging-cookie", unquote(unquote(cookie.attrib["pagingcookie"])))
        fetch.set("page", cookie.attrib["pagenumber"])
        xml = ElementTree.tostring(fetch, encoding="unicode")
        if between is not None:
            between()
            between = None


def test_pages_follow_the_cookie(sales: Sales) -> None:
    """SDK 1.1.0 wire: annotations fetchxmlpagingcookie and morerecords; fetchxml/page-results;
    webapi/compose-http-requests-handle-errors."""
    _many(sales, 3)
    pages = _followed(sales, _fetch("<order attribute='name' descending='true'/>", count="2"))
    assert pages == [["N00002", "N00001"], ["N00000", "Fabrikam"], ["Adventure Works"]]


def test_the_cookie_keeps_its_place_when_rows_come_and_go(sales: Sales) -> None:
    """fetchxml/page-results: the cookie holds the values of the page's last row."""
    _many(sales, 3)
    create = lambda: sales.create("accounts", {"name": "A first one", "accountnumber": "F1"})  # noqa: E731
    pages = _followed(sales, _fetch("<order attribute='name'/>", count="3"), create)
    assert pages == [["Adventure Works", "Fabrikam", "N00000"], ["N00001", "N00002"]]


def test_the_cookie_names_first_and_last_row(sales: Sales) -> None:
    """fetchxml/page-results: <accountid last="{...}" first="{...}" />."""
    answer = sales.json(sales.get(_path(_fetch("", count="1")), Prefer=PAGED))
    inner = unquote(unquote(ElementTree.fromstring(answer[f"@{CRM}.fetchxmlpagingcookie"]).attrib["pagingcookie"]))
    entry = ElementTree.fromstring(inner)[0]
    assert entry.tag == "accountid"
    assert entry.attrib == {"last": f"{{{ACCOUNT.upper()}}}", "first": f"{{{ACCOUNT.upper()}}}"}


def test_pages_by_number_go_as_far_as_50000_rows(sales: Sales) -> None:
    """fetchxml/page-results: simple paging."""
    _many(sales, 3)
    second = sales.json(sales.get(_path(_fetch("<order attribute='name'/>", count="2", page="2")), Prefer=PAGED))
    assert [row["name"] for row in second["value"]] == ["N00000", "N00001"]
    assert second[f"@{CRM}.morerecords"] is True
    assert refusal(sales.get(_path(_fetch("", count="5000", page="11")))) == (400, HIGH_PAGE_CODE)


def test_an_unknown_column_is_refused_by_the_query_builder(sales: Sales) -> None:
    """SDK 1.1.0 wire: 0x80041103."""
    answer = sales.get(_path(_fetch("<attribute name='nonsense'/>")))
    assert refusal(answer) == (400, "0x80041103")
    assert "'account' entity doesn't contain attribute with Name = 'nonsense'" in message(answer)


@pytest.mark.parametrize(
    "xml", ["<fetch", "<fetch/>", "<fetch><entity name='account'/><entity name='account'/></fetch>"]
)
def test_what_is_no_query_is_invalid_xml(sales: Sales, xml: str) -> None:
    """Error list: InvalidXml (0x80040201)."""
    assert refusal(sales.get(_path(xml))) == (400, "0x80040201")


def test_the_entity_has_to_be_that_of_the_set(sales: Sales) -> None:
    """fetchxml/retrieve-data: the entity set of the query's table."""
    assert refusal(sales.get(_path("<fetch><entity name='contact'/></fetch>"))) == (400, "0x80060888")


@pytest.mark.parametrize(
    ("inner", "attributes", "feature"),
    [
        ("<link-entity name='contact' from='parentcustomerid' to='accountid'/>", {}, "FetchXML link-entity"),
        ("", {"aggregate": "true"}, "FetchXML fetch aggregate"),
        ("", {"distinct": "true"}, "FetchXML fetch distinct"),
        (
            "<filter><condition attribute='accountid' operator='under' value='x'/></filter>",
            {},
            "FetchXML operator under",
        ),
        ("<filter><condition entityname='c' attribute='name' operator='null'/></filter>", {}, "entityname"),
    ],
)
def test_joins_and_aggregates_are_a_501(sales: Sales, inner: str, attributes: dict[str, str], feature: str) -> None:
    """fetchxml/join-tables, fetchxml/aggregate-data."""
    answer = sales.get(_path(_fetch(inner, **attributes)))
    assert refusal(answer) == (501, "501")
    assert feature in message(answer)
