"""What events have told: "entity X of company Y has changed", and what of it has not been read yet. A small SQLite file.

The receiver notes, sensors look, the run that follows settles; each opens the file for itself, and none of them needs the
warehouse. Of a row nothing is kept here but its key, until it was read, and nothing is lost with the file but the hint: the
truth comes from the readers, which read at an interval anyway. Ids of events and keys are kept up to a number, so that the
file does not grow.
"""

import sqlite3
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

KEPT_IDS = 100_000
KEPT_KEYS = 5_000
"""Of one entity and company; where more have changed, all is read."""
BUSY_S = 5.0
EVERY_COMPANY = ""
NO_KEY = ""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS wakes (
    system TEXT NOT NULL, entity TEXT NOT NULL, company TEXT NOT NULL,
    number INTEGER NOT NULL, settled INTEGER NOT NULL, since_utc TEXT NOT NULL,
    PRIMARY KEY (system, entity, company)
);
CREATE TABLE IF NOT EXISTS told_keys (
    system TEXT NOT NULL, entity TEXT NOT NULL, company TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (system, entity, company, key)
);
CREATE TABLE IF NOT EXISTS owed (
    company TEXT NOT NULL, entity TEXT NOT NULL, stage TEXT NOT NULL, PRIMARY KEY (company, entity, stage)
);
"""


class Changed(NamedTuple):
    """An entity that has changed; the company is EVERY_COMPANY where the event does not tell it, and in Sales.

    `key`: the row's first key column (an order's number for its lines too); NO_KEY where it is not told, and in Sales.
    """

    system: str
    entity: str
    company: str
    key: str = NO_KEY


class Wake(NamedTuple):
    """A change that nobody has read yet. `number`: of the last event about it; `since_utc`: of the first one unread."""

    system: str
    entity: str
    company: str
    number: int
    since_utc: str


Stage = Literal["flow", "rest"]
"""What people wait for, the delivery of the entity's own flow; and everything else that depends on it."""
STAGES: tuple[Stage, ...] = ("flow", "rest")


class Owed(NamedTuple):
    """What follows from changes of an entity (`sales.accounts`) has to be made for a company, and is not known to be."""

    company: str
    entity: str
    stage: Stage = "flow"


class Wakes:
    """The open file. Made where it is not there yet."""

    def __init__(self, connection: sqlite3.Connection, kept_ids: int = KEPT_IDS) -> None:
        self._connection = connection
        self._kept_ids = kept_ids

    def note(self, event: str, changed: Sequence[Changed], now: datetime) -> bool:
        """Keep what an event tells; False where this event was noted before."""
        with self._connection as connection:
            known = connection.execute("INSERT OR IGNORE INTO seen (id) VALUES (?)", [event])
            if not known.rowcount:
                return False
            number = known.lastrowid or 0
            connection.execute("DELETE FROM seen WHERE number <= ?", [number - self._kept_ids])
            for one in changed:
                connection.execute(
                    "INSERT INTO wakes VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET number = excluded.number, "
                    "since_utc = CASE WHEN settled < number THEN since_utc ELSE excluded.since_utc END",
                    [*one[:3], number, now.isoformat(timespec="milliseconds")],
                )
                self._note_key(one, number)
        return True

    def _note_key(self, changed: Changed, number: int) -> None:
        """Keys that are too many give way to none."""
        execute, subject = self._connection.execute, changed[:3]
        execute("INSERT OR REPLACE INTO told_keys VALUES (?, ?, ?, ?, ?)", [*changed, number])
        named = "FROM told_keys WHERE system = ? AND entity = ? AND company = ?"
        if execute(f"SELECT count(*) {named}", subject).fetchone()[0] > KEPT_KEYS:
            execute(f"DELETE {named}", subject)
            execute("INSERT INTO told_keys VALUES (?, ?, ?, ?, ?)", [*subject, NO_KEY, number])

    def keys(self, entity: str, company: str) -> list[str] | None:
        """The keys of all that events have told of an entity of SCM in a company and nobody has read yet, none if nothing.

        None where something has changed of which the key is not known.
        """
        rows = self._connection.execute(
            "SELECT k.company, k.key FROM told_keys k JOIN wakes w USING (system, entity, company) "
            "WHERE system = 'scm' AND entity = ? AND company IN (?, ?) AND k.number > w.settled ORDER BY k.key",
            [entity, company, EVERY_COMPANY],
        ).fetchall()
        if any(own == EVERY_COMPANY or key == NO_KEY for own, key in rows):
            return None
        return [str(key) for _, key in rows]

    def pending(self) -> list[Wake]:
        """What changed and was not read since, in the order in which it changed."""
        sql = "SELECT system, entity, company, number, since_utc FROM wakes WHERE settled < number ORDER BY number"
        return [Wake(*row) for row in self._connection.execute(sql)]

    def settle(self, wakes: Iterable[Wake]) -> None:
        """They were read: events up to their numbers have nothing more to say."""
        settled = [(wake.number, wake.system, wake.entity, wake.company) for wake in wakes]
        of_one = "system = ? AND entity = ? AND company = ?"
        with self._connection as connection:
            connection.executemany(f"UPDATE wakes SET settled = max(settled, ?) WHERE {of_one}", settled)
            connection.executemany(f"DELETE FROM told_keys WHERE number <= ? AND {of_one}", settled)

    def owed(self) -> set[Owed]:
        """What an earlier run has read, or was about to read, and has not followed to its end."""
        return {Owed(*row) for row in self._connection.execute("SELECT company, entity, stage FROM owed")}

    def owe(self, owed: Collection[Owed], paid: Collection[Owed] = ()) -> None:
        """Note what has to follow, and in the same transaction what has been done or needs not be."""
        with self._connection as connection:
            connection.executemany("DELETE FROM owed WHERE company = ? AND entity = ? AND stage = ?", paid)
            connection.executemany("INSERT OR IGNORE INTO owed VALUES (?, ?, ?)", owed)

    def ids(self) -> int:
        """How many ids of events are kept."""
        return int(self._connection.execute("SELECT count(*) FROM seen").fetchone()[0])


@contextmanager
def opened(path: Path, kept_ids: int = KEPT_IDS) -> Generator[Wakes]:
    """The file, open; several processes may have it open at once. Raises sqlite3.Error where it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        yield Wakes(connection, kept_ids)
    finally:
        connection.close()
