from p2c_assets.warehouse import line_numbers
from p2c_assets.warehouse.database import Database

LINES = """
CREATE OR REPLACE TABLE raw.sales_quotedetails AS
SELECT * FROM (VALUES {}) AS t(row_id, quoteid, sequencenumber, lineitemnumber, createdon, row_company)
"""


def given(database: Database, *lines: str) -> None:
    database.run(LINES.format(", ".join(lines)))


def numbers(database: Database) -> list[tuple[object, ...]]:
    line_numbers.assign(database, "sales_quotedetails", "quoteid", "usmf")
    return database.rows("SELECT line_id, number FROM ledger.line_numbers ORDER BY line_id")


def test_lines_are_numbered_by_their_item_number_after_those_that_have_one(database: Database) -> None:
    given(
        database,
        "('a', 'Q', NULL, 2, '2026-01-01', 'usmf')",
        "('b', 'Q', NULL, 1, '2026-01-02', 'usmf')",
        "('c', 'Q', 5, 3, '2026-01-01', 'usmf')",
    )
    assert numbers(database) == [("a", 7), ("b", 6)]


def test_a_number_once_given_stays_and_is_never_given_again(database: Database) -> None:
    given(database, "('a', 'Q', NULL, 1, '2026-01-01', 'usmf')", "('b', 'Q', NULL, 2, '2026-01-01', 'usmf')")
    numbers(database)
    given(database, "('b', 'Q', NULL, 2, '2026-01-01', 'usmf')", "('c', 'Q', NULL, 1, '2026-01-01', 'usmf')")
    assert numbers(database) == [("a", 1), ("b", 2), ("c", 3)]


def test_another_companys_lines_are_left_for_its_own_run(database: Database) -> None:
    given(database, "('a', 'Q', NULL, 1, '2026-01-01', 'demf')")
    assert numbers(database) == []


def known_as(database: Database) -> dict[object, object]:
    """Lines with the number they have for us: the ledger's where it counts, else their own."""
    line_numbers.assign(database, "sales_quotedetails", "quoteid", "usmf")
    sql = line_numbers.numbered_sql("sales_quotedetails", "quoteid")
    return dict(database.rows(f"SELECT row_id, coalesce(assigned_line_number, sequencenumber) FROM ({sql})"))  # pyright: ignore


def test_a_line_that_gets_its_own_number_before_it_was_sent_goes_under_that(database: Database) -> None:
    given(database, "('a', 'Q', NULL, 1, '2026-01-01', 'usmf')")
    assert known_as(database) == {"a": 1}
    given(database, "('a', 'Q', 7, 1, '2026-01-01', 'usmf')")
    assert known_as(database) == {"a": 7}


def test_a_line_that_was_sent_under_a_number_of_ours_keeps_it_whatever_sales_calls_it_later(database: Database) -> None:
    given(database, "('a', 'Q', NULL, 1, '2026-01-01', 'usmf')")
    known_as(database)
    line_numbers.mark_sent(database, "sales_quotedetails", ["a"])
    given(database, "('a', 'Q', 7, 1, '2026-01-01', 'usmf')")
    assert known_as(database) == {"a": 1}


def test_a_line_whose_own_number_another_one_was_sent_under_gets_the_next_free_one(database: Database) -> None:
    given(database, "('a', 'Q', NULL, 1, '2026-01-01', 'usmf')")
    known_as(database)
    line_numbers.mark_sent(database, "sales_quotedetails", ["a"])
    given(database, "('a', 'Q', 2, 2, '2026-01-01', 'usmf')", "('n', 'Q', 1, 1, '2026-01-02', 'usmf')")
    assert known_as(database) == {"a": 1, "n": 3}


def test_the_number_of_a_line_that_is_gone_may_be_used_again(database: Database) -> None:
    given(database, "('a', 'Q', NULL, 1, '2026-01-01', 'usmf')")
    known_as(database)
    line_numbers.mark_sent(database, "sales_quotedetails", ["a"])
    given(database, "('n', 'Q', 1, 1, '2026-01-02', 'usmf')")
    assert known_as(database) == {"n": 1}
