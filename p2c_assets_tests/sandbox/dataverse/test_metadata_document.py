"""$metadata: a CSDL document that hangs together and that a client which others wrote can read."""

from collections import Counter
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from p2c_assets.sandbox.dataverse.actions import ACTIONS
from p2c_assets.sandbox.dataverse.assumptions import CHANGE_TRACKED_TABLES
from p2c_assets.sandbox.dataverse.schema import EVERY_TABLE
from p2c_assets_tests.sandbox.dataverse.sales import Sales

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
EDMX = "{http://docs.oasis-open.org/odata/ns/edmx}"


def _schema(sales: Sales, options: str = "") -> Element:
    answer = sales.get(f"$metadata{options}")
    assert answer.headers["Content-Type"].startswith("application/xml")
    document = ElementTree.fromstring(answer.text)
    assert (document.tag, document.get("Version")) == (f"{EDMX}Edmx", "4.0")
    (schema,) = document.findall(f"{EDMX}DataServices/{EDM}Schema")
    return schema


def _named(parent: Element, tag: str) -> dict[str, Element]:
    return {str(one.get("Name")): one for one in parent.findall(f"{EDM}{tag}")}


@pytest.fixture
def schema(sales: Sales) -> Element:
    return _schema(sales)


def test_the_schema_has_the_namespace_and_alias_of_the_service(schema: Element) -> None:
    """webapi/web-api-service-documents."""
    assert (schema.get("Namespace"), schema.get("Alias")) == ("Microsoft.Dynamics.CRM", "mscrm")


def test_every_table_has_a_type_a_key_and_a_set(schema: Element) -> None:
    """webapi/web-api-service-documents: the source of truth for types and sets."""
    types = _named(schema, "EntityType")
    (container,) = schema.findall(f"{EDM}EntityContainer")
    sets = {name: str(one.get("EntityType")) for name, one in _named(container, "EntitySet").items()}
    assert sets == {table.entity_set: f"Microsoft.Dynamics.CRM.{table.logical}" for table in EVERY_TABLE}
    for table in EVERY_TABLE:
        properties = [one.get("Name") for one in types[table.logical].findall(f"{EDM}Property")]
        assert properties == [column.stored for column in table.columns]


def test_every_name_that_is_referred_to_is_declared(schema: Element) -> None:
    """webapi/web-api-navigation-properties: Type, Partner and ReferentialConstraint name the other end."""
    types = _named(schema, "EntityType")
    for name, entity in types.items():
        for navigation in entity.findall(f"{EDM}NavigationProperty"):
            other = types[
                str(navigation.get("Type")).removeprefix("Collection(").removesuffix(")").removeprefix("mscrm.")
            ]
            partner = navigation.get("Partner")
            assert partner is None or partner in _named(other, "NavigationProperty"), (name, navigation.get("Name"))
            for constraint in navigation.findall(f"{EDM}ReferentialConstraint"):
                assert constraint.get("Property") in _named(entity, "Property")
                assert constraint.get("ReferencedProperty") in _named(other, "Property")


def test_no_name_is_declared_twice(schema: Element) -> None:
    """OASIS CSDL 4.0: names are unique among the members of a type and in the container."""
    for entity in schema.findall(f"{EDM}EntityType"):
        counts = Counter(one.get("Name") for one in entity if one.tag != f"{EDM}Key")
        assert [name for name, count in counts.items() if count > 1] == [], entity.get("Name")


def test_a_polymorphic_lookup_has_a_navigation_property_for_each_table(schema: Element) -> None:
    """webapi/web-api-navigation-properties (multi-table lookups)."""
    lookups = _named(_named(schema, "EntityType")["salesorder"], "NavigationProperty")
    for target in ("account", "contact"):
        (constraint,) = lookups[f"customerid_{target}"].findall(f"{EDM}ReferentialConstraint")
        assert constraint.get("Property") == "_customerid_value"
    assert lookups["order_details"].get("Type") == "Collection(mscrm.salesorderdetail)"


def test_users_and_teams_inherit_from_principal(schema: Element) -> None:
    """webapi/web-api-entitytypes (inheritance): they share the primary key ownerid."""
    types = _named(schema, "EntityType")
    assert {types[name].get("BaseType") for name in ("systemuser", "team")} == {"mscrm.principal"}
    (key,) = types["principal"].findall(f"{EDM}Key/{EDM}PropertyRef")
    assert key.get("Name") == "ownerid"
    assert types["crmbaseentity"].get("Abstract") == "true"


@pytest.mark.parametrize(
    ("table", "column", "edm"),
    [
        ("account", "accountid", "Edm.Guid"),
        ("account", "name", "Edm.String"),
        ("account", "createdon", "Edm.DateTimeOffset"),
        ("account", "versionnumber", "Edm.Int64"),
        ("account", "statecode", "Edm.Int32"),
        ("account", "_transactioncurrencyid_value", "Edm.Guid"),
        ("contact", "donotemail", "Edm.Boolean"),
        ("salesorder", "totalamount", "Edm.Decimal"),
        ("invoice", "msdynce_invoicedate", "Edm.Date"),
    ],
)
def test_columns_have_the_primitive_types_of_dataverse(schema: Element, table: str, column: str, edm: str) -> None:
    """webapi/web-api-properties (primitive types; lookup properties are GUIDs)."""
    assert _named(_named(schema, "EntityType")[table], "Property")[column].get("Type") == edm


def test_operations_are_declared_with_their_parameters(schema: Element) -> None:
    """webapi/use-web-api-actions, webapi/use-web-api-functions: the twin's actions and functions are in the CSDL."""
    actions, functions = _named(schema, "Action"), _named(schema, "Function")
    assert set(ACTIONS) & {"WinQuote", "ReviseQuote", "FulfillSalesOrder"} <= set(actions)
    assert list(_named(actions["WinQuote"], "Parameter")) == ["QuoteClose", "Status"]
    assert {"WhoAmI", "RetrieveVersion", "RetrieveTotalRecordCount"} <= set(functions)
    bulk = actions["CreateMultiple"]
    assert bulk.get("IsBound") == "true"


def test_annotations_come_when_asked_for(sales: Sales) -> None:
    """webapi/web-api-service-documents: ?annotations=true; webapi/web-api-properties: Computed and Permissions."""
    plain, annotated = _schema(sales), _schema(sales, "?annotations=true")
    assert list(plain.iter(f"{EDM}Annotation")) == []
    terms = {one.get("Term") for one in annotated.iter(f"{EDM}Annotation")}
    assert {"Org.OData.Core.V1.Computed", "Org.OData.Core.V1.Permissions"} <= terms


def test_annotations_mark_the_sets_that_track_changes(sales: Sales) -> None:
    """use-change-tracking-synchronize-data-external-systems: the annotation on the entity set."""
    (container,) = _schema(sales, "?annotations=true").findall(f"{EDM}EntityContainer")
    tracked = [name for name, one in _named(container, "EntitySet").items() if one.find(f"{EDM}Annotation") is not None]
    assert tracked == [table.entity_set for table in EVERY_TABLE if table.logical in CHANGE_TRACKED_TABLES]


def test_a_client_that_others_wrote_builds_its_classes_from_it(sales: Sales) -> None:
    """webapi/web-api-service-documents: python-odata reads the document and finds rows by it."""
    odata: Any = pytest.importorskip("odata")
    session: Any = pytest.importorskip("requests").Session()
    session.headers["Authorization"] = sales.caller.http.headers["Authorization"]
    with session:
        root = f"{sales.caller.url}/api/data/v9.2/"
        service = odata.ODataService(root, session=session, reflect_entities=True, quiet_progress=True)
        account: Any = service.entities["accounts"]
        (found,) = service.query(account).filter(account.accountnumber == "A1").all()
    assert found.name == "Adventure Works"
