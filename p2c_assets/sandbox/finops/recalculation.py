"""Recalculation of loaded documents ("plugins": true): discount split and amount of lines, then totals."""

from decimal import Decimal

from p2c_assets.sandbox.finops import orders, quotations
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.document_lines import LineShape, priced
from p2c_assets.sandbox.finops.order_totals import OrderTotals
from p2c_assets.sandbox.finops.quotations import QuotationTotals
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_HEADERS
from p2c_assets.sandbox.table import Row

_MONEY = ("SalesPrice", "TotalDiscountAmount", "LineDiscountAmount", "FixedPriceCharges")


class Recalculation:
    """Brings all documents to what the ERP would have calculated; flawed lines stay as they are."""

    def __init__(self, records: Records, order_totals: OrderTotals, quotation_totals: QuotationTotals) -> None:
        self._records = records
        self._order_totals = order_totals
        self._quotation_totals = quotation_totals

    def run(self) -> None:
        """Lines first, then headers."""
        self._price(orders.LINE)
        self._price(quotations.LINE)
        for header in self._rows(ORDER_HEADERS):
            self._order_totals.calculate(header, current=True)
        for header in self._rows(QUOTATION_HEADERS):
            self._quotation_totals.calculate(header)

    def _price(self, shape: LineShape) -> None:
        for line in self._rows(shape.entity_set):
            if all(isinstance(line[name], Decimal) for name in (shape.quantity, *_MONEY)):
                posted = {"TotalDiscountAmount": line["TotalDiscountAmount"]}
                self._records.update(shape.entity_set, line, priced(shape, line, posted))

    def _rows(self, entity_set: EntitySet) -> list[Row]:
        return self._records.table(entity_set).rows()
