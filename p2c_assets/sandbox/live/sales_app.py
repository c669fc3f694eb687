"""The Sales twin as the Sales app uses it: signed in, over its Web API."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from p2c_assets.sandbox import exact_json
from p2c_assets.sandbox.serve import CLIENT_ID, CLIENT_SECRET, TENANT

API = "/api/data/v9.2"


class RefusedError(Exception):
    """The system refused what a person did; the text is its own."""


class SalesApp:
    """A context manager; `url` is the twin's root."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(base_url=url, timeout=60.0, trust_env=False)

    def __enter__(self) -> Self:
        self._sign_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def create(self, entity_set: str, row: Mapping[str, Any]) -> str:
        """Create a row; its id. Raises RefusedError."""
        response = self._send("POST", entity_set, row)
        return response.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")

    def change(self, entity_set: str, key: str, values: Mapping[str, Any]) -> None:
        """Change a row that is there. Raises RefusedError."""
        self._send("PATCH", f"{entity_set}({key})", values)

    def _send(self, method: str, path: str, row: Mapping[str, Any]) -> httpx.Response:
        response = self._request(method, path, row)
        if response.status_code == 401:
            self._sign_in()
            response = self._request(method, path, row)
        if response.is_error:
            raise RefusedError(f"{method} {path}: {response.status_code} {response.text[:300]}")
        return response

    def _request(self, method: str, path: str, row: Mapping[str, Any]) -> httpx.Response:
        headers = {"Content-Type": "application/json", **({"If-Match": "*"} if method == "PATCH" else {})}
        return self._http.request(method, f"{API}/{path}", content=exact_json.dumps(row), headers=headers)

    def _sign_in(self) -> None:
        form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scope": f"{self._url}/.default"}
        form["grant_type"] = "client_credentials"
        answer = self._http.post(f"/{TENANT}/oauth2/v2.0/token", data=form).raise_for_status().json()
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"
