"""Multipart bodies as a client would write them, and the statuses in the answers."""

import re
from typing import Any

from p2c_assets.sandbox.exact_json import dumps

_STATUS = re.compile(r"HTTP/1\.1 (\d{3})")
_CODE = re.compile(r'"code":"([^"]*)"')


def operation(method: str, url: str, body: Any = None, content_id: str | None = None) -> str:
    """One part: application/http with its request."""
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    lines += [f"Content-ID: {content_id}"] if content_id else []
    lines += ["", f"{method} {url} HTTP/1.1"]
    lines += ["Content-Type: application/json; type=entry"] if body is not None else []
    return "\n".join([*lines, "", "" if body is None else dumps(body).decode()])


def changeset(*operations: str, boundary: str = "changeset_1") -> str:
    """Operations that belong together."""
    head = f"Content-Type: multipart/mixed; boundary={boundary}\n\n"
    return head + "".join(f"--{boundary}\n{part}\n" for part in operations) + f"--{boundary}--\n"


def batch(*parts: str) -> str:
    """The whole body, for the boundary batch_1."""
    return "".join(f"--batch_1\n{part}\n" for part in parts) + "--batch_1--\n"


def statuses(text: str) -> list[int]:
    """The statuses of all parts, in order."""
    return [int(status) for status in _STATUS.findall(text)]


def codes(text: str) -> list[str]:
    """The error codes of all parts, in order."""
    return _CODE.findall(text)
