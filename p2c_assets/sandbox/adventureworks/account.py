"""The loader's own account: every row of every file is loaded or left out, with the reason, and the numbers add up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple


class FileAccount(NamedTuple):
    """One file: rows = loaded + left out. `loaded` says what the rows became, `left_out` why others did not."""

    file: str
    rows: int
    loaded: Mapping[str, int]
    left_out: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        return self.rows == sum(self.loaded.values()) + sum(self.left_out.values())


class Expected(NamedTuple):
    """What SCM's totals of a company come to: orders, sum of their totals, and the file's own sum.

    SCM rounds every line once, the file rounds nothing: `rounding` is the difference that this makes.
    """

    company: str
    orders: int
    total: Decimal
    file_total: Decimal

    @property
    def rounding(self) -> Decimal:
        return self.total - self.file_total


class OrderId(NamedTuple):
    """An order by its company and number, which both systems share."""

    company: str
    number: str


@dataclass(frozen=True)
class LoadAccount:
    """Accounts of all files, what is expected of SCM per company, which orders are born where, and what a reader should
    know besides."""

    files: tuple[FileAccount, ...]
    expected: tuple[Expected, ...]
    born_in_sales: tuple[OrderId, ...]
    born_in_scm: tuple[OrderId, ...]
    warnings: tuple[str, ...] = field(default=())

    def lines(self) -> list[str]:
        """The account for people."""
        files = [line for file in self.files for line in _file_lines(file)]
        totals = [
            f"{one.company}: {one.orders} orders, expected total {one.total} (file {one.file_total}, "
            f"rounding of lines {one.rounding:+})"
            for one in self.expected
        ]
        born = f"{len(self.born_in_sales)} orders are born in Sales, {len(self.born_in_scm)} in SCM on its first day"
        return [*files, *totals, born, *(f"warning: {warning}" for warning in self.warnings)]


def _file_lines(file: FileAccount) -> list[str]:
    loaded, out = sum(file.loaded.values()), sum(file.left_out.values())
    sign = "=" if file.adds_up else "IS NOT"
    head = f"{file.file}: {file.rows} rows {sign} {loaded} loaded + {out} left out"
    became = [f"  loaded {count}: {what}" for what, count in file.loaded.items()]
    return [head, *became, *(f"  left out {count}: {why}" for why, count in file.left_out.items())]


def account_of(file: str, fates: Iterable["Fate"]) -> FileAccount:
    """Count the fates of a file's rows."""
    fates = list(fates)
    loaded = Counter(fate.text for fate in fates if fate.loaded)
    left_out = Counter(fate.text for fate in fates if not fate.loaded)
    return FileAccount(file, len(fates), dict(loaded), dict(left_out))


class Fate(NamedTuple):
    """What became of one row."""

    loaded: bool
    text: str


def loaded_as(text: str) -> Fate:
    return Fate(True, text)


def left_out(reason: str) -> Fate:
    return Fate(False, reason)
