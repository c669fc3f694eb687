"""The state of one twin: named tables of rows in memory, transactions that undo, snapshots, and an optional SQLite file.

Nothing here knows a protocol or an entity.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from p2c_assets.sandbox.store_file import StoreFile
from p2c_assets.sandbox.table import EMPTY, Change, Picture, Row, Table

SEQUENCES = "_sequences"
_FEW = 5
"""A restore that changes less than one row in so many writes them into the file; another copies everything inside SQLite."""


class Store:
    """All tables of one twin (`system`), in memory; with a path, written through to that SQLite file. `revision` changes
    with every write.
    """

    def __init__(self, system: str, path: Path | None = None) -> None:
        self.system = system
        self.revision = 0
        self._tables: dict[str, Table] = {}
        self._journal: list[Change] = []
        self._depth = 0
        self._pictures: dict[str, Mapping[str, Picture]] = {}
        self._sizes: dict[str, int] = {}
        self._to_keep: dict[str, None] = {}
        self._brought_back: tuple[str, int] | None = None
        self._file = StoreFile(path, system) if path is not None else None
        if self._file is not None:
            self._load(self._file)

    def table(self, name: str) -> Table:
        """The table of this name; an unknown one is empty."""
        if name not in self._tables:
            self._tables[name] = Table(name, self._record)
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
        row: Row | None = table.get(name)
        number = start if row is None else row["next"]
        table.put(name, {"next": number + 1})
        return number

    def snapshot(self, name: str) -> int:
        """Remember everything under a name, over an earlier one of it; how many rows. In the file, too, if there is one."""
        pictures = {table: self._tables[table].picture() for table in self.names()}
        self._pictures[name] = pictures
        self._sizes[name] = sum(len(picture.rows) for picture in pictures.values())
        if self._file is not None:
            self._to_keep[name] = None
        if self._depth == 0:
            self._flush()
        return self._sizes[name]

    def restore(self, name: str) -> int:
        """Make everything what it was at this snapshot, which stays; how many rows. Raises KeyError for an unknown name."""
        size = self._sizes[name]
        if name not in self._pictures and self._file is not None:
            self._pictures[name] = self._pictures_in(self._file, name)
        pictures, mark = self._pictures[name], len(self._journal)
        with self.transaction():
            for table in {**self._tables, **pictures}:
                self.table(table).return_to(pictures.get(table, EMPTY))
            if name not in self._to_keep and len(self._journal) - mark > size // _FEW:
                self._brought_back = name, len(self._journal)
        return size

    def snapshots(self) -> Mapping[str, int]:
        """Names of the snapshots, with how many rows each has."""
        return dict(self._sizes)

    def forget(self, name: str) -> None:
        """Drop a snapshot. Raises KeyError for an unknown name."""
        del self._sizes[name]
        self._pictures.pop(name, None)
        self._to_keep.pop(name, None)
        if self._brought_back is not None and self._brought_back[0] == name:
            self._brought_back = None
        if self._file is not None:
            self._file.forget(name)

    def clear(self) -> None:
        """Empty everything but the snapshots, file included. Not to be called inside a transaction that may roll back."""
        self.revision += 1
        for table in self._tables.values():
            table.clear()
        self._journal.clear()
        if self._file is not None:
            self._file.clear()

    def close(self) -> None:
        """Release the file."""
        if self._file is not None:
            self._file.close()

    def _record(self, change: Change) -> None:
        """Remember how to undo a write; outside a transaction it is final at once."""
        self.revision += 1
        self._journal.append(change)
        if self._depth == 0:
            self._flush()

    def _undo_to(self, mark: int) -> None:
        while len(self._journal) > mark:
            change = self._journal.pop()
            self.revision += 1
            change.table.undo(change)
        if self._brought_back is not None and self._brought_back[1] > mark:
            self._brought_back = None

    def _flush(self) -> None:
        if self._file is not None:
            snapshot, done = self._brought_back or (None, 0)
            dirty = dict.fromkeys((change.table, change.key) for change in self._journal[done:])
            rows = [(table.name, key, table.ordinal(key), table.get(key)) for table, key in dirty]
            self._file.write(rows, snapshot)
            for name in self._to_keep:
                self._file.keep(name, self._sizes[name])
        self._to_keep.clear()
        self._brought_back = None
        self._journal.clear()

    def _load(self, file: StoreFile) -> None:
        for name, key, ordinal, row in file.read():
            self.table(name).read_back(key, ordinal, row)
        self._sizes.update(file.snapshots())

    def _pictures_in(self, file: StoreFile, snapshot: str) -> Mapping[str, Picture]:
        """A snapshot of an earlier process; a row that is as the file has it is the same object, so that a restore passes
        over it.
        """
        unwritten = {(change.table.name, change.key): change.before for change in reversed(self._journal)}
        pictures: dict[str, Picture] = {}
        for name, key, ordinal, row in file.read_snapshot(snapshot):
            if row is None:
                before = unwritten.get((name, key))
                row = self.table(name)[key] if before is None else before
            else:
                self.table(name).adopt(row)
            picture = pictures.setdefault(name, Picture({}, {}, 0))
            picture.rows[key], picture.ordinals[key] = row, ordinal
        return {
            name: picture._replace(next_ordinal=max(picture.ordinals.values())) for name, picture in pictures.items()
        }
