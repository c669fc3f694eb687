"""The metadata service: entities, enumerations and labels as JSON; and the session's company."""

import pytest

from p2c_assets.sandbox.finops.action_schema import ACTIONS
from p2c_assets.sandbox.finops.enums import ENUMS
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.finops.scm_rows import record, value
from p2c_assets_tests.sandbox.running import Caller, body

SESSION = "/api/services/UserSessionService/AifUserSessionService/GetUserSessionInfo"


def test_data_entities_have_their_names_and_category(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md."""
    (row,) = [one for one in value(scm, "/Metadata/DataEntities") if one["PublicCollectionName"] == "CustomersV2"]
    assert row == {
        "Name": "CustCustomerV2Entity",
        "PublicEntityName": "CustomerV2",
        "PublicCollectionName": "CustomersV2",
        "LabelId": "@Sandbox:CustomersV2",
        "DataServiceEnabled": True,
        "DataManagementEnabled": True,
        "EntityCategory": "Master",
        "IsReadOnly": False,
    }
    assert record(scm, "/Metadata/DataEntities('CustCustomerV2Entity')")["PublicEntityName"] == "CustomerV2"


def test_a_public_entity_tells_keys_types_and_what_may_be_edited(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md."""
    entity = record(scm, "/Metadata/PublicEntities('CDSSalesOrderHeader')")
    assert (entity["EntitySetName"], entity["IsReadOnly"]) == ("CDSSalesOrderHeaders", False)
    properties = {one["Name"]: one for one in entity["Properties"]}
    assert set(properties) == set(ENTITY_SETS["CDSSalesOrderHeaders"].names)
    assert (entity["Name"], entity["LabelId"], entity["ConfigurationEnabled"]) == (
        "CDSSalesOrderHeader",
        "@Sandbox:CDSSalesOrderHeaders",
        True,
    )
    assert (properties["Email"]["LabelId"], properties["Email"]["IsDimension"]) == ("@Sandbox:Email", False)

    def of(name: str) -> tuple[object, ...]:
        wanted = ("TypeName", "DataType", "IsKey", "IsMandatory", "AllowEdit", "AllowEditOnCreate")
        return tuple(properties[name][one] for one in wanted)

    status = "Microsoft.Dynamics.DataEntities.SalesStatus"
    assert of("SalesOrderNumber") == ("Edm.String", "String", True, True, False, True)
    assert of("OrderingCustomerAccountNumber") == ("Edm.String", "String", False, True, True, True)
    assert of("SalesOrderStatus") == (status, "Enum", False, False, False, False)
    assert of("RequestedShippingDate") == ("Edm.DateTimeOffset", "Date", False, False, True, True)


def test_a_public_entity_tells_its_navigations(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md."""
    entity = record(scm, "/Metadata/PublicEntities('CDSSalesOrderHeader')")
    lines, quotation = entity["NavigationProperties"]
    assert (lines["RelatedEntity"], lines["Cardinality"]) == ("CDSSalesOrderLine", "Multiple")
    assert quotation["Cardinality"] == "Single"
    assert [(one["Property"], one["ReferencedProperty"]) for one in quotation["Constraints"]] == [
        ("dataAreaId", "dataAreaId"),
        ("QuotationNumber", "SalesQuotationNumber"),
    ]


def test_actions_are_listed_with_their_binding_and_result(scm: Caller) -> None:
    """Source: d365fo-client ACTION_MODELS_ENHANCEMENT.md; METADATA_APIS.md."""
    entity = record(scm, "/Metadata/PublicEntities('SystemNotification')")
    (action,) = entity["Actions"]
    qualified = "Microsoft.Dynamics.DataEntities.SystemNotification"
    assert action == {
        "Name": "GetInstalledModules",
        "BindingKind": "BoundToEntitySet",
        "Parameters": [{"Name": "SystemNotification", "Type": {"TypeName": qualified, "IsCollection": True}}],
        "ReturnType": {"TypeName": "Edm.String", "IsCollection": True},
        "FieldLookup": None,
    }
    listed = {
        (one["EntitySetName"], action["Name"])
        for one in value(scm, "/Metadata/PublicEntities")
        for action in one["Actions"]
    }
    assert listed == {(action.entity_set, action.name) for action in ACTIONS}


def test_enumerations_have_members_with_values(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md."""
    for row in value(scm, "/Metadata/PublicEnumerations"):
        assert {one["Name"]: one["Value"] for one in row["Members"]} == ENUMS[row["Name"]]
    assert record(scm, "/Metadata/PublicEnumerations('NoYes')")["Members"][1]["Name"] == "Yes"


def test_a_label_is_read_by_id_and_language(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md; assumptions.LABELS_ARE_THE_SANDBOXES."""
    label = record(scm, "/Metadata/Labels(Id='@Sandbox:CustomerAccount',Language='en-us')")
    assert (label["Id"], label["Value"]) == ("@Sandbox:CustomerAccount", "Customer account")
    assert scm.get("/Metadata/Labels(Id='@SYS1',Language='en-us')").status_code == 404
    assert scm.get("/Metadata/Labels(Id='@Sandbox:CustomerAccount',Language='de')").status_code == 501


def test_metadata_takes_top_skip_select_and_count(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md."""
    answer = body(scm.get("/Metadata/PublicEnumerations?$select=Name&$skip=1&$top=2&$count=true"))
    assert answer["@odata.context"] == f"{scm.url}/Metadata/$metadata#PublicEnumerations"
    assert answer["@odata.count"] == len(ENUMS)
    assert answer["value"] == [{"Name": name} for name in list(ENUMS)[1:3]]
    assert scm.get("/Metadata/PublicEnumerations?$select=Nonsense").status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/Metadata/PublicEntities('customerv2')", 404),
        ("/Metadata/PublicEntities(5)", 404),
        ("/Metadata/Nonsense", 404),
        ("/Metadata/PublicEntities(", 400),
        ("/Metadata/PublicEntities?$filter=IsReadOnly eq true", 501),
        ("/Metadata/PublicEntities('CustomerV2')/Actions", 501),
    ],
)
def test_what_the_metadata_service_does_not_have(scm: Caller, path: str, status: int) -> None:
    """Source: d365fo-client METADATA_APIS.md (a missing one is 404)."""
    assert scm.get(path).status_code == status


def test_the_metadata_service_takes_no_filter_here(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md."""
    answer = scm.get("/Metadata/PublicEntities?$filter=IsReadOnly eq true")
    assert answer.status_code == 501
    assert body(answer)["error"]["message"].endswith(": $filter of /Metadata/PublicEntities")


def test_the_metadata_service_is_read_only(scm: Caller) -> None:
    """Source: d365fo-client METADATA_APIS.md."""
    assert scm.post("/Metadata/PublicEntities", {}).status_code == 405


def test_the_session_tells_the_users_company(serve: Serve) -> None:
    """Source: custom-services; d365fo-client (probe of the user's company); assumptions.SESSION_INFO_FIELDS."""
    scm = serve(FinopsTwin(Store("scm"), default_company="frsi"))
    answer = body(scm.post(SESSION, {}))
    assert (answer["Company"], answer["UserId"], answer["AXLanguage"]) == ("FRSI", "p2c-service", "en-us")
    assert scm.get(SESSION).status_code == 405


def test_a_custom_services_error_has_its_own_shape(scm: Caller) -> None:
    """Source: custom-services (ExceptionMessage)."""
    answer = scm.http.post(SESSION, content=b"{")
    assert answer.status_code == 500
    assert body(answer).keys() == {"Message", "ExceptionMessage", "ExceptionType", "StackTrace"}


def test_other_custom_services_are_501(scm: Caller) -> None:
    assert scm.post("/api/services/Any/Other/Operation", {}).status_code == 501
