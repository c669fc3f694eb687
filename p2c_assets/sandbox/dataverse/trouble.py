"""How Dataverse words what the admin path made go wrong: throttling, failures of the server, contention, an old token.

Source: MicrosoftDocs/powerapps-docs api-limits.md, reference/web-service-error-codes.md.
"""

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import ERROR_STATUSES, SQL_ERROR_STATUS
from p2c_assets.sandbox.faults import Plan

ABSENT_INSIDE = frozenset({"throttled"})
"""A whole batch is throttled, never one operation of it."""

_UNAVAILABLE = {
    500: "An unexpected error occurred.",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


_TEXTS = {
    "0x80040224": "An unexpected error occurred from ISV code.",
    "0x80044151": "SQL timeout expired.",
    "0x80073002": "A SQL unique index or constraint was violated.",
    "0x8004d24b": "The user does not have a license.",
    "0x8005F103": "Too many requests.",
}
"""Errors of the error list for which the twin has no occasion of its own."""

CODES = tuple(_TEXTS)


def refusal(plan: Plan) -> errors.DataverseError:
    """The error of one refused request or operation."""
    match plan.kind:
        case "throttled":
            return errors.too_many_requests(6000, 300)
        case "write_conflict":
            return errors.version_mismatch()
        case "deadlock":
            text = (
                "Transaction was deadlocked on lock resources with another process and has been chosen as the victim."
            )
            return errors.DataverseError(SQL_ERROR_STATUS, "0x80044150", f"Generic SQL error. {text}")
        case "error" if plan.code is not None:
            return errors.DataverseError(ERROR_STATUSES[plan.code], plan.code, _TEXTS[plan.code])
        case "expired_delta_token":
            return errors.expired_token()
        case _:
            status = plan.status or 500
            return errors.DataverseError(status, "0x80040216", _UNAVAILABLE[status])
