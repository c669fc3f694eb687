"""Limits of size: pages, addresses, batches, expansions, bulk messages."""

import httpx

from p2c_assets_tests.sandbox.dataverse.multipart import batch, operation, statuses
from p2c_assets_tests.sandbox.dataverse.sales import Sales, refusal
from p2c_assets_tests.sandbox.dataverse.world import API


def small_batch(sales: Sales, *urls: str) -> httpx.Response:
    return sales.caller.batch(f"{API}/$batch", batch(*(operation("GET", url) for url in urls)))


def test_a_page_has_five_thousand_rows_at_most(sales: Sales) -> None:
    """webapi/query/page-results: 5,000."""
    rows = [{"accountid": f"00000000-0000-4000-8000-{number:012d}", "name": "x"} for number in range(5001)]
    sales.admin("load", {"rows": {"accounts": rows}})
    page = sales.json(sales.get("accounts?$select=accountid"))
    assert len(page["value"]) == 5000
    assert "@odata.nextLink" in page
    assert sales.get("accounts", Prefer="odata.maxpagesize=5001").status_code == 400


def test_a_longer_url_is_refused(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: 32 KB; the answer beyond it is assumptions.URL_TOO_LONG_STATUS."""
    room = 32 * 1024 - len(f"{API}/accounts?tag=")
    assert sales.get(f"accounts?tag={'x' * room}").status_code == 200
    assert sales.get(f"accounts?tag={'x' * (room + 1)}").status_code == 414


def test_an_operation_of_a_batch_may_have_twice_that(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors: 64 KB for an address inside a batch."""
    room = 64 * 1024 - len(f"{API}/accounts?tag=")
    assert statuses(small_batch(sales, f"accounts?tag={'x' * room}").text) == [200]
    assert statuses(small_batch(sales, f"accounts?tag={'x' * (room + 1)}").text) == [414]


def test_a_body_of_some_megabytes_is_read(sales: Sales) -> None:
    """bulk-operations: messages are limited where plug-ins are registered; assumptions.NOTHING_TIMES_OUT."""
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "x" * 3_000_000}
    answer = sales.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": [kind]})
    assert refusal(answer) == (400, "0x80044331")


def test_a_batch_has_a_thousand_operations_at_most(sales: Sales) -> None:
    """execute-batch-operations-using-web-api: 1,000 operations."""
    assert small_batch(sales, *["WhoAmI"] * 1000).status_code == 200
    assert small_batch(sales, *["WhoAmI"] * 1001).status_code == 400


def test_a_query_has_fifteen_expands_at_most(sales: Sales) -> None:
    """webapi/query/join-tables: 15 $expand options."""
    expands = ["transactioncurrencyid($select=isocurrencycode)"] * 15
    assert sales.get(f"accounts?$select=name&$expand={','.join(expands)}").status_code == 200
    assert sales.get(f"accounts?$select=name&$expand={','.join([*expands, expands[0]])}").status_code == 400


def test_a_bulk_message_takes_more_than_a_thousand_targets(sales: Sales) -> None:
    """bulk-operations: no fixed number of targets."""
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "x"}
    targets = [{**kind, "accountnumber": f"N{number}"} for number in range(1001)]
    created = sales.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets})
    assert len(sales.json(created)["Ids"]) == 1001
