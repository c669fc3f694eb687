"""Query strings and headers of requests to the Sales twin."""

from functools import cache
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from p2c_assets.sandbox.dataverse.schema import BY_SET
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, MISSING
from p2c_assets_tests.sandbox.fuzz.pieces import ODD_LITERALS, ODD_TEXTS, filters, one_of, query
from p2c_assets_tests.sandbox.fuzz.sales_rows import column_pieces

FILTER_CALLS = (
    "contains(COLUMN,LITERAL)",
    "startswith(COLUMN,LITERAL)",
    "endswith(COLUMN,LITERAL)",
    "contains(COLUMN)",
    "Microsoft.Dynamics.CRM.In(PropertyName='COLUMN',PropertyValues=[LITERAL,'2'])",
    "Microsoft.Dynamics.CRM.In(PropertyName='COLUMN',PropertyValues=['a','1.5','true'])",
    "Microsoft.Dynamics.CRM.NotIn(PropertyName=COLUMN,PropertyValues=LITERAL)",
    "Microsoft.Dynamics.CRM.Between(PropertyName='COLUMN',PropertyValues=['1','2'])",
    "Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='COLUMN',PropertyValue='2026-01-01')",
    "Microsoft.Dynamics.CRM.LastXDays(PropertyName='COLUMN',PropertyValue=LITERAL)",
    "Microsoft.Dynamics.CRM.Nonsense(PropertyName='COLUMN')",
    "year(COLUMN) eq LITERAL",
    "COLUMN in (LITERAL,LITERAL)",
    "length(COLUMN) gt 1",
)
NAVIGATION_PATHS = (
    "transactioncurrencyid/isocurrencycode",
    "ownerid/name",
    "customerid_account/name",
    "primarycontactid/fullname",
    "accounts_x/any(o:o/name eq 'x')",
)
PREFER = (
    "return=representation",
    "odata.maxpagesize=1",
    "odata.maxpagesize=2",
    "odata.maxpagesize=0",
    "odata.maxpagesize=99999",
    "odata.maxpagesize=²",
    'odata.include-annotations="*"',
    'odata.include-annotations="OData.Community.Display.V1.FormattedValue"',
    'odata.include-annotations="Microsoft.Dynamics.CRM.*",return=representation',
    "odata.track-changes",
    "odata.track-changes,odata.maxpagesize=2",
    "odata.continue-on-error",
    "respond-async",
    "nonsense;;==",
)
FETCH = (
    "<fetch><entity name='account'><attribute name='name'/></entity></fetch>",
    "<fetch top='2'><entity name='account'><all-attributes/><order attribute='name'/></entity></fetch>",
    "<fetch count='1' page='2'><entity name='contact'><filter><condition attribute='lastname' operator='eq' value='Ng'/>"
    "</filter></entity></fetch>",
    "<fetch aggregate='true'><entity name='account'><attribute name='name' aggregate='count' alias='n'/></entity></fetch>",
    "<fetch><entity name='account'><link-entity name='contact' from='a' to='b'/></entity></fetch>",
    "<fetch page='x' count='-1'><entity name='nothing'/></fetch>",
    "<fetch><entity name='account'><attribute name='nothing'/></entity></fetch>",
    "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><fetch><entity name='&b;'/></fetch>",
    "<fetch>",
    "",
    "<fetch/>",
)
SQL = (
    "SELECT name FROM account",
    "SELECT TOP 2 name, accountnumber FROM account WHERE name = 'x' ORDER BY name DESC",
    "SELECT a.name FROM account AS a",
    "SELECT * FROM account",
    "SELECT nothing FROM account",
    "SELECT COUNT(*) FROM account",
    "SELECT name FROM account WHERE name LIKE '%x' AND (creditlimit > 1 OR name IS NULL)",
    "SELECT name FROM nothing",
    "DELETE FROM account",
    "SELECT",
    "",
    "SELECT name FROM account WHERE name = 'it''s",
    "SELECT name FROM account;--",
)
APPLY = (
    "aggregate($count as n)",
    "groupby((name),aggregate($count as n))",
    "groupby((statecode),aggregate(creditlimit with sum as total))",
    "filter(name eq 'x')/aggregate(creditlimit with average as mean)",
    "groupby((transactioncurrencyid/isocurrencycode))",
    "aggregate(nothing with sum as x)",
    "aggregate(",
    "",
)
FIRST_PAGE = quote(quote(f'<cookie page="1"><accountid last="{ACCOUNT}" /></cookie>', safe=""), safe="")
SKIP_TOKENS = (
    f'<cookie pagenumber="2" pagingcookie="{FIRST_PAGE}" istracking="False" />',
    f'<cookie pagenumber="{"9" * 5000}" pagingcookie="{FIRST_PAGE}" istracking="False" />',
    '<cookie pagenumber="2" pagingcookie="" istracking="True" />',
    "x",
    "",
)


@cache
def options_of(entity_set: str) -> SearchStrategy[str]:
    """Query strings about a table."""
    table, pieces = BY_SET[entity_set], column_pieces(entity_set)
    names = [*(piece.name for piece in pieces), "*", "nothing", "", "$x"]
    return query(
        {
            "$select": st.lists(one_of(names), max_size=4).map(",".join),
            "$filter": filters(pieces, NAVIGATION_PATHS, FILTER_CALLS),
            "$orderby": st.lists(
                one_of([f"{name}{end}" for name in names for end in ("", " desc", " up")]), max_size=3
            ).map(",".join),
            "$expand": one_of(
                [
                    *table.navigations,
                    *(f"{name}($select=name)" for name in table.navigations),
                    "primarycontactid($filter=x;$top=1)",
                    "a(",
                    ",",
                    "order_details",
                    "ownerid($expand=x)",
                ]
            ),
            "$top": one_of(["1", "3", "5000", "0", "-1", "x", "²", "9" * 5000, ""]),
            "$count": one_of(["true", "false", "x"]),
            "$skiptoken": one_of(SKIP_TOKENS),
            "$deltatoken": one_of(["1000!01/05/2026 08:00:00", "x", ""]),
            "$apply": one_of(APPLY),
            "fetchXml": one_of(FETCH),
            "sql": one_of(SQL),
            "$skip": one_of(["1"]),
            "$format": one_of(["json"]),
            "$search": one_of(["x"]),
            "@p1": one_of([*ODD_LITERALS, '{"Criteria":{}}', "@p1", "{"]),
            "tag": one_of(ODD_TEXTS),
            "savedQuery": one_of([MISSING]),
        }
    )


def headers() -> SearchStrategy[dict[str, str]]:
    etags = ['W/"1000"', "*", "x", 'W/"1001"', ""]
    choices = {
        "Prefer": PREFER,
        "If-Match": etags,
        "If-None-Match": [*etags, "null"],
        "Content-Type": ["application/json", "text/plain", "application/json; IEEE754Compatible=true", ""],
        "Accept": ["application/json", "*/*", "application/json;odata.metadata=full", "text/html", "application/xml"],
        "MSCRM.SuppressDuplicateDetection": ["true", "false", "x"],
        "MSCRMCallerID": [MISSING],
        "MSCRM.BypassCustomPluginExecution": ["true"],
        "OData-MaxVersion": ["4.0", "3.0", "x"],
        "Consistency": ["Strong"],
        "x-ms-client-request-id": ["é"],
    }
    pairs = st.one_of(*(st.tuples(st.just(name), one_of(values)) for name, values in choices.items()))
    return st.lists(pairs, max_size=2).map(dict)
