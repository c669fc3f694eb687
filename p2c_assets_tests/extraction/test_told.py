"""Reading just the rows that events told of: the same as a full read leaves, in one request."""

import pytest

from p2c_assets.extraction.reader import read_told
from p2c_assets.mappings import scm
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse.raw_log import Change
from p2c_assets_tests.connectors.wire import run
from p2c_assets_tests.extraction.scm_stage import CUSTOMERS, Stage
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, create, customer, key, quotation, quotation_line

MANY = 250


def told(stage: Stage, keys: list[str], entity: Entity = CUSTOMERS) -> Change:
    async def work() -> Change:
        async with stage.client() as client:
            return await read_told(stage.reading(), client, entity, "usmf", keys)

    return run(work())


def requests(stage: Stage) -> dict[str, int]:
    found = stage.caller.http.get("/_sandbox/requests").json()
    stage.caller.admin("requests/reset", {})
    return {method: found[method] for method in ("GET", "POST") if found.get(method)}


@pytest.fixture
def many(stage: Stage) -> Stage:
    rows = [{"dataAreaId": "usmf", **customer(f"M{number:03}", SalesMemo="old")} for number in range(MANY)]
    stage.caller.admin("load", {"rows": {**REFERENCE, "CustomersV2": rows}})
    stage.pages()
    requests(stage)
    return stage


def test_a_change_and_a_deletion_are_found_and_the_rest_is_left_alone(stage: Stage) -> None:
    stage.pages()
    stage.change("new")
    stage.caller.delete(key("CustomersV2", CustomerAccount="C2"))
    stage.caller.patch(key("CustomersV2", CustomerAccount="C0"), {"SalesMemo": "nobody told"})
    requests(stage)
    assert told(stage, ["C1", "C2", "never there"]) == Change(read=1, new=0, changed=1, deleted=1)
    assert requests(stage) == {"GET": 1}
    assert stage.memos() == {"C0": "old", "C1": "new"}
    assert stage.pages().changed == 1, "the full read finds what no event told of"


def test_many_are_read_in_one_request(many: Stage) -> None:
    for number in range(0, MANY, 100):
        assert many.caller.patch(key("CustomersV2", CustomerAccount=f"M{number:03}"), {"SalesMemo": "new"}).is_success
    requests(many)
    assert told(many, [f"M{number:03}" for number in range(MANY)]) == Change(read=MANY, new=0, changed=3, deleted=0)
    assert requests(many) == {"POST": 1}
    left = many.database.rows("SELECT * FROM raw.scm_customers_v2 ORDER BY ALL")
    assert many.pages() == Change(MANY + 3, 0, 0, 0)
    assert left == many.database.rows("SELECT * FROM raw.scm_customers_v2 ORDER BY ALL")


@pytest.mark.parametrize(
    "fault", [{"kind": "error"}, {"kind": "drop_after"}, {"kind": "error", "inside": True, "nth": [2]}]
)
def test_where_a_batch_is_not_to_be_had_they_are_read_one_by_one(many: Stage, fault: dict[str, object]) -> None:
    path = {} if fault.get("inside") else {"path": "batch"}
    many.caller.admin("faults", {**fault, **path, "count": 1})
    assert told(many, [f"M{number:03}" for number in range(MANY)]).read == MANY
    assert requests(many) == {"POST": 1, "GET": 3}


def test_all_lines_of_a_document_are_read_by_its_number(stage: Stage) -> None:
    stage.pages(scm.SALES_QUOTATION_LINES)
    create(stage.caller, "CDSSalesQuotationHeaders", quotation("Q1"))
    for number in (1, 2):
        create(stage.caller, "CDSSalesQuotationLines", quotation_line("Q1", number))
    assert told(stage, ["Q1"], scm.SALES_QUOTATION_LINES).new == 2
