"""The agreed state: written as plans write values, moved only by what has moved."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from p2c_assets.delivery.values import shown
from p2c_assets.mappings import scm
from p2c_assets.mappings.schema import Column, amount, choice, day, flag, member, moment, text, whole
from p2c_assets.warehouse import agreed
from p2c_assets.warehouse.agreed import Compared, Pair, place, text_sql
from p2c_assets.warehouse.database import Database, opened
from p2c_assets.warehouse.holdings import Observed
from p2c_assets_tests.frames import raw

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
UNIT = "scm/customers_from_accounts"
PART = Compared(scm.CUSTOMERS_V2, "scm_customers_from_accounts", ("OrganizationName", "CreditLimit"), "source_id")
NAME = place("customers_v2", "A", "OrganizationName")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        agreed.prepare(found)
        yield found


@pytest.mark.parametrize(
    ("column", "kind", "values"),
    [
        (text("a"), pl.String(), ["", "x ", "it's 1.50"]),
        (member("a"), pl.String(), ["Yes"]),
        (
            amount("a"),
            pl.Decimal(38, 10),
            [Decimal(text) for text in ("0", "100", "-100", "12.34", "-0.01", "0.0000000001", "1e20", "1234567.5")],
        ),
        (whole("a"), pl.Int64(), [0, -5, 1200]),
        (choice("a"), pl.Int64(), [647390010]),
        (flag("a"), pl.Boolean(), [True, False]),
        (day("a"), pl.Date(), [date(2026, 1, 5)]),
        (moment("a"), pl.Datetime("us", "UTC"), [datetime(2026, 1, 5, 8, 1, 2, tzinfo=UTC)]),
    ],
)
def test_the_ledger_writes_a_value_as_a_plan_does(
    database: Database, column: Column, kind: pl.DataType, values: list[Any]
) -> None:
    frame = pl.DataFrame({"value": [*values, None]}, schema={"value": kind})
    with database.given("given_values", frame):
        written = database.rows(f"SELECT {text_sql(column, 'value')} FROM given_values")
    assert [value for (value,) in written] == [shown(value) for value in frame["value"].to_list()]


def both_hold(database: Database, source: str, destination: str, outcome: str = "updated", run: str = "run1") -> None:
    """A customer as it is mapped and as SCM has it, after a run that gave it an outcome."""
    database.run("CREATE SCHEMA IF NOT EXISTS mapped")
    there = raw(
        scm.CUSTOMERS_V2, [{"CustomerAccount": "a", "OrganizationName": destination, "CreditLimit": Decimal(5)}]
    )
    mapped = pl.DataFrame(
        {
            "company": "usmf",
            "source_id": "1",
            "target_key": "A",
            "outcome": "mapped",
            "OrganizationName": source,
            "CreditLimit": Decimal(5),
        }
    )
    with database.given("there", there), database.given("mapped_rows", mapped):
        database.run("CREATE OR REPLACE TABLE raw.scm_customers_v2 AS SELECT * FROM there")
        database.run("CREATE OR REPLACE TABLE mapped.scm_customers_from_accounts AS SELECT * FROM mapped_rows")
    done = pl.DataFrame({"source_id": ["1"], "document": ["A"], "outcome": [outcome]})
    agreed.remember(database, Observed(UNIT, "usmf", run, NOW), (PART,), done)


def test_what_both_sides_hold_is_kept_per_field_with_the_run_since_which_it_does(database: Database) -> None:
    both_hold(database, "Adatum", "Adatum")
    both_hold(database, "Adatum", "Adatum", "unchanged", "run2")
    assert database.rows("SELECT field, source_value, since_run FROM ledger.agreed ORDER BY field") == [
        ("CreditLimit", "5", "run1"),
        ("OrganizationName", "Adatum", "run1"),
    ]
    both_hold(database, "Adatum Ltd", "Adatum Ltd", "updated", "run3")
    assert database.rows("SELECT field, source_value, since_run FROM ledger.agreed ORDER BY field") == [
        ("CreditLimit", "5", "run1"),
        ("OrganizationName", "Adatum Ltd", "run3"),
    ]


def test_a_value_that_came_back_otherwise_is_settled_when_it_did_so_after_a_second_write(database: Database) -> None:
    both_hold(database, "Adatum.", "Adatum")
    assert agreed.otherwise(database, UNIT, "usmf") == {NAME: Pair("Adatum.", "Adatum", settled=False)}
    both_hold(database, "Adatum.", "Adatum", "unchanged", "run2")
    assert not agreed.otherwise(database, UNIT, "usmf")[NAME].settled
    both_hold(database, "Adatum.", "Adatum", "updated", "run3")
    assert agreed.otherwise(database, UNIT, "usmf")[NAME].settled


def test_the_agreed_state_of_some_fields_is_found_whatever_their_rows_are_spelled_like(database: Database) -> None:
    both_hold(database, "Adatum", "Adatum")
    wanted = pl.DataFrame(
        [("customers_v2", " a", "OrganizationName"), ("customers_v2", "B", "OrganizationName")],
        schema=agreed.WANTED_SCHEMA,
        orient="row",
    )
    assert agreed.known(database, UNIT, "usmf", wanted) == {NAME: Pair("Adatum", "Adatum", settled=True)}
