"""The totals job of orders: "calculate sales totals". Until it has run, AreTotalsUpdated is No.

Source: sales-order-template-mapping-direct-two-ways; sales and marketing, periodic tasks, calculate sales totals.
"""

from decimal import Decimal, InvalidOperation

from p2c_assets.sandbox.finops.document_lines import DocumentLines
from p2c_assets.sandbox.finops.orders import LINE, restate
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.totals import document_totals, line_taxes
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.money import ZERO
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError


def prescribed(plan: Row, name: str) -> Decimal | None:
    """An amount of an order's plan. Raises AdminError when it is not a number."""
    value = plan.get(name)
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise AdminError(f"{name} of the plan of {plan.get('SalesOrderNumber')} is not a number: {value}") from error


class OrderTotals:
    """Calculates lines and headers from an order's plan or the company's rate."""

    def __init__(self, records: Records, reference: Reference, lines: DocumentLines) -> None:
        self._records = records
        self._reference = reference
        self._lines = lines

    def plan(self, header: Row) -> Row:
        """What is prescribed for an order: `until`, `totals`, `tax`, `freight`, `freight_tax`; empty if nothing."""
        return self._reference.find("_order_plans", header["dataAreaId"], header["SalesOrderNumber"]) or {}

    def run(self) -> int:
        """Calculate every order whose totals are stale, but those whose plan forbids it; how many."""
        stale = self._records.matching(ORDER_HEADERS, ("AreTotalsUpdated", "No"))
        due = [header for header in stale if self.plan(header).get("totals", True)]
        for header in due:
            self.calculate(header, current=True)
        return len(due)

    def calculate(self, header: Row, *, current: bool) -> Row:
        """Taxes of the lines and totals of the header. current: say so in the flags (the job), or not (an invoice)."""
        plan, lines = self.plan(header), self._lines.of(LINE, header)
        amounts = [number(line["LineAmount"]) for line in lines]
        taxes = line_taxes(amounts, self._reference.tax_rate(header["dataAreaId"]), prescribed(plan, "tax"))
        done = {"AreTotalsCalculated": "Yes"} if current else {}
        for line, tax in zip(lines, taxes, strict=True):
            self._records.update(ORDER_LINES, line, {"TotalTaxAmount": tax, **done})
        changes = _header_totals(header, plan, lines, amounts, taxes)
        return restate(
            self._records, self._lines, header, {**changes, **({"AreTotalsUpdated": "Yes"} if current else {})}
        )


def _header_totals(header: Row, plan: Row, lines: list[Row], amounts: list[Decimal], taxes: list[Decimal]) -> Row:
    charges = prescribed(plan, "freight")
    header_tax = prescribed(plan, "freight_tax")
    charges = number(header["OrderTotalChargesAmount"]) if charges is None else charges
    header_tax = number(header["OrderHeaderTaxAmount"]) if header_tax is None else header_tax
    totals = document_totals(
        amounts,
        taxes,
        [number(line["TotalDiscountAmount"]) for line in lines],
        end_discount=number(header["TotalDiscountAmount"]),
        charges=charges,
        header_tax=header_tax,
    )
    return {
        "OrderTotalChargesAmount": charges or ZERO,
        "OrderHeaderTaxAmount": header_tax or ZERO,
        "OrderTotalTaxAmount": totals.tax,
        "OrderTotalDiscountAmount": totals.discount,
        "OrderTotalAmount": totals.total,
    }
