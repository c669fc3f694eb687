"""How many requests a twin has answered: the witness that a second run wrote nothing."""

from collections import Counter

METHODS = ("GET", "POST", "PATCH", "DELETE", "token")


class RequestCounter:
    """HTTP requests by method, tokens, and the operations inside `$batch` by method. Admin calls do not count."""

    def __init__(self) -> None:
        self._requests: Counter[str] = Counter()
        self._operations: Counter[str] = Counter()

    def request(self, kind: str) -> None:
        """One HTTP request: its method, or "token"."""
        self._requests[kind] += 1

    def operation(self, method: str) -> None:
        """One operation inside a `$batch`."""
        self._operations[method] += 1

    @property
    def operations(self) -> int:
        """How many operations inside `$batch` there were, whatever their method."""
        return self._operations.total()

    def reset(self) -> None:
        """Begin at nought."""
        self._requests.clear()
        self._operations.clear()

    def report(self) -> dict[str, object]:
        """{"GET": n, ..., "token": n, "batch_operations": {"GET": n, ...}}; other methods once they were used."""
        requests = {**dict.fromkeys(METHODS, 0), **self._requests}
        operations = {**dict.fromkeys(METHODS[:-1], 0), **self._operations}
        return {**requests, "batch_operations": operations}
