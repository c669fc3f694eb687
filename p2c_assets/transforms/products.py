"""One product of Sales for the released products of several companies.

The owner (settings, else the first configured company that releases the number) gives the product its own fields; the
others give their price, as an item of their price list. Companies that share a price list do not overwrite each other: the
owner comes first, then the order of the configuration.
"""

import polars as pl

from p2c_assets.mappings.folding import folded_expr
from p2c_assets.mappings.schema import Entity
from p2c_assets.transforms.claims import claims
from p2c_assets.transforms.lookups import FOUND, KEY, with_found
from p2c_assets.transforms.references import price_lists
from p2c_assets.transforms.rules import looked_up
from p2c_assets.transforms.scene import Checked, Finding, Scene, about, sentence, value

PRODUCT, ITEM = "product", "price_list_item"
OWNER_POSITION = -1


def product_owner(frame: pl.DataFrame, scene: Scene) -> Checked:
    """Add `contribution` and the item_* columns; say where an owner differs or a price list is shared."""
    frame = _with_owner(frame, scene)
    is_item = pl.col("@owner") != scene.company.id
    frame = frame.with_columns(
        pl.when(is_item).then(pl.lit(ITEM)).otherwise(pl.lit(PRODUCT)).alias("contribution"),
        value("pricelevelid").alias("item_pricelevelid"),
        value("defaultuomid").alias("item_uomid"),
        value("price").alias("item_amount"),
    )
    frame = _with_rival(frame, scene)
    product = about("sales.products", pl.col("ProductNumber"))
    missing = sentence("product {} is not in Sales yet; {} creates it", "ProductNumber", "@owner")
    shared = sentence("{} gives product {} its price in this price list", "@rival", "ProductNumber")
    found = (
        Finding("price_list_shared", is_item & pl.col("@rival").is_not_null(), shared),
        Finding("parent_missing", is_item & value("productid").is_null(), missing, cause=product),
    )
    return Checked(frame, found, _differences(is_item))


def item_product(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Once products have their ids: the item's product, and no product columns on rows that only give a price."""
    frame = frame.with_columns(value(entity.key[0]).alias("item_productid"))
    own = [name for name in frame.columns if name.startswith("=") and name != "=productnumber"]
    is_own = pl.col("contribution") == PRODUCT
    return frame.with_columns(pl.when(is_own).then(pl.col(name)).alias(name) for name in own)


def _with_owner(frame: pl.DataFrame, scene: Scene) -> pl.DataFrame:
    """Columns @owner (company), @owner_name and @owner_unit of the owner's claim."""
    owners = _ranked(scene).sort(KEY, "position").unique(KEY, keep="first", maintain_order=True)
    for source, name in (("company", "@owner"), ("name", "@owner_name"), ("unit", "@owner_unit")):
        found = owners.select(KEY, pl.col(source).alias(FOUND))
        frame = with_found(frame, pl.col("ProductNumber"), found, name)
    return frame.with_columns(pl.col("@owner").fill_null(scene.company.id))


def _ranked(scene: Scene) -> pl.DataFrame:
    """Claims by folded key; position -1 for the company that the settings name as owner."""
    owners = {number.strip().lower(): company for number, company in scene.settings.product_owners.items()}
    keyed = claims(scene).with_columns(folded_expr(pl.col("key")).alias(KEY))
    is_named = pl.col("company").eq_missing(looked_up(pl.col(KEY), owners))
    return keyed.with_columns(pl.when(is_named).then(OWNER_POSITION).otherwise(pl.col("position")).alias("position"))


def _with_rival(frame: pl.DataFrame, scene: Scene) -> pl.DataFrame:
    """Column @rival: the company before this one whose price of the product is in the same price list."""
    ranked = _ranked(scene).join(_lists(scene), on="company")
    keyed = ranked.select(
        pl.concat_str(pl.col(KEY), pl.col("pricelevelid"), separator="|").alias(KEY),
        pl.col("company").alias(FOUND),
        pl.col("position"),
    )
    first = keyed.sort(KEY, "position").unique(KEY, keep="first", maintain_order=True).drop("position")
    wanted = pl.concat_str(folded_expr(pl.col("ProductNumber")), pl.col("item_pricelevelid"), separator="|")
    frame = with_found(frame, wanted, first, "@rival")
    return frame.with_columns(pl.when(pl.col("@rival") != scene.company.id).then(pl.col("@rival")).alias("@rival"))


def _lists(scene: Scene) -> pl.DataFrame:
    """The price list of each configured company in its own currency."""
    found = [
        price_lists(scene, company)
        .filter(pl.col(KEY) == company.currency.lower())
        .select(pl.lit(company.id).alias("company"), pl.col(FOUND).alias("pricelevelid"))
        for company in scene.settings.companies
    ]
    return pl.concat(found)


def _differences(is_item: pl.Expr) -> tuple[pl.Expr, ...]:
    """A name or unit that differs from the owner's is reported, never written."""
    pairs = (("ProductName", "@owner_name"), ("SalesUnitSymbol", "@owner_unit"))
    return tuple(_difference(is_item, own, owners) for own, owners in pairs)


def _difference(is_item: pl.Expr, own: str, owners: str) -> pl.Expr:
    differs = is_item & pl.col(owners).is_not_null() & (folded_expr(pl.col(own)) != folded_expr(pl.col(owners)))
    text = sentence(f"differs_from_owner: {own} {{}} here, {{}} in {{}}", own, owners, "@owner")
    return pl.when(differs.fill_null(value=False)).then(text)
