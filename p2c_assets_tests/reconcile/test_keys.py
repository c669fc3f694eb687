"""Which records are one pair, and under which key, currency and price list."""

from datetime import timedelta
from typing import Any

from p2c_assets.reconcile.compare import classify
from p2c_assets.reconcile.side import NamedList, Side
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.reconcile.ledger_and_raw import NOW, delivered, given

ACCOUNT = {"accountid": "a", "transactioncurrencyid": "usd", "creditlimit": 100}
CUSTOMER = {
    "PartyType": "Organization",
    "IsExternallyMaintained": "Yes",
    "SalesCurrencyCode": "USD",
    "CreditLimit": 100,
}


def classes(database: Database, flow: str, prefix: str = "") -> list[tuple[str, str]]:
    pairs = classify(database, flow, Side("usmf", "USD", prefix, NOW.date()))
    return sorted(pairs.select("key", "class").rows())


def test_two_spellings_of_one_key_are_one_pair(database: Database) -> None:
    given(database, "sales.accounts", {**ACCOUNT, "accountnumber": "us-005"})
    given(database, "scm.customers_v2", {**CUSTOMER, "CustomerAccount": "US-005"})
    assert classes(database, "accounts") == [("us-005", "agreed")]


def test_two_customers_that_differ_in_case_alone_are_one_key_twice(database: Database) -> None:
    given(database, "sales.accounts", {**ACCOUNT, "accountnumber": "US-005"})
    twice = [{**CUSTOMER, "CustomerAccount": number} for number in ("US-005", "us-005")]
    given(database, "scm.customers_v2", *twice)
    assert {found for _, found in classes(database, "accounts")} == {"key_is_not_unique"}


def test_what_was_delivered_in_another_spelling_and_is_gone_is_lost(database: Database) -> None:
    given(database, "sales.accounts", {**ACCOUNT, "accountnumber": "us-005"})
    delivered(database, "scm/customers_from_accounts", "US-005")
    assert classes(database, "accounts") == [("us-005", "lost_in_scm")]


def order(number: str, **columns: Any) -> dict[str, Any]:
    money = {"transactioncurrencyid": "usd", "totalamount": 0, "msdynce_ismaintainedexternally": True}
    return {"salesorderid": f"id of {number}", "ordernumber": number, **money, **columns}


def scm_order(number: str) -> dict[str, Any]:
    names = ("OrderTotalAmount", "TotalDiscountAmount", "OrderTotalTaxAmount", "OrderTotalChargesAmount")
    zeros = dict.fromkeys((*names, "OrderHeaderTaxAmount"), 0)
    return {"SalesOrderNumber": number, "CurrencyCode": "USD", "AreTotalsUpdated": "Yes", **zeros}


def test_the_prefix_that_sales_puts_before_scms_numbers_is_no_part_of_the_key(database: Database) -> None:
    given(database, "sales.salesorders", order("US-1"))
    given(database, "scm.sales_order_headers", scm_order("1"))
    assert classes(database, "orders", "US-") == [("1", "agreed")]


def test_an_order_born_in_sales_whose_own_number_begins_like_the_prefix_keeps_it(database: Database) -> None:
    given(database, "sales.salesorders", order("US-1"))
    given(database, "scm.sales_order_headers", scm_order("us-1"))
    assert classes(database, "orders", "US-") == [("US-1", "agreed")]
    delivered(database, "scm/sales_orders", "US-1")
    given(database, "scm.sales_order_headers")
    assert classes(database, "orders", "US-") == [("US-1", "lost_in_scm")]


def test_an_order_delivered_to_sales_under_a_bare_number_is_known_by_it(database: Database) -> None:
    """The journal's key loses the prefix only where it has one."""
    given(database, "scm.sales_order_headers", scm_order("SO-77"))
    delivered(database, "sales/sales_orders", "SO-77")
    assert classes(database, "orders", "US-") == [("SO-77", "lost_in_sales")]


def test_a_currency_of_the_value_map_is_the_one_it_maps_to(database: Database) -> None:
    given(database, "sales.transactioncurrencies", {"transactioncurrencyid": "usd", "isocurrencycode": "DOLLR"})
    given(database, "sales.accounts", {**ACCOUNT, "accountnumber": "US-005"})
    given(database, "scm.customers_v2", {**CUSTOMER, "CustomerAccount": "US-005"})
    assert classes(database, "accounts") == [("US-005", "currency_differs")]
    side = Side("usmf", "USD", "", NOW.date(), currencies={"dollr": "usd"})
    pairs = classify(database, "accounts", side)
    assert pairs.select("key", "currency", "class").rows() == [("US-005", "USD", "agreed")]


LIST = {"transactioncurrencyid": "usd", "statecode": 0}
PRODUCT = {"productid": "p", "productnumber": "BIKE", "defaultuomid": "u", "msdynce_ismaintainedexternally": True}


def given_products(database: Database, **amounts: int) -> None:
    """A product released at 10, with an item in each of these price lists; "A old" has expired, "B" is the next by name."""
    days = {"old": {"enddate": NOW.date() - timedelta(days=1)}, "late": {"begindate": NOW.date() + timedelta(days=1)}}
    lists = [
        {**LIST, "pricelevelid": key, "name": f"{place} {key}", **days.get(key, {})}
        for place, key in enumerate(amounts)
    ]
    given(database, "sales.pricelevels", *lists)
    given(database, "sales.products", PRODUCT)
    item = {"productid": "p", "uomid": "u"}
    items = [
        {**item, "productpricelevelid": key, "pricelevelid": key, "amount": price} for key, price in amounts.items()
    ]
    given(database, "sales.productpricelevels", *items)
    released = {"ProductNumber": "BIKE", "CurrencyCode": "USD", "SalesPrice": 10}
    given(database, "scm.sellable_released_products", released)


def prices(database: Database, *lists: NamedList) -> list[tuple[str, str]]:
    side = Side("usmf", "USD", "", NOW.date(), lists or (NamedList("usmf", "USD", None),))
    return classify(database, "products", side).select("key", "class").rows()


def test_a_price_list_that_is_not_valid_today_is_not_looked_at(database: Database) -> None:
    given_products(database, old=9, late=8, current=10)
    assert prices(database) == [("BIKE", "agreed")]
    given_products(database, current=9, old=10)
    assert prices(database) == [("BIKE", "value_differs")]


def test_the_price_list_that_the_settings_name_is_the_one_compared(database: Database) -> None:
    given_products(database, first=9, second=10)
    assert prices(database) == [("BIKE", "value_differs")]
    assert prices(database, NamedList("usmf", "USD", " 1 SECOND")) == [("BIKE", "agreed")]


def test_a_price_in_a_list_that_two_companies_use_may_be_the_others(database: Database) -> None:
    given_products(database, first=9, second=9)
    given(database, "scm.sellable_released_products")
    database.run("INSERT INTO raw.scm_key_claims VALUES ('sellable_released_products', 'demf', 'bike', '', '')")
    ours = NamedList("usmf", "USD", None)
    assert prices(database, ours, NamedList("demf", "USD", "0 first")) == [("BIKE", "price_of_other_company")]
    assert prices(database, ours, NamedList("demf", "USD", "1 second")) == [("BIKE", "missing_in_scm")]
