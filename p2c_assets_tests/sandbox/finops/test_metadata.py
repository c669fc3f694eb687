"""`$metadata`: valid, complete, and readable by a generic client."""

from xml.etree import ElementTree as ET

import pytest
import requests
from odata import ODataService

from p2c_assets.sandbox.finops.action_schema import ACTIONS
from p2c_assets.sandbox.finops.enums import ENUMS
from p2c_assets_tests.sandbox.finops.scm_rows import booked, create, order_line, quotation, value
from p2c_assets_tests.sandbox.running import Caller

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
NAMESPACE = "Microsoft.Dynamics.DataEntities"


@pytest.fixture
def schema(scm: Caller) -> ET.Element:
    answer = scm.get("/data/$metadata")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    found = ET.fromstring(answer.content).find(f".//{EDM}Schema")
    assert found is not None
    return found


def named(parent: ET.Element, tag: str, name: str) -> ET.Element:
    (found,) = [one for one in parent.findall(f"{EDM}{tag}") if one.get("Name") == name]
    return found


def test_the_document_is_csdl_4_of_one_namespace(scm: Caller) -> None:
    """Source: live $metadata: CSDL 4.0, namespace Microsoft.Dynamics.DataEntities; live environment."""
    root = ET.fromstring(scm.get("/data/$metadata").content)
    assert (root.tag, root.get("Version")) == ("{http://docs.oasis-open.org/odata/ns/edmx}Edmx", "4.0")
    assert [one.get("Namespace") for one in root.iter(f"{EDM}Schema")] == [NAMESPACE]


def test_every_readable_set_has_a_type_with_its_keys_and_columns(scm: Caller, schema: ET.Element) -> None:
    """Source: live $metadata: entity type in the singular, entity set in the plural; odata.md."""
    booked(scm)
    create(scm, "CDSSalesQuotationHeaders", quotation())
    container = named(schema, "EntityContainer", "Resources")
    kind = named(container, "EntitySet", "CDSSalesOrderLines").get("EntityType", "")
    assert kind == f"{NAMESPACE}.CDSSalesOrderLine"
    entity = named(schema, "EntityType", "CDSSalesOrderLine")
    keys = [one.get("Name") for one in entity.iter(f"{EDM}PropertyRef")]
    assert keys == ["dataAreaId", "SalesOrderNumber", "LineCreationSequenceNumber"]
    (row,) = value(scm, "/data/CDSSalesOrderLines")
    assert {one.get("Name") for one in entity.findall(f"{EDM}Property")} == row.keys() - {"@odata.etag"}


def test_texts_and_enums_are_nullable_keys_numbers_and_dates_are_not(schema: ET.Element) -> None:
    """Source: live $metadata (nullability); live environment; generated client of a 2025 $metadata."""
    entity = named(schema, "EntityType", "CDSSalesOrderHeader")

    def of(name: str) -> tuple[str | None, str | None]:
        one = named(entity, "Property", name)
        return one.get("Type"), one.get("Nullable")

    assert of("SalesOrderNumber") == ("Edm.String", "false")
    assert of("SalesOrderName") == ("Edm.String", None)
    assert of("SalesOrderStatus") == (f"{NAMESPACE}.SalesStatus", None)
    assert of("OrderTotalAmount") == ("Edm.Decimal", "false")
    assert of("RequestedShippingDate") == ("Edm.DateTimeOffset", "false")


def test_every_type_that_is_named_is_declared(schema: ET.Element) -> None:
    """Source: OData CSDL 4.0: qualified names resolve; odata.md (shared names): assumptions.NO_NAME_IS_SHARED."""
    declared = {f"{NAMESPACE}.{one.get('Name')}" for one in schema if one.tag != f"{EDM}Action"}
    used = {
        (one.get("Type") or one.get("EntityType") or "").removeprefix("Collection(").removesuffix(")")
        for one in schema.iter()
    }
    assert {name for name in used if name.startswith(NAMESPACE)} - declared == set()
    assert len(declared) == len([one for one in schema if one.tag != f"{EDM}Action"])


def test_enumerations_have_the_values_that_rows_use(schema: ET.Element) -> None:
    """Source: live $metadata (enumerations)."""
    for name, members in ENUMS.items():
        found = {one.get("Name"): int(one.get("Value", "")) for one in named(schema, "EnumType", name)}
        assert found == members


def test_the_statuses_have_their_documented_members(schema: ET.Element) -> None:
    """Source: sales-status-map; $metadata."""

    def members(name: str) -> list[str | None]:
        return [
            one.get("Name")
            for one in sorted(named(schema, "EnumType", name), key=lambda one: int(one.get("Value", "")))
        ]

    assert members("SalesStatus") == ["None", "Backorder", "Delivered", "Invoiced", "Canceled"]
    quotation_statuses = "Created Sent Confirmed Lost Cancelled Reset Modified Submitted Approved Revised"
    assert members("SalesQuotationStatus") == quotation_statuses.split()


def test_a_bound_actions_first_parameter_is_its_binding(schema: ET.Element) -> None:
    """Source: live $metadata: a bound action's first Parameter is the binding parameter; live environment; odata.md."""
    action = named(schema, "Action", "GetInstalledModules")
    first = action.find(f"{EDM}Parameter")
    assert action.get("IsBound") == "true"
    assert first is not None
    assert (first.get("Name"), first.get("Type")) == (
        "SystemNotification",
        f"Collection({NAMESPACE}.SystemNotification)",
    )
    assert [one.get("Type") for one in action.findall(f"{EDM}ReturnType")] == ["Collection(Edm.String)"]


def test_sets_of_actions_have_a_key(schema: ET.Element) -> None:
    """Source: OData CSDL 4.0 (an entity type has a key): assumptions.ACTION_SET_KEYS."""
    for name in {action.entity_set for action in ACTIONS}:
        kind = named(named(schema, "EntityContainer", "Resources"), "EntitySet", name).get("EntityType", "")
        assert list(named(schema, "EntityType", kind.rpartition(".")[2]).iter(f"{EDM}PropertyRef"))


def test_python_odata_reads_the_document_and_rows(scm: Caller) -> None:
    """Source: python-odata 0.8, a generic client that others wrote."""
    booked(scm)
    create(scm, "CDSSalesOrderLines", order_line(line=2))
    session = requests.Session()
    session.headers["Authorization"] = scm.http.headers["Authorization"]
    service = ODataService(f"{scm.url}/data/", session=session, reflect_entities=True, quiet_progress=True)
    lines = service.entities["CDSSalesOrderLines"]
    found = service.query(lines).filter(lines.SalesOrderNumber == "SO-1").all()
    assert [(row.LineCreationSequenceNumber, row.ProductNumber) for row in found] == [(1, "P1"), (2, "P1")]
    session.close()
