"""The client of the admin path: what fills a twin from outside, over HTTP, and lets its days pass.

Used by the loaders of this package. It knows `/_sandbox/...` and nothing of either protocol or of the twins' insides.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from p2c_assets.sandbox import exact_json

Row = Mapping[str, Any]
CHUNK = 2000
"""Rows per load request: large enough to be fast, small enough for the twin to answer others in between."""


class AdminError(Exception):
    """A twin refused an admin request; the text is the request and the twin's answer."""


class AdminClient:
    """One twin's admin path. A context manager; `url` is the twin's root, http://127.0.0.1:8101.

    `transport` leads to a twin that is not behind a socket.
    """

    def __init__(self, url: str, timeout_s: float = 120.0, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=timeout_s, trust_env=False, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def load(self, rows: Mapping[str, Sequence[Row]], *, plugins: bool = False) -> int:
        """Load tables in the order given, each in chunks. Returns how many rows the twin says it took."""
        return sum(
            self._load_chunk(table, chunk, plugins=plugins)
            for table, its_rows in rows.items()
            for chunk in _chunks(its_rows)
        )

    def _load_chunk(self, table: str, chunk: Sequence[Row], *, plugins: bool) -> int:
        answer = self._post("load", {"rows": {table: chunk}, "plugins": plugins})
        return int(answer["loaded"][table])

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table as the twin keeps them."""
        return self._answer(self._http.get(f"/_sandbox/rows/{table}"))["value"]

    def agenda(self, items: Sequence[Row]) -> None:
        """Things that will happen on a coming day."""
        for chunk in _chunks(items):
            self._post("agenda", {"items": chunk})

    def advance(self, days: int = 1) -> dict[str, Any]:
        """Let days pass; the twin's own account of what happened."""
        return self._post("advance", {"days": days})

    def move_clock(self, *, minutes: int) -> dict[str, Any]:
        """Let minutes pass and nothing be done; the twin's present."""
        return self._post("clock", {"minutes": minutes})

    def snapshot(self, name: str = "start") -> int:
        """Remember the twin's whole state under a name; how many rows it has."""
        return int(self._post("snapshot", {"name": name})["rows"])

    def restore(self, name: str = "start") -> int:
        """Bring the twin back to what was remembered."""
        return int(self._post("restore", {"name": name})["rows"])

    def call(self, action: str, body: object) -> dict[str, Any]:
        """Any other action; the twin's answer."""
        return self._post(action, body)

    def reset(self) -> None:
        """Empty the twin."""
        self._post("reset", {})

    def _post(self, action: str, body: object) -> dict[str, Any]:
        content = exact_json.dumps(body)
        return self._answer(self._http.post(f"/_sandbox/{action}", content=content, headers=_JSON))

    @staticmethod
    def _answer(response: httpx.Response) -> dict[str, Any]:
        if response.is_error:
            request = response.request
            raise AdminError(f"{request.method} {request.url}: {response.status_code} {response.text[:1000]}")
        return exact_json.loads(response.content) if response.content else {}


_JSON = {"content-type": "application/json"}


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
