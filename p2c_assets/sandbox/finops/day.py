"""The ERP's day: what stands on the agenda, then every open order is confirmed, calculated, picked, packed, invoiced.

Orders with a plan (`_order_plans`) stop where it says: none, confirm, pick, partial_delivery, delivery, partial_invoice,
invoice (the default), cancel. Source of the order of postings: finops lifecycles, sales-status-map.
"""

from collections import Counter
from decimal import ROUND_DOWN, Decimal

from p2c_assets.sandbox.finops.columns import EMPTY_DATE
from p2c_assets.sandbox.finops.document_lines import DocumentLines
from p2c_assets.sandbox.finops.invoicing import Invoicing
from p2c_assets.sandbox.finops.order_totals import OrderTotals
from p2c_assets.sandbox.finops.orders import LINE, restate
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.status import DELIVERED, DOCUMENT, highest, line_status, open_quantity
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.money import ZERO
from p2c_assets.sandbox.store import Row
from p2c_assets.sandbox.twin import AdminError

UNTIL = ("none", "confirm", "pick", "partial_delivery", "delivery", "partial_invoice", "invoice", "cancel")
_CLOSED = frozenset({"Invoiced", "Canceled"})


class Day:
    """One working day of the people who use the ERP."""

    def __init__(
        self, records: Records, reference: Reference, lines: DocumentLines, totals: OrderTotals, invoicing: Invoicing
    ) -> None:
        self._records = records
        self._reference = reference
        self._lines = lines
        self._totals = totals
        self._invoicing = invoicing

    def work(self) -> Counter[str]:
        """Process every open order; what was done, counted."""
        done: Counter[str] = Counter()
        for header in self._records.table(ORDER_HEADERS).rows():
            if header["SalesOrderStatus"] not in _CLOSED and header["IsSalesProcessingStopped"] != "Yes":
                self._process(header, done)
        done["totals_calculated"] += self._totals.run()
        return done

    def _process(self, header: Row, done: Counter[str]) -> None:
        until = str(self._totals.plan(header).get("until") or "invoice")
        if until not in UNTIL:
            raise AdminError(
                f"until of the plan of {header['SalesOrderNumber']} is '{until}'; allowed: {', '.join(UNTIL)}"
            )
        if until == "none" or not self._lines.of(LINE, header):
            return
        header = self._confirm(header, done)
        if until == "cancel":
            self._cancel(header, done)
        elif until != "confirm":
            self._deliver_and_invoice(header, until, done)

    def _deliver_and_invoice(self, header: Row, until: str, done: Counter[str]) -> None:
        header = self._pick(header, done)
        if until == "pick":
            return
        header = self._deliver(header, done, partial=until.startswith("partial"))
        if until in {"partial_invoice", "invoice"}:
            self._invoice(header, done)

    def _confirm(self, header: Row, done: Counter[str]) -> Row:
        if header.get(DOCUMENT, "None") != "None":
            return header
        done["confirmed"] += 1
        for line in self._lines.of(LINE, header):
            self._records.update(ORDER_LINES, line, _confirmed_dates(line))
        return self._post(header, "Confirmation", _confirmed_dates(header))

    def _pick(self, header: Row, done: Counter[str]) -> Row:
        if header[DOCUMENT] != "Confirmation":
            return header
        done["picked"] += 1
        for line in self._lines.of(LINE, header):
            self._records.update(ORDER_LINES, line, {"PickedQuantity": open_quantity(line)})
        return self._post(header, "PickingList")

    def _deliver(self, header: Row, done: Counter[str], *, partial: bool) -> Row:
        lines = self._lines.of(LINE, header)
        if partial and any(number(line.get(DELIVERED)) for line in lines):
            return header
        quantities = self._part(lines) if partial else [open_quantity(line) for line in lines]
        if not any(quantities):
            return header
        done["delivered"] += 1
        for line, quantity in zip(lines, quantities, strict=True):
            self._deliver_line(line, quantity)
        return self._post(header, "PackingSlip")

    def _deliver_line(self, line: Row, quantity: Decimal) -> None:
        delivered = {DELIVERED: number(line.get(DELIVERED)) + quantity}
        picked = max(number(line["PickedQuantity"]) - quantity, ZERO)
        status = line_status({**line, **delivered})
        self._records.update(ORDER_LINES, line, {**delivered, "PickedQuantity": picked, "SalesOrderLineStatus": status})

    def _part(self, lines: list[Row]) -> list[Decimal]:
        """A part of an order: the first half of its lines whole; of a single line, half its quantity in whole units."""
        if len(lines) > 1:
            return [open_quantity(line) if place < len(lines) // 2 else ZERO for place, line in enumerate(lines)]
        unit = self._reference.find("_units", str(lines[0]["SalesUnitSymbol"])) or {}
        step = Decimal(1).scaleb(-int(unit.get("decimals") or 0))
        return [(open_quantity(lines[0]) / 2).quantize(step, rounding=ROUND_DOWN)]

    def _invoice(self, header: Row, done: Counter[str]) -> None:
        header = self._totals.calculate(header, current=False)
        if self._invoicing.post(header) is None:
            return
        done["invoiced"] += 1
        current = self._records.get(ORDER_HEADERS, header["dataAreaId"], header["SalesOrderNumber"]) or header
        self._post(current, "Invoice")

    def _cancel(self, header: Row, done: Counter[str]) -> None:
        done["cancelled"] += 1  # assumptions.CANCELLED_ORDERS_KEEP_THEIR_TOTALS
        for line in self._lines.of(LINE, header):
            if open_quantity(line) or line["SalesOrderLineStatus"] == "Backorder":
                self._records.update(ORDER_LINES, line, {"SalesOrderLineStatus": "Canceled"})
        self._post(header, header[DOCUMENT])

    def _post(self, header: Row, document: str, changes: Row | None = None) -> Row:
        """A posting raises the document status and makes the totals stale."""
        raised = highest(header.get(DOCUMENT, "None"), document)
        state = {DOCUMENT: raised, "AreTotalsUpdated": "No", **(changes or {})}
        return restate(self._records, self._lines, header, state)


def _confirmed_dates(row: Row) -> Row:
    pairs = (("ConfirmedShippingDate", "RequestedShippingDate"), ("ConfirmedReceiptDate", "RequestedReceiptDate"))
    return {name: row[requested] if row[name] == EMPTY_DATE else row[name] for name, requested in pairs}
