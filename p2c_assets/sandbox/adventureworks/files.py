"""The published CSV files of AdventureWorks' first year, read as they are: texts, empty = absent.

What becomes of the rows is decided in `parties`, `products` and `orders`. Nothing is repaired here.
"""

import csv
from pathlib import Path
from typing import NamedTuple

Record = dict[str, str]

FILES = (
    "store",
    "person",
    "customer",
    "address",
    "state_province",
    "country_region",
    "product",
    "product_subcategory",
    "product_category",
    "sales_order_header",
    "sales_order_detail",
)


class MissingFileError(Exception):
    """The folder lacks a file of the publication."""


class Files(NamedTuple):
    """All rows of all files, in file order."""

    store: list[Record]
    person: list[Record]
    customer: list[Record]
    address: list[Record]
    state_province: list[Record]
    country_region: list[Record]
    product: list[Record]
    product_subcategory: list[Record]
    product_category: list[Record]
    sales_order_header: list[Record]
    sales_order_detail: list[Record]


def read(directory: Path) -> Files:
    """Read the eleven files. Raises MissingFileError naming those that are not there."""
    missing = [f"{name}.csv" for name in FILES if not (directory / f"{name}.csv").is_file()]
    if missing:
        raise MissingFileError(f"{directory} lacks {', '.join(missing)}")
    return Files(*(_read(directory / f"{name}.csv") for name in FILES))


def _read(path: Path) -> list[Record]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def by(rows: list[Record], column: str) -> dict[str, Record]:
    """Rows by a column that is unique."""
    return {row[column]: row for row in rows}
