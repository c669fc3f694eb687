"""Which rows a request gets, and the link to the next ones: skip-based, as captured.

Sources: fin-ops odata (10,000 rows per page), a live capture of maxpagesize and nextLinks.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.assumptions import MAX_PAGE
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.odata.options import render_query


class Page(NamedTuple):
    """Which rows of the result a request gets: from start, size at most, nothing at or after end."""

    start: int
    size: int
    end: int | None
    preferred: bool


def read_page(request: Request) -> Page:
    """Tell a client's `$top` (a total) from the server's own (a page size): with `$skip` and Prefer it is the latter.

    assumptions.SKIP_WITH_A_PREFERRED_SIZE_CONTINUES.
    """
    preferred = _preferred_size(request)
    size = min(preferred or MAX_PAGE, MAX_PAGE)
    start, top = whole_number(request, "$skip") or 0, whole_number(request, "$top")
    continued = preferred is not None and "$skip" in request.query
    if "$skiptoken" in request.query:
        return Page(start, size, whole_number(request, "$skiptoken"), preferred is not None)
    end = None if top is None or continued else start + top
    return Page(start, size, end, preferred is not None)


def _preferred_size(request: Request) -> int | None:
    match = re.search(r"odata\.maxpagesize\s*=\s*([0-9]{1,9})", request.headers.get("prefer", ""))
    return max(int(match[1]), 1) if match else None


def preference(page: Page) -> Mapping[str, str]:
    """The header that says that a preferred size was followed."""
    return {"Preference-Applied": f"odata.maxpagesize={page.size}"} if page.preferred else {}


def next_link(request: Request, page: Page, end: int) -> str:
    """Captured form: the offset in `$skip` and, with a preferred size, that size in `$top`.

    A client's total that is larger than a page has no captured form: it travels in `$skiptoken`.
    """
    options = {name: value for name, value in request.query.items() if name not in {"$skip", "$top", "$skiptoken"}}
    options["$skip"] = str(end)
    if page.preferred:
        options["$top"] = str(page.size)
    if page.end is not None:
        options["$skiptoken"] = str(page.end)
    return f"{request.base_url}{request.path}?{render_query(options)}"


def whole_number(request: Request, name: str) -> int | None:
    """An option that is a whole number, None if it is not there. Raises FinopsError."""
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise errors.bad_query(
            f"Invalid value '{text}' for {name} query option found. It requires a non-negative integer."
        )
    return int(text)
