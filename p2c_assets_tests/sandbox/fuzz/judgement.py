"""What must hold of any answer: it can be sent, it is in the system's own shape, and a refusal names what it refuses."""

import email
import email.policy
import re
from collections.abc import Callable, Mapping
from email.message import Message
from http import HTTPStatus
from typing import Any, NamedTuple

from p2c_assets.sandbox.exact_json import loads
from p2c_assets.sandbox.messages import Response
from p2c_assets_tests.sandbox.fuzz.pieces import Sent

NOT_SUPPORTED = "the sandbox does not support: "
_HEADER = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_CODE = re.compile(r"(0x[0-9A-Fa-f]{1,8})?")


class Inner(NamedTuple):
    """One part of a `$batch` answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    content_id: str | None


Judge = Callable[[Sent, int, Mapping[str, str], bytes], None]
Outcome = Inner | tuple[Inner, ...]
"""An operation's answer, or those of a changeset that was carried out."""


def outcomes(response: Response) -> list[Outcome]:
    """The parts of a multipart answer, read by a parser of another make than the twin's."""
    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    whole = email.message_from_bytes(head + response.body, policy=email.policy.compat32)
    return [_outcome(part) for part in _children(whole)]


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    if not isinstance(payload, list):  # the closing delimiter alone: no parts
        assert "HTTP/1.1" not in payload, payload
        return []
    return [part for part in payload if isinstance(part, Message)]


def _outcome(part: Message) -> Outcome:
    if part.get_content_type() == "multipart/mixed":
        return tuple(_inner(child) for child in _children(part))
    return _inner(part)


def _inner(part: Message) -> Inner:
    assert part.get_content_type() == "application/http", part
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    head, _, body = payload.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    version, status, phrase = first.split(" ", 2)
    assert (version, phrase) == ("HTTP/1.1", HTTPStatus(int(status)).phrase)
    pairs = (line.partition(": ") for line in lines)
    return Inner(int(status), {name: value for name, _, value in pairs}, body, part["Content-ID"])


def check_sendable(status: int, headers: Mapping[str, str]) -> None:
    """No 5xx but a 501 (a fault is asked for by the admin path), and headers that HTTP can carry."""
    assert status < 500 or status == 501, status
    HTTPStatus(status)
    for name, value in headers.items():
        assert _HEADER.fullmatch(value), f"{name}: {value!r}"


def check_refused_feature(body: bytes) -> None:
    """A 501 says which feature the twin lacks."""
    error = loads(body)["error"]
    assert error["code"] == "501"
    assert error["message"].startswith(NOT_SUPPORTED)
    assert error["message"].removeprefix(NOT_SUPPORTED).strip(), error


def check_sales(sent: Sent, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Source: MicrosoftDocs compose-http-requests-handle-errors."""
    check_sendable(status, headers)
    if status == 501:
        check_refused_feature(body)
    elif status == 401:
        assert headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    elif status >= 400:
        error = loads(body)["error"]
        assert set(error) >= {"code", "message"}, body
        assert error["message"], body
        assert _CODE.fullmatch(error["code"]), body
    else:
        _check_success(sent, status, headers, body)


def _check_success(sent: Sent, status: int, headers: Mapping[str, str], body: bytes) -> None:
    assert headers["OData-Version"] == "4.0"
    kind = headers.get("Content-Type", "")
    if status in {204, 304}:
        assert (body, kind) == (b"", "")
    elif kind.startswith("application/json"):
        assert "@odata.context" in loads(body), body
    else:
        assert kind.startswith(("text/plain", "application/xml")), kind
    assert sent.method in {"GET", "POST", "PATCH", "DELETE", "PUT"}
    assert status == 204 or sent.method != "DELETE"


def check_scm(sent: Sent, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Source: fin-ops odata, captured traces of error bodies, custom-services (their errors are a 500)."""
    if status == 500 and "ExceptionMessage" in loads(body):
        return
    check_sendable(status, headers)
    if status == 501:
        check_refused_feature(body)
    elif status == 401:
        assert headers["WWW-Authenticate"] == "Bearer"
    elif status >= 400:
        _check_scm_error(loads(body))
    else:
        _check_success(sent, status, headers, body)


def _check_scm_error(document: Any) -> None:
    if "Message" in document:
        assert document["Message"]
        return
    error = document["error"]
    assert error["code"] == "", error
    assert error["message"], error
    if "innererror" in error:
        assert set(error["innererror"]) >= {"message", "type", "stacktrace"}, error
        assert error["innererror"]["message"], error
