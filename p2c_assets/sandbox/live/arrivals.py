"""What should be seen in the other system after an act, and how many seconds it takes until it is."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from p2c_assets.sandbox.store import Row

Rows = Callable[[str, str], Sequence[Row]]
"""(system, entity set) -> its rows as they are now."""


class Expected(NamedTuple):
    """A row of the other system: which one, and what of it tells that the change has arrived.

    `column` None: that the row is there. `accepted`: the values of the column that tell it.
    """

    kind: str
    what: str
    system: str
    entity_set: str
    key: Mapping[str, Any]
    column: str | None = None
    accepted: frozenset[Any] = frozenset()

    def has_arrived(self, rows: Sequence[Row]) -> bool:
        """Whether such a row is among these."""
        found = [row for row in rows if all(row.get(name) == value for name, value in self.key.items())]
        return any(self.column is None or row.get(self.column) in self.accepted for row in found)


class Arrival(NamedTuple):
    """A change that has arrived, after so many seconds."""

    expected: Expected
    seconds: float


class Figures(NamedTuple):
    """Seconds from change to arrival, of one kind of act or of all."""

    kind: str
    arrived: int
    median_s: float
    worst_s: float


class Arrivals:
    """Waits for what is expected; looked at by `look`, whose distance is the accuracy of the seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pending: list[tuple[Expected, float]] = []
        self.arrived: list[Arrival] = []

    def expect(self, expected: Expected) -> None:
        """From now on."""
        self._pending.append((expected, self._clock()))

    def waits_for(self, entity_set: str, key: Mapping[str, Any]) -> bool:
        """Whether something is expected of this row already."""
        return any(one.entity_set == entity_set and one.key == key for one, _ in self._pending)

    @property
    def missing(self) -> list[Expected]:
        """What has not arrived."""
        return [one for one, _ in self._pending]

    def look(self, rows: Rows) -> list[Arrival]:
        """What has arrived since the last look; each set is asked for once."""
        sets = {(one.system, one.entity_set) for one, _ in self._pending}
        there = {which: rows(*which) for which in sets}
        now = self._clock()
        new = [
            Arrival(one, now - since)
            for one, since in self._pending
            if one.has_arrived(there[one.system, one.entity_set])
        ]
        done = [arrival.expected for arrival in new]
        self._pending = [(one, since) for one, since in self._pending if one not in done]
        self.arrived += new
        return new

    def figures(self) -> list[Figures]:
        """By kind, and of all together at the end."""
        kinds = list(dict.fromkeys(arrival.expected.kind for arrival in self.arrived))
        by_kind = [_figures(kind, [one.seconds for one in self.arrived if one.expected.kind == kind]) for kind in kinds]
        return [*by_kind, _figures("all", [one.seconds for one in self.arrived])] if kinds else []


def _figures(kind: str, seconds: Sequence[float]) -> Figures:
    return Figures(kind, len(seconds), round(median(seconds), 1), round(max(seconds), 1))
