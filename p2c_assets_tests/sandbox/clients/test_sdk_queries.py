"""Microsoft's Python client, unmodified, over TLS: FetchXML, SQL and its query builder.

Source of the calls that it makes: SDK 1.1.0 wire.
"""

import pytest
from PowerPlatform.Dataverse import col
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError

from p2c_assets_tests.sandbox.running import Caller

MANY = 7


@pytest.fixture(autouse=True)
def accounts(sales: Caller) -> None:
    """Seven accounts beside the two of `world`."""
    rows = [{"name": f"Bulk {number}", "accountnumber": f"B{number}"} for number in range(MANY)]
    sales.admin("load", {"rows": {"accounts": rows}})


def test_fetchxml_is_paged_by_cookie(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: query.fetchxml puts the paging cookie of each answer into the next request."""
    xml = (
        "<fetch count='3'><entity name='account'><attribute name='name'/><attribute name='accountnumber'/>"
        "<filter><condition attribute='accountnumber' operator='like' value='B%'/></filter>"
        "<order attribute='accountnumber' descending='true'/></entity></fetch>"
    )
    pages = [[row["accountnumber"] for row in page] for page in client.query.fetchxml(xml).execute_pages()]
    assert pages == [["B6", "B5", "B4"], ["B3", "B2", "B1"], ["B0"]]
    assert len(client.query.fetchxml(xml).execute()) == MANY


def test_sql_selects_filters_and_orders(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: query.sql."""
    found = client.query.sql(
        "SELECT TOP 2 name, accountnumber FROM account WHERE accountnumber LIKE 'B%' ORDER BY accountnumber DESC"
    )
    assert [(row["name"], row["accountnumber"]) for row in found] == [("Bulk 6", "B6"), ("Bulk 5", "B5")]


def test_sql_that_the_twin_lacks_is_refused_by_name(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: query.sql of a join; the client lets it pass, the sandbox has one table a query."""
    with pytest.raises(HttpError, match="the sandbox does not support: SQL INNER") as caught:
        client.query.sql(
            "SELECT account.name, contact.lastname FROM account "
            "INNER JOIN contact ON contact.parentcustomerid = account.accountid"
        )
    assert caught.value.status_code == 501


def test_the_query_builders_filters_are_understood(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: $filter of the query builder, with its functions and its quoting."""
    found = (
        client.query.builder("account")
        .select("accountnumber")
        .where((col("accountnumber") >= "B2") & (col("accountnumber") < "B5"))
        .where(col("name").contains("bulk"))
        .where(col("_transactioncurrencyid_value").is_null() | (col("accountnumber") == "O'Brien"))
        .order_by("accountnumber")
        .execute()
    )
    assert [row["accountnumber"] for row in found] == ["B2", "B3", "B4"]


def test_the_query_builders_lists_are_understood(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: Microsoft.Dynamics.CRM.In and NotIn, Between."""
    chosen = client.query.builder("account").where(col("accountnumber").in_(["B1", "B3", "x"])).select("accountnumber")
    others = (
        client.query.builder("account")
        .where(col("accountnumber").not_in(["B1", "B3"]))
        .where(col("accountnumber").between("B0", "B4"))
        .select("accountnumber")
    )
    assert sorted(row["accountnumber"] for row in chosen.execute()) == ["B1", "B3"]
    assert sorted(row["accountnumber"] for row in others.execute()) == ["B0", "B2", "B4"]


def test_the_builder_pages_counts_and_expands(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: page_size, count and expand of the query builder."""
    pages = (
        client.query.builder("account")
        .select("name", "_transactioncurrencyid_value")
        .where(col("accountnumber").startswith("A"))
        .expand("transactioncurrencyid")
        .order_by("accountnumber")
        .page_size(1)
        .count()
        .execute_pages()
    )
    (first,), (second,) = (list(page) for page in pages)
    assert first["transactioncurrencyid"]["isocurrencycode"] == "USD"
    assert second["transactioncurrencyid"] is None


def test_columns_for_sql_come_from_the_definitions(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: query.sql_columns reads Attributes with a filter on their type."""
    columns = {column["name"]: column for column in client.query.sql_columns("account")}
    assert (columns["accountid"]["is_pk"], columns["name"]["is_name"]) == (True, True)
    assert columns["creditlimit"]["type"] == "Money"


def test_expands_come_from_the_definitions(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: query.odata_expands reads the relationships."""
    expands = {(one["lookup_attribute"], one["target_table"]): one for one in client.query.odata_expands("salesorder")}
    assert expands["customerid", "account"]["nav_property"] == "customerid_account"
