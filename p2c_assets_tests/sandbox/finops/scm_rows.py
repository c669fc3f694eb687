"""Rows that the tests of the F&O twin start from, and the shortest valid bodies of each entity."""

from decimal import Decimal
from typing import Any

from p2c_assets_tests.sandbox.running import Caller, body

ALL = "?cross-company=true"

REFERENCE: dict[str, list[dict[str, Any]]] = {
    "_companies": [
        {"dataAreaId": "usmf", "CurrencyCode": "USD", "TaxRate": "0.1"},
        {"dataAreaId": "frsi", "CurrencyCode": "EUR", "TaxRate": "0.2", "LanguageId": "fr"},
    ],
    "_units": [{"symbol": "ea", "decimals": 0}, {"symbol": "kg", "decimals": 2}],
    "_countries": [{"iso2": "US", "iso3": "USA"}, {"iso2": "FR", "iso3": "FRA"}],
    "_customer_groups": [{"dataAreaId": "usmf", "id": "10"}, {"dataAreaId": "frsi", "id": "10"}],
    "_sites": [{"dataAreaId": "usmf", "id": "1"}, {"dataAreaId": "frsi", "id": "1"}],
    "_warehouses": [{"dataAreaId": "usmf", "id": "13"}, {"dataAreaId": "frsi", "id": "13"}],
    "_sales_origins": [{"dataAreaId": "usmf", "code": "SALES", "type": "SalesOrderIntegration"}],
    "_released_products": [
        {
            "dataAreaId": company,
            "ProductNumber": number,
            "ProductName": f"Product {number}",
            "ProductDescription": f"The product {number}",
            "ProductType": "Item",
            "SalesUnitSymbol": "ea",
            "SalesPrice": "19.99",
            "UnitCost": "10",
            "CurrencyCode": currency,
            "IsStockedProduct": "Yes",
            "sellable": sellable,
        }
        for company, currency in (("usmf", "USD"), ("frsi", "EUR"))
        for number, sellable in (("P1", True), ("P2", True), ("RAW", False))
    ],
}


def customer(account: str = "C1", **values: Any) -> dict[str, Any]:
    """An externally maintained organization."""
    return {
        "CustomerAccount": account,
        "PartyNumber": account,
        "PartyType": "Organization",
        "OrganizationName": f"Customer {account}",
        "CustomerGroupId": "10",
        "SalesCurrencyCode": "USD",
        "SiteId": "1",
        "WarehouseId": "13",
        "IsExternallyMaintained": "Yes",
        "AddressStreet": "1 Main Street",
        "AddressCity": "Redmond",
        "AddressState": "WA",
        "AddressZipCode": "98052",
        "AddressCountryRegionISOCode": "US",
        **values,
    }


def order(number: str = "SO-1", **values: Any) -> dict[str, Any]:
    """A header of customer C1."""
    return {"SalesOrderNumber": number, "OrderingCustomerAccountNumber": "C1", **values}


def order_line(number: str = "SO-1", line: int = 1, **values: Any) -> dict[str, Any]:
    """Three pieces of P1 at 100.00."""
    return {
        "SalesOrderNumber": number,
        "LineCreationSequenceNumber": line,
        "ProductNumber": "P1",
        "OrderedSalesQuantity": Decimal(3),
        "SalesPrice": Decimal("100.00"),
        **values,
    }


def quotation(number: str = "QU-1", **values: Any) -> dict[str, Any]:
    """A header of customer C1."""
    return {"SalesQuotationNumber": number, "RequestingCustomerAccountNumber": "C1", **values}


def quotation_line(number: str = "QU-1", line: int = 1, **values: Any) -> dict[str, Any]:
    """Three pieces of P1 at 100.00."""
    return {
        "SalesQuotationNumber": number,
        "LineCreationSequenceNumber": line,
        "ProductNumber": "P1",
        "RequestedSalesQuantity": Decimal(3),
        "SalesPrice": Decimal("100.00"),
        **values,
    }


def key(entity_set: str, /, company: str = "usmf", **values: str | int) -> str:
    """The address of a record."""
    parts = [f"dataAreaId='{company}'"]
    parts += [f"{name}={value}" if isinstance(value, int) else f"{name}='{value}'" for name, value in values.items()]
    return f"/data/{entity_set}({','.join(parts)})"


def order_key(number: str = "SO-1") -> str:
    """The address of an order."""
    return key("CDSSalesOrderHeaders", SalesOrderNumber=number)


def line_key(number: str = "SO-1", line: int = 1) -> str:
    """The address of an order's line."""
    return key("CDSSalesOrderLines", SalesOrderNumber=number, LineCreationSequenceNumber=line)


def create(scm: Caller, entity_set: str, values: dict[str, Any]) -> dict[str, Any]:
    """Post a record that has to be accepted; the record as answered."""
    response = scm.post(f"/data/{entity_set}", values)
    assert response.status_code == 201, response.text
    return body(response)


def booked(scm: Caller, number: str = "SO-1", lines: int = 1, **values: Any) -> None:
    """Customer C1, an order of it and its lines."""
    if scm.get(key("CustomersV2", CustomerAccount="C1")).status_code == 404:
        create(scm, "CustomersV2", customer())
    create(scm, "CDSSalesOrderHeaders", order(number))
    for line in range(1, lines + 1):
        create(scm, "CDSSalesOrderLines", order_line(number, line, **values))


def refusal(scm: Caller, entity_set: str, values: dict[str, Any]) -> dict[str, Any]:
    """Post a record that has to be refused with 400; the inner error."""
    response = scm.post(f"/data/{entity_set}", values)
    assert response.status_code == 400, response.text
    return body(response)["error"]["innererror"]


def value(scm: Caller, path: str, **headers: str) -> list[dict[str, Any]]:
    """The rows of a read that has to succeed."""
    response = scm.get(path, **headers)
    assert response.status_code == 200, response.text
    return body(response)["value"]


def record(scm: Caller, path: str) -> dict[str, Any]:
    """A record that has to be there."""
    response = scm.get(path)
    assert response.status_code == 200, response.text
    return body(response)
