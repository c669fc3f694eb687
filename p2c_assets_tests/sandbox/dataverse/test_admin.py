"""The admin path of the Sales twin: loading, altering, looking, the sales people's day. None of it is Dataverse's."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.dataverse.sales import Sales
from p2c_assets_tests.sandbox.dataverse.world import (
    ACCOUNT,
    BIKE,
    EACH,
    LIST_USD,
    MISSING,
    OWN_PRODUCT,
    PERSON,
    TEAM_USA,
    UNIT_USA,
    USD,
    guid,
    line,
    order,
    rows,
)

ORDER, DETAIL = guid(60, 1), guid(61, 1)


def _loaded_order(**more: Any) -> dict[str, Any]:
    return {
        "salesorderid": ORDER,
        "ordernumber": "SO-1",
        "name": "Loaded",
        "customerid": ACCOUNT,
        "pricelevelid": LIST_USD,
        "transactioncurrencyid": USD,
        **more,
    }


def _loaded_line(**more: Any) -> dict[str, Any]:
    return {
        "salesorderdetailid": DETAIL,
        "salesorderid": ORDER,
        "productid": BIKE,
        "uomid": EACH,
        "quantity": Decimal(2),
        "ispriceoverridden": True,
        "priceperunit": Decimal("5.00"),
        **more,
    }


def test_lookups_are_loaded_by_either_name_and_polymorphic_ones_find_their_table(sales: Sales) -> None:
    contact = {"contactid": guid(8, 9), "lastname": "x", "_parentcustomerid_value": ACCOUNT.upper()}
    sales.admin("load", {"rows": {"salesorders": [_loaded_order()], "contacts": [contact]}})
    row = sales.row(f"salesorders({ORDER})?$select=name&$expand=customerid_account($select=name)")
    assert row["customerid_account"]["name"] == "Adventure Works"
    assert sales.row(f"contacts({guid(8, 9)})")["_parentcustomerid_value"] == ACCOUNT


def test_loaded_rows_get_ids_states_versions_and_owners(sales: Sales) -> None:
    sales.admin("load", {"rows": {"accounts": [{"name": "Plain"}]}})
    row = sales.one("accounts", "name eq 'Plain'")
    assert (row["statecode"], row["statuscode"], row["createdon"]) == (0, 1, "2026-01-05T08:00:00Z")
    assert row["_ownerid_value"] == sales.json(sales.get("WhoAmI"))["UserId"]
    owned = {"name": "Owned", "ownerid": TEAM_USA}
    sales.admin("load", {"rows": {"accounts": [owned]}})
    assert sales.one("accounts", "name eq 'Owned'")["_owningbusinessunit_value"] == UNIT_USA


def test_loaded_rows_are_taken_as_they_are(sales: Sales) -> None:
    flawed = {"name": "x" * 200, "accountnumber": None, "numberofemployees": "many", "statecode": 0}
    sales.admin("load", {"rows": {"accounts": [flawed]}})
    row = sales.one("accounts", f"name eq '{'x' * 200}'")
    assert (row["accountnumber"], row["numberofemployees"]) == (None, "many")


def test_texts_from_csv_become_their_columns_types(sales: Sales) -> None:
    row = _loaded_line(quantity="2.5", ispriceoverridden="true", sequencenumber="10", requestdeliveryby="2026-02-03")
    sales.admin("load", {"rows": {"salesorders": [_loaded_order()], "salesorderdetails": [row]}})
    found = sales.row(f"salesorderdetails({DETAIL})")
    assert (found["quantity"], found["ispriceoverridden"], found["sequencenumber"]) == (Decimal("2.5"), True, 10)
    assert found["requestdeliveryby"] == "2026-02-03T00:00:00Z"


def test_loading_without_plugins_computes_nothing(sales: Sales) -> None:
    sales.admin("load", {"rows": {"salesorders": [_loaded_order()], "salesorderdetails": [_loaded_line()]}})
    row = sales.row(f"salesorders({ORDER})")
    assert (row["totalamount"], row["msdynce_hasexternallymaintainedproductsonly"]) == (None, None)


def test_loading_with_plugins_computes_what_hangs_on_a_row(sales: Sales) -> None:
    header = _loaded_order(customerid=PERSON, msdynce_misctax=Decimal("1.00"))
    body = {"rows": {"salesorderdetails": [_loaded_line()], "salesorders": [header]}, "plugins": True}
    assert sales.admin("load", body) == {"loaded": {"salesorderdetails": 1, "salesorders": 1}}
    row = sales.row(f"salesorders({ORDER})")
    assert (row["totalamount"], row["totaltax"]) == (Decimal("11.00"), Decimal("1.00"))
    assert row["msdynce_hasexternallymaintainedproductsonly"] is True
    assert row["msdynce_processingstatus"] == 647390011
    assert sales.row(f"contacts({PERSON})")["msdynce_isactivecustomer"] is True
    detail = sales.row(f"salesorderdetails({DETAIL})")
    assert (detail["extendedamount"], detail["msdynce_ordernumber"]) == (Decimal("10.00"), "SO-1")


def test_loading_with_plugins_refuses_nothing(sales: Sales) -> None:
    """Documents in closed states, lines without a header, products without a price list: flaws to rehearse."""
    closed = _loaded_order(statecode=2, statuscode=4)
    stray = _loaded_line(salesorderdetailid=guid(61, 2), salesorderid=MISSING)
    product = {"productnumber": "N", "name": "N", "transactioncurrencyid": None, "statecode": 0}
    tables = {"salesorders": [closed], "salesorderdetails": [_loaded_line(), stray], "products": [product]}
    sales.admin("load", {"rows": tables, "plugins": True})
    assert len(sales.value("salesorderdetails")) == 2
    row = sales.row(f"salesorders({ORDER})")
    assert (row["statecode"], row["totalamount"]) == (2, Decimal("10.00"))


def test_loading_a_row_again_replaces_it(sales: Sales) -> None:
    sales.admin("load", {"rows": {"accounts": [{"accountid": ACCOUNT, "name": "Again"}]}})
    row = sales.row(f"accounts({ACCOUNT})")
    assert (row["name"], row["accountnumber"]) == ("Again", None)


def test_an_unknown_column_or_set_is_a_400_that_names_it(sales: Sales) -> None:
    answer = sales.caller.post("/_sandbox/load", {"rows": {"accounts": [{"nonsense": 1}]}})
    assert (answer.status_code, "accounts has no column 'nonsense'" in answer.text) == (400, True)
    answer = sales.caller.post("/_sandbox/load", {"rows": {"nonsense": []}})
    assert (answer.status_code, "no entity set 'nonsense'" in answer.text) == (400, True)


def test_altering_changes_a_value_in_silence(sales: Sales) -> None:
    before = sales.row(f"accounts({ACCOUNT})")
    values = {"creditlimit": Decimal("0.01")}
    sales.admin("alter", {"set": "accounts", "key": {"accountnumber": "A1"}, "values": values})
    after = sales.row(f"accounts({ACCOUNT})")
    assert (after["creditlimit"], after["versionnumber"]) == (Decimal("0.01"), before["versionnumber"])


def test_altering_a_row_that_is_not_there_is_a_400(sales: Sales) -> None:
    body = {"set": "accounts", "key": {"accountnumber": "A9"}, "values": {"name": "x"}}
    assert sales.caller.post("/_sandbox/alter", body).status_code == 400


def test_rows_are_shown_as_stored(sales: Sales) -> None:
    shown = {row["accountid"]: row for row in sales.admin("rows/accounts")["value"]}
    assert shown[ACCOUNT]["_transactioncurrencyid_value"] == USD


def test_a_reset_leaves_the_organisation_and_nothing_else(sales: Sales) -> None:
    sales.admin("reset", {})
    assert sales.value("accounts") == []
    assert len(sales.value("organizations")) == 1
    assert len(sales.value("businessunits")) == 1


def test_the_twin_survives_a_restart(tmp_path: Path) -> None:
    """--data DIR: everything is written through to SQLite, numbers included."""
    path = tmp_path / "twin.sqlite3"
    first = Store("sales", path)
    DataverseTwin(first).load(rows(), plugins=False)
    first.close()
    second = Store("sales", path)
    twin = DataverseTwin(second)
    (helmet,) = [row for row in twin.rows("products") if row["productnumber"] == "HL-1"]
    assert (helmet["price"], len(twin.rows("organizations"))) == (Decimal("12.3456"), 1)
    second.close()


def _draft(sales: Sales, product: str = BIKE, **more: Any) -> str:
    key = sales.create("salesorders", order("SO-1", **more))
    sales.create("salesorderdetails", line(key, product))
    return key


def test_an_order_is_activated_on_its_day(sales: Sales) -> None:
    """The Activate button (CRMP2C solution, msdynce_p2c.js): status Active, every line submitted."""
    key = _draft(sales)
    sales.admin("agenda", {"items": [{"day": 2, "action": "activate_order", "ordernumber": "SO-1"}]})
    assert sales.admin("advance", {"days": 1})["activate_order"] == 0
    assert sales.row(f"salesorders({key})")["msdynce_processingstatus"] == 647390011
    report = sales.admin("advance", {"days": 1})
    assert (report["activate_order"], report["refused"]) == (1, [])
    row = sales.row(f"salesorders({key})")
    assert (row["msdynce_processingstatus"], row["modifiedon"]) == (647390000, "2026-01-07T08:00:00Z")
    assert [r["msdynce_orderissubmitted"] for r in sales.value("salesorderdetails")] == [True]


def test_an_order_with_other_products_is_not_activated(sales: Sales) -> None:
    """The button's rule: externally maintained products only, and not itself from SCM; CRMP2C solution."""
    key = _draft(sales, OWN_PRODUCT)
    sales.admin("agenda", {"items": [{"day": 1, "action": "activate_order", "ordernumber": "SO-1"}]})
    report = sales.admin("advance", {"days": 1})
    reason = "Only orders with externally maintained products can be activated."
    assert report["refused"] == [{"action": "activate_order", "what": "SO-1", "reason": reason}]
    assert sales.row(f"salesorders({key})")["msdynce_processingstatus"] == 647390011


def test_an_order_is_activated_once_and_not_when_it_came_from_scm(sales: Sales) -> None:
    """CRMP2C solution."""
    _draft(sales)
    twice = [{"day": 1, "action": "activate_order", "ordernumber": "SO-1"}] * 2
    sales.admin("agenda", {"items": twice})
    report = sales.admin("advance", {"days": 1})
    assert (report["activate_order"], len(report["refused"])) == (1, 1)
    key = sales.create("salesorders", order("SO-2", msdynce_ismaintainedexternally=True))
    sales.create("salesorderdetails", line(key))
    sales.admin("agenda", {"items": [{"day": 2, "action": "activate_order", "ordernumber": "SO-2"}]})
    assert len(sales.admin("advance", {"days": 1})["refused"]) == 1


def test_sales_people_create_change_and_activate(sales: Sales) -> None:
    quote = {"quotenumber": "Q-1", "name": "Q", "customerid": ACCOUNT, "pricelevelid": LIST_USD}
    items = [
        {"day": 1, "action": "create", "set": "quotes", "row": quote},
        {"day": 1, "action": "activate_quote", "quotenumber": "Q-1"},
        {"day": 1, "action": "patch", "set": "accounts", "key": {"accountnumber": "A1"}, "values": {"name": "Changed"}},
        {"day": 1, "action": "patch", "set": "accounts", "key": {"accountnumber": "A9"}, "values": {"name": "x"}},
        {"day": 1, "action": "create", "set": "accounts", "row": {"name": "x" * 161}},
    ]
    assert sales.admin("agenda", {"items": items}) == {"scheduled": 5}
    report = sales.admin("advance", {"days": 1})
    assert (report["create"], report["activate_quote"], report["patch"]) == (1, 1, 1)
    assert [refused["action"] for refused in report["refused"]] == ["patch", "create"]
    assert sales.one("quotes", "quotenumber eq 'Q-1'")["statecode"] == 1
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "Changed"


def test_an_agenda_takes_known_actions_only(sales: Sales) -> None:
    answer = sales.caller.post("/_sandbox/agenda", {"items": [{"day": 1, "action": "nonsense"}]})
    assert (answer.status_code, "activate_order" in answer.text) == (400, True)


def test_admin_calls_that_the_twin_does_not_have_are_a_501(sales: Sales) -> None:
    assert sales.caller.http.get("/_sandbox/nonsense").status_code == 501
