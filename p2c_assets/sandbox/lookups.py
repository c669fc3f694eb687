"""Rows of a table found by a computed value, kept current by every write, of which their table tells them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Protocol

Row = dict[str, Any]
Key = str | tuple[str | int, ...]


class Rows(Protocol):
    """What a lookup reads: the rows of its table."""

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
