"""`$batch` bodies: changesets rendered as nested multipart, answers parsed back. Knows neither verdicts nor systems.

Rendering is strict (CRLF, as both systems demand); parsing is tolerant: LF or CRLF, quoted boundaries, a body that
breaks off. Source: MicrosoftDocs execute-batch-operations-using-web-api; finops.md 2.9.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

CRLF = b"\r\n"

_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)
_STATUS_LINE = re.compile(rb"^\s*HTTP/\d(?:\.\d)?\s+(\d{3})")


class Part(NamedTuple):
    """One operation as it goes into a changeset."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class PartAnswer(NamedTuple):
    """One answer inside a batch's; header names in lower case, `content_id` as sent ("" when missing)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    content_id: str


class Item(NamedTuple):
    """What came back for one changeset: an answer per operation, or one for all. `complete`: nothing broke off."""

    parts: tuple[PartAnswer, ...]
    complete: bool


def render(changesets: Sequence[Sequence[Part]], boundary: str) -> bytes:
    """A batch of changesets. Content-IDs count from 1 through the whole batch: unique for either version of OData."""
    lines: list[bytes] = []
    content_id = 0
    for number, parts in enumerate(changesets):
        inner = f"changeset_{boundary}_{number}"
        lines += [f"--{boundary}".encode(), f"Content-Type: multipart/mixed; boundary={inner}".encode(), b""]
        for part in parts:
            content_id += 1
            lines += [f"--{inner}".encode(), *_part_lines(part, content_id)]
        lines += [f"--{inner}--".encode(), b""]
    return CRLF.join([*lines, f"--{boundary}--".encode(), b""])


def render_reads(urls: Sequence[str], headers: Mapping[str, str], boundary: str) -> bytes:
    """A batch of GETs, each a part of its own."""
    lines: list[bytes] = []
    for number, url in enumerate(urls, 1):
        lines += [f"--{boundary}".encode(), *_part_lines(Part("GET", url, headers, b""), number)]
    return CRLF.join([*lines, f"--{boundary}--".encode(), b""])


def _part_lines(part: Part, content_id: int) -> Iterator[bytes]:
    yield b"Content-Type: application/http"
    yield b"Content-Transfer-Encoding: binary"
    yield f"Content-ID: {content_id}".encode()
    yield b""
    yield f"{part.method} {part.url} HTTP/1.1".encode()
    for name, value in part.headers.items():
        yield f"{name}: {value}".encode()
    yield b""
    yield part.body


def is_multipart(content_type: str) -> bool:
    """Whether the body is a batch's answer; anything else is an ordinary error for the request as a whole."""
    return content_type.strip().lower().startswith("multipart/mixed")


def parse(content_type: str, body: bytes) -> list[Item]:
    """The items of a batch's answer in their order; empty when there is no boundary to go by."""
    return [_item(segment, closed) for segment, closed in _segments(content_type, body)]


def _item(segment: bytes, closed: bool) -> Item:
    headers, payload = _split(segment)
    content_type = headers.get("content-type", "")
    if not is_multipart(content_type):
        return _as_item([_part(headers, payload)], closed)
    inner = [(_part(*_split(each)), whole) for each, whole in _segments(content_type, payload)]
    return _as_item([part for part, _ in inner], bool(inner) and all(whole for _, whole in inner))


def _as_item(parts: Sequence[PartAnswer | None], complete: bool) -> Item:
    readable = tuple(part for part in parts if part is not None)
    return Item(readable, complete and len(readable) == len(parts))


def _part(headers: Mapping[str, str], payload: bytes) -> PartAnswer | None:
    """One `application/http` payload; None without a status line."""
    status = _STATUS_LINE.match(payload)
    if status is None:
        return None
    _, _, rest = payload.lstrip().partition(b"\n")
    own, body = _split(rest)
    content_id = headers.get("content-id") or own.get("content-id") or ""
    return PartAnswer(int(status.group(1)), own, body.strip(), content_id)


def _split(segment: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and what follows the blank line; a segment that opens with a line end has no headers."""
    if segment.startswith((b"\n", b"\r\n")):
        return {}, segment.lstrip(b"\r\n")
    found = _BLANK_LINE.search(segment)
    head, rest = (segment[: found.start()], segment[found.end() :]) if found else (segment, b"")
    lines = (line.partition(":") for line in head.decode("latin-1").splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}, rest


def _segments(content_type: str, body: bytes) -> Iterator[tuple[bytes, bool]]:
    """What lies between the delimiters; the flag is False for a last one that no delimiter ends."""
    named = _BOUNDARY.search(content_type)
    if named is None:
        return
    boundary = (named.group(1) or named.group(2)).encode("latin-1")
    marks = list(re.finditer(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)", body))
    for here, there in zip_longest(marks, marks[1:]):
        if here.group(1):
            return
        segment = body[here.end() : there.start() if there else len(body)]
        yield _without_first_line_end(segment), there is not None


def _without_first_line_end(segment: bytes) -> bytes:
    return segment[2:] if segment.startswith(b"\r\n") else segment[1:] if segment.startswith(b"\n") else segment
