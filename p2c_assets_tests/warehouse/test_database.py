import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from p2c_assets.warehouse.database import Database, WarehouseBusyError, opened
from p2c_assets.warehouse.stage import read_slice, replace_slice

HOLDER = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_file_that_another_process_holds_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = tmp_path / "p2c.duckdb"
    arguments = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        waited: list[float] = []
        ticks = iter(range(100))
        with (
            pytest.raises(WarehouseBusyError, match=r"p2c\.duckdb is held by another process \(waited 3 s\)"),
            opened(path, 3, waited.append, lambda: float(next(ticks))),
        ):
            pass
        holder.communicate("")
    assert waited == [0.25, 0.25]


def test_a_slice_replaces_its_company_alone_and_new_columns_are_added(tmp_path: Path) -> None:
    with opened(tmp_path / "p2c.duckdb", 0) as database:
        replace_slice(database, "mapped", "t", "usmf", pl.DataFrame({"company": ["usmf", "usmf"], "a": [1, 2]}))
        replace_slice(database, "mapped", "t", "demf", pl.DataFrame({"company": ["demf"], "a": [3]}))
        replace_slice(database, "mapped", "t", "usmf", pl.DataFrame({"company": ["usmf"], "a": [9], "b": ["new"]}))
        assert read_slice(database, "mapped", "t", "usmf").to_dicts() == [{"company": "usmf", "a": 9, "b": "new"}]
        assert read_slice(database, "mapped", "t", "demf")["a"].to_list() == [3]


def test_a_slice_that_was_never_written_is_empty(tmp_path: Path) -> None:
    with opened(tmp_path / "p2c.duckdb", 0) as database:
        assert read_slice(database, "mapped", "never", "usmf").is_empty()


def test_a_transaction_inside_another_is_undone_with_it(tmp_path: Path) -> None:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as database:
        database.run("CREATE TABLE kept (number INTEGER)")
        with pytest.raises(RuntimeError, match="after both"):
            _store_two(database, fails=True)
        assert database.rows("SELECT * FROM kept") == []
        _store_two(database, fails=False)
        assert database.rows("SELECT * FROM kept ORDER BY number") == [(1,), (2,)]


def _store_two(database: Database, *, fails: bool) -> None:
    with database.transaction():
        for number in (1, 2):
            with database.transaction():
                database.run("INSERT INTO kept VALUES (?)", [number])
        if fails:
            raise RuntimeError("after both")
