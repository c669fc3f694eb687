"""Values in the destination's own form, so that they can be compared with what it gives back after a write.

Text without outer blanks at the end and no longer than the column (keys are never cut), decimals at the column's scale and
the currency's precision, SCM's nulls ("" and 0), points in time to the second. What had to be cut is warned of.
"""

from typing import NamedTuple

import polars as pl

from p2c_assets.mappings.model import FieldMap
from p2c_assets.mappings.schema import MONEY_SCALE, PRICE_SCALE, Column, ColumnType, System
from p2c_assets.transforms.columns import DECIMAL, TYPES, UTC_TIME
from p2c_assets.transforms.rounding import half_away_from_zero, money
from p2c_assets.transforms.scene import Finding, Scene, about, value

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


class Fitted(NamedTuple):
    """A value in the destination's form, rows it does not fit, and the warning for those where it was cut."""

    value: pl.Expr
    findings: tuple[Finding, ...] = ()
    warning: pl.Expr | None = None


def fit(frame: pl.DataFrame, field: FieldMap, scene: Scene, currency: pl.Expr) -> Fitted:
    """Bring the field's value (column `=<target>` of the frame) to the destination's form."""
    column = scene.task.target.column(field.target)
    found = value(field.target)
    given = frame.schema[f"={field.target}"]
    match column.type:
        case ColumnType.TEXT:
            return _text(found, column, scene)
        case ColumnType.INTEGER:
            return _integer(found, column, scene.task.target.system, is_key=is_key(field, scene))
        case ColumnType.DECIMAL:
            return _decimal(found, column, scene, currency)
        case ColumnType.DATE:
            return Fitted(_date(found, given))
        case ColumnType.DATETIME:
            return Fitted(_datetime(found, given))
        case ColumnType.BOOLEAN:
            return Fitted(_boolean(found, given))
        case ColumnType.CHOICE:
            return Fitted(found.cast(pl.Int64, strict=False))
        case ColumnType.ENUM | ColumnType.GUID | ColumnType.LOOKUP:
            return Fitted(found.cast(pl.String))


def is_key(field: FieldMap, scene: Scene) -> bool:
    """Whether the field is part of what the destination's people call the row."""
    return field.target in scene.task.target.natural_key


def _text(found: pl.Expr, column: Column, scene: Scene) -> Fitted:
    trimmed = found.cast(pl.String).str.strip_chars_end()
    blank = pl.lit("") if scene.task.target.system == "scm" else pl.lit(None, dtype=pl.String)
    filled = pl.when(trimmed != "").then(trimmed)
    if column.length is None:
        return Fitted(filled.fill_null(blank))
    length = trimmed.str.len_chars()
    too_long = (length > column.length).fill_null(value=False)
    if column.name in scene.task.target.natural_key:
        detail = pl.format(f"{column.name} {{}} has {{}} characters, {column.length} fit", trimmed, length)
        finding = Finding("key_too_long", too_long, detail, cause=about("number", trimmed))
        return Fitted(filled.fill_null(blank), (finding,))
    warning = pl.when(too_long).then(pl.format(f"truncated: {column.name} {{}} -> {column.length}", length))
    return Fitted(filled.str.slice(0, column.length).str.strip_chars_end().fill_null(blank), (), warning)


def _integer(found: pl.Expr, column: Column, system: System, *, is_key: bool) -> Fitted:
    """SCM's whole numbers are Int32 and not nullable."""
    number = found.cast(pl.Int64, strict=False)
    lowest = INT32_MIN if column.minimum is None else int(column.minimum)
    highest = INT32_MAX if column.maximum is None else int(column.maximum)
    finding = _out_of_range(column, number, number < lowest, number > highest)
    return Fitted(number.fill_null(0) if system == "scm" and not is_key else number, (finding,))


def _decimal(found: pl.Expr, column: Column, scene: Scene, currency: pl.Expr) -> Fitted:
    number = _rounded(found, column, scene, currency)
    below = number < column.minimum if column.minimum is not None else pl.lit(value=False)
    finding = _out_of_range(column, number, below, pl.lit(value=False))
    return Fitted(number.fill_null(0).cast(DECIMAL) if scene.task.target.system == "scm" else number, (finding,))


def _rounded(found: pl.Expr, column: Column, scene: Scene, currency: pl.Expr) -> pl.Expr:
    if column.scale == MONEY_SCALE:
        return money(found, currency, scene.settings)
    if column.scale == PRICE_SCALE:
        return half_away_from_zero(found, scene.settings.price_scale)
    return half_away_from_zero(found, 10 if column.scale is None else column.scale)


def _out_of_range(column: Column, number: pl.Expr, below: pl.Expr, above: pl.Expr) -> Finding:
    outside = (below | above).fill_null(value=False)
    detail = pl.format(f"{column.name} is {{}}", number)
    return Finding("out_of_range", outside, detail, cause=about("column", pl.lit(column.name)))


def _date(found: pl.Expr, given: pl.DataType) -> pl.Expr:
    if isinstance(given, pl.Datetime):
        return found.dt.date()
    return found.str.to_date(strict=False) if given == pl.String else found.cast(TYPES[ColumnType.DATE])


def _datetime(found: pl.Expr, given: pl.DataType) -> pl.Expr:
    if given == pl.Date:
        return found.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if isinstance(given, pl.Datetime):
        return found.dt.truncate("1s")
    return found.str.to_datetime(strict=False, time_zone="UTC") if given == pl.String else found.cast(UTC_TIME)


def _boolean(found: pl.Expr, given: pl.DataType) -> pl.Expr:
    return found.str.to_lowercase() == "true" if given == pl.String else found.cast(pl.Boolean)
