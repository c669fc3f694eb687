"""Quotes and orders as Sales people write them, and their rows in the Sales twin.

Totals and the flags that the solution's plug-ins keep are left to the twin (load with plug-ins). Amounts are texts, so
that the data reads as people would write it; they become Decimals here. What SCM does with an order is in `erp`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.sandbox.scenario.companies import SandboxCompany
from p2c_assets.sandbox.scenario.sales_rows import (
    UNITS,
    Row,
    currency,
    identity,
    lookup,
    owned_by,
    party,
)

DRAFT, ACTIVATED = 647390011, 647390000
"""Values of msdynce_processingstatus. Source: CRMP2C solution, customizations.xml."""

NOTHING: Mapping[str, Any] = {}


class Address(NamedTuple):
    """Where something goes. The country is text in Sales and ISO-2 in SCM."""

    street: str = ""
    city: str = ""
    zip_code: str = ""
    country: str = ""
    state: str = ""
    street_2: str = ""


NO_ADDRESS = Address()


class Line(NamedTuple):
    """One line; `discount` is the amount off the whole line. Without a product it is a write-in, named by `text`."""

    product: str | None
    quantity: str
    price: str
    discount: str = "0"
    unit: str = UNITS[0]
    text: str = ""


class Customer(NamedTuple):
    """An account or a contact by its number."""

    table: str
    number: str


@dataclass(frozen=True)
class Quote:
    """A quote; (state, status) as the platform numbers them. `columns` override the header's."""

    company: SandboxCompany
    number: str
    customer: Customer
    name: str
    lines: tuple[Line, ...]
    ship: Address = NO_ADDRESS
    state: tuple[int, int] = (1, 2)
    revision: int = 0
    columns: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Order:
    """An order born in Sales. `line_columns` override columns of the line with that number, from 1."""

    company: SandboxCompany
    number: str
    customer: Customer
    name: str
    lines: tuple[Line, ...]
    ship: Address = NO_ADDRESS
    activated: bool = True
    numbered: bool = True
    quote: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict[str, Any])
    line_columns: Mapping[int, Mapping[str, Any]] = field(default_factory=dict[int, Mapping[str, Any]])


def account_customer(number: str) -> Customer:
    return Customer("account", number)


def contact_customer(number: str) -> Customer:
    return Customer("contact", number)


def quote_row(quote: Quote) -> Row:
    """The header of a quote."""
    state, status = quote.state
    return {
        "quoteid": _quote_id(quote),
        "quotenumber": quote.number,
        "revisionnumber": quote.revision,
        "name": quote.name,
        "statecode": state,
        "statuscode": status,
        **_header(quote.company, quote.customer, quote.ship),
        **quote.columns,
    }


def quote_lines(quote: Quote) -> list[Row]:
    return [
        {
            "quotedetailid": identity("quotedetail", quote.number, quote.revision, number),
            "_quoteid_value": _quote_id(quote),
            "quotestatecode": quote.state[0],
            "msdynce_quoterevisionnumber": quote.revision,
            "sequencenumber": number,
            **_line(quote.company, number, line),
        }
        for number, line in enumerate(quote.lines, 1)
    ]


def _quote_id(quote: Quote) -> str:
    return identity("quote", quote.number, quote.revision)


def order_row(order: Order) -> Row:
    """The header of an order."""
    quote = lookup("quoteid", "quote", order.quote, 0) if order.quote else NOTHING
    return {
        "salesorderid": identity("salesorder", order.number),
        "ordernumber": order.number,
        "name": order.name,
        "statecode": 0,
        "statuscode": 1,
        "msdynce_processingstatus": ACTIVATED if order.activated else DRAFT,
        "msdynce_ismaintainedexternally": False,
        "ispricelocked": False,
        **quote,
        **_header(order.company, order.customer, order.ship),
        **order.columns,
    }


def order_lines(order: Order) -> list[Row]:
    """The lines of an order; activated ones are marked as submitted, as the solution's Activate button does."""
    return [
        {
            "salesorderdetailid": identity("salesorderdetail", order.number, number),
            **lookup("salesorderid", "salesorder", order.number),
            "salesorderstatecode": 0,
            "msdynce_ordernumber": order.number,
            "msdynce_orderissubmitted": order.activated,
            "msdynce_ismisctax": False,
            "sequencenumber": number if order.numbered else None,
            **_line(order.company, number, line),
            **order.line_columns.get(number, NOTHING),
        }
        for number, line in enumerate(order.lines, 1)
    ]


def _header(company: SandboxCompany, customer: Customer, ship: Address) -> Row:
    return {
        **party("customerid", customer.table, customer.number),
        **lookup("pricelevelid", "pricelevel", company.price_list),
        **currency(company.currency),
        **owned_by(company),
        **_ship_to(ship),
    }


def _ship_to(ship: Address) -> Row:
    columns = {
        "shipto_line1": ship.street,
        "shipto_line2": ship.street_2,
        "shipto_city": ship.city,
        "shipto_stateorprovince": ship.state,
        "shipto_postalcode": ship.zip_code,
        "shipto_country": ship.country,
    }
    return {name: value or None for name, value in columns.items()}


def _line(company: SandboxCompany, number: int, line: Line) -> Row:
    return {
        "lineitemnumber": number,
        "quantity": Decimal(line.quantity),
        "priceperunit": Decimal(line.price),
        "ispriceoverridden": True,
        "manualdiscountamount": Decimal(line.discount),
        "producttypecode": 1,
        "propertyconfigurationstatus": 2,
        **owned_by(company),
        **currency(company.currency),
        **_what(line),
    }


def _what(line: Line) -> Row:
    if line.product is None:
        return {"isproductoverridden": True, "productdescription": line.text}
    return {
        "isproductoverridden": False,
        **lookup("productid", "product", line.product),
        **lookup("uomid", "uom", line.unit),
    }
