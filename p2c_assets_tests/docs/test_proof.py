"""The page of proofs says what the code has: rules, kinds and tables."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from p2c_assets.delivery.alterations import ALTERATIONS
from p2c_assets.reconcile.attribution import attribute
from p2c_assets.reconcile.compare import classify, summarise
from p2c_assets.reconcile.kinds import KINDS
from p2c_assets.reconcile.side import Side
from p2c_assets.warehouse import differences, prefixes, throughput
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.docs.pages import rows, text
from p2c_assets_tests.reconcile.ledger_and_raw import given, warehouse

SYSTEMS = {"sales": "Sales", "scm": "SCM"}
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_every_rule_of_verification_is_documented_with_its_source_and_no_other() -> None:
    documented = [cells for cells in rows("proof.md") if cells[0].startswith("`") and len(cells) == 4]
    named = [
        [f"`{rule.name}`", ", ".join(SYSTEMS[system] for system in rule.systems), rule.what, rule.source]
        for rule in ALTERATIONS
    ]
    assert documented == named


def test_every_kind_of_difference_is_documented() -> None:
    assert [kind for kind in KINDS if f"| `{kind}` |" not in text("proof.md")] == []


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Everything that is kept for good, and a reconciliation of an order."""
    with warehouse(tmp_path) as found:
        prefixes.check(found, {})
        for module in (differences, throughput):
            module.prepare(found)
        given(found, "sales.salesorders", {"salesorderid": "o", "ordernumber": "1", "transactioncurrencyid": "usd"})
        side = Side("usmf", "USD", "", NOW.date())
        marked, parts = attribute(found, "orders", classify(found, "orders", side))
        pairs = differences.record(found, "orders", "usmf", marked, NOW)
        for table, its_rows in (("orders", summarise(pairs, NOW)), ("orders_pairs", pairs), ("orders_parts", parts)):
            replace_slice(found, "reconciled", table, "usmf", its_rows)
        yield found


def documented() -> dict[str, list[tuple[str, str]]]:
    """Columns with their types by table, as the page has them."""
    sections = re.split(r"^### ", text("proof.md").partition("## Tables")[2], flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0].strip(): re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, flags=re.MULTILINE)
        for section in sections
    }


def test_every_table_that_is_kept_is_documented_with_all_its_columns(database: Database) -> None:
    schemas = ("ledger", "delivery", "reconciled")
    tables = [f"{schema}.{table}" for schema in schemas for table in sorted(database.tables(schema))]
    real = {
        table: [(str(name), str(kind)) for name, kind, *_ in database.rows(f"DESCRIBE {table}")] for table in tables
    }
    assert sorted(documented()) == sorted(real)
    assert {table: columns for table, columns in documented().items() if columns != real[table]} == {}
