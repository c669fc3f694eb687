"""The summary of a reconciliation as tables for people and as series of numbers that are plotted."""

import polars as pl

from p2c_assets.reconcile.kinds import AGREED, KINDS

MONTHS_SHOWN = 24


def by_class(summary: pl.DataFrame) -> pl.DataFrame:
    """All months together: one row per currency and class, with the first of its keys; as wide as an asset's page."""
    return (
        summary.group_by("currency", "kind", "class", "unexplained", maintain_order=True)
        .agg(
            pl.col("rows").sum(),
            *(pl.col(name).sum() for name in ("sales_amount", "scm_amount", "difference")),
            pl.col("age_days").max(),
            pl.col("keys").list.explode().drop_nulls().first(),
        )
        .sort("currency", "class")
        .select("currency", "class", "rows", "sales_amount", "scm_amount", "difference", "age_days", "keys")
    )


def by_month(summary: pl.DataFrame) -> pl.DataFrame:
    """One row per currency and month, with the rows of each kind; the last months."""
    counts = [pl.col("rows").filter(pl.col("kind") == kind).sum().alias(kind) for kind in KINDS]
    money = [
        pl.col("difference").sum(),
        pl.col("gross_difference").filter("unexplained").sum().alias("unexplained_amount"),
    ]
    found = summary.group_by("currency", "month", maintain_order=True).agg(*counts, *money)
    return found.sort("month", "currency", descending=[True, False]).head(MONTHS_SHOWN)


def series(summary: pl.DataFrame) -> dict[str, int | float]:
    """Rows of each kind, and money of each kind and currency, without cancelling out; zeros too, so that nothing has gaps."""
    rows = {f"kind/{kind}": _sum(summary.filter(pl.col("kind") == kind), "rows") for kind in KINDS}
    currencies = summary["currency"].unique().sort().to_list()
    money = {
        f"difference/{kind}/{currency}": float(
            _sum(summary.filter((pl.col("kind") == kind) & (pl.col("currency") == currency)), "gross_difference")
        )
        for currency in currencies
        for kind in KINDS
        if kind != AGREED
    }
    return {**{name: int(value) for name, value in rows.items()}, **money}


def _sum(rows: pl.DataFrame, column: str) -> float:
    return float(rows[column].sum())
