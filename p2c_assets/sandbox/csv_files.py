"""Rows from people's own CSV files into the twins: one file per entity set, named after it (accounts.csv, CustomersV2.csv).

UTF-8 with a header row of column names as the systems' own exports have them; an empty field is null. Values go in as they
stand, so that flawed rows can be rehearsed too; the twins bring what reads as its column's type to it.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.schema import BY_SET, TABLES
from p2c_assets.sandbox.finops.reference import INTERNAL_TABLES
from p2c_assets.sandbox.finops.schema import ENTITY_SETS

LOOKUP_TYPE = "@Microsoft.Dynamics.CRM.lookuplogicalname"
"""Annotation that says, in exports of the Web API, which table a lookup leads to."""

INTERNAL_SETS = (*INTERNAL_TABLES, "_released_products")
"""SCM's set-up, which no entity set of the twin shows."""

SALES_SETS = tuple(table.entity_set for table in TABLES)
SCM_SETS = (*INTERNAL_SETS, *ENTITY_SETS)
"""Each in the order in which rows can be loaded: what is referred to comes first."""


class UnknownFileError(Exception):
    """A file's name is no entity set of the twins; the text lists those that are."""


class LoadedFile(NamedTuple):
    """One file: rows in it, rows the twin has taken, columns that the twin does not have."""

    file: str
    rows: int
    loaded: int
    ignored_columns: tuple[str, ...]

    def line(self) -> str:
        ignored = f"; ignored columns: {', '.join(self.ignored_columns)}" if self.ignored_columns else ""
        sign = "=" if self.rows == self.loaded else "IS NOT"
        return f"{self.file}: {self.rows} rows {sign} {self.loaded} loaded{ignored}"


def load(directory: Path, sales_url: str, scm_url: str) -> list[LoadedFile]:
    """Load every CSV file of the folder, print the account and return it.

    Raises UnknownFileError before anything is loaded, AdminError when a twin refuses.
    """
    files = {path.stem: path for path in sorted(directory.glob("*.csv"))}
    _check_names(files)
    account = [*_load_system(files, SALES_SETS, sales_url), *_load_system(files, SCM_SETS, scm_url)]
    print("\n".join(file.line() for file in account) or f"{directory} holds no CSV file")
    return account


def _check_names(files: Mapping[str, Path]) -> None:
    unknown = [path.name for name, path in files.items() if name not in SALES_SETS and name not in SCM_SETS]
    if unknown:
        known = ", ".join((*SALES_SETS, *SCM_SETS))
        raise UnknownFileError(f"{', '.join(unknown)}: not an entity set of the sandbox; known: {known}")


def _load_system(files: Mapping[str, Path], sets: Sequence[str], url: str) -> Iterator[LoadedFile]:
    with AdminClient(url) as twin:
        for name in sets:
            if name in files:
                yield _load_file(files[name], name, twin)


def _load_file(path: Path, name: str, twin: AdminClient) -> LoadedFile:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0]) if rows else []
    taken = {column: stored for column in columns if (stored := _stored_name(name, column)) is not None}
    loaded = twin.load({name: [_row(row, taken) for row in rows]})
    ignored = tuple(column for column in columns if column not in taken)
    return LoadedFile(path.name, len(rows), loaded, ignored)


def _stored_name(name: str, column: str) -> str | None:
    """The twin's name of a file's column; None where it has no such column."""
    if name in BY_SET:
        return _stored_in_sales(BY_SET[name], column)
    if name in INTERNAL_SETS:
        return column
    return column if column in ENTITY_SETS[name].by_name else None


def _stored_in_sales(table: Table, column: str) -> str | None:
    lookup = table.by_stored.get(column.removesuffix(LOOKUP_TYPE))
    if column.endswith(LOOKUP_TYPE):
        return lookup.stored_type if lookup else None
    types = {candidate.stored_type for candidate in table.lookups}
    known = column in table.by_stored or column in table.by_name or column in types
    return column if known else None


def _row(row: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str | None]:
    return {stored: row[column] or None for column, stored in taken.items()}
