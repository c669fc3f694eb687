"""Fate: after which request or commit a run is killed, and what it had done until then.

A request counts when the system has done it, before its answer is read; a commit when the file has it. Killing after each of
them is killing between any two. A killed run does nothing more: every further request and statement is killed as well.
"""

import os
import re
import signal
from typing import Any

import duckdb

_WRITES = re.compile(r"\s*(insert|update|delete|create|alter|drop)\b", re.IGNORECASE)
_TEMPORARY = re.compile(r"\s*create\s+(or\s+replace\s+)?temp\b", re.IGNORECASE)


class Killed(BaseException):
    """The process is gone. No handler of ours may catch it."""


class Fate:
    """Counts what a run does; kills it after the event of this number (None: lets it live)."""

    def __init__(self, kill_after: int | None = None) -> None:
        self.kill_after = kill_after
        self.events: list[str] = []
        self.is_dead = False

    def check(self) -> None:
        """Raise Killed for a run that is dead."""
        if self.is_dead:
            raise Killed

    def happened(self, event: str) -> None:
        """Something became lasting. Raises Killed when it was the last thing."""
        self.events.append(event)
        if len(self.events) == self.kill_after:
            self.die()

    def die(self) -> None:
        """What becomes of the process."""
        self.is_dead = True
        raise Killed


class SuddenDeath(Fate):
    """The whole process is killed, by itself and with the signal that no program can catch."""

    def die(self) -> None:
        """Nothing comes after this."""
        os.kill(os.getpid(), signal.SIGKILL)


class WatchedConnection:
    """A DuckDB connection whose commits are events: COMMIT, and every write outside a transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, fate: Fate) -> None:
        self._connection = connection
        self._fate = fate
        self._is_open = False

    def execute(self, query: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        """Execute, and tell fate when something was committed."""
        self._fate.check()
        result = self._connection.execute(query, parameters)
        match query.split(maxsplit=1)[0].upper():
            case "BEGIN":
                self._is_open = True
            case "COMMIT":
                self._is_open = False
                self._fate.happened("COMMIT")
            case "ROLLBACK":
                self._is_open = False
            case _:
                if not self._is_open and _WRITES.match(query) and not _TEMPORARY.match(query):
                    self._fate.happened(" ".join(query.split())[:60])
        return result

    def register(self, name: str, value: object) -> None:
        """A frame under a name."""
        self._connection.register(name, value)

    def unregister(self, name: str) -> None:
        """The name again without a frame."""
        self._connection.unregister(name)
