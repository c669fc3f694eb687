"""Faults on demand: what may go wrong between a client and a system, planned by the admin path, seeded and repeatable.

A plan says which requests it concerns, which of those it strikes, and what happens. Here is only the choosing. How a system
words a refusal is in its own `trouble` module; what happens to the connection is in `http`, to a notice in `sending`.
"""

import random
import re
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from p2c_assets.sandbox.messages import Request, Response

Kind = Literal[
    "throttled",
    "error",
    "gateway_page",
    "write_conflict",
    "deadlock",
    "expired_token",
    "expired_delta_token",
    "slow",
    "drop_before",
    "drop_during",
    "drop_after",
    "truncated",
    "drop_field",
    "alter_value",
    "ok_without_writing",
    "notice_duplicated",
    "notice_reordered",
]
REFUSALS = frozenset({"throttled", "error", "gateway_page", "write_conflict", "deadlock", "expired_delta_token"})
"""The twin does nothing and answers with an error."""

DECEIT = frozenset({"drop_field", "alter_value", "ok_without_writing"})
"""The twin answers that all went well, and did something else. See `deceit`."""

INSIDE = frozenset({"throttled", "error", "write_conflict", "deadlock"}) | DECEIT
"""What may also happen to one operation inside a `$batch`."""

_CONTENTION = frozenset({"write_conflict", "deadlock"})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OF_A_FIELD = frozenset({"drop_field", "alter_value"})
_ON_THE_WAY = frozenset({"slow", "drop_before", "drop_during", "drop_after", "truncated"})
_REQUESTS = REFUSALS | _ON_THE_WAY | DECEIT | {"expired_token"}
_TOKENS = _ON_THE_WAY | {"gateway_page"}
_NOTICES = frozenset({"notice_duplicated", "notice_reordered"})


class Plan(BaseModel):
    """One fault as the admin path takes it.

    Which requests: `method`, `path` (a regular expression that is searched in the decoded path; for notices in the URL) and
    `inside` (operations of a `$batch` in place of requests). Which of these: those numbered in `nth`, each `every`-th, by
    `probability` from `seed`; at most `count`. What: `kind` with `status`, `retry_after` (seconds; none: no such header)
    and `seconds`; an `error` with a `code` is one of the system's own list. A `drop_field` and an `alter_value` concern
    writes whose body has the `field`; the latter stores `value`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    method: str | None = None
    path: str | None = None
    inside: bool = False
    nth: tuple[int, ...] = ()
    every: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, gt=0, le=1)
    seed: int = 0
    count: int | None = Field(default=None, ge=1)
    status: Literal[500, 502, 503, 504] | None = None
    code: str | None = None
    retry_after: int | None = Field(default=None, ge=0)
    seconds: float = Field(default=1.0, ge=0)
    field: str | None = None
    value: str | int | float | bool | None = None

    @field_validator("path")
    @classmethod
    def _is_a_pattern(cls, path: str | None) -> str | None:
        try:
            re.compile(path or "")
        except re.error as error:
            raise ValueError(f"{path!r} is no regular expression: {error}") from error
        return path

    @model_validator(mode="after")
    def _fits_together(self) -> "Plan":
        if self.inside and self.kind not in INSIDE:
            raise ValueError(f"{self.kind} cannot happen inside a $batch; these can: {', '.join(sorted(INSIDE))}")
        if self.status is not None and self.kind not in {"error", "gateway_page"}:
            raise ValueError("only an error and a gateway_page have a status")
        if self.code is not None and (self.kind != "error" or self.status is not None):
            raise ValueError("only an error has a code, which brings its own status")
        if (self.field is not None) != (self.kind in _OF_A_FIELD):
            raise ValueError(f"these and no others name a field: {', '.join(sorted(_OF_A_FIELD))}")
        return self


class _Armed:
    """A plan at work: how many it has seen and struck."""

    def __init__(self, number: int, plan: Plan) -> None:
        self.number = number
        self.plan = plan
        self.seen = 0
        self.struck = 0
        self._random = random.Random(plan.seed)
        self._path = re.compile(plan.path or "")

    def concerns(self, method: str, path: str, query: Collection[str], body: bytes) -> bool:
        plan = self.plan
        if plan.method is not None and plan.method.upper() != method:
            return False
        if plan.kind in _CONTENTION and (method not in _WRITES or path.endswith("/$batch")):
            return False
        if plan.kind in DECEIT and method not in _WRITES:
            return False
        if plan.field is not None and f'"{plan.field}"'.encode() not in body:
            return False
        if plan.kind == "expired_delta_token" and "$deltatoken" not in query:
            return False
        return self._path.search(path) is not None

    def chooses(self) -> bool:
        """Count one that it concerns, and say whether it is among the chosen."""
        self.seen += 1
        plan, lot = self.plan, self._random.random()
        chosen = self.seen in plan.nth if plan.nth else self.seen % (plan.every or 1) == 0
        return chosen and lot < plan.probability and self.struck != plan.count


class Faults:
    """The plans of one twin, in memory. `inside`: the kinds that this system documents for operations in a `$batch`;
    `codes`: what an error may be by its code.
    """

    def __init__(
        self, *, inside: Collection[str] = INSIDE, absent: Collection[str] = (), codes: Collection[str] = ()
    ) -> None:
        self._codes = tuple(codes)
        self._inside = frozenset(inside)
        self._absent = frozenset(absent)
        self._armed: list[_Armed] = []
        self._number = 0

    def plan(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arm a plan. Raises ValueError for one that makes no sense."""
        try:
            plan = Plan.model_validate(document)
        except ValidationError as error:
            raise ValueError("; ".join(f"{_place(one['loc'])}{one['msg']}" for one in error.errors())) from error
        if plan.code is not None and plan.code not in self._codes:
            raise ValueError(f"code {plan.code!r} is none of: {', '.join(self._codes) or 'this system has no codes'}")
        if plan.kind in self._absent:
            raise ValueError(f"this system knows no {plan.kind}")
        if plan.inside and plan.kind not in self._inside:
            raise ValueError(f"this system does not document {plan.kind} for an operation inside a $batch")
        self._number += 1
        self._armed.append(_Armed(self._number, plan))
        return {"number": self._number}

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()

    def report(self) -> list[dict[str, Any]]:
        """Every plan with its number, how many it concerned (`seen`) and how many it struck."""
        return [
            {
                "number": one.number,
                **one.plan.model_dump(exclude_defaults=True),
                "seen": one.seen,
                "struck": one.struck,
            }
            for one in self._armed
        ]

    def on_request(self, request: Request) -> Plan | None:
        """What happens to this request of the protocol."""
        armed = [one for one in self._armed if one.plan.kind in _REQUESTS and not one.plan.inside]
        return _struck(armed, request.method, request.path, request.query, request.body)

    def on_token(self, request: Request) -> Plan | None:
        """What happens to this request for a token: only plans that give a path are about them."""
        armed = [one for one in self._armed if one.plan.kind in _TOKENS and one.plan.path]
        return _struck(armed, request.method, request.path)

    def on_operation(self, request: Request) -> Plan | None:
        """What happens to this operation of a `$batch`."""
        if not self._armed:
            return None
        armed = [one for one in self._armed if one.plan.inside]
        return _struck(armed, request.method, request.path, body=request.body)

    def on_notice(self, url: str) -> Plan | None:
        """What happens to a notice that is about to be posted there."""
        return _struck([one for one in self._armed if one.plan.kind in _NOTICES], "POST", url)


def _struck(armed: list[_Armed], method: str, path: str, query: Collection[str] = (), body: bytes = b"") -> Plan | None:
    """Every plan counts what concerns it; the first that chooses it decides."""
    chosen = [one for one in armed if one.concerns(method, path, query, body) and one.chooses()]
    if not chosen:
        return None
    chosen[0].struck += 1
    return chosen[0].plan


def _place(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(str(part) for part in location)}: " if location else ""


def gateway_page(status: int) -> Response:
    """What a gateway in front of either system says in HTML when it gets no answer itself."""
    phrase = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html>\r\n<head><title>{phrase}</title></head>\r\n<body>\r\n<center><h1>{phrase}</h1></center>\r\n"
    page += "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n"
    return Response(status, {"Content-Type": "text/html"}, page.encode())
