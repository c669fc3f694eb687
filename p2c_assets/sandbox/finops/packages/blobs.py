"""The blob store of the environment: named files under addresses that are signed and expire.

Source: data-management-api (an address with an embedded shared access signature, valid for a window; seven days of life),
Azure Blob Storage REST (Put Blob, Get Blob, their error codes). Time is the sandbox's clock.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.packages.assumptions import BLOB_DAYS, SAS_MINUTES
from p2c_assets.sandbox.messages import Request, Response, Unsupported
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

CONTAINER = "dmf"
_TABLE = "_blobs"
_SIGNING_KEY = b"the sandbox's storage account"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_HTTP_TIME = "%a, %d %b %Y %H:%M:%S GMT"
_ADDRESS = re.compile(rf"(?:https?://[^/]+)?/{CONTAINER}/([^?]+)(?:\?.*)?")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Blobs:
    """Writes and reads of files, from inside and by signed address."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def address(self, base_url: str, name: str, permissions: str) -> str:
        """The signed address of a file; permissions: r, w or both."""
        expiry = (self._clock.now() + timedelta(minutes=SAS_MINUTES)).strftime(_TIME)
        query = {"sv": "2023-11-03", "se": expiry, "sr": "b", "sp": permissions}
        query["sig"] = _signature(name, expiry, permissions)
        return f"{base_url}/{CONTAINER}/{quote(name)}?{urlencode(query)}"

    def put(self, name: str, content: bytes) -> None:
        """Write a file, over one of that name."""
        row = {"content": base64.b64encode(content).decode(), "written": self._clock.timestamp()}
        self._store.table(_TABLE).put(name, row)

    def get(self, name: str) -> bytes | None:
        """The content of a file that is there and not older than its life."""
        row = self._find(name)
        return None if row is None else base64.b64decode(row["content"])

    def named_in(self, address: str) -> str | None:
        """The name in an address of this store, signed or not."""
        match = _ADDRESS.fullmatch(address)
        return Request.of("GET", match[0], {}).path.removeprefix(f"/{CONTAINER}/") if match else None

    def purge(self) -> None:
        """Delete what has outlived its life."""
        for name, _ in self._store.table(_TABLE).items():
            if self._find(str(name)) is None:
                self._store.table(_TABLE).delete(name)

    def handle(self, request: Request) -> Response:
        """PUT, GET and HEAD of a signed address. Raises Unsupported for blocks, leases and the rest of the service."""
        name = request.path.removeprefix(f"/{CONTAINER}/")
        if "comp" in request.query or "restype" in request.query:
            raise Unsupported(f"blob storage: {request.method} with comp or restype")
        permission = "w" if request.method == "PUT" else "r"
        if not self._signed(name, request, permission):
            return _error(403, "AuthenticationFailed", "Server failed to authenticate the request.")
        if request.method == "PUT":
            return self._written(name, request)
        if request.method in {"GET", "HEAD"}:
            return self._read(name, request)
        raise Unsupported(f"blob storage: {request.method}")

    def _written(self, name: str, request: Request) -> Response:
        kind = request.headers.get("x-ms-blob-type")
        if kind is None:
            text = "An HTTP header that's mandatory for this request is not specified."
            return _error(400, "MissingRequiredHeader", text)
        if kind != "BlockBlob":
            raise Unsupported(f"blob storage: x-ms-blob-type {kind}")
        self.put(name, request.body)
        return Response(201, self._headers(request.body, self._clock.timestamp()))

    def _read(self, name: str, request: Request) -> Response:
        row = self._find(name)
        if row is None:
            return _error(404, "BlobNotFound", "The specified blob does not exist.")
        content = base64.b64decode(row["content"])
        headers = {"Content-Type": "application/octet-stream", **self._headers(content, row["written"])}
        if request.method == "HEAD":
            return Response(200, headers, content)  # the server keeps the body back
        return _part(request, content, headers)

    def _find(self, name: str) -> Row | None:
        row = self._store.table(_TABLE).get(name)
        if row is None or self._clock.now() >= _moment(row["written"]) + timedelta(days=BLOB_DAYS):
            return None
        return row

    def _signed(self, name: str, request: Request, permission: str) -> bool:
        expiry, permissions = request.query.get("se", ""), request.query.get("sp", "")
        given = request.query.get("sig", "").encode()
        genuine = hmac.compare_digest(_signature(name, expiry, permissions).encode(), given)
        return genuine and permission in permissions and self._clock.now() < _moment(expiry)

    def _headers(self, content: bytes, written: str) -> dict[str, str]:
        return {
            "ETag": f'"0x{hashlib.sha256(content).hexdigest()[:15].upper()}"',
            "Last-Modified": _moment(written).strftime(_HTTP_TIME),
            "x-ms-version": "2023-11-03",
            "x-ms-blob-type": "BlockBlob",
        }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _signature(name: str, expiry: str, permissions: str) -> str:
    digest = hmac.digest(_SIGNING_KEY, f"{name}\n{expiry}\n{permissions}".encode(), "sha256")
    return base64.b64encode(digest).decode()


def _part(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    """The whole, or the range that was asked for. Source: Get Blob (206, Content-Range)."""
    match = _RANGE.fullmatch(request.headers.get("x-ms-range") or request.headers.get("range") or "")
    if match is None:
        return Response(200, headers, content)
    start, end = int(match[1]), min(int(match[2] or len(content)), len(content) - 1)
    if start >= len(content):
        return _error(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
    return Response(206, {**headers, "Content-Range": f"bytes {start}-{end}/{len(content)}"}, content[start : end + 1])


def _error(status: int, code: str, text: str) -> Response:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    return Response(status, {"Content-Type": "application/xml", "x-ms-error-code": code}, body.encode())
