"""`$batch` bodies: multipart/mixed to requests and changesets, and responses back to multipart/mixed.

Executing the parts, limits and rollback are the twin's.
Sources: MicrosoftDocs execute-batch-operations-using-web-api, fin-ops odata.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from p2c_assets.sandbox.guids import random_guid

_CRLF = b"\r\n"
_ENDS_A_LINE = re.compile(rb"--|[ \t]*\r\n")
_LONGEST_KEPT = 200
"""Bytes of header lines that are remembered: the same few stand in nearly every part."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_REQUEST_LINE = re.compile(rb"^([A-Z]+) (\S.*?) HTTP/1\.1$")


class MultipartError(Exception):
    """The body is not the multipart that its content type promises."""


class BatchRequest(NamedTuple):
    """One operation as it stands in the body: the URL may be absolute, host-relative or relative."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    content_id: str | None


class Changeset(NamedTuple):
    """Operations that succeed or fail together."""

    requests: tuple[BatchRequest, ...]


class PartResponse(NamedTuple):
    """The answer to one operation."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    content_id: str | None = None


class ChangesetResponse(NamedTuple):
    """The answers to a changeset, nested in a multipart of their own."""

    parts: tuple[PartResponse, ...]


def parse_batch(body: bytes, content_type: str) -> list[BatchRequest | Changeset]:
    """The parts in their order. Raises MultipartError."""
    return [_part(headers, content) for headers, content in _split(body, _boundary(content_type))]


def _part(headers: Mapping[str, str], content: bytes) -> BatchRequest | Changeset:
    content_type = headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/mixed"):
        return _request(headers, content)
    return Changeset(tuple(_request(inner, text) for inner, text in _split(content, _boundary(content_type))))


def _request(headers: Mapping[str, str], content: bytes) -> BatchRequest:
    if not headers.get("content-type", "").lower().startswith("application/http"):
        raise MultipartError("The part of a batch has to be of the content type application/http.")
    head, _, rest = content.lstrip(b"\r\n").partition(_CRLF)
    match = _REQUEST_LINE.match(head.strip())
    if match is None:
        raise MultipartError(f"The request line '{head.decode(errors='replace')}' is invalid.")
    inner, body = _headers(rest)
    return BatchRequest(_text(match[1]), _text(match[2]), inner, body, headers.get("content-id"))


def _split(body: bytes, boundary: bytes) -> list[tuple[Mapping[str, str], bytes]]:
    chunks = _between(body, _CRLF + b"--" + boundary)[1:]
    if not chunks:
        raise MultipartError(f"The boundary '{boundary.decode()}' does not occur in the body.")
    if not chunks[-1].startswith(b"--"):
        raise MultipartError(f"The closing boundary '{boundary.decode()}--' is missing.")
    return [_headers(_after_line(chunk)) for chunk in chunks[:-1]]


def _between(body: bytes, delimiter: bytes) -> list[bytes]:
    """What stands between delimiters: at the start of a line, followed by `--` or by nothing else in their line.

    Every changeset has a boundary of its own: so they are found without compiling a pattern for each.
    """
    first, *others = (_CRLF + body).split(delimiter)
    chunks = [first]
    for number, piece in enumerate(others, start=1):
        if _ENDS_A_LINE.match(piece) or (number < len(others) and not piece.strip(b" \t")):
            chunks.append(piece)
        else:
            chunks[-1] += delimiter + piece
    return chunks


def _after_line(chunk: bytes) -> bytes:
    return chunk.lstrip(b" \t").removeprefix(_CRLF)


def _headers(text: bytes) -> tuple[Mapping[str, str], bytes]:
    """Header lines (names lower-case) up to the blank line, and what follows it."""
    if text.startswith(_CRLF):
        return {}, text[2:]
    head, _, body = text.partition(_CRLF + _CRLF)
    return (_known_lines if len(head) <= _LONGEST_KEPT else _lines)(head), body


def _lines(head: bytes) -> Mapping[str, str]:
    pairs = [line.partition(":") for line in _text(head).split("\r\n") if line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


_known_lines = lru_cache(maxsize=256)(_lines)


def _text(head: bytes) -> str:
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        raise MultipartError(f"The head of a part is not UTF-8: {error}") from error


def _boundary(content_type: str) -> bytes:
    match = re.search(r'boundary="?([^";]+)"?', content_type, re.IGNORECASE)
    if match is None or not content_type.lower().startswith("multipart/mixed"):
        raise MultipartError(f"The content type '{content_type}' has no multipart boundary.")
    return match[1].strip().encode()


def render_batch(parts: Sequence[PartResponse | ChangesetResponse]) -> tuple[str, bytes]:
    """The content type with its boundary, and the body."""
    boundary = f"batchresponse_{random_guid()}"
    chunks = [_changeset(part) if isinstance(part, ChangesetResponse) else _render(part) for part in parts]
    return f"multipart/mixed; boundary={boundary}", _join(chunks, boundary)


def _changeset(changeset: ChangesetResponse) -> bytes:
    boundary = f"changesetresponse_{random_guid()}"
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode()
    return head + _join([_render(part) for part in changeset.parts], boundary)


def _join(chunks: Sequence[bytes], boundary: str) -> bytes:
    delimiter = f"--{boundary}".encode()
    return b"".join(delimiter + _CRLF + chunk + _CRLF for chunk in chunks) + delimiter + b"--" + _CRLF


def _render(part: PartResponse) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if part.content_id is not None:
        lines.append(f"Content-ID: {part.content_id}")
    lines += ["", f"HTTP/1.1 {part.status} {_PHRASES[part.status]}"]
    lines += [f"{name}: {value}" for name, value in part.headers.items()]
    return "\r\n".join(lines).encode() + _CRLF + _CRLF + part.body
