"""What is kept of events: duplicates and another order change nothing, and the file does not grow."""

from collections.abc import Generator
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from p2c_assets.events import wakes
from p2c_assets.events.wakes import EVERY_COMPANY, KEPT_KEYS, Changed, Owed, Wakes

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
    assert wake[:3] == ACCOUNTS[:3]
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
    assert found == {frozenset({ACCOUNTS[:3], ORDERS[:3]})}


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
        assert {wake[:3] for wake in noted.pending()} == {ACCOUNTS[:3], ORDERS[:3]}
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


def test_keys_are_told_until_they_are_settled(noted: Wakes) -> None:
    noted.note("e1", [ORDERS._replace(key="SO-2")], NOW)
    noted.note("e2", [ORDERS._replace(key="SO-1"), ORDERS._replace(company="demf", key="SO-9")], NOW)
    read = noted.pending()
    noted.note("e3", [ORDERS._replace(key="SO-3")], NOW)
    noted.note("e4", [ORDERS._replace(key="SO-1")], NOW)
    assert noted.keys("sales_order_headers", "usmf") == ["SO-1", "SO-2", "SO-3"]
    noted.settle([wake for wake in read if wake.company == "usmf"])
    assert noted.keys("sales_order_headers", "usmf") == ["SO-1", "SO-3"], "told again while it was being read"
    assert noted.keys("sales_order_headers", "demf") == ["SO-9"]
    assert noted.keys("customers_v2", "usmf") == []


@pytest.mark.parametrize("unknown", [ORDERS, ORDERS._replace(company=EVERY_COMPANY, key="SO-1")])
def test_a_change_whose_row_or_company_is_not_known_leaves_no_keys_to_go_by(noted: Wakes, unknown: Changed) -> None:
    noted.note("e1", [ORDERS._replace(key="SO-2")], NOW)
    noted.note("e2", [unknown], NOW)
    assert noted.keys("sales_order_headers", "usmf") is None
    noted.settle(noted.pending())
    noted.note("e3", [ORDERS._replace(key="SO-3")], NOW)
    assert noted.keys("sales_order_headers", "usmf") == ["SO-3"]


def test_keys_that_are_too_many_give_way_to_none(noted: Wakes) -> None:
    noted.note("e1", [ORDERS._replace(key=f"SO-{number}") for number in range(KEPT_KEYS)], NOW)
    assert len(noted.keys("sales_order_headers", "usmf") or ()) == KEPT_KEYS
    noted.note("e2", [ORDERS._replace(key="one more")], NOW)
    assert noted.keys("sales_order_headers", "usmf") is None
    noted.note("e3", [ORDERS._replace(key="and another")], NOW)
    assert noted.keys("sales_order_headers", "usmf") is None
    noted.settle(noted.pending())
    assert noted.keys("sales_order_headers", "usmf") == []
