"""The tree of a parsed filter. What its operators mean is each twin's own: the two systems compare differently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

LiteralKind = OneOf["string", "integer", "decimal", "boolean", "null", "guid", "datetime", "date"]


@dataclass(frozen=True)
class Literal:
    """A constant. value: str, int, Decimal, bool or None; guids, dates and date-times stay text."""

    value: object
    kind: LiteralKind


@dataclass(frozen=True)
class EnumLiteral:
    """Microsoft.Dynamics.DataEntities.NoYes'Yes' -> type as written, member without quotes."""

    type: str
    member: str


@dataclass(frozen=True)
class ListLiteral:
    """('a','b') after `in`, or ['a','b'] as a parameter."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Property:
    """A column, or a path over navigations: primarycontactid/fullname -> two names."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Binary:
    """op: or and eq ne gt ge lt le has in add sub mul div divby mod."""

    op: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Not:
    """Negation of a truth."""

    operand: "Expression"


@dataclass(frozen=True)
class Call:
    """contains(name,'x') has args; Microsoft.Dynamics.CRM.In(PropertyName='x',...) has named ones."""

    name: str
    args: "tuple[Expression, ...]" = ()
    named: "Mapping[str, Expression]" = field(default_factory=lambda: dict[str, "Expression"]())


@dataclass(frozen=True)
class Lambda:
    """lines/any(l:l/quantity gt 3): operator any or all over a collection; body None for a bare any()."""

    path: tuple[str, ...]
    operator: str
    variable: str
    body: "Expression | None"


@dataclass(frozen=True)
class Like:
    """A text against a LIKE pattern over its whole length. Only SQL and FetchXML say it: no OData text parses to it."""

    operand: "Expression"
    pattern: str


Expression = Literal | EnumLiteral | ListLiteral | Property | Binary | Not | Call | Lambda | Like


def chained(expression: Binary) -> list[Expression]:
    """The operands of `a or b or c`: chains are long where clients re-read keys, so they are walked, not recursed."""
    operands: list[Expression] = []
    rest: Expression = expression
    while isinstance(rest, Binary) and rest.op == expression.op:
        operands.append(rest.right)
        rest = rest.left
    return [rest, *reversed(operands)]
