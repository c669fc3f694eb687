"""$batch: changesets, references, limits, both modes of going on. Source of all: powerapps-docs
webapi/execute-batch-operations-using-web-api.md."""

import re

import httpx

from p2c_assets_tests.sandbox.dataverse.multipart import batch, changeset, codes, operation, statuses
from p2c_assets_tests.sandbox.dataverse.sales import Sales, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API, BIKE, DRAFT_PRODUCT, PERSON, guid, line, order

NEW = guid(50, 1)
ON = {"Prefer": "odata.continue-on-error"}


def _send(sales: Sales, *parts: str, **headers: str) -> httpx.Response:
    return sales.caller.batch(f"{API}/$batch", batch(*parts), **headers)


def test_operations_run_in_order_and_answer_in_order(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    answer = _send(
        sales,
        operation("POST", f"{API}/accounts", {"accountid": NEW, "name": "New"}),
        operation("PATCH", f"accounts({NEW})", {"name": "Changed"}),
        operation("GET", f"{sales.caller.url}{API}/accounts({NEW})?$select=name"),
        operation("DELETE", f"accounts({NEW})"),
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert statuses(answer.text) == [204, 204, 200, 204]
    assert '"name":"Changed"' in answer.text
    assert f"OData-EntityId: {sales.caller.url}{API}/accounts({NEW})" in answer.text


def test_a_changeset_is_atomic(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    answer = _send(
        sales,
        changeset(
            operation("POST", "accounts", {"accountid": NEW, "name": "New"}, "1"),
            operation("PATCH", f"contacts({PERSON})", {"lastname": "x" * 51}, "2"),
        ),
        **ON,
    )
    assert (answer.status_code, statuses(answer.text), codes(answer.text)) == (200, [400], ["0x80044331"])
    assert "Content-ID: 2" in answer.text
    assert "changesetresponse_" not in answer.text
    assert sales.get(f"accounts({NEW})").status_code == 404


def test_a_changeset_answers_nested_with_content_ids(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    answer = _send(
        sales,
        changeset(
            operation("PATCH", f"accounts({ACCOUNT})", {"name": "One"}, "a"),
            operation("PATCH", f"contacts({PERSON})", {"lastname": "Two"}, "b"),
        ),
    )
    assert "changesetresponse_" in answer.text
    assert statuses(answer.text) == [204, 204]
    assert "Content-ID: a" in answer.text
    assert "Content-ID: b" in answer.text


def test_one_bad_changeset_costs_only_itself(sales: Sales) -> None:
    """webapi/compose-http-requests-handle-errors; webapi/execute-batch-operations-using-web-api."""
    answer = _send(
        sales,
        changeset(operation("PATCH", f"accounts({ACCOUNT})", {"name": "One"}, "1"), boundary="c1"),
        changeset(operation("PATCH", f"accounts({ACCOUNT})", {"nonsense": 1}, "1"), boundary="c2"),
        changeset(operation("PATCH", f"contacts({PERSON})", {"lastname": "Three"}, "1"), boundary="c3"),
        **ON,
    )
    assert (answer.status_code, statuses(answer.text)) == (200, [204, 400, 204])
    assert re.search(
        r"HTTP/1.1 400 Bad Request\r\nREQ_ID: [0-9a-f-]{36}\r\nContent-Type: application/json", answer.text
    )
    assert sales.row(f"contacts({PERSON})")["lastname"] == "Three"


def test_without_continue_on_error_the_first_failure_is_the_answer(sales: Sales) -> None:
    """What came before stays, what comes after is not run; webapi/execute-batch-operations-using-web-api."""
    answer = _send(
        sales,
        operation("PATCH", f"accounts({ACCOUNT})", {"name": "One"}),
        operation("PATCH", f"accounts({ACCOUNT})", {"nonsense": 1}),
        operation("PATCH", f"contacts({PERSON})", {"lastname": "Three"}),
    )
    assert (answer.status_code, statuses(answer.text)) == (400, [400])
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "One"
    assert sales.row(f"contacts({PERSON})")["lastname"] == "Ng"


def test_a_document_in_one_changeset_refers_by_content_id(sales: Sales) -> None:
    """SDK 1.1.0 wire; webapi/execute-batch-operations-using-web-api."""
    answer = _send(
        sales,
        changeset(
            operation("POST", "salesorders", order("SO-1"), "1"),
            operation("POST", "salesorderdetails", {**line(NEW), "salesorderid@odata.bind": "$1"}, "2"),
            operation("PATCH", "$1", {"description": "later"}, "3"),
        ),
        **ON,
    )
    assert statuses(answer.text) == [204, 204, 204], answer.text
    row = sales.one("salesorders", "ordernumber eq 'SO-1'")
    assert (row["description"], row["totalamount"]) == ("later", 100)
    assert len(sales.value("salesorderdetails")) == 1


def test_a_reference_is_put_between_two_new_rows(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api: PUT $1/<navigation>/$ref with {"@odata.id": "$2"}."""
    answer = _send(
        sales,
        changeset(
            operation("POST", "contacts", {"lastname": "New", "contactid": NEW}, "1"),
            operation("POST", "accounts", {"name": "New", "accountid": guid(50, 2)}, "2"),
            operation("PUT", "$1/parentcustomerid_account/$ref", {"@odata.id": "$2"}, "3"),
        ),
    )
    assert statuses(answer.text) == [204, 204, 204], answer.text
    assert sales.row(f"contacts({NEW})")["_parentcustomerid_value"] == guid(50, 2)


def test_a_reference_to_nothing_is_refused(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    answer = _send(
        sales,
        changeset(operation("PATCH", "$9", {"name": "x"}, "1"), boundary="c1"),
        changeset(
            operation("POST", "contacts", {"lastname": "x", "parentcustomerid_account@odata.bind": "$2"}, "1"),
            operation("POST", "accounts", {"name": "x"}, "2"),
            boundary="c2",
        ),
        changeset(operation("POST", "accounts", {"accountid": NEW, "name": "New"}, "3"), boundary="c3"),
        changeset(operation("PATCH", "$3", {"name": "Changed"}, "4"), boundary="c4"),
        **ON,
    )
    assert statuses(answer.text) == [400, 400, 204, 400]
    assert "Content-ID Reference: '$3' does not exist in the batch context." in answer.text
    assert "Content-ID Reference: '$9' does not exist in the batch context." in answer.text
    assert "Content-ID Reference: '$2' does not exist in the batch context." in answer.text
    assert sorted(row["name"] for row in sales.value("accounts")) == ["Adventure Works", "Fabrikam", "New"]


def test_a_get_inside_a_changeset_is_refused(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    answer = _send(sales, changeset(operation("GET", "accounts", None, "1")))
    assert refusal(answer) == (400, "0x80060888")


def test_operations_of_a_changeset_need_a_content_id(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    answer = _send(sales, changeset(operation("POST", "accounts", {"name": "x"})))
    assert refusal(answer) == (400, "0x80060888")
    assert len(sales.value("accounts")) == 2


def test_a_batch_has_at_most_1000_operations(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    parts = [operation("PATCH", f"accounts({ACCOUNT})", {"name": "x"}) for _ in range(1001)]
    assert refusal(_send(sales, *parts)) == (400, "0x80060888")
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "Adventure Works"


def test_a_batch_in_a_batch_is_refused(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    assert refusal(_send(sales, operation("POST", f"{API}/$batch", {}))) == (400, "0x80060888")


def test_a_body_that_is_no_multipart_is_an_ordinary_error(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api."""
    answer = sales.post("$batch", {"requests": []})
    assert refusal(answer) == (400, "0x80060888")
    assert answer.headers["Content-Type"].startswith("application/json")


def test_a_batch_that_is_throttled_is_an_ordinary_error(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api: what concerns the whole batch is no multipart; api-limits"""
    sales.admin("throttle", {"mode": "user", "time": "sandbox", "requests": 1})
    sales.get("WhoAmI")
    answer = _send(sales, operation("PATCH", f"accounts({ACCOUNT})", {"name": "x"}), **ON)
    assert refusal(answer) == (429, "0x80072322")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert int(answer.headers["Retry-After"]) > 0
    assert [row["name"] for row in sales.admin("rows/accounts")["value"]] == ["Adventure Works", "Fabrikam"]


def test_what_the_twin_leaves_out_fails_its_part_alone(sales: Sales) -> None:
    answer = _send(
        sales,
        operation("GET", f"accounts?savedQuery={NEW}"),
        operation("GET", f"accounts({ACCOUNT})?$select=name"),
        **ON,
    )
    assert statuses(answer.text) == [501, 200]


def test_a_failure_at_the_end_of_the_transaction_rolls_the_changeset_back(sales: Sales) -> None:
    """The lines are good one by one; the product of the second is a draft;
    webapi/execute-batch-operations-using-web-api."""
    key = guid(50, 2)
    answer = _send(
        sales,
        changeset(
            operation("POST", "salesorders", {**order("SO-1"), "salesorderid": key}, "1"),
            operation("POST", "salesorderdetails", line(key, BIKE), "2"),
            operation("POST", "salesorderdetails", line(key, DRAFT_PRODUCT), "3"),
        ),
        **ON,
    )
    assert (statuses(answer.text), codes(answer.text)) == ([400], ["0x80040203"])
    assert sales.value("salesorders") == []
    assert sales.value("salesorderdetails") == []


def test_the_twin_counts_the_operations_of_a_batch(sales: Sales) -> None:
    sales.admin("requests/reset", {})
    _send(
        sales,
        changeset(
            operation("POST", "accounts", {"name": "x"}, "1"), operation("PATCH", f"accounts({ACCOUNT})", {}, "2")
        ),
        operation("GET", "accounts"),
    )
    report = sales.admin("requests")
    assert report["POST"] == 1
    assert report["batch_operations"] == {"GET": 1, "POST": 1, "PATCH": 1, "DELETE": 0}


def test_lines_end_with_crlf(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api: line ends of the body."""
    content = batch(operation("GET", "accounts")).encode()
    headers = {"Content-Type": "multipart/mixed; boundary=batch_1"}
    answer = sales.caller.http.post(f"{API}/$batch", content=content, headers=headers)
    assert refusal(answer) == (400, "0x80060888")


def test_the_boundary_may_be_quoted(sales: Sales) -> None:
    """SDK 1.1.0 wire: Content-Type: multipart/mixed; boundary="batch_..."."""
    answer = sales.caller.batch(f"{API}/$batch", batch(operation("GET", "accounts")), boundary='"batch_1"')
    assert statuses(answer.text) == [200]


def test_parts_have_the_headers_of_answers(sales: Sales) -> None:
    """webapi/execute-batch-operations-using-web-api: application/http, binary, Location and OData-EntityId."""
    answer = _send(sales, operation("POST", "accounts", {"accountid": NEW, "name": "New"}))
    assert "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n" in answer.text
    assert "HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\n" in answer.text
    row = f"{sales.caller.url}{API}/accounts({NEW})"
    assert f"Location: {row}" in answer.text
    assert f"OData-EntityId: {row}" in answer.text


def test_an_order_that_is_opened_changed_and_closed_in_one_changeset_is_priced(sales: Sales) -> None:
    """Each operation finds the state that the one before has left; dynamics-365-customer-engagement salesorder.md (totals)."""
    key = sales.create("salesorders", order("SO-1"))
    detail = sales.create("salesorderdetails", line(key))
    closed = {"statecode": 4, "statuscode": 100003}
    sales.change(f"salesorders({key})", closed)
    net = sales.row(f"salesorders({key})")["totalamount"]
    answer = _send(
        sales,
        changeset(
            operation("PATCH", f"salesorders({key})", {"statecode": 0, "statuscode": 1}, "1"),
            operation("PATCH", f"salesorderdetails({detail})", {"tax": 7}, "2"),
            operation("PATCH", f"salesorders({key})", closed, "3"),
        ),
    )
    assert statuses(answer.text) == [204, 204, 204]
    row = sales.row(f"salesorders({key})")
    assert (row["statecode"], row["totaltax"], row["totalamount"]) == (4, 7, net + 7)
