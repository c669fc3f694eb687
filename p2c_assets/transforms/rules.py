"""Rules whose value is made of the row itself: copies, constants, settings, value maps, arithmetic.

Rules that look for a row of Sales are in `references`.
"""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from p2c_assets.mappings import value_maps
from p2c_assets.mappings.folding import folded_expr
from p2c_assets.mappings.rules import (
    Clamp,
    Coalesce,
    Concat,
    Constant,
    Copy,
    Currency,
    FromHeader,
    FromSetting,
    LineNumber,
    Owner,
    Quotient,
    Rule,
    Sum,
    ValueMap,
)
from p2c_assets.transforms.columns import DECIMAL
from p2c_assets.transforms.scene import ASSIGNED, HEADER, Evaluated, Finding, Scene, about, is_blank, sentence


def evaluate(frame: pl.DataFrame, rule: Rule, scene: Scene) -> Evaluated:
    """The value of a field. Raises TypeError for rules that are made elsewhere."""
    match rule:
        case Copy():
            return Evaluated(_copy(frame, rule))
        case Constant():
            return Evaluated(pl.lit(rule.value))
        case FromSetting():
            return Evaluated(pl.lit(scene.setting(rule.setting)))
        case ValueMap():
            return _mapped(frame, rule, scene)
        case Coalesce():
            return Evaluated(pl.coalesce([_filled(frame, source) for source in rule.sources]))
        case Concat():
            return Evaluated(_joined(frame, rule))
        case Sum():
            return Evaluated(pl.sum_horizontal([pl.col(source).cast(DECIMAL) for source in rule.sources]))
        case Quotient():
            return Evaluated(_quotient(rule))
        case Clamp():
            return Evaluated(pl.col(rule.source).clip(rule.minimum, rule.maximum))
        case Currency():
            return _currency(frame, rule, scene)
        case LineNumber():
            return Evaluated(line_number(frame, rule.source))
        case FromHeader():
            return Evaluated(pl.col(f"{HEADER}{rule.field}"))
        case Owner():
            return Evaluated(pl.lit(scene.company.owner_team), (), pl.lit("team"))
        case _:
            raise TypeError(f"{rule.kind} is not a rule of the row itself")


def line_number(frame: pl.DataFrame, source: str) -> pl.Expr:
    """A line's number: the ledger's where that counts, else its own. Source: MicrosoftDocs prospect-to-cash (lines are
    numbered first)."""
    return pl.coalesce(pl.col(ASSIGNED), pl.col(source)) if ASSIGNED in frame.columns else pl.col(source)


def looked_up(key: pl.Expr, entries: Mapping[str, str]) -> pl.Expr:
    """The right side of a folded key; null where the map has none."""
    if not entries:
        return pl.lit(None, dtype=pl.String)
    return key.replace_strict(list(entries), list(entries.values()), default=None, return_dtype=pl.String)


def _filled(frame: pl.DataFrame, source: str) -> pl.Expr:
    return pl.when(~is_blank(frame, source)).then(pl.col(source))


def _copy(frame: pl.DataFrame, rule: Copy) -> pl.Expr:
    if rule.blank is None:
        return pl.col(rule.source)
    if frame.schema[rule.source] == pl.String:
        return _filled(frame, rule.source).fill_null(pl.lit(str(rule.blank)))
    return pl.col(rule.source).fill_null(pl.lit(rule.blank))


def _mapped(frame: pl.DataFrame, rule: ValueMap, scene: Scene) -> Evaluated:
    entries = value_maps.lowered(scene.maps[rule.value_map], inverse=rule.inverse)
    found = looked_up(folded_expr(pl.col(rule.source)), entries)
    blank = is_blank(frame, rule.source)
    unmapped = (~blank & found.is_null()) | _leads_nowhere(rule.source)
    detail = sentence(f"{rule.source} {{}} is not in the value map {rule.value_map}", rule.source)
    cause = about(rule.value_map, pl.col(rule.source))
    value = pl.when(blank).then(pl.lit(_blank(rule, scene), dtype=pl.String)).otherwise(found)
    return Evaluated(value, (Finding(rule.unmapped, unmapped, detail, cause=cause),))


def _blank(rule: ValueMap, scene: Scene) -> str | None:
    if rule.blank is not None or rule.blank_setting is None:
        return rule.blank
    found = scene.setting(rule.blank_setting)
    return None if found is None else str(found)


def _leads_nowhere(source: str) -> pl.Expr:
    """A lookup that is filled, but whose row was not read."""
    column, is_path, _ = source.partition(".")
    return pl.col(column).is_not_null() & pl.col(source).is_null() if is_path else pl.lit(value=False)


def _joined(frame: pl.DataFrame, rule: Concat) -> pl.Expr:
    parts = [_filled(frame, source).cast(pl.String) for source in rule.sources]
    return pl.concat_str(parts, separator=rule.separator, ignore_nulls=True)


def _quotient(rule: Quotient) -> pl.Expr:
    value, divisor = pl.col(rule.source).cast(DECIMAL), pl.col(rule.divisor).cast(DECIMAL)
    usable = divisor.is_not_null() & (divisor != Decimal(0)) & (divisor != Decimal(1))
    return pl.when(usable).then(value / pl.when(usable).then(divisor)).otherwise(value).cast(DECIMAL)


def _currency(frame: pl.DataFrame, rule: Currency, scene: Scene) -> Evaluated:
    """ISO codes have three letters; Sales takes five, for currencies of an organisation's own."""
    folded_code = folded_expr(pl.col(rule.source))
    own = looked_up(folded_code, value_maps.lowered(scene.maps["currencies"]))
    code = pl.coalesce(own, folded_code.str.to_uppercase())
    unknown = _leads_nowhere(rule.source) | (code.str.len_chars() != 3).fill_null(value=False)
    detail = sentence(f"{rule.source} {{}} is not a currency of SCM", rule.source)
    lookup = rule.source.partition(".")[0]
    fallback = pl.when(pl.col(lookup).is_null()).then(pl.lit(scene.company.currency)) if rule.fallback else pl.lit(None)
    value = pl.when(~is_blank(frame, rule.source)).then(code).otherwise(fallback)
    return Evaluated(value, (Finding("unmapped_currency", unknown, detail, cause=about("currency", code)),))
