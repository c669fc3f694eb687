"""A small world: one company, a handful of everything, in both systems before the first chain.

Rows are made by the sandbox's builders; what is in them is chosen so that every flow has something to create, to change, to
leave alone and to turn away.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from p2c_assets.mappings.schema import System
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.scenario import sales_rows
from p2c_assets.sandbox.scenario.companies import USMF, settings_of
from p2c_assets.sandbox.scenario.documents import Address, Line, Order, Quote, account_customer, contact_customer
from p2c_assets.sandbox.scenario.erp import ErpOrder, Plan, booking, plan_row
from p2c_assets.sandbox.scenario.filling import load_orders, load_quotes
from p2c_assets.sandbox.scenario.quotes import DRAFT
from p2c_assets.sandbox.scenario.reference import sales_reference, scm_reference
from p2c_assets.sandbox.scenario.sales_rows import Row
from p2c_assets.sandbox.serve import CLIENT_ID, CLIENT_SECRET, TENANT
from p2c_assets.settings import Settings, build
from p2c_assets_tests.chaos.systems import URLS, State, Systems, Twins

COMPANY = USMF.id
UNIT = "Primary Unit"
CHICAGO = Address("233 S Wacker Dr", "Chicago", "60606", "United States", "IL")
IN_SCM = CHICAGO._replace(country="US")

PRODUCTS = (
    ("P1", "Desk Lamp, Brass", "49.90", "47.00"),
    ("P2", "HDMI Cable 2 m", "2.1255", "2.1255"),
    ("P3", "Monitor Arm", "59.50", None),
)
"""Number, name, price in SCM, price in Sales (None: not there yet)."""

QUOTES = (
    Quote(
        USMF,
        "Q-1",
        account_customer("A-1"),
        "Lobby refit",
        (Line("P1", "3", "49.90", "10.00"), Line("P2", "250", "2.1255")),
        CHICAGO,
    ),
    Quote(USMF, "Q-2", account_customer("A-2"), "Still being written", (Line("P1", "2", "49.90"),), state=DRAFT),
    Quote(USMF, "Q-3", contact_customer("C-2"), "Home office", (Line("P1", "1", "49.90"),)),
)

ORDERS = (
    Order(
        USMF,
        "S-1",
        account_customer("A-1"),
        "Lamps and cables",
        (Line("P1", "3", "49.90", "10.00"), Line("P2", "100", "2.1255")),
        CHICAGO,
    ),
    Order(
        USMF,
        "S-2",
        account_customer("A-2"),
        "No numbers",
        (Line("P1", "1", "49.90"), Line("P2", "7", "2.1255")),
        numbered=False,
    ),
    Order(
        USMF,
        "S-3",
        account_customer("A-1"),
        "Still being written",
        (Line("P1", "4", "49.90"),),
        CHICAGO,
        activated=False,
    ),
    Order(USMF, "S-4", account_customer("A-4"), "To nowhere", (Line("P1", "1", "49.90"),)),
)

ERP_ORDERS = (
    ErpOrder(USMF, "W-1", "A-1", (Line("P3", "3", "59.50", "10.00"), Line("P1", "2", "49.90")), IN_SCM),
    ErpOrder(USMF, "W-2", "C-2", (Line("P2", "60", "2.1255"),)),
)

PLANS = (
    Plan(USMF, "S-2", "confirm"),
    Plan(USMF, "W-2", "partial_invoice", freight="12.50"),
)


def settings(folder: Path, urls: Mapping[System, str] = URLS) -> Settings:
    """Settings that lead to the twins of this process; two documents to a batch, so that there is something between them."""
    systems = {
        system: {
            "url": url,
            "token_url": f"{url}/{TENANT}/oauth2/v2.0/token",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "batch_changesets": 2,
            "concurrency": 1,
        }
        for system, url in urls.items()
    }
    return build({**systems, "companies": {COMPANY: settings_of(USMF)}}, folder)


def start() -> State:
    """Both systems before the first chain."""
    twins = Twins()
    fill(twins)
    return twins.state()


def fill(systems: Systems) -> None:
    """Fill two empty systems."""
    with systems.admin("sales") as sales, systems.admin("scm") as scm:
        _fill_sales(sales)
        _fill_scm(scm)


def let_a_day_pass(twins: Twins) -> None:
    """Sales people and ERP clerks do what is due."""
    systems: tuple[System, ...] = ("sales", "scm")
    for system in systems:
        with twins.admin(system) as admin:
            admin.advance()


def _fill_sales(sales: AdminClient) -> None:
    sales.load(sales_reference((USMF,)))
    known = [(number, name, price) for number, name, _, price in PRODUCTS if price is not None]
    sales.load(
        {
            "products": [
                sales_rows.product(number, name, UNIT, Decimal(price), Decimal(1), USMF.currency)
                for number, name, price in known
            ],
            "productpricelevels": [
                sales_rows.price_list_item(number, USMF.currency, UNIT, Decimal(price)) for number, _, price in known
            ],
        }
    )
    sales.load({"accounts": _accounts(), "contacts": _contacts()})
    load_quotes(sales, QUOTES)
    load_orders(sales, ORDERS)
    sales.agenda(
        [{"action": "activate_order", "ordernumber": "S-3"}, {"action": "activate_quote", "quotenumber": "Q-2"}]
    )


def _accounts() -> list[Row]:
    """Three that arrive, one of them known to SCM, and one that is in a country that is not."""
    return [
        account("A-1", "Contoso Retail", "250000"),
        account("A-2", "Fabrikam", "80000"),
        account("A-3", "Without documents", "0"),
        account("A-4", "Lost City Divers", "100", address1_country="Atlantis"),
    ]


def account(number: str, name: str, limit: str, **more: Any) -> Row:
    """An account with an address."""
    address = {"address1_line1": "1 Main St", "address1_city": "Dayton", "address1_postalcode": "45402"}
    country = {"address1_country": "United States"}
    return sales_rows.account(USMF, number, name, creditlimit=Decimal(limit), **{**address, **country, **more})


def _contacts() -> list[Row]:
    parent = sales_rows.party("parentcustomerid", "account", "A-1")
    return [
        sales_rows.contact(USMF, "C-1", "Zoë", "Johnson", **parent),
        sales_rows.contact(USMF, "C-2", "José", "Peña", msdynce_isactivecustomer=True, creditlimit=Decimal(1500)),
        sales_rows.contact(USMF, "C-3", "Kim", "Abercrombie"),
    ]


def _fill_scm(scm: AdminClient) -> None:
    scm.load(scm_reference((USMF,)))
    scm.load(
        {
            "_released_products": [_released(number, name, price) for number, name, price, _ in PRODUCTS],
            "_order_plans": [plan_row(plan) for plan in PLANS],
            "CustomersV2": [_customer()],
        }
    )
    scm.agenda([booking(order) for order in ERP_ORDERS])


def _released(number: str, name: str, price: str) -> Row:
    return {
        "dataAreaId": COMPANY,
        "ProductNumber": number,
        "ProductName": name,
        "ProductDescription": name,
        "ProductType": "Item",
        "SalesUnitSymbol": "ea",
        "InventoryUnitSymbol": "ea",
        "SalesPrice": Decimal(price),
        "UnitCost": Decimal(1),
        "CurrencyCode": USMF.currency,
        "IsSalesStopped": "No",
        "IsStockedProduct": "Yes",
        "FieldServiceProductType": "Inventory",
        "sellable": True,
    }


def _customer() -> Row:
    """A-2 under an older name."""
    return {
        "dataAreaId": COMPANY,
        "CustomerAccount": "A-2",
        "PartyNumber": "A-2",
        "PartyType": "Organization",
        "OrganizationName": "Fabrikam, Inc.",
        "CustomerGroupId": "10",
        "SiteId": "1",
        "WarehouseId": "13",
        "LanguageId": "en-us",
        "SalesCurrencyCode": USMF.currency,
        "IsExternallyMaintained": "Yes",
    }
