"""The scenario's products: released in SCM, some of them in several companies, and what Sales has of them already.

Sales has those that the first day's quotes and orders use, as after an earlier import: externally maintained, active, some
at an outdated price. The rest is in SCM only, so that the first chain creates it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.sandbox.scenario import sales_rows
from p2c_assets.sandbox.scenario.companies import COMPANIES, SandboxCompany
from p2c_assets.sandbox.scenario.sales_rows import Row

UNIT_OF_SYMBOL = {"ea": "Primary Unit", "box": "Box", "hr": "Hour", "kg": "Kilogram"}
"""SCM's unit symbols and Sales' units. The drum has no unit in Sales, the Pallet no symbol in SCM."""

LONG_NAME = (
    "Replacement Ribbon for Mechanical Typewriters, Black and Red, Thirteen Millimetres Wide, Ten Metres Long, Pack"
)
"""110 letters, for a Sales column of 100."""


class Product(NamedTuple):
    """A product with its price per company that released it. `then` is Sales' outdated price, None where it is current."""

    number: str
    name: str
    prices: Mapping[str, str]
    cost: str = "10"
    unit: str = "ea"
    in_sales: bool = True
    then: str | None = None
    kind: str = "Item"
    decimals: int = 0
    released: Mapping[str, Mapping[str, Any]] = {}


PRODUCTS: tuple[Product, ...] = (
    Product("P1001", "Desk Lamp, Brass", {"usmf": "49.90", "demf": "45.90", "gbsi": "39.90"}, "21.40"),
    Product(
        "P1002", "Conference Speaker 360°", {"usmf": "129.00", "demf": "119.00", "gbsi": "99.00"}, "66", then="119.00"
    ),
    Product("P1003", "HDMI Cable 2 m", {"usmf": "2.1255", "demf": "1.9875", "gbsi": "1.7250"}, "0.4125"),
    Product("P1004", "Office Chair Möbius", {"usmf": "299.99", "demf": "279.99", "gbsi": "249.99"}, "142.50"),
    Product("P1005", "Wood Screws, Box of 200", {"usmf": "7.35", "demf": "6.80", "gbsi": "5.95"}, "2.95", "box"),
    Product(
        "P1006",
        "On-site Installation",
        {"usmf": "85.00", "demf": "78.00", "gbsi": "72.00"},
        "40",
        "hr",
        kind="Service",
        decimals=2,
    ),
    Product(
        "P2001",
        "Whiteboard 120 x 90",
        {"usmf": "89.00", "demf": "79.00"},
        "35",
        released={"demf": {"ProductName": "Weißwandtafel 120 x 90"}},  # P01: two companies, two names
    ),
    Product("P2002", "Espresso Machine Città", {"demf": "649.00", "gbsi": "579.00"}, "310", then="629.00"),
    Product("P2003", "Monitor Arm", {"usmf": "59.50", "gbsi": "47.50"}, "18.75", in_sales=False),
    Product("U3001", "Baseball Cap, Navy", {"usmf": "14.95"}, "3.10", in_sales=False),
    Product("U3002", "Toolbox, Steel", {"usmf": "64.00"}, "27.80"),
    Product("U3003", LONG_NAME, {"usmf": "6.45"}, "1.05", released={"usmf": {"IsSalesStopped": "Yes"}}),
    Product("U3004", "Machine Oil", {"usmf": "410.00"}, "205", "drum", in_sales=False),  # P02: unit unknown to Sales
    Product("G3001", "Fahrradschloss »Fuchs«", {"demf": "34.90"}, "11", in_sales=False),
    Product("G3002", "Füllfederhalter", {"demf": "24.50"}, "8.20"),
    Product("G3003", "Straßenkarte Süd", {"demf": "9.80"}, "2.10", in_sales=False),
    Product("G3004", "Bandnudeln, lose", {"demf": "3.4575"}, "1.2", "kg", decimals=3),
    Product("B3001", "Tea Caddy", {"gbsi": "12.75"}, "4"),
    Product("B3002", "Umbrella, Windproof", {"gbsi": "19.50"}, "6.60", in_sales=False),
    Product("B3003", "", {"gbsi": "5.00"}, "1", in_sales=False),  # P03: no name
    Product(
        "B3004", "Door Knocker", {"gbsi": "27.00"}, "9", in_sales=False, released={"gbsi": {"SalesPrice": "on request"}}
    ),  # P04
)

SALES_ONLY = "X9001"
"""Entered in Sales, not from SCM: a document with it never crosses."""


def released_products() -> list[Row]:
    """Rows of SCM's `_released_products`, one per product and company."""
    return [
        _released(product, company) for company in COMPANIES for product in PRODUCTS if company.id in product.prices
    ]


def _released(product: Product, company: SandboxCompany) -> Row:
    stocked = product.kind == "Item"
    return {
        "dataAreaId": company.id,
        "ProductNumber": product.number,
        "ProductName": product.name,
        "ProductDescription": product.name,
        "ProductType": product.kind,
        "SalesUnitSymbol": product.unit,
        "SalesUnitDecimalPrecision": product.decimals,
        "InventoryUnitSymbol": product.unit,
        "InventoryUnitDecimalPrecision": product.decimals,
        "SalesPrice": Decimal(product.prices[company.id]),
        "UnitCost": Decimal(product.cost),
        "CurrencyCode": company.currency,
        "IsSalesStopped": "No",
        "IsStockedProduct": "Yes" if stocked else "No",
        "FieldServiceProductType": "Inventory" if stocked else "Service",
        "sellable": True,
        **product.released.get(company.id, {}),
    }


def sales_products() -> list[Row]:
    """The products that Sales has from the start, and the one of its own."""
    return [*(_in_sales(product) for product in PRODUCTS if product.in_sales), _sales_only()]


def _in_sales(product: Product) -> Row:
    company, price = _first_release(product)
    service = product.kind == "Service"
    return sales_rows.product(
        product.number,
        product.name[:100],
        UNIT_OF_SYMBOL[product.unit],
        price,
        Decimal(product.cost),
        company.currency,
        description=product.name,
        quantitydecimal=product.decimals,
        producttypecode=3 if service else 1,
        isstockitem=not service,
    )


def _first_release(product: Product) -> tuple[SandboxCompany, Decimal]:
    company = next(company for company in COMPANIES if company.id in product.prices)
    return company, Decimal(product.then or product.prices[company.id])


def _sales_only() -> Row:
    unit = UNIT_OF_SYMBOL["ea"]
    mine = {"msdynce_ismaintainedexternally": False}
    return sales_rows.product(SALES_ONLY, "Engraving, by Hand", unit, Decimal("35.00"), Decimal(12), "USD", **mine)


def price_list_items() -> list[Row]:
    """Every Sales product in the price list of each company that released it; the one of its own in the American list."""
    own = sales_rows.price_list_item(SALES_ONLY, "USD", UNIT_OF_SYMBOL["ea"], Decimal("35.00"))
    return [*(item for product in PRODUCTS if product.in_sales for item in _items(product)), own]


def _items(product: Product) -> list[Row]:
    first, outdated = _first_release(product)
    unit = UNIT_OF_SYMBOL[product.unit]
    return [
        sales_rows.price_list_item(
            product.number,
            company.currency,
            unit,
            outdated if company is first else Decimal(product.prices[company.id]),
        )
        for company in COMPANIES
        if company.id in product.prices
    ]
