"""AdventureWorks' first year through both systems: a seeded sample always, the whole of it by `make prove`."""

import csv
import random
import shutil
from collections.abc import Collection, Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from p2c_assets.sandbox.adventureworks import loading as adventureworks
from p2c_assets.sandbox.adventureworks.account import LoadAccount
from p2c_assets.sandbox.serve import running_sandbox
from p2c_assets_tests.chain.stage import Stage, settings_for

DATA = Path(__file__).parents[3] / "shared" / "data" / "adventureworks"
SEED = 20260105
SAMPLE_PER_KIND_AND_TERRITORY = 6
SAMPLED = ("frsi",)
"""The company of the sample: it has both kinds of orders, and some point to missing addresses."""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the AdventureWorks files do not lie beside the project")


@contextmanager
def loaded(directory: Path, folder: Path) -> Generator[tuple[Stage, LoadAccount]]:
    """AdventureWorks in empty twins; nothing has run yet."""
    with running_sandbox() as sandbox, dg.DagsterInstance.ephemeral() as instance:
        account = adventureworks.load(directory, sandbox.sales_url, sandbox.scm_url)
        settings = settings_for(sandbox, folder, adventureworks.settings_companies())
        yield Stage(sandbox, settings, instance), account


def sample(target: Path) -> Path:
    """The data with some orders of each territory, web and sales people's alike, and the customers that have them."""
    shutil.copytree(DATA, target)
    orders = _rows(DATA / "sales_order_header.csv")
    chosen = _choose(orders)
    kept = {order["salesorderid"] for order in chosen}
    buyers = {order["customerid"] for order in chosen}
    _write(target / "sales_order_header.csv", chosen)
    details = _rows(DATA / "sales_order_detail.csv")
    _write(target / "sales_order_detail.csv", [row for row in details if row["salesorderid"] in kept])
    customers = _rows(DATA / "customer.csv")
    _write(target / "customer.csv", [row for row in customers if row["customerid"] in buyers or row["storeid"]])
    return target


def _choose(orders: list[dict[str, str]]) -> list[dict[str, str]]:
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for order in orders:
        groups.setdefault((order["territoryid"], order["onlineorderflag"]), []).append(order)
    pick = random.Random(SEED)
    return [
        order
        for key in sorted(groups)
        for order in pick.sample(groups[key], min(SAMPLE_PER_KIND_AND_TERRITORY, len(groups[key])))
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def play(stage: Stage, account: LoadAccount, companies: Collection[str]) -> None:
    """Chain, day, chain: every order of these companies in both systems, to the cent."""
    runs = stage.chain(list(companies))
    stage.let_a_day_pass()
    runs += stage.chain(list(companies))
    assert [(run.company, run.problems) for run in runs if not run.succeeded] == []
    _is_explained(stage)
    _every_order_is_in_both_systems(stage, account, companies)


def _a_further_chain_writes_nothing(stage: Stage) -> None:
    stage.requests()
    assert [run.problems for run in stage.chain() if not run.succeeded] == []
    assert {method: count for method, count in stage.requests().items() if method != "GET" and count} == {}


def _is_explained(stage: Stage) -> None:
    found = stage.balance()
    assert found.is_explained
    assert {(money.unexplained_amount, money.in_flight) for money in found.money} == {(Decimal(0), Decimal(0))}


def _every_order_is_in_both_systems(stage: Stage, account: LoadAccount, companies: Collection[str]) -> None:
    orders = (*account.born_in_sales, *account.born_in_scm)
    born = {(order.company, order.number) for order in orders if order.company in companies}
    with stage.warehouse() as database:
        pairs = database.frame("SELECT company, key, class, sales_amount, scm_amount FROM reconciled.orders_pairs")
        agreed = {(row["company"], row["key"]) for row in pairs.to_dicts() if row["class"] == "agreed"}
        invoiced = database.rows(
            "SELECT company, count(*) FROM reconciled.invoices_pairs WHERE class = 'agreed' GROUP BY 1"
        )
    assert born == agreed
    assert {company for company, count in invoiced if count} == set(companies)
    for expected in (found for found in account.expected if found.company in companies):
        total = pairs.filter(pairs["company"] == expected.company)["scm_amount"].sum()
        assert total == expected.total, expected.company


def test_a_sample_of_adventureworks_agrees_to_the_cent(tmp_path: Path) -> None:
    with loaded(sample(tmp_path / "data"), tmp_path) as (stage, account):
        play(stage, account, SAMPLED)


@pytest.mark.prove
def test_all_of_adventureworks_agrees_to_the_cent(tmp_path: Path) -> None:
    with loaded(DATA, tmp_path) as (stage, account):
        assert (len(account.born_in_sales), len(account.born_in_scm)) == (406, 1160)
        play(stage, account, stage.settings.companies)
        _a_further_chain_writes_nothing(stage)
        _every_order_is_in_both_systems(stage, account, stage.settings.companies)
