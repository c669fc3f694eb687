"""Which records are one pair."""

from p2c_assets.reconcile.compare import Side, classify
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.reconcile.ledger_and_raw import delivered, given

ACCOUNT = {"accountid": "a", "transactioncurrencyid": "usd", "creditlimit": 100}
CUSTOMER = {
    "PartyType": "Organization",
    "IsExternallyMaintained": "Yes",
    "SalesCurrencyCode": "USD",
    "CreditLimit": 100,
}


def classes(database: Database, flow: str, prefix: str = "") -> list[tuple[str, str]]:
    pairs = classify(database, flow, Side("usmf", "USD", None, prefix))
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
