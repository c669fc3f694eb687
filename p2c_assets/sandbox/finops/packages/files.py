"""Data files of packages: comma-separated text with a header, as it is written by exports and read by imports.

Source: a trace of an import that worked (CSV-Unicode is UTF-16LE with a byte order mark; rows end in CR LF); data packages
(a blank cell is an empty date, enumerations by symbol). assumptions.CSV_IS_UTF_8, CELL_DATES.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from p2c_assets.sandbox.finops.columns import Column, Kind
from p2c_assets.sandbox.finops.packages.assumptions import CELL_DATES
from p2c_assets.sandbox.finops.packages.projects import CSV_UNICODE
from p2c_assets.sandbox.finops.values import is_empty_date
from p2c_assets.sandbox.table import Row

NOT_UNICODE = "Selected file is not Unicode"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_LONE_LF = re.compile(r"(?<!\r)\n")


class UnreadableFileError(Exception):
    """The file is not in the encoding of its format; the text is the entity's error."""


def render(header: Sequence[str], rows: Iterable[Sequence[str]], source_format: str) -> bytes:
    """A file of a header and rows of cells."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return encode(text.getvalue(), source_format)


def encode(text: str, source_format: str) -> bytes:
    """The bytes of a file's text."""
    if source_format == CSV_UNICODE:
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    return text.encode("utf-8")


def decode(content: bytes, source_format: str) -> str:
    """The text of a file. Raises UnreadableFileError."""
    if source_format == CSV_UNICODE:
        if not content.startswith(codecs.BOM_UTF16_LE):
            raise UnreadableFileError(NOT_UNICODE)
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError("Selected file cannot be read in the code page 65001") from error


def has_lone_line_feeds(text: str) -> bool:
    """Whether a row ends in LF without CR; a line feed inside quotes is part of a cell."""
    return _LONE_LF.search(_QUOTED.sub("", text)) is not None


def parse(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; blank lines are no rows."""
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    return (rows[0], rows[1:]) if rows else ([], [])


def cells(row: Row, columns: Sequence[Column]) -> list[str]:
    """A record's values as cells, in the order of the columns."""
    return [cell(column, row[column.name]) for column in columns]


def cell(column: Column, value: object) -> str:
    """A stored value as text; what does not fit its column's type stays as it is."""
    if column.kind in (Kind.DATE, Kind.DATETIME):
        return _date_cell(column, value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)


def _date_cell(column: Column, value: object) -> str:
    if is_empty_date(value):
        return ""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return (moment.replace(hour=0) if column.kind is Kind.DATE else moment).strftime(CELL_DATES)
