"""Records that are deleted or deactivated in their source: ignored, or deactivated in the destination, never deleted there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from p2c_assets.delivery import desk as desks
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.planning import make_plan
from p2c_assets.delivery.units import UNITS
from p2c_assets.extraction import claims
from p2c_assets.extraction.frames import concatenate
from p2c_assets.extraction.reader import Reading
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.settings import ApprovalSettings, Delivery, FlowApproval, Removals
from p2c_assets.warehouse import approvals, ledger, outbox, raw_log
from p2c_assets.warehouse.database import Database, opened
from p2c_assets_tests.delivery.fake_scm import FakeScm, given_mapped, synchronise
from p2c_assets_tests.delivery.rows import COMPANY, NOW, TASKS, mapped, there

CUSTOMERS, PERSONS, PRODUCTS = "scm/customers_from_accounts", "scm/contact_persons", "sales/products"
GONE = {"outcome": "filtered", "reason": "deleted_in_source", "detail": "last seen in run1", "scope": "row"}
DEACTIVATE = Delivery(removals=Removals(accounts="deactivate", contacts="deactivate", products="deactivate"))
IGNORE = Delivery()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        for module in (ledger, outbox, claims, approvals):
            module.prepare(found)
        for entity in ENTITIES.values():
            raw_log.prepare(found, entity.table, concatenate(entity, []))
        yield found


def desk(database: Database, unit: str, rules: Delivery) -> Desk:
    return Desk(Reading(database, {"usmf": COMPANY}, "run1", NOW), UNITS[unit], "usmf", TASKS, rules)


def planned(database: Database, unit: str, rules: Delivery = DEACTIVATE) -> list[tuple[Any, ...]]:
    here = desk(database, unit, rules)
    rows = make_plan(here).to_dicts()
    plans = desks.plan(here, desks.assembly(here).documents)
    sent = [operation for plan in plans.values() for operation in plan.operations]
    assert [operation.method for operation in sent] == ["PATCH"] * len(sent)
    return [(row["action"], row["reason"], row["risk"]) for row in rows]


def ours(database: Database, unit: str, key: str) -> None:
    """A record that both sides have agreed on."""
    database.run(
        "INSERT INTO ledger.agreed VALUES (?, 'usmf', ?, 'e', lower(?), 'f', 'x', 'x', true, 'run0', ?)",
        [unit, key, key, NOW],
    )


def given_customer(database: Database, hold: str = "No") -> None:
    """A customer from an account that was deleted."""
    mapped(database, TASKS["accounts_to_customers"], {**GONE, "source_id": "a", "document": "US-1"})
    there(database, "scm.customers_v2", {"CustomerAccount": "us-1", "OnHoldStatus": hold})


def test_by_default_a_deleted_account_is_named_and_its_customer_left_alone(database: Database) -> None:
    given_customer(database)
    ours(database, CUSTOMERS, "US-1")
    assert planned(database, CUSTOMERS, IGNORE) == [("filtered", "deleted_in_source", None)]


def test_the_customer_of_a_deleted_account_is_put_on_hold_where_the_settings_say_so(database: Database) -> None:
    given_customer(database)
    ours(database, CUSTOMERS, "US-1")
    assert planned(database, CUSTOMERS) == [("update", "deactivated_in_source", "removal")]
    (plan,) = desks.plan(
        desk(database, CUSTOMERS, DEACTIVATE), desks.assembly(desk(database, CUSTOMERS, DEACTIVATE)).documents
    ).values()
    (operation,) = plan.operations
    assert operation.key == {"dataAreaId": "usmf", "CustomerAccount": "us-1"}
    assert operation.body == {"OnHoldStatus": "All"}


def test_once_it_is_on_hold_nothing_more_is_sent(database: Database) -> None:
    given_customer(database, hold="All")
    ours(database, CUSTOMERS, "US-1")
    assert planned(database, CUSTOMERS) == [("filtered", "deleted_in_source", None)]


def test_a_customer_that_is_not_known_as_ours_is_left_alone(database: Database) -> None:
    given_customer(database)
    assert planned(database, CUSTOMERS) == [("filtered", "deleted_in_source", None)]


def test_an_account_that_has_the_number_now_keeps_the_customer(database: Database) -> None:
    given_customer(database, hold="No")
    ours(database, CUSTOMERS, "US-1")
    gone = {**GONE, "source_id": "a", "document": "US-1"}
    here = {"source_id": "b", "document": "US-1", "target_key": "US-1", "CustomerAccount": "US-1"}
    mapped(database, TASKS["accounts_to_customers"], gone, here)
    assert sorted(row[0] for row in planned(database, CUSTOMERS)) == ["filtered", "unchanged"]


def test_a_deactivated_account_puts_its_customer_on_hold_together_with_its_other_changes(database: Database) -> None:
    row = {
        "source_id": "a",
        "document": "US-1",
        "target_key": "US-1",
        "CustomerAccount": "US-1",
        "OrganizationName": "B",
    }
    mapped(database, TASKS["accounts_to_customers"], row)
    there(database, "scm.customers_v2", {"CustomerAccount": "US-1", "OnHoldStatus": "No", "OrganizationName": "A"})
    there(database, "sales.accounts", {"accountid": "a", "accountnumber": "US-1", "statecode": 1})
    assert planned(database, CUSTOMERS, IGNORE) == [("update", None, "change")]
    assert planned(database, CUSTOMERS) == [("update", "deactivated_in_source", "removal")]


def test_the_contact_person_of_a_deleted_contact_becomes_inactive(database: Database) -> None:
    mapped(database, TASKS["contacts_to_contact_persons"], {**GONE, "source_id": "c", "document": "C-1"})
    there(
        database,
        "scm.contact_persons",
        {"ContactPersonPartyNumber": "C-1", "AssociatedPartyNumber": "US-1", "IsInactive": "No"},
    )
    ours(database, PERSONS, "C-1|US-1")
    assert planned(database, PERSONS) == [("update", "deactivated_in_source", "removal")]


def test_a_product_that_no_company_releases_any_more_is_retired(database: Database) -> None:
    mapped(database, TASKS["sellable_products_to_products"], {**GONE, "source_id": "P-1", "document": "P-1"})
    there(database, "sales.products", {"productid": "p", "productnumber": "P-1", "statecode": 0, "statuscode": 1})
    ours(database, PRODUCTS, "p")
    assert planned(database, PRODUCTS) == [("update", "deactivated_in_source", "removal")]
    database.run("INSERT INTO raw.scm_key_claims VALUES ('sellable_released_products', 'demf', 'P-1', 'Lamp', 'ea')")
    assert planned(database, PRODUCTS) == [("filtered", "deleted_in_source", None)]


def test_more_removals_than_the_guard_allows_are_held_together(database: Database) -> None:
    numbers = ("US-1", "US-2", "US-3")
    rows = [{**GONE, "source_id": number, "document": number} for number in numbers]
    mapped(database, TASKS["accounts_to_customers"], *rows)
    there(database, "scm.customers_v2", *({"CustomerAccount": number, "OnHoldStatus": "No"} for number in numbers))
    for number in numbers:
        ours(database, CUSTOMERS, number)
    strict = ApprovalSettings(accounts=FlowApproval(max_removals=2))
    here = desk(database, CUSTOMERS, DEACTIVATE)._replace(approval=strict)
    assert make_plan(here)["hold"].to_list() == ["guard"] * 3


def test_a_deactivation_comes_to_rest(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum")
    assert synchronise(database, client, rules=DEACTIVATE) == {"A": "created"}
    database.run("UPDATE mapped.scm_customers_from_accounts SET outcome = 'filtered', reason = 'deleted_in_source'")
    database.kept.clear()
    assert synchronise(database, client, "run2", day=1) == {"A": "filtered"}
    assert "OnHoldStatus" not in client.customers["A"]
    assert synchronise(database, client, "run3", day=2, rules=DEACTIVATE) == {"A": "updated"}
    assert client.customers["A"]["OnHoldStatus"] == "All"
    client.sent.clear()
    assert synchronise(database, client, "run4", day=3, rules=DEACTIVATE) == {"A": "filtered"}
    assert client.sent == []
