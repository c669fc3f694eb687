"""The DuckDB file: opened by one process at a time, one cursor per user of it.

The nouns that live in the file have modules of their own (raw log, stage tables, ledger, outbox, line numbers). Only
opening, waiting for another holder, and the types that columns have in the file belong here.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import duckdb
import polars as pl

from p2c_assets.errors import TransientError

SCHEMAS = ("raw", "raw_log", "mapped", "planned", "delivered", "reconciled", "ledger", "delivery", "readiness")
SMALL_BYTES = 64 * 2**20
"""Smaller files are worked on by one thread: a run is thousands of small statements, and handing them to threads costs more
than it brings."""
KEPT_ROWS = 10_000
"""Of a table or slice that is kept in memory; larger ones are asked in SQL each time: most questions want little of them."""
HELD_ELSEWHERE = "Conflicting lock"


class WarehouseBusyError(TransientError):
    """Another process holds the file."""


class Database:
    """One open DuckDB file. Frames go in by name and come out by SQL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._is_in_transaction = False
        self.known: dict[str, object] = {}
        """What cannot change while this file is open: tables that are there, the shape that was seen to fit them, runs' numbers.
        Asking again would take longer than most of our queries."""
        self.kept: dict[str, pl.DataFrame | None] = {}
        """Small tables that were read while this file is open, by name; whatever writes to one takes it out."""

    def run(self, sql: str, parameters: list[object] | None = None) -> None:
        """Execute without a result."""
        self.connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: list[object] | None = None) -> list[tuple[object, ...]]:
        """All rows of a query."""
        return self.connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: list[object] | None = None) -> object:
        """First column of the first row; None where there is none."""
        row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def frame(self, sql: str, parameters: list[object] | None = None) -> pl.DataFrame:
        """The result as a Polars frame."""
        return self.connection.execute(sql, parameters).pl()

    @contextmanager
    def given(self, name: str, frame: pl.DataFrame) -> Generator[None]:
        """Make a frame readable under a name while the block runs."""
        self.connection.register(name, cast(object, frame.to_arrow()))
        try:
            yield
        finally:
            self.connection.unregister(name)

    @contextmanager
    def transaction(self, *, undone: bool = False) -> Generator[None]:
        """All or nothing; `undone`: nothing in any case, to see what would have been done. One inside another is part of it."""
        if self._is_in_transaction:
            yield
            return
        self.connection.execute("BEGIN TRANSACTION")
        self._is_in_transaction = True
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._is_in_transaction = False
        if undone:
            self._roll_back()
        else:
            self.connection.execute("COMMIT")

    def _roll_back(self) -> None:
        """What was seen of tables meanwhile is no longer true."""
        self.known.clear()
        self.kept.clear()
        self.connection.execute("ROLLBACK")

    def tables(self, schema: str) -> set[str]:
        """The names of a schema's tables."""
        rows = self.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = ?", [schema])
        return {str(name) for (name,) in rows}

    def has_table(self, schema: str, table: str) -> bool:
        """Whether schema.table (or a view of that name) is there. Asking for no row of it is far cheaper than the catalogue,
        and no table is ever taken away again."""
        seen = f"{schema}.{table} is there"
        if seen not in self.known:
            try:
                self.connection.execute(f'SELECT NULL FROM "{schema}"."{table}" LIMIT 0')
            except duckdb.CatalogException:
                return False
            self.known[seen] = True
        return True

    def columns(self, schema: str, table: str) -> list[str]:
        """The column names of a table, in order."""
        return [str(name) for name, *_ in self.rows(f"DESCRIBE {schema}.{table}")]


@contextmanager
def opened(
    path: Path, wait_s: float, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
) -> Generator[Database]:
    """Open the file, waiting up to `wait_s` seconds for another process to let go of it. Raises WarehouseBusyError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(path, wait_s, sleep, clock)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        if path.stat().st_size < SMALL_BYTES:
            connection.execute("SET threads = 1")
        for schema in SCHEMAS:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        yield Database(connection)
    finally:
        connection.close()


def _connect(
    path: Path, wait_s: float, sleep: Callable[[float], None], clock: Callable[[], float]
) -> duckdb.DuckDBPyConnection:
    deadline = clock() + wait_s
    while True:
        try:
            return duckdb.connect(str(path))
        except duckdb.IOException as error:
            if HELD_ELSEWHERE not in str(error):
                raise
            if clock() >= deadline:
                raise WarehouseBusyError(f"{path} is held by another process (waited {wait_s:g} s): {error}") from error
            sleep(0.25)
