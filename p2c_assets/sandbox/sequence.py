"""Rows of a table in the order of their keys, kept current by every write, of which their table tells them."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from operator import lt
from typing import Any

from p2c_assets.sandbox.lookups import Key, Row, Rows

FEW = 100
"""So many rows are found by their keys in about the time in which one is put between others."""


class _Group:
    """Keys in their order, with their rows in the same order.

    The keys follow every write at once, the rows when they are next asked for: until then writes wait. If too many do, all
    rows are let go, and then found by their keys.
    """

    def __init__(self, keys: list[Key], rows: list[Row], rank_of: Callable[[Key], Any]) -> None:
        self.keys = keys
        self._rows: list[Row] | None = rows
        self._moves: list[tuple[int, Row | None]] = []
        self._replaced: set[Key] = set()
        self._rank_of = rank_of
        if not self._is_sorted():
            order = self._order()
            self.keys = [keys[place] for place in order]
            self._rows = [rows[place] for place in order]

    def _is_sorted(self) -> bool:
        try:
            return all(map(lt, self.keys, islice(self.keys, 1, None)))
        except TypeError:
            return False

    def _order(self) -> list[int]:
        places = range(len(self.keys))
        try:
            return sorted(places, key=self.keys.__getitem__)  # pyright: ignore[reportArgumentType] - keys of one table are of one kind
        except TypeError:
            return sorted(places, key=lambda place: self._rank_of(self.keys[place]))

    def rows(self, table: Rows) -> list[Row]:
        """The rows as the table has them."""
        if self._rows is None:
            self._rows = list(table.of(self.keys))
        for place, row in self._moves:
            if row is None:
                del self._rows[place]
            else:
                self._rows.insert(place, row)
        places = [self.place(key) for key in self._replaced]
        for place, row in zip(places, table.of(self._replaced), strict=True):
            self._rows[place] = row
        self._forget_writes()
        return self._rows

    def insert(self, key: Key, row: Row) -> None:
        place = self.place(key)
        self.keys.insert(place, key)
        self._moves.append((place, row))
        self._wait()

    def remove(self, key: Key) -> None:
        place = self.place(key)
        del self.keys[place]
        self._replaced.discard(key)
        self._moves.append((place, None))
        self._wait()

    def replace(self, key: Key) -> None:
        self._replaced.add(key)
        self._wait()

    def _wait(self) -> None:
        if self._rows is None or len(self._moves) + len(self._replaced) > len(self.keys) // FEW:
            self._rows = None
            self._forget_writes()

    def _forget_writes(self) -> None:
        self._moves.clear()
        self._replaced.clear()

    def behind(self, key: Key) -> int:
        """The place behind this key, or behind all keys that begin with these parts."""
        if isinstance(key, str):
            return self.place(key, bisect_right)
        parts = len(key)
        try:
            return bisect_right(self.keys, key, key=lambda other: other[:parts])
        except TypeError:
            return bisect_right(self.keys, self._rank_of(key), key=lambda other: self._rank_of(other[:parts]))

    def place(self, key: Key, bisect: Callable[..., int] = bisect_left) -> int:
        try:
            return bisect(self.keys, key)
        except TypeError:
            return bisect(self.keys, self._rank_of(key), key=self._rank_of)


class Sequence:
    """Rows of a table in the order of their keys, in groups; rows of the group None are left out.

    Keys are compared as they are, and by what `rank_of` makes of them where that cannot be (a flawed key, with a text in
    place of a number). Kept current by every write, so that a page costs its own rows and not those before it; only the first
    one after writes to more than one row in a hundred costs all of its group.
    """

    def __init__(self, table: Rows, group_of: Callable[[Row], Hashable | None], rank_of: Callable[[Key], Any]) -> None:
        self._table = table
        self._group_of = group_of
        self._rank_of = rank_of
        self._built: dict[Hashable, _Group] | None = None

    @property
    def _groups(self) -> dict[Hashable, _Group]:
        if self._built is None:
            keys, rows = defaultdict[Hashable, list[Key]](list), defaultdict[Hashable, list[Row]](list)
            for key, row in self._table.each():
                group = self._group_of(row)
                keys[group].append(key)
                rows[group].append(row)
            keys.pop(None, None)
            self._built = {group: _Group(found, rows[group], self._rank_of) for group, found in keys.items()}
        return self._built

    def size(self, group: Hashable) -> int:
        """How many rows a group has."""
        found = self._groups.get(group)
        return 0 if found is None else len(found.keys)

    def rows(self, group: Hashable, behind: Key | None = None, skip: int = 0) -> Iterator[Row]:
        """Rows of a group without the first `skip`. Nothing may be written meanwhile.

        behind: only those behind this key, or behind all keys that begin with these parts.
        """
        found = self._groups.get(group)
        if found is None:
            return iter(())
        first = 0 if behind is None else found.behind(behind)
        rows = found.rows(self._table)
        return map(rows.__getitem__, range(first + skip, len(rows)))

    def move(self, key: Key, before: Row | None, after: Row | None) -> None:
        """Table's own: follow one write."""
        if self._built is None:
            return
        old = None if before is None else self._group_of(before)
        new = None if after is None else self._group_of(after)
        if old == new:
            if new is not None:
                self._built[new].replace(key)
            return
        if old is not None:
            self._built[old].remove(key)
        if new is not None and after is not None:
            if new not in self._built:
                self._built[new] = _Group([], [], self._rank_of)
            self._built[new].insert(key, after)

    def forget(self) -> None:
        """Table's own: so much changes that it is cheaper to be built anew when it is next asked."""
        self._built = None
