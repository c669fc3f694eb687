"""Nothing unexplained among many documents, and a cent anywhere is found: document, line and field."""

import random
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import polars as pl
import pytest

from p2c_assets.reconcile.attribution import DOCUMENT, attribute
from p2c_assets.reconcile.compare import balances, classify, summarise
from p2c_assets.reconcile.document_fields import FIELDS
from p2c_assets.reconcile.kinds import UNEXPLAINED
from p2c_assets.reconcile.side import Side
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.proofs.documents import COMPANY, PLACES, documents, rows, store
from p2c_assets_tests.reconcile.ledger_and_raw import warehouse

SEED = 20260105
SAMPLE, FULL = 900, 100_000
SAMPLE_ERRORS, FULL_ERRORS = 24, 200
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SIDE = Side(COMPANY, "USD", "", NOW.date())


class Error(NamedTuple):
    """One field of one row that is wrong by the last decimal; `line` and `field` are how it has to be named."""

    flow: str
    table: str
    row_id: str
    column: str
    step: Decimal
    document: str
    line: str
    field: str


class Target(NamedTuple):
    """A column where an error may be made, the name of the finding, and what has to be true of the row (SQL)."""

    table: str
    column: str
    field: str
    where: str = "true"
    is_line: bool = False
    of_returned: bool = False


def targets(flow: str) -> list[Target]:
    """Every field of money, quantity, price, discount, tax and charge of a flow that both systems or one of them can check.

    Tax and charges count where they have come back to Sales; before that SCM alone knows them, and their sum.
    """
    of = FIELDS[flow]
    back = {"quotes": "false", "orders": "msdynce_ismaintainedexternally", "invoices": "true"}[flow]
    parent_back = f"{of.parent} IN (SELECT row_id FROM raw.{of.sales_header} WHERE {back})"
    scm_back = f"split_part(row_id, '|', 1) IN (SELECT substr(row_id, 2) FROM raw.{of.sales_header} WHERE {back})"
    no_misc = f"coalesce({'msdynce_ismisctax' if of.misc_tax else 'false'}, false) = false"
    found = [
        *(Target(of.sales_lines, name, name, no_misc, is_line=True)
          for name in ("quantity", "priceperunit", "manualdiscountamount", "baseamount", "extendedamount")),
        Target(of.sales_lines, "tax", "tax", f"{no_misc} AND {parent_back}", is_line=True, of_returned=True),
        Target(of.scm_lines, of.quantity, "quantity", is_line=True),
        Target(of.scm_lines, "SalesPrice", "priceperunit",
               f"{of.price_unit} = 1" if of.price_unit else "true", is_line=True),
        Target(of.scm_lines, of.line_discount, "manualdiscountamount", is_line=True),
        Target(of.scm_lines, of.line_tax, "tax", scm_back, is_line=True, of_returned=True),
        Target(of.scm_lines, "LineAmount", "LineAmount", is_line=True),
        *(Target(of.sales_header, name, name)
          for name in ("totalamount", "totallineitemamount", "totallineitemdiscountamount", "totaldiscountamount",
                       "discountamount", "totalamountlessfreight", "totaltax")),
        Target(of.sales_header, "freightamount", "freightamount", back, of_returned=True),
        Target(of.scm_header, of.charges, "freightamount", scm_back, of_returned=True),
        Target(of.scm_header, of.discount, "totaldiscountamount"),
        *(Target(of.scm_header, name, name) for name in (of.total_discount, of.total_tax, of.total)),
    ]  # fmt: skip
    if of.unit_discount and of.line_charge:
        found.append(Target(of.scm_lines, of.unit_discount, of.unit_discount, f"{of.quantity} >= 1", is_line=True))
        found.append(Target(of.scm_lines, of.line_charge, of.line_charge, is_line=True))
    if of.misc_tax:
        found.append(Target(of.sales_header, of.misc_tax, of.misc_tax, back))
        found.append(Target(of.scm_header, of.header_tax, of.misc_tax, scm_back))
        found.append(Target(of.sales_lines, "tax", "tax of the Freight Tax line", "msdynce_ismisctax"))
        found.append(
            Target(of.sales_lines, "extendedamount", "extendedamount of the Freight Tax line", "msdynce_ismisctax")
        )
    return found


def inject(database: Database, count: int, seed: int) -> list[Error]:
    """So many errors in as many documents: every target of every flow in turn, at a row picked by chance."""
    pick = random.Random(seed)
    possible = [
        (flow, target) for flow in FIELDS for target in targets(flow) if flow != "quotes" or not target.of_returned
    ]
    pick.shuffle(possible)
    used: set[str] = set()
    found: list[Error] = []
    while len(found) < count:
        flow, target = possible[len(found) % len(possible)]
        error = _error(database, pick, flow, target, used)
        used.add(error.document)
        found.append(error)
        database.run(
            f"UPDATE raw.{target.table} SET {target.column} = {target.column} + ? WHERE row_id = ?",
            [error.step, error.row_id],
        )
    return found


def _error(database: Database, pick: random.Random, flow: str, target: Target, used: set[str]) -> Error:
    sql = f"SELECT row_id FROM raw.{target.table} WHERE {target.where} ORDER BY md5(row_id || ?), row_id LIMIT 50"
    ids = [str(row_id) for (row_id,) in database.rows(sql, [str(pick.random())])]
    ours = target.table.startswith("sales_")
    while True:
        row_id = pick.choice(ids)
        document = row_id.removeprefix("s").split("-")[0] if ours else row_id.split("|")[0]
        if document not in used:
            break
    line = row_id.replace("-", "|").rpartition("|")[2] if target.is_line else DOCUMENT
    currency = str(database.value(
        f"SELECT transactioncurrencyid FROM raw.{FIELDS[flow].sales_header} WHERE row_id = ?", [f"s{document}"]))  # fmt: skip
    is_exact = target.field in ("quantity", "priceperunit")
    step = Decimal("0.0001") if is_exact else Decimal(1).scaleb(-PLACES[currency])
    return Error(flow, target.table, row_id, target.column, pick.choice((step, -step)), document, line, target.field)


class Reconciled(NamedTuple):
    pairs: pl.DataFrame
    parts: pl.DataFrame


def reconcile(database: Database) -> Reconciled:
    """All flows of documents."""
    found = [attribute(database, flow, classify(database, flow, SIDE)) for flow in FIELDS]
    return Reconciled(pl.concat(pairs for pairs, _ in found), pl.concat(parts for _, parts in found))


@pytest.fixture(scope="module")
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Database]:
    with warehouse(tmp_path_factory.mktemp("money")) as database:
        store(database, rows(documents(request.param, SEED)))
        yield database


def prove(database: Database, count: int, errors: int) -> None:
    """Both halves of the proof; prints the figures."""
    found = reconcile(database)
    summary = summarise(found.pairs, NOW)
    assert found.pairs.select("key").n_unique() == count
    assert set(found.pairs["class"]) == {"agreed", "in_flight", "tax_and_charges_of_scm", "discount_split"}
    assert found.parts.filter("unexplained").rows() == []
    per_currency = {balance.currency: balance for balance in balances(summary)}
    assert set(per_currency) == set(PLACES)
    assert {(one.unexplained, one.unexplained_rows) for one in per_currency.values()} == {(Decimal(0), 0)}
    made = inject(database, errors, SEED)
    wrong = reconcile(database)
    expected = sorted((error.document, error.line, error.field) for error in made)
    parts = wrong.parts.filter("unexplained")
    named = sorted((row["key"].split(" ")[0], row["line"], row["field"]) for row in parts.to_dicts())
    assert _apart(expected, named) == ([], [])
    stopped = wrong.pairs.filter(pl.col("class").is_in(UNEXPLAINED))["key"].str.split(" ").list.first()
    assert sorted(stopped) == sorted(error.document for error in made)
    totals = {currency: f"{one.sales_total:,.2f} / {one.scm_total:,.2f}" for currency, one in per_currency.items()}
    print(f"{count} documents, Sales / SCM: {totals}; unexplained 0.00; {len(made)} errors made, {len(named)} found")


def _apart(expected: Sequence[object], found: Sequence[object]) -> tuple[list[object], list[object]]:
    """What was not found, and what was found besides."""
    return [one for one in expected if one not in found], [one for one in found if one not in expected]


@pytest.mark.parametrize("many", [SAMPLE], indirect=True)
def test_documents_of_every_shape_agree_and_a_cent_is_attributed_to_document_line_and_field(many: Database) -> None:
    prove(many, SAMPLE, SAMPLE_ERRORS)


@pytest.mark.prove
@pytest.mark.parametrize("many", [FULL], indirect=True)
def test_a_hundred_thousand_documents_agree_and_each_of_two_hundred_errors_is_attributed(many: Database) -> None:
    prove(many, FULL, FULL_ERRORS)
