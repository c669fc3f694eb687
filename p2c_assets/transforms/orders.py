"""Orders that SCM has already, by another way: it made one of the quotation itself."""

import polars as pl

from p2c_assets.mappings.folding import folded_expr
from p2c_assets.transforms.lookups import index, with_found, with_paths
from p2c_assets.transforms.scene import Checked, Finding, Scene, about, sentence

QUOTE = "quoteid.quotenumber"


def already_ordered_from_quote(frame: pl.DataFrame, scene: Scene) -> Checked:
    """The order's quote has a GeneratedSalesOrderNumber in SCM, and it is not this order's number."""
    quotations = scene.own_rows("scm.sales_quotation_headers")
    generated = index(quotations, pl.col("SalesQuotationNumber"), pl.col("GeneratedSalesOrderNumber"))
    frame = with_found(with_paths(frame, [QUOTE], scene), pl.col(QUOTE), generated, "@generated")
    other = (pl.col("@generated") != "") & (folded_expr(pl.col("@generated")) != folded_expr(pl.col("ordernumber")))
    detail = sentence("SCM has order {} of quote {}", "@generated", QUOTE)
    cause = about("quote", pl.col(QUOTE))
    return Checked(frame, (Finding("already_ordered_from_quote", other.fill_null(value=False), detail, cause=cause),))
