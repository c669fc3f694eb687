"""The arithmetic of documents. Source: sales-order-template-mapping-direct-two-ways."""

from decimal import Decimal

import pytest

from p2c_assets.sandbox.finops.status import header_status, posted_status, processing_status
from p2c_assets.sandbox.finops.totals import (
    Split,
    document_totals,
    line_amount,
    line_taxes,
    split_discount,
    whole_discount,
)
from p2c_assets.sandbox.table import Row


@pytest.mark.parametrize(
    ("total", "quantity", "unit", "charge"),
    [
        ("10.00", "3", "3.33", "-0.01"),
        ("9.00", "3", "3.00", "0.00"),
        ("0.05", "10", "0.01", "0.05"),
        ("10.00", "0", "0", "0"),
        ("0.00", "4", "0.00", "0.00"),
        ("7.77", "2.5", "3.11", "0.01"),
        ("40.49988", "1", "40.50", "0.00"),
    ],
)
def test_a_discount_splits_and_comes_back_whole(total: str, quantity: str, unit: str, charge: str) -> None:
    """Source: sales-order-template-mapping-direct-two-ways."""
    split = split_discount(Decimal(total), Decimal(quantity))
    assert split == Split(Decimal(unit), Decimal(charge))
    if Decimal(quantity):
        assert whole_discount(split, Decimal(quantity)) == Decimal(total).quantize(Decimal("0.01"))


def test_a_line_amount_is_price_less_discount_plus_charge_rounded_once() -> None:
    assert line_amount(Decimal(3), Decimal("100"), Split(Decimal("3.33"), Decimal("-0.01"))) == Decimal("290.00")
    assert line_amount(Decimal(1), Decimal("2.125"), Split(Decimal(0), Decimal(0))) == Decimal("2.13")
    assert line_amount(Decimal(1), Decimal("-2.125"), Split(Decimal(0), Decimal(0))) == Decimal("-2.13")
    assert line_amount(Decimal(1), Decimal("2024.994"), Split(Decimal("40.50"), Decimal(0))) == Decimal("1984.49")


def test_a_prescribed_tax_is_spread_and_a_rate_is_rounded_per_line() -> None:
    """Source: sales-order-template-mapping-direct-two-ways."""
    amounts = [Decimal("10.05"), Decimal("10.05"), Decimal("0.10")]
    assert line_taxes(amounts, Decimal("0.1"), None) == [Decimal("1.01"), Decimal("1.01"), Decimal("0.01")]
    assert sum(line_taxes(amounts, Decimal("0.1"), Decimal("2.00"))) == Decimal("2.00")


def test_a_documents_total_is_lines_less_end_discount_plus_charges_plus_tax() -> None:
    """Source: sales-order-template-mapping-direct-two-ways."""
    totals = document_totals(
        [Decimal("290.00")],
        [Decimal("29.00")],
        [Decimal("10.00")],
        end_discount=Decimal("5.00"),
        charges=Decimal("7.50"),
        header_tax=Decimal("0.75"),
    )
    assert totals == (Decimal("322.25"), Decimal("29.75"), Decimal("15.00"))


@pytest.mark.parametrize(
    ("sales", "document", "processing"),
    [
        ("Backorder", "None", "Active"),
        ("Backorder", "Confirmation", "Confirmed"),
        ("Backorder", "PickingList", "Picked"),
        ("Backorder", "PackingSlip", "PartiallyDelivered"),
        ("Delivered", "PackingSlip", "Delivered"),
        ("Backorder", "Invoice", "PartiallyInvoiced"),
        ("Delivered", "Invoice", "PartiallyInvoiced"),
        ("Invoiced", "Invoice", "Invoiced"),
        ("Canceled", "None", "Canceled"),
        ("Canceled", "Confirmation", "Canceled"),
    ],
)
def test_the_processing_status_follows_the_published_table(sales: str, document: str, processing: str) -> None:
    """Source: sales-status-map."""
    assert processing_status(sales, document) == processing
    assert processing_status(*posted_status(processing)) == processing


def test_a_headers_status_is_the_lowest_of_its_lines() -> None:
    def of(*statuses: str) -> str:
        lines: list[Row] = [{"SalesOrderLineStatus": status} for status in statuses]
        return header_status(lines)

    assert of("Delivered", "Backorder") == "Backorder"
    assert of("Delivered", "Invoiced") == "Delivered"
    assert of("Invoiced", "Canceled") == "Invoiced"
    assert of("Canceled", "Canceled") == "Canceled"
