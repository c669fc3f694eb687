"""JSON without floats: a number with a decimal point is a Decimal on the way in and keeps its digits on the way out."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn, cast
from uuid import UUID


def loads(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError for anything else, NaN and Infinity included."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def dumps(value: object) -> str:
    """Render JSON, compact. Raises TypeError for a float or any other type without an exact form."""
    if value is None or isinstance(value, bool | str | int):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        members = cast(Mapping[str, object], value).items()
        return "{" + ",".join(f"{dumps(name)}:{dumps(member)}" for name, member in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(dumps(member) for member in cast(list[object], value)) + "]"
    return plain(value) if isinstance(value, Decimal) else f'"{plain(value)}"'


def plain(value: object) -> str:
    """The text of one value as both systems write it: no exponent, UTC with a Z, GUIDs in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, str | int | date | UUID):
        return value.isoformat() if isinstance(value, date) else str(value)
    raise TypeError(f"{type(value).__name__} has no exact JSON form")


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} has no JSON form")
    return format(value, "f")


def _utc(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} does not say its time zone")
    moment = value.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds") + "Z"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
