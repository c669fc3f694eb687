"""Filters of the F&O twin. Source of the operator list: fin-ops odata."""

import pytest

from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, customer, order, value
from p2c_assets_tests.sandbox.running import Caller, body

ROWS = [
    customer("C1", OrganizationName="Adatum Retail", CreditLimit="100.50", IsExternallyMaintained="Yes"),
    customer("C2", OrganizationName="Contoso retail Ltd", CreditLimit=20, IsExternallyMaintained="No"),
    customer("C3", OrganizationName="Fabrikam's", CreditLimit=0, OrganizationNumberOfEmployees=7),
]
YES = "Microsoft.Dynamics.DataEntities.NoYes'Yes'"
CONFIRMED = "Microsoft.Dynamics.DataEntities.SalesOrderProcessingStatus'Confirmed'"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("OrganizationName eq 'ADATUM retail'", ["C1"]),
        ("OrganizationName eq '*retail*'", ["C1", "C2"]),
        ("OrganizationName eq '*retail'", ["C1"]),
        ("OrganizationName eq 'Contoso*'", ["C2"]),
        ("OrganizationName ne '*retail*'", ["C3"]),
        ("OrganizationName eq 'Fabrikam''s'", ["C3"]),
        (f"IsExternallyMaintained eq {YES}", ["C1", "C3"]),
        (f"IsExternallyMaintained ne {YES}", ["C2"]),
        ("CreditLimit gt 20", ["C1"]),
        ("CreditLimit ge 20 and CreditLimit lt 100.5", ["C2"]),
        ("CreditLimit eq 100.50", ["C1"]),
        ("20 lt CreditLimit", ["C1"]),
        ("CreditLimit mul 2 add 1 eq 41", ["C2"]),
        ("CreditLimit sub 0.5 eq 19.5", ["C2"]),
        ("CreditLimit mod 7 eq 6", ["C2"]),
        ("CreditLimit divby 8 eq 2.5", ["C2"]),
        ("CreditLimit div 0 eq 1", []),
        ("OrganizationNumberOfEmployees eq 7 or CustomerAccount eq 'c1'", ["C1", "C3"]),
        ("not (CustomerAccount eq 'C1')", ["C2", "C3"]),
        ("CustomerAccount gt 'c1' and CustomerAccount le 'C3'", ["C2", "C3"]),
        ("OrganizationName ne null", ["C1", "C2", "C3"]),
        ("OrganizationName eq null", []),
    ],
)
def test_filters_find(scm: Caller, text: str, found: list[str]) -> None:
    """Source: odata.md."""
    scm.admin("load", {"rows": {"CustomersV2": ROWS}})
    rows = value(scm, f"/data/CustomersV2?$select=CustomerAccount&$filter={text}")
    assert [row["CustomerAccount"] for row in rows] == found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("IsExternallyMaintained eq 'Yes'", "incompatible types"),
        ("IsExternallyMaintained eq true", "incompatible types"),
        (f"IsExternallyMaintained gt {YES}", "incompatible types"),
        (
            "IsExternallyMaintained eq Microsoft.Dynamics.DataEntities.NoYes'Maybe'",
            "not a valid enumeration type constant",
        ),
        ("IsExternallyMaintained eq NoYes'Yes'", "not a known enumeration"),
        ("CustomerAccount eq 5", "incompatible types"),
        ("CreditLimit eq '5'", "incompatible types"),
        ("CustomerAccount in ('C1','C2')", "The operator 'in' is not supported."),
        ("CustomerAccount has 'C1'", "The operator 'has' is not supported."),
        ("contains(CustomerAccount,'C')", "An unknown function with name 'contains' was found."),
        ("startswith(CustomerAccount,'C')", "An unknown function with name 'startswith' was found."),
        ("CustomerAccount", "not an expression of a truth"),
    ],
)
def test_what_filters_cannot_is_a_400(scm: Caller, text: str, reason: str) -> None:
    """Source: odata.md: has and in not supported, enums only eq and ne; functions not on the list (docs issue 1486)."""
    answer = scm.get(f"/data/CustomersV2?$filter={text}")
    assert answer.status_code == 400
    assert reason in body(answer)["error"]["innererror"]["message"]


def test_text_functions_can_be_switched_on(serve: Serve) -> None:
    """Source: docs issue 1486: startswith was seen to work."""
    caller = serve(FinopsTwin(Store("scm"), text_functions=True))
    caller.admin("load", {"rows": {**REFERENCE, "CustomersV2": ROWS}})
    rows = value(
        caller, "/data/CustomersV2?$filter=contains(OrganizationName,'RETAIL') and endswith(CustomerAccount,'2')"
    )
    assert [row["CustomerAccount"] for row in rows] == ["C2"]


def test_statuses_and_dates_filter(scm: Caller) -> None:
    """Source: fin-ops odata (enum literal); date-only fields compare by day; sales-status-map."""
    rows = [
        order("SO-1", dataAreaId="usmf", SalesOrderProcessingStatus="Confirmed", RequestedShippingDate="2026-01-05"),
        order("SO-2", dataAreaId="usmf", SalesOrderProcessingStatus="Active", RequestedShippingDate="2026-02-05"),
        order("SO-3", dataAreaId="usmf"),
    ]
    scm.admin("load", {"rows": {"CDSSalesOrderHeaders": rows}})

    def found(text: str) -> list[str]:
        return [row["SalesOrderNumber"] for row in value(scm, f"/data/CDSSalesOrderHeaders?$filter={text}")]

    assert found(f"SalesOrderProcessingStatus eq {CONFIRMED}") == ["SO-1"]
    assert found("RequestedShippingDate eq 2026-01-05T00:00:00Z") == ["SO-1"]
    assert found("RequestedShippingDate gt 2026-01-05T00:00:00Z") == ["SO-2"]
    assert found("RequestedShippingDate eq 1900-01-01T00:00:00Z") == ["SO-3"]


def test_flawed_values_match_nothing_and_break_nothing(scm: Caller) -> None:
    scm.admin(
        "load", {"rows": {"CustomersV2": [customer("BAD", CreditLimit="a lot"), customer("GOOD", CreditLimit=5)]}}
    )
    rows = value(scm, "/data/CustomersV2?$filter=CreditLimit ge 0&$orderby=CreditLimit")
    assert [row["CustomerAccount"] for row in rows] == ["GOOD"]
    rows = value(scm, "/data/CustomersV2?$orderby=CreditLimit&$select=CreditLimit")
    assert [row["CreditLimit"] for row in rows] == [5, "a lot"]
