from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import duckdb
import polars as pl
import pytest

from p2c_assets.extraction.frames import frame
from p2c_assets.mappings import scm
from p2c_assets.warehouse import raw_log
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.raw_log import Change, Scope
from p2c_assets_tests.chaos.fate import Fate, Killed, WatchedConnection

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
TABLE = scm.CUSTOMERS_V2.table


def customers(company: str, **limits: object) -> pl.DataFrame:
    rows = [
        {"dataAreaId": company, "CustomerAccount": account, "CreditLimit": limit} for account, limit in limits.items()
    ]
    return frame(scm.CUSTOMERS_V2, rows, lambda row: row["dataAreaId"])


def store(database: Database, rows: pl.DataFrame, run: str, scope: Scope | None = None) -> Change:
    return raw_log.store(database, TABLE, rows, scope or Scope("usmf"), run, NOW)


@pytest.mark.parametrize("known", [[], ["row_id", "row_company", "CustomerAccount"]])
def test_a_kill_leaves_both_tables_of_an_entity_or_none_and_the_same_columns_in_both(
    database: Database, known: list[str]
) -> None:
    """A read that finds nothing new does not look whether its tables are whole."""
    whole = customers("usmf")
    if known:
        raw_log.prepare(database, TABLE, whole.select(known))
    database.known.clear()
    watched = WatchedConnection(database.connection, Fate(kill_after=1))
    with pytest.raises(Killed):
        raw_log.prepare(Database(cast(duckdb.DuckDBPyConnection, watched)), TABLE, whole)
    left = [set(database.columns(schema, TABLE)) & set(whole.columns) for schema in ("raw", "raw_log")]
    assert left == [set(whole.columns), set(whole.columns)]


def test_a_row_is_logged_when_its_content_changes_and_not_otherwise(database: Database) -> None:
    assert store(database, customers("usmf", A=1, B=2), "run1") == Change(read=2, new=2, changed=0, deleted=0)
    assert store(database, customers("usmf", A=1, B=2), "run2") == Change(read=2, new=0, changed=0, deleted=0)
    assert store(database, customers("usmf", A=1, B=Decimal("2.5")), "run3") == Change(2, 0, 1, 0)
    logged = database.rows(f"SELECT row_id, run, CreditLimit FROM raw_log.{TABLE} ORDER BY observed_utc, run, row_id")
    assert logged == [("A", "run1", 1), ("B", "run1", 2), ("B", "run3", Decimal("2.5"))]


def test_a_row_that_a_full_read_does_not_find_becomes_a_tombstone(database: Database) -> None:
    store(database, customers("usmf", A=1, B=2), "run1")
    assert store(database, customers("usmf", A=1), "run2").deleted == 1
    assert database.rows(f"SELECT row_id FROM raw.{TABLE}") == [("A",)]
    assert database.rows(f"SELECT row_id, run FROM raw_log.{TABLE} WHERE deleted") == [("B", "run2")]


def test_a_read_of_one_company_leaves_the_other_companies_rows_alone(database: Database) -> None:
    store(database, customers("usmf", A=1), "run1")
    store(database, customers("demf", A=9), "run1", Scope("demf"))
    assert store(database, customers("usmf"), "run2").deleted == 1
    assert database.rows(f"SELECT row_company, row_id FROM raw.{TABLE}") == [("demf", "A")]


def test_a_read_by_key_deletes_only_what_it_asked_for(database: Database) -> None:
    store(database, customers("usmf", A=1, B=2), "run1")
    change = store(database, customers("usmf"), "run2", Scope("usmf", "CustomerAccount", ["B"]))
    assert change.deleted == 1
    assert database.rows(f"SELECT row_id FROM raw.{TABLE}") == [("A",)]


def test_a_key_that_comes_twice_in_one_read_counts_once(database: Database) -> None:
    doubled = pl.concat([customers("usmf", A=1), customers("usmf", A=1)])
    assert store(database, doubled, "run1").new == 1
    assert database.value(f"SELECT count(*) FROM raw.{TABLE}") == 1


def test_an_empty_read_of_an_unknown_table_makes_an_empty_table(database: Database) -> None:
    assert store(database, customers("usmf"), "run1") == Change(0, 0, 0, 0)
    assert database.value(f"SELECT count(*) FROM raw.{TABLE}") == 0
