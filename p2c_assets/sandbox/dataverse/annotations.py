"""Annotations of a whole answer, which come when the caller asked for them.

Source: MicrosoftDocs/powerapps-docs webapi/query/count-rows.md (totals), webapi/compose-http-requests-handle-errors.md.
"""

from typing import Any

from p2c_assets.sandbox.dataverse.assumptions import GLOBAL_METADATA_VERSION
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS, Preferences, covers, wanted_annotations
from p2c_assets.sandbox.messages import Request

CRM = "Microsoft.Dynamics.CRM"
CDS = "Microsoft.PowerApps.CDS"
_HELP = "http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a{code}&client=platform"


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


def details(request: Request, code: str, message: str) -> dict[str, str]:
    """What an error tells besides its code and message. A twin has no plug-in trace: TraceText repeats the message."""
    texts = {
        f"{CDS}.HelpLink": _HELP.format(code=code.removeprefix("0x").lower()),
        f"{CDS}.TraceText": message,
        f"{CDS}.InnerError.Message": message,
    }
    wanted = wanted_annotations(request)
    return {f"@{name}": text for name, text in texts.items() if any(covers(one, name) for one in wanted)}
