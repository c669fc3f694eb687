"""Revisions of quotes: a quote's number is shared by all its revisions, SCM has one quotation of that number."""

import polars as pl

from p2c_assets.mappings.folding import folded_expr
from p2c_assets.transforms.scene import Checked, Finding, Scene, sentence

ACTIVE = 1


def superseded_revision(frame: pl.DataFrame, _scene: Scene) -> Checked:
    """Only the highest active revision goes on. Source: MicrosoftDocs sales-quotation-template-mapping (active quotes)."""
    revision = pl.col("revisionnumber").fill_null(0)
    active = pl.col("statecode").eq_missing(pl.lit(ACTIVE))
    latest = pl.when(active).then(revision).max().over(folded_expr(pl.col("quotenumber")))
    older = active & (revision < latest).fill_null(value=False)
    detail = sentence("{} revision {} is active beside a later one", "quotenumber", "revisionnumber")
    return Checked(frame, (Finding("superseded_revision", older, detail),))


def document(frame: pl.DataFrame, number: pl.Expr) -> pl.Expr:
    """A quote's name for people: later revisions say so, since they share the number."""
    if "revisionnumber" not in frame.columns:
        return number
    revision = pl.col("revisionnumber").fill_null(0)
    return pl.when(revision > 0).then(pl.format("{} rev {}", number, revision)).otherwise(number)
