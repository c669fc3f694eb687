from datetime import UTC, datetime

import polars as pl
import pytest

from p2c_assets.extraction.frames import frame
from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import MappingSettings
from p2c_assets.warehouse import ledger, raw_log, tombstones
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.ledger import Tally
from p2c_assets.warehouse.raw_log import Deleted, Scope

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
TASKS = tasks(MappingSettings())
ACCOUNTS = TASKS["accounts_to_customers"]
ORDERS = TASKS["order_headers_to_salesorders"]


def read(database: Database, entity: Entity, run: str, **companies: str | None) -> None:
    """A full read that finds these rows, each with its company."""
    key = entity.key[-1]
    rows = [{key: name} for name in companies]
    found = frame(entity, rows, lambda row: companies[row[key]])
    raw_log.store(database, entity.table, found, Scope(), run, NOW)


def gone(database: Database, company: str | None = "usmf") -> list[tuple[str, str, str]]:
    """(row, its name, reason)."""
    return tombstones.outcomes(database, ACCOUNTS, company).select("source_id", "document", "reason").rows()


def test_a_deleted_row_keeps_an_outcome_under_its_last_name(database: Database) -> None:
    read(database, sales.ACCOUNTS, "run1", a="usmf", b="usmf")
    known = [{"source_id": "b", "document": "US-002", "outcome": "created"}]
    ledger.record(database, ACCOUNTS.name, "usmf", "run1", NOW, pl.DataFrame(known, schema=ledger.LEDGER_SCHEMA))
    read(database, sales.ACCOUNTS, "run2", a="usmf")
    assert gone(database) == [("b", "US-002", "deleted_in_source")]
    assert tombstones.outcomes(database, ACCOUNTS, "usmf")["detail"].to_list() == [
        "last seen in run2 of 2026-01-05 08:00 UTC"
    ]


def test_a_row_that_is_there_again_is_not_gone(database: Database) -> None:
    for run, found in enumerate(({"a": "usmf"}, {}, {"a": "usmf"})):
        read(database, sales.ACCOUNTS, f"run{run}", **found)
    assert gone(database) == []


@pytest.mark.parametrize("former", ["usmf", None], ids=["of a company", "of none"])
def test_a_row_that_another_company_has_now_was_moved(database: Database, former: str | None) -> None:
    read(database, sales.ACCOUNTS, "run1", a=former)
    read(database, sales.ACCOUNTS, "run2", a="demf")
    assert gone(database, former) == [("a", "a", "moved_to_other_company")]
    assert gone(database, "demf") == []


def test_an_scm_key_that_another_company_uses_too_has_not_moved(database: Database) -> None:
    raw_log.store(
        database,
        ORDERS.source.table,
        frame(scm.SALES_ORDER_HEADERS, [{"SalesOrderNumber": "1"}], lambda _: "usmf"),
        Scope(),
        "r",
        NOW,
    )
    read(database, scm.SALES_ORDER_HEADERS, "run2", **{"1": "demf"})
    assert tombstones.outcomes(database, ORDERS, "usmf")["reason"].to_list() == ["deleted_in_source"]


def test_rows_that_are_gone_belong_to_the_in_of_the_equation(database: Database) -> None:
    read(database, sales.ACCOUNTS, "run1", a="usmf", b="usmf")
    read(database, sales.ACCOUNTS, "run2", a="usmf")
    ledger.count_in(database, ACCOUNTS.name, "sales_accounts", "usmf", "run2", NOW)
    there = pl.DataFrame([{"source_id": "a", "document": "a", "outcome": "created"}], schema=ledger.LEDGER_SCHEMA)
    ledger.record(database, ACCOUNTS.name, "usmf", "run2", NOW, there)
    assert ledger.tally(database, ACCOUNTS.name, "usmf").is_wrong
    both = pl.concat([there, tombstones.outcomes(database, ACCOUNTS, "usmf").drop("scope")], how="diagonal")
    ledger.record(database, ACCOUNTS.name, "usmf", "run2", NOW, both)
    assert ledger.tally(database, ACCOUNTS.name, "usmf") == Tally(2, 2, 2, 2)


def test_a_row_that_a_read_of_changes_shows_in_another_company_has_left_the_first(database: Database) -> None:
    read(database, sales.ACCOUNTS, "run1", a="usmf")
    moved = frame(sales.ACCOUNTS, [{"accountid": "a"}], lambda _row: "demf")
    raw_log.store(database, sales.ACCOUNTS.table, moved, Deleted([]), "run2", NOW)
    assert database.rows("SELECT row_id, row_company FROM raw.sales_accounts") == [("a", "demf")]
    assert gone(database) == [("a", "a", "moved_to_other_company")]
