"""Rows as a connector reads them (JSON values) into a frame with the entity's explicit schema.

Nothing is inferred and nothing raises: a value of the wrong type becomes null and is named in `row_flaws`, so that the row
can be rejected by name later. Here too SCM's empty date becomes null.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import polars as pl

from p2c_assets.mappings.schema import Column, ColumnType, Entity

EMPTY_DATE = date(1900, 1, 1)
"""SCM has no null date. Source: MicrosoftDocs data-entities/odata; seen as 1900-01-01T12:00:00Z."""
DECIMAL = pl.Decimal(38, 10)
UTC_TIME = pl.Datetime("us", "UTC")
ROW_COLUMNS = {"row_id": pl.String, "row_company": pl.String, "row_flaws": pl.String}

_TYPES: Mapping[ColumnType, pl.DataType | type[pl.DataType]] = {
    ColumnType.TEXT: pl.String,
    ColumnType.ENUM: pl.String,
    ColumnType.GUID: pl.String,
    ColumnType.LOOKUP: pl.String,
    ColumnType.INTEGER: pl.Int64,
    ColumnType.CHOICE: pl.Int64,
    ColumnType.DECIMAL: DECIMAL,
    ColumnType.BOOLEAN: pl.Boolean,
    ColumnType.DATE: pl.Date,
    ColumnType.DATETIME: UTC_TIME,
}


class WrongType(NamedTuple):
    """A value that is not of its column's type."""

    value: object
    expected: str


def schema(entity: Entity) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Column names and Polars types of an entity's frame, `row_*` columns first."""
    columns: dict[str, pl.DataType | type[pl.DataType]] = dict(ROW_COLUMNS)
    for column in entity.columns:
        columns[column.name] = _TYPES[column.type]
        if column.is_polymorphic:
            columns[f"{column.name}_type"] = pl.String
    return columns


def frame(
    entity: Entity, rows: Sequence[Mapping[str, Any]], company_of: Callable[[Mapping[str, Any]], str | None]
) -> pl.DataFrame:
    """Rows of one entity as a frame; `company_of` tells a row's company from its converted values."""
    converted = [_row(entity, row, company_of) for row in rows]
    return pl.DataFrame(converted, schema=schema(entity), orient="row")


def _row(
    entity: Entity, row: Mapping[str, Any], company_of: Callable[[Mapping[str, Any]], str | None]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    flaws: list[str] = []
    for column in entity.columns:
        value = _convert(column, _wire_value(column, row))
        if isinstance(value, WrongType):
            flaws.append(f"{column.name}: {value.value!r} is not {value.expected}")
            value = None
        values[column.name] = value
        if column.is_polymorphic:
            values[f"{column.name}_type"] = row.get(f"_{column.name}_value@Microsoft.Dynamics.CRM.lookuplogicalname")
    values["row_id"] = row_id(entity, values)
    values["row_company"] = company_of(values)
    values["row_flaws"] = "; ".join(flaws) or None
    return values


def row_id(entity: Entity, values: Mapping[str, Any]) -> str:
    """A row's id: the GUID of a Sales row; the key values of an SCM row but its company, joined with `|`."""
    return "|".join(_text(values[name]) for name in entity.key if name != "dataAreaId")


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def _wire_value(column: Column, row: Mapping[str, Any]) -> Any:
    return row.get(f"_{column.name}_value") if column.lookup is not None else row.get(column.name)


def _convert(column: Column, value: Any) -> Any:
    if value is None:
        return None
    return _CONVERTERS[column.type](value)


def _text_value(value: Any) -> Any:
    return value if isinstance(value, str) else WrongType(value, "text")


def _guid(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else WrongType(value, "an id")


def _integer(value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else WrongType(value, "a whole number")


def _decimal(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return WrongType(value, "a number")
    try:
        return Decimal(value).quantize(Decimal("1E-10"))
    except InvalidOperation:
        return WrongType(value, "a number of at most 28 digits before the point")


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else WrongType(value, "true or false")


def _datetime(value: Any) -> Any:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return WrongType(value, "a point in time")
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None if aware.date() == EMPTY_DATE else aware


def _date(value: Any) -> Any:
    try:
        day = date.fromisoformat(value[:10])
    except (TypeError, ValueError):
        return WrongType(value, "a date")
    return None if day == EMPTY_DATE else day


_CONVERTERS: Mapping[ColumnType, Callable[[Any], Any]] = {
    ColumnType.TEXT: _text_value,
    ColumnType.ENUM: _text_value,
    ColumnType.GUID: _guid,
    ColumnType.LOOKUP: _guid,
    ColumnType.INTEGER: _integer,
    ColumnType.CHOICE: _integer,
    ColumnType.DECIMAL: _decimal,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _date,
    ColumnType.DATETIME: _datetime,
}


def concatenate(entity: Entity, pages: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All pages of one read as one frame; an empty frame with the entity's schema where there was none."""
    return pl.concat([pl.DataFrame(schema=schema(entity)), *pages])
