"""Currency x price list x unit: which combinations of the company can be written to Sales, by the mapping's own rules.

A document of a currency without a price list, or a line of a unit without a counterpart, is rejected: see the findings.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from p2c_assets.mappings import value_maps
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.rules import PriceList, Unit
from p2c_assets.settings import Company, MappingSettings
from p2c_assets.transforms import references
from p2c_assets.transforms.scene import Scene

CURRENCIES = (
    ("scm.sellable_released_products", "CurrencyCode"),
    ("scm.sales_order_headers", "CurrencyCode"),
    ("scm.sales_invoice_headers", "CurrencyCode"),
)
UNITS = (
    ("scm.sellable_released_products", "SalesUnitSymbol"),
    ("scm.sales_order_lines", "SalesUnitSymbol"),
    ("scm.sales_invoice_lines", "SalesUnitSymbol"),
)
FRAMES = (
    *dict.fromkeys(name for name, _ in (*CURRENCIES, *UNITS)),
    "sales.pricelevels",
    "sales.transactioncurrencies",
    "sales.uoms",
    "sales.uomschedules",
    "sales.products",
)
"""The frames that the matrix is made of."""


def matrix(
    task: Task, frames: Mapping[str, pl.DataFrame], company: Company, settings: MappingSettings, today: date
) -> pl.DataFrame:
    """One row per currency and unit in use: currency, price_list, unit, sales_unit, products; null where there is none."""
    scene = Scene(task, frames, company, settings, value_maps.resolved(settings), today)
    currencies = _found(scene, CURRENCIES, "currency", PriceList(source="currency"), "sales.pricelevels", "price_list")
    units = _found(scene, UNITS, "unit", Unit(source="unit"), "sales.uoms", "sales_unit")
    products = scene.own_rows("scm.sellable_released_products")
    counted = products.group_by(pl.col("SalesUnitSymbol").str.to_lowercase().alias("unit")).len("products")
    cells = currencies.join(units, how="cross").join(counted, on="unit", how="left")
    return cells.with_columns(pl.col("products").fill_null(0)).sort("currency", "unit")


def _found(
    scene: Scene, places: tuple[tuple[str, str], ...], name: str, rule: PriceList | Unit, entity: str, found: str
) -> pl.DataFrame:
    """The values in use at these places, with the name of the row of Sales that the rule finds for each."""
    used = pl.concat([scene.own_rows(frame).select(pl.col(column).alias(name)) for frame, column in places])
    spelled = pl.col(name).str.strip_chars().str.to_lowercase()
    frame = used.with_columns(spelled).filter(pl.col(name) != "").unique().sort(name)
    frame, evaluated = references.evaluate(frame, rule, "@found", scene)
    frame = frame.select(pl.col(name), evaluated.value.alias("row_id"))
    names = scene.rows(entity).select("row_id", pl.col("name").alias(found))
    return frame.join(names, on="row_id", how="left").select(name, found)
