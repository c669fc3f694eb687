"""Microsoft's Python client, unmodified, over TLS: batches, changesets and references.

Source of the calls that it makes: SDK 1.1.0 wire.
"""

from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, MISSING, OTHER_ACCOUNT, line, order
from p2c_assets_tests.sandbox.running import Caller


def test_a_batch_answers_in_order(client: DataverseClient, sales: Caller) -> None:
    """SDK 1.1.0 wire: $batch of single operations."""
    batch = client.batch.new()
    batch.records.create("account", {"name": "New", "accountnumber": "N1"})
    batch.records.update("account", ACCOUNT, {"name": "Renamed"})
    batch.records.upsert("account", [UpsertItem({"accountnumber": "N'2"}, {"name": "Upserted"})])
    batch.records.delete("account", OTHER_ACCOUNT)
    batch.records.retrieve("account", ACCOUNT, select=["name"])
    batch.records.list("account", filter="accountnumber eq 'N''2'", select=["name"])
    batch.query.sql("SELECT name FROM account WHERE accountnumber = 'N1'")
    sales.admin("requests/reset", {})
    result = batch.execute()
    assert [answer.status_code for answer in result.responses] == [204, 204, 204, 204, 200, 200, 200]
    assert not result.has_errors
    created, *_, one, listed, selected = result.responses
    assert created.entity_id
    assert one.data is not None
    assert one.data["name"] == "Renamed"
    assert [[row["name"] for row in (answer.data or {})["value"]] for answer in (listed, selected)] == [
        ["Upserted"],
        ["New"],
    ]
    assert sales.admin("requests")["POST"] == 1


def test_a_batch_holds_the_bulk_messages(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: CreateMultiple, UpdateMultiple and UpsertMultiple inside $batch."""
    batch = client.batch.new()
    batch.records.create("account", [{"name": "1", "accountnumber": "N1"}, {"name": "2", "accountnumber": "N2"}])
    batch.records.update("account", [ACCOUNT, OTHER_ACCOUNT], {"description": "both"})
    batch.records.upsert("account", [UpsertItem({"accountnumber": n}, {"name": n}) for n in ("N2", "N3")])
    created, updated, upserted = batch.execute().responses
    assert created.data is not None
    assert len(created.data["Ids"]) == 2
    assert (updated.status_code, upserted.status_code) == (204, 204)
    assert [row["name"] for row in client.records.list("account", orderby=["accountnumber"])][2:] == ["1", "N2", "N3"]


def test_a_changeset_refers_to_what_it_made(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: $n as the URL of an update and as the value of a bind."""
    batch = client.batch.new()
    with batch.changeset() as changes:
        header = changes.records.create("salesorder", order("SO-9"))
        changes.records.create("salesorderdetail", {**line("x"), "salesorderid@odata.bind": header, "quantity": 2})
        changes.records.update("salesorder", header, {"name": "By reference"})
    result = batch.execute()
    assert [(answer.status_code, answer.content_id) for answer in result.responses] == [
        (204, "1"),
        (204, "2"),
        (204, "3"),
    ]
    found = client.records.retrieve("salesorder", result.entity_ids[0], select=["name", "totalamount"])
    assert (found["name"], found["totalamount"]) == ("By reference", 200)


def test_a_failed_changeset_leaves_nothing(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: one error stands for the whole changeset; the rest goes on when asked to."""
    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.create("account", {"name": "New", "accountnumber": "N1"})
        changes.records.update("account", MISSING, {"name": "x"})
    batch.records.retrieve("account", ACCOUNT, select=["name"])
    failed, read = batch.execute(continue_on_error=True).responses
    assert (failed.status_code, failed.error_code) == (404, "0x80040217")
    assert read.status_code == 200
    assert len(client.records.list("account", filter="accountnumber eq 'N1'")) == 0


def test_without_continue_on_error_the_failure_is_the_whole_answer(client: DataverseClient) -> None:
    """SDK 1.1.0 wire: the client takes the outer 400 as a result."""
    batch = client.batch.new()
    batch.records.create("account", {"name": "New", "accountnumber": "N1"})
    batch.records.delete("account", MISSING)
    batch.records.create("account", {"name": "Newer", "accountnumber": "N2"})
    (failed,) = batch.execute().responses
    assert failed.status_code == 404
    found = client.records.list("account", filter="startswith(accountnumber,'N')", select=["accountnumber"])
    assert [row["accountnumber"] for row in found] == ["N1"]
