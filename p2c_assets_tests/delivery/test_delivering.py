"""Delivery against a destination that is a dictionary: what is sent, when, and what is believed afterwards."""

import asyncio

import polars as pl
import pytest

from p2c_assets.connectors.protocol import Changeset
from p2c_assets.delivery.planning import make_plan
from p2c_assets.extraction.reader import read_all
from p2c_assets.mappings import scm
from p2c_assets.warehouse import ledger
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.delivery.fake_scm import TASK, FakeScm, deliver, desk, given_mapped, synchronise


def read_back(database: Database) -> dict[object, object]:
    return dict(database.rows("SELECT document, read_back FROM delivery.outbox"))


def test_a_second_run_with_nothing_new_sends_nothing(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum", B="Contoso")
    assert synchronise(database, client) == {"A": "created", "B": "created"}
    client.sent.clear()
    assert synchronise(database, client, "run2") == {"A": "unchanged", "B": "unchanged"}
    assert client.sent == []


def test_an_account_renamed_in_case_alone_is_still_the_customer_it_was(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, **{"US-005": "Adatum"})
    assert synchronise(database, client) == {"US-005": "created"}
    given_mapped(database, **{"us-005": "Adatum Ltd"})
    assert synchronise(database, client, "run2") == {"us-005": "updated"}
    assert client.customers.keys() == {"US-005"}
    client.sent.clear()
    assert synchronise(database, client, "run3") == {"us-005": "unchanged"}
    assert client.sent == []


def test_a_refused_document_keeps_its_words_and_is_not_sent_again_until_it_changes(database: Database) -> None:
    client = FakeScm(lambda changeset: "refused" if changeset.id == "B" else "delivered")
    given_mapped(database, A="Adatum", B="Contoso")
    assert synchronise(database, client) == {"A": "created", "B": "refused"}
    client.sent.clear()
    assert synchronise(database, client, "run2", day=3)["B"] == "refused"
    assert client.sent == []
    row = ledger.current(database, TASK, "usmf").filter(pl.col("document") == "B").to_dicts()[0]
    assert "AxODataWriteException: group 10 does not exist (first refused on 20" in row["detail"]
    client.decide = lambda _changeset: "delivered"
    given_mapped(database, A="Adatum", B="Contoso Ltd")
    assert synchronise(database, client, "run3")["B"] == "created"


def test_a_write_whose_answer_was_lost_is_settled_by_reading_and_not_sent_twice(database: Database) -> None:
    client = FakeScm(lambda _changeset: "lost")
    given_mapped(database, A="Adatum")
    assert synchronise(database, client) == {"A": "created"}
    assert client.sent == ["A"]


def test_a_record_that_was_created_meanwhile_is_planned_again_and_not_called_created_by_us(database: Database) -> None:
    client = FakeScm(lambda _changeset: "taken")
    given_mapped(database, A="Adatum")
    synchronise(database, client)
    assert client.sent == ["A", "A"]
    assert client.customers["A"]["OrganizationName"] == "Adatum"


def test_two_rows_of_one_number_and_two_targets_are_two_documents(database: Database) -> None:
    """One contact number under two accounts: the key in SCM is both."""
    client = FakeScm()
    given_mapped(database, A="Adatum", B="Contoso")
    database.run("UPDATE mapped.scm_customers_from_accounts SET document = 'A'")
    assert synchronise(database, client) == {"A": "created", "B": "created"}


def test_a_write_that_never_arrived_is_sent_once_more_and_then_held(database: Database) -> None:
    client = FakeScm(lambda _changeset: "unheard")
    given_mapped(database, A="Adatum")
    assert synchronise(database, client) == {"A": "held"}
    assert client.sent == ["A", "A"]


def test_a_delivery_that_was_killed_after_sending_continues_from_its_outbox(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum", B="Contoso")
    here = desk(database)
    asyncio.run(read_all(here.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(here)

    def killed(changeset: Changeset) -> str:
        if changeset.id == "B":
            raise KeyboardInterrupt
        return "delivered"

    client.decide = killed
    with pytest.raises(KeyboardInterrupt):
        deliver(here, client)
    client.decide = lambda _changeset: "delivered"
    client.sent.clear()
    assert deliver(here, client) == {"A": "created", "B": "created"}
    assert client.sent == ["B"]
    assert read_back(database) == {"A": "as sent", "B": "as sent"}


def test_documents_are_sent_in_the_order_of_their_keys_however_their_rows_lie(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, C="Fabrikam", A="Adatum", B="Contoso")
    synchronise(database, client)
    assert client.sent == ["A", "B", "C"]


def test_what_had_its_verdict_before_a_kill_is_read_back_after_it(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum")
    here = desk(database)
    asyncio.run(read_all(here.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(here)

    def killed_when_reading_back() -> None:
        if client.sent:
            raise KeyboardInterrupt

    client.before_reading = killed_when_reading_back
    with pytest.raises(KeyboardInterrupt):
        deliver(here, client)
    client.before_reading = lambda: None
    assert deliver(here, client) == {"A": "created"}
    assert client.sent == ["A"]
    assert read_back(database) == {"A": "as sent"}
    assert database.value("SELECT OrganizationName FROM raw.scm_customers_v2") == "Adatum"


def test_a_destination_that_changed_after_the_plan_holds_just_that_document(database: Database) -> None:
    client = FakeScm()
    client.customers = {key: {"dataAreaId": "usmf", "CustomerAccount": key, "OrganizationName": "Old"} for key in "AB"}
    given_mapped(database, A="Adatum", B="Contoso")
    here = desk(database)
    asyncio.run(read_all(here.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(here)
    client.customers["B"]["OrganizationName"] = "Changed by a clerk"
    assert deliver(here, client) == {"A": "updated", "B": "held"}
    assert client.sent == ["A"]


def test_a_source_that_changed_after_the_plan_is_not_sent_unseen(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum")
    here = desk(database)
    asyncio.run(read_all(here.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(here)
    given_mapped(database, A="Somebody else")
    assert deliver(here, client) == {"A": "held"}
    assert client.sent == []


def test_the_outbox_is_written_before_the_first_request(database: Database) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum")
    seen: list[object] = []
    client.decide = lambda _changeset: seen.extend(database.rows("SELECT state FROM delivery.outbox")) or "delivered"
    synchronise(database, client)
    assert seen == [("sent",)]


def test_every_source_row_has_one_outcome_in_the_ledger(database: Database) -> None:
    client = FakeScm(lambda changeset: "refused" if changeset.id == "B" else "delivered")
    given_mapped(database, A="Adatum", B="Contoso")
    synchronise(database, client)
    found = ledger.current(database, TASK, "usmf").select("source_id", "outcome", "reason").sort("source_id").rows()
    assert found == [("id of A", "created", None), ("id of B", "refused", "refused_by_destination")]
