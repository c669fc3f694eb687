"""Conditions of filters as expressions. Blank counts as unequal to every value."""

from collections.abc import Iterable

import polars as pl

from p2c_assets.mappings.model import Condition, Filter
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.transforms.scene import Finding, is_blank, sentence


def findings(frame: pl.DataFrame, filters: Iterable[Filter]) -> tuple[Finding, ...]:
    """One finding per filter, in their order."""
    return tuple(_finding(frame, row_filter) for row_filter in filters)


def _finding(frame: pl.DataFrame, row_filter: Filter) -> Finding:
    when = pl.all_horizontal(_holds(frame, condition) for condition in row_filter.when)
    sources = [condition.source for condition in row_filter.when]
    values = ", ".join(f"{name} is {{}}" for name in sources)
    detail = sentence(f"{REASONS[row_filter.reason].cause} ({values})", *sources)
    return Finding(row_filter.reason, when, detail, row_filter.scope)


def _holds(frame: pl.DataFrame, condition: Condition) -> pl.Expr:
    column = pl.col(condition.source)
    match condition.operator:
        case "blank":
            return is_blank(frame, condition.source)
        case "filled":
            return ~is_blank(frame, condition.source)
        case "eq":
            return column.eq_missing(pl.lit(condition.value))
        case "ne":
            return column.ne_missing(pl.lit(condition.value))
        case "in":
            return column.is_in(_values(condition)).fill_null(value=False)
        case "not_in":
            return ~column.is_in(_values(condition)).fill_null(value=False)


def _values(condition: Condition) -> list[str | int]:
    return list(condition.value) if isinstance(condition.value, tuple) else []
