"""What stopped a document explains a difference only while the destination holds what was last delivered to it."""

from datetime import timedelta

import polars as pl
import pytest

from p2c_assets.reconcile.compare import classify
from p2c_assets.reconcile.side import Side
from p2c_assets.reconcile.sides import observed
from p2c_assets.warehouse import holdings
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.holdings import Observed
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.reconcile.ledger_and_raw import NOW, given, outcome

SIDE = Side("usmf", "USD", "", NOW.date())
UNIT = "scm/customers_from_accounts"


def account(database: Database, credit_limit: int) -> None:
    row = {"accountid": "a", "accountnumber": "US-001", "transactioncurrencyid": "usd", "creditlimit": credit_limit}
    given(database, "sales.accounts", row)


def customer(database: Database, credit_limit: int) -> None:
    row = {"CustomerAccount": "us-001", "PartyType": "Organization", "IsExternallyMaintained": "Yes"}
    given(database, "scm.customers_v2", {**row, "SalesCurrencyCode": "USD", "CreditLimit": credit_limit})


def delivery(database: Database, verdict: str, run: int = 0) -> None:
    """A delivery with this verdict, and what it remembers of the destination."""
    rows = pl.DataFrame({"company": ["usmf"], "document": ["US-001"], "outcome": [verdict]})
    replace_slice(database, "delivered", "scm_customers_from_accounts", "usmf", rows)
    held = observed(database, UNIT, "accounts", SIDE)
    where = Observed(UNIT, "usmf", f"run{run}", NOW + timedelta(days=run))
    holdings.remember(database, where, held)
    reason = None if verdict in ("created", "updated", "unchanged") else "unmapped_country"
    outcome(database, "accounts_to_customers", a=(verdict, reason))


def found(database: Database) -> str:
    (only,) = classify(database, "accounts", SIDE)["class"].to_list()
    return str(only)


@pytest.mark.parametrize("verdict", ["rejected", "held", "refused"])
def test_a_change_that_did_not_go_through_explains_the_difference_it_leaves(database: Database, verdict: str) -> None:
    account(database, 100)
    customer(database, 100)
    delivery(database, "created")
    account(database, 200)
    delivery(database, verdict, 1)
    assert found(database) == f"{verdict}:unmapped_country"


def test_it_does_not_explain_what_changed_in_the_destination_besides(database: Database) -> None:
    account(database, 100)
    customer(database, 100)
    delivery(database, "created")
    account(database, 200)
    customer(database, 150)
    delivery(database, "rejected", 1)
    assert found(database) == "value_differs"


def test_what_was_found_unchanged_does_not_replace_what_was_delivered(database: Database) -> None:
    """A total that changed by itself was not delivered, and is not excused by a later rejection."""
    account(database, 100)
    customer(database, 100)
    delivery(database, "created")
    customer(database, 150)
    delivery(database, "unchanged", 1)
    delivery(database, "rejected", 2)
    assert found(database) == "value_differs"


def test_what_was_found_as_it_should_be_counts_as_delivered(database: Database) -> None:
    account(database, 100)
    customer(database, 100)
    delivery(database, "unchanged")
    customer(database, 150)
    delivery(database, "rejected", 1)
    assert found(database) == "value_differs"


def test_of_a_document_that_was_never_delivered_the_plan_saw_what_the_destination_holds(database: Database) -> None:
    account(database, 100)
    customer(database, 50)
    delivery(database, "rejected")
    assert found(database) == "rejected:unmapped_country"
    customer(database, 60)
    assert found(database) == "value_differs"
    delivery(database, "rejected", 1)
    assert found(database) == "rejected:unmapped_country"


def test_a_difference_that_nobody_was_stopped_from_resolving_is_unexplained(database: Database) -> None:
    account(database, 100)
    customer(database, 50)
    delivery(database, "unchanged")
    assert found(database) == "value_differs"


def order(database: Database, in_sales: int, reason: str, *, freight: int = 0, came_back: bool = False) -> None:
    """An order of 150 in SCM that is not on its way back for a reason, and its counterpart in Sales."""
    header = {"salesorderid": "o", "ordernumber": "S-1", "transactioncurrencyid": "usd", "freightamount": freight}
    external = {"msdynce_ismaintainedexternally": came_back}
    given(database, "sales.salesorders", {**header, **external, "totalamount": in_sales + freight})
    line = {"salesorderdetailid": "l", "salesorderid": "o", "extendedamount": in_sales}
    given(database, "sales.salesorderdetails", line)
    none = dict.fromkeys(("TotalDiscountAmount", "OrderHeaderTaxAmount", "OrderTotalChargesAmount"), 0)
    scm = {"SalesOrderNumber": "S-1", "CurrencyCode": "USD", "AreTotalsUpdated": "No", **none}
    given(database, "scm.sales_order_headers", scm)
    scm_line = {"SalesOrderNumber": "S-1", "LineCreationSequenceNumber": 1, "LineAmount": 150}
    given(database, "scm.sales_order_lines", scm_line)
    outcome(database, "order_headers_to_salesorders", **{"S-1": ("filtered", reason)})


def left(database: Database, unit: str, net: int, verdict: str) -> None:
    """What a unit's last delivery left in its destination."""
    rows = pl.DataFrame({"key": ["s-1"], "net": [net], "outcome": [verdict]})
    holdings.remember(database, Observed(unit, "usmf", "run0", NOW), rows)


def class_of(database: Database) -> str:
    (only,) = classify(database, "orders", SIDE)["class"].to_list()
    return str(only)


UNCONFIRMED, UNCOUNTED = "order_not_confirmed", "totals_not_calculated"


@pytest.mark.parametrize("reason", [UNCONFIRMED, UNCOUNTED])
@pytest.mark.parametrize(("in_sales", "is_explained"), [(100, True), (120, False)])
def test_an_order_that_scm_changes_before_it_returns_differs_from_sales_until_then(
    database: Database, in_sales: int, reason: str, is_explained: bool
) -> None:
    """As long as Sales has what SCM took from it; that the plan for Sales saw something else there is no excuse."""
    order(database, in_sales, reason)
    left(database, "scm/sales_orders", 100, "created")
    left(database, "sales/sales_orders", in_sales, "filtered")
    assert class_of(database) == (f"filtered:{reason}" if is_explained else "value_differs")


@pytest.mark.parametrize("verdict", ["rejected", "refused", "filtered"])
def test_an_order_of_scm_that_was_never_sent_from_here_is_not_excused_by_its_status(
    database: Database, verdict: str
) -> None:
    order(database, 100, UNCONFIRMED)
    left(database, "scm/sales_orders", 100, verdict)
    assert class_of(database) == "value_differs"


@pytest.mark.parametrize("reason", [UNCONFIRMED, UNCOUNTED])
def test_charges_that_only_sales_has_are_not_excused_by_what_scm_changes_besides(
    database: Database, reason: str
) -> None:
    """Nobody sends them, so that the order never agrees by itself."""
    order(database, 100, reason, freight=7)
    left(database, "scm/sales_orders", 100, "created")
    left(database, "sales/sales_orders", 100, "filtered")
    assert class_of(database) == "value_differs"


@pytest.mark.parametrize(("in_sales", "is_explained"), [(110, True), (100, False)])
def test_an_order_that_came_back_and_is_open_in_scm_again_is_compared_with_what_came_back(
    database: Database, in_sales: int, is_explained: bool
) -> None:
    order(database, in_sales, UNCONFIRMED, came_back=True)
    left(database, "scm/sales_orders", 100, "created")
    left(database, "sales/sales_orders", 110, "updated")
    assert class_of(database) == ("filtered:order_not_confirmed" if is_explained else "value_differs")
