"""What queries found, in their order, kept until anything is written: the next page neither filters nor sorts again.

Anything, because a filter may look at related rows and at the clock, which is in the store as well.
"""

from collections.abc import Callable, Hashable

from p2c_assets.sandbox.lookups import Row
from p2c_assets.sandbox.store import Store

MOST = 8
"""Queries whose rows are kept; the one that was not asked for longest is dropped."""


class Selections:
    """Found rows by what asks for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._revision = store.revision
        self._found: dict[Hashable, list[Row]] = {}

    def rows(self, name: Hashable, find: Callable[[], list[Row]]) -> list[Row]:
        """What is found under a name that says all about the query: read it, never change it."""
        if self._revision != self._store.revision:
            self._found.clear()
            self._revision = self._store.revision
        found = self._found.pop(name, None)
        self._found[name] = find() if found is None else found
        if len(self._found) > MOST:
            del self._found[next(iter(self._found))]
        return self._found[name]
