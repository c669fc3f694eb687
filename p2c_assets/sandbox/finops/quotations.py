"""Rules of quotation headers and lines; totals are calculated on every write.

Sources: quotation template page; assumptions.QUOTATION_TOTALS_ARE_CALCULATED_ON_WRITE; the status list of $metadata.
"""

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.document_headers import DocumentHeaders, HeaderShape
from p2c_assets.sandbox.finops.document_lines import DocumentLines, LineShape
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_HEADERS, QUOTATION_LINES
from p2c_assets.sandbox.finops.totals import document_totals, line_taxes
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.table import Row

HEADER = HeaderShape(QUOTATION_HEADERS, "RequestingCustomerAccountNumber", "SalesQuotationName", "ReceiptDateRequested")
LINE = LineShape(
    QUOTATION_LINES,
    QUOTATION_HEADERS,
    "SalesQuotationNumber",
    "RequestedSalesQuantity",
    "ReceiptDateRequested",
    "Sales quotation",
)
_OPEN = frozenset({"Created", "Sent"})


class QuotationHeaderRules:
    """What X++ does around a quotation header's write."""

    def __init__(
        self, records: Records, headers: DocumentHeaders, lines: DocumentLines, totals: "QuotationTotals"
    ) -> None:
        self._records = records
        self._headers = headers
        self._lines = lines
        self._totals = totals

    def create(self, row: Row, posted: Row) -> Row:
        """A new quotation: Created, its totals of nothing calculated."""
        return {**self._headers.created(HEADER, row, posted), "AreTotalsCalculated": "Yes"}

    def update(self, row: Row, posted: Row) -> Row:
        """A change, while the quotation is Created or Sent."""
        check_open(row)
        return self._headers.checked(HEADER, row, posted)

    def delete(self, row: Row) -> None:
        """Delete an open quotation with its lines."""
        check_open(row)
        for line in self._lines.of(LINE, row):
            self._records.delete(QUOTATION_LINES, line)

    def settled(self, before: Row | None, after: Row | None) -> None:
        """Totals after a change of the header."""
        if before is not None and after is not None:
            self._totals.calculate(after)


class QuotationLineRules:
    """What X++ does around a quotation line's write."""

    def __init__(self, lines: DocumentLines, totals: "QuotationTotals") -> None:
        self._lines = lines
        self._totals = totals

    def create(self, row: Row, posted: Row) -> Row:
        """A new line of an open quotation."""
        header = self._lines.header(LINE, row)
        check_open(header)
        status = {"SalesQuotationStatus": header["SalesQuotationStatus"], "AreTotalsCalculated": "Yes"}
        return {**self._lines.created(LINE, row, posted, header), **status}

    def update(self, row: Row, posted: Row) -> Row:
        """A change of a line of an open quotation."""
        check_open(self._lines.header(LINE, row))
        return self._lines.checked(LINE, row, posted)

    def delete(self, row: Row) -> None:
        """Delete a line of an open quotation."""
        check_open(self._lines.header(LINE, row))

    def settled(self, before: Row | None, after: Row | None) -> None:
        """Totals of the quotation follow its lines."""
        row = after or before
        if row is not None:
            self._totals.calculate(self._lines.header(LINE, row), touch=True)


class QuotationTotals:
    """Taxes of lines and totals of headers."""

    def __init__(self, records: Records, reference: Reference, lines: DocumentLines) -> None:
        self._records = records
        self._reference = reference
        self._lines = lines

    def calculate(self, header: Row, *, touch: bool = False) -> None:
        """Bring a quotation up to date. touch: a line was written, so the header's version changes in any case."""
        lines = self._lines.of(LINE, header)
        amounts = [number(line["LineAmount"]) for line in lines]
        taxes = line_taxes(amounts, self._reference.tax_rate(header["dataAreaId"]), None)
        for line, tax in zip(lines, taxes, strict=True):
            self._records.update(QUOTATION_LINES, line, {"TotalTaxAmount": tax, "AreTotalsCalculated": "Yes"})
        totals = document_totals(
            amounts,
            taxes,
            [number(line["TotalDiscountAmount"]) for line in lines],
            end_discount=number(header["TotalDiscountAmount"]),
            charges=number(header["QuotationTotalChargesAmount"]),
            header_tax=number(header["QuotationHeaderTaxAmount"]),
        )
        changes = {
            "QuotationTotalAmount": totals.total,
            "QuotationTotalTaxAmount": totals.tax,
            "QuotationTotalDiscountAmount": totals.discount,
            "AreTotalsCalculated": "Yes",
        }
        self._records.update(QUOTATION_HEADERS, header, changes, touch=touch)


def check_open(header: Row) -> None:
    """Raises FinopsError for a quotation that is confirmed, lost, cancelled or in a workflow."""
    if header["SalesQuotationStatus"] not in _OPEN:
        status = header["SalesQuotationStatus"]
        text = f"Quotation {header['SalesQuotationNumber']} has the status {status} and cannot be changed."
        raise errors.write_failed(QUOTATION_HEADERS, text)
