"""What is kept of events: duplicates and another order change nothing, and the file does not grow."""

from collections.abc import Generator
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from p2c_assets.events import wakes
from p2c_assets.events.wakes import Changed, Owed, Wakes

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
LATER = datetime(2026, 1, 5, 9, tzinfo=UTC)
ACCOUNTS = Changed("sales", "accounts", "")
ORDERS = Changed("scm", "sales_order_headers", "usmf")


@pytest.fixture
def noted(tmp_path: Path) -> Generator[Wakes]:
    with wakes.opened(tmp_path / "events.sqlite3") as found:
        yield found


def test_an_event_wakes_until_it_is_settled(noted: Wakes) -> None:
    assert noted.note("e1", [ACCOUNTS], NOW)
    (wake,) = noted.pending()
    assert (wake.system, wake.entity, wake.company) == ACCOUNTS
    noted.settle([wake])
    assert noted.pending() == []


def test_an_event_that_comes_twice_is_one(noted: Wakes) -> None:
    noted.note("e1", [ACCOUNTS], NOW)
    noted.settle(noted.pending())
    assert not noted.note("e1", [ACCOUNTS], LATER)
    assert noted.pending() == []


def test_in_any_order_the_same_is_pending(tmp_path: Path) -> None:
    events = {"e1": ACCOUNTS, "e2": ORDERS, "e3": ACCOUNTS}
    found: set[frozenset[tuple[str, str, str]]] = set()
    for number, order in enumerate(permutations(events)):
        with wakes.opened(tmp_path / f"{number}.sqlite3") as noted:
            for event in order:
                noted.note(event, [events[event]], NOW)
            found.add(frozenset(wake[:3] for wake in noted.pending()))
    assert found == {frozenset({ACCOUNTS, ORDERS})}


def test_what_comes_while_it_is_being_read_is_not_settled_with_it(noted: Wakes) -> None:
    noted.note("e1", [ACCOUNTS], NOW)
    read = noted.pending()
    noted.note("e2", [ACCOUNTS], LATER)
    noted.settle(read)
    (wake,) = noted.pending()
    assert (wake.number, wake.since_utc) == (2, "2026-01-05T08:00:00.000+00:00")


def test_since_when_something_waits_starts_anew_when_it_was_read(noted: Wakes) -> None:
    noted.note("e1", [ACCOUNTS], NOW)
    noted.settle(noted.pending())
    noted.note("e2", [ACCOUNTS], LATER)
    assert noted.pending()[0].since_utc == "2026-01-05T09:00:00.000+00:00"


def test_it_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "events.sqlite3"
    with wakes.opened(file) as noted:
        noted.note("e1", [ACCOUNTS, ORDERS], NOW)
        noted.owe([Owed("usmf", "sales.accounts")])
    with wakes.opened(file) as noted:
        assert {wake[:3] for wake in noted.pending()} == {ACCOUNTS, ORDERS}
        assert noted.owed() == {Owed("usmf", "sales.accounts")}
        assert not noted.note("e1", [ACCOUNTS], LATER)


def test_no_more_ids_are_kept_than_were_asked_for(tmp_path: Path) -> None:
    with wakes.opened(tmp_path / "events.sqlite3", kept_ids=10) as noted:
        for number in range(50):
            noted.note(f"e{number}", [ACCOUNTS], NOW)
        assert noted.ids() == 10
        assert not noted.note("e49", [ACCOUNTS], NOW)


def test_what_is_owed_is_exchanged_for_what_follows(noted: Wakes) -> None:
    might, does = Owed("", "sales.accounts"), Owed("usmf", "sales.accounts")
    noted.owe([might])
    noted.owe([does], [might])
    assert noted.owed() == {does}
    noted.owe((), [does])
    assert noted.owed() == set()
