"""The rows of Sales and SCM that other rows refer to, as most tests of transforms need them."""

from typing import Any

from p2c_assets_tests.frames import Row

EACH_ORDER = {
    "OrderingCustomerIsExternallyMaintained": "Yes",
    "InvoiceCustomerIsExternallyMaintained": "Yes",
    "SalesOrderProcessingStatus": "Confirmed",
    "SalesOrderOriginType": "NotSpecified",
}
CONFIRMED = {"AreTotalsUpdated": "Yes", "CurrencyCode": "USD", **EACH_ORDER}
CONFIRMED_LINE = {"AreSalesOrderTotalsUpdated": "Yes", "CurrencyCode": "USD", "SalesPriceQuantity": 1, **EACH_ORDER}

REFERENCES: dict[str, list[Row]] = {
    "sales.transactioncurrencies": [
        {"transactioncurrencyid": "cur-usd", "isocurrencycode": "USD", "statecode": 0},
        {"transactioncurrencyid": "cur-eur", "isocurrencycode": "EUR", "statecode": 0},
        {"transactioncurrencyid": "cur-jpy", "isocurrencycode": "JPY", "statecode": 0},
        {"transactioncurrencyid": "cur-points", "isocurrencycode": "BONUS", "statecode": 0},
    ],
    "sales.pricelevels": [
        {"pricelevelid": "pl-usd-b", "name": "Basic", "transactioncurrencyid": "cur-usd", "statecode": 0},
        {
            "pricelevelid": "pl-usd-s",
            "name": "CRM Service USA (sample)",
            "transactioncurrencyid": "cur-usd",
            "statecode": 0,
        },
        {"pricelevelid": "pl-usd-old", "name": "Ancient", "transactioncurrencyid": "cur-usd", "statecode": 1},
        {"pricelevelid": "pl-eur", "name": "Europe", "transactioncurrencyid": "cur-eur", "statecode": 0},
    ],
    "sales.uomschedules": [
        {"uomscheduleid": "group", "name": "Default unit"},
        {"uomscheduleid": "other", "name": "Weight"},
    ],
    "sales.uoms": [
        {"uomid": "unit", "name": "Primary Unit", "uomscheduleid": "group"},
        {"uomid": "unit-of-other", "name": "Primary Unit", "uomscheduleid": "other"},
        {"uomid": "box", "name": "Box", "uomscheduleid": "group"},
    ],
    "sales.products": [
        {
            "productid": "bike",
            "productnumber": "BIKE-1",
            "defaultuomscheduleid": "group",
            "msdynce_ismaintainedexternally": True,
        },
        {
            "productid": "weight",
            "productnumber": "WEIGHT",
            "defaultuomscheduleid": "other",
            "msdynce_ismaintainedexternally": True,
        },
        {
            "productid": "old",
            "productnumber": "OLD",
            "defaultuomscheduleid": "group",
            "msdynce_ismaintainedexternally": None,
        },
    ],
    "sales.accounts": [
        {"accountid": "acc-1", "accountnumber": "ACC-1", "name": "Contoso"},
        {"accountid": "acc-de", "accountnumber": "ACC-DE", "name": "Fabrikam", "row_company": "demf"},
    ],
    "sales.contacts": [
        {"contactid": "con-1", "msdynce_contactnumber": "CON-1", "msdynce_isactivecustomer": True},
        {"contactid": "con-2", "msdynce_contactnumber": "CON-2", "msdynce_isactivecustomer": False},
    ],
    "scm.customers_v2": [
        {"CustomerAccount": "ACC-1", "PartyNumber": "ACC-1"},
        {"CustomerAccount": "CON-1", "PartyNumber": "CON-1"},
    ],
    "scm.sellable_released_products": [{"ProductNumber": "BIKE-1"}, {"ProductNumber": "WEIGHT"}],
}


def given(**rows: list[Row]) -> dict[str, list[Row]]:
    """The references with rows of one test: `given(sales_quotes=[...])` is the frame sales.quotes."""
    return REFERENCES | {name.replace("_", ".", 1): found for name, found in rows.items()}


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The one row of a result."""
    assert len(rows) == 1
    return rows[0]
