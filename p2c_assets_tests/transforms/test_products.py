"""sellable_products_to_products: (released products, products and price list items) pairs."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets.mappings.identity import sales_id
from p2c_assets.settings import Company, MappingSettings
from p2c_assets_tests.frames import DEMF, FRSI, SETTINGS, USMF, Row, chosen, mapped
from p2c_assets_tests.transforms.references import given, only

TASK = "sellable_products_to_products"
RELEASED: Row = {
    "ProductNumber": "NEW-1",
    "ProductName": "Road bike",
    "ProductDescription": "Fast",
    "ProductType": "Item",
    "SalesUnitSymbol": "EA",
    "SalesUnitDecimalPrecision": 7,
    "SalesPrice": "1234.56785",
    "UnitCost": "700.00005",
    "CurrencyCode": "USD",
    "IsStockedProduct": "Yes",
}
PRODUCT = {
    "productid": sales_id("", "products", "NEW-1"),
    "productnumber": "NEW-1",
    "name": "Road bike",
    "description": "Fast",
    "transactioncurrencyid": "cur-usd",
    "price": Decimal("1234.5679"),
    "currentcost": Decimal("700.0001"),
    "defaultuomid": "unit",
    "defaultuomscheduleid": "group",
    "quantitydecimal": 5,
    "producttypecode": 1,
    "isstockitem": True,
    "msdynce_ismaintainedexternally": True,
    "pricelevelid": "pl-usd-b",
}
CLAIM = ("sellable_released_products", "usmf", "NEW-1", "Road bike", "ea")
GERMAN_CLAIM = ("sellable_released_products", "demf", "NEW-1", "Rennrad", "pcs")
GERMAN: Row = {**RELEASED, "CurrencyCode": "EUR", "ProductName": "Rennrad", "row_company": "demf"}


def product(claimed: tuple[tuple[str, ...], ...] = (CLAIM,), **values: Any) -> dict[str, Any]:
    rows = given(scm_sellable_released_products=[{**RELEASED, **values}])
    return only(mapped(TASK, rows, claimed=claimed))


def test_a_released_product_becomes_a_product() -> None:
    row = product()
    found = chosen(row, *PRODUCT)
    assert found == PRODUCT
    assert chosen(row, "outcome", "contribution", "target_key", "currency") == {
        "outcome": "mapped",
        "contribution": "product",
        "target_key": "NEW-1",
        "currency": "USD",
    }


CASES: list[tuple[Row, Row]] = [
    ({"ProductNumber": "bike-1"}, {"productid": "bike"}),
    ({"ProductType": "Service"}, {"producttypecode": 3}),
    ({"IsStockedProduct": "No"}, {"isstockitem": False}),
    ({"SalesUnitDecimalPrecision": -1}, {"quantitydecimal": 0}),
    ({"SalesUnitDecimalPrecision": 2}, {"quantitydecimal": 2}),
    ({"ProductDescription": ""}, {"description": None}),
]


@pytest.mark.parametrize(("source", "target"), CASES)
def test_values_are_brought_to_sales_own_form(source: Row, target: Row) -> None:
    assert chosen(product(**source), *target) == target


def german(settings: MappingSettings = SETTINGS, **values: Any) -> dict[str, Any]:
    bike = {"productid": "new", "productnumber": "NEW-1", "defaultuomscheduleid": "group"}
    rows = given(scm_sellable_released_products=[{**GERMAN, **values}], sales_products=[bike])
    return only(mapped(TASK, rows, DEMF, settings, (CLAIM, GERMAN_CLAIM)))


def test_another_company_gives_its_price_to_its_own_price_list() -> None:
    row = german()
    assert chosen(row, "outcome", "contribution", "item_pricelevelid", "item_productid", "item_uomid", "name") == {
        "outcome": "mapped",
        "contribution": "price_list_item",
        "item_pricelevelid": "pl-eur",
        "item_productid": "new",
        "item_uomid": "unit",
        "name": None,
    }
    assert row["item_amount"] == Decimal("1234.5679")
    assert row["target_key"] == "NEW-1"


def test_what_differs_from_the_owner_is_reported_and_not_written() -> None:
    row = german(SalesUnitSymbol="ea")
    assert row["warnings"] == ["differs_from_owner: ProductName Rennrad here, Road bike in usmf"]


def test_the_settings_may_name_another_owner() -> None:
    settings = SETTINGS.model_copy(update={"product_owners": {"new-1": "demf"}})
    assert german(settings)["contribution"] == "product"
    assert german(settings)["name"] == "Rennrad"


def test_a_price_waits_until_the_owner_has_made_the_product() -> None:
    rows = given(scm_sellable_released_products=[GERMAN], sales_products=[])
    row = only(mapped(TASK, rows, DEMF, claimed=(CLAIM, GERMAN_CLAIM)))
    assert (row["outcome"], row["reason"]) == ("held", "parent_missing")
    assert "usmf" in row["detail"]
    assert row["item_productid"] is None


def test_companies_that_share_a_price_list_do_not_overwrite_each_other() -> None:
    bike = {"productid": "new", "productnumber": "NEW-1", "defaultuomscheduleid": "group"}
    french = {**GERMAN, "row_company": "frsi"}
    rows = given(scm_sellable_released_products=[french], sales_products=[bike])
    claimed = (CLAIM, GERMAN_CLAIM, ("sellable_released_products", "frsi", "NEW-1", "Road bike", "ea"))
    row = only(mapped(TASK, rows, FRSI, claimed=claimed))
    assert (row["outcome"], row["reason"]) == ("filtered", "price_list_shared")
    assert "demf" in row["detail"]


def test_claims_of_companies_that_are_not_configured_do_not_count() -> None:
    claimed = (("sellable_released_products", "aaaa", "NEW-1", "Other", "ea"), CLAIM)
    assert product(claimed)["contribution"] == "product"


PRICE_LISTS: list[tuple[Company, dict[str, str], str | None]] = [
    (USMF, {}, "pl-usd-b"),
    (USMF.model_copy(update={"price_list": "crm service usa (SAMPLE)"}), {}, "pl-usd-s"),
    (USMF, {"USD": "CRM Service USA (sample)"}, "pl-usd-s"),
    (USMF.model_copy(update={"price_list": "Ancient"}), {}, None),
]


@pytest.mark.parametrize(("company", "by_currency", "expected"), PRICE_LISTS)
def test_the_price_list_is_the_named_one_else_the_first_valid_one_by_name(
    company: Any, by_currency: dict[str, str], expected: str | None
) -> None:
    settings = SETTINGS.model_copy(update={"default_price_list_by_currency": by_currency})
    rows = given(scm_sellable_released_products=[RELEASED])
    row = only(mapped(TASK, rows, company, settings, (CLAIM,)))
    assert row["pricelevelid"] == expected
    assert row["reason"] == (None if expected else "no_price_list")
