"""Definitions of tables, columns, keys and relationships, and queries over them."""

import json
from urllib.parse import quote, quote_plus

import pytest

from p2c_assets.sandbox.dataverse.assumptions import UNNAMED_RELATIONSHIP
from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.schema import EVERY_TABLE
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.running import Caller, running

CRM = "Microsoft.Dynamics.CRM"
ACCOUNT = "EntityDefinitions(LogicalName='account')"
PROCESSING_STATUSES = (
    "Active",
    "Confirmed",
    "Packing Slip",
    "Invoiced",
    "Picked",
    "Partially Picked",
    "Partially Packed",
    "Shipped",
    "Partially Shipped",
    "Partially Invoiced",
    "Cancelled",
    "Draft",
)
ORDER = "EntityDefinitions(LogicalName='salesorder')"


def test_a_table_is_found_by_its_logical_name_in_form_encoding(sales: Sales) -> None:
    """SDK 1.1.0 wire: the entity set is looked up with `%24select` and `+` for spaces."""
    select = quote_plus("LogicalName,EntitySetName,PrimaryIdAttribute")
    text = quote_plus("LogicalName eq 'account'")
    (found,) = sales.value(f"EntityDefinitions?{quote('$select')}={select}&{quote('$filter')}={text}")
    assert (found["EntitySetName"], found["PrimaryIdAttribute"]) == ("accounts", "accountid")
    assert "MetadataId" in found


def test_the_lookup_reads_an_unencoded_filter_with_plus_signs(sales: Sales) -> None:
    """SDK 1.1.0 wire (aio): `$filter=LogicalName+eq+'account'`."""
    (found,) = sales.value("EntityDefinitions?$select=EntitySetName&$filter=LogicalName+eq+'salesorder'")
    assert found["EntitySetName"] == "salesorders"


def test_no_table_of_this_name_is_an_empty_list(sales: Sales) -> None:
    """SDK 1.1.0 wire: an empty value means that the table is not there."""
    assert sales.value("EntityDefinitions?$filter=LogicalName eq 'nonsense'") == []


def test_private_tables_are_filtered_as_the_client_asks(sales: Sales) -> None:
    """SDK 1.1.0 wire: tables.list sends IsPrivate eq false and a filter in parentheses."""
    path = (
        "EntityDefinitions?$filter=IsPrivate eq false and (SchemaName eq 'SalesOrder')&$select=LogicalName,SchemaName"
    )
    (found,) = sales.value(path)
    assert (found["LogicalName"], found["SchemaName"]) == ("salesorder", "SalesOrder")


def test_a_definition_is_read_by_its_metadata_id(sales: Sales) -> None:
    """SDK 1.1.0 wire: columns and relationships are asked for below EntityDefinitions(guid)."""
    metadata_id = sales.row(f"{ACCOUNT}?$select=LogicalName")["MetadataId"]
    assert sales.row(f"EntityDefinitions({metadata_id})?$select=LogicalName")["LogicalName"] == "account"
    names = {
        row["LogicalName"] for row in sales.value(f"EntityDefinitions({metadata_id})/Attributes?$select=LogicalName")
    }
    assert {"accountid", "accountnumber", "transactioncurrencyid", "statecode"} <= names


def test_all_definitions_come_at_once(sales: Sales) -> None:
    """webapi/query-metadata-web-api: there is no paging."""
    found = sales.json(sales.get("EntityDefinitions?$select=LogicalName", Prefer="odata.maxpagesize=1"))
    assert len(found["value"]) == len(EVERY_TABLE)
    assert "@odata.nextLink" not in found


def test_enum_properties_are_filtered_by_their_enum_type(sales: Sales) -> None:
    """webapi/query-metadata-web-api: the namespace of the enumeration stands before the value."""
    owned = sales.value(
        f"EntityDefinitions?$select=LogicalName&$filter=OwnershipType eq {CRM}.OwnershipTypes'UserOwned'"
    )
    assert {"account", "salesorder"} <= {row["LogicalName"] for row in owned}
    assert "product" not in {row["LogicalName"] for row in owned}
    for constant in (f"{CRM}.AttributeTypeCode'UserOwned'", "1"):
        refused = sales.get(f"EntityDefinitions?$filter=OwnershipType eq {constant}")
        assert refusal(refused) == (400, "0x80060888")
        assert "OwnershipType" in message(refused)


def test_a_bare_name_of_an_enums_member_is_taken(sales: Sales) -> None:
    """SDK 1.1.0 wire: query.sql_columns filters by AttributeType ne 'Virtual' (ENUM_MEMBERS_MAY_BE_TEXTS)."""
    bare = sales.value("EntityDefinitions?$select=LogicalName&$filter=OwnershipType eq 'UserOwned'")
    assert {"account", "salesorder"} <= {row["LogicalName"] for row in bare}
    assert "product" not in {row["LogicalName"] for row in bare}


def test_complex_properties_are_filtered_by_a_path(sales: Sales) -> None:
    """webapi/query-metadata-web-api: RequiredLevel/Value with its enum type."""
    required = f"RequiredLevel/Value eq {CRM}.AttributeRequiredLevel'ApplicationRequired'"
    found = sales.value(f"{ACCOUNT}/Attributes?$select=SchemaName&$filter={required}")
    assert [row["SchemaName"] for row in found] == ["Name", "AccountNumber"]


def test_managed_properties_are_filtered_by_their_value(sales: Sales) -> None:
    """webapi/query-metadata-web-api: CanX/Value eq true."""
    found = sales.value("EntityDefinitions?$select=LogicalName&$filter=IsCustomizable/Value eq true")
    assert "account" in {row["LogicalName"] for row in found}


def test_columns_are_expanded_with_a_nested_filter(sales: Sales) -> None:
    """webapi/query-metadata-web-api: $expand=Attributes($select;$filter)."""
    nested = f"Attributes($select=LogicalName;$filter=AttributeType eq {CRM}.AttributeTypeCode'Picklist')"
    found = sales.row(f"{ACCOUNT}?$select=LogicalName&$expand={nested}")
    assert [column["LogicalName"] for column in found["Attributes"]] == ["customertypecode"]


def test_several_collections_are_expanded_together(sales: Sales) -> None:
    """webapi/query-metadata-web-api: Attributes, Keys and ManyToOneRelationships in one request."""
    found = sales.row(
        f"{ACCOUNT}?$select=EntitySetName&$expand=Attributes($select=LogicalName),Keys,ManyToOneRelationships"
    )
    assert found["Keys"][0]["EntityKeyIndexStatus"] == "Active"
    assert found["ManyToOneRelationships"][0]["ReferencingEntity"] == "account"


def test_picklists_come_with_their_options(sales: Sales) -> None:
    """SDK 1.1.0 wire: the cast to PicklistAttributeMetadata with $expand=OptionSet($select=Options)."""
    path = (
        f"{ACCOUNT}/Attributes/{CRM}.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)"
    )
    (found,) = sales.value(path)
    options = {
        option["Value"]: option["Label"]["UserLocalizedLabel"]["Label"] for option in found["OptionSet"]["Options"]
    }
    assert found["LogicalName"] == "customertypecode"
    assert options[3] == "Customer"
    assert found["OptionSet"]["Options"][0]["Label"]["LocalizedLabels"][0]["LanguageCode"] == 1033


def test_a_table_without_picklists_has_an_empty_cast(sales: Sales) -> None:
    """SDK 1.1.0 wire: a 404 of this route would be retried five times."""
    path = f"EntityDefinitions(LogicalName='uom')/Attributes/{CRM}.PicklistAttributeMetadata?$select=LogicalName"
    assert sales.value(path) == []


@pytest.mark.parametrize(
    ("kind", "table", "column", "expected"),
    [
        ("String", "account", "name", {"MaxLength": 160}),
        ("Memo", "account", "description", {"MaxLength": 2000}),
        ("Integer", "account", "numberofemployees", {"MinValue": 0, "MaxValue": 1000000000}),
        ("Decimal", "salesorderdetail", "quantity", {"Precision": 5}),
        ("Money", "salesorderdetail", "priceperunit", {"PrecisionSource": 1}),
        ("Money", "salesorder", "freightamount", {"PrecisionSource": 2, "Precision": 2, "MinValue": 0}),
        ("Lookup", "salesorder", "customerid", {"Targets": ["account", "contact"], "AttributeType": "Customer"}),
        ("Lookup", "account", "ownerid", {"AttributeType": "Owner"}),
        ("DateTime", "invoice", "msdynce_invoicedate", {"Format": "DateOnly"}),
    ],
)
def test_a_cast_shows_what_only_that_type_has(
    sales: Sales, kind: str, table: str, column: str, expected: dict[str, object]
) -> None:
    """webapi/query-metadata-web-api: typed columns by a cast segment."""
    root = f"EntityDefinitions(LogicalName='{table}')/Attributes"
    found = {row["LogicalName"]: row for row in sales.value(f"{root}/{CRM}.{kind}AttributeMetadata")}[column]
    assert expected.items() <= found.items()


def test_states_and_statuses_show_how_they_belong_together(sales: Sales) -> None:
    """webapi/query-metadata-web-api: StateAttributeMetadata and StatusAttributeMetadata with their options."""
    (states,) = sales.value(f"{ORDER}/Attributes/{CRM}.StateAttributeMetadata?$expand=OptionSet")
    (statuses,) = sales.value(f"{ORDER}/Attributes/{CRM}.StatusAttributeMetadata?$expand=OptionSet")
    defaults = {option["Value"]: option["DefaultStatus"] for option in states["OptionSet"]["Options"]}
    assert defaults == {0: 1, 1: 3, 2: 4, 3: 100001, 4: 100003}
    assert {option["Value"]: option["State"] for option in statuses["OptionSet"]["Options"]}[100002] == 3


def test_one_column_is_read_by_name_with_its_type(sales: Sales) -> None:
    """SDK 1.1.0 wire: tables.get_column reads Attributes(LogicalName='x'), then casts to its @odata.type."""
    found = sales.row(f"{ACCOUNT}/Attributes(LogicalName='name')?$select=MetadataId,SchemaName")
    assert found["@odata.type"] == f"#{CRM}.StringAttributeMetadata"
    typed = sales.row(f"{ACCOUNT}/Attributes(LogicalName='name')/{CRM}.StringAttributeMetadata")
    assert (typed["MetadataId"], typed["MaxLength"]) == (found["MetadataId"], 160)
    assert refusal(sales.get(f"{ACCOUNT}/Attributes(LogicalName='nonsense')")) == (404, "0x80040217")


def test_the_option_set_of_one_column_is_a_segment(sales: Sales) -> None:
    """webapi/query-metadata-web-api: .../PicklistAttributeMetadata/OptionSet?$select=Options; CRMP2C solution."""
    path = f"{ORDER}/Attributes(LogicalName='msdynce_processingstatus')/{CRM}.PicklistAttributeMetadata/OptionSet"
    found = sales.row(f"{path}?$select=Options")
    labels = {
        option["Value"] - 647390000: option["Label"]["UserLocalizedLabel"]["Label"] for option in found["Options"]
    }
    assert labels == dict(enumerate(PROCESSING_STATUSES))
    assert found.keys() == {"@odata.context", "Options", "MetadataId"}


def test_keys_tell_whether_their_index_is_there(sales: Sales) -> None:
    """define-alternate-keys: EntityKeyIndexStatus."""
    (key,) = sales.value(f"{ACCOUNT}/Keys?$select=LogicalName,KeyAttributes,EntityKeyIndexStatus")
    assert (key["KeyAttributes"], key["EntityKeyIndexStatus"]) == (["accountnumber"], "Active")


def test_an_index_that_failed_is_told() -> None:
    """define-alternate-keys: EntityKeyIndexStatus of an index that could not be made."""
    twin = DataverseTwin(Store("sales"), TwinOptions(key_index_status="Failed"))
    with running(twin) as url, Caller.signed_in(url) as caller:
        (key,) = Sales(caller).value(f"{ACCOUNT}/Keys?$select=LogicalName,EntityKeyIndexStatus")
    assert key["EntityKeyIndexStatus"] == "Failed"


def test_lookups_name_their_navigation_properties(sales: Sales) -> None:
    """webapi/web-api-navigation-properties: one for each table that a polymorphic lookup may lead to."""
    select = "ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
    found = sales.value(f"{ORDER}/ManyToOneRelationships?$select={select}&$filter=ReferencingAttribute eq 'customerid'")
    pairs = {row["ReferencedEntity"]: row["ReferencingEntityNavigationPropertyName"] for row in found}
    assert pairs == {"account": "customerid_account", "contact": "customerid_contact"}


def test_both_ends_of_a_relationship_show_it_alike(sales: Sales) -> None:
    """SDK 1.1.0 wire: OneToMany, ManyToOne and ManyToMany are read and put together."""
    of_one = {row["SchemaName"]: row for row in sales.value(f"{ORDER}/OneToManyRelationships")}
    line = "EntityDefinitions(LogicalName='salesorderdetail')"
    of_many = {row["SchemaName"]: row for row in sales.value(f"{line}/ManyToOneRelationships")}
    assert of_one["order_details"] == of_many["order_details"]
    assert of_one["order_details"]["ReferencedAttribute"] == "salesorderid"
    assert sales.value(f"{ORDER}/ManyToManyRelationships") == []


def test_a_relationship_is_found_by_its_name(sales: Sales) -> None:
    """SDK 1.1.0 wire: RelationshipDefinitions?$filter=SchemaName eq 'x'."""
    (found,) = sales.value("RelationshipDefinitions?$filter=SchemaName eq 'contact_customer_accounts'")
    assert (found["ReferencedEntity"], found["ReferencingEntity"]) == ("account", "contact")
    assert sales.row(f"RelationshipDefinitions({found['MetadataId']})/{CRM}.OneToManyRelationshipMetadata") is not None
    assert (
        sales.value(
            f"RelationshipDefinitions?$filter=RelationshipType eq {CRM}.RelationshipType'ManyToManyRelationship'"
        )
        == []
    )


def _changes(sales: Sales, query: object) -> list[dict[str, object]]:
    return sales.row(f"RetrieveMetadataChanges(Query=@p1)?@p1={quote_plus(json.dumps(query))}")["EntityMetadata"]


def _equals(name: str, value: str) -> dict[str, object]:
    condition = {
        "PropertyName": name,
        "ConditionOperator": "Equals",
        "Value": {"Type": "System.String", "Value": value},
    }
    return {"Conditions": [condition]}


def test_typed_columns_come_in_one_request(sales: Sales) -> None:
    """SDK 1.1.0 wire: RetrieveMetadataChanges with an EntityQueryExpression."""
    (found,) = _changes(
        sales,
        {
            "Properties": {"PropertyNames": ["LogicalName", "Attributes"]},
            "Criteria": _equals("LogicalName", "account"),
            "AttributeQuery": {
                "Properties": {"PropertyNames": ["LogicalName", "MaxLength", "MinValue"]},
                "Criteria": _equals("LogicalName", "name"),
            },
        },
    )
    assert found["Attributes"] == [
        {
            "@odata.type": f"#{CRM}.StringAttributeMetadata",
            "MetadataId": found["Attributes"][0]["MetadataId"],  # type: ignore[index]
            "HasChanged": None,
            "LogicalName": "name",
            "MaxLength": 160,
        }
    ]


def test_metadata_changes_of_an_unknown_table_are_empty(sales: Sales) -> None:
    """SDK 1.1.0 wire: an empty EntityMetadata means that the table is not there."""
    assert _changes(sales, {"Criteria": _equals("LogicalName", "nonsense")}) == []


def test_metadata_changes_since_a_stamp_are_a_501(sales: Sales) -> None:
    """query-schema-definitions: ClientVersionStamp."""
    answer = sales.get("RetrieveMetadataChanges(Query=@p1,ClientVersionStamp=@p2)?@p1={}&@p2='1!x'")
    assert refusal(answer) == (501, "501")
    assert "RetrieveMetadataChanges" in message(answer)


def test_writes_of_definitions_are_a_501(sales: Sales) -> None:
    """SDK 1.1.0 wire: CreateEntities, POST EntityDefinitions(guid)/Attributes and their like; define-alternate-keys;
    use-change-tracking-synchronize-data-external-systems (ChangeTrackingEnabled is a definition's).
    """
    for answer, feature in (
        (sales.post(f"{ACCOUNT}/Attributes", {}), "POST of table definitions"),
        (sales.post(f"{ACCOUNT}/Keys", {}), "POST of table definitions"),
        (sales.caller.http.put(f"/api/data/v9.2/{ACCOUNT}", json={}), "PUT of table definitions"),
        (sales.delete(ACCOUNT), "DELETE of table definitions"),
        (sales.post("CreateEntities", {}), "CreateEntities"),
        (sales.post("RelationshipDefinitions", {}), "POST of table definitions"),
    ):
        assert refusal(answer) == (501, "501")
        assert feature in message(answer)


def test_global_choices_are_a_501(sales: Sales) -> None:
    """webapi/query-metadata-web-api: GlobalOptionSetDefinitions(Name='x')."""
    answer = sales.get("GlobalOptionSetDefinitions(Name='budgetstatus')")
    assert refusal(answer) == (501, "501")
    assert "GlobalOptionSetDefinitions" in message(answer)


def test_a_property_that_the_twin_does_not_show_is_a_501_with_its_name(sales: Sales) -> None:
    """webapi/query-metadata-web-api: EntityMetadata has more properties than the twin."""
    answer = sales.get(f"{ACCOUNT}?$select=IsKnowledgeManagementEnabled")
    assert refusal(answer) == (501, "501")
    assert "IsKnowledgeManagementEnabled" in message(answer)


def test_every_table_compares_versions(sales: Sales) -> None:
    """optimistic-concurrency: IsOptimisticConcurrencyEnabled tells for which tables etags are compared."""
    found = sales.value("EntityDefinitions?$select=LogicalName&$filter=IsOptimisticConcurrencyEnabled eq false")
    assert found == []


def test_a_relationship_without_a_documented_name_is_named_by_one_rule(sales: Sales) -> None:
    """dynamics-365-customer-engagement entity reference: assumptions.UNNAMED_RELATIONSHIP."""
    name = UNNAMED_RELATIONSHIP.format(one="sdkmessage", many="sdkmessagefilter", column="sdkmessageid")
    (found,) = sales.value(f"RelationshipDefinitions?$filter=SchemaName eq '{name}'")
    assert (found["ReferencedEntity"], found["ReferencingEntity"]) == ("sdkmessage", "sdkmessagefilter")
    assert found["ReferencingAttribute"] == "sdkmessageid"
