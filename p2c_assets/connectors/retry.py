"""How long to wait and how often to try again. Pure arithmetic: who waits is `limiter` and `transport`."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

READ_ATTEMPTS = 5
CONNECT_ATTEMPTS = 5
THROTTLE_ATTEMPTS = 10
CHANGESET_ATTEMPTS = 6
"""One try and five replays. Source: finops.md 14.1, "update conflict"/deadlock: short jittered retry, at most 5."""

RETRIED_READ_STATUSES = frozenset({408, 500, 502, 503, 504})
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 30.0
FIRST_THROTTLE_S = 10.0
LONGEST_THROTTLE_S = 180.0


def backoff_s(attempt: int, jitter: float) -> float:
    """Seconds before the next attempt after a failure that nobody explained; attempt counts from 0."""
    return min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2**attempt) * (0.5 + 0.5 * jitter)


def throttle_s(headers: Mapping[str, str], attempt: int, jitter: float) -> float:
    """Seconds to keep away after a 429: Retry-After when given, else 10 * 2^n up to 180, plus up to a tenth.

    Never earlier than the server asked: hammering while throttled lengthens the wait.
    Source: finops.md 6.2 (Retry-After may be missing); MicrosoftDocs service-protection-retry-operations.
    """
    asked = retry_after_s(headers)
    seconds = min(LONGEST_THROTTLE_S, FIRST_THROTTLE_S * 2**attempt) if asked is None else asked
    return seconds * (1 + 0.1 * jitter)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; a date is read against the server's own clock. None when absent or unreadable."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(int(value)))
    except ValueError:
        return _until(value, headers.get("date", ""))


def _until(moment: str, now: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):  # TypeError: one of the dates has a time zone and the other has none
        return None
