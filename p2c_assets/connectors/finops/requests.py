"""F&O OData (`/data`): how its URLs, headers and operations are written.

Source: MicrosoftDocs dynamics-365-unified-operations-public data-entities/odata.md; finops.md 2.
"""

from collections.abc import Mapping, Sequence

from p2c_assets.connectors import exact_json, odata
from p2c_assets.connectors.batch import Part
from p2c_assets.connectors.protocol import KeyColumn, Operation, Query, Row

API = "/data"
COMPANY = KeyColumn("dataAreaId")
MOST_OPERATIONS = 5000
LONGEST_FILTER = 8_000
"""The limit of a URL is not documented; this stays below half of the 16 KB that a Windows web server takes."""
MOST_CLAUSES = 100

CROSS_COMPANY = "cross-company=true"

_JSON = "application/json;odata.metadata=minimal"
_HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": _JSON}


def keyset(query: Query) -> tuple[KeyColumn, ...]:
    """The columns that a query pages by; over several companies the company comes first."""
    if len(query.companies) < 2 or COMPANY.name in (column.name for column in query.keyset):
        return query.keyset
    return (COMPANY, *query.keyset)


def page_url(root: str, query: Query, page_size: int, last: Sequence[object] | None = None) -> str:
    """A page of a query: the first one, or by keyset the one after the row whose key is `last`.

    Without a keyset `$top` is left out: there it would limit the total, not the page.
    """
    columns = keyset(query)
    order = tuple(column.name for column in columns) or query.order_by
    select = (*query.select, *(column.name for column in columns if column.name not in query.select))
    options = {
        "cross-company": "true",
        "$select": ",".join(select),
        "$filter": odata.both(of_companies(query.companies), query.filter, after(columns, last) if last else None),
        "$orderby": ",".join(order),
        "$top": str(page_size) if columns else None,
    }
    return odata.url(f"{root}/{query.entity_set}", options)


def of_companies(companies: Sequence[str]) -> str | None:
    """`dataAreaId eq 'usmf'`, or several joined by `or`; None for no restriction."""
    return odata.either([odata.equals(COMPANY, company) for company in companies]) if companies else None


def after(columns: Sequence[KeyColumn], last: Sequence[object]) -> str:
    """Rows behind a key: `(K1 gt 'v' or (K1 eq 'v' and K2 gt n))`, as deep as there are columns."""
    column, value = columns[0], last[0]
    beyond = f"{column.name} gt {odata.literal(value, column.kind)}"
    if len(columns) == 1:
        return beyond
    return f"({beyond} or ({equals(column, value)} and {after(columns[1:], last[1:])}))"


def equals(column: KeyColumn, value: object) -> str:
    """`column eq literal`; a text that holds `*` by bounds, because `eq` would take it for a wildcard."""
    if column.kind == "text" and "*" in str(value):
        bound = odata.literal(value, "text")
        return f"({column.name} ge {bound} and {column.name} le {bound})"
    return odata.equals(column, value)


def key_of(columns: Sequence[KeyColumn], row: Row) -> tuple[object, ...]:
    """The key of a row as it was read."""
    return tuple(row[column.name] for column in columns)


def key_filters(columns: Sequence[KeyColumn], keys: Sequence[Sequence[object]]) -> list[str]:
    """Or-chains that select the rows with these keys; `in` is not supported."""
    clauses = [
        odata.both(*(equals(column, value) for column, value in zip(columns, values, strict=True))) or ""
        for values in keys
    ]
    return [odata.either(group) for group in odata.within(clauses, " or ", LONGEST_FILTER, MOST_CLAUSES)]


def page_headers(page_size: int) -> dict[str, str]:
    """Headers for a page that links lead on from; the preference is repeated on every one."""
    return {**_HEADERS, "Prefer": f"odata.maxpagesize={page_size}"}


def keyset_headers() -> dict[str, str]:
    """Headers for a page by key, whose size is `$top`."""
    return dict(_HEADERS)


def text_headers() -> dict[str, str]:
    """Headers for a body that is not JSON."""
    return {**_HEADERS, "Accept": "*/*"}


def batch_headers() -> dict[str, str]:
    """Headers of a `$batch`; continue-on-error so that every changeset is tried."""
    return {**_HEADERS, "Prefer": "odata.continue-on-error"}


def action_headers() -> dict[str, str]:
    """Headers for the call of an action."""
    return {**_HEADERS, "Content-Type": _JSON}


def part(root: str, operation: Operation) -> Part:
    """One operation, across companies: a keyed write sees only the user's default company otherwise."""
    url = f"{root}/{operation.entity_set}{key(operation.key)}?{CROSS_COMPANY}"
    condition = {"If-Match": operation.etag} if operation.etag and operation.method != "POST" else {}
    if operation.method == "DELETE":
        return Part("DELETE", url, condition, b"")
    headers = {"Content-Type": _JSON, "Accept": _JSON, **condition}
    return Part(operation.method, url, headers, exact_json.dumps(operation.body).encode())


def key(values: Mapping[str, object] | None) -> str:
    """All key columns by name; nothing without a key."""
    return odata.named_key(values) if values else ""
