"""Bulk messages. Source of all: powerapps-docs bulk-operations.md."""

from typing import Any

import pytest

from p2c_assets.sandbox.dataverse.options import TwinOptions
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, OTHER_ACCOUNT, guid, order

TYPE = {"@odata.type": "Microsoft.Dynamics.CRM.account"}
NEW = guid(50, 1)


def _bulk(sales: Sales, message: str, *targets: dict[str, Any], entity_set: str = "accounts") -> Any:
    return sales.post(f"{entity_set}/Microsoft.Dynamics.CRM.{message}", {"Targets": list(targets)})


def test_create_multiple_answers_ids_in_order(sales: Sales) -> None:
    """bulk-operations"""
    answer = _bulk(sales, "CreateMultiple", {**TYPE, "name": "One", "accountid": NEW}, {**TYPE, "name": "Two"})
    ids = sales.json(answer)["Ids"]
    assert answer.status_code == 200
    assert ids[0] == NEW
    assert sales.row(f"accounts({ids[1]})")["name"] == "Two"


def test_a_bulk_message_is_all_or_nothing(sales: Sales) -> None:
    """bulk-operations"""
    answer = _bulk(sales, "CreateMultiple", {**TYPE, "name": "One"}, {**TYPE, "name": "x" * 161})
    assert refusal(answer) == (400, "0x80044331")
    assert len(sales.value("accounts")) == 2


def test_every_target_needs_its_type(sales: Sales) -> None:
    """bulk-operations"""
    assert refusal(_bulk(sales, "CreateMultiple", {"name": "One"})) == (400, "0x80048d19")
    wrong = {"@odata.type": "Microsoft.Dynamics.CRM.contact", "name": "One"}
    assert refusal(_bulk(sales, "CreateMultiple", wrong)) == (400, "0x80048d19")


def test_update_multiple_goes_by_primary_key_and_by_alternate_key(sales: Sales) -> None:
    """bulk-operations"""
    by_id = {**TYPE, "accountid": ACCOUNT, "name": "One"}
    by_key = {**TYPE, "@odata.id": "accounts(accountnumber='A2')", "name": "Two"}
    assert _bulk(sales, "UpdateMultiple", by_id, by_key).status_code == 204
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "One"
    assert sales.row(f"accounts({OTHER_ACCOUNT})")["name"] == "Two"


def test_update_multiple_of_a_missing_row_changes_nothing(sales: Sales) -> None:
    """bulk-operations"""
    answer = _bulk(
        sales, "UpdateMultiple", {**TYPE, "accountid": ACCOUNT, "name": "One"}, {**TYPE, "accountid": NEW, "name": "x"}
    )
    assert refusal(answer) == (404, "0x80040217")
    assert message(answer) == f"Account With Ids = {NEW} Do Not Exist"
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "Adventure Works"


def test_create_multiple_with_an_id_that_is_taken_is_a_duplicate_key(sales: Sales) -> None:
    """bulk-operations: Cannot insert duplicate key."""
    answer = _bulk(sales, "CreateMultiple", {**TYPE, "name": "One"}, {**TYPE, "name": "x", "accountid": ACCOUNT})
    assert refusal(answer) == (412, "0x80040237")
    assert message(answer) == "Cannot insert duplicate key."
    assert len(sales.value("accounts")) == 2


@pytest.mark.parametrize(
    ("message", "table", "there"),
    [("CreateMultiple", "salesorder", 1), ("UpsertMultiple", "account", 1), ("CreateMultiple", "quote", 0)],
)
def test_sdkmessagefilters_tell_which_table_takes_which_message(
    sales: Sales, message: str, table: str, there: int
) -> None:
    """bulk-operations: availability with standard tables."""
    aliases = f"@message='{message}'&@table='{table}'"
    wanted = "sdkmessageid/name eq @message and primaryobjecttypecode eq @table"
    found = sales.value(f"sdkmessagefilters?$select=sdkmessagefilterid&$filter={wanted}&{aliases}")
    assert len(found) == there


def test_which_tables_take_bulk_messages_is_a_setting(serve: Serve) -> None:
    """bulk-operations: not all standard tables support these messages."""
    sales = Sales(serve(DataverseTwin(Store("sales"), TwinOptions(bulk_tables=frozenset({"quote"})))))
    wanted = "sdkmessageid/name eq 'CreateMultiple'"
    found = sales.value(f"sdkmessagefilters?$select=primaryobjecttypecode&$filter={wanted}")
    assert [row["primaryobjecttypecode"] for row in found] == ["quote"]
    assert refusal(_bulk(sales, "CreateMultiple", {**TYPE, "name": "One"})) == (404, "0x8006088a")


def test_a_bulk_message_runs_the_steps_of_every_row(sales: Sales) -> None:
    """bulk-operations: the Create event occurs for each row; write-plugin-multiple-operation."""
    target = {"@odata.type": "Microsoft.Dynamics.CRM.salesorder"}
    answer = _bulk(sales, "CreateMultiple", {**target, **order()}, {**target, **order()}, entity_set="salesorders")
    numbers = [sales.row(f"salesorders({key})")["ordernumber"] for key in sales.json(answer)["Ids"]]
    assert [number[:9] for number in numbers] == ["ORD-01000", "ORD-01001"]


def test_update_multiple_does_not_create(sales: Sales) -> None:
    """bulk-operations: UpdateMultiple by an alternate key that no row has."""
    answer = _bulk(sales, "UpdateMultiple", {**TYPE, "@odata.id": "accounts(accountnumber='A9')", "name": "x"})
    assert refusal(answer) == (404, "0x80060891")


def test_upsert_multiple_goes_by_primary_key_too(sales: Sales) -> None:
    """bulk-operations: each target by @odata.id or by its primary key."""
    assert _bulk(sales, "UpsertMultiple", {**TYPE, "accountid": NEW, "name": "New"}).status_code == 204
    assert sales.row(f"accounts({NEW})")["name"] == "New"
    assert refusal(_bulk(sales, "UpsertMultiple", {**TYPE, "name": "New"})) == (400, "0x80040203")


def test_upsert_multiple_creates_and_updates(sales: Sales) -> None:
    """bulk-operations"""
    old = {**TYPE, "@odata.id": "accounts(accountnumber='A2')", "name": "Old"}
    new = {**TYPE, "@odata.id": "accounts(accountnumber='A''3')", "name": "New"}
    assert _bulk(sales, "UpsertMultiple", old, new).status_code == 204
    assert sales.row(f"accounts({OTHER_ACCOUNT})")["name"] == "Old"
    assert sales.one("accounts", "accountnumber eq 'A''3'")["name"] == "New"


def test_upsert_multiple_that_creates_does_not_take_the_key_in_the_body(sales: Sales) -> None:
    """use-upsert: key values in the body; error list: UnExpected 0x80040216; web-service-error-codes"""
    new = {**TYPE, "@odata.id": "accounts(accountnumber='A3')", "accountnumber": "A3", "name": "New"}
    answer = _bulk(sales, "UpsertMultiple", new)
    assert refusal(answer) == (400, "0x80040216")
    assert message(answer) == "An unexpected error occurred."


def test_a_row_named_twice_is_refused(sales: Sales) -> None:
    """bulk-operations"""
    one = {**TYPE, "accountid": ACCOUNT, "name": "One"}
    assert refusal(_bulk(sales, "UpdateMultiple", one, one)) == (412, "0x80040237")


def test_tables_without_bulk_messages_answer_404(sales: Sales) -> None:
    """Availability differs by table: assumptions.BULK_TABLES; bulk-operations"""
    target = {"@odata.type": "Microsoft.Dynamics.CRM.quote", **order()}
    assert refusal(_bulk(sales, "CreateMultiple", target, entity_set="quotes")) == (404, "0x8006088a")


def test_delete_multiple_is_not_there_for_standard_tables(sales: Sales) -> None:
    """bulk-operations"""
    answer = _bulk(sales, "DeleteMultiple", {**TYPE, "accountid": ACCOUNT})
    assert refusal(answer) == (400, "0x80040203")
    assert "DeleteMultiple has not yet been implemented." in answer.text


def test_a_bulk_message_without_targets_is_refused(sales: Sales) -> None:
    """bulk-operations"""
    assert refusal(_bulk(sales, "CreateMultiple")) == (400, "0x80040203")
