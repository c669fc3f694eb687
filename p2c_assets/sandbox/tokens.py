"""The sandbox's identity provider: OAuth 2.0 client credentials, answers and errors shaped like Microsoft Entra's.

Source: MicrosoftDocs entra v2-oauth2-client-creds-grant-flow and reference-error-codes (AADSTS numbers).
"""

import secrets
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.messages import Request, Response, Unsupported

LIFETIME_S = 3599
TYPE = "application/json; charset=utf-8"
PATH_END = "/oauth2/v2.0/token"
OLDER_PATH_END = "/oauth2/token"
_DEFAULT = "/.default"
_OTHER_GRANTS = frozenset(
    {
        "authorization_code",
        "refresh_token",
        "password",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    }
)


class _Grant(NamedTuple):
    client: str
    audience: str
    expires_at: float


class Tokens:
    """Registered applications (client id -> secret) and the tokens given to them; tokens live in memory only."""

    def __init__(self, clients: Mapping[str, str], lifetime_s: float = LIFETIME_S) -> None:
        self._clients = dict(clients)
        self._lifetime_s = lifetime_s
        self._grants: dict[str, _Grant] = {}

    def issue(self, request: Request) -> Response:
        """Answer a token request: POST form of grant_type, client_id, client_secret and scope={url}/.default.

        The older endpoint, without v2.0 in its path, takes resource={url} in place of the scope. Raises Unsupported for
        what the identity provider has besides a secret.
        """
        form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
        older = not request.path.endswith(PATH_END)
        refusal = self._refusal(form, "resource" if older else "scope")
        if refusal is not None:
            return refusal
        audience = form["resource"] if older else form["scope"].removesuffix(_DEFAULT)
        token = secrets.token_urlsafe(48)
        self._grants[token] = _Grant(form["client_id"], audience, time.monotonic() + self._lifetime_s)
        body = {"token_type": "Bearer", **_times(int(self._lifetime_s), audience, older=older), "access_token": token}
        return Response(200, {"Content-Type": TYPE}, dumps(body))

    def client(self, request: Request) -> str | None:
        """The application of a live token whose audience is this host, spelled without a trailing slash; else None.

        Source: fin-ops services-home-page (a trailing slash breaks the token).
        """
        grant = self._grants.get(_bearer(request))
        if grant is None or grant.expires_at <= time.monotonic():
            return None
        audience = urlsplit(grant.audience)
        here = _host(audience.netloc) == _host(request.headers.get("host", "")) and not audience.path
        return grant.client if here else None

    def revoke(self, request: Request) -> None:
        """The token of this request expires at once."""
        self._grants.pop(_bearer(request), None)

    def _refusal(self, form: Mapping[str, str], audience: str) -> Response | None:
        if form.get("grant_type") in _OTHER_GRANTS:
            raise Unsupported(f"grant_type={form['grant_type']}")
        if "client_assertion" in form:
            raise Unsupported("client_assertion")
        for name in ("grant_type", "client_id", "client_secret", audience):
            if not form.get(name):
                text = f"The request body must contain the following parameter: '{name}'."
                return _error(400, "invalid_request", 900144, text)
        client = form["client_id"]
        if form["grant_type"] != "client_credentials":
            text = f"The app requested an unsupported grant type '{form['grant_type']}'."
            return _error(400, "unsupported_grant_type", 70003, text)
        if client not in self._clients:
            text = f"Application with identifier '{client}' was not found in the directory."
            return _error(400, "unauthorized_client", 700016, text)
        if not secrets.compare_digest(self._clients[client].encode(), form["client_secret"].encode()):
            text = f"Invalid client secret provided for app '{client}'."
            return _error(401, "invalid_client", 7000215, text)
        if audience == "scope" and not form["scope"].endswith(_DEFAULT):
            text = f"The provided request must include a 'scope' ending in /.default; '{form['scope']}' does not."
            return _error(400, "invalid_scope", 1002012, text)
        return None


def is_token_path(path: str) -> bool:
    """`/{tenant}/oauth2/v2.0/token` and its older form."""
    return path.endswith((PATH_END, OLDER_PATH_END))


def _times(lifetime_s: int, audience: str, *, older: bool) -> dict[str, int | str]:
    """How long a token lives: numbers, and in the older form texts with the moments."""
    if not older:
        return {"expires_in": lifetime_s, "ext_expires_in": lifetime_s}
    now = int(datetime.now(UTC).timestamp())
    moments = {"expires_on": str(now + lifetime_s), "not_before": str(now), "resource": audience}
    return {"expires_in": str(lifetime_s), "ext_expires_in": str(lifetime_s), **moments}


def _host(name: str) -> str:
    """Host and port as they are compared: the default ports go without saying."""
    return name.lower().removesuffix(":443").removesuffix(":80")


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _error(status: int, error: str, number: int, text: str) -> Response:
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    timestamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    tail = f" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {text}{tail}",
        "error_codes": [number],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    return Response(status, {"Content-Type": TYPE}, dumps(body))
