"""The sandbox's own time: it stands still until a day is let pass or it is moved, and it is kept with the data."""

from datetime import UTC, datetime, timedelta

from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_TABLE = "_clock"
_UNMOVED: Row = {}


class Clock:
    """Working days since START, and by how much it was moved besides; day 0 is the first. It never goes back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written: tuple[Row | None, str] = None, ""

    @property
    def day(self) -> int:
        """How many working days were let pass: what the agenda goes by, however the clock was moved besides."""
        return int(self._row().get("day", 0))

    def now(self) -> datetime:
        """The sandbox's present, UTC."""
        row = self._row()
        return START + timedelta(days=int(row.get("day", 0)), seconds=int(row.get("seconds", 0)))

    def timestamp(self) -> str:
        """The present as the systems write it: 2026-01-05T08:00:00Z."""
        row = self._row()
        if row is not self._written[0]:
            self._written = row, self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._written[1]

    def today(self) -> str:
        """The present day: 2026-01-05."""
        return self.now().date().isoformat()

    def advance(self, days: int = 1) -> None:
        """Let days of 24 hours pass."""
        self._store.table(_TABLE).put("now", {**self._row(), "day": self.day + days})

    def move(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass and nothing be done. Raises ValueError for less than nothing."""
        passed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if passed < timedelta(0):
            raise ValueError("the clock does not go back")
        row = self._row()
        moved = int(row.get("seconds", 0)) + int(passed.total_seconds())
        self._store.table(_TABLE).put("now", {**row, "day": self.day, "seconds": moved})

    def _row(self) -> Row:
        return self._store.table(_TABLE).get("now") or _UNMOVED
