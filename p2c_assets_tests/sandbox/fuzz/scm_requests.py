"""Requests to the F&O twin: addresses, options, headers and bodies over a customer, an order and a quotation."""

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind
from p2c_assets.sandbox.finops.enums import ENUMS
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets_tests.sandbox.finops.scm_rows import customer, order, order_line, quotation, quotation_line
from p2c_assets_tests.sandbox.fuzz.pieces import (
    ODD_LITERALS,
    ODD_TEXTS,
    ColumnPiece,
    Draw,
    Part,
    Sent,
    bodies,
    filters,
    objects,
    often,
    one_of,
    query,
)

ROOT = "/data"
METHODS = ("GET", "GET", "GET", "GET", "POST", "PATCH", "PATCH", "DELETE")
KNOWN = {
    "CustomersV2": ({"CustomerAccount": "'C1'"}, {"CustomerAccount": "'LOOSE'"}),
    "CDSSalesOrderHeaders": ({"SalesOrderNumber": "'SO-1'"},),
    "CDSSalesOrderLines": ({"SalesOrderNumber": "'SO-1'", "LineCreationSequenceNumber": "1"},),
    "CDSSalesQuotationHeaders": ({"SalesQuotationNumber": "'QU-1'"},),
    "CDSSalesQuotationLines": ({"SalesQuotationNumber": "'QU-1'", "LineCreationSequenceNumber": "1"},),
}
FILTER_CALLS = (
    "contains(COLUMN,LITERAL)",
    "startswith(COLUMN,LITERAL)",
    "year(COLUMN) eq LITERAL",
    "COLUMN in (LITERAL,LITERAL)",
    "COLUMN has LITERAL",
    "not COLUMN",
    "COLUMN add 1 eq LITERAL",
    "COLUMN mod 0 eq 1",
    "COLUMN mul 1e300 mul 1e300 eq LITERAL",
    "round(COLUMN) eq 1",
)
ODD_ADDRESSES = (
    "data",
    "data/",
    "data/$metadata",
    "data/$batch",
    "data/customersv2",
    "data/CustomersV3",
    "data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.ImportFromPackage",
    "data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.ExportToPackage",
    "data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.GetExecutionSummaryStatus",
    "data/DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities.GetAzureWriteUrl",
    "data/Nonsense",
    "data/a(b(c",
    "data/%",
    "data/é",
    "data/CustomersV2(",
    "data//CustomersV2",
    "Data/CustomersV2",
    "Metadata/DataEntities",
    "Metadata/PublicEntities('CustomerV2')",
    "metadata/PublicEnumerations",
    "api/services",
    "api/services/UserSessionService/AifUserSessionService/GetUserSessionInfo",
    "api/connector/enqueue/x?entity=Customers",
    "soap/services/x",
    "",
    "namespaces/AXSF",
)


@cache
def column_pieces(name: str) -> tuple[ColumnPiece, ...]:
    """The columns as filters and bodies name them."""
    return tuple(ColumnPiece(column.name, _literals(column), _values(column)) for column in ENTITY_SETS[name].columns)


def _literals(column: Column) -> tuple[str, ...]:
    match column.kind:
        case Kind.TEXT:
            return ("'C1'", "'usmf'", "'*1'", "'*'", "'**'", "''", "'O''Brien'")
        case Kind.ENUM:
            kind = f"Microsoft.Dynamics.DataEntities.{column.enum}"
            return tuple(f"{kind}'{member}'" for member in ENUMS[column.enum])
        case Kind.DATE | Kind.DATETIME:
            return ("2026-01-05T12:00:00Z", "1900-01-01T00:00:00Z")
        case _:
            return ("0", "1", "2.5", "-3")


def _values(column: Column) -> tuple[Any, ...]:
    match column.kind:
        case Kind.TEXT:
            return ("C1", "usmf", "USD", "10", "P1", *ODD_TEXTS)
        case Kind.ENUM:
            return (*ENUMS[column.enum], "Nonsense", 0)
        case Kind.DATE | Kind.DATETIME:
            return ("2026-01-05T12:00:00Z", "2026-01-05", "1900-01-01T00:00:00Z")
        case _:
            return (0, 1, 2, 12)


def entity_sets() -> SearchStrategy[EntitySet]:
    return one_of(list(ENTITY_SETS.values()))


@st.composite
def keys(draw: Draw, entity_set: EntitySet) -> str:
    """What stands in the parentheses."""
    missing = {name: draw(one_of(["'x'", "1", *ODD_LITERALS])) for name in entity_set.keys[1:]}
    parts = dict(draw(often(one_of([*KNOWN.get(entity_set.name, ()), missing]), st.just(missing), 4)))
    company = draw(often(one_of(["'usmf'", "'USMF'"]), one_of(["'frsi'", "'zzzz'", "''", "1", *ODD_LITERALS]), 6))
    named = {"dataAreaId": company, **parts}
    for name in draw(often(st.just(()), one_of([("dataAreaId",), tuple(parts)[:1]]))):
        named.pop(name)
    text = ",".join(f"{name}={value}" for name, value in named.items())
    return draw(often(st.just(text), one_of(["", "'C1'", f"{text},x=1", f"{text},", "=", "'", "usmf,C1"])))


@st.composite
def addresses(draw: Draw, entity_set: EntitySet, method: str) -> str:
    """A path, mostly about the entity set."""
    row = f"data/{entity_set.name}({draw(keys(entity_set))})"
    below = one_of(
        [
            f"data/{entity_set.name}/$count",
            f"{row}/{draw(one_of(entity_set.names))}",
            f"{row}/{draw(one_of([*entity_set.navigations, 'Nothing']))}",
            f"data/{entity_set.name}/Microsoft.Dynamics.DataEntities.Nonsense",
            f"{row}/Microsoft.Dynamics.DataEntities.Nonsense",
            f"{row}/$value/x",
        ]
    )
    usual = one_of([f"data/{entity_set.name}", row] if method == "GET" else [row])
    whole = often(st.just(f"data/{entity_set.name}") if method == "POST" else usual, usual)
    return draw(often(whole, st.one_of(below, one_of(ODD_ADDRESSES)), 8))


@cache
def options_of(name: str) -> SearchStrategy[str]:
    """Query strings about an entity set."""
    entity_set, pieces = ENTITY_SETS[name], column_pieces(name)
    names = [*entity_set.names, "*", "Nothing", ""]
    expands = [
        *entity_set.navigations,
        *(f"{one}($select=dataAreaId)" for one in entity_set.navigations),
        "Nothing",
        "a(",
        "",
    ]
    orders = [f"{one}{end}" for one in names for end in ("", " desc", " up")]
    return query(
        {
            "cross-company": one_of(["true", "true", "false", "x"]),
            "$select": st.lists(one_of(names), max_size=4).map(",".join),
            "$filter": filters(pieces, ("SalesOrderLines/ProductNumber",), FILTER_CALLS),
            "$orderby": st.lists(one_of(orders), max_size=3).map(",".join),
            "$expand": one_of(expands),
            "$top": one_of(["1", "3", "10000", "0", "-1", "x", "²", "9" * 5000, ""]),
            "$skip": one_of(["0", "1", "99", "-1", "x", "²", ""]),
            "$count": one_of(["true", "false", "x"]),
            "$skiptoken": one_of(["3", "x", "²", ""]),
            "$format": one_of(["json", "xml", ""]),
            "$apply": one_of(["aggregate($count as n)"]),
            "$search": one_of(["x"]),
            "@p1": one_of(ODD_LITERALS),
        }
    )


def headers() -> SearchStrategy[dict[str, str]]:
    etags = ['W/"Jzc="', "*", "x", ""]
    choices = {
        "Prefer": [
            "odata.maxpagesize=1",
            "odata.maxpagesize=0",
            "odata.maxpagesize=" + "9" * 5000,
            "x",
            "return=minimal",
        ],
        "If-Match": etags,
        "If-None-Match": etags,
        "Content-Type": ["application/json", "text/plain", ""],
        "Accept": ["application/json", "application/json;odata.metadata=full", "application/xml", "*/*"],
        "OData-MaxVersion": ["4.0", "x"],
    }
    pairs = st.one_of(*(st.tuples(st.just(name), one_of(values)) for name, values in choices.items()))
    return st.lists(pairs, max_size=2).map(dict)


@st.composite
def payloads(draw: Draw, entity_set: EntitySet) -> Any:
    """A record, complete as a rule."""
    whole = {
        "CustomersV2": customer(draw(one_of(["C7", "C1", "x" * 30]))),
        "CDSSalesOrderHeaders": order("SO-7"),
        "CDSSalesOrderLines": order_line("SO-1", 7),
        "CDSSalesQuotationHeaders": quotation("QU-7"),
        "CDSSalesQuotationLines": quotation_line("QU-1", 7),
    }.get(entity_set.name, {})
    extra = {"Nothing": [1], "@odata.type": ["#Microsoft.Dynamics.DataEntities.X"], "dataAreaId": ["usmf", "frsi", "x"]}
    changed = draw(objects(column_pieces(entity_set.name), extra))
    plain = {name: float(value) if not isinstance(value, (str, int)) else value for name, value in whole.items()}
    return draw(often(st.just({**plain, **changed}), st.just(changed), 1))


GOOD: tuple[Sent, ...] = (
    Sent("POST", f"{ROOT}/CustomersV2", {}, dumps(customer("N1"))),
    Sent("POST", f"{ROOT}/CustomersV2", {}, dumps(customer("N2"))),
    Sent("PATCH", f"{ROOT}/CustomersV2(dataAreaId='usmf',CustomerAccount='C1')", {}, b'{"OrganizationName":"Renamed"}'),
    Sent(
        "PATCH", f"{ROOT}/CustomersV2(dataAreaId='usmf',CustomerAccount='C1')", {"If-Match": "*"}, b'{"NameAlias":"C"}'
    ),
    Sent("DELETE", f"{ROOT}/CustomersV2(dataAreaId='usmf',CustomerAccount='LOOSE')", {}, b""),
    Sent("POST", f"{ROOT}/CDSSalesOrderHeaders", {}, dumps(order("SO-2"))),
    Sent("POST", f"{ROOT}/CDSSalesOrderLines", {}, dumps(order_line("SO-1", 2))),
    Sent("POST", f"{ROOT}/CDSSalesOrderLines", {}, dumps(order_line("SO-2", 1))),
    Sent("POST", f"{ROOT}/CDSSalesQuotationLines", {}, dumps(quotation_line("QU-1", 2))),
)


@st.composite
def operations(draw: Draw) -> Sent:
    """Any request but a batch."""
    entity_set = draw(entity_sets())
    method = draw(often(one_of(METHODS), one_of(["PUT", "HEAD", "OPTIONS", "FOO"])))
    root = draw(often(st.just(""), one_of(["http://h", "//h", "/namespaces/AXSF"])))
    text = draw(often(options_of(entity_set.name), st.just(""), 1))
    target = f"{root}/{draw(addresses(entity_set, method))}" + (f"?{text}" if text else "")
    body = b"" if method == "GET" else draw(bodies(payloads(entity_set)))
    return draw(often(st.just(Sent(method, target, draw(headers()), body)), one_of(GOOD), 2))


@st.composite
def parts(draw: Draw) -> list[Part]:
    """What a `$batch` holds: changesets are mostly of writes that pass, so that some of them do."""
    changesets = draw(st.lists(st.booleans(), min_size=1, max_size=4))
    return [draw(_part(is_changeset)) for is_changeset in changesets]


def _part(is_changeset: bool) -> SearchStrategy[Part]:
    if not is_changeset:
        return _addressed(operations()).map(lambda sent: Part((sent,), False))
    writes = often(_addressed(one_of(GOOD)), _addressed(operations()), 5)
    return st.lists(writes, min_size=1, max_size=4).map(lambda chosen: Part(tuple(chosen), True))


@st.composite
def _addressed(draw: Draw, inner: SearchStrategy[Sent]) -> Sent:
    """An inner request: its URL absolute, from the host's root, or relative to the batch."""
    sent = draw(inner)
    form = draw(one_of(["root", "root", "relative", "absolute"]))
    if form == "relative":
        return sent._replace(target=sent.target.removeprefix(f"{ROOT}/"))
    return sent._replace(target=f"https://scm{sent.target}") if form == "absolute" else sent
