"""What queries found is kept until anything is written."""

from p2c_assets.sandbox.lookups import Row
from p2c_assets.sandbox.selections import MOST, Selections
from p2c_assets.sandbox.store import Store


class Finder:
    """Finds the rows of a table and counts how often it was asked."""

    def __init__(self, store: Store) -> None:
        self.asked = 0
        self._store = store

    def __call__(self) -> list[Row]:
        self.asked += 1
        return self._store.table("lines").rows()


def test_a_query_is_answered_once_until_any_table_is_written() -> None:
    store = Store("sales")
    selections, find = Selections(store), Finder(store)
    store.table("lines").insert("a", {"n": 1})
    assert selections.rows("q", find) == selections.rows("q", find) == [{"n": 1}]
    assert find.asked == 1
    store.table("others").insert("b", {})
    assert selections.rows("q", find) == [{"n": 1}]
    assert find.asked == 2


def test_a_rollback_a_restore_and_a_reset_are_writes() -> None:
    store = Store("sales")
    selections, find = Selections(store), Finder(store)
    store.snapshot("empty")
    try:
        with store.transaction():
            store.table("lines").insert("a", {"n": 1})
            assert selections.rows("q", find) == [{"n": 1}]
            raise InterruptedError
    except InterruptedError:
        assert selections.rows("q", find) == []
    store.table("lines").insert("b", {"n": 2})
    assert selections.rows("q", find) == [{"n": 2}]
    store.restore("empty")
    assert selections.rows("q", find) == []
    store.table("lines").insert("c", {"n": 3})
    assert selections.rows("q", find) == [{"n": 3}]
    store.clear()
    assert selections.rows("q", find) == []


def test_the_query_that_was_not_asked_for_longest_is_dropped() -> None:
    store = Store("sales")
    selections, find = Selections(store), Finder(store)
    for number in range(MOST):
        selections.rows(number, find)
    selections.rows(0, find)
    selections.rows("another", find)
    assert find.asked == MOST + 1
    selections.rows(0, find)
    assert find.asked == MOST + 1
    selections.rows(1, find)
    assert find.asked == MOST + 2
