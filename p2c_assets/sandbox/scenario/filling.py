"""How Sales documents get into the Sales twin: as drafts, so that it prices and flags them, and then along their way."""

from collections.abc import Sequence
from typing import Any

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.scenario.documents import Order, Quote, order_lines, order_row, quote_lines, quote_row

DRAFT_QUOTE = {"statecode": 0, "statuscode": 1}


class RefusedActivationError(Exception):
    """Sales did not let an order be activated; the text is the twin's account."""


def load_quotes(sales: AdminClient, quotes: Sequence[Quote]) -> None:
    """Load quotes as drafts, then in the state they have; only drafts are priced."""
    headers = [quote_row(quote) for quote in quotes]
    sales.load({"quotes": [{**row, **DRAFT_QUOTE} for row in headers]}, plugins=True)
    sales.load({"quotedetails": [line for quote in quotes for line in quote_lines(quote)]}, plugins=True)
    priced = {row["quoteid"]: row for row in sales.rows("quotes")}
    states = [{**priced[row["quoteid"]], **_state(row)} for row in headers]
    sales.load({"quotes": states}, plugins=True)


def _state(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in DRAFT_QUOTE}


def load_orders(sales: AdminClient, orders: Sequence[Order]) -> None:
    """Load orders with their lines, activated or not as they are."""
    sales.load({"salesorders": [order_row(order) for order in orders]}, plugins=True)
    sales.load({"salesorderdetails": [line for order in orders for line in order_lines(order)]}, plugins=True)


def activate_orders(sales: AdminClient, orders: Sequence[Order]) -> None:
    """Let sales people activate drafts; it takes them a day. Raises RefusedActivationError when one cannot be."""
    sales.agenda([{"action": "activate_order", "ordernumber": order.number} for order in orders])
    done = sales.advance()
    if done["activate_order"] != len(orders):
        raise RefusedActivationError(
            f"{done['activate_order']} of {len(orders)} orders were activated: {done['refused']}"
        )
