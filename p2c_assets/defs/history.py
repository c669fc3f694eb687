"""Dagster's run history on SQLite, through one kept engine for each file; named in dagster.yaml.

Dagster 1.13 makes a new engine, and so compiles every statement anew, for each of the thirty events of a step. Kept open, a
run of the chain takes less than half the time. WAL with synchronous=NORMAL: a power failure may cost the last events of
the history and never harms the file. Can go when Dagster keeps its own connections.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from dagster._core.storage.event_log import AssetKeyTable, ConsolidatedSqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event


class EventLogStorage(ConsolidatedSqliteEventLogStorage):
    """One file for the events of all runs."""

    @cached_property
    def _engine(self) -> Engine:
        return _kept(self._conn_string)

    @contextmanager
    def _connect(self) -> Generator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the file has this table; its schema does not change while it is open."""
        if self._known_tables is None:
            with self._connect() as connection:
                self._known_tables = frozenset(connection.dialect.get_table_names(connection))
        return table_name in self._known_tables

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        if self._known_columns is None:
            columns = conn.dialect.get_columns(conn, AssetKeyTable.name)
            self._known_columns = frozenset(column["name"] for column in columns)
        return column_name in self._known_columns

    _known_tables: frozenset[str] | None = None
    _known_columns: frozenset[str] | None = None

    def upgrade(self) -> None:
        """Migrate the file, and look at its schema again."""
        super().upgrade()
        self._known_tables = self._known_columns = None

    def dispose(self) -> None:
        """Close the file."""
        super().dispose()
        self._engine.dispose()


class RunStorage(SqliteRunStorage):
    """The runs and their tags."""

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "RunStorage":
        """Dagster's own makes a SqliteRunStorage whatever the class."""
        return cls.from_local(inst_data=inst_data, **config_value)

    @cached_property
    def _engine(self) -> Engine:
        return _kept(self._conn_string)

    @contextmanager
    def connect(self) -> Generator[Connection]:
        """A connection in a transaction."""
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        super().dispose()
        self._engine.dispose()


def _kept(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
