"""What an entity of either system is for us: its names, keys and columns with their types and limits.

DATA only, without I/O and without Polars: the entities themselves are in `sales` and `scm`; reads, raw frames, the
destination form of mapped values and delivery's bodies are all built from these definitions.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple

System = Literal["sales", "scm"]
Writable = Literal["always", "on_create", "never"]

MONEY_SCALE = 2
"""Scale of amounts; a currency with another precision (settings: money_scale_by_currency) overrules it."""
PRICE_SCALE = 4
"""Scale of unit prices: organization.pricingdecimalprecision of the scenario (settings: price_scale)."""


class ColumnType(StrEnum):
    """What a column holds, in the words of both systems."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    GUID = "guid"
    ENUM = "enum"
    """SCM: an enum's member name."""
    CHOICE = "choice"
    """Sales: an option's number."""
    LOOKUP = "lookup"
    """Sales: the GUID of another row."""


class LookupTarget(NamedTuple):
    """One table a lookup may point to, and the (case-sensitive) navigation property that says so when it is written."""

    navigation: str
    entity_set: str
    logical_name: str


class Lookup(NamedTuple):
    """Where a LOOKUP column may point: one target, or several (polymorphic)."""

    targets: tuple[LookupTarget, ...]


@dataclass(frozen=True)
class Column:
    """One column. `scale`, `minimum`, `maximum`: decimals; `length`: characters, None where no limit is known."""

    name: str
    type: ColumnType
    length: int | None = None
    scale: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    required: bool = False
    writable: Writable = "always"
    lookup: Lookup | None = None

    @property
    def is_polymorphic(self) -> bool:
        """A lookup to several tables: `<name>_type` stands beside it with the logical name of the one it points to."""
        return self.lookup is not None and len(self.lookup.targets) > 1


@dataclass(frozen=True)
class Entity:
    """One entity set. `key`: primary key (Sales: the GUID; SCM: dataAreaId first); `natural_key`: what people say."""

    system: System
    name: str
    entity_set: str
    logical_name: str
    key: tuple[str, ...]
    natural_key: tuple[str, ...]
    columns: tuple[Column, ...]
    company_column: Literal["owningbusinessunit", "dataAreaId"] | None = None

    @property
    def table(self) -> str:
        """The name of the entity's tables in the warehouse: `sales_accounts`."""
        return f"{self.system}_{self.name}"

    @property
    def reference(self) -> str:
        """The name of the entity's raw frame among a task's inputs: `sales.accounts`."""
        return f"{self.system}.{self.name}"

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by their name."""
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return self.by_name[name]


class Contains(NamedTuple):
    """A document: its header entity, its line entity, and the column pairs (header, line) that tie them."""

    header: Entity
    line: Entity
    columns: tuple[tuple[str, str], ...]


def text(name: str, length: int | None = None, *, required: bool = False, writable: Writable = "always") -> Column:
    """Text of at most `length` characters."""
    return Column(name, ColumnType.TEXT, length=length, required=required, writable=writable)


def whole(name: str, minimum: int | None = None, maximum: int | None = None, writable: Writable = "always") -> Column:
    """A whole number."""
    return Column(name, ColumnType.INTEGER, minimum=_exact(minimum), maximum=_exact(maximum), writable=writable)


def amount(
    name: str,
    minimum: int | None = None,
    *,
    scale: int = MONEY_SCALE,
    writable: Writable = "always",
    required: bool = False,
) -> Column:
    """A decimal number; money of the document's currency unless another scale is given."""
    limit = _exact(minimum)
    return Column(name, ColumnType.DECIMAL, scale=scale, minimum=limit, writable=writable, required=required)


def price(name: str, minimum: int | None = None) -> Column:
    """A unit price."""
    return amount(name, minimum, scale=PRICE_SCALE)


def flag(name: str, writable: Writable = "always") -> Column:
    """True or false."""
    return Column(name, ColumnType.BOOLEAN, writable=writable)


def day(name: str, writable: Writable = "always") -> Column:
    """A date without time. SCM shows it as 12:00 UTC; its 1900-01-01 is null."""
    return Column(name, ColumnType.DATE, writable=writable)


def moment(name: str, writable: Writable = "always") -> Column:
    """A point in time, UTC, to the second."""
    return Column(name, ColumnType.DATETIME, writable=writable)


def member(name: str, writable: Writable = "always") -> Column:
    """SCM: an enum by its member name."""
    return Column(name, ColumnType.ENUM, writable=writable)


def choice(name: str, writable: Writable = "always") -> Column:
    """Sales: an option by its number."""
    return Column(name, ColumnType.CHOICE, writable=writable)


def guid(name: str) -> Column:
    """Sales: a primary key."""
    return Column(name, ColumnType.GUID, writable="on_create")


def reference(name: str, *targets: LookupTarget, required: bool = False, writable: Writable = "always") -> Column:
    """Sales: a lookup."""
    return Column(name, ColumnType.LOOKUP, lookup=Lookup(targets), required=required, writable=writable)


def _exact(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
