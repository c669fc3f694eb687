"""Lines and what became of their header: a line goes the way of its document.

A line's `parent_id` is its header's `source_id`. The header task is applied anew where the caller does not give its result.
"""

from collections.abc import Callable

import polars as pl

from p2c_assets.mappings.model import Task
from p2c_assets.mappings.rules import FromHeader
from p2c_assets.transforms.scene import HEADER, Finding, Scene, about, sentence

SHARED = ("outcome", "reason", "detail", "cause", "document", "target_key")


def with_header(frame: pl.DataFrame, scene: Scene, mapped: Callable[[Task], pl.DataFrame]) -> pl.DataFrame:
    """Add `parent_id` and, for lines, `^outcome` ... of the header; null where the header was not read."""
    header = scene.task.header
    if header is None:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias("parent_id"))
    parent = pl.concat_str([pl.col(name).cast(pl.String) for name in scene.task.parent], separator="|")
    rows = scene.inputs.get(f"mapped.{header.name}")
    rows = mapped(header) if rows is None else rows
    wanted = dict.fromkeys((*SHARED, *(f.rule.field for f in scene.task.fields if isinstance(f.rule, FromHeader))))
    given = rows.select(
        pl.col("source_id").alias("parent_id"), *(pl.col(name).alias(f"{HEADER}{name}") for name in wanted)
    )
    return frame.with_columns(parent.alias("parent_id")).join(given, on="parent_id", how="left", maintain_order="left")


def header_missing(scene: Scene) -> tuple[Finding, ...]:
    """A line whose header was not read waits for it."""
    if scene.task.header is None:
        return ()
    detail = sentence(f"its header {{}} is not among {scene.task.header.source.reference} of the company", "parent_id")
    absent = pl.col(f"{HEADER}outcome").is_null()
    return (Finding("parent_missing", absent, detail, cause=about("row", pl.col("parent_id"))),)


def has_header(scene: Scene) -> pl.Expr:
    """Whether the row's own key can be judged: always for headers, for lines once their header was read."""
    return pl.lit(value=True) if scene.task.header is None else pl.col(f"{HEADER}outcome").is_not_null()
