"""Confirming a quotation: it becomes an order of the same lines. Source: $metadata (GeneratedSalesOrderNumber)."""

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.document_lines import DocumentLines
from p2c_assets.sandbox.finops.quotations import LINE, check_open
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_HEADERS, QUOTATION_LINES
from p2c_assets.sandbox.finops.writing import Writer
from p2c_assets.sandbox.store import Row

_RENAMED = {
    "RequestingCustomerAccountNumber": "OrderingCustomerAccountNumber",
    "RequestedSalesQuantity": "OrderedSalesQuantity",
    "CustomersReference": "CustomersOrderReference",
    "ReceiptDateRequested": "RequestedReceiptDate",
    "SalesQuotationName": "SalesOrderName",
}
_KEPT = frozenset({"always", "on_create"})


class QuotationConfirmation:
    """Makes orders of quotations."""

    def __init__(self, records: Records, lines: DocumentLines, writer: Writer, clock: Clock) -> None:
        self._records = records
        self._lines = lines
        self._writer = writer
        self._clock = clock

    def confirm(self, company: str, quotation: str, order: str) -> None:
        """Create the order under the given number and close the quotation. Raises FinopsError."""
        header = self._records.get(QUOTATION_HEADERS, company, quotation)
        if header is None:
            raise errors.not_found(QUOTATION_HEADERS)
        check_open(header)
        identity = {"dataAreaId": company, "SalesOrderNumber": order}
        taken = _taken(QUOTATION_HEADERS, ORDER_HEADERS, header)
        self._writer.create(ORDER_HEADERS, {**taken, **identity, "QuotationNumber": quotation})
        for line in self._lines.of(LINE, header):
            self._writer.create(ORDER_LINES, {**_taken(QUOTATION_LINES, ORDER_LINES, line), **identity})
            self._records.update(QUOTATION_LINES, line, {"SalesQuotationStatus": "Confirmed"})
        closed = {"SalesQuotationStatus": "Confirmed", "GeneratedSalesOrderNumber": order}
        date = {"SalesQuotationConfirmationDate": f"{self._clock.today()}T12:00:00Z"}
        self._records.update(QUOTATION_HEADERS, header, {**closed, **date})


def _taken(source: EntitySet, target: EntitySet, row: Row) -> Row:
    """What the order's record takes from the quotation's: columns of the same meaning that may be written."""
    names = {name: _RENAMED.get(name, name) for name in source.names}
    parts = {"LineDiscountAmount", "FixedPriceCharges"}
    return {
        theirs: row[name]
        for name, theirs in names.items()
        if theirs in target.by_name and target.by_name[theirs].writing in _KEPT and name not in parts
    }
