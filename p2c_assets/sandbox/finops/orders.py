"""Rules of order headers and lines. Every change makes the totals stale until the totals job has run.

Sources: sales-order-template-mapping-direct-two-ways (totals current before orders travel), sales-status-map.
"""

from collections.abc import Iterable

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.document_headers import DocumentHeaders, HeaderShape
from p2c_assets.sandbox.finops.document_lines import DocumentLines, LineShape
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_HEADERS
from p2c_assets.sandbox.finops.status import DOCUMENT, header_status, line_status, posted_status, processing_status
from p2c_assets.sandbox.money import ZERO
from p2c_assets.sandbox.table import Row

HEADER = HeaderShape(ORDER_HEADERS, "OrderingCustomerAccountNumber", "SalesOrderName", "RequestedReceiptDate")
LINE = LineShape(
    ORDER_LINES,
    ORDER_HEADERS,
    "SalesOrderNumber",
    "OrderedSalesQuantity",
    "RequestedReceiptDate",
    "Sales order",
)
_CLOSED = frozenset({"Invoiced", "Canceled"})
_FLAGS = ("OrderingCustomerIsExternallyMaintained", "InvoiceCustomerIsExternallyMaintained")


class OrderHeaderRules:
    """What X++ does around an order header's write."""

    def __init__(self, records: Records, reference: Reference, headers: DocumentHeaders, lines: DocumentLines) -> None:
        self._records = records
        self._reference = reference
        self._headers = headers
        self._lines = lines
        self._clock: Clock = headers.clock

    def create(self, row: Row, posted: Row) -> Row:
        """A new order: Backorder and Active, totals not calculated."""
        row = self._origin(self._headers.created(HEADER, row, posted), posted)
        self._check_quotation(row)
        state = {"SalesOrderStatus": "Backorder", "SalesOrderProcessingStatus": "Active", DOCUMENT: "None"}
        return {**row, **state, **flags_of(self._headers, row), "OrderCreationDateTime": self._clock.timestamp()}

    def update(self, row: Row, posted: Row) -> Row:
        """A change of an order that is neither invoiced nor cancelled; its totals become stale."""
        check_open(row)
        row = self._origin(self._headers.checked(HEADER, row, posted), posted)
        return {**row, **flags_of(self._headers, row), "AreTotalsUpdated": "No"}

    def delete(self, row: Row) -> None:
        """Delete an order of which nothing was posted, with its lines."""
        if row["SalesOrderProcessingStatus"] != "Active":
            text = f"Sales order {row['SalesOrderNumber']} cannot be deleted while dependent journals exist."
            raise errors.write_failed(ORDER_HEADERS, text, validation=False)
        for line in self._lines.of(LINE, row):
            self._records.delete(ORDER_LINES, line)

    def settled(self, before: Row | None, after: Row | None) -> None:
        """Lines carry what the header says."""
        if after is not None and before is not None:
            mirror(self._records, self._lines.of(LINE, after), after)

    def _origin(self, row: Row, posted: Row) -> Row:
        """The origin's type comes from its code; without a code it is NotSpecified, unless the ERP's own day sets it."""
        if "SalesOrderOriginCode" not in posted or not row["SalesOrderOriginCode"]:
            return row
        self._reference.check_company_table(ORDER_HEADERS, row, posted, "SalesOrderOriginCode", "_sales_origins")
        origin = self._reference.find("_sales_origins", row["dataAreaId"], row["SalesOrderOriginCode"]) or {}
        return {**row, "SalesOrderOriginType": origin.get("type", "NotSpecified")}

    def _check_quotation(self, row: Row) -> None:
        quotation = row["QuotationNumber"]
        if quotation and self._records.get(QUOTATION_HEADERS, row["dataAreaId"], quotation) is None:
            raise errors.not_in_related_table(ORDER_HEADERS, "QuotationNumber", quotation, "Quotations")


class OrderLineRules:
    """What X++ does around an order line's write."""

    def __init__(self, records: Records, lines: DocumentLines) -> None:
        self._records = records
        self._lines = lines

    def create(self, row: Row, posted: Row) -> Row:
        """A new line of an open order."""
        header = self._lines.header(LINE, row)
        check_open(header)
        row = self._lines.created(LINE, row, posted, header)
        return {**row, **mirrored(header), "SalesOrderLineStatus": "Backorder", "SalesDeliverNow": ZERO}

    def update(self, row: Row, posted: Row) -> Row:
        """A change of a line of which nothing was delivered."""
        check_open(self._lines.header(LINE, row))
        _check_undelivered(row)
        row = self._lines.checked(LINE, row, posted)
        return {**row, "SalesOrderLineStatus": line_status(row), "AreTotalsCalculated": "No"}

    def delete(self, row: Row) -> None:
        """Delete a line of which nothing was delivered."""
        check_open(self._lines.header(LINE, row))
        _check_undelivered(row)

    def settled(self, before: Row | None, after: Row | None) -> None:
        """The header's totals are stale, its version changes, its status follows its lines."""
        row = after or before
        if row is not None:
            restate(self._records, self._lines, self._lines.header(LINE, row), {"AreTotalsUpdated": "No"}, touch=True)


def flags_of(headers: DocumentHeaders, row: Row) -> Row:
    """Both computed flags of an order; No for a customer that is not there."""
    customers = (headers.find_customer(row, f"{role}CustomerAccountNumber") for role in ("Ordering", "Invoice"))
    return dict(zip(_FLAGS, ((one or {}).get("IsExternallyMaintained", "No") for one in customers), strict=True))


def restate(records: Records, lines: DocumentLines, header: Row, changes: Row, *, touch: bool = False) -> Row:
    """Write a header with the statuses that follow from its lines, and carry them to the lines."""
    kept = lines.of(LINE, header)
    sales = header_status(kept) if kept else header["SalesOrderStatus"]
    document = changes.get(DOCUMENT) or header.get(DOCUMENT) or posted_status(header["SalesOrderProcessingStatus"])[1]
    state = {"SalesOrderStatus": sales, "SalesOrderProcessingStatus": processing_status(sales, document)}
    header = records.update(ORDER_HEADERS, header, {**changes, DOCUMENT: document, **state}, touch=touch)
    mirror(records, kept, header)
    return header


def mirror(records: Records, lines: Iterable[Row], header: Row) -> None:
    """Carry a header's flags and status to its lines."""
    shown = mirrored(header)
    for line in lines:
        if not shown.items() <= line.items():
            records.update(ORDER_LINES, line, shown)


def mirrored(header: Row) -> Row:
    """What a line shows of its header (assumptions.LINE_STATUS_IS_THE_HEADERS)."""
    names = ("SalesOrderProcessingStatus", "SalesOrderOriginType", *_FLAGS)
    return {**{name: header[name] for name in names}, "AreSalesOrderTotalsUpdated": header["AreTotalsUpdated"]}


def _check_undelivered(line: Row) -> None:
    if line["SalesOrderLineStatus"] != "Backorder":
        text = f"Line {line['LineCreationSequenceNumber']} has the status {line['SalesOrderLineStatus']}."
        raise errors.write_failed(ORDER_LINES, text)


def check_open(header: Row) -> None:
    """Raises FinopsError for an order that is invoiced or cancelled."""
    if header["SalesOrderStatus"] in _CLOSED:
        text = f"Sales order {header['SalesOrderNumber']} has the status {header['SalesOrderStatus']} and cannot be changed."
        raise errors.write_failed(ORDER_HEADERS, text)
