"""How one target field gets its value: a closed set of rules, each a small piece of data that p2c.toml can hold.

What a rule does to a frame is in `transforms`; which field has which rule is in the modules named after the flows. A
`source` is a column of the task's source entity or a path over one lookup of it: `transactioncurrencyid.isocurrencycode`,
`customerid.Account(accountnumber).Contact(msdynce_contactnumber)`.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Value = bool | int | Decimal | str


class RuleModel(BaseModel):
    """What all rules share: closed, frozen, and able to say which source columns they use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def uses(self) -> tuple[str, ...]:
        """The sources of the value."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames (`sales.uoms`) that the rule looks into besides those that its paths lead to."""
        return ()


class OneSource(RuleModel):
    """A rule over one source."""

    source: str

    @property
    def uses(self) -> tuple[str, ...]:
        """The sources of the value."""
        return (self.source,)


class SeveralSources(RuleModel):
    """A rule over several sources."""

    sources: tuple[str, ...] = Field(min_length=1)

    @property
    def uses(self) -> tuple[str, ...]:
        """The sources of the value."""
        return self.sources


class Copy(OneSource):
    """The source's value; `blank` where it is blank."""

    kind: Literal["copy"] = "copy"
    blank: Value | None = None


class Constant(RuleModel):
    """Always the same value."""

    kind: Literal["constant"] = "constant"
    value: Value


class FromSetting(RuleModel):
    """A setting of the company (`company.language`) or of the mapping (`mapping.delivery_address_name`)."""

    kind: Literal["setting"] = "setting"
    setting: str


class ValueMap(OneSource):
    """The source's value looked up in a named map, whatever its case. Blank becomes `blank` or the named setting."""

    kind: Literal["value_map"] = "value_map"
    value_map: str
    inverse: bool = False
    blank: str | None = None
    blank_setting: str | None = None
    unmapped: str = "unmapped_value"


class Coalesce(SeveralSources):
    """The first source that is not blank."""

    kind: Literal["coalesce"] = "coalesce"


class Concat(SeveralSources):
    """All sources that are not blank, joined."""

    kind: Literal["concat"] = "concat"
    separator: str = "\n"


class Sum(SeveralSources):
    """The sum of numbers; blank counts as 0."""

    kind: Literal["sum"] = "sum"


class Quotient(OneSource):
    """A number divided by another, where that is neither blank nor 0."""

    kind: Literal["quotient"] = "quotient"
    divisor: str

    @property
    def uses(self) -> tuple[str, ...]:
        """The sources of the value."""
        return self.source, self.divisor


class Clamp(OneSource):
    """A number brought into a range."""

    kind: Literal["clamp"] = "clamp"
    minimum: int
    maximum: int


class Currency(OneSource):
    """A Sales currency's ISO code. `fallback`: the company's currency where the source is blank."""

    kind: Literal["currency"] = "currency"
    fallback: bool = False


class Reference(OneSource):
    """The GUID of the Sales row whose `by` equals the source. `absent`: the reason where there is none."""

    kind: Literal["reference"] = "reference"
    entity: str
    by: str
    absent: str
    of_company: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames that the rule looks into."""
        return (self.entity,)


class NamedReference(RuleModel):
    """The GUID of the Sales row whose `by` equals a setting."""

    kind: Literal["named_reference"] = "named_reference"
    setting: str
    entity: str
    by: str
    absent: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames that the rule looks into."""
        return (self.entity,)


class Customer(OneSource):
    """The account of the company with that number, else the contact."""

    kind: Literal["customer"] = "customer"

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames that the rule looks into."""
        return "sales.accounts", "sales.contacts"


class PriceList(OneSource):
    """The price list of the document's currency (source): the company's, the currency's, else the first by name."""

    kind: Literal["price_list"] = "price_list"

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames that the rule looks into."""
        return "sales.pricelevels", "sales.transactioncurrencies"


class Unit(OneSource):
    """The unit of Sales for SCM's unit symbol, in the unit group of the product (source), else in that of the settings."""

    kind: Literal["unit"] = "unit"
    product: str | None = None

    @property
    def uses(self) -> tuple[str, ...]:
        """The sources of the value."""
        return (self.source,) if self.product is None else (self.source, self.product)

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames that the rule looks into."""
        return "sales.uoms", "sales.uomschedules", "sales.products"


class SalesNumber(OneSource):
    """SCM's number as Sales has it: bare where the company has a row of that number, else with the company's prefix."""

    kind: Literal["sales_number"] = "sales_number"
    entity: str
    by: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames that the rule looks into."""
        return (self.entity,)


class OrderReference(OneSource):
    """The Sales order that SCM's order number belongs to, prefix or not."""

    kind: Literal["order_reference"] = "order_reference"

    @property
    def reads(self) -> tuple[str, ...]:
        """Frames that the rule looks into."""
        return ("sales.salesorders",)


class Identity(RuleModel):
    """The primary key of the Sales row: the GUID it has, else the one it will always get."""

    kind: Literal["identity"] = "identity"


class FromHeader(OneSource):
    """What the line's header was given in that target field."""

    kind: Literal["from_header"] = "from_header"
    field: str


class LineNumber(OneSource):
    """The line's own number, else the one that the ledger assigned to it; once sent under that, always that."""

    kind: Literal["line_number"] = "line_number"


class Owner(RuleModel):
    """The company's team."""

    kind: Literal["owner"] = "owner"


Rule = Annotated[
    Copy
    | Constant
    | FromSetting
    | ValueMap
    | Coalesce
    | Concat
    | Sum
    | Quotient
    | Clamp
    | Currency
    | Reference
    | NamedReference
    | Customer
    | PriceList
    | Unit
    | SalesNumber
    | OrderReference
    | Identity
    | FromHeader
    | LineNumber
    | Owner,
    Field(discriminator="kind"),
]
