"""Refusals of package actions in the envelope of the service: an X++ exception whose text is the cause."""

from p2c_assets.sandbox.finops.errors import FinopsError
from p2c_assets.sandbox.finops.packages.assumptions import ACTION_ERROR_STATUS

_EXCEPTION = "Microsoft.Dynamics.Ax.Xpp.ErrorException"


def action_failed(text: str, status: int = ACTION_ERROR_STATUS) -> FinopsError:
    """An action threw."""
    return FinopsError(status, text, {"message": text, "type": _EXCEPTION, "stacktrace": ""})


def execution_not_found(execution: str) -> FinopsError:
    """The execution record is not there, or not yet. Source: a client's trace ("were not found")."""
    return action_failed(f"Execution summaries for the execution id '{execution}' were not found.")


def unknown_project(name: str) -> FinopsError:
    """Source: data-management-api (an export of a project that does not exist is an error)."""
    return action_failed(f"The data project '{name}' does not exist.")


def unknown_entity(label: str) -> FinopsError:
    """Source: a trace of a package with the OData name in place of the label."""
    return action_failed(f"Entity {label} does not exist in the target environment")
