"""Codes that the mapping cannot translate, with the documents and money behind them; combinations that can be written."""

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl

from p2c_assets.mappings.catalogue import tasks
from p2c_assets.readiness.documents import Mapped, codes, used_products
from p2c_assets.readiness.finding import error
from p2c_assets.readiness.record import BEFORE_DELIVERY, is_ready, recent, remember
from p2c_assets.settings import Company, MappingSettings
from p2c_assets.warehouse.database import Database

USMF = Company(id="usmf", business_unit="b", owner_team="t", currency="USD")
TASKS = tasks(MappingSettings())
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def mapped(task: str, *rows: tuple[str, str, str | None, str | None, str | None]) -> Mapped:
    columns = ["document", "outcome", "reason", "cause", "amount"]
    schema = dict.fromkeys(columns, pl.String)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    amount = pl.col("amount").cast(pl.Decimal(38, 4))
    return Mapped(TASKS[task], frame.with_columns(amount, pl.lit("USD").alias("currency")))


def test_a_document_is_counted_once_however_many_of_its_lines_are_stopped() -> None:
    headers = mapped(
        "salesorders_to_order_headers", ("SO-1", "mapped", None, None, "120"), ("SO-2", "mapped", None, None, "30")
    )
    lines = mapped(
        "salesorderdetails_to_order_lines",
        ("SO-1", "rejected", "unmapped_unit", "units Pallet", "70"),
        ("SO-1", "rejected", "unmapped_unit", "units Pallet", "50"),
        ("SO-2", "rejected", "unmapped_unit", "units Pallet", "30"),
        ("SO-2", "rejected", "duplicate_key", None, "30"),
    )
    (found,) = codes([headers, lines], USMF)
    assert (found.level, found.code, found.subject) == ("warning", "codes_are_mapped", "units Pallet")
    assert (found.documents, found.amount, found.currency) == (2, Decimal("150.0000"), "USD")


def test_a_currency_without_price_list_is_a_finding_about_prices() -> None:
    headers = mapped("order_headers_to_salesorders", ("SO-9", "rejected", "no_price_list", "currency CAD", "147.22"))
    (found,) = codes([headers], USMF)
    assert (found.code, found.subject, found.documents) == ("currencies_are_priced", "currency CAD", 1)


def test_products_on_orders_that_are_not_listed_are_named_with_their_orders_and_money() -> None:
    lines = pl.DataFrame(
        {
            "row_company": ["usmf", "usmf", "usmf", "demf"],
            "SalesOrderNumber": ["SO-1", "SO-2", "SO-2", "SO-3"],
            "ProductNumber": ["P1", "p2", "P9", "P9"],
            "CurrencyCode": ["USD"] * 4,
            "LineAmount": [Decimal("1.00"), Decimal("2.00"), Decimal("4.50"), Decimal("9.00")],
        }
    )
    listed = pl.DataFrame({"row_company": ["usmf", "usmf", "demf"], "ProductNumber": ["P1", "P2", "P9"]})
    (found,) = used_products(lines, listed, USMF)
    assert (found.subject, found.documents, found.amount) == ("P9", 1, Decimal("4.5000"))


def test_a_company_is_ready_once_everything_was_looked_at_and_nothing_stands_against_it(database: Database) -> None:
    assert not is_ready(database, "usmf", [])
    for asset in BEFORE_DELIVERY:
        remember(database, asset, "usmf", [error("solution_is_installed", "gone", "it")], "run", NOW)
    assert not is_ready(database, "usmf", [])
    assert is_ready(database, "usmf", ["solution_is_installed"])
    assert not is_ready(database, "demf", ["solution_is_installed"])


def test_what_was_found_about_a_system_is_good_for_other_companies_for_a_while(database: Database) -> None:
    assert recent(database, "scm", NOW) == []
    remember(database, "scm", "usmf", [error("scm_lets_us_in", "no", "yes")], "run", NOW)
    assert [one.code for one in recent(database, "scm", NOW)] == ["scm_lets_us_in"]
    assert recent(database, "scm", datetime(2026, 1, 6, tzinfo=UTC)) == []
