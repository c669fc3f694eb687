"""The SQLite file behind a store: one table of rows for both systems, data as JSON with tagged decimals."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

FILE_NAME = "twin.sqlite3"
_SCHEMA = """
create table if not exists rows (
    system text not null, "table" text not null, id text not null, data text not null,
    primary key (system, "table", id)
)
"""
_UPSERT = """
insert into rows (system, "table", id, data) values (?, ?, ?, ?)
on conflict (system, "table", id) do update set data = excluded.data
"""
_DELETE = 'delete from rows where system = ? and "table" = ? and id = ?'
_DECIMAL = "$decimal"


class StoreFile:
    """Rows of one system in the shared file. Upserts keep the rowid, hence the order of insertion."""

    def __init__(self, path: Path, system: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The twins live in one thread at a time, but tests build them in one thread and serve them in another.
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        self._system = system
        with self._connection:
            self._connection.execute(_SCHEMA)

    def read(self) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        """(table, key, row) of every row, in order of insertion."""
        query = 'select "table", id, data from rows where system = ? order by rowid'
        for table, key, data in self._connection.execute(query, (self._system,)):
            yield table, _key(json.loads(key)), json.loads(data, object_hook=_untag)

    def write(self, rows: Sequence[tuple[str, Any, dict[str, Any] | None]]) -> None:
        """Upsert the rows, delete those that are None, in one SQLite transaction."""
        deleted = [(self._system, table, json.dumps(key)) for table, key, row in rows if row is None]
        kept = [
            (self._system, table, json.dumps(key), json.dumps(row, default=_tag))
            for table, key, row in rows
            if row is not None
        ]
        with self._connection:
            self._connection.executemany(_DELETE, deleted)
            self._connection.executemany(_UPSERT, kept)

    def clear(self) -> None:
        """Delete every row of this system."""
        with self._connection:
            self._connection.execute("delete from rows where system = ?", (self._system,))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _key(value: Any) -> Any:
    return tuple(cast(list[str | int], value)) if isinstance(value, list) else value


def _tag(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept in a row")


def _untag(value: dict[str, Any]) -> Any:
    return Decimal(value[_DECIMAL]) if _DECIMAL in value else value
