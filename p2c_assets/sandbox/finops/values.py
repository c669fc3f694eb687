"""Values of columns: strictly from a request's JSON, leniently from loaded rows, and as key text.

Stored form: str, int, Decimal; enums as member names; dates as text in UTC (date-only at noon), never None.
Sources: finops odata (null dates do not exist, date-only fields at 12:00Z), $metadata (nullability).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.assumptions import LARGEST_AMOUNT
from p2c_assets.sandbox.finops.columns import EMPTY_DATE, EMPTY_DATETIME, Column, EntitySet, Kind
from p2c_assets.sandbox.finops.enums import ENUMS
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.table import Row

_INT32 = range(-(2**31), 2**31)
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})")
_NULLABLE = frozenset({Kind.TEXT, Kind.ENUM})


def read_body(entity_set: EntitySet, body: Any) -> Row:
    """The posted columns in stored form. Raises FinopsError (deserialisation) or Unsupported."""
    if not isinstance(body, dict):
        raise errors.unreadable("The request body is not a JSON object.")
    values: Row = {}
    for name, value in cast(dict[str, object], body).items():
        if isinstance(value, str) and len(value) <= entity_set.texts.get(name, -1):
            values[name] = value  # nothing else is asked of most values
        elif "@" not in name:
            column = _column(entity_set, name)
            values[name] = read_value(column, value)
    return values


def _column(entity_set: EntitySet, name: str) -> Column:
    column = entity_set.by_name.get(name)
    if column is not None:
        return column
    if name in entity_set.navigations:  # assumptions.DEEP_INSERT_IS_A_DESERIALISATION_ERROR
        raise errors.unreadable(f"The navigation property '{name}' cannot be written together with its entity.")
    if name in entity_set.unsupported:
        raise Unsupported(f"the column {entity_set.name}.{name}")
    raise errors.unreadable(
        f"The property '{name}' does not exist on type 'Microsoft.Dynamics.DataEntities.{entity_set.entity}'. "
        "Make sure to only use property names that are defined by the type."
    )


def read_value(column: Column, value: object) -> object:
    """One JSON value in stored form. Raises FinopsError as the deserialiser does."""
    if value is None:
        return _read_null(column)
    match column.kind:
        case Kind.TEXT:
            return _read_text(column, value)
        case Kind.INTEGER:
            return _read_integer(column, value)
        case Kind.DECIMAL:
            return _read_decimal(column, value)
        case Kind.ENUM:
            return _read_member(column, value)
        case Kind.DATE | Kind.DATETIME:
            return _read_date(column, value)


def _read_null(column: Column) -> object:
    if column.kind in _NULLABLE:
        return column.default
    kind = f"{column.edm_type}[Nullable=False]"
    raise errors.unreadable(
        f"A null value was found for the property named '{column.name}', which has the expected type '{kind}'. "
        f"The expected type '{kind}' does not allow null values."
    )


def _read_text(column: Column, value: object) -> str:
    if not isinstance(value, str):
        raise _mismatch(column, value)
    if column.length is not None and len(value) > column.length:  # assumptions.OVERLONG_TEXT_IS_REFUSED
        raise errors.unreadable(
            f"The value of property '{column.name}' has {len(value)} characters; its maximum length is {column.length}."
        )
    return value


def _read_integer(column: Column, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in _INT32:
        raise _mismatch(column, value)
    return value


def _read_decimal(column: Column, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _mismatch(column, value)
    if abs(value) >= LARGEST_AMOUNT:
        raise errors.unreadable(f"The value of property '{column.name}' is outside of the allowed range.")
    return Decimal(value)


def _read_member(column: Column, value: object) -> str:
    if not isinstance(value, str) or value not in ENUMS[column.enum]:
        raise _mismatch(column, value)
    return value


def _read_date(column: Column, value: object) -> str:
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise _mismatch(column, value)
    moment = _utc(value)
    if moment is None:
        raise _mismatch(column, value)
    return date_text(column, moment)


def _mismatch(column: Column, value: object) -> errors.FinopsError:
    return errors.unreadable(f"Cannot convert the literal '{value}' to the expected type '{column.edm_type}'.")


def _utc(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def date_text(column: Column, moment: datetime) -> str:
    """A moment as this column stores it: date-only columns at noon."""
    if column.kind is Kind.DATE:
        return f"{moment.date().isoformat()}T12:00:00Z"
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def parse_date(column: Column, text: str) -> str | None:
    """A date or date-time of a filter, key or loaded row as this column stores it; None if it is neither."""
    moment = _utc(text)
    return None if moment is None else date_text(column, moment)


def coerce(column: Column, value: object) -> object:
    """A loaded value: brought to the column's type where it fits, kept as it is where not (that is a flaw to be met)."""
    if value is None or value == "":
        return column.default
    match column.kind:
        case Kind.INTEGER:
            return _coerce_integer(value)
        case Kind.DECIMAL:
            return _coerce_decimal(value)
        case Kind.DATE | Kind.DATETIME:
            return parse_date(column, value) or value if isinstance(value, str) else value
        case Kind.ENUM:
            return _coerce_member(column, value)
        case Kind.TEXT:
            return value.lower() if column.name == "dataAreaId" and isinstance(value, str) else value


def coerce_body(entity_set: EntitySet, body: Mapping[str, object]) -> Row:
    """Known columns coerced, others as they are, for the strict reading that follows."""
    return {
        name: coerce(column, value) if (column := entity_set.by_name.get(name)) else value
        for name, value in body.items()
    }


def _coerce_integer(value: object) -> object:
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d+", value) else value


def _coerce_decimal(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() and abs(number) < LARGEST_AMOUNT else value


def _coerce_member(column: Column, value: object) -> object:
    """Exported rows may spell members in another case."""
    members = {member.lower(): member for member in ENUMS[column.enum]}
    return members.get(value.lower(), value) if isinstance(value, str) else value


def number(value: object) -> Decimal:
    """A stored amount for arithmetic; a flawed one counts as 0."""
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def is_empty_date(value: object) -> bool:
    """1900-01-01 in either spelling."""
    return value in (EMPTY_DATE, EMPTY_DATETIME, "", None)
