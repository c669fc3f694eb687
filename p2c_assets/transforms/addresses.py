"""Address blocks: sent together or not at all.

SCM takes an address only with its country. Without one (and without a default of the company) nothing of the address is
sent; the fields are null then, which means: leave alone what is there.
"""

from collections.abc import Mapping

import polars as pl

from p2c_assets.mappings.model import Block
from p2c_assets.transforms.scene import Scene, is_blank


def sent_by_field(frame: pl.DataFrame, scene: Scene) -> Mapping[str, pl.Expr]:
    """Per target field of a block: whether its block is sent."""
    return {field: _sent(frame, block, scene) for block in scene.task.blocks for field in block.fields}


def warnings(frame: pl.DataFrame, scene: Scene) -> tuple[pl.Expr, ...]:
    """Where people should know that no address is sent."""
    return tuple(_warning(frame, block, scene) for block in scene.task.blocks)


def _empty(frame: pl.DataFrame, block: Block) -> pl.Expr:
    return pl.all_horizontal(is_blank(frame, source) for source in block.sources)


def _without_country(frame: pl.DataFrame, block: Block, scene: Scene) -> pl.Expr:
    return is_blank(frame, block.country) & pl.lit(scene.company.blank_country is None)


def _sent(frame: pl.DataFrame, block: Block, scene: Scene) -> pl.Expr:
    known = ~_without_country(frame, block, scene)
    return known & ~_empty(frame, block) if block.only_when_filled else known


def _warning(frame: pl.DataFrame, block: Block, scene: Scene) -> pl.Expr:
    """An address that is empty altogether is worth a word on documents only: goods have to go somewhere."""
    empty = _empty(frame, block)
    lost = ~empty & _without_country(frame, block, scene)
    no_country = f"no_country: the {block.name} has no country and the company no blank_country; it is not sent"
    nothing = pl.lit(f"no_address: there is no {block.name}") if block.only_when_filled else pl.lit(None)
    return pl.when(lost).then(pl.lit(no_country)).when(empty).then(nothing)
