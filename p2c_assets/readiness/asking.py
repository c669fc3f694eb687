"""Questions that may be refused: the answer, or why there is none.

A refusal is an answer about readiness. A system that cannot be reached is none: that stops the whole, as everywhere else.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from p2c_assets.errors import PermanentError
from p2c_assets.readiness.finding import Unread

Answer = TypeVar("Answer")


async def tried(question: Awaitable[Answer]) -> Answer | Unread:
    """The answer; Unread when the system refuses it, or answers in a form that we do not know."""
    try:
        return await question
    except PermanentError as error:
        return Unread(str(error))
    except (KeyError, TypeError, ValueError) as error:
        return Unread(f"the answer has another form than is known: {type(error).__name__} {error}")


async def tried_by_name(questions: Mapping[str, Awaitable[Answer]]) -> dict[str, Answer | Unread]:
    """The answers to several questions that do not wait for each other, as many at a time as the client allows."""
    answers = await asyncio.gather(*(tried(question) for question in questions.values()))
    return dict(zip(questions, answers, strict=True))
