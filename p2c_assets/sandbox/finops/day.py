"""The ERP's day: what stands on the agenda, then every open order is confirmed, calculated, picked, packed, invoiced.

Orders with a plan (`_order_plans`) stop where it says: none, confirm, pick, partial_delivery, delivery, partial_invoice,
invoice (the default), cancel. Source of the order of postings: finops lifecycles, sales-status-map.
"""

from collections import Counter
from decimal import ROUND_DOWN, Decimal

from p2c_assets.sandbox.finops.order_totals import OrderTotals
from p2c_assets.sandbox.finops.postings import Postings, Quantities
from p2c_assets.sandbox.finops.records import REC_ID, Records
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS
from p2c_assets.sandbox.finops.status import DELIVERED, DOCUMENT, open_quantity
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

UNTIL = ("none", "confirm", "pick", "partial_delivery", "delivery", "partial_invoice", "invoice", "cancel")
_CLOSED = frozenset({"Invoiced", "Canceled"})


class Day:
    """One working day of the people who use the ERP."""

    def __init__(self, records: Records, reference: Reference, totals: OrderTotals, postings: Postings) -> None:
        self._records = records
        self._reference = reference
        self._totals = totals
        self._postings = postings

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
        if until == "none" or not self._postings.lines(header):
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
            _, invoice = self._postings.invoice(header)
            done["invoiced"] += invoice is not None

    def _confirm(self, header: Row, done: Counter[str]) -> Row:
        if header.get(DOCUMENT, "None") != "None":
            return header
        done["confirmed"] += 1
        return self._postings.confirm(header)

    def _pick(self, header: Row, done: Counter[str]) -> Row:
        if header[DOCUMENT] != "Confirmation":
            return header
        done["picked"] += 1
        return self._postings.pick(header, self._postings.everything(header))

    def _deliver(self, header: Row, done: Counter[str], *, partial: bool) -> Row:
        lines = self._postings.lines(header)
        if partial and any(number(line.get(DELIVERED)) for line in lines):
            return header
        quantities = self._part(lines) if partial else self._postings.everything(header)
        if not any(quantities.values()):
            return header
        done["delivered"] += 1
        return self._postings.deliver(header, quantities)

    def _part(self, lines: list[Row]) -> Quantities:
        """A part of an order: the first half of its lines whole; of a single line, half its quantity in whole units."""
        if len(lines) > 1:
            half = lines[: len(lines) // 2]
            return {line[REC_ID]: open_quantity(line) for line in half}
        unit = self._reference.find("_units", str(lines[0]["SalesUnitSymbol"])) or {}
        step = Decimal(1).scaleb(-int(unit.get("decimals") or 0))
        quantity = (open_quantity(lines[0]) / 2).quantize(step, rounding=ROUND_DOWN)
        return {lines[0][REC_ID]: quantity}

    def _cancel(self, header: Row, done: Counter[str]) -> None:
        done["cancelled"] += 1  # assumptions.CANCELLED_ORDERS_KEEP_THEIR_TOTALS
        self._postings.cancel(header)
