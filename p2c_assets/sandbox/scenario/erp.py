"""Orders that SCM's own people book, and what becomes of any order on SCM's day: agenda items and order plans.

Without a plan an order is confirmed, totalled, picked, packed and invoiced on the first day that SCM sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from p2c_assets.sandbox.scenario.companies import SandboxCompany
from p2c_assets.sandbox.scenario.documents import NO_ADDRESS, Address, Line
from p2c_assets.sandbox.scenario.sales_rows import Row

Until = Literal["none", "confirm", "pick", "partial_delivery", "delivery", "partial_invoice", "invoice", "cancel"]

SYMBOL_OF_UNIT = {"Primary Unit": "ea", "Box": "box", "Hour": "hr", "Kilogram": "kg", "Drum": "drum"}


class Plan(NamedTuple):
    """How far SCM takes an order of this number, and prescribed amounts: tax over the lines, freight, tax on freight."""

    company: SandboxCompany
    number: str
    until: Until = "invoice"
    totals: bool = True
    tax: str | None = None
    freight: str | None = None
    freight_tax: str | None = None


@dataclass(frozen=True)
class ErpOrder:
    """An order booked in SCM on `day`. Units are named as in Sales; `header` overrides header columns."""

    company: SandboxCompany
    number: str
    customer: str
    lines: tuple[Line, ...]
    ship: Address = NO_ADDRESS
    name: str = "Web order"
    reference: str = ""
    day: int = 1
    header: Mapping[str, Any] = field(default_factory=dict[str, Any])


def plan_row(plan: Plan) -> Row:
    """A row of `_order_plans`; amounts that are not prescribed are left out."""
    row = {
        "dataAreaId": plan.company.id,
        "SalesOrderNumber": plan.number,
        "until": plan.until,
        "totals": plan.totals,
        "tax": plan.tax,
        "freight": plan.freight,
        "freight_tax": plan.freight_tax,
    }
    return {name: value for name, value in row.items() if value is not None}


def booking(order: ErpOrder) -> Row:
    """The agenda item that books the order."""
    return {
        "day": order.day,
        "action": "book_order",
        "dataAreaId": order.company.id,
        "header": order_header(order),
        "lines": [order_line(number, line) for number, line in enumerate(order.lines, 1)],
    }


def order_header(order: ErpOrder) -> Row:
    return {
        "SalesOrderNumber": order.number,
        "SalesOrderName": order.name,
        "OrderingCustomerAccountNumber": order.customer,
        "InvoiceCustomerAccountNumber": order.customer,
        "CurrencyCode": order.company.currency,
        "CustomersOrderReference": order.reference,
        **_delivery(order.ship),
        **order.header,
    }


def _delivery(ship: Address) -> Row:
    """The order's own address; an order without one is delivered to the customer's."""
    if ship == NO_ADDRESS:
        return {}
    return {
        "IsDeliveryAddressOrderSpecific": "Yes",
        "DeliveryAddressStreet": ship.street,
        "DeliveryAddressStreetNumber": ship.street_2,
        "DeliveryAddressCity": ship.city,
        "DeliveryAddressStateId": ship.state,
        "DeliveryAddressZipCode": ship.zip_code,
        "DeliveryAddressCountryRegionISOCode": ship.country,
    }


def order_line(number: int, line: Line) -> Row:
    return {
        "LineCreationSequenceNumber": number,
        "ProductNumber": line.product,
        "OrderedSalesQuantity": Decimal(line.quantity),
        "SalesUnitSymbol": SYMBOL_OF_UNIT[line.unit],
        "SalesPrice": Decimal(line.price),
        "TotalDiscountAmount": Decimal(line.discount),
    }
