from datetime import UTC, datetime, timedelta

import polars as pl

from p2c_assets.warehouse import outbox
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.outbox import Answer, Kept, Slot

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SLOT = Slot("scm/sales_orders", "usmf", "plan1")


def enqueue(database: Database, slot: Slot, *documents: str) -> None:
    rows = [(document, "create", f"print of {document}", "[]") for document in documents]
    frame = pl.DataFrame(rows, schema=["document", "action", "fingerprint", "operations"], orient="row")
    outbox.enqueue(database, slot, "run1", frame, NOW)


def states(database: Database, slot: Slot) -> dict[str, str]:
    return {document: answer.state for document, answer in outbox.states(database, slot).items()}


def answered(document: str, state: str) -> Answer:
    return Answer(document, state, 400, "code", "no such customer", "request")


def test_a_document_goes_from_pending_over_sent_to_its_verdict(database: Database) -> None:
    enqueue(database, SLOT, "SO-1", "SO-2", "SO-3")
    outbox.mark_sent(database, SLOT, ["SO-1", "SO-2"], NOW)
    outbox.settle(database, SLOT, [answered("SO-1", "delivered")], NOW)
    assert states(database, SLOT) == {"SO-1": "delivered", "SO-2": "sent", "SO-3": "pending"}


def test_writing_a_plan_to_the_outbox_again_changes_nothing_that_was_sent(database: Database) -> None:
    enqueue(database, SLOT, "SO-1")
    outbox.mark_sent(database, SLOT, ["SO-1"], NOW)
    enqueue(database, SLOT, "SO-1", "SO-2")
    assert states(database, SLOT) == {"SO-1": "sent", "SO-2": "pending"}


def test_a_later_plan_supersedes_what_an_earlier_one_left_open(database: Database) -> None:
    enqueue(database, SLOT, "SO-1")
    enqueue(database, Slot("scm/sales_orders", "demf", "plan1"), "SO-1")
    enqueue(database, SLOT._replace(plan="plan2"), "SO-1")
    assert states(database, SLOT) == {"SO-1": "superseded"}
    assert states(database, Slot("scm/sales_orders", "demf", "plan1")) == {"SO-1": "pending"}


def test_a_refusal_is_remembered_with_its_first_date_until_the_document_is_delivered(database: Database) -> None:
    for day, plan in enumerate(("plan1", "plan2")):
        slot = SLOT._replace(plan=plan)
        enqueue(database, slot, "SO-1")
        outbox.settle(database, slot, [answered("SO-1", "refused")], NOW + timedelta(days=day))
    refusal = outbox.refusals(database, "scm/sales_orders", "usmf")["SO-1"]
    assert (refusal.fingerprint, refusal.message, refusal.first_utc) == ("print of SO-1", "no such customer", NOW)
    outbox.settle(database, SLOT, [answered("SO-1", "delivered")], NOW)
    assert outbox.refusals(database, "scm/sales_orders", "usmf") == {}


def test_what_reading_back_showed_is_kept_with_what_was_sent(database: Database) -> None:
    frame = pl.DataFrame(
        {name: ["SO-1", "SO-2"] for name in ("document", "action", "fingerprint", "operations", "changes")}
    )
    outbox.enqueue(database, SLOT, "run1", frame, NOW)
    outbox.keep_read_back(database, SLOT, [Kept("SO-1", "as sent"), Kept("SO-2", "Email: sent 'a', found 'b'")])
    rows = database.rows("SELECT document, changes, read_back FROM delivery.outbox ORDER BY document")
    assert rows == [("SO-1", "SO-1", "as sent"), ("SO-2", "SO-2", "Email: sent 'a', found 'b'")]


def test_an_outbox_of_an_earlier_version_gets_its_new_columns(database: Database) -> None:
    enqueue(database, SLOT, "SO-1")
    database.run("ALTER TABLE delivery.outbox DROP COLUMN changes")
    database.run("ALTER TABLE delivery.outbox DROP COLUMN read_back")
    outbox.prepare(database)
    assert database.rows("SELECT document, changes, read_back FROM delivery.outbox") == [("SO-1", None, None)]


def test_refusals_are_forgotten_by_company_unit_and_document(database: Database) -> None:
    for unit, company, document in (
        ("scm/sales_orders", "usmf", "SO-1"),
        ("scm/sales_orders", "demf", "SO-1"),
        ("scm/contact_persons", "usmf", "C-1|US-1"),
    ):
        slot = Slot(unit, company, "plan1")
        enqueue(database, slot, document)
        outbox.settle(database, slot, [answered(document, "refused")], NOW)
    assert outbox.forget_refusals(database, ["gbsi"]) == []
    assert outbox.forget_refusals(database, ["usmf"], ["scm/sales_orders"], "c-1") == []
    assert outbox.forget_refusals(database, ["usmf"], None, "c-1") == [("scm/contact_persons", "usmf", "C-1|US-1")]
    assert outbox.forget_refusals(database, ["usmf", "demf"], ["scm/sales_orders"]) == [
        ("scm/sales_orders", "demf", "SO-1"),
        ("scm/sales_orders", "usmf", "SO-1"),
    ]
