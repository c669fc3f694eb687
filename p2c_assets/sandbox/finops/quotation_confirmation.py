"""What becomes of a quotation: sent, lost, cancelled, or confirmed: an order of the same lines.

Source: $metadata (GeneratedSalesOrderNumber, the list of statuses).
"""

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.document_lines import DocumentLines
from p2c_assets.sandbox.finops.quotations import LINE, check_open
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_HEADERS, QUOTATION_LINES
from p2c_assets.sandbox.finops.writing import Writer
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

_RENAMED = {
    "RequestingCustomerAccountNumber": "OrderingCustomerAccountNumber",
    "RequestedSalesQuantity": "OrderedSalesQuantity",
    "CustomersReference": "CustomersOrderReference",
    "ReceiptDateRequested": "RequestedReceiptDate",
    "SalesQuotationName": "SalesOrderName",
}
_OUTCOMES = ("Sent", "Lost", "Cancelled")
_KEPT = frozenset({"always", "on_create"})


class QuotationConfirmation:
    """Makes orders of quotations."""

    def __init__(self, records: Records, lines: DocumentLines, writer: Writer, clock: Clock) -> None:
        self._records = records
        self._lines = lines
        self._writer = writer
        self._clock = clock

    def confirm(self, company: str, quotation: str, order: str) -> str:
        """Create the order under the given number, or the next one of its sequence, and close the quotation.

        The order's number. Raises FinopsError. (assumptions.CONFIRMING_A_QUOTATION_MAKES_THE_ORDER)
        """
        header = self._open(company, quotation)
        taken = _taken(QUOTATION_HEADERS, ORDER_HEADERS, header)
        named = {"dataAreaId": company, "SalesOrderNumber": order, "QuotationNumber": quotation}
        order = self._writer.create(ORDER_HEADERS, {**taken, **named}, clerk=True)["SalesOrderNumber"]
        identity = {"dataAreaId": company, "SalesOrderNumber": order}
        for line in self._lines.of(LINE, header):
            self._writer.create(ORDER_LINES, {**_taken(QUOTATION_LINES, ORDER_LINES, line), **identity})
            self._records.update(QUOTATION_LINES, line, {"SalesQuotationStatus": "Confirmed"})
        closed = {"SalesQuotationStatus": "Confirmed", "GeneratedSalesOrderNumber": order}
        date = {"SalesQuotationConfirmationDate": f"{self._clock.today()}T12:00:00Z"}
        self._records.update(QUOTATION_HEADERS, header, {**closed, **date})
        return order

    def close(self, company: str, quotation: str, status: str) -> None:
        """Send, lose or cancel an open quotation. Raises FinopsError or AdminError."""
        if status not in _OUTCOMES:
            raise AdminError(f"a quotation cannot become {status!r}; allowed: Confirmed, {', '.join(_OUTCOMES)}")
        header = self._open(company, quotation)
        for line in self._lines.of(LINE, header):
            self._records.update(QUOTATION_LINES, line, {"SalesQuotationStatus": status})
        self._records.update(QUOTATION_HEADERS, header, {"SalesQuotationStatus": status})

    def _open(self, company: str, quotation: str) -> Row:
        header = self._records.get(QUOTATION_HEADERS, company, quotation)
        if header is None:
            raise errors.not_found(QUOTATION_HEADERS)
        check_open(header)
        return header


def _taken(source: EntitySet, target: EntitySet, row: Row) -> Row:
    """What the order's record takes from the quotation's: columns of the same meaning that may be written."""
    names = {name: _RENAMED.get(name, name) for name in source.names}
    parts = {"LineDiscountAmount", "FixedPriceCharges"}
    return {
        theirs: row[name]
        for name, theirs in names.items()
        if theirs in target.by_name and target.by_name[theirs].writing in _KEPT and name not in parts
    }
