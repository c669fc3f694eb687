from datetime import UTC, datetime, timedelta

import polars as pl

from p2c_assets.extraction.frames import frame
from p2c_assets.mappings import sales
from p2c_assets.warehouse import ledger, raw_log
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.ledger import Tally

DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
TASK = "accounts_to_customers"


def outcomes(**found: tuple[str, str | None, str]) -> pl.DataFrame:
    rows = [
        {"source_id": key, "document": key, "outcome": outcome, "reason": reason, "source_version": version}
        for key, (outcome, reason, version) in found.items()
    ]
    return pl.DataFrame(rows, schema=ledger.LEDGER_SCHEMA)


def record(database: Database, run: str, day: int, **found: tuple[str, str | None, str]) -> None:
    ledger.record(database, TASK, "usmf", run, DAY + timedelta(days=day), outcomes(**found))


def test_a_ledger_row_is_written_only_when_something_changed(database: Database) -> None:
    record(database, "run1", 0, A=("created", None, "v1"), B=("rejected", "key_missing", "v1"))
    record(database, "run2", 1, A=("unchanged", None, "v1"), B=("rejected", "key_missing", "v1"))
    record(database, "run3", 2, A=("unchanged", None, "v1"), B=("rejected", "key_missing", "v1"))
    rows = database.rows(
        "SELECT source_id, outcome, valid_from_run, valid_to_run FROM ledger.outcomes ORDER BY source_id, valid_from_run"
    )
    assert rows == [("A", "created", 1, 2), ("A", "unchanged", 2, None), ("B", "rejected", 1, None)]


def test_a_reason_that_goes_on_under_a_new_version_keeps_its_first_date(database: Database) -> None:
    record(database, "run1", 0, A=("rejected", "key_missing", "v1"))
    record(database, "run2", 5, A=("rejected", "key_missing", "v2"))
    assert database.rows("SELECT source_version, since_utc FROM ledger.outcomes WHERE valid_to_run IS NULL") == [
        ("v2", DAY)
    ]


def test_the_outcome_of_any_row_in_any_run_is_a_query(database: Database) -> None:
    record(database, "run1", 0, A=("created", None, "v1"))
    record(database, "run2", 1, A=("refused", "refused_by_destination", "v2"))
    record(database, "run3", 2, A=("refused", "refused_by_destination", "v2"))
    asked = {"task": TASK, "company": "usmf", "source_id": "A"}
    found = [
        database.connection.execute(ledger.OUTCOME_IN_RUN, {**asked, "run": run}).pl()["outcome"].to_list()
        for run in (1, 2, 3)
    ]
    assert found == [["created"], ["refused"], ["refused"]]


def test_every_run_stores_its_counts(database: Database) -> None:
    record(database, "run1", 0, A=("created", None, "v1"), B=("created", None, "v1"))
    record(database, "run2", 1, A=("unchanged", None, "v1"), B=("filtered", "closed", "v1"))
    rows = database.rows("SELECT run, outcome, reason, rows FROM ledger.counts ORDER BY run, outcome")
    assert rows == [(1, "created", None, 2), (2, "filtered", "closed", 1), (2, "unchanged", None, 1)]


def test_what_a_dry_run_mapped_counts_once_it_is_delivered_and_not_before(database: Database) -> None:
    raw_log.prepare(database, "sales_accounts", frame(sales.ACCOUNTS, [], lambda _row: "usmf"))
    database.run("INSERT INTO raw.sales_accounts (row_id, row_company) VALUES ('A', 'usmf')")
    ledger.count_in(database, TASK, "sales_accounts", "usmf", "run1", DAY, dry_run=True)
    assert ledger.rows_in(database, TASK, "usmf") is None
    ledger.count_in(database, TASK, "sales_accounts", "usmf", "run2", DAY)
    database.run("INSERT INTO raw.sales_accounts (row_id, row_company) VALUES ('B', 'usmf')")
    ledger.count_in(database, TASK, "sales_accounts", "usmf", "run3", DAY, dry_run=True)
    assert ledger.rows_in(database, TASK, "usmf") == 1
    ledger.adopt_inputs(database, [TASK], "usmf")
    assert ledger.rows_in(database, TASK, "usmf") == 2


def test_a_lost_and_a_doubled_ledger_row_are_both_seen_by_the_tally(database: Database) -> None:
    raw_log.prepare(database, "sales_accounts", frame(sales.ACCOUNTS, [], lambda _row: "usmf"))
    database.run("INSERT INTO raw.sales_accounts (row_id, row_company) VALUES ('A', 'usmf'), ('B', 'usmf')")
    ledger.count_in(database, TASK, "sales_accounts", "usmf", "run1", DAY)
    record(database, "run1", 0, A=("created", None, "v1"), B=("created", None, "v1"))
    assert ledger.tally(database, TASK, "usmf") == Tally(2, 2, 2, 2)
    database.run("INSERT INTO ledger.outcomes SELECT * FROM ledger.outcomes WHERE source_id = 'A'")
    assert ledger.tally(database, TASK, "usmf").is_wrong
    database.run("DELETE FROM ledger.outcomes WHERE source_id = 'A'")
    assert ledger.tally(database, TASK, "usmf").is_wrong
