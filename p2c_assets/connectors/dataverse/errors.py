"""Dataverse's failures, classified by their codes.

Source: MicrosoftDocs compose-http-requests-handle-errors and web-service-error-codes; table of dataverse.md 10.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from p2c_assets.connectors.faults import Fault, fault_by_status, json_object, member, page_text, text
from p2c_assets.connectors.protocol import FaultKind


class _Reading(NamedTuple):
    outcome: Literal["refused", "transient", "throttled", "fatal"]
    kind: FaultKind
    fix: str = ""


_GIVE_ROLE = "give the application user a security role with this privilege"
_ADD_USER = "create an application user for this client id in the environment"
_ENABLE_USER = "enable the application user in the environment"

_CODES: Mapping[str, _Reading] = {
    "0x80040217": _Reading("refused", "not_found"),
    "0x80060891": _Reading("refused", "not_found"),
    "0x80040237": _Reading("refused", "duplicate"),
    "0x80060892": _Reading("refused", "duplicate"),
    "0x80040333": _Reading("refused", "duplicate"),
    "0x80073002": _Reading("refused", "duplicate"),
    "0x80060882": _Reading("refused", "conflict"),
    "0x80040220": _Reading("fatal", "forbidden", _GIVE_ROLE),
    "0x80040299": _Reading("fatal", "forbidden", _GIVE_ROLE),
    "0x80072560": _Reading("fatal", "auth", _ADD_USER),
    "0x80040225": _Reading("fatal", "auth", _ENABLE_USER),
    "0x8004d24b": _Reading("fatal", "auth", _ENABLE_USER),
    "0x80048306": _Reading("refused", "forbidden"),
    "0x80044331": _Reading("refused", "validation"),
    "0x8004431a": _Reading("refused", "validation"),
    "0x8004432f": _Reading("refused", "validation"),
    "0x80044330": _Reading("refused", "validation"),
    "0x80048408": _Reading("refused", "validation"),
    "0x80040203": _Reading("refused", "validation"),
    "0x80040265": _Reading("refused", "validation"),
    "0x80040224": _Reading("refused", "validation"),
    "0x80040227": _Reading("refused", "conflict"),
    "0x80048d19": _Reading("refused", "schema"),
    "0x8006088a": _Reading("refused", "schema"),
    "0x80060888": _Reading("refused", "schema"),
    "0x80041103": _Reading("refused", "schema"),
    "0x80048d0b": _Reading("refused", "schema"),
    "0x80044352": _Reading("refused", "expired"),
    "0x80072491": _Reading("refused", "untracked"),
    "0x80044151": _Reading("transient", "transient"),
    "0x80044150": _Reading("transient", "transient"),
    "0x80072321": _Reading("throttled", "throttle"),
    "0x80072322": _Reading("throttled", "throttle"),
    "0x80072326": _Reading("throttled", "throttle"),
    "0x8005f103": _Reading("throttled", "throttle"),
    "0x80060308": _Reading("throttled", "throttle"),
}

_SCHEMA_WORDS = ("Could not find a property named", "No HTTP resource was found", "undeclared property")


def fault(status: int, body: bytes) -> Fault:
    """The failure that an answer with this status and body tells of; gateways' HTML pages included."""
    error = member(json_object(body), "error")
    code = normal_code(text(error.get("code")))
    message = text(error.get("message")) or page_text(body)
    known = _CODES.get(code)
    if status == 429 or known is None:
        found = fault_by_status(status, code, message)
        return found._replace(kind="schema") if any(words in message for words in _SCHEMA_WORDS) else found
    return Fault(known.outcome, known.kind, code, message, known.fix)


def normal_code(code: str) -> str:
    """A code as `0x` and eight lower-case digits, whether it came so or as a signed integer; else as it came."""
    if code.startswith("-") and code[1:].isdecimal():
        return f"0x{int(code) & 0xFFFFFFFF:08x}"
    return code.lower()
