"""The company's rows as they are now: codes without a counterpart, with the documents and money that they will stop.

The mapping itself says so: every task is applied to `raw`, as a mapped asset would, and nothing is kept of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from p2c_assets.mappings.model import Task
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.readiness.finding import Finding, complete
from p2c_assets.settings import Company, Settings
from p2c_assets.transforms.apply import apply
from p2c_assets.transforms.columns import AMOUNT
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.inputs import peeked

KIND_OF: Mapping[str, str] = {
    "unmapped_country": "codes_are_mapped",
    "unmapped_unit": "codes_are_mapped",
    "unmapped_status": "codes_are_mapped",
    "unmapped_value": "codes_are_mapped",
    "no_unit_group": "codes_are_mapped",
    "unmapped_currency": "currencies_are_priced",
    "no_price_list": "currencies_are_priced",
}
"""Reasons of the mapping that are about codes, by the kind of finding that they are here."""
DOCUMENT = ("flow", "document")
ORDER_LINES = "scm.sales_order_lines"
PRODUCTS = "scm.sellable_released_products"


class Mapped(NamedTuple):
    """What one task makes of the company's rows."""

    task: Task
    rows: pl.DataFrame


def look(
    database: Database, tasks: Mapping[str, Task], company: Company, settings: Settings, today: date
) -> list[Finding]:
    """Everything about the company's rows. Writes nothing."""
    names = {name for task in tasks.values() for name in task.inputs} | {ORDER_LINES, PRODUCTS}
    frames = peeked(database, sorted(names), company.id)
    mapping = settings.mapping_settings()
    mapped = [Mapped(task, apply(task, frames, company, mapping, today)) for task in tasks.values()]
    found = [*codes(mapped, company), *used_products(frames[ORDER_LINES], frames[PRODUCTS], company)]
    return complete("documents", found, company.id)


def codes(mapped: Sequence[Mapped], company: Company) -> Iterator[Finding]:
    """One finding per reason, code and currency, most money first."""
    stopped = pl.concat([_stopped(one) for one in mapped]).unique()
    money = pl.concat([_money(one) for one in mapped if one.task.header is None])
    money = money.group_by(*DOCUMENT).agg(pl.col("amount").max(), pl.col("currency").first())
    by_code = stopped.join(money, on=DOCUMENT, how="left").group_by("reason", "cause", "currency")
    counted = by_code.agg(pl.len().alias("documents"), pl.col("amount").sum(), pl.col("flow").unique().sort())
    for row in counted.sort("amount", "documents", "cause", descending=[True, True, False]).to_dicts():
        reason = REASONS[row["reason"]]
        said = f"{reason.cause} ({', '.join(row['flow'])})"
        amount = row["amount"] if row["currency"] else None
        place = (company.id, str(row["cause"] or row["reason"]), said, reason.fix)
        yield Finding("warning", KIND_OF[reason.code], *place, row["documents"], amount, row["currency"])


def _stopped(one: Mapped) -> pl.DataFrame:
    hit = (pl.col("outcome") == "rejected") & pl.col("reason").is_in(list(KIND_OF))
    return one.rows.filter(hit).select(pl.lit(one.task.flow).alias("flow"), "document", "reason", "cause")


def _money(one: Mapped) -> pl.DataFrame:
    return one.rows.select(pl.lit(one.task.flow).alias("flow"), "document", "amount", "currency")


def used_products(lines: pl.DataFrame, listed: pl.DataFrame, company: Company) -> Iterator[Finding]:
    """Products on orders of SCM that its list of sellable products does not have: their orders wait for them."""
    own = pl.col("row_company") == company.id
    names = _folded(listed.filter(own)["ProductNumber"])
    missing = lines.filter(own & ~pl.col("ProductNumber").str.strip_chars().str.to_lowercase().is_in(names))
    missing = missing.filter(pl.col("ProductNumber").str.strip_chars() != "")
    by_product = missing.group_by("ProductNumber", "CurrencyCode")
    amount = pl.col("LineAmount").sum().cast(AMOUNT).alias("amount")
    counted = by_product.agg(pl.col("SalesOrderNumber").n_unique().alias("documents"), amount)
    for row in counted.sort("ProductNumber", "CurrencyCode").to_dicts():
        said = "is on orders, and not among the sellable products"
        place = (company.id, row["ProductNumber"], said, "the product, or nobody orders it any more")
        more = (row["documents"], row["amount"], row["CurrencyCode"])
        yield Finding("warning", "used_products_are_listed", *place, *more)


def _folded(names: pl.Series) -> list[str]:
    return names.drop_nulls().str.strip_chars().str.to_lowercase().to_list()
