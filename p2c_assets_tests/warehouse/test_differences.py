from datetime import UTC, datetime, timedelta

import polars as pl

from p2c_assets.warehouse import differences
from p2c_assets.warehouse.database import Database

DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)


def record(database: Database, day: int, **classes: str) -> None:
    pairs = pl.DataFrame(
        {"key": list(classes), "currency": ["USD"] * len(classes), "class": list(classes.values())},
        schema={"key": pl.String, "currency": pl.String, "class": pl.String},
    )
    differences.record(database, "orders", "usmf", pairs, DAY + timedelta(days=day))


def since(database: Database) -> dict[object, tuple[object, object]]:
    rows = database.rows("SELECT key, class, since_utc FROM ledger.differences")
    return {key: (name, found) for key, name, found in rows}


def test_a_difference_keeps_its_first_date_until_its_class_changes_or_it_is_gone(database: Database) -> None:
    differences.prepare(database)
    record(database, 0, A="in_flight", B="value_differs", C="agreed")
    record(database, 3, A="in_flight", B="rejected:unmapped_unit", C="agreed")
    later = DAY + timedelta(days=3)
    assert since(database) == {"A": ("in_flight", DAY), "B": ("rejected:unmapped_unit", later)}
    record(database, 4)
    assert since(database) == {}


def test_a_difference_that_comes_back_begins_anew(database: Database) -> None:
    differences.prepare(database)
    for day, name in enumerate(("in_flight", "agreed", "in_flight")):
        record(database, day, A=name)
    assert since(database) == {"A": ("in_flight", DAY + timedelta(days=2))}


def test_another_company_keeps_its_own(database: Database) -> None:
    differences.prepare(database)
    record(database, 0, A="in_flight")
    empty = pl.DataFrame(schema={"key": pl.String, "currency": pl.String, "class": pl.String})
    differences.record(database, "orders", "demf", empty, DAY)
    assert since(database) == {"A": ("in_flight", DAY)}
