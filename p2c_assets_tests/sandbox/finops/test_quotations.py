"""Quotations: defaults, totals on write, the closed ones."""

from decimal import Decimal

from p2c_assets_tests.sandbox.finops.scm_rows import create, customer, key, quotation, quotation_line, record, refusal
from p2c_assets_tests.sandbox.running import Caller, body

HEADERS, LINES = "CDSSalesQuotationHeaders", "CDSSalesQuotationLines"
QU1 = key(HEADERS, SalesQuotationNumber="QU-1")
LINE1 = key(LINES, SalesQuotationNumber="QU-1", LineCreationSequenceNumber=1)


def offered(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    create(scm, HEADERS, quotation())
    create(scm, LINES, quotation_line(TotalDiscountAmount=Decimal("10.00")))


def test_a_quotation_takes_what_it_is_not_told_from_its_customer(scm: Caller) -> None:
    # Source: quotation template page and grid (few columns are sent)
    create(scm, "CustomersV2", customer())
    created = create(scm, HEADERS, quotation(SalesQuotationName="Bikes"))
    assert (created["SalesQuotationStatus"], created["SalesQuotationName"]) == ("Created", "Bikes")
    assert (created["InvoiceCustomerAccountNumber"], created["CurrencyCode"]) == ("C1", "USD")
    assert created["DeliveryAddressStreet"] == created["InvoiceAddressStreet"] == "1 Main Street"
    assert created["DeliveryAddressStateId"] == "WA"
    assert created["RequestedShippingDate"] == created["ReceiptDateRequested"] == "2026-01-05T12:00:00Z"
    assert created["SalesQuotationExpiryDate"] == "1900-01-01T12:00:00Z"


def test_totals_of_quotations_are_current_after_every_write(scm: Caller) -> None:
    """Source: $metadata (AreTotalsCalculated): assumptions.QUOTATION_TOTALS_ARE_CALCULATED_ON_WRITE; split as on orders."""
    offered(scm)
    header, line = record(scm, QU1), record(scm, LINE1)
    assert (line["LineDiscountAmount"], line["FixedPriceCharges"]) == (Decimal("3.33"), Decimal("-0.01"))
    assert (line["LineAmount"], line["TotalTaxAmount"], line["AreTotalsCalculated"]) == (290, 29, "Yes")
    assert (header["QuotationTotalAmount"], header["QuotationTotalTaxAmount"]) == (319, 29)
    assert (header["QuotationTotalDiscountAmount"], header["AreTotalsCalculated"]) == (10, "Yes")
    scm.patch(LINE1, {"RequestedSalesQuantity": Decimal(0)})
    assert record(scm, QU1)["QuotationTotalAmount"] == Decimal("-0.01")
    scm.delete(LINE1)
    assert record(scm, QU1)["QuotationTotalAmount"] == 0


def test_a_line_write_changes_the_headers_version(scm: Caller) -> None:
    # Source: header rows change their recVersion as a side effect of line writes
    offered(scm)
    before = record(scm, QU1)["@odata.etag"]
    scm.patch(LINE1, {"LineDescription": "x"})
    assert record(scm, QU1)["@odata.etag"] != before


def test_a_quotation_that_is_not_open_refuses_changes(scm: Caller) -> None:
    """Source: mapping of quotations: an upsert of a confirmed, lost or cancelled one must fail; quotation template."""
    offered(scm)
    scm.admin(
        "alter",
        {
            "set": HEADERS,
            "key": {"dataAreaId": "usmf", "SalesQuotationNumber": "QU-1"},
            "values": {"SalesQuotationStatus": "Lost"},
        },
    )
    answer = scm.patch(QU1, {"Email": "x@y.z"})
    assert answer.status_code == 400
    expected = "Quotation QU-1 has the status Lost and cannot be changed."
    assert expected in body(answer)["error"]["innererror"]["message"]
    assert scm.patch(LINE1, {"RequestedSalesQuantity": Decimal(1)}).status_code == 400
    assert "status Lost" in refusal(scm, LINES, quotation_line(line=2))["message"]
    assert scm.delete(QU1).status_code == 400


def test_a_confirmed_quotation_becomes_an_order(scm: Caller) -> None:
    """Source: $metadata: GeneratedSalesOrderNumber; quotation template."""
    offered(scm)
    item = {
        "day": 1,
        "action": "confirm_quotation",
        "dataAreaId": "usmf",
        "SalesQuotationNumber": "QU-1",
        "SalesOrderNumber": "SO-9",
    }
    scm.admin("agenda", {"items": [item]})
    scm.admin(
        "load", {"rows": {"_order_plans": [{"dataAreaId": "usmf", "SalesOrderNumber": "SO-9", "until": "confirm"}]}}
    )
    assert scm.admin("advance", {"days": 1})["booked"] == 1
    header = record(scm, QU1)
    assert (header["SalesQuotationStatus"], header["GeneratedSalesOrderNumber"]) == ("Confirmed", "SO-9")
    order = record(scm, key("CDSSalesOrderHeaders", SalesOrderNumber="SO-9"))
    assert (order["QuotationNumber"], order["OrderTotalAmount"]) == ("QU-1", 319)


def test_deleting_an_open_quotation_deletes_its_lines(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.LINES_GO_WITH_THEIR_HEADER."""
    offered(scm)
    assert scm.delete(QU1).status_code == 204
    assert scm.get(LINE1).status_code == 404


def test_a_quotation_line_needs_its_header(scm: Caller) -> None:
    error = refusal(scm, LINES, quotation_line())
    assert (
        "The value 'QU-1' in field 'Sales quotation number' is not found in the related table 'Quotations'."
        in error["message"]
    )


def test_prospects_are_501(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    assert scm.post(f"/data/{HEADERS}", quotation(ProspectId="P1")).status_code == 501
