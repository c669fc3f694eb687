"""Authentication, service document and metadata of the Sales twin."""

import httpx

from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API
from p2c_assets_tests.sandbox.running import Caller, running


def test_a_request_without_token_is_a_401_that_names_the_tenant(sales: Sales) -> None:
    """powerapps-docs webapi/compose-http-requests-handle-errors.md."""
    answer = httpx.get(f"{sales.caller.url}{API}/accounts")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=https://login.microsoftonline.com/")
    assert answer.content == b""


def test_a_wrong_token_is_a_401(sales: Sales) -> None:
    assert sales.get("accounts", Authorization="Bearer nonsense").status_code == 401


def test_the_service_document_lists_entity_sets(sales: Sales) -> None:
    """powerapps-docs webapi/web-api-service-documents.md."""
    sets = {entry["name"]: entry["url"] for entry in sales.json(sales.get(""))["value"]}
    assert sets["accounts"] == "accounts"
    assert {"salesorderdetails", "transactioncurrencies", "productpricelevels", "teams", "solutions"} <= sets.keys()


def test_who_am_i_carries_ids_and_the_parallelism_hint(sales: Sales) -> None:
    """powerapps-docs api-limits.md (x-ms-dop-hint);
    webapi/compose-http-requests-handle-errors; webapi/use-web-api-functions."""
    answer = sales.get("WhoAmI")
    assert {"BusinessUnitId", "UserId", "OrganizationId"} <= sales.json(answer).keys()
    assert answer.headers["x-ms-dop-hint"] == "4"


def test_retrieve_version_is_a_9_2(sales: Sales) -> None:
    """webapi/use-web-api-functions."""
    assert sales.json(sales.get("RetrieveVersion()"))["Version"].startswith("9.2.")


def test_the_solution_is_installed(sales: Sales) -> None:
    """CRMP2C solution: unique name and version; webapi/query/overview."""
    (found,) = sales.value("solutions?$select=version&$filter=uniquename eq 'msdynce_ProspectToCashIntegration'")
    assert found["version"] == "15.0.0.1"


def test_the_organization_has_the_sales_settings(sales: Sales) -> None:
    """dynamics-365-customer-engagement organization.md; webapi/query/overview."""
    expected = {
        "discountcalculationmethod": 0,
        "oobpricecalculationenabled": True,
        "issopintegrationenabled": False,
        "createproductswithoutparentinactivestate": False,
        "enablepricingoncreate": True,
        "expirechangetrackingindays": 7,
    }
    (settings,) = sales.value(f"organizations?$select={','.join(expected)}")
    assert {name: settings[name] for name in expected} == expected


def test_an_entity_definition_tells_set_keys_and_change_tracking(sales: Sales) -> None:
    """powerapps-docs webapi/query-metadata-web-api.md."""
    path = "EntityDefinitions(LogicalName='contact')?$select=EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled"
    definition = sales.json(sales.get(path + "&$expand=Keys"))
    assert (definition["EntitySetName"], definition["PrimaryIdAttribute"]) == ("contacts", "contactid")
    assert definition["ChangeTrackingEnabled"] is True
    (key,) = definition["Keys"]
    assert (key["KeyAttributes"], key["EntityKeyIndexStatus"]) == (["msdynce_contactnumber"], "Active")


def test_keys_are_readable_alone(sales: Sales) -> None:
    """powerapps-docs define-alternate-keys-entity.md."""
    path = "EntityDefinitions(LogicalName='account')/Keys?$select=KeyAttributes,EntityKeyIndexStatus"
    (key,) = sales.json(sales.get(path))["value"]
    assert key["KeyAttributes"] == ["accountnumber"]
    assert sales.json(sales.get("EntityDefinitions(LogicalName='product')/Keys"))["value"] == []


def test_the_account_number_key_is_a_setting() -> None:
    """migrate-prospect-to-cash.md: solution 15.0.0.2 removed the key."""
    twin = DataverseTwin(Store("sales"), TwinOptions(account_number_key=False))
    with running(twin) as url, Caller.signed_in(url) as caller:
        sales = Sales(caller)
        assert sales.json(sales.get("EntityDefinitions(LogicalName='account')/Keys"))["value"] == []
        assert refusal(sales.get("accounts(accountnumber='A1')")) == (400, "0x80060888")


def test_an_unknown_table_has_no_definition(sales: Sales) -> None:
    assert refusal(sales.get("EntityDefinitions(LogicalName='nonsense')")) == (404, "0x80040217")


def test_what_the_twin_leaves_out_is_a_501_with_its_name(sales: Sales) -> None:
    """The sandbox never approximates."""
    absent = {
        "accounts?$apply=topcount(2,creditlimit)": "$apply transformation topcount",
        "EntityDefinitions?$orderby=LogicalName": "$orderby over definitions",
        "GlobalOptionSetDefinitions": "GlobalOptionSetDefinitions",
        "accounts?$expand=Account_Tasks": "$expand of Account_Tasks",
        "accounts?$filter=year(createdon) eq 2026": "year",
        "accounts?$orderby=transactioncurrencyid/isocurrencycode": "$orderby",
        "opportunities": "opportunities",
        f"accounts({ACCOUNT})/contact_customer_accounts/{ACCOUNT}": "path segment",
    }
    for path, feature in absent.items():
        answer = sales.get(path)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (501, "501"), path
        assert feature in error["message"], path


def test_headers_and_preferences_that_the_twin_leaves_out_are_a_501(sales: Sales) -> None:
    assert refusal(sales.get("accounts", Prefer="respond-async")) == (501, "501")
    assert sales.caller.http.get(f"{API}/accounts", headers={"MSCRMCallerID": ACCOUNT}).status_code == 501


def test_actions_that_the_twin_leaves_out_are_a_501(sales: Sales) -> None:
    """convert-opportunity-quote-sales-order-invoice; dynamics-365-customer-engagement salesorder.md;
    dynamics-365-customer-engagement quote.md
    """
    for name in (
        "GenerateQuoteFromOpportunity",
        "GenerateSalesOrderFromOpportunity",
        "GenerateInvoiceFromOpportunity",
        "CalculatePrice",
        "msdyn_CloseQuoteAsWon",
        "msdyn_CloseQuoteAsLost",
        "RevertProduct",
    ):
        answer = sales.post(name, {})
        assert refusal(answer) == (501, "501")
        assert message(answer) == f"the sandbox does not support: {name}"


def test_an_unknown_set_is_a_404(sales: Sales) -> None:
    """dataverse error list: Resource not found for the segment (0x8006088a); web-service-error-codes"""
    assert refusal(sales.get("Account")) == (404, "0x8006088a")
    assert refusal(sales.post("NoSuchAction", {})) == (404, "0x8006088a")


def test_a_wrong_verb_is_a_404_without_code(sales: Sales) -> None:
    """web-service-error-codes"""
    assert refusal(sales.patch("accounts", {})) == (404, "")
