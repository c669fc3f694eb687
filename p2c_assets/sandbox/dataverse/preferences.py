"""The Prefer header and the other headers that change what a request does.

Source: MicrosoftDocs/powerapps-docs data-platform/webapi/compose-http-requests-handle-errors.md.
"""

import re
from typing import NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.messages import Request, Unsupported
from p2c_assets.sandbox.odata.options import natural

MOST_ROWS = 5000
_PARTS = re.compile(r'\s*([^=,\s]+)\s*(?:=\s*(?:"([^"]*)"|([^,\s]*)))?\s*(?:,|$)')
_ABSENT_HEADERS = (
    "callerobjectid",
    "mscrmcallerid",
    "mscrm.bypasscustompluginexecution",
    "mscrm.bypassbusinesslogicexecution",
    "mscrm.bypassbusinesslogicexecutionstepids",
    "mscrm.solutionuniquename",
    "mscrm.mergelabels",
    "mscrm.sessiontoken",
)
_LOOKED_AT = frozenset({*_ABSENT_HEADERS, "mscrm.suppressduplicatedetection"})


class Preferences(NamedTuple):
    """What the caller prefers; `page_size` None: not said."""

    page_size: int | None
    representation: bool
    continue_on_error: bool
    annotations: tuple[str, ...]
    track_changes: bool = False

    @property
    def applied(self) -> dict[str, str]:
        """The Preference-Applied header."""
        parts: list[str] = []
        if self.page_size is not None:
            parts.append(f"odata.maxpagesize={self.page_size}")
        if self.representation:
            parts.append("return=representation")
        if self.annotations:
            parts.append(f'odata.include-annotations="{",".join(self.annotations)}"')
        return {"Preference-Applied": ",".join(parts)} if parts else {}

    def annotated(self, name: str) -> bool:
        """Whether an annotation was asked for, by name or wildcard."""
        return any(covers(wanted, name) for wanted in self.annotations)


_NOTHING = Preferences(None, representation=False, continue_on_error=False, annotations=())


def preferences(request: Request) -> Preferences:
    """Raises Unsupported for what the twin does not do, DataverseError for a page size out of range."""
    refuse_headers(request)
    if "prefer" not in request.headers:
        return _NOTHING
    given = _given(request)
    if "respond-async" in given:
        raise Unsupported("Prefer: respond-async")
    annotations = wanted_annotations(request)
    representation = given.get("return") == "representation"
    continues, tracks = "odata.continue-on-error" in given, "odata.track-changes" in given
    return Preferences(_page_size(given), representation, continues, annotations, tracks)


def _given(request: Request) -> dict[str, str]:
    """Preferences by their lower-case names."""
    parts = _PARTS.findall(request.headers.get("prefer", ""))
    return {name.lower(): quoted or plain for name, quoted, plain in parts}


def wanted_annotations(request: Request) -> tuple[str, ...]:
    """The names, or beginnings with `*`, of the annotations asked for."""
    text = _given(request).get("odata.include-annotations", "")
    return tuple(part.strip() for part in text.split(",") if part.strip())


def refuse_headers(request: Request) -> None:
    """501 for headers that would change the meaning of the request."""
    if _LOOKED_AT.isdisjoint(request.headers):
        return
    for name in _ABSENT_HEADERS:
        if name in request.headers:
            raise Unsupported(f"header {name}")
    if request.headers.get("mscrm.suppressduplicatedetection", "true").lower() == "false":
        raise Unsupported("duplicate detection")


def _page_size(given: dict[str, str]) -> int | None:
    text = given.get("odata.maxpagesize")
    if text is None:
        return None
    size = natural(text)
    if size is None or not 1 <= size <= MOST_ROWS:
        raise errors.bad_url(f"odata.maxpagesize has to be between 1 and {MOST_ROWS}, not '{text}'.")
    return size


def covers(wanted: str, name: str) -> bool:
    return wanted == "*" or wanted == name or (wanted.endswith("*") and name.startswith(wanted[:-1]))
