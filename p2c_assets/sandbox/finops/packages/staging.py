"""From cells of a file to values of a record, or to the reason why a row does not get into staging.

Source: data-entities-data-packages (blank cells, enumerations by symbol), data-management-integration-data-entity (32,768
characters). assumptions.CELL_DATES, LONGEST_CELL.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from p2c_assets.sandbox.finops.assumptions import LARGEST_AMOUNT
from p2c_assets.sandbox.finops.columns import Column, Kind
from p2c_assets.sandbox.finops.enums import ENUMS
from p2c_assets.sandbox.finops.packages.assumptions import CELL_DATES, LONGEST_CELL
from p2c_assets.sandbox.finops.values import date_text
from p2c_assets.sandbox.table import Row

_DATE_FORMATS = (CELL_DATES, "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ")
_WHOLE = re.compile(r"-?\d{1,10}")


class StagingError(Exception):
    """A row that cannot be staged: the field and the reason."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class MappedColumn(NamedTuple):
    """A field of the entity and its place in the rows of the file."""

    field: str
    column: Column
    place: int


class StagedRow(NamedTuple):
    """values: of the cells that are not blank; blank: columns whose cell is."""

    values: Row
    blank: tuple[Column, ...]


def mapped_columns(
    maps: Mapping[str, str], columns: Mapping[str, Column], header: Sequence[str]
) -> list[MappedColumn] | None:
    """Columns of a map (field -> name in the file); None when the file lacks one of them."""
    places = {name: place for place, name in enumerate(header)}
    if any(name not in places for name in maps.values()):
        return None
    return [MappedColumn(field, columns[field.upper()], places[name]) for field, name in maps.items()]


def stage(mapped: Sequence[MappedColumn], cells: Sequence[str]) -> StagedRow:
    """The values of one row. Raises StagingError."""
    values: Row = {}
    blank: list[Column] = []
    for field, column, place in mapped:
        if place >= len(cells):
            raise StagingError(field, f"The row has {len(cells)} cells; the column of {field} is number {place + 1}.")
        if cells[place] == "":
            blank.append(column)
        else:
            values[column.name] = read_cell(field, column, cells[place])
    return StagedRow(values, tuple(blank))


def read_cell(field: str, column: Column, text: str) -> object:
    """The value of a cell that is not blank. Raises StagingError."""
    match column.kind:
        case Kind.TEXT:
            return _text(field, column, text)
        case Kind.INTEGER:
            return _integer(field, text)
        case Kind.DECIMAL:
            return _decimal(field, text)
        case Kind.ENUM:
            return _member(field, column, text)
        case Kind.DATE | Kind.DATETIME:
            return _date(field, column, text)


def _text(field: str, column: Column, text: str) -> str:
    longest = min(column.length or LONGEST_CELL, LONGEST_CELL)
    if len(text) > longest:
        raise StagingError(field, f"The value of {field} has {len(text)} characters; its maximum length is {longest}.")
    return text


def _integer(field: str, text: str) -> int:
    if not _WHOLE.fullmatch(text) or abs(int(text)) >= 2**31:
        raise StagingError(field, f"The value '{text}' of {field} is not a whole number.")
    return int(text)


def _decimal(field: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= LARGEST_AMOUNT:
        raise StagingError(field, f"The value '{text}' of {field} is not a number.")
    return number


def _member(field: str, column: Column, text: str) -> str:
    if text not in ENUMS[column.enum]:
        raise StagingError(field, f"The value '{text}' of {field} is no symbol of {column.enum}.")
    return text


def _date(field: str, column: Column, text: str) -> str:
    for form in _DATE_FORMATS:
        try:
            return date_text(column, datetime.strptime(text, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    raise StagingError(field, f"The value '{text}' of {field} is not a date.")
