"""The sandbox's own time: it stands still until a day is let pass, and it is kept with the data."""

from datetime import UTC, datetime, timedelta

from p2c_assets.sandbox.store import Store

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_TABLE = "_clock"


class Clock:
    """Days since START, kept in the store; day 0 is the first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def day(self) -> int:
        """How many days have passed."""
        row = self._store.table(_TABLE).get("now")
        return 0 if row is None else int(row["day"])

    def now(self) -> datetime:
        """The sandbox's present, UTC."""
        return START + timedelta(days=self.day)

    def timestamp(self) -> str:
        """The present as the systems write it: 2026-01-05T08:00:00Z."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def today(self) -> str:
        """The present day: 2026-01-05."""
        return self.now().date().isoformat()

    def advance(self, days: int = 1) -> None:
        """Let days of 24 hours pass."""
        self._store.table(_TABLE).put("now", {"day": self.day + days})
