"""`$batch`: changesets whole or not at all. Sources: fin-ops odata; captured traces; throughput page (5,000)."""

from decimal import Decimal
from typing import Any

from p2c_assets.sandbox.exact_json import dumps, loads
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.finops.scm_rows import (
    REFERENCE,
    create,
    customer,
    key,
    order,
    order_key,
    order_line,
    record,
    value,
)
from p2c_assets_tests.sandbox.running import Caller, body


def operation(method: str, url: str, values: dict[str, Any] | None, content_id: int | None = None) -> str:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    lines += [f"Content-ID: {content_id}"] if content_id else []
    lines += ["", f"{method} {url} HTTP/1.1", "Content-Type: application/json", ""]
    return "\n".join(lines) + "\n" + (dumps(values).decode() if values is not None else "")


def changeset(name: str, *operations: str) -> str:
    inner = "".join(f"--{name}\n{text}\n" for text in operations)
    return f"Content-Type: multipart/mixed; boundary={name}\n\n{inner}--{name}--\n"


def batch(*parts: str) -> str:
    return "".join(f"--batch_1\n{part}\n" for part in parts) + "--batch_1--\n"


def document(url: str, number: str, lines: int = 1, **values: Any) -> str:
    """One order with its lines as a changeset."""
    posts = [operation("POST", f"{url}/data/CDSSalesOrderHeaders?cross-company=true", order(number), 1)]
    for line in range(1, lines + 1):
        row = order_line(number, line, **values)
        posts.append(operation("POST", f"{url}/data/CDSSalesOrderLines?cross-company=true", row, line + 1))
    return changeset(f"changeset_{number}", *posts)


def statuses(text: str) -> list[int]:
    return [int(line.split()[1]) for line in text.split("\r\n") if line.startswith("HTTP/1.1 ")]


def bodies(text: str) -> list[Any]:
    return [loads(line) for line in text.split("\r\n") if line.startswith("{")]


def test_a_document_arrives_whole(scm: Caller) -> None:
    """Source: odata.md; d365fo.integrations; Dynamics-AX-Integration ODataChangesetsExample.cs."""
    create(scm, "CustomersV2", customer())
    answer = scm.batch("/data/$batch", batch(document(scm.url, "SO-1", lines=2)))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert statuses(answer.text) == [201, 201, 201]
    assert [row.get("LineCreationSequenceNumber") for row in bodies(answer.text)] == [None, 1, 2]
    for number in (1, 2, 3):
        assert f"Content-ID: {number}\r\n" in answer.text
    assert len(value(scm, "/data/CDSSalesOrderLines")) == 2


def test_a_failed_changeset_is_rolled_back_and_answers_one_error_part(scm: Caller) -> None:
    """Source: captured trace: one error sub-response, Content-ID 1 although record 2 was at fault; odata.md."""
    create(scm, "CustomersV2", customer())
    answer = scm.batch("/data/$batch", batch(document(scm.url, "SO-1", lines=2, ProductNumber="NONE")))
    assert answer.status_code == 200
    assert statuses(answer.text) == [400]
    assert answer.text.count("Content-ID: ") == answer.text.count("Content-ID: 1\r\n") == 1
    assert "changesetresponse_" in answer.text
    (error,) = bodies(answer.text)
    assert "The value 'NONE'" in error["error"]["innererror"]["message"]
    assert scm.get(order_key()).status_code == 404


def test_changesets_of_one_batch_do_not_depend_on_each_other(scm: Caller) -> None:
    """Source: Dynamics-AX-Integration ODataChangesetsExample.cs; captured trace."""
    create(scm, "CustomersV2", customer())
    parts = [document(scm.url, "SO-1"), document(scm.url, "SO-2", ProductNumber="NONE"), document(scm.url, "SO-3")]
    answer = scm.batch("/data/$batch", batch(*parts))
    assert statuses(answer.text) == [201, 201, 400, 201, 201]
    numbers = [row["SalesOrderNumber"] for row in value(scm, "/data/CDSSalesOrderHeaders")]
    assert numbers == ["SO-1", "SO-3"]


def test_reads_and_single_writes_stand_outside_changesets(scm: Caller) -> None:
    """Source: odata.md; OData standard."""
    create(scm, "CustomersV2", customer())
    parts = [
        operation("GET", "CustomersV2?$select=CustomerAccount", None),
        operation("PATCH", key("CustomersV2", CustomerAccount="C1"), {"CreditLimit": Decimal("1.50")}, 7),
        operation("DELETE", f"{scm.url}{key('CustomersV2', CustomerAccount='C9')}", None),
        operation("GET", "/data/CustomersV3", None),
    ]
    answer = scm.batch("/data/$batch", batch(*parts))
    assert statuses(answer.text) == [200, 204, 400, 501]
    assert bodies(answer.text)[0]["value"][0]["CustomerAccount"] == "C1"
    assert "No resources were found when selecting for update." in answer.text
    assert record(scm, key("CustomersV2", CustomerAccount="C1"))["CreditLimit"] == Decimal("1.50")


def test_a_read_inside_a_changeset_fails_it(scm: Caller) -> None:
    # Source: Microsoft.OData text
    create(scm, "CustomersV2", customer())
    texts = [operation("POST", "CDSSalesOrderHeaders", order(), 1), operation("GET", "CustomersV2", None, 2)]
    answer = scm.batch("/data/$batch", batch(changeset("changeset_1", *texts)))
    assert statuses(answer.text) == [400]
    assert "An invalid HTTP method 'GET' was detected for a request in a change set." in answer.text
    assert scm.get(order_key()).status_code == 404


def test_an_unsupported_feature_inside_a_changeset_rolls_it_back(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    answer = scm.batch("/data/$batch", batch(document(scm.url, "SO-1", LineDiscountPercentage=5)))
    assert statuses(answer.text) == [501]
    assert scm.get(order_key()).status_code == 404


def test_business_errors_inside_a_batch_can_answer_500_as_in_the_older_trace(serve: Serve) -> None:
    """Source: captured trace of a 500 inside $batch."""
    scm = serve(FinopsTwin(Store("scm"), batch_error_status=500))
    scm.admin("load", {"rows": REFERENCE})
    answer = scm.batch("/data/$batch", batch(document(scm.url, "SO-1")))
    assert statuses(answer.text) == [500]
    unreadable = changeset("changeset_1", operation("POST", "CustomersV2", {"Nonsense": 1}, 1))
    assert statuses(scm.batch("/data/$batch", batch(unreadable)).text) == [400]


def test_more_than_five_thousand_operations_are_refused(scm: Caller) -> None:
    """Source: service-protection-maximizing-api-throughput.md: 5,000 operations per batch."""
    reads = [operation("GET", "SellableReleasedProducts?$top=1&$select=ProductNumber", None)] * 5_001
    refused = scm.batch("/data/$batch", batch(*reads))
    assert refused.status_code == 400
    assert "'5000' query operations and change sets are allowed" in body(refused)["error"]["innererror"]["message"]
    assert len(statuses(scm.batch("/data/$batch", batch(*reads[:5_000])).text)) == 5_000


def test_a_malformed_batch_is_one_plain_error(scm: Caller) -> None:
    answer = scm.batch("/data/$batch", "nothing of the kind")
    assert answer.status_code == 400
    assert "does not occur in the body" in body(answer)["error"]["innererror"]["message"]
    assert scm.post("/data/$batch", {}).status_code == 400


def test_operations_inside_a_batch_are_counted_by_method(scm: Caller) -> None:
    """Source: service-protection-maximizing-api-throughput.md."""
    create(scm, "CustomersV2", customer())
    scm.admin("requests/reset", {})
    read = operation("GET", "CustomersV2", None)
    scm.batch("/data/$batch", batch(document(scm.url, "SO-1", lines=2), read))
    counted = scm.admin("requests")
    assert counted["POST"] == 1
    assert counted["batch_operations"] == {"GET": 1, "POST": 3, "PATCH": 0, "DELETE": 0}


def test_a_thousand_operations_are_quick(scm: Caller) -> None:
    create(scm, "CustomersV2", customer())
    documents = [document(scm.url, f"SO-{number:03d}", lines=4) for number in range(200)]
    answer = scm.batch("/data/$batch", batch(*documents))
    assert statuses(answer.text) == [201] * 1_000
    duration_ms = float(answer.headers["server-timing"].removeprefix("dur="))
    assert duration_ms < 5_000, f"{duration_ms} ms for 1,000 operations"
