"""F&O's failures, classified by what they say: statuses differ between single requests and parts of a batch.

Source: finops.md 2.7 to 2.9 (captured traces) and 6.2.
"""

import re
from collections.abc import Iterator

from p2c_assets.connectors.faults import Fault, fault_by_status, json_object, member, page_text, text
from p2c_assets.connectors.protocol import FaultKind

_ALLOW_USER = (
    "register the client id in F&O under System administration > Setup > Microsoft Entra applications "
    "and give its user a role with this privilege"
)

_PREFIX = re.compile(r"^(?:Info|Warning|Error):\s*", re.IGNORECASE)
_FIELDS = re.compile(r"for the following fields?: *(.+?)\.(?: |$)")
_NOISE = ("validatewrite failed on data source", "update has been canceled", "update has been cancelled")

_MISSING = "No resources were found when selecting for update"
_DUPLICATE = "The record already exists"
_PASSING = ("update conflict", "deadlock")
_BUSY = "high resource utilization"
_WRAPPER = "TargetInvocationException"
"""Says no more than that something was thrown; the reason is the exception inside it."""
_SCHEMA_TYPES = (_WRAPPER, "ODataException")


def fault(status: int, body: bytes) -> Fault:
    """The failure that an answer with this status and body tells of; gateways' HTML pages included."""
    answer = json_object(body)
    error = member(answer, "error")
    inner = member(error, "innererror")
    kind = text(inner.get("type") or answer.get("ExceptionType")).rpartition(".")[2]
    said = inner.get("message") or answer.get("ExceptionMessage") or error.get("message") or answer.get("Message")
    words = text(said) or page_text(body)
    deeper = text(member(inner, "internalexception").get("message"))
    telling = deeper if deeper and kind == _WRAPPER else words
    return _read(status, kind or text(error.get("code")), f"{words} {deeper}".strip(), readable(telling))


def _read(status: int, code: str, all_words: str, message: str) -> Fault:
    if status == 429 or _BUSY in all_words:
        return Fault("throttled", "throttle", code, message)
    if code == "ODataSecurityException":
        return Fault("fatal", "forbidden", code, message, _ALLOW_USER)
    if status == 412:  # says "update conflict" too, but it is our own etag that is old: asking again changes nothing
        return Fault("refused", "conflict", code, message)
    if any(sign in all_words.lower() for sign in _PASSING):
        return Fault("transient", "conflict", code, message)
    found = fault_by_status(status, code, message)
    return found._replace(kind=_kind(code, all_words) or found.kind) if found.outcome == "refused" else found


def _kind(code: str, words: str) -> FaultKind | None:
    if _MISSING in words:
        return "not_found"
    if _DUPLICATE in words:
        return "duplicate"
    if code.startswith("AxOData"):
        return "validation"
    return "schema" if code in _SCHEMA_TYPES or "No HTTP resource was found" in words else None


def readable(words: str) -> str:
    """The sentences of an infolog that tell something, led by the fields when the server named them.

    "Field validation failed ... for the following fields: CustomerAccount. Infolog: Warning: Number X does not match
    format.; Error: Update has been canceled." becomes "CustomerAccount: Number X does not match format."
    """
    head, found, log = words.partition("Infolog:")
    items = list(dict.fromkeys(_sentences(log))) if found else []
    if not items:
        return words
    fields = _FIELDS.search(head)
    return (f"{fields.group(1)}: " if fields else "") + "; ".join(items)


def _sentences(log: str) -> Iterator[str]:
    for item in log.split(";"):
        sentence = _PREFIX.sub("", item.strip())
        if sentence and not sentence.lower().startswith(_NOISE):
            yield sentence
