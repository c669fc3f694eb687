"""Rows of a table found by a computed value, and in the order of their keys.

Both are kept current by every write, of which their table tells them.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Protocol

Row = dict[str, Any]
Key = str | tuple[str | int, ...]


class Rows(Protocol):
    """What an index reads: the rows of its table."""

    def of(self, keys: Iterable[Key], /) -> Iterator[Row]: ...

    def each(self) -> Iterable[tuple[Key, Row]]: ...


class Index:
    """Rows of a table by a computed value; rows whose value is None are left out."""

    def __init__(self, table: Rows, value_of: Callable[[Row], Hashable | None]) -> None:
        self._table = table
        self._value_of = value_of
        self._built: dict[Hashable, dict[Key, None]] | None = None
        self._build()

    def _build(self) -> dict[Hashable, dict[Key, None]]:
        self._built = {}
        for key, row in self._table.each():
            self.move(key, None, row)
        return self._built

    @property
    def _keys(self) -> dict[Hashable, dict[Key, None]]:
        return self._build() if self._built is None else self._built

    def keys(self, value: Hashable) -> list[Key]:
        """Keys of the rows with this value, in the order in which they took it."""
        return list(self._keys.get(value, ()))

    def get(self, value: Hashable) -> list[Row]:
        """Rows with this value."""
        return list(self._table.of(self._keys.get(value, ())))

    def first(self, value: Hashable) -> Row | None:
        """The first row with this value, if any."""
        return next(self._table.of(self._keys.get(value, ())), None)

    def values(self) -> list[Hashable]:
        """The values that rows have."""
        return list(self._keys)

    def __contains__(self, value: Hashable) -> bool:
        return value in self._keys

    def move(self, key: Key, before: Row | None, after: Row | None) -> None:
        """Table's own: follow one write, None for a row that was or is not there."""
        if self._built is None:
            return
        old = None if before is None else self._value_of(before)
        new = None if after is None else self._value_of(after)
        if old == new:
            return
        if old is not None:
            self._discard(key, old)
        if new is not None:
            self._built.setdefault(new, {})[key] = None

    def _discard(self, key: Key, value: Hashable) -> None:
        keys = self._keys.get(value, {})
        keys.pop(key, None)
        if not keys:
            self._keys.pop(value, None)

    def sort(self, rows: Iterable[Row], ordinals: Mapping[Key, int]) -> None:
        """Table's own: bring those that share a value with one of these rows into the table's order."""
        if self._built is None:
            return
        for value in {self._value_of(row) for row in rows}:
            keys = self._built.get(value, {})
            if len(keys) > 1:
                self._built[value] = dict.fromkeys(sorted(keys, key=ordinals.__getitem__))

    def forget(self) -> None:
        """Table's own: so much changes that it is cheaper to be built anew when it is next asked."""
        self._built = None


class Sequence:
    """Rows of a table in the order of their keys, in groups; rows of the group None are left out.

    Keys are compared as they are, and by what `rank_of` makes of them where that cannot be (a flawed key, with a text in
    place of a number). Kept current by every write, so that a page costs its own rows and not those before it.
    """

    def __init__(self, table: Rows, group_of: Callable[[Row], Hashable | None], rank_of: Callable[[Key], Any]) -> None:
        self._table = table
        self._group_of = group_of
        self._rank_of = rank_of
        self._built: dict[Hashable, list[Key]] | None = None

    @property
    def _groups(self) -> dict[Hashable, list[Key]]:
        if self._built is None:
            groups = defaultdict[Hashable, list[Key]](list)
            for key, row in self._table.each():
                groups[self._group_of(row)].append(key)
            groups.pop(None, None)
            for keys in groups.values():
                self._sort(keys)
            self._built = dict(groups)
        return self._built

    def _sort(self, keys: list[Key]) -> None:
        try:
            keys.sort()  # pyright: ignore[reportCallIssue, reportArgumentType] - keys of one table are of one kind
        except TypeError:
            keys.sort(key=self._rank_of)

    def size(self, group: Hashable) -> int:
        """How many rows a group has."""
        return len(self._groups.get(group, ()))

    def rows(self, group: Hashable, behind: Key | None = None, skip: int = 0) -> Iterator[Row]:
        """Rows of a group without the first `skip`. Nothing may be written meanwhile.

        behind: only those behind this key, or behind all keys that begin with these parts.
        """
        keys = self._groups.get(group, [])
        first = 0 if behind is None else self._behind(keys, behind)
        return self._table.of(map(keys.__getitem__, range(first + skip, len(keys))))

    def _behind(self, keys: list[Key], key: Key) -> int:
        if isinstance(key, str):
            return self._place(keys, key, bisect_right)
        parts = len(key)
        try:
            return bisect_right(keys, key, key=lambda other: other[:parts])
        except TypeError:
            return bisect_right(keys, self._rank_of(key), key=lambda other: self._rank_of(other[:parts]))

    def _place(self, keys: list[Key], key: Key, bisect: Callable[..., int] = bisect_left) -> int:
        try:
            return bisect(keys, key)
        except TypeError:
            return bisect(keys, self._rank_of(key), key=self._rank_of)

    def move(self, key: Key, before: Row | None, after: Row | None) -> None:
        """Table's own: follow one write."""
        if self._built is None:
            return
        old = None if before is None else self._group_of(before)
        new = None if after is None else self._group_of(after)
        if old == new:
            return
        if old is not None:
            keys = self._built[old]
            del keys[self._place(keys, key)]
        if new is not None:
            keys = self._built.setdefault(new, [])
            keys.insert(self._place(keys, key), key)

    def forget(self) -> None:
        """Table's own: so much changes that it is cheaper to be built anew when it is next asked."""
        self._built = None
