"""Which rows a filter can let through at all: those of a company, those behind a key, those with values of an index.

So re-reading a hundred keys does not walk through the set, and a page by key costs its own rows.
"""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from p2c_assets.sandbox.finops.columns import EntitySet, Kind
from p2c_assets.sandbox.odata.expression import Binary, Expression, Literal, Property, chained

COMPANY = "dataAreaId"


class Wanted(NamedTuple):
    """A column and the values, in lower case, one of which a row must have."""

    column: str
    values: frozenset[str]


class Narrowed(NamedTuple):
    """What the conjuncts of a filter say about place: the company, the parts of a key (without it) behind which rows stand.

    rest: the other conjuncts, None for none.
    """

    company: str | None = None
    behind: tuple[str | int, ...] | None = None
    rest: Expression | None = None


def narrowed(entity_set: EntitySet, expression: Expression | None) -> Narrowed:
    """Take a filter apart."""
    if expression is None:
        return Narrowed()
    found = Narrowed()
    rest: list[Expression] = []
    for conjunct in chained(expression) if isinstance(expression, Binary) and expression.op == "and" else [expression]:
        company, behind = _company(conjunct), _behind(entity_set, conjunct, entity_set.keys[1:])
        if company is not None and found.company is None:
            found = found._replace(company=company)
        elif behind is not None and found.behind is None:
            found = found._replace(behind=behind)
        else:
            rest.append(conjunct)
    return found._replace(rest=reduce(lambda one, two: Binary("and", one, two), rest) if rest else None)


def _company(expression: Expression) -> str | None:
    match expression:
        case Binary("eq", Property(("dataAreaId",)), Literal(str() as value, "string")) if "*" not in value:
            return value.lower()
        case _:
            return None


def _behind(entity_set: EntitySet, expression: Expression, keys: Sequence[str]) -> tuple[str | int, ...] | None:
    """K1 gt 'v', or K1 gt 'v' or (K1 eq 'v' and (the same for K2)): every row behind this place of the key's order."""
    match expression:
        case Binary("gt"):
            value = _compared(entity_set, expression, "gt", keys)
            return None if value is None else (value,)
        case Binary("or", beyond, Binary("and", here, deeper)):
            value = _compared(entity_set, beyond, "gt", keys)
            if value is None or _compared(entity_set, here, "eq", keys) != value:
                return None
            below = _behind(entity_set, deeper, keys[1:])
            return None if below is None else (value, *below)
        case _:
            return None


def _compared(entity_set: EntitySet, expression: Expression, op: str, keys: Sequence[str]) -> str | int | None:
    """The value that the first of the keys is compared with."""
    match expression:
        case Binary(found, Property((name,)), Literal(value, kind)) if found == op and (name,) == tuple(keys[:1]):
            pass
        case _:
            return None
    match entity_set.by_name[name].kind, kind, value:
        case Kind.TEXT, "string", str() as text if "*" not in text:
            return text.lower()
        case Kind.INTEGER, "integer", int() as number if number >= 0:  # lines without a number stand at negative ones
            return number
        case _:
            return None


def wanted(entity_set: EntitySet, expression: Expression) -> Wanted | None:
    """The values that a filter names, None where it does not come down to those of one text column."""
    match expression:
        case Binary("and"):
            return next(filter(None, (wanted(entity_set, operand) for operand in chained(expression))), None)
        case Binary("or"):
            return _any_of([wanted(entity_set, operand) for operand in chained(expression)])
        case Binary("eq", Property((name,)), Literal(str() as value, "string")) if "*" not in value:
            column = entity_set.by_name.get(name)
            plain = column is not None and column.kind is Kind.TEXT and name != COMPANY
            return Wanted(name, frozenset({value.lower()})) if plain else None
        case _:
            return None


def _any_of(found: list[Wanted | None]) -> Wanted | None:
    named = [one for one in found if one is not None]
    if len(named) < len(found) or len({one.column for one in named}) != 1:
        return None
    return Wanted(named[0].column, frozenset[str]().union(*(one.values for one in named)))
