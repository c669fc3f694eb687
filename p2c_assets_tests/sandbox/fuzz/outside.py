"""Random requests to what is outside both protocols: the token endpoint and the admin path."""

import json
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from p2c_assets_tests.sandbox.fuzz.pieces import ODD_TEXTS, Draw, Sent, often, one_of

ROUTES = (
    "requests",
    "requests/reset",
    "reset",
    "load",
    "alter",
    "rows/accounts",
    "rows/CustomersV2",
    "rows/_companies",
    "advance",
    "agenda",
    "clock",
    "faults",
    "faults/clear",
    "throttle",
    "notices",
    "notices/resend",
    "snapshot",
    "restore",
    "snapshots",
    "snapshots/start",
    "privileges",
    "data-projects",
    "data-projects/Export",
    "change-tracking",
    "package-settings",
    "entity-execution-parameters",
    "event-endpoints",
    "business-events",
    "business-events/deactivate",
    "data-events",
    "data-events/deactivate",
    "active-events",
    "executions",
    "executions/cancel",
    "post",
    "quotation",
    "jobs",
    "jobs/run",
    "nonsense",
    "",
)
NAMES = (
    "rows",
    "plugins",
    "set",
    "key",
    "values",
    "days",
    "hours",
    "minutes",
    "seconds",
    "items",
    "name",
    "kind",
    "method",
    "path",
    "nth",
    "every",
    "probability",
    "seed",
    "count",
    "status",
    "inside",
    "retry_after",
    "mode",
    "requests",
    "execution_s",
    "concurrent",
    "window_s",
    "servers",
    "load",
    "pause_s",
    "ca_file",
    "revoked",
    "limited",
    "denied",
    "member",
    "value",
    "entities",
    "label",
    "entity",
    "option",
    "threshold",
    "tasks",
    "url",
    "headers",
    "event",
    "company",
    "endpoint",
    "operation",
    "dataAreaId",
    "SalesOrderNumber",
    "SalesQuotationNumber",
    "document",
    "lines",
    "job",
    "day",
    "action",
    "accounts",
    "CustomersV2",
    "_companies",
    "_number_sequences",
    "_applications",
)
PLAIN = (
    "start",
    "usmf",
    "SO-1",
    "QU-1",
    "Confirmation",
    "Invoice",
    "Cancellation",
    "Sent",
    "Confirmed",
    "Customers V2",
    "CustomersV2",
    "entire entity",
    "off",
    "user",
    "resource",
    "throttled",
    "error",
    "calculate_sales_totals",
    "populate_distinct_products",
    "SalesInvoicePostedBusinessEvent",
    "Create",
    "http://127.0.0.1:9/x",
    "prvCreateAccount",
    "book",
    "[",
    "GET",
    0,
    1,
    -1,
    2.5,
    10**6,
    10**30,
    True,
    None,
)
FIELDS = ("grant_type", "client_id", "client_secret", "scope", "resource", "client_assertion", "username", "nothing")
VALUES = (
    "client_credentials",
    "password",
    "c",
    "s",
    "http://sales/.default",
    "http://scm/.default",
    "http://x//.default",
)


def documents() -> SearchStrategy[Any]:
    """JSON of known names, mostly with values that some route knows."""
    leaves = one_of([*PLAIN, *ODD_TEXTS])
    inner = st.recursive(
        leaves,
        lambda below: st.lists(below, max_size=3) | st.dictionaries(one_of(NAMES), below, max_size=4),
        max_leaves=8,
    )
    return often(st.dictionaries(one_of(NAMES), inner, max_size=5), inner)


@st.composite
def admin_requests(draw: Draw) -> Sent:
    """Any admin request. Days are few: letting a million pass is no error, and takes its time."""
    method = draw(often(one_of(["GET", "POST"]), one_of(["DELETE", "PUT", "HEAD", "FOO"])))
    odd = one_of(ODD_TEXTS).map(lambda text: quote(text, safe=""))
    route = draw(often(one_of(ROUTES), odd))
    document = draw(documents())
    if route == "advance":
        document = {"days": draw(one_of([0, 1, 2, -1, "x", None]))}
    body = draw(
        often(st.just(json.dumps(document).encode()), one_of([b"", b"{", b"\xff", b"[" * 3000, b'"x"', b"null"]))
    )
    return Sent(method, f"/_sandbox/{route}", {}, b"" if method == "GET" else body)


@st.composite
def token_requests(draw: Draw) -> Sent:
    """Any request to either token endpoint."""
    path = draw(one_of(["/t/oauth2/v2.0/token", "/t/oauth2/token", "/oauth2/v2.0/token", "/t%2f/oauth2/v2.0/token"]))
    form = draw(st.dictionaries(one_of(FIELDS), often(one_of(VALUES), one_of(ODD_TEXTS)), max_size=6))
    good = {"grant_type": "client_credentials", "client_id": "c", "client_secret": "s", "scope": "http://h/.default"}
    given = draw(one_of([form, {**good, **form}]))
    body = draw(
        often(st.just(urlencode(given).encode()), one_of([b"\xff\xfe", b"=&=&", b"%zz=%", json.dumps(form).encode()]))
    )
    return Sent(draw(often(st.just("POST"), one_of(["GET", "PUT", "FOO"]))), path, {}, body)
