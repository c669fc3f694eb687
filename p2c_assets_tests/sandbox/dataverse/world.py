"""A small organisation that the tests of the Sales twin start from: two currencies, two units, parties, products."""

from decimal import Decimal
from typing import Any

API = "/api/data/v9.2"


def guid(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012d}"


UNIT_USA, UNIT_FRANCE = guid(1, 1), guid(1, 2)
TEAM_USA, TEAM_FRANCE = guid(2, 1), guid(2, 2)
USD, EUR, JPY = guid(3, 1), guid(3, 2), guid(3, 3)
GROUP, OTHER_GROUP = guid(4, 1), guid(4, 2)
EACH, BOX, HOUR = guid(5, 1), guid(5, 2), guid(5, 3)
LIST_USD, LIST_EUR, LIST_JPY = guid(6, 1), guid(6, 2), guid(6, 3)
ACCOUNT, OTHER_ACCOUNT, PERSON = guid(7, 1), guid(7, 2), guid(8, 1)
BIKE, HELMET, DRAFT_PRODUCT, OWN_PRODUCT = guid(9, 1), guid(9, 2), guid(9, 3), guid(9, 4)
MISSING = guid(99, 1)


def rows() -> dict[str, list[dict[str, Any]]]:
    return {
        "businessunits": [
            {"businessunitid": UNIT_USA, "name": "USA"},
            {"businessunitid": UNIT_FRANCE, "name": "France"},
        ],
        "teams": [
            {"teamid": TEAM_USA, "name": "USA", "_businessunitid_value": UNIT_USA},
            {"teamid": TEAM_FRANCE, "name": "France", "_businessunitid_value": UNIT_FRANCE},
        ],
        "transactioncurrencies": [
            {"transactioncurrencyid": USD, "isocurrencycode": "USD", "currencyprecision": 2},
            {"transactioncurrencyid": EUR, "isocurrencycode": "EUR", "currencyprecision": 2},
            {"transactioncurrencyid": JPY, "isocurrencycode": "JPY", "currencyprecision": 0},
        ],
        "uomschedules": [
            {"uomscheduleid": GROUP, "name": "Default Unit"},
            {"uomscheduleid": OTHER_GROUP, "name": "Time"},
        ],
        "uoms": [
            {"uomid": EACH, "name": "Primary Unit", "quantity": 1, "uomscheduleid": GROUP},
            {"uomid": BOX, "name": "Box", "quantity": 12, "uomscheduleid": GROUP},
            {"uomid": HOUR, "name": "Hour", "quantity": 1, "uomscheduleid": OTHER_GROUP},
        ],
        "pricelevels": [
            {"pricelevelid": LIST_USD, "name": "Standard USD", "transactioncurrencyid": USD},
            {"pricelevelid": LIST_EUR, "name": "Standard EUR", "transactioncurrencyid": EUR},
            {"pricelevelid": LIST_JPY, "name": "Standard JPY", "transactioncurrencyid": JPY},
        ],
        "accounts": [
            {"accountid": ACCOUNT, "name": "Adventure Works", "accountnumber": "A1", "transactioncurrencyid": USD},
            {"accountid": OTHER_ACCOUNT, "name": "Fabrikam", "accountnumber": "A2"},
        ],
        "contacts": [{"contactid": PERSON, "lastname": "Ng", "msdynce_contactnumber": "C1"}],
        "products": [
            _product(BIKE, "BK-1", "Bike", "100.00", statecode=0, statuscode=1),
            _product(HELMET, "HL-1", "Helmet", "12.3456", statecode=0, statuscode=1),
            _product(DRAFT_PRODUCT, "DR-1", "Draft", "1.00", statecode=2, statuscode=0),
            _product(OWN_PRODUCT, "OWN-1", "Own", "1.00", statecode=0, statuscode=1, external=False),
        ],
        "productpricelevels": [_item(BIKE, "100.00"), _item(HELMET, "12.3456"), _item(OWN_PRODUCT, "1.00")],
    }


def _product(key: str, number: str, name: str, price: str, *, external: bool = True, **state: int) -> dict[str, Any]:
    return {
        "productid": key,
        "productnumber": number,
        "name": name,
        "price": Decimal(price),
        "quantitydecimal": 0,
        "defaultuomid": EACH,
        "defaultuomscheduleid": GROUP,
        "transactioncurrencyid": USD,
        "msdynce_ismaintainedexternally": external,
        **state,
    }


def _item(product: str, amount: str) -> dict[str, Any]:
    return {
        "productid": product,
        "pricelevelid": LIST_USD,
        "uomid": EACH,
        "uomscheduleid": GROUP,
        "amount": Decimal(amount),
    }


def order(number: str | None = None, **more: Any) -> dict[str, Any]:
    """The payload of an order for the account, in dollars."""
    return {
        "name": "An order",
        "customerid_account@odata.bind": f"/accounts({ACCOUNT})",
        "pricelevelid@odata.bind": f"/pricelevels({LIST_USD})",
        **({"ordernumber": number} if number else {}),
        **more,
    }


def line(
    header: str, product: str = BIKE, quantity: str = "1", parent: str = "salesorder", **more: Any
) -> dict[str, Any]:
    """The payload of a line of an existing product."""
    sets = {"salesorder": "salesorders", "quote": "quotes", "invoice": "invoices"}
    return {
        f"{parent}id@odata.bind": f"/{sets[parent]}({header})",
        "productid@odata.bind": f"/products({product})",
        "uomid@odata.bind": f"/uoms({EACH})",
        "quantity": Decimal(quantity),
        **more,
    }
