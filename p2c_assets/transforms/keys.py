"""Keys: what a row is called in the destination, that it is called something, and that no other row is called so."""

from collections.abc import Iterable

import polars as pl

from p2c_assets.mappings.folding import folded_expr
from p2c_assets.mappings.model import FieldMap
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.transforms.headers import has_header
from p2c_assets.transforms.lookups import index, with_found
from p2c_assets.transforms.scene import VALUE, Finding, Scene, about, is_blank, sentence, value


def with_target_key(frame: pl.DataFrame, scene: Scene) -> pl.DataFrame:
    """Add `target_key`: the natural key's values joined with `|`; null where one is missing or too long."""
    columns = [scene.task.target.column(name) for name in scene.task.target.natural_key]
    parts = [value(column.name).cast(pl.String) for column in columns]
    usable = [~is_blank(frame, f"{VALUE}{column.name}") for column in columns]
    usable += [
        value(column.name).str.len_chars() <= column.length
        for column in columns
        if column.length is not None and frame.schema[f"{VALUE}{column.name}"] == pl.String
    ]
    key = pl.concat_str(parts, separator="|")
    return frame.with_columns(pl.when(pl.all_horizontal(usable)).then(key).alias("target_key"))


def required(frame: pl.DataFrame, field: FieldMap, scene: Scene) -> tuple[Finding, ...]:
    """Rows whose source of a required value is empty. To be asked before the value is brought to the destination's form."""
    in_key = field.target in scene.task.target.natural_key
    if not (in_key or field.required) or field.exists is not None:
        return ()
    looked_at = (f"{VALUE}{field.target}", *field.rule.uses)
    blank = pl.all_horizontal(is_blank(frame, name) for name in looked_at)
    what = ", ".join(field.rule.uses) or field.target
    reason = "key_missing" if in_key else "required_value_missing"
    detail = pl.lit(f"{what} is empty (for {field.target})")
    return (Finding(reason, blank & has_header(scene), detail, cause=about("column", pl.lit(what))),)


def duplicates(scene: Scene, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Rows that share a key with another row of the company; rows that a filter left out do not count."""
    filtered = [finding.when for finding in found if REASONS[finding.reason].outcome == "filtered"]
    eligible = pl.col("target_key").is_not_null() & ~pl.any_horizontal(pl.lit(value=False), *filtered)
    groups = [folded_expr(pl.col("target_key")), *([pl.col("parent_id")] if scene.task.header else [])]
    shared = eligible & (eligible.cast(pl.Int64).sum().over(groups) > 1)
    name = ", ".join(scene.task.target.natural_key)
    detail = sentence(f"{name} {{}} belongs to several rows", "target_key")
    return (Finding("duplicate_key", shared, detail, cause=about("number", pl.col("target_key"))),)


def with_destination(frame: pl.DataFrame, scene: Scene) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Rows that wait for something in the destination: a customer, a released product."""
    found: list[Finding] = []
    for field in scene.task.fields:
        if field.exists is None:
            continue
        known = index(scene.own_rows(field.exists.reference), pl.col(field.exists.column), pl.col("row_id"))
        name = f"@there {field.target}"
        frame = with_found(frame, value(field.target), known, name)
        lookups = [source.partition(".")[0] for source in field.rule.uses if "." in source]
        origin = ", ".join(f"{lookup} {{}}" for lookup in lookups)
        text = f"{field.target} {{}} ({origin}) is not in {field.exists.reference} of {scene.company.id}"
        detail = sentence(text, f"{VALUE}{field.target}", *lookups)
        behind = [about("row", pl.col(lookup)) for lookup in lookups]
        cause = pl.coalesce(about(field.exists.reference, value(field.target)), *behind)
        found.append(Finding("parent_missing", pl.col(name).is_null(), detail, cause=cause))
    return frame, tuple(found)
