"""?sql=: one SELECT over one table. Source of all: powerapps-docs webapi/query/sql.md."""

from urllib.parse import quote

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, USD


def _path(sql: str, entity_set: str = "accounts") -> str:
    return f"{entity_set}?sql={quote(sql, safe='')}"


def _names(sales: Sales, where: str) -> list[str]:
    return [row["name"] for row in sales.value(_path(f"SELECT name FROM account WHERE {where} ORDER BY name"))]


def test_columns_come_with_the_key(sales: Sales) -> None:
    """SDK 1.1.0 wire: GET {set}?sql=SELECT%20...; webapi/query/sql."""
    (row, _) = sales.value(_path("SELECT name, transactioncurrencyid FROM account ORDER BY name"))
    assert row["_transactioncurrencyid_value"] == USD
    assert row.keys() == {"@odata.etag", "name", "_transactioncurrencyid_value", "accountid"}


def test_a_table_alias_qualifies_columns_and_a_column_alias_renames(sales: Sales) -> None:
    """webapi/query/sql (select columns)."""
    (row, _) = sales.value(_path("select a.name AS called from account as a order by a.name"))
    assert row["called"] == "Adventure Works"
    assert "name" not in row


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("accountnumber = 'a1'", ["Adventure Works"]),
        ("name <> 'Fabrikam'", ["Adventure Works"]),
        ("name != 'Fabrikam' AND statecode = 0", ["Adventure Works"]),
        ("name > 'M' OR name < 'B'", ["Adventure Works"]),
        ("name <= 'Adventure Works'", ["Adventure Works"]),
        ("(name = 'Fabrikam' OR name = 'Contoso') AND statecode >= 0", ["Fabrikam"]),
        ("name LIKE 'adv%'", ["Adventure Works"]),
        ("name LIKE 'work%'", []),
        ("name NOT LIKE '%work%'", ["Fabrikam"]),
        ("name LIKE '_abrikam'", ["Fabrikam"]),
        ("name LIKE '[%]off'", []),
        ("accountnumber IN ('A1', 'A2')", ["Adventure Works", "Fabrikam"]),
        ("accountnumber NOT IN ('A1')", ["Fabrikam"]),
        ("name BETWEEN 'A' AND 'B'", ["Adventure Works"]),
        ("transactioncurrencyid IS NULL", ["Fabrikam"]),
        ("transactioncurrencyid IS NOT NULL", ["Adventure Works"]),
        (f"accountid = '{ACCOUNT}'", ["Adventure Works"]),
        ("createdon >= '2026-01-05'", ["Adventure Works", "Fabrikam"]),
        ("name = 'O''Brian'", []),
    ],
)
def test_where_compares_columns_with_literals(sales: Sales, where: str, names: list[str]) -> None:
    """webapi/query/sql (filter rows)."""
    assert _names(sales, where) == names


def test_nothing_equals_null(sales: Sales) -> None:
    """webapi/query/sql: `= NULL` "doesn't return the expected results": assumptions.SQL_NULL_EQUALS_NOTHING."""
    assert _names(sales, "transactioncurrencyid = NULL") == []


def test_like_finds_the_literal_percent_sign(sales: Sales) -> None:
    """webapi/query/sql (LIKE patterns): '[%]off' matches a literal percent sign."""
    for number, name in (("P1", "50%off"), ("P2", "50xoff")):
        sales.create("accounts", {"name": name, "accountnumber": number})
    assert _names(sales, "name LIKE '%[%]off'") == ["50%off"]


def test_order_by_takes_several_columns(sales: Sales) -> None:
    """webapi/query/sql (order rows)."""
    rows = sales.value(_path("SELECT name FROM account ORDER BY statecode ASC, name DESC"))
    assert [row["name"] for row in rows] == ["Fabrikam", "Adventure Works"]


def test_pages_follow_the_link(sales: Sales) -> None:
    """SDK 1.1.0 wire: @odata.nextLink with a cookie that moves on; webapi/query/sql (page results)."""
    prefer = "odata.maxpagesize=1"
    first = sales.json(sales.get(_path("SELECT name FROM account ORDER BY name"), Prefer=prefer))
    second = sales.json(sales.caller.get(first["@odata.nextLink"], Prefer=prefer))
    assert [page["value"][0]["name"] for page in (first, second)] == ["Adventure Works", "Fabrikam"]
    assert "@odata.nextLink" not in second


def test_top_is_taken(sales: Sales) -> None:
    """assumptions.SQL_TOP_IS_TAKEN: SDK 1.1.0 wire sends it, webapi/query/sql says it is not supported."""
    answer = sales.json(sales.get(_path("SELECT TOP 1 name FROM account ORDER BY name")))
    assert [row["name"] for row in answer["value"]] == ["Adventure Works"]
    assert "@odata.nextLink" not in answer


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT * FROM account", "SELECT *"),
        ("UPDATE account SET name = 'x'", "Only SELECT"),
        ("SELECT name FROM account; SELECT name FROM account", "';'"),
        ("SELECT name FROM account UNION SELECT name FROM account", "UNION"),
        ("SELECT name FROM account WHERE name = name", "between a column and a literal"),
        ("SELECT name FROM account WHERE 1=1", "between a column and a literal"),
        ("SELECT name FROM account WHERE accountid IN (SELECT accountid FROM account)", "Subqueries"),
        ("SELECT name FROM account ORDER BY LEN(name)", "len"),
        ("SELECT name FROM account WHERE EXISTS (SELECT accountid FROM account)", "EXISTS"),
        ("SELECT name FROM account HAVING name = 'x'", "HAVING"),
        ("SELECT name FROM account ORDER BY name OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY", "OFFSET"),
        ("SELECT a.name FROM account a RIGHT JOIN contact c ON a.accountid = c.parentcustomerid", "RIGHT"),
        ("SELECT a.name FROM account a FULL JOIN contact c ON a.accountid = c.parentcustomerid", "FULL"),
        ("SELECT a.name FROM account a CROSS JOIN contact c", "CROSS"),
        ("SELECT name FROM contact", "contact"),
        ("SELECT b.name FROM account AS a", "b.name"),
    ],
)
def test_what_the_platform_refuses_is_a_400(sales: Sales, sql: str, word: str) -> None:
    """webapi/query/sql: writes, several statements, subqueries, comparisons of two columns or two literals."""
    answer = sales.get(_path(sql))
    assert answer.status_code == 400
    assert word in message(answer)


def test_an_unknown_column_is_a_400(sales: Sales) -> None:
    """SDK 1.1.0 wire: 0x80041103."""
    assert refusal(sales.get(_path("SELECT nonsense FROM account"))) == (400, "0x80041103")


@pytest.mark.parametrize(
    ("sql", "feature"),
    [
        ("SELECT DISTINCT name FROM account", "SQL DISTINCT"),
        ("SELECT COUNT(*) AS n FROM account", "SQL COUNT"),
        ("SELECT name FROM account GROUP BY name", "SQL GROUP BY"),
        ("SELECT a.name FROM account a INNER JOIN contact c ON a.accountid = c.parentcustomerid", "SQL INNER"),
        ("SELECT a.name FROM account a LEFT JOIN contact c ON a.accountid = c.parentcustomerid", "SQL LEFT"),
    ],
)
def test_joins_and_aggregates_are_a_501(sales: Sales, sql: str, feature: str) -> None:
    """webapi/query/sql: joins, DISTINCT, GROUP BY and aggregates are documented; the twin has one table at a time."""
    answer = sales.get(_path(sql))
    assert refusal(answer) == (501, "501")
    assert feature in message(answer)
