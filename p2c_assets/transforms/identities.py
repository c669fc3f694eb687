"""Which Sales row a mapped row is: the GUID it has already, else the one it will always get."""

import polars as pl

from p2c_assets.mappings.identity import sales_id
from p2c_assets.mappings.rules import FromHeader, Identity
from p2c_assets.mappings.schema import ColumnType
from p2c_assets.transforms.lookups import index, with_found
from p2c_assets.transforms.rules import line_number
from p2c_assets.transforms.scene import HEADER, VALUE, Scene, value


def with_identity(frame: pl.DataFrame, scene: Scene, *, create: pl.Expr) -> pl.DataFrame:
    """Fill the primary key of the target. `create`: rows that may get a new GUID where they have none."""
    fields = [field.target for field in scene.task.fields if isinstance(field.rule, Identity)]
    for target in fields:
        frame = with_found(frame, _match_key(scene), _existing(scene), f"{VALUE}{target}")
        frame = _with_new_ids(frame, target, scene, create)
    return frame


def _parent(scene: Scene) -> str | None:
    """The lookup of a line to its header."""
    found = [field.target for field in scene.task.fields if isinstance(field.rule, FromHeader)]
    lookups = [name for name in found if scene.task.target.column(name).type is ColumnType.LOOKUP]
    return next(iter(lookups), None)


def _match_key(scene: Scene) -> pl.Expr:
    """Headers by their number; lines by the header's GUID and their own number."""
    parent = _parent(scene)
    own = value(scene.task.target.natural_key[-1] if parent else scene.task.target.natural_key[0]).cast(pl.String)
    return own if parent is None else pl.concat_str(value(parent), own, separator="|")


def _existing(scene: Scene) -> pl.DataFrame:
    """Rows that Sales has: those of the company, freight tax lines left out."""
    entity = scene.task.target
    rows = scene.own_rows(entity.reference) if entity.company_column else scene.rows(entity.reference)
    parent = _parent(scene)
    if parent is None:
        return index(rows, pl.col(entity.natural_key[0]), pl.col("row_id"))
    number = line_number(rows, entity.natural_key[-1]).cast(pl.String)
    lines = rows.filter(pl.col("msdynce_ismisctax").ne_missing(pl.lit(value=True)))
    return index(lines, pl.concat_str(pl.col(parent), number, separator="|"), pl.col("row_id"))


def _with_new_ids(frame: pl.DataFrame, target: str, scene: Scene, create: pl.Expr) -> pl.DataFrame:
    """A SHA-1 per new row: Polars has none, so that this is the one place that goes through keys one by one."""
    entity = scene.task.target
    company = scene.company.id if entity.company_column else ""
    keyed = frame.with_columns(_new_key(scene).alias("@new"), create.alias("@create"))
    wanted = keyed.filter(pl.col("@create") & value(target).is_null())["@new"].drop_nulls().unique().sort()
    new_ids = [sales_id(company, entity.entity_set, key) for key in wanted]
    ids = pl.DataFrame({"@new": wanted, "@id": new_ids}, schema={"@new": pl.String, "@id": pl.String})
    joined = keyed.join(ids, on="@new", how="left", maintain_order="left")
    filled = joined.with_columns(pl.coalesce(value(target), pl.col("@id")).alias(f"{VALUE}{target}"))
    return filled.drop("@new", "@create", "@id")


def _new_key(scene: Scene) -> pl.Expr:
    if scene.task.header is None:
        return pl.col("target_key")
    return pl.concat_str(pl.col(f"{HEADER}target_key"), value(scene.task.target.natural_key[-1]), separator="|")
