"""Service protection as F&O words it: by load of the system, or by user as it was until 10.0.35.

Sources: fin-ops service-protection-api-limits (texts, who is exempt), priority-based-throttling (load, priorities).
"""

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.assumptions import (
    LOAD_THRESHOLDS,
    RETRY_AFTER_GROWS_BY_S,
    UNMAPPED_PRIORITY,
)
from p2c_assets.sandbox.finops.trouble import Throttled, overloaded
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.throttle import Refused, Settings, Throttle

_EXEMPT = "/data/DataManagementDefinitionGroups"
_SUBJECT = ("/data", "/api/services")


def throttle(clock: Clock) -> Throttle:
    """The limits of one environment."""
    return Throttle(clock, ("user", "resource"), RETRY_AFTER_GROWS_BY_S, LOAD_THRESHOLDS, UNMAPPED_PRIORITY)


def is_subject(request: Request) -> bool:
    """OData and custom services are; data packages are not."""
    return request.path.startswith(_SUBJECT) and not request.path.startswith(_EXEMPT)


def refusal(refused: Refused, settings: Settings) -> Throttled:
    """The 429 of a limit."""
    window = f"over the time window of {settings.window_s} seconds."
    match refused.limit:
        case "resources":
            return overloaded(refused.wait_s)
        case "requests":
            text = f"Number of requests exceeded the limit of {settings.requests} {window}"
        case "execution":
            text = (
                f"Combined execution time of incoming requests exceeded the limit of {settings.execution_s:g} seconds "
                f"{window} Decrease number of concurrent requests or reduce the duration of requests and try again later."
            )
        case "concurrency":
            text = f"Number of concurrent requests exceeded the limit of {settings.concurrent}."
    return Throttled(text, refused.wait_s)
