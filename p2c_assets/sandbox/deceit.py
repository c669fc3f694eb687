"""Faults that nobody is told of: a field is dropped, a value altered, or nothing is written at all, and the answer is "done".

What they are for is the other side: a client has to find out by reading what it wrote. Which request is struck is chosen in
`faults`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.faults import DECEIT, Plan
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.store import Store


class _TakenBackError(Exception):
    """The answer is there, and what it says was done is undone."""


def is_deceit(plan: Plan | None) -> bool:
    """Whether the plan is one of these faults."""
    return plan is not None and plan.kind in DECEIT


def deceive(plan: Plan, store: Store, request: Request, handle: Callable[[Request], Response]) -> Response:
    """Handle a request as planned; the answer is that of a request that was handled as it came."""
    if plan.kind == "ok_without_writing":
        return _without_writing(store, lambda: handle(request))
    return handle(replace(request, body=dumps(_changed(plan, request.json()))))


def _without_writing(store: Store, handle: Callable[[], Response]) -> Response:
    response = Response(204)
    try:
        with store.transaction():
            response = handle()
            raise _TakenBackError
    except _TakenBackError:
        return response


def _changed(plan: Plan, body: Any) -> Any:
    """The body without the field, or with another value in it; a body that is a row has it at its top."""
    if not isinstance(body, dict) or plan.field not in body:
        return cast(object, body)
    row = cast(dict[str, object], body)
    rest = {name: value for name, value in row.items() if name != plan.field}
    return rest if plan.kind == "drop_field" else {**rest, plan.field: plan.value}
