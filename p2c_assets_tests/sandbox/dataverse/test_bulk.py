"""Bulk messages. Source of all: powerapps-docs bulk-operations.md."""

from typing import Any

from p2c_assets_tests.sandbox.dataverse.sales import Sales, refusal
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, OTHER_ACCOUNT, guid, order

TYPE = {"@odata.type": "Microsoft.Dynamics.CRM.account"}
NEW = guid(50, 1)


def _bulk(sales: Sales, message: str, *targets: dict[str, Any], entity_set: str = "accounts") -> Any:
    return sales.post(f"{entity_set}/Microsoft.Dynamics.CRM.{message}", {"Targets": list(targets)})


def test_create_multiple_answers_ids_in_order(sales: Sales) -> None:
    answer = _bulk(sales, "CreateMultiple", {**TYPE, "name": "One", "accountid": NEW}, {**TYPE, "name": "Two"})
    ids = sales.json(answer)["Ids"]
    assert answer.status_code == 200
    assert ids[0] == NEW
    assert sales.row(f"accounts({ids[1]})")["name"] == "Two"


def test_a_bulk_message_is_all_or_nothing(sales: Sales) -> None:
    answer = _bulk(sales, "CreateMultiple", {**TYPE, "name": "One"}, {**TYPE, "name": "x" * 161})
    assert refusal(answer) == (400, "0x80044331")
    assert len(sales.value("accounts")) == 2


def test_every_target_needs_its_type(sales: Sales) -> None:
    assert refusal(_bulk(sales, "CreateMultiple", {"name": "One"})) == (400, "0x80048d19")
    wrong = {"@odata.type": "Microsoft.Dynamics.CRM.contact", "name": "One"}
    assert refusal(_bulk(sales, "CreateMultiple", wrong)) == (400, "0x80048d19")


def test_update_multiple_goes_by_primary_key_and_by_alternate_key(sales: Sales) -> None:
    by_id = {**TYPE, "accountid": ACCOUNT, "name": "One"}
    by_key = {**TYPE, "@odata.id": "accounts(accountnumber='A2')", "name": "Two"}
    assert _bulk(sales, "UpdateMultiple", by_id, by_key).status_code == 204
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "One"
    assert sales.row(f"accounts({OTHER_ACCOUNT})")["name"] == "Two"


def test_update_multiple_of_a_missing_row_changes_nothing(sales: Sales) -> None:
    answer = _bulk(
        sales, "UpdateMultiple", {**TYPE, "accountid": ACCOUNT, "name": "One"}, {**TYPE, "accountid": NEW, "name": "x"}
    )
    assert refusal(answer) == (404, "0x80040217")
    assert sales.row(f"accounts({ACCOUNT})")["name"] == "Adventure Works"


def test_upsert_multiple_creates_and_updates(sales: Sales) -> None:
    old = {**TYPE, "@odata.id": "accounts(accountnumber='A2')", "name": "Old"}
    new = {**TYPE, "@odata.id": "accounts(accountnumber='A''3')", "name": "New"}
    assert _bulk(sales, "UpsertMultiple", old, new).status_code == 204
    assert sales.row(f"accounts({OTHER_ACCOUNT})")["name"] == "Old"
    assert sales.one("accounts", "accountnumber eq 'A''3'")["name"] == "New"


def test_a_row_named_twice_is_refused(sales: Sales) -> None:
    one = {**TYPE, "accountid": ACCOUNT, "name": "One"}
    assert refusal(_bulk(sales, "UpdateMultiple", one, one)) == (412, "0x80040237")


def test_tables_without_bulk_messages_answer_404(sales: Sales) -> None:
    """Availability differs by table: assumptions.BULK_TABLES."""
    target = {"@odata.type": "Microsoft.Dynamics.CRM.quote", **order()}
    assert refusal(_bulk(sales, "CreateMultiple", target, entity_set="quotes")) == (404, "0x8006088a")


def test_delete_multiple_is_not_there_for_standard_tables(sales: Sales) -> None:
    answer = _bulk(sales, "DeleteMultiple", {**TYPE, "accountid": ACCOUNT})
    assert refusal(answer) == (400, "0x80040203")
    assert "DeleteMultiple has not yet been implemented." in answer.text


def test_a_bulk_message_without_targets_is_refused(sales: Sales) -> None:
    assert refusal(_bulk(sales, "CreateMultiple")) == (400, "0x80040203")
