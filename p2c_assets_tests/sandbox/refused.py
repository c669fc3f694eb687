"""What the twins answered with 501 while the tests ran, by test: a row of the list that says 501 is held to its name.

`running` puts `listening` around every twin that a test serves; the fixture `refused_by_name` compares.
"""

import os
import re
from collections import defaultdict

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MARK = b"the sandbox does not support: "
_FEATURE = re.compile(MARK.decode() + r'([^"]*)"')
SEEN: defaultdict[str, set[str]] = defaultdict(set)
"""Test as pytest names it, without parameters -> the features that were refused to it."""


def listening(app: ASGIApp) -> ASGIApp:
    """The app; what it refuses by name is noted."""

    async def listen(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            body = bytes(message.get("body", b""))
            if MARK in body:
                SEEN[_current()].update(_FEATURE.findall(body.decode(errors="replace")))
            await send(message)

        await app(scope, receive, note)

    return listen


def _current() -> str:
    return os.environ.get("PYTEST_CURRENT_TEST", "").partition("[")[0].partition(" ")[0]
