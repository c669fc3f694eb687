"""Change tracking. Source of all unless said otherwise: use-change-tracking-synchronize-data-external-systems."""

from pathlib import Path
from typing import Any

import pytest

from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, BIKE, OTHER_ACCOUNT, guid, line, order, rows

TRACK = "odata.track-changes"
NEW = guid(50, 1)


def _page(sales: Sales, path: str, **headers: str) -> dict[str, Any]:
    return sales.json(sales.get(path, **headers))


def _path(link: str) -> str:
    return link.partition(f"{API}/")[2]


def _start(sales: Sales, path: str = "accounts?$select=name") -> str:
    """A delta link, as a path."""
    return _path(_page(sales, path, Prefer=TRACK)["@odata.deltaLink"])


def _changes(sales: Sales, link: str) -> tuple[list[str], list[str], str]:
    """Names of new and changed rows, ids of deleted ones, the next link."""
    page = _page(sales, link)
    names = [row["name"] for row in page["value"] if "reason" not in row]
    return names, [row["id"] for row in page["value"] if "reason" in row], _path(page["@odata.deltaLink"])


def test_a_first_read_gives_every_row_and_a_delta_link(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems"""
    answer = sales.get("accounts?$select=name,accountnumber", Prefer=TRACK)
    page = sales.json(answer)
    assert answer.headers["Preference-Applied"] == TRACK
    assert page["@odata.context"].endswith("$metadata#accounts(name,accountnumber)")
    assert [row["name"] for row in page["value"]] == ["Adventure Works", "Fabrikam"]
    assert page["@odata.deltaLink"].startswith(
        f"{sales.caller.url}{API}/accounts?$select=name%2Caccountnumber&$deltatoken="
    )


def test_the_token_is_a_version_and_a_moment(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: 919042%2108%2f22%2f2017%2008%3a10%3a44"""
    link = _start(sales)
    version = sales.create("accounts", {"name": "New"}) and sales.one("accounts", "name eq 'New'")["versionnumber"]
    token = link.partition("$deltatoken=")[2]
    assert token == f"{version - 1}%2101%2F05%2F2026%2008%3A00%3A00"


def test_a_delta_shows_new_and_changed_rows_with_their_current_values(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems"""
    link = _start(sales)
    sales.create("accounts", {"name": "New"})
    sales.change(f"accounts({ACCOUNT})", {"name": "Once"})
    sales.change(f"accounts({ACCOUNT})", {"name": "Twice"})
    page = _page(sales, link)
    assert page["@odata.context"].endswith("$metadata#accounts(name)/$delta")
    assert [row["name"] for row in page["value"]] == ["New", "Twice"]
    assert page["value"][1]["@odata.etag"] == sales.row(f"accounts({ACCOUNT})")["@odata.etag"]


def test_a_change_of_a_column_that_is_not_selected_is_a_change(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: changes of the table's rows, not of columns"""
    link = _start(sales)
    sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
    assert _changes(sales, link)[0] == ["Adventure Works"]


def test_deletions_come_last_and_name_the_row(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: new or updated ones first, then deleted ones"""
    link = _start(sales)
    assert sales.delete(f"accounts({OTHER_ACCOUNT})").status_code == 204
    sales.change(f"accounts({ACCOUNT})", {"name": "Changed"})
    changed, gone = _page(sales, link)["value"]
    assert changed["name"] == "Changed"
    assert gone == {
        "@odata.context": f"{sales.caller.url}{API}/$metadata#accounts/$deletedEntity",
        "id": OTHER_ACCOUNT,
        "reason": "deleted",
    }


def test_a_row_created_and_deleted_in_between_is_a_deletion(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: even if the client never had the row"""
    link = _start(sales)
    key = sales.create("accounts", {"name": "New"})
    sales.delete(f"accounts({key})")
    assert _changes(sales, link)[:2] == ([], [key])


def test_a_row_deleted_and_created_again_is_a_change(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: the net change, with current values"""
    link = _start(sales)
    sales.delete(f"accounts({OTHER_ACCOUNT})")
    sales.create("accounts", {"accountid": OTHER_ACCOUNT, "name": "Again"})
    assert _changes(sales, link)[:2] == (["Again"], [])


def test_each_delta_gives_the_link_to_the_next_and_nothing_twice(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: no changes, no rows"""
    link = _start(sales)
    sales.change(f"accounts({ACCOUNT})", {"name": "One"})
    names, _, following = _changes(sales, link)
    assert names == ["One"]
    assert _changes(sales, following)[0] == []
    sales.delete(f"accounts({OTHER_ACCOUNT})")
    assert _changes(sales, following)[:2] == ([], [OTHER_ACCOUNT])
    assert _changes(sales, link)[:2] == (["One"], [OTHER_ACCOUNT])


def test_a_first_read_shows_no_deletions(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: without a token all rows are new"""
    sales.delete(f"accounts({OTHER_ACCOUNT})")
    page = _page(sales, "accounts?$select=name", Prefer=TRACK)
    assert [row["name"] for row in page["value"]] == ["Adventure Works"]


def test_a_refused_write_leaves_no_change(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems"""
    link = _start(sales)
    targets = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": name} for name in ("x", "x" * 161)]
    assert sales.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets}).status_code == 400
    assert _changes(sales, link)[:2] == ([], [])


def test_the_delta_link_is_on_the_last_page_only(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems; page-results: istracking="True" """
    first = _page(sales, "accounts?$select=name", Prefer=f"{TRACK},odata.maxpagesize=1")
    assert "@odata.deltaLink" not in first
    assert "istracking%3D%22True%22" in first["@odata.nextLink"]
    second = _page(sales, _path(first["@odata.nextLink"]), Prefer="odata.maxpagesize=1")
    assert [row["name"] for row in second["value"]] == ["Fabrikam"]
    assert "@odata.nextLink" not in second
    assert _changes(sales, _path(second["@odata.deltaLink"]))[:2] == ([], [])


def test_what_changes_during_a_first_read_is_in_the_first_delta(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: from a starting point on"""
    first = _page(sales, "accounts?$select=name", Prefer=f"{TRACK},odata.maxpagesize=1")
    sales.change(f"accounts({ACCOUNT})", {"name": "Meanwhile"})
    second = _page(sales, _path(first["@odata.nextLink"]), Prefer=f"{TRACK},odata.maxpagesize=1")
    assert [row["name"] for row in second["value"]] == ["Fabrikam"]
    assert _changes(sales, _path(second["@odata.deltaLink"]))[0] == ["Meanwhile"]


def test_a_delta_comes_in_pages_and_what_changes_meanwhile_comes_next_time(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: changes can be paged through"""
    link = _start(sales)
    for name in ("One", "Two", "Three"):
        sales.create("accounts", {"name": name})
    sales.delete(f"accounts({OTHER_ACCOUNT})")
    size = {"Prefer": "odata.maxpagesize=3"}
    first = _page(sales, link, **size)
    assert [row["name"] for row in first["value"]] == ["One", "Two", "Three"]
    sales.change(f"accounts({ACCOUNT})", {"name": "Meanwhile"})
    second = _page(sales, _path(first["@odata.nextLink"]), **size)
    assert [row["id"] for row in second["value"]] == [OTHER_ACCOUNT]
    assert _changes(sales, _path(second["@odata.deltaLink"]))[:2] == (["Meanwhile"], [])


def test_pages_of_changes_hold_5000_rows(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: more than 5000 are paged"""
    link = _start(sales)
    sales.admin("load", {"rows": {"accounts": [{"name": f"{number}"} for number in range(5001)]}})
    first = _page(sales, link)
    assert len(first["value"]) == 5000
    assert len(_page(sales, _path(first["@odata.nextLink"]))["value"]) == 1
    assert sales.get(link.replace("?", "/$count?").replace("$select=name&", "")).text == "5000"


def test_count_tells_how_many_changes_are_pending(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems; assumptions.DELTA_COUNT_INCLUDES_DELETIONS"""
    link = _start(sales, "accounts").replace("?", "/$count?")
    assert sales.get(link).text == "0"
    sales.change(f"accounts({ACCOUNT})", {"name": "One"})
    sales.delete(f"accounts({OTHER_ACCOUNT})")
    answer = sales.get(link)
    assert (answer.text, answer.headers["Content-Type"]) == ("2", "text/plain")


def test_a_first_read_may_be_counted(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: $count is not among the options refused"""
    assert _page(sales, "accounts?$select=name&$count=true", Prefer=TRACK)["@odata.count"] == 2


def test_a_count_among_the_changes_is_a_501(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems knows the path /$count alone."""
    answer = sales.get(_start(sales) + "&$count=true")
    assert refusal(answer) == (501, "501")
    assert "$count beside $deltatoken" in message(answer)


@pytest.mark.parametrize("option", ["$filter=name eq 'x'", "$orderby=name", "$expand=primarycontactid", "$top=1"])
def test_options_that_choose_rows_are_refused(sales: Sales, option: str) -> None:
    """use-change-tracking-synchronize-data-external-systems: not supported options"""
    name = option.partition("=")[0]
    words = f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.'
    for answer in (sales.get(f"accounts?{option}", Prefer=TRACK), sales.get(f"{_start(sales)}&{option}")):
        assert refusal(answer) == (400, "0x80060888")
        assert message(answer) == words


def test_a_table_without_change_tracking_is_refused(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems; error list: ChangeTrackingNotEnabledForEntity"""
    answer = sales.get("uoms?$select=name", Prefer=TRACK)
    assert refusal(answer) == (400, "0x80072491")
    assert message(answer) == "Entity uom isn't enabled for change tracking."


def test_which_tables_are_tracked_is_a_setting(serve: Serve) -> None:
    """use-change-tracking-synchronize-data-external-systems: enabled for each table"""
    sales = Sales(serve(DataverseTwin(Store("sales"), TwinOptions(change_tracked_tables=frozenset({"uom"})))))
    assert sales.get("uoms?$select=name", Prefer=TRACK).status_code == 200
    assert refusal(sales.get("accounts?$select=name", Prefer=TRACK)) == (400, "0x80072491")
    definition = "EntityDefinitions(LogicalName='{}')?$select=ChangeTrackingEnabled"
    assert sales.row(definition.format("uom"))["ChangeTrackingEnabled"] is True
    assert sales.row(definition.format("account"))["ChangeTrackingEnabled"] is False


def test_a_token_expires_after_the_days_of_the_organisation(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: ExpireChangeTrackingInDays, 7 by default;
    web-service-error-codes
    """
    link = _start(sales)
    sales.admin("advance", {"days": 7})
    assert sales.get(link).status_code == 200
    sales.admin("advance", {"days": 1})
    answer = sales.get(link)
    assert refusal(answer) == (400, "0x80044352")
    assert message(answer) == "Version stamp associated with the client has expired. Please perform a full sync."
    assert refusal(sales.get(link.replace("?", "/$count?").replace("$select=name&", ""))) == (400, "0x80044352")


def test_the_days_may_be_changed(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: the value can be changed"""
    (settings,) = sales.value("organizations?$select=organizationid")
    for wrong in (-1, 366):
        answer = sales.patch(f"organizations({settings['organizationid']})", {"expirechangetrackingindays": wrong})
        assert refusal(answer) == (400, "0x8004432F")
    sales.change(f"organizations({settings['organizationid']})", {"expirechangetrackingindays": 30})
    link = _start(sales)
    sales.admin("advance", {"days": 30})
    assert sales.get(link).status_code == 200
    sales.change(f"organizations({settings['organizationid']})", {"expirechangetrackingindays": 0})
    assert refusal(sales.get(link)) == (400, "0x80044352")
    assert sales.get(_start(sales)).status_code == 200


def test_a_token_of_an_organisation_that_was_reset_has_expired(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: a token of no known version cannot be answered"""
    for _ in range(3):
        sales.change(f"accounts({ACCOUNT})", {"name": "x"})
    link = _start(sales)
    sales.admin("reset", {})
    assert refusal(sales.get(link)) == (400, "0x80044352")


def test_a_token_that_is_none_is_refused(sales: Sales) -> None:
    """assumptions.INVALID_TOKEN_CODE; use-change-tracking-synchronize-data-external-systems: tokens are opaque"""
    assert refusal(sales.get("accounts?$deltatoken=nonsense")) == (400, "0x80060888")
    assert refusal(sales.get("accounts?$deltatoken=1!99/99/2026 08:00:00")) == (400, "0x80060888")
    cookie = '<cookie pagenumber="2" pagingcookie="x" istracking="True" />'
    assert refusal(sales.get(f"accounts?$skiptoken={cookie}")) == (400, "0x8004112A")


def test_a_token_is_good_after_a_restart(tmp_path: Path, serve: Serve) -> None:
    """use-change-tracking-synchronize-data-external-systems: the service's own state, not the process's"""
    store = Store("sales", tmp_path / "twin.sqlite3")
    before = Sales(serve(DataverseTwin(store)))
    before.admin("load", {"rows": rows()})
    link = _start(before)
    before.change(f"accounts({ACCOUNT})", {"name": "Before"})
    before.delete(f"accounts({OTHER_ACCOUNT})")
    store.close()
    after = Sales(serve(DataverseTwin(Store("sales", tmp_path / "twin.sqlite3"))))
    after.create("accounts", {"name": "After"})
    assert _changes(after, link)[:2] == (["Before", "After"], [OTHER_ACCOUNT])


def test_versions_grow_over_all_tables(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: sorted by version; versions are the organisation's"""
    link = _start(sales, "salesorders?$select=name")
    key = sales.create("salesorders", order("SO-1"))
    sales.change(f"products({BIKE})", {"description": "x"})
    sales.change(f"accounts({ACCOUNT})", {"fax": "1"})
    versions = [
        sales.row(path)["versionnumber"]
        for path in (f"salesorders({key})", f"products({BIKE})", f"accounts({ACCOUNT})")
    ]
    assert versions == sorted(set(versions))
    assert _changes(sales, link)[0] == ["An order"]


def test_lines_that_go_with_their_header_are_deletions_too(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: deleted records of the table"""
    key = sales.create("salesorders", order("SO-1"))
    detail = sales.create("salesorderdetails", line(key))
    link = _start(sales, "salesorderdetails?$select=quantity")
    sales.delete(f"salesorders({key})")
    (gone,) = _page(sales, link)["value"]
    assert (gone["id"], gone["reason"]) == (detail, "deleted")


def test_changes_that_the_solution_makes_are_changes(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: whoever made them"""
    link = _start(sales, "salesorders?$select=name,msdynce_hasexternallymaintainedproductsonly")
    key = sales.create("salesorders", order("SO-1"))
    _, _, link = _changes(sales, link)
    sales.create("salesorderdetails", line(key))
    assert _changes(sales, link)[0] == ["An order"]


def test_annotations_and_tracking_go_together(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: preferences are joined; the link is there all the same"""
    page = _page(sales, "accounts?$select=statecode", Prefer=f'{TRACK},odata.include-annotations="*"')
    assert "@odata.deltaLink" in page
    assert page["value"][0]["statecode@OData.Community.Display.V1.FormattedValue"] == "Active"


def test_a_row_that_the_caller_may_not_see_any_more_is_no_deletion(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: deletions are of rows, not of rights"""
    link = _start(sales)
    sales.admin("privileges", {"denied": [OTHER_ACCOUNT]})
    assert _changes(sales, link)[:2] == ([], [])
