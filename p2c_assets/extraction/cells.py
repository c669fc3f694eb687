"""Cells of a package's file into the values that OData sends for the same record, so that both make the same frame.

Source: finops.md 3.2 (upper case names, no company, blank for an empty date), 2.7 (SCM knows no null: blank text is "", an
empty number 0). A cell that is not in the neutral form raises: dates of another locale would be guesses.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from p2c_assets.mappings.schema import Column, ColumnType, Entity

COMPANY = "dataAreaId"
_TRUTHS: Mapping[str, bool] = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


class UnreadableCellError(Exception):
    """A file whose cells are not as we read them; the text names the first one, or the columns that are missing."""


def odata_rows(entity: Entity, company: str, rows: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The records of a file of a company, as OData would send them. Raises UnreadableCellError."""
    columns = [column for column in entity.columns if column.name != COMPANY]
    return [{COMPANY: company, **{c.name: _value(c, row) for c in columns}} for row in rows]


def _value(column: Column, row: Mapping[str, str]) -> Any:
    name = column.name.upper()
    if name not in row:
        raise UnreadableCellError(f"the file has no column {name}; it has {', '.join(sorted(row))}")
    try:
        return _READ.get(column.type, _text)(row[name])
    except (ValueError, InvalidOperation, KeyError) as error:
        raise UnreadableCellError(f"{name}: {row[name]!r} is not {_FORMS[column.type]}") from error


def _text(cell: str) -> str:
    return cell


def _member(cell: str) -> str | None:
    return cell or None


def _whole(cell: str) -> int:
    return int(cell or 0)


def _decimal(cell: str) -> Decimal:
    number = Decimal(cell or 0)
    if not number.is_finite():
        raise ValueError(cell)
    return number


def _truth(cell: str) -> bool:
    return _TRUTHS[cell.lower()]


def _moment(cell: str) -> str | None:
    return datetime.fromisoformat(cell).isoformat() if cell else None


_READ: Mapping[ColumnType, Callable[[str], Any]] = {
    ColumnType.INTEGER: _whole,
    ColumnType.CHOICE: _whole,
    ColumnType.DECIMAL: _decimal,
    ColumnType.BOOLEAN: _truth,
    ColumnType.DATE: _moment,
    ColumnType.DATETIME: _moment,
    ColumnType.ENUM: _member,
}
_FORMS: Mapping[ColumnType, str] = {
    ColumnType.INTEGER: "a whole number",
    ColumnType.CHOICE: "a whole number",
    ColumnType.DECIMAL: "a number with a point and no other marks",
    ColumnType.BOOLEAN: "yes or no",
    ColumnType.DATE: "a date like 2026-01-05 00:00:00 (set so in the data source format)",
    ColumnType.DATETIME: "a point in time like 2026-01-05 08:00:00 (set so in the data source format)",
}
