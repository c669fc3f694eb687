"""Annotations of a whole answer, which come when the caller asked for them.

Source: MicrosoftDocs/powerapps-docs webapi/query/count-rows.md (totals), webapi/compose-http-requests-handle-errors.md.
"""

from typing import Any

from p2c_assets.sandbox.dataverse.assumptions import GLOBAL_METADATA_VERSION
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS, Preferences

CRM = "Microsoft.Dynamics.CRM"


def totals(prefer: Preferences, count: int | None) -> dict[str, Any]:
    """The count, at most 5,000, and whether there are more; -1 when nobody asked to count."""
    shown: dict[str, Any] = {}
    if prefer.annotated(f"{CRM}.totalrecordcount"):
        shown[f"@{CRM}.totalrecordcount"] = -1 if count is None else min(count, MOST_ROWS)
    if prefer.annotated(f"{CRM}.totalrecordcountlimitexceeded"):
        shown[f"@{CRM}.totalrecordcountlimitexceeded"] = count is not None and count > MOST_ROWS
    if prefer.annotated(f"{CRM}.globalmetadataversion"):
        shown[f"@{CRM}.globalmetadataversion"] = GLOBAL_METADATA_VERSION
    return shown
