"""Plans that wait, and what an approval lets through: against a destination that is a dictionary."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from p2c_assets.delivery.delivering import deliver_plan
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.planning import make_plan
from p2c_assets.delivery.release import Released, Wanted, approve, named
from p2c_assets.errors import SettingsError
from p2c_assets.extraction.reader import read_all
from p2c_assets.mappings import scm
from p2c_assets.settings import ApprovalSettings, FlowApproval
from p2c_assets.warehouse import approvals, ledger
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.delivery.fake_scm import START, TASK, FakeScm, desk, given_mapped

ALWAYS = ApprovalSettings(accounts=FlowApproval(mode="always"))
GUARDED = ApprovalSettings(share_from_documents=2)
NAMES = {"A": "Adatum", "B": "Contoso", "C": "Fabrikam"}


def here(database: Database, run: str, rules: ApprovalSettings, hour: float = 0) -> Desk:
    found = desk(database, run)
    now = START + timedelta(hours=hour)
    return found._replace(approval=rules, reading=found.reading._replace(now=now))


def synchronise(
    database: Database, client: FakeScm, run: str, rules: ApprovalSettings = ALWAYS, hour: float = 0
) -> dict[str, tuple[str, str | None]]:
    """Read, plan, deliver; outcome and reason by document."""
    found = here(database, run, rules, hour)
    asyncio.run(read_all(found.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(found)
    return deliver(found, client)


def deliver(found: Desk, client: FakeScm) -> dict[str, tuple[str, str | None]]:
    rows = asyncio.run(deliver_plan(found, client))
    return {row["document"]: (row["outcome"], row["reason"]) for row in rows.to_dicts()}


def there(names: Mapping[str, str]) -> FakeScm:
    client = FakeScm()
    client.customers = {
        key: {"dataAreaId": "usmf", "CustomerAccount": key, "OrganizationName": name} for key, name in names.items()
    }
    return client


def plan_name(database: Database) -> str:
    return approvals.latest(database)[-1].name


def release(database: Database, plan: str, hour: float = 0, **narrowed: str) -> Released:
    wanted = Wanted(plan, narrowed.get("document"), narrowed.get("risk"), "Jane Doe")
    return approve(database, wanted, START + timedelta(hours=hour), ALWAYS.expires_after_h)


def test_a_flow_that_always_asks_sends_nothing_and_the_ledger_adds_up(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, **NAMES)
    assert set(synchronise(database, client, "run1").values()) == {("held", "approval")}
    assert client.sent == []
    found = ledger.current(database, TASK, "usmf")
    assert found.select("outcome", "reason").unique().rows() == [("held", "approval")]
    assert found.height == len(NAMES)
    assert "approval.accounts.mode is always" in found["detail"][0]
    assert "`p2c approve PLAN`" in found["detail"][0]


def test_what_was_approved_is_sent_by_the_next_run_and_the_approval_is_used_up(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, **NAMES)
    synchronise(database, client, "run1")
    assert len(release(database, plan_name(database)).documents) == len(NAMES)
    assert set(synchronise(database, client, "run2", hour=1).values()) == {("created", None)}
    client.customers["A"]["OrganizationName"] = "Former name"
    assert synchronise(database, client, "run3", hour=2)["A"] == ("held", "approval")
    client.customers.pop("A")
    assert synchronise(database, client, "run4", hour=3)["A"] == ("held", "approval")


def test_a_delivery_alone_sends_what_was_approved_after_its_plan(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, **NAMES)
    synchronise(database, client, "run1")
    release(database, plan_name(database))
    assert set(deliver(here(database, "run2", ALWAYS), client).values()) == {("created", None)}


def test_one_document_or_one_class_of_a_plan_can_be_approved(database: Database) -> None:
    client = there({"A": "Former name"})
    given_mapped(database, **NAMES)
    synchronise(database, client, "run1")
    release(database, plan_name(database), document="b")
    found = synchronise(database, client, "run2")
    assert found == {"A": ("held", "approval"), "B": ("created", None), "C": ("held", "approval")}
    release(database, plan_name(database), risk="change")
    found = synchronise(database, client, "run3")
    assert found == {"A": ("updated", None), "B": ("unchanged", None), "C": ("held", "approval")}


def test_a_document_that_changed_after_the_plan_is_planned_again_and_the_rest_goes(database: Database) -> None:
    client = there({"A": "Former name", "B": "Former name", "C": "Former name"})
    given_mapped(database, **NAMES)
    synchronise(database, client, "run1")
    shown = plan_name(database)
    given_mapped(database, **{**NAMES, "A": "Renamed here"})
    client.customers["B"]["OrganizationName"] = "Renamed there"
    release(database, shown)
    found = synchronise(database, client, "run2")
    assert found == {"A": ("held", "approval"), "B": ("held", "approval"), "C": ("updated", None)}
    assert plan_name(database) != shown


def test_what_changed_between_plan_and_approval_is_not_approved_and_is_named(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, **NAMES)
    synchronise(database, client, "run1")
    shown = plan_name(database)
    given_mapped(database, **{**NAMES, "A": "Renamed here"})
    synchronise(database, client, "run2")
    found = release(database, shown)
    assert [one.document for one in found.changed] == ["A"]
    assert {one.document for one in found.documents} == {"B", "C"}


def test_an_approval_ends_after_the_hours_of_the_settings_and_when_it_is_taken_back(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum")
    synchronise(database, client, "run1")
    release(database, plan_name(database), hour=0)
    assert synchronise(database, client, "run2", hour=24.5)["A"] == ("held", "approval")
    release(database, plan_name(database), hour=25)
    assert approvals.revoke(database, named(database, plan_name(database)), START + timedelta(hours=25)) == 1
    assert synchronise(database, client, "run3", hour=25.5)["A"] == ("held", "approval")


def test_an_approval_is_kept_while_the_destination_does_not_answer(database: Database) -> None:
    client = FakeScm(lambda _changeset: "unheard")
    given_mapped(database, A="Adatum")
    synchronise(database, client, "run1")
    release(database, plan_name(database))
    assert synchronise(database, client, "run2")["A"] == ("held", "no_answer")
    client.decide = lambda _changeset: "delivered"
    assert synchronise(database, client, "run3")["A"] == ("created", None)


def test_what_was_approved_as_new_is_not_written_over_a_record_that_appeared_meanwhile(database: Database) -> None:
    client = FakeScm(lambda _changeset: "taken")
    given_mapped(database, A="Adatum")
    synchronise(database, client, "run1")
    release(database, plan_name(database))
    assert synchronise(database, client, "run2")["A"] == ("held", "changed_since_plan")
    assert client.customers["A"]["OrganizationName"] == "Somebody else"


def test_a_plan_with_nothing_new_keeps_its_name_and_the_ledger_its_rows(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, **NAMES)
    synchronise(database, client, "run1")
    first = plan_name(database)
    synchronise(database, client, "run2", hour=1)
    assert plan_name(database) == first
    given_mapped(database, **NAMES, D="Datum")
    synchronise(database, client, "run3", hour=2)
    assert plan_name(database) != first
    rows = database.rows("SELECT document, count(*) FROM ledger.outcomes GROUP BY 1 ORDER BY 1")
    assert rows == [(document, 1) for document in "ABCD"]
    assert database.value("SELECT count(*) FROM delivery.plan_documents") == 4


def test_a_guard_holds_what_it_counted_says_what_it_measured_and_lets_new_records_go(database: Database) -> None:
    client = there({"A": "Former name", "B": "Former name"})
    given_mapped(database, **NAMES)
    found = synchronise(database, client, "run1", GUARDED)
    assert found == {"A": ("held", "guard"), "B": ("held", "guard"), "C": ("created", None)}
    row = ledger.current(database, TASK, "usmf").sort("document").to_dicts()[0]
    assert "2 of 2 records that both systems have would change (100%)" in row["detail"]
    release(database, plan_name(database))
    found = synchronise(database, client, "run2", GUARDED)
    assert found == {"A": ("updated", None), "B": ("updated", None), "C": ("unchanged", None)}


def test_a_refused_document_does_not_wait_for_an_approval_that_would_change_nothing(database: Database) -> None:
    client = FakeScm(lambda _changeset: "refused")
    given_mapped(database, A="Adatum")
    synchronise(database, client, "run1")
    shown = plan_name(database)
    release(database, shown)
    assert synchronise(database, client, "run2")["A"] == ("refused", "refused_by_destination")
    assert synchronise(database, client, "run3")["A"] == ("refused", "refused_by_destination")
    with pytest.raises(SettingsError, match="nothing waits in plan"):
        release(database, shown)


def test_a_plan_that_is_not_there_is_answered_with_those_that_wait(database: Database) -> None:
    given_mapped(database, A="Adatum")
    synchronise(database, FakeScm(), "run1")
    name = plan_name(database)
    with pytest.raises(
        SettingsError, match=rf"no plan 'P9'; plans with documents that wait: {name} \(accounts of usmf: 1\)"
    ):
        release(database, "P9")
    with pytest.raises(
        SettingsError, match="no risk class 'grave'; the classes are removal, money, state, change, new"
    ):
        release(database, name, risk="grave")
    with pytest.raises(SettingsError, match="nothing of X waits in plan"):
        release(database, name, document="X")


def test_a_dry_approval_approves_nothing(database: Database) -> None:
    given_mapped(database, A="Adatum")
    client = FakeScm()
    synchronise(database, client, "run1")
    wanted = Wanted(plan_name(database), None, None, "Jane Doe")
    found = approve(database, wanted, START, 24, dry_run=True)
    assert (found.number, len(found.documents)) == (None, 1)
    assert synchronise(database, client, "run2")["A"] == ("held", "approval")


def test_money_is_in_the_plan_in_the_currency_of_the_record(database: Database) -> None:
    client = there({"A": "Adatum"})
    client.customers["A"]["CreditLimit"] = Decimal(100)
    given_mapped(database, A="Adatum", B="Contoso")
    database.run(
        "ALTER TABLE mapped.scm_customers_from_accounts ALTER COLUMN CreditLimit TYPE DECIMAL(38, 4) USING 250.5"
    )
    database.run("UPDATE mapped.scm_customers_from_accounts SET SalesCurrencyCode = 'EUR' WHERE document = 'B'")
    synchronise(database, client, "run1")
    rows = database.rows(
        "SELECT document, risk, money_delta, money_currency FROM planned.scm_customers_from_accounts ORDER BY document"
    )
    assert rows == [("A", "money", Decimal("150.5"), "USD"), ("B", "new", Decimal("250.5"), "EUR")]


def test_a_warehouse_of_an_earlier_version_is_planned_as_if_nothing_had_waited(database: Database) -> None:
    given_mapped(database, A="Adatum")
    synchronise(database, FakeScm(), "run1")
    for column in ("hold", "hold_detail", "plan_name", "risk"):
        database.run(f"ALTER TABLE planned.scm_customers_from_accounts DROP COLUMN {column}")
    database.known.clear()
    assert synchronise(database, FakeScm(), "run2")["A"] == ("held", "approval")
