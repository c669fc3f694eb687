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
