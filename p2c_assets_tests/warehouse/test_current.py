"""Rows that are kept in memory are the rows of the file."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from p2c_assets.extraction.frames import frame
from p2c_assets.mappings import scm
from p2c_assets.warehouse import current, raw_log, stage
from p2c_assets.warehouse.database import KEPT_ROWS, Database, opened
from p2c_assets.warehouse.raw_log import Change, Scope

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
ENTITY = scm.CUSTOMERS_V2
TABLE = ENTITY.table


def customers(company: str, limits: dict[str, int]) -> pl.DataFrame:
    rows = [{"dataAreaId": company, "CustomerAccount": key, "CreditLimit": limit} for key, limit in limits.items()]
    return frame(ENTITY, rows, lambda row: row["dataAreaId"])


def store(database: Database, company: str, limits: dict[str, int], scope: Scope | None = None) -> Change:
    return raw_log.store(database, TABLE, customers(company, limits), scope or Scope(company), "run", NOW)


def held(database: Database) -> list[tuple[object, ...]]:
    return sorted(current.rows(database, TABLE).select("row_company", "row_id", "CreditLimit").rows())


def with_rows(database: Database, count: int) -> None:
    """A table of `count` rows beside two that are asked for."""
    store(database, "usmf", {"A-1": 1, "B-2": 2})
    store(database, "demf", {"a-1": 3})
    database.run(
        f"INSERT INTO raw.{TABLE} BY NAME SELECT 'usmf' AS row_company, 'X' || i AS row_id, 'X' || i AS CustomerAccount "
        f"FROM range({count}) r(i)"
    )
    current.changed(database, TABLE)


@pytest.mark.parametrize("count", [0, KEPT_ROWS])
def test_small_and_large_tables_answer_alike(database: Database, count: int) -> None:
    with_rows(database, count)
    assert (current.small(database, TABLE) is None) == (count == KEPT_ROWS)
    wanted = [" a-1 ", "B-2", "none"]
    of_all = current.with_values(database, ENTITY, "CustomerAccount", wanted, None)
    of_one = current.with_values(database, ENTITY, "CustomerAccount", wanted, "usmf")
    assert sorted(of_all.select("row_company", "row_id").rows()) == [("demf", "a-1"), ("usmf", "A-1"), ("usmf", "B-2")]
    assert sorted(of_one["row_id"]) == ["A-1", "B-2"]
    assert current.with_values(database, ENTITY, "CustomerAccount", [], None).is_empty()
    assert current.rows(database, TABLE).height == 3 + count


def test_what_is_written_is_seen(database: Database) -> None:
    store(database, "usmf", {"A": 1, "B": 2})
    assert held(database) == [("usmf", "A", 1), ("usmf", "B", 2)]
    store(database, "usmf", {"A": 5})
    assert held(database) == [("usmf", "A", 5)]


def test_what_is_undone_is_not_seen(database: Database) -> None:
    store(database, "usmf", {"A": 1})
    with database.transaction(undone=True):
        store(database, "usmf", {"A": 2})
        assert held(database) == [("usmf", "A", 2)]
    assert held(database) == [("usmf", "A", 1)]


def test_a_table_whose_making_was_undone_is_made_again(database: Database) -> None:
    with database.transaction(undone=True):
        store(database, "usmf", {"A": 1})
    assert store(database, "usmf", {"A": 1}).new == 1


def test_a_table_that_was_seen_in_what_was_undone_is_not_there(database: Database) -> None:
    rows = pl.DataFrame({"company": ["usmf"], "said": ["first"]})
    with database.transaction(undone=True):
        stage.replace_slice(database, "mapped", "things", "usmf", rows)
        assert stage.read_slice(database, "mapped", "things", "usmf").equals(rows)
        assert database.has_table("mapped", "things")
    assert not database.has_table("mapped", "things")
    assert stage.read_slice(database, "mapped", "things", "usmf").is_empty()


def test_a_slice_is_as_it_was_written_last(database: Database) -> None:
    for said in ("first", "second"):
        stage.replace_slice(database, "mapped", "things", "usmf", pl.DataFrame({"company": ["usmf"], "said": [said]}))
        assert stage.read_slice(database, "mapped", "things", "usmf")["said"].to_list() == [said]
    with database.transaction(undone=True):
        stage.replace_slice(
            database, "mapped", "things", "usmf", pl.DataFrame({"company": ["usmf"], "said": ["third"]})
        )
        assert stage.read_slice(database, "mapped", "things", "usmf")["said"].to_list() == ["third"]
    assert stage.read_slice(database, "mapped", "things", "usmf")["said"].to_list() == ["second"]


def test_a_slice_that_was_kept_as_it_was_written_is_the_one_in_the_file(tmp_path: Path) -> None:
    before = [{"field": "Name", "before": "old"}, {"field": "Group", "before": None}], [], None
    rows = pl.DataFrame(
        {
            "company": ["usmf"] * 3,
            "amount": [Decimal("1.10"), None, Decimal("-0.01")],
            "day": [date(2026, 1, 5), None, date(1900, 1, 1)],
            "seen": [NOW, None, NOW],
            "before": list(before),
        }
    )
    with opened(tmp_path / "p2c.duckdb", 1) as database:
        stage.replace_slice(database, "mapped", "things", "usmf", rows)
        assert stage.read_slice(database, "mapped", "things", "usmf").equals(rows)
        last = rows.reverse()
        stage.replace_slice(database, "mapped", "things", "usmf", last)
        kept = stage.read_slice(database, "mapped", "things", "usmf")
        assert kept is last
    with opened(tmp_path / "p2c.duckdb", 1) as database:
        assert stage.read_slice(database, "mapped", "things", "usmf").equals(kept)
        wider = rows.with_columns(more=pl.lit(1))
        for written in (wider, rows):
            stage.replace_slice(database, "mapped", "things", "usmf", written)
        assert stage.read_slice(database, "mapped", "things", "usmf").columns == wider.columns


def play(database: Database, *, is_kept: bool) -> list[Change]:
    """Sixty reads by chance, of everything of a company or of some keys."""
    chance, changes = random.Random(7), list[Change]()
    for _ in range(60):
        company = chance.choice(["usmf", "demf"])
        found = {key: chance.randrange(2) for key in "ABC" if chance.random() < 0.8}
        asked = chance.sample(["A", "b", "C"], chance.randrange(4))
        by_key = {key: limit for key, limit in found.items() if key in map(str.upper, asked)}
        scope = Scope(company, "CustomerAccount", asked) if asked else Scope(company)
        if not is_kept:
            database.kept[f"raw.{TABLE}"] = None
        changes.append(store(database, company, by_key if asked else found, scope))
    return changes


def test_reads_leave_the_same_whether_a_table_is_kept_or_asked_in_sql(tmp_path: Path) -> None:
    """The same reads, found by comparing frames and by comparing in the file."""
    played, logs = list[list[Change]](), list[list[tuple[object, ...]]]()
    for is_kept in (True, False):
        with opened(tmp_path / f"{is_kept}.duckdb", 1) as database:
            played.append(play(database, is_kept=is_kept))
            sql = f"SELECT row_company, row_id, CreditLimit, row_version, deleted FROM raw_log.{TABLE} ORDER BY ALL"
            logs.append([*held(database), *database.rows(sql)])
    assert played[0] == played[1]
    assert logs[0] == logs[1]
    assert sum(change.new + change.changed + change.deleted == 0 for change in played[0]) > 5
