"""The built-in scenario: a chain, a day in the ERP, a chain, and a third that has nothing to do."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import dagster as dg
import pytest

from p2c_assets.extraction import packages
from p2c_assets.mappings import catalogue
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.reports.balance import Balance
from p2c_assets.sandbox.scenario.flaws import FLAWS, Flaw
from p2c_assets.settings import MappingSettings, ReadingSettings
from p2c_assets.warehouse import ledger, raw_log
from p2c_assets_tests.chain.conftest import Once
from p2c_assets_tests.chain.stage import Stage

TASKS = catalogue.tasks(MappingSettings())
IDLE = "usmf"
"""The company whose idle chains are counted; `p2c demo --idle-check` and AdventureWorks in full count those of all."""

RAW_OF = {
    "accounts": "sales_accounts",
    "contacts": "sales_contacts",
    "_released_products": "scm_sellable_released_products",
    "quotes": "sales_quotes",
    "salesorders": "sales_salesorders",
    "CDSSalesOrderHeaders": "scm_sales_order_headers",
    "ExternallyMaintainedCustomerSalesInvoiceHeaders": "scm_sales_invoice_headers",
}


class Played(NamedTuple):
    """The scenario after four chains. `idle`: the requests of the third, by method, as the twins counted them.

    `cycle`: what a chain for changes only asked of Sales when there were none; `cycle_of_scm` of SCM.
    """

    stage: Stage
    balance: Balance
    idle: Mapping[str, int]
    cycle: Mapping[str, int]
    cycle_of_scm: Mapping[str, int]


@pytest.fixture(scope="module")
def played(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Played:
    stage = once.again(tmp_path_factory.mktemp("scenario"))
    stage.requests()
    runs = stage.chain([IDLE])
    balance, idle = stage.balance(), stage.requests()
    runs += stage.chain([IDLE], only_changes=True)
    assert [(run.company, run.problems) for run in runs if not run.succeeded] == []
    return Played(stage, balance, idle, stage.requests_of("sales"), stage.requests_of("scm"))


def test_the_scenario_has_at_least_twenty_flaws() -> None:
    assert len(FLAWS) >= 20
    assert len({flaw.id for flaw in FLAWS}) == len(FLAWS)


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: f"{flaw.id} {flaw.label}")
def test_a_flaw_has_one_row_in_the_ledger_with_outcome_reason_owner_and_money(played: Played, flaw: Flaw) -> None:
    money = TASKS[flaw.task].amount
    with played.stage.warehouse() as database:
        ((source_id, at_stake),) = database.rows(
            f'SELECT row_id, {money or "NULL"} FROM raw.{RAW_OF[flaw.entity]} WHERE "{flaw.key_column}" = ? '
            "AND row_company IS NOT DISTINCT FROM ?",
            [flaw.key, flaw.company],
        )
        ((outcome, reason, detail, warnings, amount, currency),) = database.rows(
            "SELECT outcome, reason, detail, warnings, amount, currency FROM ledger.outcomes "
            "WHERE task = ? AND company = ? AND source_id = ? AND valid_to_run IS NULL",
            [flaw.task, flaw.company or "-", source_id],
        )
    if flaw.outcome == "arrived":
        assert outcome in ("created", "updated", "unchanged")
        assert [text for text in list(warnings or []) if str(text).startswith(flaw.reason)]  # pyright: ignore
    elif flaw.outcome == "refused":
        assert outcome == "refused"
        assert flaw.reason in str(detail)
    else:
        assert (outcome, reason) == (flaw.outcome, flaw.reason)
        assert detail
    if flaw.outcome != "arrived":
        assert REASONS[str(reason)].owner in ("CRM admin", "ERP admin", "data owner")
        assert REASONS[str(reason)].outcome == outcome
        assert (amount, currency is None) == (at_stake, money is None)


def test_more_than_forty_flaws_are_stopped_and_most_of_them_have_money() -> None:
    stopped = [flaw for flaw in FLAWS if flaw.outcome != "arrived"]
    assert len(stopped) >= 40
    assert len([flaw for flaw in stopped if TASKS[flaw.task].amount]) >= 30


def test_no_row_has_no_outcome_or_two(played: Played) -> None:
    with played.stage.warehouse() as database:
        wrong = [
            (task.name, company, tally)
            for task in TASKS.values()
            for company in played.stage.settings.companies
            if (tally := ledger.tally(database, task.name, company)).is_wrong
        ]
    assert wrong == []


def test_every_row_has_an_outcome_and_every_difference_a_name(played: Played) -> None:
    assert played.balance.is_explained
    assert [task for task in played.balance.tasks if task.rows_in == 0] == []


def test_nothing_is_unexplained_and_nothing_in_flight_in_any_company_and_currency(played: Played) -> None:
    assert {(money.unexplained_amount, money.in_flight) for money in played.balance.money} == {(Decimal(0), Decimal(0))}


def test_sales_total_plus_every_class_is_the_scm_total(played: Played) -> None:
    wrong = [
        money
        for money in played.balance.money
        if money.sales_total + sum(found.amount for found in money.classes) != money.scm_total
    ]
    assert wrong == []


def test_every_flow_agrees_on_something_in_every_company(played: Played) -> None:
    """A balance of zeros would agree as well."""
    agreed = {
        (money.flow, money.company)
        for money in played.balance.money
        for found in money.classes
        if found.name in ("agreed", "tax_and_charges_of_scm") and found.rows and money.scm_total
    }
    flows = ("accounts", "contacts", "products", "quotes", "orders", "invoices")
    assert agreed == {(flow, company) for flow in flows for company in played.stage.settings.companies}


def test_a_chain_with_nothing_new_sends_only_get_requests(played: Played) -> None:
    assert played.idle["GET"] > 0
    assert {method: count for method, count in played.idle.items() if method != "GET" and count} == {}


@pytest.mark.prove
def test_a_chain_of_every_company_with_nothing_new_sends_only_get_requests(played: Played) -> None:
    played.stage.requests()
    assert [run.problems for run in played.stage.chain() if not run.succeeded] == []
    assert {method: count for method, count in played.stage.requests().items() if method != "GET" and count} == {}


def test_a_chain_for_changes_that_finds_none_asks_sales_once_for_each_table_and_writes_nothing(played: Played) -> None:
    tables = [entity for entity in catalogue.ENTITIES.values() if entity.system == "sales"]
    assert {method: count for method, count in played.cycle.items() if count} == {"GET": len(tables)}


def test_it_asks_scm_once_for_each_entity_of_a_company_and_not_again_for_the_keys_of_all(played: Played) -> None:
    entities = [entity for entity in catalogue.ENTITIES.values() if entity.system == "scm"]
    asked = {method: count for method, count in played.cycle_of_scm.items() if count}
    assert asked == {"GET": len(entities)}


def test_after_a_chain_for_changes_everything_is_still_explained(played: Played) -> None:
    """Its reconciliation takes `raw` as the change readers left it."""
    assert played.stage.balance().money == played.balance.money


def test_a_flow_for_changes_reads_packages_where_the_settings_name_a_data_project(played: Played) -> None:
    """The same rows by the other reader: nothing is logged, nothing written."""
    stage = played.stage
    named = {"customers_v2": "{company} customers", "sellable_released_products": "{company} products"}
    reading = ReadingSettings(scm="packages", packages=named, package_from_rows=1)
    stage.define_exports({"usmf customers": "Customers V2", "usmf products": "Sellable released products"})
    settings = stage.settings.model_copy(update={"reading": reading})
    (_, accounts), (_, products) = (
        stage.chain(["usmf"], flow, settings, only_changes=True) for flow in ("accounts", "products")
    )
    assert (accounts.succeeded, products.succeeded) == (True, True)
    for run, table in ((accounts, "scm_customers_v2"), (products, "scm_sellable_released_products")):
        event = stage.instance.get_latest_materialization_event(dg.AssetKey(["raw", "scm", table.removeprefix("scm_")]))
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["reader"].value == packages.FIRST + packages.COMPARED
        with stage.warehouse() as database:
            assert raw_log.logged_by_company(database, table, run.run) == {}


def test_every_materialization_carries_counts_requests_seconds_schema_and_lineage(played: Played) -> None:
    instance = played.stage.instance
    needed = {
        "raw/scm/customers_v2": {"dagster/row_count", "dagster/column_schema", "requests/GET", "seconds", "reader"},
        "mapped/scm/sales_order_headers": {
            "dagster/column_lineage",
            "dagster/column_schema",
            "rows/rejected",
            "seconds",
        },
        "planned/scm/sales_orders": {"documents/create", "documents/unchanged", "dagster/column_schema", "seconds"},
        "delivered/scm/sales_orders": {"outcome/created", "outcome/refused", "dagster/column_schema", "seconds"},
        "reconciled/orders": {"unexplained_amount", "in_flight_amount", "kind/agreed", "kind/missing_left", "by_month"},
    }
    for key, names in needed.items():
        event = instance.get_latest_materialization_event(dg.AssetKey(key.split("/")))
        assert event is not None
        assert event.asset_materialization is not None
        assert names - set(event.asset_materialization.metadata) == set()


def test_column_lineage_leads_from_the_invoice_back_to_scm(played: Played) -> None:
    event = played.stage.instance.get_latest_materialization_event(dg.AssetKey(["mapped", "sales", "invoices"]))
    assert event is not None
    assert event.asset_materialization is not None
    lineage = event.asset_materialization.metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    deps = {(dep.asset_key.to_user_string(), dep.column_name) for dep in lineage.deps_by_column["freightamount"]}
    assert deps == {("raw/scm/sales_invoice_headers", "TotalChargeAmount")}
