"""Service protection as Dataverse words it: three limits with codes of their own, Retry-After, what remains in headers.

Source: MicrosoftDocs/powerapps-docs api-limits.md, send-parallel-requests.md.
"""

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import RETRY_AFTER_GROWS_BY_S
from p2c_assets.sandbox.throttle import Admitted, Refused, Settings, Throttle


def throttle(clock: Clock) -> Throttle:
    """The limits of one organisation: per user and web server."""
    return Throttle(clock, ("user",), RETRY_AFTER_GROWS_BY_S)


def refusal(refused: Refused, settings: Settings) -> errors.DataverseError:
    """The error of a limit."""
    match refused.limit:
        case "execution":
            return errors.too_much_execution(settings.execution_s, settings.window_s)
        case "concurrency":
            return errors.too_many_at_once(settings.concurrent)
        case _:
            return errors.too_many_requests(settings.requests, settings.window_s)


def remaining(admitted: Admitted) -> dict[str, str]:
    """What is left, in the words of a captured answer: thousands have their separator."""
    return {
        "x-ms-ratelimit-burst-remaining-xrm-requests": str(admitted.remaining_requests),
        "x-ms-ratelimit-time-remaining-xrm-requests": f"{admitted.remaining_s:,.2f}",
    }
