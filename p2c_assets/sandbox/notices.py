"""What a twin tells others: HTTP posts that wait in the store until their request is committed. `sending` posts them.

The queue is a table of the store, so that a rollback takes a notice back and a file keeps what was not yet sent. A notice
that was posted is gone; one whose attempts are used up stays, for the admin path to list and to send again.
"""

import ssl
from collections.abc import Collection, Mapping
from typing import Any

from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Index, Row

TABLE = "_notices"
PAUSE_S = 1.0
"""Between attempts. Source: fin-ops business-events home-page (three tries, 1,000 ms apart)."""
_PENDING, _FAILED = "pending", "failed"


class Notices:
    """The outgoing posts of one twin. `sent` counts in memory, like requests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.sent = 0
        self.pause_s = PAUSE_S
        self.ca_file: str | None = None

    def post(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        attempts: int = 1,
        *,
        timeout_s: float = 10.0,
        retried: Collection[int] = (),
    ) -> None:
        """Queue one POST; it goes out when the transaction around this call has ended well.

        An answer of 2xx in time is success. Anything else is tried again, `attempts` times in all; with `retried` only
        those statuses are.
        """
        number = self._store.sequence("notices")
        row = {"number": number, "url": url, "headers": dict(headers), "body": body.decode("latin-1")}
        plan = {"attempts": attempts, "timeout_s": timeout_s, "retried": sorted(retried)}
        self._store.table(TABLE).insert(str(number), {**row, **plan, "tries": 0, "state": _PENDING, "error": ""})

    def waiting(self, url: str) -> list[Row]:
        """What is still to be sent there, in the order of posting."""
        return self._waiting().get(url)

    def next(self, url: str) -> Row | None:
        """The first of them."""
        return self._waiting().first(url)

    def urls(self) -> list[str]:
        """Where something is still to be sent."""
        return [str(url) for url in self._waiting().values()] if len(self._store.table(TABLE)) else []

    def _waiting(self) -> Index:
        return self._store.table(TABLE).index("url", lambda row: row["url"] if row["state"] == _PENDING else None)

    def is_pending(self, row: Row) -> bool:
        """Whether this one still waits: a reset or a restore takes it away, and its number may be another's by now."""
        return row["state"] == _PENDING and self._store.table(TABLE).get(str(row["number"])) is row

    def succeeded(self, number: int) -> None:
        """It was taken: count it and forget it."""
        self.sent += 1
        self._store.table(TABLE).delete(str(number))

    def failed(self, number: int, error: str, status: int | None) -> None:
        """One attempt went wrong; the last one makes the notice a failed one."""
        row = self._store.table(TABLE)[str(number)]
        tries = row["tries"] + 1
        again = tries < row["attempts"] and (not row["retried"] or status in row["retried"])
        state = _PENDING if again else _FAILED
        self._store.table(TABLE).replace(str(number), {**row, "tries": tries, "state": state, "error": error})

    def resend(self) -> int:
        """Make every failed notice a new one; how many."""
        failed = [row for row in self._store.table(TABLE).rows() if row["state"] == _FAILED]
        for row in failed:
            again = {**row, "tries": 0, "state": _PENDING, "error": ""}
            self._store.table(TABLE).replace(str(row["number"]), again)
        return len(failed)

    def configure(self, document: Mapping[str, Any]) -> None:
        """The admin path's settings: {"pause_s": seconds between attempts, "ca_file": PEM file for https}."""
        unknown = set(document) - {"pause_s", "ca_file"}
        if unknown:
            raise ValueError(f"notices have no setting {', '.join(sorted(unknown))}; they have pause_s, ca_file")
        ca_file = document.get("ca_file", self.ca_file)
        if ca_file is not None:
            ssl.create_default_context(cafile=ca_file)  # OSError for a file that is no certificate
        self.pause_s, self.ca_file = float(document.get("pause_s", self.pause_s)), ca_file

    def report(self) -> Mapping[str, Any]:
        """{"sent": n, "pending": [...], "failed": [...]}, each with number, url, tries and the last error."""
        shown = {_PENDING: list[Row](), _FAILED: list[Row]()}
        for row in self._store.table(TABLE).rows():
            shown[row["state"]].append({name: row[name] for name in ("number", "url", "tries", "error")})
        return {"sent": self.sent, **shown}
