"""Postings of an order, one document at a time: confirmation, picking list, packing slip, invoice, and cancellation.

There is no public action for any of them: the ERP's day posts them, and the admin path. Each raises the header's document
status, makes its totals stale and lets the statuses follow. Source: sales-status-map (statuses), finops lifecycles.
"""

from collections.abc import Mapping
from decimal import Decimal

from p2c_assets.sandbox.finops.columns import EMPTY_DATE
from p2c_assets.sandbox.finops.document_lines import DocumentLines
from p2c_assets.sandbox.finops.invoicing import Invoicing, due_quantity
from p2c_assets.sandbox.finops.order_totals import OrderTotals
from p2c_assets.sandbox.finops.orders import LINE, restate
from p2c_assets.sandbox.finops.records import REC_ID, Records
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.status import (
    CANCELLED,
    DELIVERED,
    DOCUMENT,
    highest,
    line_status,
    open_quantity,
    remaining_quantity,
)
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.money import ZERO
from p2c_assets.sandbox.table import Row

Quantities = Mapping[int, Decimal]
"""By the lines' record ids. A line that is not named gets nothing."""


class Postings:
    """Each takes the current header and answers the header after it. Quantities are those to post now."""

    def __init__(self, records: Records, lines: DocumentLines, totals: OrderTotals, invoicing: Invoicing) -> None:
        self._records = records
        self._lines = lines
        self._totals = totals
        self._invoicing = invoicing

    def lines(self, header: Row) -> list[Row]:
        """The order's lines by their number."""
        return self._lines.of(LINE, header)

    def confirm(self, header: Row) -> Row:
        """Confirm the whole order; dates that are not confirmed yet become the requested ones."""
        for line in self.lines(header):
            self._records.update(ORDER_LINES, line, _confirmed_dates(line))
        return self._post(header, "Confirmation", _confirmed_dates(header))

    def pick(self, header: Row, quantities: Quantities) -> Row:
        """Note what is picked."""
        for line in self.lines(header):
            if quantity := _of(quantities, line):
                picked = {"PickedQuantity": number(line["PickedQuantity"]) + quantity}
                self._records.update(ORDER_LINES, line, picked)
        return self._post(header, "PickingList")

    def deliver(self, header: Row, quantities: Quantities) -> Row:
        """Pack: what is delivered is no longer picked."""
        for line in self.lines(header):
            if quantity := _of(quantities, line):
                self._deliver_line(line, quantity)
        return self._post(header, "PackingSlip")

    def invoice(self, header: Row, quantities: Quantities | None = None) -> tuple[Row, Row | None]:
        """Invoice what is delivered (of it, the quantities): the header, and the invoice's, None if nothing is due."""
        header = self._totals.calculate(header, current=False)
        invoice = self._invoicing.post(header, quantities)
        if invoice is None:
            return header, None
        return self._post(self._current(header), "Invoice"), invoice

    def cancel(self, header: Row, quantities: Quantities | None = None) -> Row:
        """Cancel what is still to be delivered, or of it the quantities (assumptions.CANCELLATION_IS_OF_THE_REMAINDER)."""
        for line in self.lines(header):
            quantity = remaining_quantity(line) if quantities is None else _of(quantities, line)
            if quantity:
                self._cancel_line(line, quantity)
            elif quantities is None and line["SalesOrderLineStatus"] == "Backorder":
                self._records.update(ORDER_LINES, line, {"SalesOrderLineStatus": "Canceled"})
        return self._post(header, str(header.get(DOCUMENT, "None")))

    def everything(self, header: Row) -> Quantities:
        """All that is not delivered or cancelled."""
        return {line[REC_ID]: open_quantity(line) for line in self.lines(header)}

    def due(self, header: Row) -> Quantities:
        """All that is delivered and not invoiced."""
        return {line[REC_ID]: due_quantity(line) for line in self.lines(header)}

    def _deliver_line(self, line: Row, quantity: Decimal) -> None:
        delivered = {DELIVERED: number(line.get(DELIVERED)) + quantity}
        picked = max(number(line["PickedQuantity"]) - quantity, ZERO)
        status = line_status({**line, **delivered})
        self._records.update(ORDER_LINES, line, {**delivered, "PickedQuantity": picked, "SalesOrderLineStatus": status})

    def _cancel_line(self, line: Row, quantity: Decimal) -> None:
        changes: Row = {CANCELLED: number(line.get(CANCELLED)) + quantity}
        after = {**line, **changes}
        picked = min(number(line["PickedQuantity"]), remaining_quantity(after))
        changes |= {"SalesOrderLineStatus": line_status(after), "PickedQuantity": picked}
        self._records.update(ORDER_LINES, line, changes)

    def _post(self, header: Row, document: str, changes: Row | None = None) -> Row:
        raised = highest(header.get(DOCUMENT, "None"), document)
        state = {DOCUMENT: raised, "AreTotalsUpdated": "No", **(changes or {})}
        return restate(self._records, self._lines, header, state)

    def _current(self, header: Row) -> Row:
        return self._records.get(ORDER_HEADERS, header["dataAreaId"], header["SalesOrderNumber"]) or header


def _of(quantities: Quantities, line: Row) -> Decimal:
    return quantities.get(line[REC_ID], ZERO)


def _confirmed_dates(row: Row) -> Row:
    pairs = (("ConfirmedShippingDate", "RequestedShippingDate"), ("ConfirmedReceiptDate", "RequestedReceiptDate"))
    return {name: row[requested] if row[name] == EMPTY_DATE else row[name] for name, requested in pairs}
