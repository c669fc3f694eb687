"""Posting of invoices: what was delivered and not yet invoiced becomes an immutable invoice of its own.

Sources: prospect-to-cash invoice page (entity shows externally maintained customers only); finops lifecycles.
Freight, header tax and end discount go on an order's first invoice. A line's amount and discount are computed anew for the
quantity of each invoice, its sales charge going on the line's first; of its tax the last invoice takes what is left.
"""

from collections.abc import Mapping
from decimal import Decimal

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.document_lines import DocumentLines
from p2c_assets.sandbox.finops.orders import LINE
from p2c_assets.sandbox.finops.records import HIDDEN, REC_ID, Records
from p2c_assets.sandbox.finops.schema_invoices import INVOICE_HEADERS, INVOICE_LINES
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.schema_products import SELLABLE_RELEASED_PRODUCTS
from p2c_assets.sandbox.finops.status import DELIVERED, INVOICED, line_status
from p2c_assets.sandbox.finops.totals import Split, document_totals, line_amount, whole_discount
from p2c_assets.sandbox.finops.values import number
from p2c_assets.sandbox.money import ZERO, round_half_away
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

_SHARED = {
    "LineTotalTaxAmount": "TotalTaxAmount",
    "LineTotalChargeAmount": "TotalChargesAmount",
}
_COPIED = ("SalesOrderNumber", "SalesOrderOriginType", "InvoiceCustomerAccountNumber", "CurrencyCode")
_TERMS = ("CustomersOrderReference", "ContactPersonId", "PaymentTermsName", "DeliveryModeCode", "DeliveryTermsCode")
_ADDRESS = ("Street", "StreetNumber", "City", "ZipCode", "CountryRegionId", "CountryRegionISOCode")
_HAS_INVOICE = "_has_invoice"


class Invoicing:
    """Posts invoices of orders."""

    def __init__(self, store: Store, records: Records, lines: DocumentLines, clock: Clock) -> None:
        self._store = store
        self._records = records
        self._lines = lines
        self._clock = clock

    def post(self, header: Row, quantities: Mapping[int, Decimal] | None = None) -> Row | None:
        """Invoice what is delivered and not invoiced; the invoice's header, None when there is nothing.

        quantities: of it only these, by the lines' record ids.
        """
        due = [(line, due_quantity(line)) for line in self._lines.of(LINE, header)]
        if quantities is not None:
            due = [(line, min(most, quantities.get(line[REC_ID], ZERO))) for line, most in due]
        due = [(line, quantity) for line, quantity in due if quantity > 0]
        if not due:
            return None
        identity = self._identity(header)
        hidden = {HIDDEN: header["InvoiceCustomerIsExternallyMaintained"] != "Yes"}
        posted = [
            self._post_line({**identity, **hidden}, place, line, quantity)
            for place, (line, quantity) in enumerate(due, start=1)
        ]
        invoice = {**INVOICE_HEADERS.blank, **identity, **hidden, **_from_order(header), **_totals(header, posted)}
        self._records.update(ORDER_HEADERS, header, {_HAS_INVOICE: True})
        return self._records.insert(INVOICE_HEADERS, invoice)

    def _identity(self, header: Row) -> Row:
        company = header["dataAreaId"]
        serial = self._store.sequence(f"invoice {company}")
        return {
            "dataAreaId": company,
            "InvoiceNumber": f"{company.upper()}-INV-{serial:06d}",
            "InvoiceDate": f"{self._clock.today()}T12:00:00Z",
            "LedgerVoucher": f"{company.upper()}-IV-{serial:06d}",
        }

    def _post_line(self, shared: Row, place: int, line: Row, quantity: Decimal) -> Row:
        shares = {name: _share(line, theirs, quantity) for name, theirs in _SHARED.items()}
        product = self._records.get(SELLABLE_RELEASED_PRODUCTS, line["dataAreaId"], line["ProductNumber"]) or {}
        names = (
            "ProductNumber",
            "ProductName",
            "SalesUnitSymbol",
            "SalesPrice",
            "CurrencyCode",
            "ConfirmedShippingDate",
        )
        row = {
            **INVOICE_LINES.blank,
            **shared,
            **shares,
            **_net(line, quantity),
            **{name: line[name] for name in names},
            "ProductDescription": product.get("ProductDescription", ""),
            "InvoicedQuantity": quantity,
            "LineCreationSequenceNumber": place,
        }
        self._note(line, quantity, shares)
        return self._records.insert(INVOICE_LINES, row)

    def _note(self, line: Row, quantity: Decimal, shares: Row) -> None:
        changes: Row = {
            f"_invoiced {theirs}": _invoiced(line, theirs) + shares[name] for name, theirs in _SHARED.items()
        }
        changes[INVOICED] = number(line.get(INVOICED)) + quantity
        changes["SalesOrderLineStatus"] = line_status({**line, **changes})
        self._records.update(ORDER_LINES, line, changes)


def due_quantity(line: Row) -> Decimal:
    """What of a line is delivered and not invoiced."""
    return number(line.get(DELIVERED)) - number(line.get(INVOICED))


def _net(line: Row, quantity: Decimal) -> Row:
    """Source: the documented split (3 x 3.33 + 0.01): fixed charges are charged once."""
    charge = ZERO if number(line.get(INVOICED)) else number(line["FixedPriceCharges"])
    split = Split(number(line["LineDiscountAmount"]), charge)
    amount = line_amount(quantity, number(line["SalesPrice"]), split)
    return {"LineAmount": amount, "LineTotalDiscountAmount": whole_discount(split, quantity)}


def _invoiced(line: Row, name: str) -> Decimal:
    return number(line.get(f"_invoiced {name}"))


def _share(line: Row, name: str, quantity: Decimal) -> Decimal:
    """The part of a line's amount that falls on a quantity; the rest of it when the quantity completes the line."""
    whole, ordered = number(line[name]), number(line["OrderedSalesQuantity"])
    if number(line.get(INVOICED)) + quantity >= ordered:
        return whole - _invoiced(line, name)
    return round_half_away(whole * quantity / ordered)


def _from_order(header: Row) -> Row:
    return {
        **{name: header[name] for name in (*_COPIED, *_TERMS)},
        **{f"InvoiceAddress{part}": header[f"InvoiceAddress{part}"] for part in _ADDRESS},
        "InvoiceAddressState": header["InvoiceAddressStateId"],
    }


def _totals(header: Row, lines: list[Row]) -> Row:
    first = not header.get(_HAS_INVOICE)
    charges, header_tax, end_discount = (
        number(header[name]) if first else ZERO
        for name in ("OrderTotalChargesAmount", "OrderHeaderTaxAmount", "TotalDiscountAmount")
    )
    totals = document_totals(
        [line["LineAmount"] for line in lines],
        [line["LineTotalTaxAmount"] for line in lines],
        [line["LineTotalDiscountAmount"] for line in lines],
        end_discount=end_discount,
        charges=charges,
        header_tax=header_tax,
    )
    return {
        "TotalInvoiceAmount": totals.total,
        "TotalTaxAmount": totals.tax,
        "InvoiceHeaderTaxAmount": header_tax,
        "TotalChargeAmount": charges,
        "TotalDiscountAmount": totals.discount,
        "TotalDiscountCustomerGroupCode": end_discount,
    }
