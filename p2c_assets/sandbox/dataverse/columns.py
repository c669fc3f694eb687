"""What a Dataverse column and table are in the twin: kinds, limits, lookups, keys.

Holds the vocabulary of the schema only; the tables themselves are in the schema_* modules, values are checked in
`validation` and shown by `rendering`.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple

from p2c_assets.sandbox.dataverse.assumptions import COMPUTED_COLUMNS_ARE_WRITABLE

Rounding = Literal["currency", "pricing"]
"""Where a money column takes its decimals from: the row's currency, or organization.pricingdecimalprecision.

Source: MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities/salesorderdetail.md, PrecisionSource.
"""


class Kind(StrEnum):
    """The column types the twin knows."""

    TEXT = "String"
    INTEGER = "Integer"
    DECIMAL = "Decimal"
    MONEY = "Money"
    BOOLEAN = "Boolean"
    DATE = "DateOnly"
    DATETIME = "DateTime"
    GUID = "Uniqueidentifier"
    CHOICE = "Picklist"
    STATE = "State"
    STATUS = "Status"
    LOOKUP = "Lookup"


class Target(NamedTuple):
    """One table a lookup may point to, and the navigation property that says so (case-sensitive)."""

    logical: str
    navigation: str


@dataclass(frozen=True)
class Column:
    """One column by its logical name, with what the platform checks on write."""

    name: str
    kind: Kind
    length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    rounding: Rounding = "currency"
    scale: int = 2
    options: frozenset[int] = frozenset()
    targets: tuple[Target, ...] = ()
    required: bool = False
    creatable: bool = True
    updatable: bool = True
    default: object = None

    @cached_property
    def stored(self) -> str:
        """The key under which rows hold the value: lookups as `_name_value`, as the Web API shows them."""
        return f"_{self.name}_value" if self.kind is Kind.LOOKUP else self.name

    @cached_property
    def stored_type(self) -> str | None:
        """Where a lookup with several targets keeps the logical name of the table it points to."""
        return f"{self.name}_type" if len(self.targets) > 1 else None


class AlternateKey(NamedTuple):
    """A key under which rows can be addressed besides the primary key."""

    name: str
    columns: tuple[str, ...]


class Status(NamedTuple):
    """One statuscode and the statecode it belongs to."""

    state: int
    status: int
    default: bool


@dataclass(frozen=True)
class States:
    """The states of a table. `names` are the members of its StateCode enum, used in error messages."""

    names: Mapping[int, str]
    statuses: tuple[Status, ...]
    initial: int = 0

    def default_status(self, state: int) -> int:
        return next(s.status for s in self.statuses if s.state == state and s.default)

    def allows(self, state: int, status: int) -> bool:
        return any(s.state == state and s.status == status for s in self.statuses)


WRITES = frozenset({"Create", "Update", "Delete"})


@dataclass(frozen=True)
class Table:
    """One table: `logical` in errors and annotations, `entity_set` in URLs. `messages` are the writes that it takes."""

    logical: str
    entity_set: str
    key: str
    name_column: str
    columns: tuple[Column, ...]
    states: States | None = None
    keys: tuple[AlternateKey, ...] = ()
    owned: bool = False
    unique: tuple[tuple[str, ...], ...] = field(default=())
    messages: frozenset[str] = WRITES

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def by_stored(self) -> Mapping[str, Column]:
        return {column.stored: column for column in self.columns}

    @cached_property
    def blank(self) -> Mapping[str, object]:
        """Every stored name with its default, None where it has none."""
        return {column.stored: column.default for column in self.columns}

    @cached_property
    def creatable_texts(self) -> Mapping[str, int]:
        """How long the texts may be that a caller gives to a new row."""
        return {column.name: _most(column) for column in self.columns if column.creatable and column.kind is Kind.TEXT}

    @cached_property
    def updatable_texts(self) -> Mapping[str, int]:
        """How long the texts may be that a caller may change."""
        return {column.name: _most(column) for column in self.columns if column.updatable and column.kind is Kind.TEXT}

    @cached_property
    def lookups(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.kind is Kind.LOOKUP)

    @cached_property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)

    @cached_property
    def navigations(self) -> Mapping[str, tuple[Column, tuple[Target, ...]]]:
        """Navigation property -> its column and the tables it may lead to (`ownerid` leads to two)."""
        found: dict[str, tuple[Column, tuple[Target, ...]]] = {}
        for column in self.lookups:
            for target in column.targets:
                earlier = found.get(target.navigation, (column, ()))[1]
                found[target.navigation] = (column, (*earlier, target))
        return found

    @cached_property
    def display(self) -> str:
        """The table's name in "... With Id = ... Does Not Exist": the schema name, for ours the capitalised one."""
        return self.logical.capitalize()


def _most(column: Column) -> int:
    return sys.maxsize if column.length is None else column.length


def text(name: str, length: int, *, required: bool = False, updatable: bool = True) -> Column:
    return Column(name, Kind.TEXT, length=length, required=required, updatable=updatable)


def integer(name: str, minimum: int = -(2**31), maximum: int = 2**31 - 1, *, required: bool = False) -> Column:
    return Column(name, Kind.INTEGER, minimum=Decimal(minimum), maximum=Decimal(maximum), required=required)


def decimal(name: str, minimum: str, maximum: str, scale: int, *, required: bool = False) -> Column:
    return Column(
        name, Kind.DECIMAL, minimum=Decimal(minimum), maximum=Decimal(maximum), scale=scale, required=required
    )


MONEY_LIMIT = "922337203685477"


def money(name: str, minimum: str = f"-{MONEY_LIMIT}", maximum: str = MONEY_LIMIT, **more: Rounding) -> Column:
    rounding = more.get("rounding", "currency")
    return Column(name, Kind.MONEY, minimum=Decimal(minimum), maximum=Decimal(maximum), rounding=rounding)


def computed(name: str) -> Column:
    """An amount that system pricing computes."""
    limit = Decimal(MONEY_LIMIT)
    writable = COMPUTED_COLUMNS_ARE_WRITABLE
    return Column(name, Kind.MONEY, minimum=-limit, maximum=limit, creatable=writable, updatable=writable)


def boolean(name: str, default: bool | None = None, *, updatable: bool = True) -> Column:
    return Column(name, Kind.BOOLEAN, default=default, updatable=updatable)


def choice(name: str, options: range, default: int | None = None, *, updatable: bool = True) -> Column:
    return Column(name, Kind.CHOICE, options=frozenset(options), default=default, updatable=updatable)


def moment(name: str) -> Column:
    return Column(name, Kind.DATETIME)


def day(name: str) -> Column:
    return Column(name, Kind.DATE)


def lookup(name: str, *targets: str, required: bool = False, updatable: bool = True) -> Column:
    """A lookup to one table has its own name as navigation property; to several, `name_target` each."""
    several = len(targets) > 1
    pairs = tuple(Target(t, f"{name}_{t}" if several else name) for t in targets)
    return Column(name, Kind.LOOKUP, targets=pairs, required=required, updatable=updatable)


def system(name: str, kind: Kind, *targets: str) -> Column:
    """A column that only the platform writes."""
    pairs = tuple(Target(t, name) for t in targets)
    return Column(name, kind, targets=pairs, creatable=False, updatable=False)


def standard(*, owned: bool = False, states: bool = True) -> tuple[Column, ...]:
    """The columns every table has; `ownerid` is one navigation property to two tables."""
    stamps = (
        system("createdon", Kind.DATETIME),
        system("modifiedon", Kind.DATETIME),
        system("createdby", Kind.LOOKUP, "systemuser"),
        system("modifiedby", Kind.LOOKUP, "systemuser"),
        system("versionnumber", Kind.INTEGER),
    )
    state = (Column("statecode", Kind.STATE), Column("statuscode", Kind.STATUS)) if states else ()
    return stamps + state + (_ownership() if owned else ())


def _ownership() -> tuple[Column, ...]:
    owner = (Target("systemuser", "ownerid"), Target("team", "ownerid"))
    return (
        Column("ownerid", Kind.LOOKUP, targets=owner),
        system("owningbusinessunit", Kind.LOOKUP, "businessunit"),
        system("owningteam", Kind.LOOKUP, "team"),
        system("owninguser", Kind.LOOKUP, "systemuser"),
    )


def address(prefix: str, *, name: bool = False) -> tuple[Column, ...]:
    """An address block: `prefix_name`, `prefix_line1` ... Lengths: microsoft/CDM crmCommon."""
    lengths = {"line1": 250, "line2": 250, "line3": 250, "city": 80, "stateorprovince": 50}
    lengths |= {"postalcode": 20, "country": 80}
    lengths |= {"name": 200} if name else {"county": 50}
    return tuple(text(f"{prefix}_{part}", length) for part, length in lengths.items())
