"""A twin for one example: the same rows each time, its state before and after, one request in process."""

from collections.abc import Callable, Mapping
from typing import Any

from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.http import answer
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.tokens import Tokens
from p2c_assets.sandbox.twin import Twin
from p2c_assets_tests.sandbox.fuzz.pieces import Sent

State = Mapping[str, list[tuple[Any, Mapping[str, Any]]]]
CLIENT = {"c": "s"}


class Example:
    """One twin with a signed-in caller in process."""

    def __init__(self, system: str, make: Callable[[Store], Twin], state: State) -> None:
        self.store = Store(system)
        for name, rows in state.items():
            for ordinal, (key, row) in enumerate(rows, start=1):
                self.store.table(name).read_back(key, ordinal, dict(row))
        self._twin = make(self.store)
        self._host = system
        self._tokens = Tokens(CLIENT)
        self._authorization = {"host": self._host, "authorization": f"Bearer {self._token()}"}

    def send(self, sent: Sent) -> Response:
        """The whole answer, as the HTTP server would give it on."""
        headers = {**self._authorization, **sent.headers}
        return answer(self._twin, self._tokens, Request.of(sent.method, sent.target, headers, sent.body))

    def state(self) -> State:
        """Every row of every table that has any."""
        return {name: self.store.table(name).items() for name in self.store.names()}

    def admin(self, path: str, document: Any) -> None:
        response = self.send(Sent("POST", f"/_sandbox/{path}", {}, dumps(document)))
        assert response.status == 200, response.body

    def _token(self) -> str:
        form = f"grant_type=client_credentials&client_id=c&client_secret=s&scope=http://{self._host}/.default"
        sent = Request.of("POST", "/t/oauth2/v2.0/token", {}, form.encode())
        return answer(self._twin, self._tokens, sent).body.decode().partition('"access_token":"')[2].partition('"')[0]
