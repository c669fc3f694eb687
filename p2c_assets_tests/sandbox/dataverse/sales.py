"""What tests say to the Sales twin: short names for requests and the parts of answers that they assert."""

from typing import Any

import httpx

from p2c_assets.sandbox.exact_json import loads
from p2c_assets_tests.sandbox.dataverse.world import API
from p2c_assets_tests.sandbox.running import Caller


class Sales:
    """A signed-in caller below /api/data/v9.2."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.caller.get(f"{API}/{path}", **headers)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.caller.post(f"{API}/{path}", body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.caller.patch(f"{API}/{path}", body, **headers)

    def delete(self, path: str, **headers: str) -> httpx.Response:
        return self.caller.delete(f"{API}/{path}", **headers)

    def admin(self, path: str, body: Any = None) -> Any:
        return self.caller.admin(path, body)

    def value(self, path: str, **headers: str) -> list[dict[str, Any]]:
        """The rows of a set."""
        return self.json(self.get(path, **headers))["value"]

    def row(self, path: str) -> dict[str, Any]:
        """One row."""
        return self.json(self.get(path))

    def create(self, entity_set: str, body: Any) -> str:
        """Create a row; its id."""
        response = self.post(entity_set, body)
        assert response.status_code == 204, response.text
        return response.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")

    def change(self, path: str, body: Any) -> None:
        """Update a row that is there."""
        response = self.patch(path, body, If_Match="*")
        assert response.status_code == 204, response.text

    def one(self, entity_set: str, text: str) -> dict[str, Any]:
        """The one row that a filter finds."""
        (row,) = self.value(f"{entity_set}?$filter={text}")
        return row

    @staticmethod
    def json(response: httpx.Response) -> Any:
        assert response.is_success, response.text
        return loads(response.content)


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and error code of a refused request."""
    return response.status_code, loads(response.content)["error"]["code"]


def message(response: httpx.Response) -> str:
    """The words of a refused request."""
    return loads(response.content)["error"]["message"]
