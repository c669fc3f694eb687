"""Statuses of orders: from postings to document status, sales status and the derived processing status.

Source: sales-status-map (both tables).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.table import Row

DOCUMENT = "_document"
DELIVERED = "_delivered"
INVOICED = "_invoiced"
CANCELLED = "_cancelled"

_DOCUMENTS = ("None", "Confirmation", "PickingList", "PackingSlip", "Invoice")
_PROCESSING: Mapping[tuple[str, str], str] = {
    ("Backorder", "None"): "Active",
    ("Backorder", "Confirmation"): "Confirmed",
    ("Backorder", "PickingList"): "Picked",
    ("Backorder", "PackingSlip"): "PartiallyDelivered",
    ("Delivered", "PackingSlip"): "Delivered",
    ("Backorder", "Invoice"): "PartiallyInvoiced",
    ("Delivered", "Invoice"): "PartiallyInvoiced",
    ("Invoiced", "Invoice"): "Invoiced",
}
_POSTED: Mapping[str, tuple[str, str]] = {
    **{processing: pair for pair, processing in reversed(_PROCESSING.items())},
    "DeliveredPartiallyInvoiced": ("Delivered", "Invoice"),
    "Canceled": ("Canceled", "Confirmation"),
}
"""Processing status -> (sales status, document status) for rows that are loaded with the former only."""


def processing_status(sales_status: str, document: str) -> str:
    """The derived status of a header."""
    if sales_status == "Canceled":
        return "Canceled"
    return _PROCESSING.get((sales_status, document), "Active")


def posted_status(processing: str) -> tuple[str, str]:
    """(sales status, document status) behind a processing status."""
    return _POSTED.get(processing, ("Backorder", "None"))


def highest(one: str, other: str) -> str:
    """The later of two document statuses: a header holds the highest posted."""
    return max(one, other, key=_DOCUMENTS.index)


def line_status(line: Row) -> str:
    """A line's own sales status from what of it was delivered, invoiced and cancelled.

    A line of which everything is cancelled is Canceled; one with a delivered part is what that part is.
    """
    if line["SalesOrderLineStatus"] == "Canceled":
        return "Canceled"
    ordered, cancelled = number(line["OrderedSalesQuantity"]), number(line.get(CANCELLED))
    if ordered and cancelled >= ordered:
        return "Canceled"
    wanted = ordered - cancelled
    if wanted and number(line.get(INVOICED)) >= wanted:
        return "Invoiced"
    return "Delivered" if wanted and number(line.get(DELIVERED)) >= wanted else "Backorder"


def header_status(lines: Sequence[Row]) -> str:
    """The lowest status of the lines that are not cancelled; Canceled when all are."""
    statuses = {line["SalesOrderLineStatus"] for line in lines}
    for status in ("Backorder", "Delivered", "Invoiced"):
        if status in statuses:
            return status
    return "Canceled" if "Canceled" in statuses else "Backorder"


def open_quantity(line: Row) -> Decimal:
    """What of a line is neither delivered nor cancelled; nothing of a stopped or cancelled one."""
    return Decimal(0) if line["IsLineStopped"] == "Yes" else remaining_quantity(line)


def remaining_quantity(line: Row) -> Decimal:
    """The same, of a stopped line too."""
    if line["SalesOrderLineStatus"] == "Canceled":
        return Decimal(0)
    done = number(line.get(DELIVERED)) + number(line.get(CANCELLED))
    return max(number(line["OrderedSalesQuantity"]) - done, Decimal(0))
