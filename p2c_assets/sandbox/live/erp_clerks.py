"""What the ERP's clerks do with the orders that sales people write: they confirm, pack and invoice them."""

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.live.arrivals import Arrivals, Expected, Rows
from p2c_assets.sandbox.store import Row

CONFIRMED, PACKED, INVOICED, PICKED, PARTLY_PICKED = 647390001, 647390002, 647390003, 647390004, 647390005
PARTLY_PACKED, SHIPPED, PARTLY_SHIPPED, PARTLY_INVOICED = 647390006, 647390007, 647390008, 647390009
"""Values of msdynce_processingstatus. Source: CRMP2C solution, customizations.xml."""

_AFTER_PACKING = frozenset({PACKED, INVOICED, PARTLY_PACKED, SHIPPED, PARTLY_SHIPPED, PARTLY_INVOICED})


class Step(NamedTuple):
    """The next document of an order, what it is called, and the states in Sales that tell that it was posted."""

    document: str
    kind: str
    seen_as: frozenset[int]


STEPS: Mapping[str, Step] = {
    "Active": Step("Confirmation", "confirmation", frozenset({CONFIRMED, PICKED, PARTLY_PICKED}) | _AFTER_PACKING),
    "Confirmed": Step("PackingSlip", "packing slip", _AFTER_PACKING),
    "Delivered": Step("Invoice", "invoice", frozenset()),
}
"""By the processing status that the order has in SCM."""


class ErpClerks:
    """Acts through the twin's admin path, which stands for the ERP's own client."""

    def __init__(self, client: AdminClient, rows: Rows, random: Random, prefix: str, arrivals: Arrivals) -> None:
        self._client = client
        self._rows = rows
        self._random = random
        self._prefix = prefix
        self._arrivals = arrivals

    def work(self) -> str | None:
        """Post the next document of an order that was written live; None where there is none to be posted."""
        orders = [row for row in self._rows("scm", "CDSSalesOrderHeaders") if self._is_open(row)]
        if not orders:
            return None
        order = self._random.choice(sorted(orders, key=lambda row: str(row["SalesOrderNumber"])))
        step, number = STEPS[order["SalesOrderProcessingStatus"]], order["SalesOrderNumber"]
        identity = {"dataAreaId": order["dataAreaId"], "SalesOrderNumber": number}
        answer = self._client.call("post", {**identity, "document": step.document})
        self._client.call("jobs", {"job": "calculate_sales_totals"})
        words = f"{step.kind} of order {number}"
        self._arrivals.expect(_expected(step, number, words, answer))
        return words

    def _is_open(self, row: Row) -> bool:
        number = str(row["SalesOrderNumber"])
        waits = self._arrivals.waits_for("salesorders", {"ordernumber": number})
        return number.startswith(self._prefix) and row["SalesOrderProcessingStatus"] in STEPS and not waits


def _expected(step: Step, number: str, words: str, answer: Mapping[str, Any]) -> Expected:
    if step.document == "Invoice":
        return Expected(step.kind, words, "sales", "invoices", {"invoicenumber": answer["InvoiceNumber"]})
    key, column = {"ordernumber": number}, "msdynce_processingstatus"
    return Expected(step.kind, words, "sales", "salesorders", key, column, step.seen_as)
