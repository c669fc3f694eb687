"""Microsoft's Python client, unmodified, over TLS: what it asks about tables, columns, keys and relationships.

Source of the calls that it makes: SDK 1.1.0 wire.
"""

import pytest
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError, MetadataError

P2C_TABLES = (
    "account",
    "contact",
    "product",
    "productpricelevel",
    "pricelevel",
    "uom",
    "uomschedule",
    "transactioncurrency",
    "quote",
    "quotedetail",
    "salesorder",
    "salesorderdetail",
    "invoice",
    "invoicedetail",
)


@pytest.mark.parametrize("table", P2C_TABLES)
def test_every_table_of_prospect_to_cash_is_known(client: DataverseClient, table: str) -> None:
    """SDK 1.1.0 wire: entity-set resolution, and tables.get with its columns."""
    found = client.tables.get(table)
    assert found is not None
    assert (found.logical_name, found.primary_id_attribute) == (table, f"{table}id")
    assert len(client.records.list(table, top=1)) <= 1


def test_a_table_that_is_none_is_none(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: an empty answer to the list of definitions."""
    assert client.tables.get("nothing") is None
    with pytest.raises(MetadataError):
        client.records.list("nothing")


def test_tables_are_listed(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: EntityDefinitions with $filter on IsPrivate."""
    names = {table["LogicalName"] for table in client.tables.list(select=["LogicalName", "EntitySetName"])}
    assert set(P2C_TABLES) <= names


@pytest.mark.parametrize("table", P2C_TABLES)
def test_columns_are_listed_plain_and_typed(client: DataverseClient, table: str) -> None:
    """SDK 1.1.0 wire: Attributes by the table's id, RetrieveMetadataChanges for the typed ones."""
    plain = {column["LogicalName"] for column in client.tables.list_columns(table, select=["LogicalName"])}
    typed = {column["LogicalName"]: column for column in client.tables.list_columns(table, typed=True)}
    assert plain == set(typed)
    assert f"{table}id" in plain


def test_a_typed_column_brings_its_limits(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: RetrieveMetadataChanges of one column."""
    name = client.tables.get_column("account", "name", typed=True)
    limit = client.tables.get_column("account", "creditlimit", typed=True)
    assert name is not None
    assert limit is not None
    assert (name["MaxLength"], limit["MinValue"]) == (160, 0)
    assert client.tables.get_column("account", "nothing") is None


def test_columns_are_filtered_by_type(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: an enumeration in the $filter of Attributes."""
    kinds = client.tables.list_columns(
        "account",
        select=["LogicalName", "AttributeType"],
        filter="AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Money'",
    )
    assert [column["LogicalName"] for column in kinds] == ["creditlimit"]


def test_alternate_keys_are_active(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: EntityDefinitions(LogicalName='x')/Keys."""
    (key,) = client.tables.get_alternate_keys("account")
    assert (key.key_attributes, key.status) == (["accountnumber"], "Active")


def test_relationships_of_a_table_are_listed(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: OneToMany-, ManyToOne- and ManyToManyRelationships by the table's id."""
    found = client.tables.list_table_relationships("salesorderdetail")
    pairs = {(one.get("ReferencingAttribute"), one.get("ReferencedEntity")) for one in found}
    assert {("salesorderid", "salesorder"), ("productid", "product"), ("uomid", "uom")} <= pairs


def test_changes_to_the_schema_are_refused_by_name(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: tables.create, add_columns and create_alternate_key."""
    for change in (
        lambda: client.tables.create("new_Thing", {"new_Title": "string"}),
        lambda: client.tables.add_columns("account", {"new_Title": "string"}),
        lambda: client.tables.create_alternate_key("account", "new_key", ["name"]),
    ):
        with pytest.raises(HttpError, match="the sandbox does not support: ") as caught:
            change()
        assert caught.value.status_code == 501
