"""Errors that belong to no single feature: their shape, and codes that are seen nowhere else."""

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, MISSING, line, order


def test_an_error_is_a_code_and_a_message(sales: Sales) -> None:
    """compose-http-requests-handle-errors: parse errors from the response"""
    answer = sales.get(f"accounts({MISSING})")
    body = answer.json()
    assert answer.headers["Content-Type"].startswith("application/json")
    assert list(body) == ["error"]
    assert set(body["error"]) == {"code", "message"}


def test_duplicate_detection_is_a_501(sales: Sales) -> None:
    """web-service-error-codes: DuplicateRecordsFound, where rules are asked for"""
    answer = sales.caller.http.post(
        "/api/data/v9.2/accounts", json={"name": "x"}, headers={"MSCRM.SuppressDuplicateDetection": "false"}
    )
    assert refusal(answer) == (501, "501")
    assert "duplicate detection" in message(answer)


@pytest.mark.parametrize("option", ["$select=Name", "$filter=Name eq 'x'", "$orderby=Name"])
def test_an_unknown_column_in_a_query_is_named(sales: Sales, option: str) -> None:
    """web-service-error-codes; names of columns are case-sensitive"""
    answer = sales.get(f"accounts?{option}")
    assert refusal(answer) == (400, "0x0")
    assert message(answer) == "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'."


@pytest.mark.parametrize("query", ["$filter=name eq", "$skip=1", "$top=x"])
def test_an_error_in_the_url_has_its_own_code(sales: Sales, query: str) -> None:
    """web-service-error-codes: 0x80060888"""
    assert refusal(sales.get(f"accounts?{query}")) == (400, "0x80060888")


def test_a_plugin_aborts_with_its_own_words(sales: Sales) -> None:
    """web-service-error-codes: IsvAborted; CRMP2C solution (one Freight Tax line)"""
    key = sales.create("salesorders", order("SO-1"))
    tax = {"isproductoverridden": True, "productdescription": "Tax", "msdynce_ismisctax": True}
    write_in = {name: value for name, value in line(key).items() if not name.startswith(("productid", "uomid"))}
    sales.create("salesorderdetails", {**write_in, **tax})
    answer = sales.post("salesorderdetails", {**write_in, **tax})
    assert refusal(answer) == (400, "0x80040265")
    assert message(answer) == "Sales order can not contain more than one Freight tax"
    assert sales.get(f"accounts({ACCOUNT})").status_code == 200
