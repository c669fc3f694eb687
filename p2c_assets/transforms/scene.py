"""What every part of a transformation is given, and what it gives back.

A task is applied to frames of one company; parts return expressions for values, findings (something about some rows that has
a reason) and warnings (something people should see, though the row goes on).
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.folding import BLANKS
from p2c_assets.mappings.model import Scope, Task
from p2c_assets.settings import Company, MappingSettings

VALUE = "="
"""Prefix of columns that hold target values while a task is applied: `=CustomerAccount`."""
HEADER = "^"
"""Prefix of columns that hold what the line's header was given: `^outcome`, `^salesorderid`."""
ASSIGNED = "assigned_line_number"
"""Column of line frames: the ledger's number where it counts (no number in Sales, or sent under the ledger's)."""


class Scene(NamedTuple):
    """One task, company and run. `maps`: value maps with the file's entries; `today`: for price lists, None: any day."""

    task: Task
    inputs: Mapping[str, pl.DataFrame]
    company: Company
    settings: MappingSettings
    maps: Mapping[str, Mapping[str, str]]
    today: date | None = None

    def rows(self, reference: str) -> pl.DataFrame:
        """A reference frame, all companies. Raises SettingsError where the caller forgot it."""
        if reference not in self.inputs:
            raise SettingsError(f"{self.task.name} needs the frame {reference}; given: {', '.join(self.inputs)}")
        return self.inputs[reference]

    def own_rows(self, reference: str) -> pl.DataFrame:
        """The company's rows of a frame."""
        return self.rows(reference).filter(pl.col("row_company") == self.company.id)

    def setting(self, name: str) -> object:
        """`company.language`, `mapping.unit_group`: checked when the tasks are made."""
        owner, _, field = name.partition(".")
        return getattr(self.company if owner == "company" else self.settings, field)


class Finding(NamedTuple):
    """Rows where `when` holds get the reason. `detail` names the offending value.

    `cause`: what the reason is about, so that rows of one cause can be counted together: see `about`.
    """

    reason: str
    when: pl.Expr
    detail: pl.Expr
    scope: Scope = "document"
    cause: pl.Expr | None = None


class Evaluated(NamedTuple):
    """A field's value before it is brought to the destination's form. `kind`: logical name of a polymorphic lookup."""

    value: pl.Expr
    findings: tuple[Finding, ...] = ()
    kind: pl.Expr | None = None


class Checked(NamedTuple):
    """What a check adds: columns, findings, and warnings (null where there is nothing to say)."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...] = ()
    warnings: tuple[pl.Expr, ...] = ()


def value(target: str) -> pl.Expr:
    """The value of a target field while a task is applied."""
    return pl.col(f"{VALUE}{target}")


def is_blank(frame: pl.DataFrame, column: str) -> pl.Expr:
    """Null, or text without a visible character. Never null itself."""
    if frame.schema[column] == pl.String:
        return pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")
    return pl.col(column).is_null()


def sentence(text: str, *columns: str) -> pl.Expr:
    """A detail: `{}` stand for columns."""
    return pl.format(text, *(_shown(pl.col(column).cast(pl.String)) for column in columns))


def about(kind: str, value: pl.Expr) -> pl.Expr:
    """A cause: `units Pallet`. `kind` is a value map, a frame (`scm.customers_v2`), or `column`, `currency`, `number`,
    `quote`, `customer`, `row`; null where there is no value."""
    text = value.cast(pl.String).str.strip_chars(BLANKS)
    return pl.when(text != "").then(pl.format(f"{kind} {{}}", text))


def _shown(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.strip_chars() != "").then(text).otherwise(pl.lit("(empty)"))
