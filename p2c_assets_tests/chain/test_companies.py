"""What stops one company stops no other; and what is wrong in the ledger or in a system is seen."""

import shutil
from collections.abc import Generator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from p2c_assets.mappings import catalogue
from p2c_assets.reconcile.compare import classify
from p2c_assets.reconcile.side import Side
from p2c_assets.reports.balance import balance
from p2c_assets.warehouse.database import opened
from p2c_assets_tests.chain.stage import Stage, scenario_stage

SIDE = Side("usmf", "USD", "", datetime.now(UTC).date())
DOUBLE = """
INSERT INTO ledger.outcomes
SELECT * FROM ledger.outcomes WHERE task = 'accounts_to_customers' AND company = 'demf' AND valid_to_run IS NULL LIMIT 1
"""
LOSE = "DELETE FROM ledger.outcomes WHERE task = 'accounts_to_customers' AND company = 'demf' AND document = 'DE-001'"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage]:
    """The scenario with its accounts and orders synchronised once."""
    with scenario_stage(tmp_path_factory.mktemp("companies")) as found:
        assert [run.problems for run in found.chain() if not run.succeeded] == []
        found.let_a_day_pass()
        assert [run.problems for run in found.chain() if not run.succeeded] == []
        yield found


def test_one_company_failing_by_an_exception_and_one_by_a_blocking_check_do_not_stop_the_third(stage: Stage) -> None:
    unknown = stage.settings.companies["usmf"].model_copy(update={"id": "none", "business_unit": "no such unit"})
    companies = {"none": unknown, **stage.settings.companies}
    settings = stage.settings.model_copy(update={"companies": companies})
    with stage.warehouse() as database:
        database.run(DOUBLE)
    runs = {run.company: run for run in stage.chain(["none", "demf", "gbsi"], "accounts", settings)}
    assert {company: run.succeeded for company, run in runs.items()} == {
        None: True,
        "none": False,
        "demf": False,
        "gbsi": True,
    }
    assert "PermanentError" in runs["none"].problems[0]
    assert "outcomes_add_up" in runs["demf"].problems[0]
    with stage.warehouse() as database:
        database.run("DELETE FROM ledger.outcomes WHERE task = 'accounts_to_customers' AND company = 'demf'")
    assert all(run.succeeded for run in stage.chain(["demf"], "accounts"))


@pytest.mark.parametrize("damage", [DOUBLE, LOSE], ids=["doubled", "lost"])
def test_a_ledger_row_doubled_or_lost_is_not_explained(stage: Stage, damage: str, tmp_path: Path) -> None:
    copy = tmp_path / "p2c.duckdb"
    shutil.copy(stage.settings.paths.warehouse, copy)
    tasks, companies = catalogue.tasks(stage.settings.mapping_settings()), list(stage.settings.companies)
    with opened(copy, 0) as database:
        assert balance(database, tasks, companies).is_explained
        database.run(damage)
        assert not balance(database, tasks, companies).is_explained


@pytest.mark.parametrize(
    ("system", "entity_set", "column", "key_column", "key"),
    [
        ("sales", "salesorders", "totalamount", "ordernumber", "SO-US-01"),
        ("sales", "salesorderdetails", "extendedamount", "msdynce_ordernumber", "SO-US-02"),
        ("scm", "CDSSalesOrderHeaders", "OrderTotalAmount", "SalesOrderNumber", "SO-US-01"),
        ("scm", "CDSSalesOrderLines", "LineAmount", "SalesOrderNumber", "SO-US-02"),
    ],
)
def test_one_cent_altered_in_a_system_is_unexplained(
    stage: Stage, system: str, entity_set: str, column: str, key_column: str, key: str
) -> None:
    before, row_key = _stored(stage, system, entity_set, column, key_column, key)
    stage.alter(system, entity_set, row_key, {column: str(before + Decimal("0.01"))})
    stage.chain(["usmf"], "orders")
    found = {(money.company, money.currency): money for money in stage.balance().money if money.flow == "orders"}
    assert found["usmf", "USD"].unexplained == 1
    assert not stage.balance().is_explained
    stage.alter(system, entity_set, row_key, {column: str(before)})


@pytest.mark.parametrize(
    ("flow", "gone", "key", "expected"),
    [
        (
            "quotes",
            "raw.scm_sales_quotation_headers WHERE SalesQuotationNumber = 'QUO-US-01'",
            "QUO-US-01",
            "lost_in_scm",
        ),
        ("quotes", "raw.sales_quotes WHERE quotenumber = 'QUO-US-01'", "QUO-US-01", "lost_in_sales"),
        ("orders", "raw.sales_salesorders WHERE ordernumber = 'SO-US-01'", "SO-US-01", "lost_in_sales"),
        ("orders", "raw.scm_sales_order_headers WHERE SalesOrderNumber = 'SO-US-01'", "SO-US-01", "lost_in_scm"),
        ("accounts", "raw.scm_customers_v2 WHERE CustomerAccount = 'US-001'", "US-001", "lost_in_scm"),
    ],
)
def test_what_was_delivered_and_is_gone_is_lost_and_not_explained_by_a_filter(
    stage: Stage, flow: str, gone: str, key: str, expected: str, tmp_path: Path
) -> None:
    copy = tmp_path / "p2c.duckdb"
    shutil.copy(stage.settings.paths.warehouse, copy)
    with opened(copy, 0) as database:
        database.run(f"DELETE FROM {gone} AND row_company = 'usmf'")
        pairs = classify(database, flow, SIDE)
    assert pairs.filter(pairs["key"] == key)["class"].to_list() == [expected]


def test_freight_that_sales_entered_and_scm_never_got_is_not_called_scms(stage: Stage, tmp_path: Path) -> None:
    copy = tmp_path / "p2c.duckdb"
    shutil.copy(stage.settings.paths.warehouse, copy)
    with opened(copy, 0) as database:
        database.run(
            "UPDATE raw.sales_quotes SET freightamount = 100, totalamount = totalamount + 100 WHERE quotenumber = 'QUO-US-03'"
        )
        pairs = classify(database, "quotes", SIDE)
    assert pairs.filter(pairs["key"] == "QUO-US-03")["class"].to_list() == ["charges_of_sales_not_sent"]


def _stored(
    stage: Stage, system: str, entity_set: str, column: str, key_column: str, key: str
) -> tuple[Decimal, dict[str, str]]:
    tables = {
        "CDSSalesOrderHeaders": ("scm_sales_order_headers", ["SalesOrderNumber"]),
        "CDSSalesOrderLines": ("scm_sales_order_lines", ["SalesOrderNumber", "LineCreationSequenceNumber"]),
        "salesorders": ("sales_salesorders", ["salesorderid"]),
        "salesorderdetails": ("sales_salesorderdetails", ["salesorderdetailid"]),
    }
    table, names = tables[entity_set]
    with stage.warehouse() as database:
        row = database.frame(
            f'SELECT * FROM raw.{table} WHERE "{key_column}" = ? AND row_company = ? LIMIT 1', [key, "usmf"]
        ).to_dicts()[0]
    company = {"dataAreaId": "usmf"} if system == "scm" else {}
    return row[column], {**company, **{name: row[name] for name in names}}
