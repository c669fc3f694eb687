"""A customer that Sales owns and that SCM's clerks change as well: who wins, what is kept, when it comes to rest."""

import asyncio
from typing import Any

import pytest

from p2c_assets.connectors.protocol import Changeset
from p2c_assets.delivery import echo
from p2c_assets.delivery.planning import make_plan
from p2c_assets.extraction.reader import read_all
from p2c_assets.mappings import scm
from p2c_assets.settings import Conflicts, Delivery
from p2c_assets.warehouse import ledger
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.delivery.fake_scm import TASK, FakeScm, deliver, desk, given_mapped, synchronise

HOLD = Delivery(conflicts=Conflicts(accounts="hold"))


@pytest.fixture
def client(database: Database) -> FakeScm:
    """SCM after a run in which both sides have agreed on customer A."""
    client = FakeScm()
    given_mapped(database, A="Adatum")
    assert synchronise(database, client) == {"A": "created"}
    client.sent.clear()
    return client


def found(database: Database) -> list[tuple[Any, ...]]:
    return database.rows(
        "SELECT document, field, owner, moved, agreed_value, sales_value, scm_value, rule, resolution "
        "FROM ledger.conflicts ORDER BY first_utc, field"
    )


def test_a_change_of_the_owner_alone_is_no_conflict(database: Database, client: FakeScm) -> None:
    given_mapped(database, A="Adatum Ltd")
    assert synchronise(database, client, "run2") == {"A": "updated"}
    assert synchronise(database, client, "run3") == {"A": "unchanged"}
    assert found(database) == []


def test_a_change_of_the_other_side_is_written_over_and_kept_with_both_values(
    database: Database, client: FakeScm
) -> None:
    client.customers["A"]["OrganizationName"] = "Changed by a clerk"
    assert synchronise(database, client, "run2", day=1) == {"A": "updated"}
    assert client.customers["A"]["OrganizationName"] == "Adatum"
    assert found(database) == [
        (
            "a",
            "OrganizationName",
            "sales",
            "other",
            "Adatum",
            "Adatum",
            "Changed by a clerk",
            "owner_wins",
            "owner_wins",
        )
    ]
    said = ledger.current(database, TASK, "usmf")["detail"].to_list()
    assert said == [
        "changed in SCM although Sales owns it: OrganizationName is 'Adatum' in Sales, 'Changed by a clerk' in SCM, "
        "and was 'Adatum'"
    ]
    assert synchronise(database, client, "run3") == {"A": "unchanged"}


def test_where_both_sides_changed_a_field_the_owner_wins_too(database: Database, client: FakeScm) -> None:
    client.customers["A"]["OrganizationName"] = "Changed by a clerk"
    given_mapped(database, A="Adatum Ltd")
    assert synchronise(database, client, "run2", day=1) == {"A": "updated"}
    assert client.customers["A"]["OrganizationName"] == "Adatum Ltd"
    assert [row[3:7] for row in found(database)] == [("both", "Adatum", "Adatum Ltd", "Changed by a clerk")]


def test_the_settings_can_hold_the_document_until_both_values_are_equal(database: Database, client: FakeScm) -> None:
    client.customers["A"]["OrganizationName"] = "Adatum Corporation"
    assert synchronise(database, client, "run2", day=1, rules=HOLD) == {"A": "held"}
    assert synchronise(database, client, "run3", day=2, rules=HOLD) == {"A": "held"}
    assert client.sent == []
    assert ledger.current(database, TASK, "usmf")["reason"].to_list() == ["conflict"]
    assert [row[-2:] for row in found(database)] == [("hold", None)]
    given_mapped(database, A="Adatum Corporation")
    assert synchronise(database, client, "run4", day=3, rules=HOLD) == {"A": "unchanged"}
    assert [row[-2:] for row in found(database)] == [("hold", "values_agree")]
    client.customers["A"]["OrganizationName"] = "Adatum"
    assert synchronise(database, client, "run5", day=4, rules=HOLD) == {"A": "held"}


def test_a_held_document_is_sent_once_the_owner_may_win(database: Database, client: FakeScm) -> None:
    client.customers["A"]["OrganizationName"] = "Changed by a clerk"
    assert synchronise(database, client, "run2", day=1, rules=HOLD) == {"A": "held"}
    assert synchronise(database, client, "run3", day=2) == {"A": "updated"}
    assert [row[-2:] for row in found(database)] == [("hold", "owner_wins")]


def test_somebody_who_always_puts_his_value_back_gets_the_document_held(database: Database, client: FakeScm) -> None:
    for run in range(2, 5):
        client.customers["A"]["OrganizationName"] = "Changed by a robot"
        assert synchronise(database, client, f"run{run}", day=run) == {"A": "updated"}
    client.customers["A"]["OrganizationName"] = "Changed by a robot"
    assert synchronise(database, client, "run5", day=5) == {"A": "held"}
    assert "written over 3 times" in ledger.current(database, TASK, "usmf")["detail"].to_list()[0]


def test_a_record_that_the_other_side_deleted_is_a_conflict_and_made_anew(database: Database, client: FakeScm) -> None:
    del client.customers["A"]
    assert synchronise(database, client, "run2", day=1) == {"A": "created"}
    assert [row[:4] for row in found(database)] == [("a", "(row)", "sales", "other")]


def test_a_conflict_whose_value_changes_again_is_overtaken_by_the_next(database: Database, client: FakeScm) -> None:
    for run, name in ((2, "Changed by a clerk"), (3, "Changed again")):
        client.customers["A"]["OrganizationName"] = name
        synchronise(database, client, f"run{run}", day=run, rules=HOLD)
    assert [(row[6], row[-1]) for row in found(database)] == [
        ("Changed by a clerk", "overtaken"),
        ("Changed again", None),
    ]


class TidyScm(FakeScm):
    """It keeps names without what it does not want at their end."""

    def __init__(self, unwanted: str) -> None:
        super().__init__()
        self._unwanted = unwanted

    def _one(self, changeset: Changeset) -> Any:
        verdict = super()._one(changeset)
        for customer in self.customers.values():
            customer["OrganizationName"] = str(customer.get("OrganizationName", "")).rstrip(self._unwanted)
        return verdict


def test_a_value_that_the_destination_keeps_in_a_form_of_its_own_comes_to_rest_and_is_no_conflict(
    database: Database,
) -> None:
    client = TidyScm(" ")
    given_mapped(database, A="Adatum ")
    outcomes = [synchronise(database, client, f"run{run}", day=run)["A"] for run in range(1, 5)]
    assert outcomes == ["created", "updated", "unchanged", "unchanged"]
    given_mapped(database, A="Contoso ")
    outcomes = [synchronise(database, client, f"run{run}", day=run)["A"] for run in range(5, 9)]
    assert outcomes == ["updated", "updated", "unchanged", "unchanged"]
    assert found(database) == []


def test_what_is_altered_by_no_known_rule_is_held_and_after_a_repetition_sent_no_more(database: Database) -> None:
    client = TidyScm(".")
    given_mapped(database, A="Adatum Inc.")
    sent: list[int] = []
    for run in range(1, 6):
        client.sent.clear()
        assert synchronise(database, client, f"run{run}", day=run) == {"A": "held"}
        sent.append(len(client.sent))
    assert sent == [1, 1, 1, 0, 0], "created, written over once more, and that again with the same content"
    (said,) = ledger.current(database, TASK, "usmf").to_dicts()
    assert said["reason"] == "lost_by_destination"
    assert "twice with the same content" in said["detail"]
    given_mapped(database, A="Adatum Inc")
    assert synchronise(database, client, "run6", day=6) == {"A": "unchanged"}


def test_without_echo_suppression_every_run_sends_everything_again(
    database: Database, client: FakeScm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(echo, "is_echo", lambda *_values, **_named: False)  # pyright: ignore[reportUnknownLambdaType]
    outcomes = [synchronise(database, client, f"run{run}", day=run)["A"] for run in range(2, 6)]
    assert outcomes == ["updated"] * 4


def test_what_somebody_wrote_between_our_write_and_our_reading_is_not_taken_for_the_destinations_rule(
    database: Database, client: FakeScm
) -> None:
    def meddle() -> None:
        if client.sent:
            client.customers["A"]["OrganizationName"] = "Changed at once"

    given_mapped(database, A="Adatum Ltd")
    client.before_reading = meddle
    synchronise(database, client, "run2", day=1)
    client.before_reading = lambda: None
    assert synchronise(database, client, "run3", day=2) == {"A": "updated"}
    assert client.customers["A"]["OrganizationName"] == "Adatum Ltd"


def test_what_a_killed_run_wrote_is_nobody_elses_change(database: Database, client: FakeScm) -> None:
    given_mapped(database, A="Adatum Ltd")
    here = desk(database, "run2", day=1)
    asyncio.run(read_all(here.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(here)

    def killed() -> None:
        if client.sent:
            raise KeyboardInterrupt

    client.before_reading = killed
    with pytest.raises(KeyboardInterrupt):
        deliver(here, client)
    client.before_reading = lambda: None
    given_mapped(database, A="Adatum Limited")
    assert synchronise(database, client, "run3", day=2) == {"A": "updated"}
    assert found(database) == []
