"""Requests to the Sales twin: addresses, options, headers and bodies over the rows of `world`, valid and broken."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, MISSING, guid, line, order
from p2c_assets_tests.sandbox.fuzz.pieces import ODD_LITERALS, Draw, Part, Sent, bodies, often, one_of
from p2c_assets_tests.sandbox.fuzz.sales_bodies import payloads
from p2c_assets_tests.sandbox.fuzz.sales_queries import headers, options_of
from p2c_assets_tests.sandbox.fuzz.sales_rows import KNOWN, LOOSE_ACCOUNT, ORDER, ORDER_LINE, QUOTE, tables

METHODS = ("GET", "GET", "GET", "GET", "POST", "PATCH", "PATCH", "DELETE")
MESSAGES = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple", "DeleteMultiple", "FulfillSalesOrder", "X")


@st.composite
def keys(draw: Draw, table: Table) -> str:
    """What stands in the parentheses."""
    known = [*KNOWN.get(table.entity_set, ()), MISSING]
    names = [column for key in table.keys for column in key.columns] or ["accountnumber"]
    values = ["'A1'", "'C1'", "'new'", "'O''Brien'", "'a/b'", "'é'", "1", *ODD_LITERALS]
    alternate = f"{draw(one_of(names))}={draw(one_of(values))}"
    primary = f"{table.key}={draw(one_of(known))}"
    broken = ["", "x", "'", "a=1,b=2", f"{known[0]},{known[0]}", "1=1", known[0].upper(), f"{{{known[0]}}}", "'a'='b'"]
    return draw(often(one_of(known), one_of([alternate, alternate, primary, draw(one_of(broken))]), 3))


@st.composite
def addresses(draw: Draw, table: Table, method: str) -> str:
    """A path below the API, mostly about the table."""
    row = f"{table.entity_set}({draw(keys(table))})"
    below = one_of(
        [
            f"{table.entity_set}/$count",
            f"{table.entity_set}/Microsoft.Dynamics.CRM.{draw(one_of(MESSAGES))}",
            f"{row}/{draw(one_of([column.name for column in table.columns]))}",
            f"{row}/{draw(one_of([*table.navigations, 'nothing']))}/$ref",
            f"{row}/$value",
            f"{row}/a/b/c/d",
        ]
    )
    odd = one_of(
        [
            "",
            "/",
            "WhoAmI",
            "WhoAmI()",
            "RetrieveVersion()",
            "$metadata",
            "$batch",
            "EntityDefinitions",
            "EntityDefinitions(LogicalName='account')",
            "EntityDefinitions(LogicalName='account')/Keys",
            "EntityDefinitions(LogicalName='account')/Attributes",
            "EntityDefinitions(LogicalName='account')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
            "EntityDefinitions(LogicalName='nothing')",
            f"EntityDefinitions({ACCOUNT})",
            "EntityDefinitions(x",
            "RetrieveTotalRecordCount(EntityNames=['account'])",
            "RetrieveMetadataChanges(Query=@p1)",
            "GlobalOptionSetDefinitions",
            "Accounts",
            "account",
            "leads",
            "opportunities",
            "sdkmessagefilters",
            "asyncoperations",
            "%",
            "acc%ounts",
            "a(b(c",
            "é",
            "accounts;x=1",
            "../accounts",
            "//accounts",
            "WinQuote",
            "CloseQuote",
            "ReviseQuote",
            "ConvertQuoteToSalesOrder",
            "ConvertSalesOrderToInvoice",
            "CancelSalesOrder",
            "FulfillSalesOrder",
            "LockSalesOrderPricing",
            "BulkDelete",
        ]
    )
    usual = one_of([table.entity_set, row] if method == "GET" else [row])
    whole = often(st.just(table.entity_set) if method == "POST" else usual, usual)
    return draw(often(whole, st.one_of(below, odd), 5))


GOOD: tuple[Sent, ...] = (
    Sent("POST", f"{API}/accounts", {}, b'{"name":"New","accountnumber":"N1"}'),
    Sent("POST", f"{API}/accounts", {}, b'{"name":"Newer","accountnumber":"N2"}'),
    Sent("PATCH", f"{API}/accounts({ACCOUNT})", {}, b'{"name":"Renamed","description":"once"}'),
    Sent("PATCH", f"{API}/accounts(accountnumber='A1')", {"If-Match": "*"}, b'{"description":"twice"}'),
    Sent("PATCH", f"{API}/accounts({guid(32, 1)})", {}, b'{"name":"Upserted","accountnumber":"U1"}'),
    Sent("DELETE", f"{API}/accounts({LOOSE_ACCOUNT})", {}, b""),
    Sent("DELETE", f"{API}/salesorderdetails({ORDER_LINE})", {}, b""),
    Sent("PATCH", f"{API}/salesorders({ORDER})", {}, b'{"name":"Order renamed","freightamount":3}'),
)


def good_operations() -> SearchStrategy[Sent]:
    """Writes that are accepted when nothing before them stands in their way."""
    more = (
        Sent("POST", f"{API}/salesorders", {}, _json(order("F-1"))),
        Sent("POST", f"{API}/salesorderdetails", {}, _json(line(ORDER))),
        Sent("POST", f"{API}/quotedetails", {}, _json(line(QUOTE, parent="quote"))),
    )
    return one_of((*GOOD, *more))


def _json(body: dict[str, Any]) -> bytes:
    return dumps(body)


@st.composite
def operations(draw: Draw) -> Sent:
    """Any request but a batch."""
    method = draw(often(one_of(METHODS), one_of(["PUT", "HEAD", "OPTIONS", "FOO"])))
    root = draw(
        often(
            st.just(API),
            one_of(["/api/data/v9.1", "/api/data", "", "/API/data/v9.2", "http://h/api/data/v9.2", "//h"]),
            15,
        )
    )
    table = draw(tables())
    text = draw(often(options_of(table.entity_set), st.just(""), 1))
    target = f"{root}/{draw(addresses(table, method))}" + (f"?{text}" if text else "")
    body = b"" if method == "GET" else draw(bodies(payloads()))
    return draw(often(st.just(Sent(method, target, draw(headers()), body)), good_operations(), 2))


@st.composite
def parts(draw: Draw) -> list[Part]:
    """What a `$batch` holds: changesets are mostly of writes that pass, so that some of them do."""
    changesets = draw(st.lists(st.booleans(), min_size=1, max_size=4))
    return [draw(_part(is_changeset)) for is_changeset in changesets]


def _part(is_changeset: bool) -> SearchStrategy[Part]:
    if not is_changeset:
        return _addressed(operations()).map(lambda sent: Part((sent,), False))
    return st.lists(_in_changeset(), min_size=1, max_size=4).map(lambda chosen: Part(tuple(chosen), True))


def _in_changeset() -> SearchStrategy[Sent]:
    referring = one_of(
        [
            Sent("PATCH", "$1", {}, b'{"description":"by reference"}'),
            Sent(
                "POST",
                f"{API}/contacts",
                {},
                b'{"lastname":"R","msdynce_contactnumber":"R1","parentcustomerid_account@odata.bind":"$1"}',
            ),
            Sent("PATCH", "$9", {}, b"{}"),
            Sent("DELETE", "$1", {}, b""),
        ]
    )
    return often(_addressed(good_operations()), st.one_of(referring, _addressed(operations())), 4)


@st.composite
def _addressed(draw: Draw, inner: SearchStrategy[Sent]) -> Sent:
    """An inner request: its URL absolute, from the host's root, or relative to the batch."""
    sent = draw(inner)
    form = draw(one_of(["root", "root", "relative", "absolute"]))
    if form == "relative":
        return sent._replace(target=sent.target.removeprefix(f"{API}/"))
    return sent._replace(target=f"https://sales{sent.target}") if form == "absolute" else sent
