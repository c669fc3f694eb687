"""The SQLite file behind a store: one table of rows for both systems, data as JSON with tagged decimals.

SQLite does not wait for the disk: what is committed outlives the process, however it ends, and not the machine's power.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import orjson

FILE_NAME = "twin.sqlite3"
_PAGE = 16_384
"""Bytes of a page of a new file: rows of 2 KB leave less room unused than in SQLite's 4 KB, and are copied faster."""

_SCHEMA = (
    """create table if not exists rows (
        system text not null, "table" text not null, id text not null, data text not null, ordinal integer not null,
        primary key (system, "table", id)
    )""",
    """create table if not exists snapshots (
        name text not null, system text not null, "table" text not null, id text not null, data text not null,
        ordinal integer not null
    )""",
    """create table if not exists snapshot_names (
        system text not null, name text not null, size integer not null, primary key (system, name)
    )""",
)
_OF_BEFORE = "alter table rows add column ordinal integer not null default 0", "update rows set ordinal = rowid"
"""What makes the table of files from before 2026-11 one of now."""

_READ = 'select "table", id, ordinal, data from rows where system = ? order by ordinal'
_READ_SNAPSHOT = """
select kept."table", kept.id, kept.ordinal, case when kept.data = rows.data then null else kept.data end
from snapshots kept left join rows using (system, "table", id)
where system = ? and name = ? order by kept.ordinal
"""
_KEEP = """
insert into snapshots (name, system, "table", id, data, ordinal)
select ?, system, "table", id, data, ordinal from rows where system = ?
"""
_BRING_BACK = """
insert into rows (system, "table", id, data, ordinal)
select system, "table", id, data, ordinal from snapshots where system = ? and name = ?
"""
_UPSERT = """
insert into rows (system, "table", id, data, ordinal) values (?, ?, ?, ?, ?)
on conflict (system, "table", id) do update set data = excluded.data, ordinal = excluded.ordinal
"""
_DELETE = 'delete from rows where system = ? and "table" = ? and id = ?'
_CLEAR = "delete from rows where system = ?"
_DECIMAL = "$decimal"


class StoreFile:
    """Rows of one system in the shared file, with their snapshots. The ordinal says a row's place in its table."""

    def __init__(self, path: Path, system: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The twins live in one thread at a time, but tests build them in one thread and serve them in another.
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        self._system = system
        self._connection.execute("pragma synchronous = off")
        self._connection.execute(f"pragma page_size = {_PAGE}")
        with self._connection:
            for statement in _SCHEMA:
                self._connection.execute(statement)
            if "ordinal" not in [column[1] for column in self._connection.execute("pragma table_info(rows)")]:
                for statement in _OF_BEFORE:
                    self._connection.execute(statement)

    def read(self) -> Iterator[tuple[str, Any, int, dict[str, Any]]]:
        """(table, key, ordinal, row) of every row, in order of the ordinal."""
        for table, key, ordinal, data in self._connection.execute(_READ, (self._system,)):
            yield table, _key(orjson.loads(key)), ordinal, _row(data)

    def read_snapshot(self, name: str) -> Iterator[tuple[str, Any, int, dict[str, Any] | None]]:
        """The same of a snapshot; None for a row that the file has as it is there."""
        for table, key, ordinal, data in self._connection.execute(_READ_SNAPSHOT, (self._system, name)):
            yield table, _key(orjson.loads(key)), ordinal, None if data is None else _row(data)

    def snapshots(self) -> Iterator[tuple[str, int]]:
        """Name and number of rows of this system's snapshots."""
        yield from self._connection.execute("select name, size from snapshot_names where system = ?", (self._system,))

    def keep(self, snapshot: str, size: int) -> None:
        """Copy every row of this system under a name, over an earlier copy of that name."""
        with self._connection:
            self._drop(snapshot)
            self._connection.execute(_KEEP, (snapshot, self._system))
            self._connection.execute("insert into snapshot_names values (?, ?, ?)", (self._system, snapshot, size))

    def forget(self, snapshot: str) -> None:
        """Delete the copy of that name."""
        with self._connection:
            self._drop(snapshot)

    def _drop(self, snapshot: str) -> None:
        for table in ("snapshots", "snapshot_names"):
            statement = f"delete from {table} where system = ? and name = ?"
            self._connection.execute(statement, (self._system, snapshot))

    def write(self, rows: Sequence[tuple[str, Any, int, dict[str, Any] | None]], snapshot: str | None = None) -> None:
        """Upsert the rows, delete those that are None, in one SQLite transaction; before it, make everything what it is in
        the copy of the snapshot's name, if one is given.
        """
        deleted = [(self._system, table, _text(key)) for table, key, _, row in rows if row is None]
        kept = [
            (self._system, table, _text(key), _text(row), ordinal)
            for table, key, ordinal, row in rows
            if row is not None
        ]
        with self._connection:
            if snapshot is not None:
                self._connection.execute(_CLEAR, (self._system,))
                self._connection.execute(_BRING_BACK, (self._system, snapshot))
            self._connection.executemany(_DELETE, deleted)
            self._connection.executemany(_UPSERT, kept)

    def clear(self) -> None:
        """Delete every row of this system."""
        with self._connection:
            self._connection.execute(_CLEAR, (self._system,))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _key(value: Any) -> Any:
    return tuple(cast(list[str | int], value)) if isinstance(value, list) else value


def _tag(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept in a row")


def _text(value: object) -> str:
    """JSON; what orjson does not take (whole numbers beyond 64 bits, other keys than texts) as `json` writes it, behind a
    space.
    """
    try:
        return orjson.dumps(value, default=_tag).decode()
    except TypeError:
        return " " + json.dumps(value, default=_tag)


def _row(data: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(data) if data.startswith(" ") else orjson.loads(data)
    return {name: _untag(value) if isinstance(value, dict | list) else value for name, value in row.items()}


def _untag(value: Any) -> Any:
    if isinstance(value, list):
        return [_untag(one) for one in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    document = cast(dict[str, Any], value)
    if _DECIMAL in document:
        return Decimal(document[_DECIMAL])
    return {name: _untag(one) for name, one in document.items()}
