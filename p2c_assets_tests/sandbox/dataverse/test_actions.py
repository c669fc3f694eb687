"""Sales actions. Source of all: dynamics-365-customer-engagement ce/sales/developer, quote and salesorder pages."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import API, BIKE, HELMET, MISSING, line, order


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
    """Web API reference WinQuote"""
    key = _quote(sales)
    assert sales.post("WinQuote", _close(key, -1)).status_code == 204
    assert _state(sales, f"quotes({key})") == (2, 4)
    assert sales.value("quotedetails?$select=quotestatecode")[0]["quotestatecode"] == 2


def test_an_action_takes_no_parameter_that_it_does_not_have(sales: Sales) -> None:
    """dynamics-365-customer-engagement ce/sales/developer lists the parameters of each action, and says nothing of others"""
    key = _quote(sales)
    refused = sales.post("WinQuote", {**_close(key, -1), "Reason": "price"})
    assert refusal(refused) == (400, "0x80048d19")
    assert "'Reason'" in message(refused)
    assert "'WinQuote'" in message(refused)
    assert _state(sales, f"quotes({key})") == (1, 2)
    assert refusal(sales.post("LockSalesOrderPricing", {"QuoteId": key})) == (400, "0x80048d19")


def test_a_draft_quote_is_not_won(sales: Sales) -> None:
    """Web API reference WinQuote"""
    key = _quote(sales, active=False)
    assert refusal(sales.post("WinQuote", _close(key, -1))) == (400, "0x80048408")


@pytest.mark.parametrize(("status", "stored"), [(5, 5), (6, 6), (-1, 7), (647390000, 647390000)])
def test_close_quote_takes_the_status_of_the_closed_state(sales: Sales, status: int, stored: int) -> None:
    """647390000 Submitted: CRMP2C solution, the Submit button; Web API reference CloseQuote"""
    key = _quote(sales)
    assert sales.post("CloseQuote", _close(key, status)).status_code == 204
    assert _state(sales, f"quotes({key})") == (3, stored)


def test_close_quote_refuses_a_status_of_another_state(sales: Sales) -> None:
    """Web API reference CloseQuote"""
    key = _quote(sales)
    assert refusal(sales.post("CloseQuote", _close(key, 4))) == (400, "0x80048408")
    assert _state(sales, f"quotes({key})") == (1, 2)


def test_revise_quote_makes_the_next_revision_a_draft(sales: Sales) -> None:
    """Web API reference ReviseQuote"""
    key = _quote(sales)
    revised = sales.json(sales.post("ReviseQuote", {"QuoteId": key, "ColumnSet": {"AllColumns": True}}))
    assert _state(sales, f"quotes({key})") == (3, 7)
    assert (revised["quotenumber"], revised["revisionnumber"], revised["statecode"]) == ("Q-1", 1, 0)
    assert (revised["description"], revised["totalamount"]) == ("ours", sales.row(f"quotes({key})")["totalamount"])
    lines = sales.value(f"quotedetails?$filter=_quoteid_value eq {revised['quoteid']}&$orderby=lineitemnumber")
    assert [(row["sequencenumber"], row["msdynce_quoterevisionnumber"]) for row in lines] == [(10, 1), (20, 1)]


def test_convert_quote_makes_an_order_and_wins_the_quote(sales: Sales) -> None:
    """Web API reference ConvertQuoteToSalesOrder"""
    key = _quote(sales)
    converted = sales.json(sales.post("ConvertQuoteToSalesOrder", {"QuoteId": key, "ColumnSet": {"AllColumns": True}}))
    assert _state(sales, f"quotes({key})") == (2, 4)
    assert (converted["_quoteid_value"], converted["statecode"]) == (key, 0)
    assert converted["msdynce_processingstatus"] == 647390011
    assert converted["totalamount"] == sales.row(f"quotes({key})")["totalamount"]
    assert len(sales.value(f"salesorderdetails?$filter=_salesorderid_value eq {converted['salesorderid']}")) == 2


def test_cancel_and_fulfill_move_an_order_to_its_end(sales: Sales) -> None:
    """Web API reference FulfillSalesOrder; Web API reference CancelSalesOrder"""
    one, two = sales.create("salesorders", order("SO-1")), sales.create("salesorders", order("SO-2"))
    assert sales.post("CancelSalesOrder", _order_close(sales, one)).status_code == 204
    assert _state(sales, f"salesorders({one})") == (2, 4)
    assert sales.post("FulfillSalesOrder", _order_close(sales, two, 100002)).status_code == 204
    assert _state(sales, f"salesorders({two})") == (3, 100002)
    assert refusal(sales.patch(f"salesorders({two})", {"description": "x"})) == (400, "0x80048408")


def test_fulfill_is_accepted_in_its_bound_form_too(sales: Sales) -> None:
    """Web API reference FulfillSalesOrder"""
    key = sales.create("salesorders", order("SO-1"))
    path = "salesorders/Microsoft.Dynamics.CRM.FulfillSalesOrder"
    assert sales.post(path, _order_close(sales, key)).status_code == 204
    assert _state(sales, f"salesorders({key})") == (3, 100001)


def test_an_action_on_nothing_is_refused(sales: Sales) -> None:
    """web-service-error-codes; Web API reference WinQuote"""
    assert refusal(sales.post("WinQuote", {"QuoteClose": {}, "Status": -1})) == (400, "0x80040203")
    assert refusal(sales.post("WinQuote", _close(MISSING, -1))) == (404, "0x80040217")
    assert refusal(sales.post("ReviseQuote", {"QuoteId": MISSING})) == (404, "0x80040217")
    assert refusal(sales.get("WinQuote")) == (404, "")


def test_revise_quote_takes_a_closed_quote_too(sales: Sales) -> None:
    """assumptions.REVISABLE_QUOTE_STATES; dynamics-365-customer-engagement quote pages (ReviseQuote);
    Web API reference ReviseQuote
    """
    key = _quote(sales)
    sales.post("CloseQuote", _close(key, 5))
    revised = sales.json(sales.post("ReviseQuote", {"QuoteId": key, "ColumnSet": {"AllColumns": True}}))
    assert (revised["revisionnumber"], _state(sales, f"quotes({key})")) == (1, (3, 5))


def test_revise_quote_refuses_where_a_revision_is_under_way(sales: Sales) -> None:
    """web-service-error-codes: QuoteReviseExistingActiveQuote."""
    key = _quote(sales)
    sales.post("ReviseQuote", {"QuoteId": key})
    answer = sales.post("ReviseQuote", {"QuoteId": key})
    assert refusal(answer) == (400, "0x80048d00")
    assert "another quote in Draft/Active state" in message(answer)


@pytest.mark.parametrize("won", [False, True])
def test_revise_quote_refuses_drafts_and_won_quotes(sales: Sales, won: bool) -> None:
    """assumptions.REVISABLE_QUOTE_STATES; dynamics-365-customer-engagement quote pages (ReviseQuote);
    Web API reference ReviseQuote
    """
    key = _quote(sales, active=won)
    if won:
        sales.post("WinQuote", _close(key, -1))
    assert refusal(sales.post("ReviseQuote", {"QuoteId": key})) == (400, "0x80048408")


def test_convert_quote_takes_the_status_of_the_won_state(sales: Sales) -> None:
    """ConvertQuoteToSalesOrder: QuoteCloseStatus; Web API reference ConvertQuoteToSalesOrder"""
    key = _quote(sales)
    activity = {
        "QuoteCloseDate": "2026-01-05T00:00:00Z",
        "QuoteCloseSubject": "Won",
        "QuoteCloseDescription": "by call",
    }
    body = {"QuoteId": key, "ColumnSet": {"Columns": ["ordernumber"]}, "QuoteCloseStatus": 5, **activity}
    assert refusal(sales.post("ConvertQuoteToSalesOrder", body)) == (400, "0x80048408")
    assert sales.post("ConvertQuoteToSalesOrder", {**body, "QuoteCloseStatus": 4}).status_code == 200
    assert _state(sales, f"quotes({key})") == (2, 4)


def test_a_column_set_says_what_of_the_new_row_is_shown(sales: Sales) -> None:
    """ConvertQuoteToSalesOrder: ColumnSet; web-service-error-codes; Web API reference ConvertQuoteToSalesOrder"""
    key = _quote(sales)
    body = {"QuoteId": key, "ColumnSet": {"AllColumns": False, "Columns": ["ordernumber", "customerid"]}}
    shown = sales.json(sales.post("ConvertQuoteToSalesOrder", body))
    assert {name for name in shown if "@" not in name} == {"ordernumber", "_customerid_value", "salesorderid"}
    wrong = {"QuoteId": key, "ColumnSet": {"Columns": ["nonsense"]}}
    assert refusal(sales.post("ConvertQuoteToSalesOrder", wrong)) == (400, "0x80041103")


def _order(sales: Sales, number: str = "SO-1") -> str:
    key = sales.create("salesorders", order(number, description="ours"))
    sales.create("salesorderdetails", line(key, quantity="2"))
    sales.create("salesorderdetails", line(key, HELMET))
    return key


def test_convert_order_makes_an_invoice_with_its_lines(sales: Sales) -> None:
    """ConvertSalesOrderToInvoice; Web API reference ConvertSalesOrderToInvoice"""
    key = _order(sales)
    body = {"SalesOrderId": key, "ColumnSet": {"AllColumns": True}}
    invoice = sales.json(sales.post("ConvertSalesOrderToInvoice", body))
    assert (invoice["_salesorderid_value"], invoice["statecode"], invoice["description"]) == (key, 0, "ours")
    assert invoice["totalamount"] == sales.row(f"salesorders({key})")["totalamount"]
    assert _state(sales, f"salesorders({key})") == (4, 100003)
    lines = sales.value(f"invoicedetails?$filter=_invoiceid_value eq {invoice['invoiceid']}&$orderby=lineitemnumber")
    sources = sales.value(f"salesorderdetails?$filter=_salesorderid_value eq {key}&$orderby=lineitemnumber")
    assert [row["_salesorderdetailid_value"] for row in lines] == [row["salesorderdetailid"] for row in sources]


def test_convert_order_refuses_canceled_and_invoiced_orders(sales: Sales) -> None:
    """assumptions.CONVERTIBLE_ORDER_STATES; ConvertSalesOrderToInvoice; Web API reference ConvertSalesOrderToInvoice"""
    key = _order(sales)
    assert sales.post("ConvertSalesOrderToInvoice", {"SalesOrderId": key}).status_code == 200
    assert refusal(sales.post("ConvertSalesOrderToInvoice", {"SalesOrderId": key})) == (400, "0x80048408")
    other = _order(sales, "SO-2")
    sales.post("CancelSalesOrder", _order_close(sales, other))
    assert refusal(sales.post("ConvertSalesOrderToInvoice", {"SalesOrderId": other})) == (400, "0x80048408")
    assert refusal(sales.post("ConvertSalesOrderToInvoice", {"SalesOrderId": MISSING})) == (404, "0x80040217")


def test_locked_prices_stay_when_the_price_list_changes(sales: Sales) -> None:
    """LockSalesOrderPricing: changes to price lists do not affect the order; UnlockSalesOrderPricing: they do;
    Web API reference LockSalesOrderPricing
    """
    key = _order(sales)
    total = sales.row(f"salesorders({key})")["totalamount"]
    assert sales.post("LockSalesOrderPricing", {"SalesOrderId": key}).status_code == 204
    detail = sales.one("salesorderdetails", f"_productid_value eq {BIKE}")
    assert (sales.row(f"salesorders({key})")["ispricelocked"], detail["salesorderispricelocked"]) == (True, True)
    item = sales.one("productpricelevels", f"_productid_value eq {BIKE}")
    sales.change(f"productpricelevels({item['productpricelevelid']})", {"amount": 1})
    sales.change(f"salesorderdetails({detail['salesorderdetailid']})", {"quantity": 3})
    assert sales.row(f"salesorders({key})")["totalamount"] == total
    assert sales.row(f"salesorderdetails({detail['salesorderdetailid']})")["priceperunit"] == 100
    assert sales.post("UnlockSalesOrderPricing", {"SalesOrderId": key}).status_code == 204
    assert sales.row(f"salesorders({key})")["totalamount"] == Decimal("312.35")
    sales.change(f"salesorderdetails({detail['salesorderdetailid']})", {"quantity": 2})
    assert sales.row(f"salesorders({key})")["totalamount"] == Decimal("14.35")


def test_locked_prices_go_into_the_invoice_as_they_are(sales: Sales) -> None:
    """LockSalesOrderPricing; ConvertSalesOrderToInvoice; Web API reference LockSalesOrderPricing"""
    key = _order(sales)
    sales.post("LockSalesOrderPricing", {"SalesOrderId": key})
    item = sales.one("productpricelevels", f"_productid_value eq {BIKE}")
    sales.change(f"productpricelevels({item['productpricelevelid']})", {"amount": 1})
    body = {"SalesOrderId": key, "ColumnSet": {"AllColumns": True}}
    invoice = sales.json(sales.post("ConvertSalesOrderToInvoice", body))
    assert (invoice["ispricelocked"], invoice["totalamount"]) == (True, Decimal("212.35"))
    assert sales.one("invoicedetails", f"_productid_value eq {BIKE}")["extendedamount"] == 200


def test_an_invoice_is_locked_and_unlocked(sales: Sales) -> None:
    """LockInvoicePricing, UnlockInvoicePricing; Web API reference LockInvoicePricing"""
    key = sales.create("invoices", {**order(), "invoicenumber": "I-1"})
    for action, locked in (("LockInvoicePricing", True), ("UnlockInvoicePricing", False)):
        assert sales.post(action, {"InvoiceId": key}).status_code == 204
        assert sales.row(f"invoices({key})")["ispricelocked"] is locked
    sales.change(f"invoices({key})", {"statecode": 3, "statuscode": 100003})
    assert refusal(sales.post("LockInvoicePricing", {"InvoiceId": key})) == (400, "0x80048408")


def _back_office(sales: Sales, *, integration_user: bool) -> None:
    user = sales.json(sales.get("WhoAmI"))["UserId"]
    sales.admin("load", {"rows": {"organizations": [{"issopintegrationenabled": True}]}})
    sales.admin(
        "alter",
        {"set": "systemusers", "key": {"systemuserid": user}, "values": {"isintegrationuser": integration_user}},
    )


@pytest.mark.parametrize("integration_user", [True, False])
def test_a_submitted_order_is_the_integration_users_alone(sales: Sales, integration_user: bool) -> None:
    """enable-sales-order-processing-integration: a submitted order is locked unless for an integration user."""
    key = _order(sales)
    sales.change(f"salesorders({key})", {"statecode": 1, "statuscode": 3})
    _back_office(sales, integration_user=integration_user)
    answer = sales.patch(f"salesorders({key})", {"description": "theirs"})
    added = sales.post("salesorderdetails", line(key))
    if integration_user:
        assert (answer.status_code, added.status_code) == (204, 204)
    else:
        assert (refusal(answer), refusal(added)) == ((400, "0x80048408"), (400, "0x80043b09"))


def test_the_integration_users_orders_are_not_computed_but_quotes_are(sales: Sales) -> None:
    """enable-sales-order-processing-integration: price computation by table."""
    _back_office(sales, integration_user=True)
    key = _order(sales)
    assert not sales.row(f"salesorders({key})")["totalamount"]
    invoice = sales.create("invoices", order(invoicenumber="I-1"))
    sales.create("invoicedetails", line(invoice, parent="invoice"))
    assert not sales.row(f"invoices({invoice})")["totalamount"]
    quote = _quote(sales, active=False)
    assert sales.row(f"quotes({quote})")["totalamount"] == Decimal("212.35")


def test_other_users_orders_are_computed_until_submitted(sales: Sales) -> None:
    """enable-sales-order-processing-integration: price computation by table."""
    _back_office(sales, integration_user=False)
    assert sales.row(f"salesorders({_order(sales)})")["totalamount"] == Decimal("212.35")


def test_a_quote_is_closed_while_draft_or_active_and_no_longer(sales: Sales) -> None:
    """assumptions.CLOSABLE_QUOTE_STATES; Web API reference CloseQuote"""
    key = _quote(sales, active=False)
    assert sales.post("CloseQuote", _close(key, 5)).status_code == 204
    assert refusal(sales.post("CloseQuote", _close(key, 6))) == (400, "0x80048408")


def test_an_order_ends_while_active_or_submitted_and_no_longer(sales: Sales) -> None:
    """assumptions.CLOSABLE_ORDER_STATES; Web API reference FulfillSalesOrder; Web API reference CancelSalesOrder"""
    for number, action, state in (("SO-1", "FulfillSalesOrder", (3, 100001)), ("SO-2", "CancelSalesOrder", (2, 4))):
        key = sales.create("salesorders", order(number))
        sales.change(f"salesorders({key})", {"statecode": 1, "statuscode": 3})
        assert sales.post(action, _order_close(sales, key)).status_code == 204
        assert _state(sales, f"salesorders({key})") == state
        assert refusal(sales.post(action, _order_close(sales, key))) == (400, "0x80048408")


def test_a_quote_is_converted_while_active_or_won(sales: Sales) -> None:
    """assumptions.CONVERTIBLE_QUOTE_STATES; Web API reference ConvertQuoteToSalesOrder"""
    draft = _quote(sales, active=False)
    assert refusal(sales.post("ConvertQuoteToSalesOrder", {"QuoteId": draft})) == (400, "0x80048408")
    sales.change(f"quotes({draft})", {"statecode": 1})
    sales.post("WinQuote", _close(draft, -1))
    assert sales.post("ConvertQuoteToSalesOrder", {"QuoteId": draft}).status_code == 200


def test_a_close_activity_is_read_for_its_document_and_not_kept(sales: Sales) -> None:
    """Web API reference WinQuote: QuoteClose is an activity with a subject; the twin has no table of them."""
    key = _quote(sales)
    body = _close(key, -1)
    body["QuoteClose"] |= {"subject": "Won", "description": "by call", "quotenumber": "Q-1"}
    assert sales.post("WinQuote", body).status_code == 204
    answer = sales.get("quotecloses")
    assert refusal(answer) == (501, "501")
    assert "entity set quotecloses" in message(answer)
