"""Held rows whose parent has arrived: in the same company's or another company's run, in the same flow or another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from p2c_assets.extraction.frames import concatenate
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.warehouse import raw_log
from p2c_assets.warehouse.arrivals import arrived
from p2c_assets.warehouse.database import Database, opened
from p2c_assets_tests.delivery.rows import TASKS, mapped, there

HELD = {"outcome": "held", "reason": "parent_missing", "scope": "document"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        for entity in ENTITIES.values():
            raw_log.prepare(found, entity.table, concatenate(entity, []))
        yield found


def waits(database: Database, task: str, source_id: str, cause: str, **more: Any) -> None:
    mapped(database, TASKS[task], {**HELD, "source_id": source_id, "document": source_id, "cause": cause, **more})


def found(database: Database) -> list[tuple[str, str, int]]:
    return [(one.company, one.entity, one.rows) for one in arrived(database, TASKS)]


def test_an_order_is_released_by_the_arrival_of_its_customer_in_the_other_flow(database: Database) -> None:
    waits(database, "salesorders_to_order_headers", "o1", "scm.customers_v2 US-1")
    waits(database, "quotes_to_quotation_headers", "q1", "scm.customers_v2 us-1")
    assert found(database) == []
    there(database, "scm.customers_v2", {"CustomerAccount": "US-1", "PartyNumber": "US-1"})
    assert found(database) == [("usmf", "scm.customers_v2", 2)]


def test_the_customer_of_another_company_releases_nothing(database: Database) -> None:
    waits(database, "salesorders_to_order_headers", "o1", "scm.customers_v2 US-1")
    there(database, "scm.customers_v2", {"CustomerAccount": "US-1", "row_company": "demf"})
    assert found(database) == []


def test_a_contact_person_waits_for_a_party_number(database: Database) -> None:
    waits(database, "contacts_to_contact_persons", "c1", "scm.customers_v2 PARTY-1")
    there(database, "scm.customers_v2", {"CustomerAccount": "US-1", "PartyNumber": "PARTY-1"})
    assert found(database) == [("usmf", "scm.customers_v2", 1)]


def test_a_price_is_released_by_the_product_that_another_companys_run_made(database: Database) -> None:
    waits(database, "sellable_products_to_products", "P-1", "sales.products P-1")
    there(database, "sales.products", {"productid": "p", "productnumber": "P-1"})
    assert found(database) == [("usmf", "sales.products", 1)]


def test_the_same_rows_have_one_key_and_others_another(database: Database) -> None:
    there(database, "scm.customers_v2", {"CustomerAccount": "US-1"}, {"CustomerAccount": "US-2"})
    waits(database, "salesorders_to_order_headers", "o1", "scm.customers_v2 US-1")
    before = [one.key for one in arrived(database, TASKS)]
    assert [one.key for one in arrived(database, TASKS)] == before
    waits(database, "salesorders_to_order_headers", "o1", "scm.customers_v2 US-2")
    assert [one.key for one in arrived(database, TASKS)] != before


def test_what_is_stopped_for_another_reason_waits_for_nothing(database: Database) -> None:
    there(database, "scm.customers_v2", {"CustomerAccount": "US-1"})
    waits(
        database,
        "salesorders_to_order_headers",
        "o1",
        "scm.customers_v2 US-1",
        outcome="rejected",
        reason="key_missing",
    )
    assert found(database) == []
