"""What passes between the HTTP server and a twin: one request, one response, and the refusal of what is not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from p2c_assets.sandbox.exact_json import dumps, loads
from p2c_assets.sandbox.odata.multipart import BatchRequest, PartResponse
from p2c_assets.sandbox.odata.options import parse_query

JSON_TYPE = "application/json; odata.metadata=minimal"


class Unsupported(Exception):  # noqa: N818 - it names a refusal of the sandbox, not an error of the caller
    """The systems have this feature, the sandbox does not: HTTP 501 with its name."""

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature


@dataclass(frozen=True)
class Response:
    """A whole answer. headers: names as they go out."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: dict[str, str]())
    body: bytes = b""

    @classmethod
    def json(cls, status: int, body: Any, headers: Mapping[str, str] | None = None) -> "Response":
        """JSON with exact decimals and the OData content type."""
        return cls(status, {"Content-Type": JSON_TYPE, "OData-Version": "4.0", **(headers or {})}, dumps(body))

    def part(self, content_id: str | None) -> PartResponse:
        """This answer as one part of a batch response."""
        return PartResponse(self.status, self.headers, self.body, content_id)


@dataclass(frozen=True)
class Request:
    """A whole request. path is decoded, query decoded in order, header names lower-case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> "Request":
        """From a request target, absolute or `/path?query`."""
        url = urlsplit(target)
        lower = {name.lower(): value for name, value in headers.items()}
        return cls(method, unquote(url.path), parse_query(url.query), lower, body)

    @property
    def base_url(self) -> str:
        """Scheme and host as the caller used them: http://127.0.0.1:8101."""
        return f"{self.headers.get('x-forwarded-proto', 'http')}://{self.headers.get('host', 'localhost')}"

    def json(self) -> Any:
        """The body with exact decimals. Raises ValueError."""
        return loads(self.body)

    def inner(self, part: BatchRequest) -> "Request":
        """One operation of this `$batch` request: a relative URL stands beside `$batch`, host and identity are kept."""
        target = urljoin(self.path, part.url) if not part.url.startswith("$") else part.url
        kept = {name: self.headers[name] for name in ("host", "authorization") if name in self.headers}
        return Request.of(part.method, target, {**kept, **part.headers, **_host(kept)}, part.body)


def _host(kept: Mapping[str, str]) -> dict[str, str]:
    return {"host": kept["host"]} if "host" in kept else {}


def unsupported(error: Unsupported) -> Response:
    """501 in the envelope that both systems use."""
    text = f"the sandbox does not support: {error.feature}"
    return Response.json(501, {"error": {"code": "501", "message": text}})
