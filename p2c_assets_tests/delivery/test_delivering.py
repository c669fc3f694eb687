"""Delivery against a destination that is a dictionary: what is sent, when, and what is believed afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from p2c_assets.connectors.protocol import Changeset, KeyColumn, Query, Row, Statistics, Verdict
from p2c_assets.delivery.delivering import deliver_plan
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.planning import make_plan
from p2c_assets.delivery.units import UNITS
from p2c_assets.extraction.frames import concatenate
from p2c_assets.extraction.reader import Reading, read_all
from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.settings import Company, Delivery, MappingSettings
from p2c_assets.warehouse import ledger, outbox, raw_log
from p2c_assets.warehouse.database import Database, opened
from p2c_assets.warehouse.stage import read_slice, replace_slice

TASKS = tasks(MappingSettings())
TASK = "accounts_to_customers"
COMPANY = Company(id="usmf", business_unit="b", owner_team="t", currency="USD")
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
Decide = Callable[[Changeset], str]


class FakeScm:
    """Customers in a dictionary. `decide` says per changeset: delivered, refused, lost (done without answer), unheard."""

    def __init__(self, decide: Decide = lambda _changeset: "delivered") -> None:
        self.customers: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []
        self.decide = decide
        self.before_reading: Callable[[], None] = lambda: None

    @property
    def statistics(self) -> Statistics:
        return Statistics({}, {}, 0.0)

    async def pages(self, query: Query) -> AsyncIterator[list[Row]]:
        self.before_reading()
        wanted = None if query.filter is None else query.filter.split(",")
        rows = [row for key, row in self.customers.items() if wanted is None or key.lower() in wanted]
        if rows:
            yield rows

    def key_filters(self, columns: Sequence[KeyColumn], keys: Sequence[Sequence[object]]) -> list[str]:
        return [",".join(str(key).lower() for (key,) in keys)]

    async def send(
        self, changesets: Sequence[Changeset], on_verdicts: Callable[[Sequence[Verdict]], None] | None = None
    ) -> list[Verdict]:
        verdicts = [self._one(changeset) for changeset in changesets]
        if on_verdicts is not None:
            on_verdicts(verdicts)
        return verdicts

    def _one(self, changeset: Changeset) -> Verdict:
        self.sent.append(changeset.id)
        decision = self.decide(changeset)
        if decision in ("delivered", "lost"):
            for operation in changeset.operations:
                key = self._there(str((operation.key or operation.body)["CustomerAccount"]))
                self.customers[key] = {**self.customers.get(key, {}), **(operation.key or {}), **operation.body}
        if decision == "taken":
            self.customers["A"] = {"dataAreaId": "usmf", "CustomerAccount": "A", "OrganizationName": "Somebody else"}
            self.decide = lambda _changeset: "delivered"
            return Verdict(changeset.id, "refused", 400, "exists", "The record already exists.", "r1", "duplicate")
        answers = {
            "delivered": Verdict(changeset.id, "delivered", 204, "", "", "r1"),
            "refused": Verdict(changeset.id, "refused", 400, "AxODataWriteException", "group 10 does not exist", "r1"),
            "lost": Verdict(changeset.id, "ambiguous", None, "no_answer", "the connection broke", ""),
            "unheard": Verdict(changeset.id, "ambiguous", None, "no_answer", "the connection broke", ""),
        }
        return answers[decision]

    def _there(self, key: str) -> str:
        """As SCM: a key is found whatever its case, and keeps its spelling."""
        return next((known for known in self.customers if known.lower() == key.lower()), key)

    async def get_text(self, path: str) -> str:
        raise AssertionError(path)

    async def aclose(self) -> None:
        return


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        for module in (ledger, outbox):
            module.prepare(found)
        raw_log.prepare(found, sales.ACCOUNTS.table, concatenate(sales.ACCOUNTS, []))
        yield found


def desk(database: Database, run: str = "run1", day: int = 0) -> Desk:
    reading = Reading(database, {"usmf": COMPANY}, run, START + timedelta(days=day))
    return Desk(reading, UNITS["scm/customers_from_accounts"], "usmf", TASKS, Delivery())


def given_mapped(database: Database, **names: str) -> None:
    targets = {field.target: pl.String for field in TASKS[TASK].fields}
    rows = [
        {
            "company": "usmf",
            "source_id": f"id of {key}",
            "source_version": f"v of {name}",
            "document": key,
            "target_key": key,
            "outcome": "mapped",
            "scope": "document",
            "CustomerAccount": key,
            "OrganizationName": name,
        }
        for key, name in names.items()
    ]
    plain = ("company", "source_id", "source_version", "document", "target_key", "outcome", "scope", "reason", "detail")
    schema: dict[str, Any] = {**dict.fromkeys((*plain, "parent_id", "currency"), pl.String), **targets}
    frame = pl.DataFrame(rows, schema={**schema, "warnings": pl.List(pl.String), "amount": pl.Decimal(38, 4)})
    replace_slice(database, "mapped", "scm_customers_from_accounts", "usmf", frame)


def synchronise(database: Database, client: FakeScm, run: str = "run1", day: int = 0) -> dict[str, str]:
    """Read, plan, deliver; outcome by document."""
    here = desk(database, run, day)
    asyncio.run(read_all(here.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(here)
    return deliver(here, client)


def deliver(here: Desk, client: FakeScm) -> dict[str, str]:
    rows = asyncio.run(deliver_plan(here, client))
    return {row["document"]: row["outcome"] for row in rows.to_dicts()}


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


def test_the_journal_has_before_and_after_the_versions_of_source_and_mapping_and_the_verdict(
    database: Database,
) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum")
    ledger.count_in(database, TASK, "sales_accounts", "usmf", "run1", START, "m1")
    synchronise(database, client)
    ((changes, mapping, versions, request_id, state, read_back),) = database.rows(
        "SELECT changes, mapping, source_versions, request_id, state, read_back FROM delivery.outbox"
    )
    after = {change["field"]: (change["before"], change["after"]) for change in json.loads(str(changes))}
    assert after["OrganizationName"] == (None, "Adatum")
    assert json.loads(str(mapping)) == {TASK: "m1"}
    assert json.loads(str(versions)) == {"id of A": "v of Adatum"}
    assert (request_id, state, read_back) == ("r1", "delivered", "as sent")


@pytest.mark.parametrize(
    ("kept", "outcome", "reason", "text"),
    [
        (None, "held", "lost_by_destination", "customers_v2 A is not there"),
        ({"OrganizationName": ""}, "held", "lost_by_destination", "sent 'Adatum', found '' (lost)"),
        ({"OrganizationName": "Other"}, "held", "altered_by_destination", "sent 'Adatum', found 'Other' (altered)"),
        ({"CustomerAccount": "a"}, "created", None, "sent 'A', found 'a' (altered:case_of_key)"),
    ],
    ids=["nothing was written", "a field is missing", "a value is another", "a rule explains it"],
)
def test_what_the_destination_did_not_keep_is_no_silent_success(
    database: Database, kept: dict[str, str] | None, outcome: str, reason: str | None, text: str
) -> None:
    client = FakeScm()
    given_mapped(database, A="Adatum")

    def after_sending() -> None:
        if client.sent and kept is None:
            client.customers.clear()
        for row in client.customers.values():
            row.update(kept or {})

    client.before_reading = after_sending
    synchronise(database, client)
    (row,) = read_slice(database, "delivered", "scm_customers_from_accounts", "usmf").to_dicts()
    assert (row["outcome"], row["reason"]) == (outcome, reason)
    assert text in row["altered"]
    found = ledger.current(database, TASK, "usmf").select("outcome", "reason").rows()
    assert found == [(outcome, reason)]
    client.before_reading = lambda: None
    if reason is not None:
        assert synchronise(database, client, "run2")["A"] in ("created", "updated")
