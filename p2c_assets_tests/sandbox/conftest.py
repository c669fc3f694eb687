"""Starting any twin on a free loopback port for the length of a test."""

from collections.abc import Callable, Generator
from contextlib import ExitStack

import pytest

from p2c_assets.sandbox.tokens import Tokens
from p2c_assets.sandbox.twin import Twin
from p2c_assets_tests.sandbox.running import Caller, running

Serve = Callable[..., Caller]


@pytest.fixture
def serve() -> Generator[Serve]:
    """`serve(twin)` starts it and signs in; all are stopped after the test."""
    with ExitStack() as stack:

        def start(twin: Twin, tokens: Tokens | None = None) -> Caller:
            url = stack.enter_context(running(twin, tokens))
            return stack.enter_context(Caller.signed_in(url))

        yield start
