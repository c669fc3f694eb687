"""Numbers given or drawn: manual, automatic and changeable sequences, by company."""

from typing import Any

import pytest

from p2c_assets_tests.sandbox.finops.scm_rows import ALL, create, customer, key, order, quotation, record, refusal
from p2c_assets_tests.sandbox.finops.test_batch import batch, changeset, operation, statuses
from p2c_assets_tests.sandbox.running import Caller, body

ORDERS = "CDSSalesOrderHeaders"


def sequence(scm: Caller, mode: str, company: str = "usmf", reference: str = "SalesOrder", **values: Any) -> None:
    row = {"dataAreaId": company, "reference": reference, "mode": mode, "format": "SO-######", **values}
    scm.admin("load", {"rows": {"_number_sequences": [row]}})


def test_an_automatic_sequence_fills_in_the_number(scm: Caller) -> None:
    """Source: number-sequence-overview; live fixture."""
    create(scm, "CustomersV2", customer())
    sequence(scm, "automatic", next=41)
    made = [create(scm, ORDERS, {"OrderingCustomerAccountNumber": "C1"})["SalesOrderNumber"] for _ in range(2)]
    assert made == ["SO-000041", "SO-000042"]
    assert record(scm, key(ORDERS, SalesOrderNumber="SO-000042"))["SalesOrderNumber"] == "SO-000042"


def test_a_number_given_under_an_automatic_sequence_is_a_field_validation_error(scm: Caller) -> None:
    """Source: live fixture: does not allow editing, does not match format."""
    sequence(scm, "automatic", reference="Customer", format="USC-####")
    error = refusal(scm, "CustomersV2", customer("C1"))
    assert error["type"].endswith(".AxODataFieldValidationException")
    assert error["message"] == (
        "Field validation failed on table of type 'CustCustomerV2Entity' for the following fields: CustomerAccount. "
        "Infolog: Warning: Field 'Customer account' does not allow editing.; "
        "Warning: Number C1 does not match format USC-####."
    )
    assert "does not match format" not in refusal(scm, "CustomersV2", customer("USC-0007"))["message"]
    assert create(scm, "CustomersV2", customer("", PartyNumber=""))["CustomerAccount"] == "USC-0001"


def test_a_manual_sequence_needs_the_number(scm: Caller) -> None:
    """Source: number-sequence-overview."""
    create(scm, "CustomersV2", customer())
    sequence(scm, "manual")
    assert "Field 'Sales order number' must be filled in." in refusal(scm, ORDERS, order(""))["message"]
    assert create(scm, ORDERS, order("MINE"))["SalesOrderNumber"] == "MINE"


def test_a_changeable_sequence_takes_either(scm: Caller) -> None:
    """Source: number-sequence-overview."""
    create(scm, "CustomersV2", customer())
    sequence(scm, "changeable", reference="SalesQuotation", format="QU-###")
    assert create(scm, "CDSSalesQuotationHeaders", quotation("MINE"))["SalesQuotationNumber"] == "MINE"
    assert create(scm, "CDSSalesQuotationHeaders", quotation(""))["SalesQuotationNumber"] == "QU-001"


def test_numbering_restarts_in_each_company(scm: Caller) -> None:
    """Source: number-sequence-overview."""
    for company, currency in (("usmf", "USD"), ("frsi", "EUR")):
        sequence(scm, "automatic", company)
        create(scm, "CustomersV2", customer(dataAreaId=company, SalesCurrencyCode=currency))
        made = create(scm, ORDERS, {"dataAreaId": company, "OrderingCustomerAccountNumber": "C1"})
        assert made["SalesOrderNumber"] == "SO-000001"
        assert scm.get(key(ORDERS, company, SalesOrderNumber="SO-000001") + ALL).status_code == 200


@pytest.mark.parametrize(("continuous", "number"), [("Yes", "SO-000001"), ("No", "SO-000002")])
def test_only_a_continuous_sequence_uses_the_number_of_a_rolled_back_write_again(
    scm: Caller, continuous: str, number: str
) -> None:
    """Source: number-sequence-overview."""
    create(scm, "CustomersV2", customer())
    sequence(scm, "automatic", continuous=continuous)
    new = operation("POST", ORDERS, {"OrderingCustomerAccountNumber": "C1"}, 1)
    bad = operation("POST", "CDSSalesOrderLines", {"SalesOrderNumber": "NONE", "ProductNumber": "P1"}, 2)
    assert statuses(scm.batch("/data/$batch", batch(changeset("changeset_1", new, bad))).text) == [400]
    assert create(scm, ORDERS, {"OrderingCustomerAccountNumber": "C1"})["SalesOrderNumber"] == number


def test_a_confirmed_quotation_draws_the_orders_number(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    create(scm, "CDSSalesQuotationHeaders", quotation())
    sequence(scm, "automatic")
    call = {"dataAreaId": "usmf", "SalesQuotationNumber": "QU-1", "status": "Confirmed"}
    assert scm.admin("quotation", call)["GeneratedSalesOrderNumber"] == "SO-000001"


def test_an_unknown_mode_stops_the_write_with_the_known_ones(scm: Caller) -> None:
    row = {"dataAreaId": "usmf", "reference": "SalesOrder", "mode": "magic", "format": "#"}
    answer = scm.http.post("/_sandbox/load", json={"rows": {"_number_sequences": [row]}})
    assert answer.status_code == 400
    assert (
        "mode of a number sequence is 'magic'; allowed: manual, automatic, changeable"
        in body(answer)["error"]["message"]
    )


def test_sequences_are_readable_with_their_references(scm: Caller) -> None:
    """Source: generated client of a live $metadata (SequenceV2Tables, NumberSequencesV2References)."""
    sequence(scm, "automatic")
    sequence(scm, "changeable", reference="Customer")
    references = scm.get("/data/NumberSequencesV2References").json()["value"]
    orders = [row for row in references if row["DataTypeName"] == "SalesIdBase" and row["ScopeValue"] == "usmf"]
    assert [(row["NumberSequenceCode"], row["ScopeType"]) for row in orders] == [("Sale_usmf", "DataArea")]
    tables = {row["NumberSequenceCode"]: row for row in scm.get("/data/SequenceV2Tables").json()["value"]}
    said = {
        code: (row["Manual"], row["ToAHigherNumber"]) for code, row in tables.items() if row["ScopeValue"] == "usmf"
    }
    assert said == {"Sale_usmf": ("No", "No"), "Cust_usmf": ("No", "Yes"), "Quot_usmf": ("Yes", "No")}
    assert tables["Sale_usmf"]["Format"] == "SO-######"


def test_sequences_take_no_option(scm: Caller) -> None:
    """Source: traces of a live environment: reads of all rows worked, $select and filters by enums did not."""
    answer = scm.get("/data/SequenceV2Tables?$select=Manual")
    assert answer.status_code == 501
    assert "$select of the entity set SequenceV2Tables" in answer.text
