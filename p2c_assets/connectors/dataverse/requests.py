"""Dataverse Web API v9.2: how its URLs, headers and operations are written.

Source: MicrosoftDocs powerapps-docs data-platform/webapi: compose-http-requests-handle-errors, query/*,
execute-batch-operations-using-web-api, perform-conditional-operations.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, quote, urlsplit

from p2c_assets.connectors import exact_json, odata
from p2c_assets.connectors.batch import Part
from p2c_assets.connectors.protocol import KeyColumn, Operation, Query

API = "/api/data/v9.2"
MOST_OPERATIONS = 1000
LONGEST_FILTER = 24_000
"""Of the 32 KB that a URL may have; the rest is for the address, `$select` and the caller's own filter."""
MOST_VALUES = 500
MOST_CLAUSES = 100
"""A query may hold 500 conditions; `In` is one of them, but each `eq` of an or-chain over two columns is two."""

LOOKUP_NAMES = "Microsoft.Dynamics.CRM.lookuplogicalname"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}


def page_url(root: str, query: Query) -> str:
    """The first page of a query; the server's links lead to the others."""
    if query.companies:
        raise ValueError(f"{query.entity_set}: Dataverse has no companies; filter on _owningbusinessunit_value")
    options = {
        "$select": ",".join(query.select),
        "$filter": query.filter,
        "$orderby": ",".join(query.order_by),
    }
    return odata.url(f"{root}/{query.entity_set}", options)


def page_headers(page_size: int) -> dict[str, str]:
    """Headers for a page, the same for every page of a query."""
    prefer = f'odata.maxpagesize={page_size},odata.include-annotations="{LOOKUP_NAMES}"'
    return {**_HEADERS, "If-None-Match": "null", "Prefer": prefer}


def change_headers(page_size: int) -> dict[str, str]:
    """Headers for a page of changes. Source: use-change-tracking-synchronize-data-external-systems."""
    headers = page_headers(page_size)
    return {**headers, "Prefer": f"odata.track-changes,{headers['Prefer']}"}


def pending_path(entity_set: str, link: str) -> str:
    """Where the system says how many changes a delta link would bring."""
    (token,) = parse_qs(urlsplit(link).query)["$deltatoken"]
    return f"{entity_set}/$count?$deltatoken={quote(token, safe='')}"


def is_deleted(row: Mapping[str, object]) -> bool:
    """Whether an entry of a page of changes says that a row is gone; its `id` is the row's."""
    return str(row.get("@odata.context", "")).endswith("/$deletedEntity")


def text_headers() -> dict[str, str]:
    """Headers for a body that is not JSON."""
    return {**_HEADERS, "Accept": "*/*"}


def batch_headers() -> dict[str, str]:
    """Headers of a `$batch`; without continue-on-error the first failure would hide the fate of all that follow."""
    return {**_HEADERS, "Prefer": "odata.continue-on-error"}


def part(root: str, operation: Operation) -> Part:
    """One operation; changes are conditional: without If-Match a PATCH of a deleted row would create half of it."""
    url = f"{root}/{operation.entity_set}{key(operation.key)}"
    if operation.method == "POST":
        return Part("POST", url, {"Content-Type": "application/json"}, exact_json.dumps(operation.body).encode())
    condition = {"If-Match": operation.etag or "*"}
    if operation.method == "DELETE":
        return Part("DELETE", url, condition, b"")
    headers = {"Content-Type": "application/json", **condition}
    return Part("PATCH", url, headers, exact_json.dumps(operation.body).encode())


def key(values: Mapping[str, object] | None) -> str:
    """`(guid)` for a single GUID, which is the primary key; by name for an alternate key; nothing without a key."""
    if not values:
        return ""
    if len(values) == 1:
        only = exact_json.plain(next(iter(values.values())))
        if _GUID.fullmatch(only):
            return f"({only.lower()})"
    return odata.named_key(values)


def key_filters(columns: Sequence[KeyColumn], keys: Sequence[Sequence[object]]) -> list[str]:
    """Filters that select the rows with these keys: the In function for one column, an or-chain for several.

    In takes a column by its own name, so a lookup read as `_x_value` goes by the or-chain too.
    """
    if len(columns) == 1 and not columns[0].name.startswith("_"):
        values = [odata.literal(value, "text") for (value,) in keys]
        return [_in(columns[0].name, group) for group in odata.within(values, ",", LONGEST_FILTER, MOST_VALUES)]
    clauses = [
        odata.both(*(odata.equals(column, value) for column, value in zip(columns, values, strict=True))) or ""
        for values in keys
    ]
    return [odata.either(group) for group in odata.within(clauses, " or ", LONGEST_FILTER, MOST_CLAUSES)]


def _in(column: str, literals: Sequence[str]) -> str:
    return f"Microsoft.Dynamics.CRM.In(PropertyName='{column}',PropertyValues=[{','.join(literals)}])"
