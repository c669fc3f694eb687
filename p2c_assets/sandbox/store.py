"""The state of one twin: named tables of rows in memory, transactions that undo, and an optional SQLite file behind.

A stored row is never changed in place: `replace` puts a new dict in its stead, so readers may keep what they got.
Nothing here knows a protocol or an entity.
"""

from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from p2c_assets.sandbox.store_file import StoreFile

Row = dict[str, Any]
Key = str | tuple[str | int, ...]
SEQUENCES = "_sequences"


class DuplicateKeyError(Exception):
    """A row with this key is there already."""


class MissingKeyError(Exception):
    """No row has this key."""


class Change(NamedTuple):
    """What undoes one write: the row that was there before, None for an insert."""

    table: "Table"
    key: Key
    before: Row | None
    ordinal: int


class Index:
    """Rows of a table by a computed value; rows whose value is None are left out."""

    def __init__(self, table: "Table", value_of: Callable[[Row], Hashable | None]) -> None:
        self._table = table
        self._value_of = value_of
        self._keys: dict[Hashable, dict[Key, None]] = {}
        for key, row in table.items():
            self.add(key, row)

    def keys(self, value: Hashable) -> list[Key]:
        """Keys of the rows with this value, in the order in which they took it."""
        return list(self._keys.get(value, ()))

    def get(self, value: Hashable) -> list[Row]:
        """Rows with this value."""
        return [self._table[key] for key in self._keys.get(value, ())]

    def first(self, value: Hashable) -> Row | None:
        """The first row with this value, if any."""
        return next((self._table[key] for key in self._keys.get(value, ())), None)

    def values(self) -> list[Hashable]:
        """The values that rows have."""
        return list(self._keys)

    def __contains__(self, value: Hashable) -> bool:
        return value in self._keys

    def add(self, key: Key, row: Row) -> None:
        """Table's own: note a row."""
        value = self._value_of(row)
        if value is not None:
            self._keys.setdefault(value, {})[key] = None

    def discard(self, key: Key, row: Row) -> None:
        """Table's own: forget a row."""
        value = self._value_of(row)
        keys = self._keys.get(value)
        if value is None or keys is None:
            return
        keys.pop(key, None)
        if not keys:
            del self._keys[value]

    def clear(self) -> None:
        """Table's own: forget everything."""
        self._keys.clear()


class Table:
    """Rows by key, iterated in the order of their insertion. `revision` changes with every write."""

    def __init__(self, name: str, store: "Store") -> None:
        self.name = name
        self._store = store
        self._rows: dict[Key, Row] = {}
        self._ordinals: dict[Key, int] = {}
        self._next_ordinal = 0
        self._in_order = True
        self.revision = 0
        self._indexes: dict[str, Index] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def __getitem__(self, key: Key) -> Row:
        return self._rows[key]

    def get(self, key: Key) -> Row | None:
        """The row as stored: read it, never change it."""
        return self._rows.get(key)

    def insert(self, key: Key, row: Row) -> None:
        """Add a row. Raises DuplicateKeyError."""
        if key in self._rows:
            raise DuplicateKeyError(f"{self.name} {key!r}")
        self._next_ordinal += 1
        self._write(key, row, self._next_ordinal)

    def replace(self, key: Key, row: Row) -> None:
        """Put a new row in the place of the one with this key. Raises MissingKeyError."""
        if key not in self._rows:
            raise MissingKeyError(f"{self.name} {key!r}")
        self._write(key, row, self._ordinals[key])

    def put(self, key: Key, row: Row) -> None:
        """Insert or replace."""
        if key in self._rows:
            self.replace(key, row)
        else:
            self.insert(key, row)

    def delete(self, key: Key) -> None:
        """Remove a row. Raises MissingKeyError."""
        if key not in self._rows:
            raise MissingKeyError(f"{self.name} {key!r}")
        self._write(key, None, self._ordinals[key])

    def rows(self) -> list[Row]:
        """All rows; the list is the caller's, the rows are not."""
        self._restore_order()
        return list(self._rows.values())

    def items(self) -> list[tuple[Key, Row]]:
        """All keys with their rows."""
        self._restore_order()
        return list(self._rows.items())

    def index(self, name: str, value_of: Callable[[Row], Hashable | None]) -> Index:
        """The secondary lookup of this name, built at the first call and kept current by every write."""
        if name not in self._indexes:
            self._indexes[name] = Index(self, value_of)
        return self._indexes[name]

    def undo(self, change: Change) -> None:
        """Store's own: take one write back."""
        self._set(change.key, change.before, change.ordinal)

    def clear(self) -> None:
        """Store's own: forget all rows, keep the indexes' definitions."""
        self.revision += 1
        self._rows.clear()
        self._ordinals.clear()
        for index in self._indexes.values():
            index.clear()

    def restore(self, key: Key, row: Row) -> None:
        """Store's own: a row read from the file; neither journaled nor written back."""
        self._next_ordinal += 1
        self._set(key, row, self._next_ordinal)

    def _write(self, key: Key, row: Row | None, ordinal: int) -> None:
        change = Change(self, key, self._rows.get(key), ordinal)
        self._set(key, row, ordinal)
        self._store.record(change)

    def _set(self, key: Key, row: Row | None, ordinal: int) -> None:
        before = self._rows.get(key)
        self.revision += 1
        for index in self._indexes.values():
            _reindex(index, key, before, row)
        if row is None:
            self._rows.pop(key, None)
            self._ordinals.pop(key, None)
            return
        if before is None and ordinal < self._next_ordinal:
            self._in_order = False
        self._rows[key] = row
        self._ordinals[key] = ordinal

    def _restore_order(self) -> None:
        """A rolled-back delete puts its row at the end of the dict: sort once, when somebody looks."""
        if not self._in_order:
            self._rows = dict(sorted(self._rows.items(), key=lambda item: self._ordinals[item[0]]))
            self._in_order = True


def _reindex(index: Index, key: Key, before: Row | None, after: Row | None) -> None:
    if before is not None:
        index.discard(key, before)
    if after is not None:
        index.add(key, after)


class Store:
    """All tables of one twin (`system`), in memory; with a path, written through to that SQLite file."""

    def __init__(self, system: str, path: Path | None = None) -> None:
        self.system = system
        self._tables: dict[str, Table] = {}
        self._journal: list[Change] = []
        self._depth = 0
        self._file = StoreFile(path, system) if path is not None else None
        if self._file is not None:
            self._load(self._file)

    def table(self, name: str) -> Table:
        """The table of this name; an unknown one is empty."""
        if name not in self._tables:
            self._tables[name] = Table(name, self)
        return self._tables[name]

    def names(self) -> list[str]:
        """Names of the tables that hold rows."""
        return [name for name, table in self._tables.items() if len(table)]

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing: an exception undoes every write since entry. Nested ones are savepoints.

        What is written through to the file is written when the outermost one ends well.
        """
        mark = len(self._journal)
        self._depth += 1
        try:
            yield
        except BaseException:
            self._undo_to(mark)
            raise
        finally:
            self._depth -= 1
        if self._depth == 0:
            self._flush()

    def sequence(self, name: str, start: int = 1) -> int:
        """The next number of a named sequence, beginning with `start`; taken back by a rollback."""
        table = self.table(SEQUENCES)
        row = table.get(name)
        number = start if row is None else row["next"]
        table.put(name, {"next": number + 1})
        return number

    def clear(self) -> None:
        """Empty everything, file included. Not to be called inside a transaction that may roll back."""
        for table in self._tables.values():
            table.clear()
        self._journal.clear()
        if self._file is not None:
            self._file.clear()

    def close(self) -> None:
        """Release the file."""
        if self._file is not None:
            self._file.close()

    def record(self, change: Change) -> None:
        """Tables' own: remember how to undo a write; outside a transaction it is final at once."""
        self._journal.append(change)
        if self._depth == 0:
            self._flush()

    def _undo_to(self, mark: int) -> None:
        while len(self._journal) > mark:
            change = self._journal.pop()
            change.table.undo(change)

    def _flush(self) -> None:
        if self._file is not None:
            dirty = dict.fromkeys((change.table, change.key) for change in self._journal)
            self._file.write([(table.name, key, table.get(key)) for table, key in dirty])
        self._journal.clear()

    def _load(self, file: StoreFile) -> None:
        for name, key, row in file.read():
            self.table(name).restore(key, row)
