"""What an entity set is made of: columns with type, length, enum and writability, keys and names.

The entity sets themselves are in the `schema_*` modules; what happens on a write is in the rules' modules.
"""

import re
import sys
from collections.abc import KeysView, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from p2c_assets.sandbox.finops.enums import ENUMS
from p2c_assets.sandbox.table import Row

EMPTY_DATE = "1900-01-01T12:00:00Z"
EMPTY_DATETIME = "1900-01-01T00:00:00Z"

UNNUMBERED = "_unnumbered"
"""A line of a document from before lines had numbers: what it is stored under instead of its number."""

Writing = Literal["always", "on_create", "never", "unsupported"]


class Kind(StrEnum):
    """Types as the entities know them. DATE is date-only and travels as a date-time at noon."""

    TEXT = "Edm.String"
    INTEGER = "Edm.Int32"
    DECIMAL = "Edm.Decimal"
    ENUM = "enum"
    DATE = "Edm.DateTimeOffset (date)"
    DATETIME = "Edm.DateTimeOffset"


@dataclass(frozen=True)
class Column:
    """One column. length None: not limited by any source that we know. default: what a blank row has."""

    name: str
    kind: Kind
    length: int | None = None
    enum: str = ""
    writing: Writing = "always"
    mandatory: bool = False
    default: Any = None

    @property
    def label(self) -> str:
        """The field's label in infolog texts: CustomerGroupId -> Customer group id."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.name)
        return words[:1].upper() + words[1:].lower()

    @property
    def edm_type(self) -> str:
        """The type's name in error texts."""
        if self.kind is Kind.ENUM:
            return f"Microsoft.Dynamics.DataEntities.{self.enum}"
        return "Edm.DateTimeOffset" if self.kind is Kind.DATE else self.kind.value


@dataclass(frozen=True)
class Navigation:
    """A documented navigation: target set, the columns that link, one row or many."""

    target: str
    link: tuple[tuple[str, str], ...]
    many: bool


@dataclass(frozen=True)
class EntitySet:
    """One public entity with its four names; keys begin with dataAreaId. sources: data sources in the etag.

    unsupported: names of columns and navigations that the real entity has and the sandbox answers with 501.
    """

    name: str
    entity: str
    aot: str
    table: str
    table_label: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    read_only: bool = False
    sources: int = 1
    navigations: Mapping[str, Navigation] = field(default_factory=lambda: dict[str, Navigation]())
    unsupported: frozenset[str] = frozenset()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Columns by their name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def texts(self) -> Mapping[str, int]:
        """How long texts may be."""
        kept = [column for column in self.columns if column.kind is Kind.TEXT]
        return {column.name: sys.maxsize if column.length is None else column.length for column in kept}

    @cached_property
    def mandatory(self) -> tuple[str, ...]:
        """Columns that may not be blank."""
        return tuple(column.name for column in self.columns if column.mandatory)

    @cached_property
    def _blocks(self) -> dict[str, KeysView[str]]:
        return {}

    def block(self, prefix: str) -> KeysView[str]:
        """Names that begin so, in order."""
        if prefix not in self._blocks:
            self._blocks[prefix] = dict.fromkeys(name for name in self.names if name.startswith(prefix)).keys()
        return self._blocks[prefix]

    @cached_property
    def blank(self) -> Row:
        """A row of defaults: SCM knows no null."""
        return {column.name: column.default for column in self.columns}

    def key_of(self, row: Mapping[str, Any]) -> tuple[str | int, ...]:
        """The row's key as stored: text in lower case (assumptions.TEXT_COMPARES_WITHOUT_CASE)."""
        if row.get(UNNUMBERED):
            row = {**row, "LineCreationSequenceNumber": -row[UNNUMBERED]}
        return tuple([_folded(row.get(name)) for name in self.keys])


def _folded(value: Any) -> str | int:
    return value if isinstance(value, int) else str(value).lower()


def text(name: str, length: int | None = None, writing: Writing = "always", *, mandatory: bool = False) -> Column:
    """A string; blank is the empty string, never null."""
    return Column(name, Kind.TEXT, length, writing=writing, mandatory=mandatory, default="")


def integer(name: str, writing: Writing = "always") -> Column:
    """A whole number of 32 bits; blank is 0."""
    return Column(name, Kind.INTEGER, writing=writing, default=0)


def decimal(name: str, writing: Writing = "always") -> Column:
    """A decimal number; blank is 0."""
    return Column(name, Kind.DECIMAL, writing=writing, default=Decimal(0))


def decimals(names: str, writing: Writing = "always") -> tuple[Column, ...]:
    """Several decimal columns, named in one string."""
    return tuple(decimal(name, writing) for name in names.split())


def enum(name: str, kind: str, writing: Writing = "always", default: str = "") -> Column:
    """An enumeration; blank is its first member."""
    return Column(name, Kind.ENUM, enum=kind, writing=writing, default=default or next(iter(ENUMS[kind])))


def yes_no(names: str, writing: Writing = "always") -> tuple[Column, ...]:
    """Several NoYes columns, blank No."""
    return tuple(enum(name, "NoYes", writing) for name in names.split())


def dates(names: str, writing: Writing = "always") -> tuple[Column, ...]:
    """Several date-only columns, named in one string."""
    return tuple(Column(name, Kind.DATE, writing=writing, default=EMPTY_DATE) for name in names.split())


def moment(name: str, writing: Writing = "always") -> Column:
    """A date with its time, UTC."""
    return Column(name, Kind.DATETIME, writing=writing, default=EMPTY_DATETIME)


def company() -> Column:
    """dataAreaId: key of everything, lower case."""
    return text("dataAreaId", 4, "on_create")


def address(prefix: str, names: Sequence[str], writing: Writing = "always") -> tuple[Column, ...]:
    """An address block: the named parts at the lengths of the standard extended data types."""
    return tuple(text(f"{prefix}{name}", _ADDRESS_LENGTHS[name], writing) for name in names)


_ADDRESS_LENGTHS: Mapping[str, int | None] = {
    "Name": 100,
    "Description": 60,
    "Street": 250,
    "StreetNumber": 20,
    "City": 60,
    "State": 10,
    "StateId": 10,
    "County": 10,
    "CountyId": 10,
    "ZipCode": 10,
    "CountryRegionId": 10,
    "CountryRegionISOCode": 2,
    "LocationRoles": None,
    "LocationId": 30,
}
DOCUMENT_ADDRESS = (
    "Street",
    "StreetNumber",
    "City",
    "StateId",
    "CountyId",
    "ZipCode",
    "CountryRegionId",
    "CountryRegionISOCode",
)
DELIVERY_ADDRESS = ("Name", "Description", *DOCUMENT_ADDRESS, "LocationId")
CUSTOMER_ADDRESS = ("Description", "Street", "City", "State", "County", "ZipCode", "CountryRegionId")
