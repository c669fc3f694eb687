"""Accounts and contacts share one numbering in SCM: both become customers there."""

import polars as pl

from p2c_assets.transforms.lookups import index, with_found
from p2c_assets.transforms.scene import Checked, Finding, Scene, about, sentence, value


def customer_numbers(frame: pl.DataFrame, scene: Scene) -> Checked:
    """An account and an active contact of one company with the same number would be one customer: neither goes."""
    if scene.task.source.name == "accounts":
        rivals, number = scene.own_rows("sales.contacts").filter(pl.col("msdynce_isactivecustomer")), "contactnumber"
        taken = index(rivals, pl.col("msdynce_contactnumber"), pl.col("row_id"))
    else:
        number = "accountnumber"
        taken = index(scene.own_rows("sales.accounts"), pl.col("accountnumber"), pl.col("row_id"))
    frame = with_found(frame, value("CustomerAccount"), taken, "@rival")
    detail = sentence(f"{{}} is also the {number} of {{}}", "=CustomerAccount", "@rival")
    cause = about("number", value("CustomerAccount"))
    return Checked(frame, (Finding("duplicate_key", pl.col("@rival").is_not_null(), detail, cause=cause),))
