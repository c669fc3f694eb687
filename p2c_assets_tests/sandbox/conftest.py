"""Starting any twin on a free loopback port for the length of a test."""

from collections.abc import Callable, Generator
from contextlib import ExitStack

import pytest

from p2c_assets.sandbox.tokens import Tokens
from p2c_assets.sandbox.twin import Twin
from p2c_assets_tests.sandbox.conformance.rows import TESTS, rows
from p2c_assets_tests.sandbox.refused import SEEN
from p2c_assets_tests.sandbox.running import Caller, running

Serve = Callable[..., Caller]


@pytest.fixture(scope="module", autouse=True)
def refused_by_name(request: pytest.FixtureRequest) -> Generator[None]:
    """Rows of the list that say 501: their tests have been refused by that very name. Only where whole tests ran."""
    yield
    if request.config.option.keyword or any("[" in argument for argument in request.config.args):
        return
    here = request.path.relative_to(TESTS).as_posix()
    ran = {item.nodeid.partition("[")[0] for item in request.session.items}
    for row in rows():
        if row.status == "unsupported" and all(test.startswith(f"{here}::") for test in row.tests):
            nodes = {node for node in ran if node.endswith(row.tests)}
            seen = set[str]().union(*(SEEN[node] for node in nodes))
            assert not nodes or row.feature in seen, f"{row.id}: no 501 with the name {row.feature!r}, but {seen}"


@pytest.fixture
def serve() -> Generator[Serve]:
    """`serve(twin)` starts it and signs in; all are stopped after the test."""
    with ExitStack() as stack:

        def start(twin: Twin, tokens: Tokens | None = None) -> Caller:
            url = stack.enter_context(running(twin, tokens))
            return stack.enter_context(Caller.signed_in(url))

        yield start
