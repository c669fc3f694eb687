"""Stored records of the entity sets: keys, record ids, versions and etags, companies, hidden rows.

A row carries, besides its columns, names beginning with "_" that no protocol shows, and its etag.
Source of the etag's form: decoded captures, base64 of "recVersion,recId" per data source.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from p2c_assets.sandbox.encoded import ETAG
from p2c_assets.sandbox.finops.assumptions import FIRST_REC_ID
from p2c_assets.sandbox.finops.candidates import Wanted
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.selections import Selections
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Key, Row, Table

HIDDEN = "_hidden"
REC_ID = "_rec_id"
REC_VERSION = "_rec_version"

Watcher = Callable[[EntitySet, Row | None, Row | None], None]
"""Called with the row before (None: created) and after (None: deleted) of every change of a record."""


class Records:
    """Reads and writes of whole rows; what may be written is decided elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.selections = Selections(store)
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Tell the watcher of every change from now on, inside the transaction of the change."""
        self._watchers.append(watcher)

    def table(self, entity_set: EntitySet) -> Table:
        """The set's table."""
        return self._store.table(entity_set.name)

    def get(self, entity_set: EntitySet, *key: str | int) -> Row | None:
        """The row of this key (in the order of the set's keys, any case), hidden ones included."""
        return self.table(entity_set).get(tuple([part.lower() if isinstance(part, str) else part for part in key]))

    def matching(self, entity_set: EntitySet, *values: tuple[str, Any]) -> list[Row]:
        """Rows whose columns have these values, without case; by an index per set of columns."""
        names = [name for name, _ in values]
        index = self.table(entity_set).index(
            f"by {' '.join(names)}", lambda row: tuple([_fold(row.get(name)) for name in names])
        )
        return index.get(tuple([_fold(value) for _, value in values]))

    def insert(self, entity_set: EntitySet, row: Row) -> Row:
        """Store a new row with its first version; returns it as stored."""
        rec_id = self._store.sequence(f"rec_id {entity_set.table}", FIRST_REC_ID)
        stamped = _stamp(entity_set, {**row, REC_ID: rec_id, REC_VERSION: 1})
        self.table(entity_set).insert(entity_set.key_of(row), stamped)
        self._tell(entity_set, None, stamped)
        return stamped

    def update(self, entity_set: EntitySet, before: Row, changes: Mapping[str, Any], *, touch: bool = False) -> Row:
        """Store changed columns over the current row with a new version; nothing changed, nothing stored (unless touched)."""
        before = self.table(entity_set)[entity_set.key_of(before)]
        if not touch and all(before.get(name) == value for name, value in changes.items()):
            return before
        version = _next_version(int(before[REC_VERSION]), int(before[REC_ID]))
        stamped = _stamp(entity_set, {**before, **changes, REC_VERSION: version})
        self.table(entity_set).replace(entity_set.key_of(before), stamped)
        self._tell(entity_set, before, stamped)
        return stamped

    def alter(self, entity_set: EntitySet, before: Row, changes: Mapping[str, Any]) -> None:
        """Change stored columns and nothing else: version and etag stay. Watchers hear of a row shown or hidden only."""
        after = {**before, **changes}
        self.table(entity_set).replace(entity_set.key_of(before), after)
        if visible(before) != visible(after):
            self._tell(entity_set, before, after)

    def rename(self, entity_set: EntitySet, before: Row, changes: Mapping[str, Any]) -> None:
        """Store a row under the key that it has after the changes; it keeps its record id."""
        after = {**before, **changes, REC_VERSION: _next_version(int(before[REC_VERSION]), int(before[REC_ID]))}
        self.table(entity_set).delete(entity_set.key_of(before))
        self.table(entity_set).insert(entity_set.key_of(after), _stamp(entity_set, after))
        self._tell(entity_set, before, after)

    def delete(self, entity_set: EntitySet, row: Row) -> None:
        """Remove a row."""
        self.table(entity_set).delete(entity_set.key_of(row))
        self._tell(entity_set, row, None)

    def _tell(self, entity_set: EntitySet, before: Row | None, after: Row | None) -> None:
        for watcher in self._watchers:
            watcher(entity_set, before, after)

    def in_key_order(
        self,
        entity_set: EntitySet,
        companies: Sequence[str],
        behind: tuple[str | int, ...] | None = None,
        skip: int = 0,
    ) -> Iterator[Row]:
        """Visible rows of the companies, sorted by key, without the first `skip`.

        behind: in each company only rows whose key comes behind these parts of it; not together with `skip`.
        """
        order = self.table(entity_set).sequence("by company", _company, _rank)
        for company in sorted(companies):
            yield from order.rows(company, None if behind is None else (company, *behind), skip)
            skip = max(skip - order.size(company), 0)

    def with_values(self, entity_set: EntitySet, wanted: Wanted, companies: Sequence[str]) -> list[Row]:
        """Visible rows of the companies that have one of the values, sorted by key."""
        found = (row for value in wanted.values for row in self.matching(entity_set, (wanted.column, value)))
        rows = [row for row in found if visible(row) and row["dataAreaId"] in companies]
        return sorted(rows, key=lambda row: _rank(entity_set.key_of(row)))


def visible(row: Row | None) -> bool:
    """True for a row that the protocol may show."""
    return row is not None and not row.get(HIDDEN)


def public(entity_set: EntitySet, row: Row) -> Row:
    """The columns of a row, nothing else."""
    return {name: row[name] for name in entity_set.names}


def _company(row: Row) -> str | None:
    return None if row.get(HIDDEN) else row["dataAreaId"]


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _rank(key: Key) -> tuple[tuple[bool, Any], ...]:
    """Texts after numbers, so that a flawed key can be sorted at all."""
    return tuple((isinstance(part, str), part) for part in key)


def _stamp(entity_set: EntitySet, row: Row) -> Row:
    pairs = [f"{row[REC_VERSION]},{row[REC_ID]}", *["0,0"] * (entity_set.sources - 1)]
    code = base64.b64encode(f"'{';'.join(pairs)}'".encode()).decode()
    row[ETAG] = f'W/"{code}"'
    return row


def _next_version(version: int, rec_id: int) -> int:
    """A new random-looking number of 31 bits, the same in every replay."""
    return (version * 1_103_515_245 + rec_id % 65_536 * 2 + 12_345) % (2**31 - 1) + 1
