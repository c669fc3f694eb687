"""Joins: columns that lie behind a lookup of the source, and rows of Sales found by what people call them."""

from collections.abc import Iterable

import polars as pl

from p2c_assets.mappings import paths
from p2c_assets.mappings.folding import folded_expr
from p2c_assets.mappings.paths import Path, Step
from p2c_assets.mappings.schema import Entity
from p2c_assets.transforms.scene import Scene

KEY, FOUND = "@key", "@found"


def with_paths(frame: pl.DataFrame, sources: Iterable[str], scene: Scene) -> pl.DataFrame:
    """Add a column per source that is a path, named like the source."""
    for source in sources:
        path = paths.parse(source, scene.task.source)
        if path.steps and source not in frame.columns:
            frame = _with_path(frame, source, path, scene)
    return frame


def _with_path(frame: pl.DataFrame, source: str, path: Path, scene: Scene) -> pl.DataFrame:
    polymorphic = scene.task.source.column(path.column).is_polymorphic
    parts: list[pl.Expr] = []
    for number, step in enumerate(path.steps):
        name = f"@{number}"
        frame = frame.join(
            _target(step, scene).rename({FOUND: name}),
            left_on=path.column,
            right_on=KEY,
            how="left",
            maintain_order="left",
        )
        of_kind = pl.col(f"{path.column}_type") == step.logical_name
        parts.append(pl.when(of_kind).then(pl.col(name)) if polymorphic else pl.col(name))
    names = [f"@{number}" for number in range(len(parts))]
    return frame.with_columns(pl.coalesce(parts).alias(source)).drop(names)


def _target(step: Step, scene: Scene) -> pl.DataFrame:
    rows = scene.rows(step.reference)
    return rows.select(pl.col("row_id").alias(KEY), pl.col(step.column).alias(FOUND)).unique(KEY, keep="first")


def index(rows: pl.DataFrame, key: pl.Expr, found: pl.Expr) -> pl.DataFrame:
    """Rows by a folded key; of several with one key the first by id, so that two runs find the same."""
    named = rows.sort("row_id").select(folded_expr(key).alias(KEY), found.alias(FOUND))
    return named.filter(pl.col(KEY).is_not_null()).unique(KEY, keep="first", maintain_order=True)


def with_found(frame: pl.DataFrame, key: pl.Expr, rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the column `name`: what an `index` holds under the folded key."""
    keyed = frame.with_columns(folded_expr(key).alias(KEY))
    return keyed.join(rows.rename({FOUND: name}), on=KEY, how="left", maintain_order="left").drop(KEY)


def by_column(rows: pl.DataFrame, entity: Entity, column: str) -> pl.DataFrame:
    """Ids of Sales rows by one of their columns."""
    return index(rows, pl.col(column), pl.col(entity.key[0]))
