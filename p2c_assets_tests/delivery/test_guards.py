"""Guards: what trips them, what they hold, and what they let through."""

from decimal import Decimal

from p2c_assets.delivery.documents import Document, Member
from p2c_assets.delivery.guards import Weighed, tripped
from p2c_assets.delivery.plan import Planned
from p2c_assets.settings import FlowApproval, OrdersApproval

RULES = FlowApproval()
FLOOR = 100


def documents(
    action: str, count: int, risk: str | None = None, delta: str | None = None, currency: str | None = None
) -> list[Weighed]:
    """Documents named by their action, risk and place."""
    return [
        Weighed(_planned(f"{action} {risk} {n}", action), "f", risk, Decimal(delta) if delta else None, currency)
        for n in range(count)
    ]


def _planned(source_id: str, action: str) -> Planned:
    header = Member("accounts_to_customers", {"source_id": source_id})
    return Planned(Document(source_id, header, (), (), None), action, None, None, (), ())


def test_a_first_load_that_creates_everything_trips_no_guard() -> None:
    assert tripped("accounts", documents("create", 5000, "new", "100", "USD"), RULES, FLOOR) == ()


def test_a_plan_that_changes_a_large_share_holds_what_it_changes_and_nothing_else() -> None:
    plan = [*documents("update", 120, "change"), *documents("unchanged", 80), *documents("create", 7, "new")]
    (guard,) = tripped("accounts", plan, RULES, FLOOR)
    assert guard.documents == {f"update change {n}" for n in range(120)}
    assert guard.measured == (
        "120 of 200 records that both systems have would change (60%); approval.accounts.max_share_changed is 30%"
    )


def test_a_large_share_of_few_documents_is_daily_business() -> None:
    plan = documents("update", FLOOR - 1, "change")
    assert tripped("accounts", plan, RULES, FLOOR) == ()
    assert tripped("accounts", plan, RULES, FLOOR - 1) != ()


def test_a_share_that_is_just_allowed_goes() -> None:
    assert tripped("accounts", [*documents("update", 300, "money"), *documents("unchanged", 700)], RULES, FLOOR) == ()


def test_orders_come_back_all_at_once_and_that_is_no_reason_to_stop() -> None:
    assert tripped("orders", documents("update", 5000, "money", "10", "USD"), OrdersApproval(), FLOOR) == ()


def test_more_removals_than_allowed_hold_the_removals() -> None:
    plan = [*documents("update", 21, "removal"), *documents("update", 5, "change")]
    (guard,) = tripped("quotes", plan, RULES, FLOOR)
    assert (guard.setting, len(guard.documents)) == ("max_removals", 21)
    assert tripped("quotes", plan[1:], RULES, FLOOR) == ()


def test_money_that_comes_and_goes_does_not_set_itself_off() -> None:
    rules = FlowApproval(max_money_delta={"usd": Decimal(150)})
    more, less = documents("update", 1, "money", "100", "USD"), documents("create", 1, "new", "-100", "USD")
    euros = documents("update", 1, "change", "100000", "EUR")
    (guard,) = tripped("quotes", [*more, *less, *euros], rules, FLOOR)
    assert guard.documents == {"update money 0", "create new 0"}
    assert guard.measured == "200.00 USD would move in 2 documents; approval.quotes.max_money_delta is 150 USD"
    assert tripped("quotes", more, rules, FLOOR) == ()
