"""Service protection: how much a client may ask of one simulated web server in a sliding window. Off until it is set.

Which server answers is said by the affinity cookie; a client without one is led round. Here is the counting. Each system
words its refusals itself, in its `throttling` module, which also says which of these limits it has.
Sources: MicrosoftDocs powerapps-docs api-limits; fin-ops service-protection-api-limits, priority-based-throttling.
"""

import hashlib
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.messages import Request, Unsupported

Mode = Literal["off", "user", "resource"]
Limit = Literal["requests", "execution", "concurrency", "resources"]
Priority = Literal["high", "medium", "low"]
COOKIE = "ARRAffinity"


class Settings(BaseModel):
    """What the admin path sets.

    mode: `user` counts per user and server, `resource` looks at the load of the system. Execution time is what a request
    really took and `request_s` for it and `operation_s` for each operation of its `$batch`; with `takes_time` its answer is
    as late. time: `sandbox` measures by the sandbox's clock, which stands still unless it is moved.
    load: in percent, and what each request and operation adds to it for `load_window_s`. retry_after_s: the least that a
    refusal by load says; none: it says nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Mode = "off"
    requests: int = Field(default=6000, ge=1)
    execution_s: float = Field(default=1200, gt=0)
    concurrent: int = Field(default=52, ge=1)
    window_s: int = Field(default=300, ge=1)
    servers: int = Field(default=1, ge=1)
    request_s: float = Field(default=0, ge=0)
    operation_s: float = Field(default=0, ge=0)
    takes_time: bool = False
    time: Literal["real", "sandbox"] = "real"
    load: float = Field(default=0, ge=0, le=100)
    load_per_request: float = Field(default=0, ge=0)
    load_per_operation: float = Field(default=0, ge=0)
    load_window_s: float = Field(default=10, gt=0)
    retry_after_s: int | None = Field(default=60, ge=0)
    priorities: Mapping[str, Priority] = Field(default_factory=dict[str, Priority])


class Refused(NamedTuple):
    """A limit that was met; `wait_s` None: the answer does not say how long."""

    limit: Limit
    wait_s: int | None


class Admitted(NamedTuple):
    """A request that is let in, to be charged when it is done."""

    key: tuple[str, int]
    remaining_requests: int
    remaining_s: float


class _Usage:
    """What one user has asked of one server lately."""

    def __init__(self) -> None:
        self.arrivals: deque[float] = deque()
        self.durations: deque[tuple[float, float]] = deque()
        self.execution_s = 0.0
        self.running: list[float] = []
        self.refusals = 0

    def forget(self, now: float, window_s: float) -> None:
        while self.arrivals and self.arrivals[0] <= now - window_s:
            self.arrivals.popleft()
        while self.durations and self.durations[0][0] <= now - window_s:
            self.execution_s -= self.durations.popleft()[1]
        if not self.durations:
            self.execution_s = 0.0  # without what rounding left
        self.running = [end for end in self.running if end > now]

    def spend(self, now: float, duration: float) -> None:
        self.durations.append((now, duration))
        self.execution_s += duration


class Throttle:
    """The service protection of one twin. `thresholds`: the load from which a priority is refused (`resource`)."""

    def __init__(
        self,
        clock: Clock,
        modes: tuple[Mode, ...],
        grows_by_s: int,
        thresholds: Mapping[Priority, float] | None = None,
        unmapped: Priority = "medium",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._modes = modes
        self._grows_by_s = grows_by_s
        self._thresholds = thresholds or {}
        self._unmapped: Priority = unmapped
        self._real_now = now
        self.reset()

    def reset(self) -> None:
        """Off, and nothing counted."""
        self.settings = Settings()
        self._forget()

    def _forget(self) -> None:
        self._usage: dict[tuple[str, int], _Usage] = {}
        self._loads: deque[tuple[float, float]] = deque()
        self._turn = 0

    def configure(self, document: Mapping[str, Any]) -> None:
        """New settings, counted from nought. Raises ValueError, and Unsupported for limits by licence."""
        if "entitlement" in document:
            raise Unsupported("entitlement limits")
        unknown = set(document) - set(Settings.model_fields)
        if unknown:
            raise ValueError(f"no setting {', '.join(sorted(unknown))}; these are: {', '.join(Settings.model_fields)}")
        try:
            settings = Settings.model_validate(document)
        except ValidationError as error:
            raise ValueError("; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())) from error
        if settings.mode not in ("off", *self._modes):
            raise ValueError(f"this system has no mode {settings.mode}; it has {', '.join(self._modes)}")
        self.settings = settings
        self._forget()

    def report(self) -> Mapping[str, Any]:
        """The settings, and what is in the window now, by user and server."""
        now = self._now()
        usage = [self._reported(key, used, now) for key, used in self._usage.items()]
        return {"settings": self.settings.model_dump(), "load": self._load(now), "usage": usage}

    def _reported(self, key: tuple[str, int], used: _Usage, now: float) -> Mapping[str, Any]:
        used.forget(now, self.settings.window_s)
        numbers = {"requests": len(used.arrivals), "execution_s": round(used.execution_s, 3)}
        return {"client": key[0], "server": key[1], **numbers, "running": len(used.running)}

    @property
    def is_on(self) -> bool:
        return self.settings.mode != "off"

    def admit(self, request: Request) -> Admitted | Refused:
        """Let a request in, or name the limit that it has met."""
        now = self._now()
        key = (request.client, self._server(request))
        used = self._usage.setdefault(key, _Usage())
        used.forget(now, self.settings.window_s)
        refused = self._overloaded(request, now) if self.settings.mode == "resource" else self._exceeded(used, now)
        if refused is not None:
            return self._pushed(used, refused)
        used.refusals = 0
        used.arrivals.append(now)
        self._loads.append((now, self.settings.load_per_request))
        left_s = max(self.settings.execution_s - used.execution_s, 0)
        return Admitted(key, self.settings.requests - len(used.arrivals), left_s)

    def admit_operation(self, request: Request) -> Refused | None:
        """The same for an operation of a `$batch`: only the load can refuse it."""
        if self.settings.mode != "resource":
            return None
        now = self._now()
        refused = self._overloaded(request, now)
        if refused is None:
            self._loads.append((now, self.settings.load_per_operation))
        return refused

    def charge(self, admitted: Admitted, took_s: float, operations: int, late_s: float) -> float:
        """Count what a request cost, an answer that is late already included; how late it is to be because of that."""
        simulated = self.settings.request_s + operations * self.settings.operation_s + late_s
        measured = took_s if self.settings.time == "real" else 0.0
        now, used = self._now(), self._usage[admitted.key]
        used.spend(now, measured + simulated)
        used.running.append(now + simulated)
        return simulated if self.settings.takes_time else late_s

    def cookie(self, request: Request, admitted: Admitted) -> dict[str, str]:
        """The affinity cookie, for a client that did not send it."""
        if _affinity(request) == _name(admitted.key[1]):
            return {}
        return {"Set-Cookie": f"{COOKIE}={_name(admitted.key[1])};Path=/;HttpOnly"}

    def _exceeded(self, used: _Usage, now: float) -> Refused | None:
        """The limits in the documents' order."""
        limits = self.settings
        if len(used.arrivals) >= limits.requests:
            return Refused("requests", _wait(used.arrivals[len(used.arrivals) - limits.requests], now, limits.window_s))
        if used.execution_s >= limits.execution_s:
            return Refused("execution", _wait(self._last_too_many(used), now, limits.window_s))
        if len(used.running) >= limits.concurrent:
            return Refused("concurrency", max(math.ceil(min(used.running) - now), 1))
        return None

    def _last_too_many(self, used: _Usage) -> float:
        """The moment of the request after whose leaving the rest is within the limit."""
        rest = used.execution_s
        for moment, duration in used.durations:
            rest -= duration
            if rest < self.settings.execution_s:
                return moment
        return used.durations[-1][0]

    def _overloaded(self, request: Request, now: float) -> Refused | None:
        priority = self.settings.priorities.get(request.client, self._unmapped)
        if self._load(now) < self._thresholds[priority]:
            return None
        return Refused("resources", self.settings.retry_after_s)

    def _load(self, now: float) -> float:
        while self._loads and self._loads[0][0] <= now - self.settings.load_window_s:
            self._loads.popleft()
        return min(self.settings.load + sum(load for _, load in self._loads), 100.0)

    def _pushed(self, used: _Usage, refused: Refused) -> Refused:
        """Whoever keeps asking is told to wait longer."""
        longer = used.refusals * self._grows_by_s
        used.refusals += 1
        return refused if refused.wait_s is None else Refused(refused.limit, refused.wait_s + longer)

    def _server(self, request: Request) -> int:
        names = {_name(number): number for number in range(self.settings.servers)}
        kept = names.get(_affinity(request))
        if kept is not None:
            return kept
        self._turn += 1
        return (self._turn - 1) % self.settings.servers

    def _now(self) -> float:
        return self._real_now() if self.settings.time == "real" else self._clock.now().timestamp()


def _wait(moment: float, now: float, window_s: float) -> int:
    """Whole seconds until a moment has left the window."""
    return max(math.ceil(moment + window_s - now), 1)


def _name(server: int) -> str:
    """A server's name in the cookie: opaque, the same in every run."""
    return hashlib.sha256(f"web server {server}".encode()).hexdigest()


def _affinity(request: Request) -> str:
    pairs = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")
