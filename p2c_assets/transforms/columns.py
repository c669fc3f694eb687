"""Polars types of columns at the stage boundary: mapped frames have the types that raw frames have."""

from collections.abc import Mapping

import polars as pl

from p2c_assets.mappings.model import Task
from p2c_assets.mappings.schema import ColumnType

DECIMAL = pl.Decimal(38, 10)
UTC_TIME = pl.Datetime("us", "UTC")
AMOUNT = pl.Decimal(38, 4)

TYPES: Mapping[ColumnType, pl.DataType] = {
    ColumnType.TEXT: pl.String(),
    ColumnType.ENUM: pl.String(),
    ColumnType.GUID: pl.String(),
    ColumnType.LOOKUP: pl.String(),
    ColumnType.INTEGER: pl.Int64(),
    ColumnType.CHOICE: pl.Int64(),
    ColumnType.DECIMAL: DECIMAL,
    ColumnType.BOOLEAN: pl.Boolean(),
    ColumnType.DATE: pl.Date(),
    ColumnType.DATETIME: UTC_TIME,
}

OUTCOME: Mapping[str, pl.DataType] = {
    "company": pl.String(),
    "source_id": pl.String(),
    "source_version": pl.String(),
    "parent_id": pl.String(),
    "document": pl.String(),
    "target_key": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "detail": pl.String(),
    "cause": pl.String(),
    "scope": pl.String(),
    "warnings": pl.List(pl.String()),
    "amount": AMOUNT,
    "currency": pl.String(),
}
"""The columns every mapped frame has before its target columns."""

ITEM: Mapping[str, pl.DataType] = {
    "contribution": pl.String(),
    "item_pricelevelid": pl.String(),
    "item_productid": pl.String(),
    "item_uomid": pl.String(),
    "item_amount": DECIMAL,
}
"""What a row of the product task gives to a price list besides the product's own columns."""


def mapped_schema(task: Task) -> dict[str, pl.DataType]:
    """Names and types of a task's mapped frame, in order."""
    found = dict(OUTCOME)
    if "product_owner" in task.checks:
        found |= ITEM
    for field in task.fields:
        column = task.target.column(field.target)
        found[column.name] = TYPES[column.type]
        if column.is_polymorphic:
            found[f"{column.name}_type"] = pl.String()
    return found
