"""The store: transactions undo everything, the file brings everything back."""

import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from p2c_assets.sandbox import sequence
from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.lookups import Key
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import DuplicateKeyError, MissingKeyError, Row, Table


class Sudden(Exception):  # noqa: N818 - it stands for any exception
    """What interrupts a transaction in these tests."""


def filled() -> tuple[Store, Table]:
    store = Store("scm")
    table = store.table("orders")
    for number in ("a", "b", "c"):
        table.insert(("usmf", number), {"number": number, "customer": "C1"})
    return store, table


def interrupted(store: Store, *steps: Callable[[], object]) -> None:
    with pytest.raises(Sudden), store.transaction():
        fail(steps)


def fail(steps: Sequence[Callable[[], object]]) -> None:
    for step in steps:
        step()
    raise Sudden


def numbers(table: Table) -> list[str]:
    return [row["number"] for row in table.rows()]


def test_a_failed_transaction_takes_back_inserts_replacements_deletes_and_numbers() -> None:
    store, table = filled()
    interrupted(
        store,
        lambda: table.insert(("usmf", "d"), {"number": "d", "customer": "C1"}),
        lambda: table.replace(("usmf", "a"), {"number": "A", "customer": "C2"}),
        lambda: table.delete(("usmf", "b")),
        lambda: store.sequence("invoice"),
    )
    assert numbers(table) == ["a", "b", "c"]
    assert store.sequence("invoice") == 1


def test_an_inner_transaction_is_a_savepoint() -> None:
    store, table = filled()
    with store.transaction():
        table.delete(("usmf", "a"))
        interrupted(store, lambda: table.delete(("usmf", "b")))
    assert numbers(table) == ["b", "c"]


def test_an_index_follows_writes_and_rollbacks() -> None:
    store, table = filled()
    by_customer = table.index("customer", lambda row: row["customer"])
    table.replace(("usmf", "b"), {"number": "b", "customer": "C2"})
    interrupted(store, lambda: table.delete(("usmf", "a")))
    assert sorted(row["number"] for row in by_customer.get("C1")) == ["a", "c"]
    assert by_customer.keys("C2") == [("usmf", "b")]
    assert "C3" not in by_customer


def test_rows_without_a_value_are_not_in_the_index() -> None:
    _, table = filled()
    late = table.index("late", lambda row: row.get("late"))
    assert late.get(None) == []


def test_a_second_insert_and_a_change_of_nothing_are_refused() -> None:
    _, table = filled()
    with pytest.raises(DuplicateKeyError):
        table.insert(("usmf", "a"), {})
    with pytest.raises(MissingKeyError):
        table.replace(("usmf", "x"), {})
    with pytest.raises(MissingKeyError):
        table.delete(("usmf", "x"))


def test_a_row_holds_what_it_has_in_common_with_the_row_before() -> None:
    table = Store("scm").table("lines")
    values = ("".join(("U", "SD")), Decimal("1.0"), [1], None, 1)
    for key, row in enumerate((values, ("".join(("U", "SD")), Decimal("1.0"), [1], None, True))):
        table.insert(("usmf", key), dict(zip("abcde", row, strict=True)))
    before, behind = table.rows()
    assert [before[name] is behind[name] for name in "abcde"] == [True, True, False, True, False]


@pytest.mark.parametrize("value", [Decimal("1.00"), Decimal("1E+0"), 1, True, 1.0, "1", None])
def test_a_row_keeps_a_value_that_only_equals_that_of_the_row_before(value: object) -> None:
    for first, second in ((Decimal("1.0"), value), (value, Decimal("1.0"))):
        table = Store("scm").table("lines")
        table.insert("a", {"price": first})
        table.insert("b", {"price": second})
        assert [repr(row["price"]) for row in table.rows()] == [repr(first), repr(second)]


def test_a_table_knows_what_all_its_rows_have_in_common() -> None:
    store = Store("scm")
    table = store.table("lines")
    assert table.common("ab") == {"a": None, "b": None}
    table.insert("1", {"a": "x", "b": Decimal("1.0"), "c": None, "d": 1, "e": 5})
    assert table.common("abcdf") == {"a": "x", "b": Decimal("1.0"), "c": None, "d": 1, "f": None}
    table.insert("2", {"a": "x", "b": Decimal("1.0"), "d": True, "f": 0})
    assert table.common("abcdef") == {"a": "x", "b": Decimal("1.0"), "c": None}
    table.replace("1", {"b": Decimal("1.00"), "a": "x"})
    assert table.common("abc") == {"a": "x", "c": None}
    interrupted(store, lambda: table.insert("3", {"a": "y"}))
    assert table.common("ac") == {"c": None}


def test_what_rows_have_in_common_regards_those_of_a_snapshot_of_an_earlier_process(tmp_path: Path) -> None:
    store = Store("scm", tmp_path / "state.sqlite")
    store.table("lines").insert("1", {"a": "x", "b": "x"})
    store.snapshot("x")
    store.table("lines").replace("1", {"a": "y", "b": "x"})
    store.close()
    later = Store("scm", tmp_path / "state.sqlite")
    later.table("lines").insert("2", {"a": "y", "b": "x"})
    assert later.table("lines").common("ab") == {"a": "y", "b": "x"}
    later.restore("x")
    assert later.table("lines").common("ab") == {"b": "x"}
    later.table("lines").insert("2", {"a": "x", "b": "y"})
    later.close()
    last = Store("scm", tmp_path / "state.sqlite")
    assert last.table("lines").common("abc") == {"a": "x", "c": None}
    last.close()


def test_what_rows_have_in_common_regards_those_that_come_back_after_all_were_cleared() -> None:
    store = Store("scm")
    for key, text in (("1", "x"), ("2", "y")):
        store.table("lines").insert(key, {"a": text, "b": "x"})
    store.snapshot("x")
    store.clear()
    store.table("lines").insert("1", {"a": "x", "b": "x"})
    store.restore("x")
    assert store.table("lines").common("ab") == {"b": "x"}


def test_the_file_brings_rows_back_with_their_types_and_order(tmp_path: Path) -> None:
    row: Row = {"price": Decimal("2.50"), "text": "é", "whole": 3, "yes": True, "none": None, "list": ["a"]}
    row |= {"nested": {"prices": [Decimal("1.10"), {"deep": Decimal(2)}]}, "large": 10**30, "negative": -(2**64)}
    store = Store("scm", tmp_path / "twin.sqlite3")
    store.table("lines").insert(("usmf", 2), row)
    store.table("lines").insert(("usmf", 1), {"text": "second"})
    store.table("lines").replace(("usmf", 2), {**row, "whole": 4})
    Clock(store).advance(2)
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    assert again.table("lines").items() == [(("usmf", 2), {**row, "whole": 4}), (("usmf", 1), {"text": "second"})]
    assert str(again.table("lines")[("usmf", 2)]["price"]) == "2.50"
    assert Clock(again).timestamp() == "2026-01-07T08:00:00Z"
    again.close()


def test_a_new_file_has_larger_pages_and_one_of_before_keeps_its_own(tmp_path: Path) -> None:
    for file, before, size in (("new", None, 16_384), ("old", 4_096, 4_096)):
        path = tmp_path / file
        if before is not None:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(f"pragma page_size = {before}")
                connection.execute("create table other (id)")
        for number in range(2):
            store = Store("scm", path)
            assert len(store.table("lines")) == number
            store.table("lines").insert(str(number), {"a": "x" * 5000})
            store.close()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("pragma page_size").fetchone() == (size,)


def test_the_file_holds_nothing_of_a_rolled_back_transaction(tmp_path: Path) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    interrupted(store, lambda: store.table("lines").insert("x", {"a": 1}))
    store.table("lines").insert("y", {"a": 2})
    store.table("lines").delete("y")
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    assert again.names() == []
    again.close()


def test_two_systems_share_one_file_without_seeing_each_other(tmp_path: Path) -> None:
    sales, scm = Store("sales", tmp_path / "twin.sqlite3"), Store("scm", tmp_path / "twin.sqlite3")
    sales.table("accounts").insert("1", {"name": "Adatum"})
    scm.table("customers").insert("2", {"name": "Fabrikam"})
    scm.clear()
    sales.close()
    scm.close()
    again = Store("sales", tmp_path / "twin.sqlite3")
    assert again.table("accounts").rows() == [{"name": "Adatum"}]
    assert Store("scm").names() == []
    again.close()


def test_a_restore_brings_back_rows_their_order_numbers_and_indexes() -> None:
    store, table = filled()
    by_customer = table.index("customer", lambda row: row["customer"])
    store.sequence("invoice")
    before = table.items()
    assert store.snapshot("start") == 4
    table.delete(("usmf", "a"))
    table.replace(("usmf", "b"), {"number": "b", "customer": "C2"})
    table.insert(("usmf", "d"), {"number": "d", "customer": "C1"})
    store.table("later").insert("x", {})
    store.sequence("invoice")
    for _ in range(2):
        assert store.restore("start") == 4
        assert table.items() == before
        assert store.names() == ["orders", "_sequences"]
        assert [row["number"] for row in by_customer.get("C1")] == ["a", "b", "c"]
        assert store.sequence("invoice") == 2


def test_a_restore_can_be_rolled_back_like_any_write() -> None:
    store, table = filled()
    store.snapshot("start")
    table.delete(("usmf", "a"))
    interrupted(store, lambda: store.restore("start"))
    assert numbers(table) == ["b", "c"]


def test_several_snapshots_stand_beside_each_other_until_they_are_forgotten() -> None:
    store, table = filled()
    store.snapshot("three")
    table.delete(("usmf", "a"))
    store.snapshot("two")
    store.clear()
    assert store.snapshots() == {"three": 3, "two": 2}
    store.restore("two")
    assert numbers(table) == ["b", "c"]
    store.restore("three")
    assert numbers(table) == ["a", "b", "c"]
    store.forget("two")
    with pytest.raises(KeyError):
        store.restore("two")
    assert store.snapshots() == {"three": 3}


def test_a_snapshot_is_in_the_file_and_survives_the_process(tmp_path: Path) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    store.table("lines").insert(("usmf", 1), {"price": Decimal("2.50")})
    store.table("lines").insert(("usmf", 2), {"price": None})
    store.snapshot("start")
    store.table("lines").delete(("usmf", 1))
    store.snapshot("one")
    store.table("lines").insert("new", {})
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    assert again.snapshots() == {"start": 2, "one": 1}
    again.restore("start")
    assert again.table("lines").items() == [(("usmf", 1), {"price": Decimal("2.50")}), (("usmf", 2), {"price": None})]
    again.close()
    third = Store("scm", tmp_path / "twin.sqlite3")
    assert {key for key, _ in third.table("lines").items()} == {("usmf", 1), ("usmf", 2)}
    third.forget("one")
    third.close()
    assert Store("scm", tmp_path / "twin.sqlite3").snapshots() == {"start": 2}


@pytest.mark.parametrize("changed", [1, 8])
def test_the_file_has_what_a_restore_of_much_or_little_and_later_writes_left(tmp_path: Path, changed: int) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    lines = store.table("lines")
    for number in range(9):
        lines.insert(str(number), {"number": number})
    store.snapshot("start")
    for number in range(changed):
        lines.delete(str(number))
    with store.transaction():
        lines.insert("before", {"number": -1})
        store.restore("start")
        lines.replace("0", {"number": 100})
        lines.insert("after", {"number": 9})
    expected = lines.items()
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    assert [number["number"] for _, number in expected] == [100, *range(1, 10)]
    assert again.table("lines").items() == expected
    again.close()


def test_a_restore_that_was_rolled_back_or_whose_snapshot_is_forgotten_leaves_the_file_right(tmp_path: Path) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    store.table("lines").insert("x", {})
    store.snapshot("start")
    store.clear()
    interrupted(store, lambda: store.restore("start"))
    store.table("lines").insert("y", {})
    with store.transaction():
        store.restore("start")
        store.forget("start")
    store.table("lines").insert("z", {})
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    assert [key for key, _ in again.table("lines").items()] == ["x", "z"]
    again.close()


def test_a_later_process_restores_over_writes_that_are_not_in_the_file_yet(tmp_path: Path) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    for number in range(4):
        store.table("lines").insert(str(number), {"number": number})
    store.snapshot("start")
    store.table("lines").replace("3", {"number": 33})
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    lines = again.table("lines")
    with again.transaction():
        lines.replace("0", {"number": 100})
        lines.replace("0", {"number": 200})
        lines.delete("1")
        again.restore("start")
    assert [row["number"] for row in lines.rows()] == [0, 1, 2, 3]
    again.close()
    third = Store("scm", tmp_path / "twin.sqlite3")
    assert [row["number"] for row in third.table("lines").rows()] == [0, 1, 2, 3]
    third.close()


def test_an_empty_snapshot_and_a_newer_one_of_the_same_name_are_kept(tmp_path: Path) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    store.snapshot("empty")
    store.snapshot("same")
    store.table("lines").insert("x", {})
    store.snapshot("same")
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    again.restore("empty")
    assert again.names() == []
    again.restore("same")
    assert again.names() == ["lines"]
    again.close()


def keys_of(table: Table, group: str, **place: Any) -> list[str]:
    order = table.sequence("by customer", lambda row: row["customer"], lambda key: key)
    return [row["number"] for row in order.rows(group, **place)]


def test_a_sequence_keeps_groups_sorted_through_writes_rollbacks_and_restores() -> None:
    store, table = filled()
    assert keys_of(table, "C1") == ["a", "b", "c"]
    store.snapshot("start")
    table.insert(("usmf", "aa"), {"number": "aa", "customer": "C1"})
    table.replace(("usmf", "b"), {"number": "b", "customer": "C2"})
    assert (keys_of(table, "C1"), keys_of(table, "C2")) == (["a", "aa", "c"], ["b"])
    interrupted(store, lambda: table.delete(("usmf", "a")), lambda: table.insert(("usmf", "0"), {"customer": "C1"}))
    assert keys_of(table, "C1") == ["a", "aa", "c"]
    store.restore("start")
    assert (keys_of(table, "C1"), keys_of(table, "C2")) == (["a", "b", "c"], [])
    store.clear()
    assert keys_of(table, "C1") == []


def test_a_sequence_begins_behind_a_key_its_first_parts_or_so_many_rows() -> None:
    _, table = filled()
    assert keys_of(table, "C1", behind=("usmf", "b")) == ["c"]
    assert keys_of(table, "C1", behind=("usmf", "bb")) == ["c"]
    assert keys_of(table, "C1", behind=("usmf",)) == []
    assert keys_of(table, "C1", behind=("demf",)) == ["a", "b", "c"]
    assert keys_of(table, "C1", skip=2) == ["c"]
    assert keys_of(table, "C1", skip=9) == keys_of(table, "none") == []


def rank(key: Key) -> Any:
    return tuple((isinstance(part, str), part) for part in key)


def test_a_sequence_puts_flawed_keys_behind_those_that_can_be_compared() -> None:
    table = Store("scm").table("lines")
    for number in (2, "x", 1, "a"):
        table.insert(("usmf", number), {"number": number})
    order = table.sequence("by key", lambda _: "all", rank)
    assert [row["number"] for row in order.rows("all")] == [1, 2, "a", "x"]
    table.insert(("usmf", "b"), {"number": "b"})
    table.insert(("usmf", 3), {"number": 3})
    table.delete(("usmf", "a"))
    assert [row["number"] for row in order.rows("all")] == [1, 2, 3, "b", "x"]
    assert [row["number"] for row in order.rows("all", ("usmf", 2))] == [3, "b", "x"]
    assert [row["number"] for row in order.rows("all", ("usmf", "b"))] == ["x"]


@pytest.mark.parametrize("few", [1, 10, 100])
@pytest.mark.parametrize("most", [1, 3, 40], ids=["one write at a time", "a few", "many"])
def test_a_sequence_has_the_rows_of_the_table_whatever_was_written(
    most: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequence, "FEW", few)
    store = Store("scm")
    table, chance = store.table("lines"), random.Random(most)
    for number in range(0, 1000, 2):
        table.insert(("usmf", number), {"number": number, "group": number % 3 or None})
    order = table.sequence("by key", lambda row: row["group"], rank)

    def write() -> None:
        key = ("usmf", chance.randrange(1000))
        row = {"number": key[1], "group": chance.choice((None, 1, 2)), "written": chance.random()}
        if key not in table:
            table.insert(key, row)
        elif chance.random() < 0.3:
            table.delete(key)
        else:
            table.replace(key, row if chance.random() < 0.5 else {**table[key], "written": chance.random()})

    store.snapshot("start")
    for _ in range(100):
        if chance.random() < 0.2:
            interrupted(store, *[write] * chance.randint(1, most))
        if chance.random() < 0.05:
            store.restore("start")
        for _ in range(chance.randint(1, most)):
            write()
        rows = sorted(table.rows(), key=lambda row: row["number"])
        for group in (1, 2):
            expected = [row for row in rows if row["group"] == group]
            assert [*map(id, order.rows(group))] == [*map(id, expected)]
            assert order.size(group) == len(expected)


def test_an_index_keeps_the_order_in_which_rows_took_their_value() -> None:
    _, table = filled()
    by_customer = table.index("customer", lambda row: row["customer"])
    table.replace(("usmf", "a"), {"number": "A", "customer": "C1"})
    assert [row["number"] for row in by_customer.get("C1")] == ["A", "b", "c"]
