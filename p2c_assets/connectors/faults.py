"""What went wrong, told alike for both systems. The tables of codes are each system's own `errors.py`."""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

from p2c_assets.connectors import exact_json
from p2c_assets.connectors.protocol import FaultKind

LONGEST_TEXT = 500

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)


class Fault(NamedTuple):
    """One failure. `outcome`:

    refused: this row, as it is, will not be taken. transient: nothing was done, soon again. throttled: nothing was
    done, again when the server allows. fatal: no row is at fault, somebody has to configure something: `fix` says what.
    """

    outcome: Literal["refused", "transient", "throttled", "fatal"]
    kind: FaultKind
    code: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        """Code, the server's words, and what to fix."""
        words = " ".join(part for part in (self.code, self.message) if part)
        return f"{words}; {self.fix}" if self.fix else words


def json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; empty when it is something else (gateways answer HTML)."""
    try:
        value = exact_json.loads(body)
    except ValueError:
        return {}
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def member(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A nested object, or an empty one."""
    found = value.get(name)
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def text(value: object) -> str:
    """A JSON value as one line of text; empty for null."""
    return "" if value is None else " ".join(str(value).split())


def page_text(body: bytes) -> str:
    """What a body that is not JSON says, in one short line: the title of an HTML page, else its text."""
    words = body.decode("utf-8", "replace")
    title = _TITLE.search(words)
    found = text(title.group(1)) if title else ""
    return (found or text(_TAG.sub(" ", words)))[:LONGEST_TEXT]


def fault_by_status(status: int, code: str, message: str) -> Fault:
    """The reading of a failure of which nothing but the HTTP status is telling."""
    if status == 429:
        return Fault("throttled", "throttle", code, message)
    if status == 401:
        fix = "check the client id, its secret and the URL that the token is asked for"
        return Fault("fatal", "auth", code, message, fix)
    if status in {408, 502, 503, 504}:
        return Fault("transient", "transient", code, message)
    return Fault("refused", _KIND_BY_STATUS.get(status, "unknown"), code, message)


_KIND_BY_STATUS: Mapping[int, FaultKind] = {
    400: "validation",
    403: "forbidden",
    404: "not_found",
    405: "schema",
    409: "conflict",
    412: "conflict",
    413: "validation",
    501: "schema",
}
