"""The rows of the Sales twin: stamped with versions and times, found by key, by number and by header.

Nothing here checks or computes: that is `session`. Rows are dicts under stored names (lookups as `_x_value`).
"""

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.dataverse.columns import AlternateKey, Column, Table
from p2c_assets.sandbox.dataverse.numbering import server_guid
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.schema import Document
from p2c_assets.sandbox.dataverse.schema_parties import ACCOUNT_NUMBER_KEY
from p2c_assets.sandbox.dataverse.schema_platform import ORGANIZATION, SYSTEM_USER
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID
from p2c_assets.sandbox.lookups import Index
from p2c_assets.sandbox.selections import Selections
from p2c_assets.sandbox.store import SEQUENCES, Store
from p2c_assets.sandbox.table import Row

VERSIONS = "versionnumber"
FIRST_VERSION = 1000
GUIDS = "guids"
DELETED = "_deleted"
NO_CORRELATION = "00000000-0000-0000-0000-000000000000"


class Tombstone(NamedTuple):
    """A row that was deleted, and the version of its deletion."""

    key: str
    version: int


OnWrite = Callable[[str, Table, Row, Mapping[str, Any]], None]
"""Told of each write: its message, the table, the row after it (before, for a delete), the stored values written."""


class Caller(NamedTuple):
    """Who asked for what is under way: the host called, the id of the whole operation, `?tag=`."""

    host: str
    correlation: str
    tag: str | None


class Records:
    """Reading and stamped writing over one store."""

    def __init__(self, store: Store, clock: Clock, options: TwinOptions) -> None:
        self.store = store
        self.clock = clock
        self.options = options
        self.selections = Selections(store)
        self.caller = Caller("sandbox", NO_CORRELATION, None)
        self.on_write: OnWrite | None = None
        self._is_silent = False

    @contextmanager
    def silent(self) -> Generator[None]:
        """Writes that nobody is told of: rows loaded from outside."""
        before, self._is_silent = self._is_silent, True
        try:
            yield
        finally:
            self._is_silent = before

    def _tell(self, message: str, table: Table, row: Row, written: Mapping[str, Any]) -> None:
        if self.on_write is not None and not self._is_silent:
            self.on_write(message, table, row, written)

    def keys(self, table: Table) -> tuple[AlternateKey, ...]:
        """The alternate keys of a table in this organisation."""
        if table.logical == "account" and self.options.account_number_key:
            return (ACCOUNT_NUMBER_KEY,)
        return table.keys

    def get(self, table: Table, key: str) -> Row | None:
        return self.store.table(table.logical).get(key)

    def rows(self, table: Table) -> list[Row]:
        return self.store.table(table.logical).rows()

    def count(self, table: Table) -> int:
        return len(self.store.table(table.logical))

    def common(self, table: Table) -> Callable[[Iterable[str]], Mapping[str, Any]]:
        """Asks which of some stored columns are known to have the same value in all rows of a table; it comes with them."""
        return self.store.table(table.logical).common

    def in_key_order(self, table: Table, behind: str | None = None) -> Iterator[Row]:
        """All rows by their primary key, or those behind one. Nothing may be written meanwhile."""
        order = self.store.table(table.logical).sequence("by key", _all, str)
        return order.rows(_ALL, behind)

    def find(self, table: Table, columns: Sequence[str], values: Sequence[object]) -> Row | None:
        """The first row with these stored values; texts compare without case, as the database's collation does."""
        wanted = normal(values)
        return None if wanted is None else self._index(table, tuple(columns)).first(wanted)

    def lines(self, document: Document, header: str) -> list[Row]:
        """The lines of a document, in no order that means anything."""
        return self._index(document.line, (document.parent,)).get((header.casefold(),))

    def referring(self, table: Table, column: Column, key: str) -> list[Row]:
        """Rows whose lookup points to the key."""
        return self._index(table, (column.stored,)).get((key.casefold(),))

    def matching(self, table: Table, column: str, value: str) -> list[Row]:
        """Rows whose stored text is the value, without case."""
        return self._index(table, (column,)).get((value.casefold(),))

    def organization(self) -> Row:
        """The one row of settings."""
        return self.rows(ORGANIZATION)[0]

    def is_integration_user(self) -> bool:
        """Whether the caller is one, which sales order processing integration treats apart."""
        return bool((self.get(SYSTEM_USER, APPLICATION_USER_ID) or {}).get("isintegrationuser"))

    def edits_submitted_orders(self) -> bool:
        """An integration user does, with sales order processing integration on; for all others they are read-only."""
        return bool(self.organization().get("issopintegrationenabled")) and self.is_integration_user()

    def new_guid(self) -> str:
        return server_guid(self.store.sequence(GUIDS))

    def insert(self, table: Table, row: Mapping[str, Any]) -> Row:
        """Store a new row under its primary key with its first version."""
        now = self.clock.timestamp()
        stamps = {"createdon": now, "modifiedon": now}
        stamps |= {"_createdby_value": APPLICATION_USER_ID, "_modifiedby_value": APPLICATION_USER_ID}
        kept = {name: row.get(name) or value for name, value in stamps.items()}
        stored: Row = {**row, **kept, "versionnumber": self._next_version()}
        self.store.table(table.logical).insert(row[table.key], stored)
        if (table.logical, row[table.key]) in self.store.table(DELETED):
            self.store.table(DELETED).delete((table.logical, row[table.key]))
        self._tell("Create", table, stored, {name: value for name, value in stored.items() if value is not None})
        return stored

    def change(self, table: Table, row: Row, changes: Mapping[str, Any]) -> Row:
        """Put changed values in the row's stead, with a new version."""
        stamps = {"modifiedon": self.clock.timestamp(), "_modifiedby_value": APPLICATION_USER_ID}
        changed = self.mirror(table, row, {**changes, **stamps, "versionnumber": self._next_version()})
        self._tell("Update", table, changed, {**changes, **stamps})
        return changed

    def mirror(self, table: Table, row: Row, changes: Mapping[str, Any]) -> Row:
        """Put changed values in the row's stead and keep its version."""
        changed = {**row, **changes}
        self.store.table(table.logical).replace(row[table.key], changed)
        return changed

    def delete(self, table: Table, key: str) -> None:
        """Remove a row; that it was there is kept with a version, for change tracking."""
        row = self.store.table(table.logical)[key]
        self._tell("Delete", table, row, {})
        self.store.table(table.logical).delete(key)
        self.store.table(DELETED).insert((table.logical, key), {"version": self._next_version()})

    def deleted(self, table: Table) -> list[Tombstone]:
        """Rows that were deleted and have not come back, in the order of their deletion."""
        gone = self.store.table(DELETED).items()
        found = [Tombstone(str(key[1]), row["version"]) for key, row in gone if key[0] == table.logical]
        return sorted(found, key=lambda tombstone: tombstone.version)

    @property
    def version(self) -> int:
        """The last version that a write was given."""
        row = self.store.table(SEQUENCES).get(VERSIONS)
        return FIRST_VERSION - 1 if row is None else row["next"] - 1

    def _next_version(self) -> int:
        return self.store.sequence(VERSIONS, FIRST_VERSION)

    def _index(self, table: Table, columns: tuple[str, ...]) -> Index:
        return self.store.table(table.logical).index("|".join(columns), _values_of(columns))


_ALL = "all"


def _all(row: Row) -> str:  # noqa: ARG001 - the shape of a group
    return _ALL


def _values_of(columns: tuple[str, ...]) -> Callable[[Row], Hashable | None]:
    return lambda row: normal([row.get(column) for column in columns])


def normal(values: Sequence[object]) -> Hashable | None:
    """Values as an index key; None when one of them is empty, since empty values are not unique."""
    if None in values or "" in values:
        return None
    return tuple([str(value).casefold() for value in values])
