"""Batch jobs: totals, distinct products, numbers for old lines, and the action that puts a job back to waiting."""

from typing import Any

from p2c_assets_tests.sandbox.finops.scm_rows import (
    booked,
    create,
    customer,
    order,
    order_key,
    order_line,
    quotation,
    quotation_line,
    record,
    value,
)
from p2c_assets_tests.sandbox.running import Caller, body

WAIT = "/data/BatchJobs/Microsoft.Dynamics.DataEntities.SetBatchJobToWaiting"
LINES = "/data/CDSSalesOrderLines"


def run(scm: Caller, job: str) -> dict[str, Any]:
    return scm.admin("jobs", {"job": job})


def test_the_totals_job_makes_totals_current(scm: Caller) -> None:
    """Source: sales-order-template-mapping-direct-two-ways."""
    booked(scm)
    assert record(scm, order_key())["AreTotalsUpdated"] == "No"
    assert run(scm, "calculate_sales_totals")["done"] == 1
    header = record(scm, order_key())
    assert (header["AreTotalsUpdated"], header["OrderTotalAmount"]) == ("Yes", 330)
    assert header["SalesOrderProcessingStatus"] == "Active"
    assert run(scm, "calculate_sales_totals")["done"] == 0


def test_released_products_are_shown_after_the_distinct_product_table_is_populated(scm: Caller) -> None:
    """Source: prospect-to-cash."""
    old = {"dataAreaId": "usmf", "SalesUnitSymbol": "ea", "distinct": False}
    rows = [{**old, "ProductNumber": "OLD"}, {**old, "ProductNumber": "NOT-SOLD", "sellable": False}]
    scm.admin("load", {"rows": {"_released_products": rows}})
    assert numbers(scm) == ["P1", "P2"]
    assert run(scm, "populate_distinct_products")["done"] == 2
    assert numbers(scm) == ["OLD", "P1", "P2"]


def test_a_product_that_changes_is_in_the_distinct_product_table(scm: Caller) -> None:
    """Source: prospect-to-cash."""
    old = {"dataAreaId": "usmf", "ProductNumber": "OLD", "SalesUnitSymbol": "ea"}
    scm.admin("load", {"rows": {"_released_products": [{**old, "distinct": False}]}})
    scm.admin("load", {"rows": {"_released_products": [{**old, "SalesPrice": "5"}]}})
    assert numbers(scm) == ["OLD", "P1", "P2"]


def numbers(scm: Caller) -> list[str]:
    return [row["ProductNumber"] for row in value(scm, "/data/SellableReleasedProducts")]


def test_lines_without_a_number_get_the_next_ones_of_their_document(scm: Caller) -> None:
    """Source: prospect-to-cash."""
    old = order_line(line=0, dataAreaId="usmf")
    lines = [old, {**old, "ProductNumber": "P2"}, order_line(line=4, dataAreaId="usmf")]
    headers = [order(dataAreaId="usmf")]
    scm.admin("load", {"rows": {"CDSSalesOrderHeaders": headers, "CDSSalesOrderLines": lines}})
    before = value(scm, LINES)
    assert [row["LineCreationSequenceNumber"] for row in before] == [0, 0, 4]
    assert run(scm, "populate_prospect_to_cash")["done"] == 2
    after = value(scm, LINES)
    assert {row["LineCreationSequenceNumber"]: row["ProductNumber"] for row in after} == {4: "P1", 5: "P1", 6: "P2"}
    assert run(scm, "populate_prospect_to_cash")["done"] == 0


def test_lines_of_quotations_and_invoices_get_numbers_and_products_come_into_sight(scm: Caller) -> None:
    """Source: prospect-to-cash."""
    created = quotation_line(line=0, dataAreaId="usmf")
    invoiced = {"dataAreaId": "usmf", "InvoiceNumber": "I-1", "InvoiceDate": "2026-01-05", "LedgerVoucher": "V-1"}
    old = {"dataAreaId": "usmf", "ProductNumber": "OLD", "SalesUnitSymbol": "ea", "distinct": False}
    tables: dict[str, list[dict[str, Any]]] = {
        "CustomersV2": [customer(dataAreaId="usmf")],
        "CDSSalesQuotationHeaders": [quotation(dataAreaId="usmf")],
        "CDSSalesQuotationLines": [created, {**created, "ProductNumber": "P2"}],
        "ExternallyMaintainedCustomerSalesInvoiceHeaders": [{**invoiced, "InvoiceCustomerAccountNumber": "C1"}],
        "ExternallyMaintainedCustomerSalesInvoiceLines": [{**invoiced, "LineCreationSequenceNumber": 0}],
        "_released_products": [old],
    }
    scm.admin("load", {"rows": tables})
    assert run(scm, "populate_prospect_to_cash")["done"] == 4
    for name, expected in (
        ("CDSSalesQuotationLines", [1, 2]),
        ("ExternallyMaintainedCustomerSalesInvoiceLines", [1]),
    ):
        assert [row["LineCreationSequenceNumber"] for row in value(scm, f"/data/{name}")] == expected
    assert "OLD" in numbers(scm)


def test_a_finished_job_is_put_back_to_waiting_and_runs_again(scm: Caller) -> None:
    """Source: sysadmin/batch-odata-api; sysadmin/batch-odata-api.md."""
    number = run(scm, "calculate_sales_totals")["batchJobId"]
    booked(scm)
    answer = scm.post(WAIT, {"batchJobId": number})
    assert answer.status_code == 200
    found = body(answer)
    assert found.pop("@odata.context").endswith("#Microsoft.Dynamics.DataEntities.BatchJobResponse")
    assert found.keys() == {"ResponseStatusCode", "IsSuccess", "BatchJobId", "ExceptionDetails", "ResponseMessage"}
    assert (found["IsSuccess"], found["BatchJobId"]) == (True, number)
    assert record(scm, order_key())["AreTotalsUpdated"] == "No"
    assert scm.admin("jobs/run", {}) == {"run": 1}
    assert record(scm, order_key())["AreTotalsUpdated"] == "Yes"
    (job,) = scm.admin("jobs")["value"]
    assert (job["status"], job["done"]) == ("Finished", 1)


def test_a_job_that_is_not_in_a_terminal_state_is_not_put_to_waiting(scm: Caller) -> None:
    """Source: sysadmin/batch-odata-api; assumptions.TERMINAL_JOB_STATES, JOB_REFUSALS_ARE_200;
    sysadmin/batch-odata-api.md.
    """
    number = run(scm, "calculate_sales_totals")["batchJobId"]
    scm.post(WAIT, {"batchJobId": number})
    again = body(scm.post(WAIT, {"batchJobId": number}))
    assert (again["IsSuccess"], again["ExceptionDetails"]) == (False, f"Batch job {number} has the status Waiting.")
    unknown = body(scm.post(WAIT, {"batchJobId": 5}))
    assert (unknown["IsSuccess"], unknown["ResponseStatusCode"]) == (False, 404)


def test_a_waiting_job_runs_with_the_next_day(scm: Caller) -> None:
    number = run(scm, "populate_distinct_products")["batchJobId"]
    scm.post(WAIT, {"batchJobId": number})
    scm.admin("advance", {"days": 1})
    assert [row["status"] for row in scm.admin("jobs")["value"]] == ["Finished"]


def test_the_parameter_of_the_action_is_checked(scm: Caller) -> None:
    """Source: Microsoft.OData texts."""
    missing = scm.post(WAIT, {})
    assert missing.status_code == 400
    assert "The missing parameters are: batchJobId." in missing.text
    assert scm.post(WAIT, {"batchJobId": "5"}).status_code == 400


def test_an_unknown_job_is_refused_with_the_known_ones(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    answer = scm.http.post("/_sandbox/jobs", json={"job": "sleep"})
    assert answer.status_code == 400
    assert "unknown job 'sleep'; known: calculate_sales_totals" in body(answer)["error"]["message"]
