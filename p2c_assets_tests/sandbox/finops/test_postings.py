"""Documents posted one at a time by the admin path: quantities, statuses, invoices, cancellation, quotations' outcomes."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from p2c_assets_tests.sandbox.finops.scm_rows import (
    booked,
    create,
    customer,
    key,
    line_key,
    order_key,
    quotation,
    quotation_line,
    record,
    value,
)
from p2c_assets_tests.sandbox.running import Caller, body

INVOICES = "/data/ExternallyMaintainedCustomerSalesInvoiceHeaders"
INVOICE_LINES = "/data/ExternallyMaintainedCustomerSalesInvoiceLines"
QU1 = key("CDSSalesQuotationHeaders", SalesQuotationNumber="QU-1")


def posted(scm: Caller, document: str, **quantities: int | str) -> dict[str, Any]:
    """Post a document of SO-1: l1="2" is two of line 1; without quantities all there is."""
    return scm.admin("post", call(document, **quantities))


def call(document: str, **quantities: int | str) -> dict[str, Any]:
    lines = [{"LineCreationSequenceNumber": int(name[1:]), "quantity": one} for name, one in quantities.items()]
    identity = {"dataAreaId": "usmf", "SalesOrderNumber": "SO-1", "document": document}
    return {**identity, "lines": lines} if lines else identity


def refused(scm: Caller, route: str, document: dict[str, Any]) -> str:
    answer: httpx.Response = scm.http.post(f"/_sandbox/{route}", json=document)
    assert answer.status_code == 400
    return body(answer)["error"]["message"]


def statuses(scm: Caller) -> tuple[str, str]:
    header = record(scm, order_key())
    return header["SalesOrderStatus"], header["SalesOrderProcessingStatus"]


def test_each_document_raises_the_status_of_its_order(scm: Caller) -> None:
    """Source: sales-status-map."""
    booked(scm, lines=2)
    seen = [statuses(scm)]
    for document in ("Confirmation", "PickingList", "PackingSlip", "Invoice"):
        posted(scm, document)
        seen.append(statuses(scm))
    assert seen == [
        ("Backorder", "Active"),
        ("Backorder", "Confirmed"),
        ("Backorder", "Picked"),
        ("Delivered", "Delivered"),
        ("Invoiced", "Invoiced"),
    ]


def test_a_part_that_is_delivered_and_invoiced_leaves_the_rest_open(scm: Caller) -> None:
    """Source: sales-status-map."""
    booked(scm)
    posted(scm, "Confirmation")
    assert posted(scm, "PackingSlip", l1=1)["SalesOrderProcessingStatus"] == "PartiallyDelivered"
    first = posted(scm, "Invoice")
    assert (first["SalesOrderStatus"], first["SalesOrderProcessingStatus"]) == ("Backorder", "PartiallyInvoiced")
    posted(scm, "PackingSlip", l1="2")
    assert statuses(scm) == ("Delivered", "PartiallyInvoiced")
    posted(scm, "Invoice", l1=1)
    assert statuses(scm) == ("Delivered", "PartiallyInvoiced")
    last = posted(scm, "Invoice")
    assert statuses(scm) == ("Invoiced", "Invoiced")
    assert (first["InvoiceNumber"], last["InvoiceNumber"]) == ("USMF-INV-000001", "USMF-INV-000003")
    assert [row["InvoicedQuantity"] for row in value(scm, f"{INVOICE_LINES}?$orderby=InvoiceNumber")] == [1, 1, 1]


def test_the_header_keeps_the_highest_document_of_any_line(scm: Caller) -> None:
    """Source: sales-status-map (DocumentStatus)."""
    booked(scm, lines=2)
    posted(scm, "PackingSlip", l1=3)
    posted(scm, "Confirmation")
    assert statuses(scm) == ("Backorder", "PartiallyDelivered")


def test_parts_of_an_invoice_add_up_to_the_order_to_the_cent(scm: Caller) -> None:
    """Source: sales-order-template-mapping-direct-two-ways (3 x 3.33 + 0.01); sales-status-map."""
    booked(scm, SalesPrice=Decimal("33.335"), TotalDiscountAmount=Decimal("10.00"))
    for quantity in (1, 2):
        posted(scm, "PackingSlip", l1=quantity)
        posted(scm, "Invoice")
    totals = [row["TotalInvoiceAmount"] for row in value(scm, INVOICES)]
    assert len(totals) == 2
    assert sum(totals) == record(scm, order_key())["OrderTotalAmount"]


def test_picking_is_noted_and_packing_takes_it_away(scm: Caller) -> None:
    """Source: $metadata (PickedQuantity)."""
    booked(scm)
    posted(scm, "PickingList", l1=2)
    assert record(scm, line_key())["PickedQuantity"] == 2
    posted(scm, "PackingSlip", l1=1)
    assert record(scm, line_key())["PickedQuantity"] == 1
    assert "of line 1 no more than 1 can be posted, not 2" in refused(scm, "post", call("PickingList", l1=2))


def test_an_order_of_which_nothing_was_delivered_becomes_canceled(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.CANCELLATION_IS_OF_THE_REMAINDER."""
    booked(scm, lines=2)
    posted(scm, "Confirmation")
    posted(scm, "Cancellation", l1=3)
    assert record(scm, line_key())["SalesOrderLineStatus"] == "Canceled"
    assert statuses(scm) == ("Backorder", "Confirmed")
    posted(scm, "Cancellation")
    assert statuses(scm) == ("Canceled", "Canceled")


def test_a_delivered_part_survives_the_cancellation_of_the_rest(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.CANCELLATION_IS_OF_THE_REMAINDER."""
    booked(scm)
    posted(scm, "PackingSlip", l1=1)
    posted(scm, "Cancellation")
    assert statuses(scm) == ("Delivered", "Delivered")
    posted(scm, "Invoice")
    assert statuses(scm) == ("Invoiced", "Invoiced")
    (line,) = value(scm, INVOICE_LINES)
    assert (line["InvoicedQuantity"], line["LineAmount"]) == (1, 100)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (call("Invoice"), "there is nothing to post of order SO-1"),
        (call("PackingSlip", l1=4), "of line 1 no more than 3 can be posted, not 4"),
        (call("PackingSlip", l1="some"), "the quantity 'some' of line 1 is not a number"),
        (call("PackingSlip", l9=1), "there is no line 9"),
        (call("Gift"), "unknown document 'Gift'; known: Confirmation, PickingList"),
        ({**call("Invoice"), "SalesOrderNumber": "SO-9"}, "there is no order SO-9 in usmf"),
    ],
)
def test_what_cannot_be_posted_is_said_and_changes_nothing(scm: Caller, document: dict[str, Any], text: str) -> None:
    booked(scm)
    before = record(scm, order_key())
    assert text in refused(scm, "post", document)
    assert record(scm, order_key()) == before


def test_nothing_more_is_posted_of_a_closed_order(scm: Caller) -> None:
    booked(scm)
    posted(scm, "Cancellation")
    assert "Sales order SO-1 has the status Canceled and cannot be changed." in refused(
        scm, "post", call("Confirmation")
    )


def test_invoicing_writes_an_invoice_with_its_voucher_and_lines(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.INVOICES_ARE_IMMUTABLE."""
    booked(scm, lines=2)
    posted(scm, "PackingSlip")
    number = posted(scm, "Invoice")["InvoiceNumber"]
    (invoice,) = value(scm, INVOICES)
    assert (invoice["InvoiceNumber"], invoice["LedgerVoucher"]) == (number, "USMF-IV-000001")
    assert [row["LineCreationSequenceNumber"] for row in value(scm, INVOICE_LINES)] == [1, 2]
    before = value(scm, INVOICES)
    scm.patch(order_key(), {"SalesOrderName": "renamed"})
    assert value(scm, INVOICES) == before


def offered(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    create(scm, "CDSSalesQuotationHeaders", quotation())
    create(scm, "CDSSalesQuotationLines", quotation_line())


def outcome(status: str, **values: str) -> dict[str, str]:
    return {"dataAreaId": "usmf", "SalesQuotationNumber": "QU-1", "status": status, **values}


@pytest.mark.parametrize("status", ["Sent", "Lost", "Cancelled"])
def test_a_quotation_gets_its_outcome(scm: Caller, status: str) -> None:
    """Source: $metadata (SalesQuotationStatus)."""
    offered(scm)
    scm.admin("quotation", outcome(status))
    assert record(scm, QU1)["SalesQuotationStatus"] == status
    (line,) = value(scm, "/data/CDSSalesQuotationLines")
    assert line["SalesQuotationStatus"] == status
    assert scm.patch(QU1, {"Email": "x@y.z"}).status_code == (204 if status == "Sent" else 400)


def test_a_sent_quotation_is_confirmed_into_an_order(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.CONFIRMING_A_QUOTATION_MAKES_THE_ORDER."""
    offered(scm)
    scm.admin("quotation", outcome("Sent"))
    answer = scm.admin("quotation", outcome("Confirmed", SalesOrderNumber="SO-7"))
    assert answer["GeneratedSalesOrderNumber"] == "SO-7"
    assert record(scm, QU1)["GeneratedSalesOrderNumber"] == "SO-7"
    assert record(scm, order_key("SO-7"))["QuotationNumber"] == "QU-1"
    (line,) = value(scm, "/data/CDSSalesOrderLines")
    assert (line["OrderedSalesQuantity"], line["LineAmount"]) == (3, 300)


def test_a_quotation_cannot_get_another_outcome(scm: Caller) -> None:
    offered(scm)
    assert "a quotation cannot become 'Won'" in refused(scm, "quotation", outcome("Won"))
    scm.admin("quotation", outcome("Lost"))
    assert "has the status Lost" in refused(scm, "quotation", outcome("Sent"))
    unknown = {**outcome("Sent"), "SalesQuotationNumber": "QU-9"}
    assert "Resource not found for the segment 'CDSSalesQuotationHeaders'." in refused(scm, "quotation", unknown)


def test_other_admin_routes_are_501(scm: Caller) -> None:
    assert scm.http.post("/_sandbox/ship", json={}).status_code == 501


def test_a_line_shows_its_headers_status(scm: Caller) -> None:
    """Source: sales-status-map: filters of the templates use both alike; assumptions.LINE_STATUS_IS_THE_HEADERS."""
    booked(scm, lines=2)
    posted(scm, "Confirmation")
    posted(scm, "PackingSlip", l1=1)
    assert [record(scm, line_key(line=line))["SalesOrderProcessingStatus"] for line in (1, 2)] == [
        "PartiallyDelivered",
        "PartiallyDelivered",
    ]


def test_a_cancelled_order_keeps_its_totals(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.CANCELLED_ORDERS_KEEP_THEIR_TOTALS."""
    booked(scm)
    scm.admin("jobs", {"job": "calculate_sales_totals"})
    before = record(scm, order_key())
    posted(scm, "Cancellation")
    after = record(scm, order_key())
    assert after["SalesOrderStatus"] == "Canceled"
    assert [after[name] for name in ("OrderTotalAmount", "OrderTotalTaxAmount")] == [
        before[name] for name in ("OrderTotalAmount", "OrderTotalTaxAmount")
    ]
