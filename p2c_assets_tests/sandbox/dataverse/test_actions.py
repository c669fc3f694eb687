"""Sales actions. Source of all: dynamics-365-customer-engagement ce/sales/developer, quote and salesorder pages."""

from typing import Any

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, refusal
from p2c_assets_tests.sandbox.dataverse.world import API, HELMET, MISSING, line, order


def _quote(sales: Sales, *, active: bool = True) -> str:
    key = sales.create("quotes", order(quotenumber="Q-1", description="ours"))
    sales.create("quotedetails", line(key, parent="quote", quantity="2", sequencenumber=10))
    sales.create("quotedetails", line(key, HELMET, parent="quote", sequencenumber=20))
    if active:
        sales.change(f"quotes({key})", {"statecode": 1, "statuscode": 2})
    return key


def _close(key: str, status: int) -> dict[str, Any]:
    activity = {"@odata.type": "Microsoft.Dynamics.CRM.quoteclose", "quoteid@odata.bind": f"/quotes({key})"}
    return {"QuoteClose": activity, "Status": status}


def _order_close(sales: Sales, key: str, status: int = -1) -> dict[str, Any]:
    bind = f"{sales.caller.url}{API}/salesorders({key})"
    return {
        "OrderClose": {"@odata.type": "Microsoft.Dynamics.CRM.orderclose", "salesorderid@odata.bind": bind},
        "Status": status,
    }


def _state(sales: Sales, path: str) -> tuple[int, int]:
    row = sales.row(path)
    return row["statecode"], row["statuscode"]


def test_win_quote_makes_an_active_quote_won(sales: Sales) -> None:
    key = _quote(sales)
    assert sales.post("WinQuote", _close(key, -1)).status_code == 204
    assert _state(sales, f"quotes({key})") == (2, 4)
    assert sales.value("quotedetails?$select=quotestatecode")[0]["quotestatecode"] == 2


def test_a_draft_quote_is_not_won(sales: Sales) -> None:
    key = _quote(sales, active=False)
    assert refusal(sales.post("WinQuote", _close(key, -1))) == (400, "0x80048408")


@pytest.mark.parametrize(("status", "stored"), [(5, 5), (6, 6), (-1, 7), (647390000, 647390000)])
def test_close_quote_takes_the_status_of_the_closed_state(sales: Sales, status: int, stored: int) -> None:
    """647390000 Submitted: CRMP2C solution, the Submit button."""
    key = _quote(sales)
    assert sales.post("CloseQuote", _close(key, status)).status_code == 204
    assert _state(sales, f"quotes({key})") == (3, stored)


def test_close_quote_refuses_a_status_of_another_state(sales: Sales) -> None:
    key = _quote(sales)
    assert refusal(sales.post("CloseQuote", _close(key, 4))) == (400, "0x80048408")
    assert _state(sales, f"quotes({key})") == (1, 2)


def test_revise_quote_makes_the_next_revision_a_draft(sales: Sales) -> None:
    key = _quote(sales)
    revised = sales.json(sales.post("ReviseQuote", {"QuoteId": key, "ColumnSet": {"AllColumns": True}}))
    assert _state(sales, f"quotes({key})") == (3, 7)
    assert (revised["quotenumber"], revised["revisionnumber"], revised["statecode"]) == ("Q-1", 1, 0)
    assert (revised["description"], revised["totalamount"]) == ("ours", sales.row(f"quotes({key})")["totalamount"])
    lines = sales.value(f"quotedetails?$filter=_quoteid_value eq {revised['quoteid']}&$orderby=lineitemnumber")
    assert [(row["sequencenumber"], row["msdynce_quoterevisionnumber"]) for row in lines] == [(10, 1), (20, 1)]


def test_convert_quote_makes_an_order_and_wins_the_quote(sales: Sales) -> None:
    key = _quote(sales)
    converted = sales.json(sales.post("ConvertQuoteToSalesOrder", {"QuoteId": key, "ColumnSet": {}}))
    assert _state(sales, f"quotes({key})") == (2, 4)
    assert (converted["_quoteid_value"], converted["statecode"]) == (key, 0)
    assert converted["msdynce_processingstatus"] == 647390011
    assert converted["totalamount"] == sales.row(f"quotes({key})")["totalamount"]
    assert len(sales.value(f"salesorderdetails?$filter=_salesorderid_value eq {converted['salesorderid']}")) == 2


def test_cancel_and_fulfill_move_an_order_to_its_end(sales: Sales) -> None:
    one, two = sales.create("salesorders", order("SO-1")), sales.create("salesorders", order("SO-2"))
    assert sales.post("CancelSalesOrder", _order_close(sales, one)).status_code == 204
    assert _state(sales, f"salesorders({one})") == (2, 4)
    assert sales.post("FulfillSalesOrder", _order_close(sales, two, 100002)).status_code == 204
    assert _state(sales, f"salesorders({two})") == (3, 100002)
    assert refusal(sales.patch(f"salesorders({two})", {"description": "x"})) == (400, "0x80048408")


def test_fulfill_is_accepted_in_its_bound_form_too(sales: Sales) -> None:
    key = sales.create("salesorders", order("SO-1"))
    path = "salesorders/Microsoft.Dynamics.CRM.FulfillSalesOrder"
    assert sales.post(path, _order_close(sales, key)).status_code == 204
    assert _state(sales, f"salesorders({key})") == (3, 100001)


def test_an_action_on_nothing_is_refused(sales: Sales) -> None:
    assert refusal(sales.post("WinQuote", {"QuoteClose": {}, "Status": -1})) == (400, "0x80040203")
    assert refusal(sales.post("WinQuote", _close(MISSING, -1))) == (404, "0x80040217")
    assert refusal(sales.post("ReviseQuote", {"QuoteId": MISSING})) == (404, "0x80040217")
    assert refusal(sales.get("WinQuote")) == (404, "")
