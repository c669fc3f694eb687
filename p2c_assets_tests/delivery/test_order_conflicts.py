"""Orders by lifecycle: a draft is Sales', what SCM has is SCM's, and each side's change of the other's order is a conflict."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from p2c_assets.delivery import desk as desks
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.planning import make_plan
from p2c_assets.delivery.units import UNITS
from p2c_assets.extraction.frames import concatenate
from p2c_assets.extraction.reader import Reading
from p2c_assets.mappings import sales
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.settings import Conflicts, Delivery
from p2c_assets.warehouse import approvals, current, ledger, outbox, raw_log
from p2c_assets.warehouse.database import Database, opened
from p2c_assets.warehouse.raw_log import Scope
from p2c_assets_tests.delivery.rows import COMPANY, NOW, TASKS, mapped, there
from p2c_assets_tests.frames import raw

FORWARD, BACK = "scm/sales_orders", "sales/sales_orders"
CHANGED = datetime(2026, 1, 4, 17, 30, tzinfo=UTC)
DEFAULTS = Delivery()
HOLD = Delivery(conflicts=Conflicts(orders="hold"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        for module in (ledger, outbox, approvals):
            module.prepare(found)
        for entity in ENTITIES.values():
            raw_log.prepare(found, entity.table, concatenate(entity, []))
        yield found


def desk(database: Database, unit: str, rules: Delivery = DEFAULTS, run: str = "run1") -> Desk:
    return Desk(Reading(database, {"usmf": COMPANY}, run, NOW), UNITS[unit], "usmf", TASKS, rules)


def planned(database: Database, unit: str, rules: Delivery = DEFAULTS, run: str = "run1") -> tuple[Any, ...]:
    row = make_plan(desk(database, unit, rules, run)).to_dicts()[0]
    return row["action"], row["reason"], row["detail"]


def agree(database: Database, unit: str, source_id: str) -> None:
    """Both sides are found to hold the same now."""
    done = pl.DataFrame({"source_id": [source_id], "document": ["SO-1"], "outcome": ["unchanged"]})
    desks.remember_agreed(desk(database, unit, run="run0"), done)


def found(database: Database) -> list[tuple[Any, ...]]:
    return database.rows(
        "SELECT field, owner, moved, agreed_value, sales_value, scm_value, resolution FROM ledger.conflicts ORDER BY field"
    )


def sent(database: Database, reference: str = "A", city: str = "Austin") -> None:
    """An order that was activated in Sales and that SCM has."""
    header = {"SalesOrderNumber": "SO-1", "document": "SO-1", "source_id": "o", "target_key": "SO-1"}
    mapped(
        database,
        TASKS["salesorders_to_order_headers"],
        {**header, "CustomersOrderReference": reference, "DeliveryAddressCity": city},
    )
    line = {"source_id": "l1", "parent_id": "o", "target_key": "SO-1|1", "LineCreationSequenceNumber": 1}
    mapped(
        database, TASKS["salesorderdetails_to_order_lines"], {**line, "SalesOrderNumber": "SO-1", "document": "SO-1"}
    )


@pytest.fixture
def order(database: Database) -> Database:
    sent(database)
    there(
        database,
        "scm.sales_order_headers",
        {
            "SalesOrderNumber": "SO-1",
            "CustomersOrderReference": "A",
            "DeliveryAddressCity": "Austin",
            "SalesOrderProcessingStatus": "Active",
        },
    )
    there(database, "scm.sales_order_lines", {"SalesOrderNumber": "SO-1", "LineCreationSequenceNumber": 1})
    agree(database, FORWARD, "o")
    return database


def test_a_change_in_sales_of_an_order_that_scm_has_is_kept_as_a_conflict_and_not_sent(order: Database) -> None:
    sent(order, city="Boston")
    action, reason, detail = planned(order, FORWARD)
    assert (action, reason) == ("filtered", "owned_by_scm")
    assert "changed in Sales although SCM owns it: DeliveryAddressCity is 'Boston' in Sales, 'Austin' in SCM" in detail
    assert found(order) == [("DeliveryAddressCity", "scm", "other", "Austin", "Boston", "Austin", None)]


def test_a_change_in_scm_of_its_own_order_is_no_conflict(order: Database) -> None:
    order.run("UPDATE raw.scm_sales_order_headers SET DeliveryAddressCity = 'Dallas'")
    current.changed(order, "scm_sales_order_headers")
    assert planned(order, FORWARD)[:2] == ("filtered", "owned_by_scm")
    assert found(order) == []


def test_both_sides_changed_it_and_the_settings_hold_it(order: Database) -> None:
    order.run("UPDATE raw.scm_sales_order_headers SET DeliveryAddressCity = 'Dallas'")
    current.changed(order, "scm_sales_order_headers")
    sent(order, city="Boston")
    assert planned(order, FORWARD, HOLD)[:2] == ("held", "conflict")
    assert found(order) == [("DeliveryAddressCity", "scm", "both", "Austin", "Boston", "Dallas", None)]
    order.run("UPDATE raw.scm_sales_order_headers SET DeliveryAddressCity = 'Boston'")
    current.changed(order, "scm_sales_order_headers")
    assert planned(order, FORWARD, HOLD, "run2")[:2] == ("unchanged", None)
    assert [row[-1] for row in found(order)] == ["values_agree"]


def test_a_conflict_ends_with_the_order_that_travels_back(order: Database) -> None:
    sent(order, city="Boston")
    planned(order, FORWARD)
    header = {
        "source_id": "o",
        "target_key": "SO-1",
        "document": "SO-1",
        "outcome": "filtered",
        "reason": "owned_by_scm",
    }
    mapped(order, TASKS["salesorders_to_order_headers"], header)
    assert planned(order, FORWARD, run="run2")[:2] == ("filtered", "owned_by_scm")
    assert [row[-1] for row in found(order)] == ["owner_wins"]


def test_an_order_that_scm_deleted_is_not_made_anew(order: Database) -> None:
    order.run("DELETE FROM raw.scm_sales_order_headers")
    order.run("DELETE FROM raw.scm_sales_order_lines")
    assert planned(order, FORWARD)[:2] == ("filtered", "deleted_in_scm")


def test_an_order_that_scm_never_had_is_created(database: Database) -> None:
    sent(database)
    assert planned(database, FORWARD)[:2] == ("create", None)


def returned(database: Database, name: str = "Web order") -> None:
    """An order that SCM confirmed, as it is mapped back."""
    header = {"source_id": "SO-1", "document": "SO-1", "target_key": "SO-1", "salesorderid": "o", "ordernumber": "SO-1"}
    mapped(database, TASKS["order_headers_to_salesorders"], {**header, "name": name})
    line = {"source_id": "SO-1|1", "parent_id": "SO-1", "document": "SO-1", "target_key": "SO-1|1", "sequencenumber": 1}
    mapped(
        database, TASKS["order_lines_to_salesorderdetails"], {**line, "salesorderdetailid": "l1", "salesorderid": "o"}
    )


def in_sales(database: Database, name: str) -> None:
    """The order as Sales has it, changed by user u-7."""
    values = {"salesorderid": "o", "ordernumber": "SO-1", "name": name, "statecode": 0, "modifiedon": CHANGED}
    frame = raw(sales.SALESORDERS, [{**values, "modifiedby": "u-7"}]).drop("row_version")
    raw_log.store(database, "sales_salesorders", frame, Scope("usmf"), "run0", NOW)


def test_a_change_in_sales_of_an_order_that_came_back_is_written_over_and_kept_with_its_time_and_actor(
    database: Database,
) -> None:
    returned(database)
    in_sales(database, "Web order")
    there(database, "sales.salesorderdetails", {"salesorderdetailid": "l1", "salesorderid": "o", "sequencenumber": 1})
    agree(database, BACK, "SO-1")
    in_sales(database, "Renamed in Sales")
    assert planned(database, BACK)[0] == "update"
    assert database.rows(
        "SELECT document, field, owner, agreed_value, sales_value, scm_value, sales_modified_utc, sales_modified_by, "
        "sales_seen_utc FROM ledger.conflicts"
    ) == [("so-1", "name", "scm", "Web order", "Renamed in Sales", "Web order", CHANGED, "u-7", NOW)]
    returned(database, "Renamed in SCM")
    planned(database, BACK, run="run2")
    assert database.rows(
        "SELECT scm_value, moved, resolution FROM ledger.conflicts ORDER BY resolution NULLS LAST"
    ) == [
        ("Web order", "other", "overtaken"),
        ("Renamed in SCM", "both", None),
    ]
