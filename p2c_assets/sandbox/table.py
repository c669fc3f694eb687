"""One table of a store: rows by key in the order of their insertion, secondary lookups, and what undoes a write.

`record` is told of every write; transactions, snapshots and the file are `store`'s. A stored row is never changed in
place: `replace` puts a new dict in its stead, so readers may keep what they got. Before it is stored it takes over what it has in
common with the row that it replaces, or with the last one that came.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.sandbox.lookups import Index, Key, Row
from p2c_assets.sandbox.sequence import Sequence


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


class Picture(NamedTuple):
    """A table as it was: its rows in their order, and what numbers that order."""

    rows: dict[Key, Row]
    ordinals: dict[Key, int]
    next_ordinal: int


EMPTY = Picture({}, {}, 0)


class Table:
    """Rows by key, iterated in the order of their insertion."""

    def __init__(self, name: str, record: Callable[[Change], None]) -> None:
        self.name = name
        self._record = record
        self._rows: dict[Key, Row] = {}
        self._ordinals: dict[Key, int] = {}
        self._next_ordinal = 0
        self._in_order = True
        self._indexes: dict[str, Index] = {}
        self._sequences: dict[str, Sequence] = {}
        self._latest: Row | None = None
        self._varied: set[str] = set()

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def __getitem__(self, key: Key) -> Row:
        return self._rows[key]

    def of(self, keys: Iterable[Key]) -> Iterator[Row]:
        """The rows of these keys, which are all there."""
        return map(self._rows.__getitem__, keys)

    def get(self, key: Key) -> Row | None:
        """The row as stored: read it, never change it."""
        return self._rows.get(key)

    def insert(self, key: Key, row: Row) -> None:
        """Add a row. Raises DuplicateKeyError."""
        if key in self._rows:
            raise DuplicateKeyError(f"{self.name} {key!r}")
        self._next_ordinal += 1
        self.adopt(row)
        self._write(key, row, self._next_ordinal)

    def replace(self, key: Key, row: Row) -> None:
        """Put a new row in the place of the one with this key. Raises MissingKeyError."""
        if key not in self._rows:
            raise MissingKeyError(f"{self.name} {key!r}")
        self._share(row, self._rows[key])
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
        return list(self.each())

    def each(self) -> Iterable[tuple[Key, Row]]:
        """The same one after the other; nothing may be written meanwhile."""
        self._restore_order()
        return self._rows.items()

    def common(self, names: Iterable[str]) -> dict[str, Any]:
        """Of these columns those in which all rows, also those that are gone, ever had the same value, with it; None for a
        column that no row has. Left out is also what is equal but was stored anew: of numbers other than Decimal, and lists,
        only the same object counts.
        """
        latest = self._latest or {}
        return {name: latest.get(name) for name in names if name not in self._varied}

    def index(self, name: str, value_of: Callable[[Row], Hashable | None]) -> Index:
        """The secondary lookup of this name, built when it is first asked and kept current by every write."""
        if name not in self._indexes:
            self._indexes[name] = Index(self, value_of)
        return self._indexes[name]

    def sequence(
        self, name: str, group_of: Callable[[Row], Hashable | None], rank_of: Callable[[Key], Any]
    ) -> Sequence:
        """The order of this name, built when it is first asked and kept current by every write."""
        if name not in self._sequences:
            self._sequences[name] = Sequence(self, group_of, rank_of)
        return self._sequences[name]

    def undo(self, change: Change) -> None:
        """Store's own: take one write back."""
        self._set(change.key, change.before, change.ordinal)

    def clear(self) -> None:
        """Store's own: forget all rows, keep the indexes' definitions."""
        self._rows.clear()
        self._ordinals.clear()
        self._forget_lookups()

    def read_back(self, key: Key, ordinal: int, row: Row) -> None:
        """Store's own: a row read from the file, in order; neither journaled nor written back."""
        self._next_ordinal = ordinal
        self.adopt(row)
        self._set(key, row, ordinal)

    def ordinal(self, key: Key) -> int:
        """Store's own: what the row's place in the order goes by, 0 for a row that is not there."""
        return self._ordinals.get(key, 0)

    def picture(self) -> Picture:
        """Store's own: the table as it is. Rows are never changed in place, so they are shared and not copied."""
        self._restore_order()
        return Picture(dict(self._rows), dict(self._ordinals), self._next_ordinal)

    def return_to(self, picture: Picture) -> None:
        """Store's own: make the table what it was; only rows that differ are written, and journaled."""
        for key in [key for key in self._rows if key not in picture.rows]:
            self._write(key, None, self._ordinals[key])
        others = [key for key, row in picture.rows.items() if not self._is_as_in(picture, key, row)]
        if len(others) > len(picture.rows) // 4:
            self._forget_lookups()
        for key in others:
            self._write(key, picture.rows[key], picture.ordinals[key])
        self._next_ordinal = max(self._next_ordinal, picture.next_ordinal)
        self._in_order = self._in_order and not others
        for index in self._indexes.values():
            index.sort((picture.rows[key] for key in others), self._ordinals)

    def _forget_lookups(self) -> None:
        for lookup in (*self._indexes.values(), *self._sequences.values()):
            lookup.forget()

    def _is_as_in(self, picture: Picture, key: Key, row: Row) -> bool:
        return self._rows.get(key) is row and self._ordinals[key] == picture.ordinals[key]

    def _write(self, key: Key, row: Row | None, ordinal: int) -> None:
        change = Change(self, key, self._rows.get(key), ordinal)
        self._set(key, row, ordinal)
        self._record(change)

    def _set(self, key: Key, row: Row | None, ordinal: int) -> None:
        before = self._rows.get(key)
        for index in self._indexes.values():
            index.move(key, before, row)
        for sequence in self._sequences.values():
            sequence.move(key, before, row)
        if row is None:
            self._rows.pop(key, None)
            self._ordinals.pop(key, None)
            return
        if before is None and ordinal < self._next_ordinal:
            self._in_order = False
        self._rows[key] = row
        self._ordinals[key] = ordinal

    def adopt(self, row: Row) -> None:
        """Table's and store's own: a row that comes into the table, now or when it returns to a snapshot, shares what it has in
        common with the last one that came: most rows of a table are much alike.
        """
        if self._latest is not None:
            self._share(row, self._latest)
        self._latest = row

    def _share(self, row: Row, other: Row) -> None:
        """Let a row hold the values of another one, stored before it, where they are the same, and remember the columns in which
        the two differ.
        """
        if len(row) != len(other) or [*row] != [*other]:
            self._varied.update(name for name in other.keys() - row.keys() if other[name] is not None)
        for name, value in row.items():
            theirs = other.get(name)
            if theirs is not value:
                if theirs == value and _look_alike(value, theirs):
                    row[name] = theirs
                else:
                    self._varied.add(name)

    def _restore_order(self) -> None:
        """A rolled-back delete puts its row at the end of the dict: sort once, when somebody looks."""
        if not self._in_order:
            self._rows = dict(sorted(self._rows.items(), key=lambda item: self._ordinals[item[0]]))
            self._in_order = True


def _look_alike(one: object, other: object) -> bool:
    """Whether what is equal looks the same: texts do, numbers need not."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return not one.compare_total(other)
    return isinstance(one, str)
