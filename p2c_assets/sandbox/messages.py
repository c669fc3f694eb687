"""What passes between the HTTP server and a twin: one request, one response, and the refusal of what is not there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from urllib.parse import unquote, urljoin, urlsplit

from p2c_assets.sandbox.exact_json import dumps, loads
from p2c_assets.sandbox.odata.multipart import BatchRequest, PartResponse
from p2c_assets.sandbox.odata.options import parse_query

_PLAIN = re.compile(
    r"((?:/(?![/.])[\w$()',=%!*@:&+~-][\w$()',=%!*@:&+~.-]*)+)(?:\?([\w$()',=%!*@:&+~./-]+))?", re.ASCII
)
"""An address that is complete and needs no rules to be taken apart: its path and its query."""

JSON_TYPE = "application/json; odata.metadata=minimal"


class Unsupported(Exception):  # noqa: N818 - it names a refusal of the sandbox, not an error of the caller
    """The systems have this feature, the sandbox does not: HTTP 501 with its name."""

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature


Trouble = Literal["slow", "drop_before", "drop_during", "drop_after", "truncated"]
"""What happens to an answer on its way: it comes late; nothing was done and the connection ends; the connection ends in the
middle of the answer, or before it; half of the body arrives as if it were all."""


@dataclass(frozen=True)
class Response:
    """A whole answer. headers: names as they go out. content: the body, a long one in parts.
    trouble: a fault that meets it on its way, `delay_s` for a slow one.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: dict[str, str]())
    content: bytes | Sequence[bytes] = b""
    trouble: Trouble | None = None
    delay_s: float = 0.0

    @cached_property
    def body(self) -> bytes:
        """The content in one piece."""
        return self.content if isinstance(self.content, bytes) else b"".join(self.content)

    @classmethod
    def json(cls, status: int, body: Any, headers: Mapping[str, str] | None = None) -> "Response":
        """JSON with exact decimals and the OData content type."""
        return cls.encoded(status, dumps(body), headers)

    @classmethod
    def encoded(
        cls, status: int, content: bytes | Sequence[bytes], headers: Mapping[str, str] | None = None
    ) -> "Response":
        """The same of what is JSON already."""
        return cls(status, {"Content-Type": JSON_TYPE, "OData-Version": "4.0", **(headers or {})}, content)

    def part(self, content_id: str | None) -> PartResponse:
        """This answer as one part of a batch response."""
        return PartResponse(self.status, self.headers, self.body, content_id)


@dataclass(frozen=True)
class Request:
    """A whole request. path is decoded, query decoded in order, header names lower-case.

    scheme: http or https, as the caller used it. inside: it is one operation of a `$batch`. client: the id of the application
    whose token it bears. target_length: of the request line's address as it was sent.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    scheme: str = "http"
    inside: bool = False
    client: str = ""
    target_length: int = 0

    @classmethod
    def of(
        cls,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        scheme: str = "http",
        *,
        inside: bool = False,
        client: str = "",
    ) -> "Request":
        """From a request target, absolute or `/path?query`."""
        plain = _PLAIN.fullmatch(target)
        path, query = (plain[1], plain[2] or "") if plain else urlsplit(target)[2:4]
        lower = {name.lower(): value for name, value in headers.items()}
        return cls(method, unquote(path), parse_query(query), lower, body, scheme, inside, client, len(target))

    @property
    def base_url(self) -> str:
        """Scheme and host as the caller used them: http://127.0.0.1:8101."""
        return f"{self.scheme}://{self.headers.get('host', 'localhost')}"

    def json(self) -> Any:
        """The body with exact decimals. Raises ValueError."""
        return loads(self.body)

    def inner(self, part: BatchRequest) -> "Request":
        """One operation of this `$batch` request: a relative URL stands beside `$batch`, host and identity are kept."""
        target = part.url if part.url.startswith("$") or _PLAIN.fullmatch(part.url) else urljoin(self.path, part.url)
        kept = {name: self.headers[name] for name in ("host", "authorization") if name in self.headers}
        headers = {**kept, **part.headers, **_host(kept)}
        return Request.of(part.method, target, headers, part.body, self.scheme, inside=True, client=self.client)


def _host(kept: Mapping[str, str]) -> dict[str, str]:
    return {"host": kept["host"]} if "host" in kept else {}


def unsupported(error: Unsupported) -> Response:
    """501 in the envelope that both systems use."""
    text = f"the sandbox does not support: {error.feature}"
    return Response.json(501, {"error": {"code": "501", "message": text}})
