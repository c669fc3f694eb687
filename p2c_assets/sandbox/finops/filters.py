"""`$filter` with this system's meaning: text without case, wildcards for contains, enums only eq and ne.

assumptions.TEXT_COMPARES_WITHOUT_CASE. Source: fin-ops odata (operator list, wildcard form, has and in not supported).
"""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.sandbox.finops import errors
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind
from p2c_assets.sandbox.finops.enums import ENUMS, NAMESPACE
from p2c_assets.sandbox.finops.values import parse_date
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import (
    Binary,
    Call,
    EnumLiteral,
    Expression,
    Literal,
    Not,
    Property,
    chained,
)
from p2c_assets.sandbox.table import Row

Predicate = Callable[[Row], bool]
Value = Callable[[Row], Any]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_MIRROR = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "add": lambda one, two: one + two,
    "sub": lambda one, two: one - two,
    "mul": lambda one, two: one * two,
    "div": lambda one, two: one / two,
    "divby": lambda one, two: one / two,
    "mod": lambda one, two: one % two,
}
_DIVISIONS = frozenset({"div", "divby", "mod"})
_TEXT_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}


class Operand(NamedTuple):
    """A value of a comparison: how to get it, its type's name, its column if it is one."""

    value: Value
    kind: str
    column: Column | None = None


def compile_filter(entity_set: EntitySet, expression: Expression, *, text_functions: bool) -> Predicate:
    """A predicate over stored rows. Raises FinopsError (400) or Unsupported."""
    return FilterCompiler(entity_set, text_functions).predicate(expression)


class FilterCompiler:
    """Turns a tree into closures, once per request."""

    def __init__(self, entity_set: EntitySet, text_functions: bool) -> None:
        self._entity_set = entity_set
        self._text_functions = text_functions

    def predicate(self, expression: Expression) -> Predicate:
        """A truth."""
        match expression:
            case Binary("and"):
                tests = [self.predicate(operand) for operand in chained(expression)]
                return lambda row: all(test(row) for test in tests)
            case Binary("or"):
                tests = [self.predicate(operand) for operand in chained(expression)]
                return lambda row: any(test(row) for test in tests)
            case Not(operand):
                inner = self.predicate(operand)
                return lambda row: not inner(row)
            case Binary(op, left, right) if op in _COMPARE:
                return self._comparison(op, self.operand(left), self.operand(right))
            case Call(name, (left, right)) if name in _TEXT_FUNCTIONS and self._text_functions:
                return _text_function(name, self.operand(left), self.operand(right))
            case Literal(bool() as value, "boolean"):
                return lambda _: value
            case _:
                raise _refused(expression)

    def operand(self, expression: Expression) -> Operand:
        """A value."""
        match expression:
            case Property((name,)):
                return self._property(name)
            case Property(path):
                raise Unsupported(f"the path {'/'.join(path)} in $filter")
            case Literal(value, kind):
                return _constant(value, kind)
            case EnumLiteral(kind, member):
                return _member(kind, member)
            case Binary(op, left, right) if op in _ARITHMETIC:
                return _arithmetic(op, self.operand(left), self.operand(right))
            case _:
                raise _refused(expression)

    def _property(self, name: str) -> Operand:
        column = self._entity_set.by_name.get(name)
        if column is None:
            if name in self._entity_set.unsupported:
                raise Unsupported(f"the column {self._entity_set.name}.{name}")
            raise errors.bad_query(
                f"Could not find a property named '{name}' on type '{NAMESPACE}.{self._entity_set.entity}'."
            )
        if column.kind is Kind.TEXT:
            return Operand(_lowered(name), "Edm.String", column)
        kind = "number" if column.kind in {Kind.INTEGER, Kind.DECIMAL} else column.edm_type
        return Operand(operator.itemgetter(name), kind, column)

    def _comparison(self, op: str, left: Operand, right: Operand) -> Predicate:
        if left.column is None and right.column is not None:
            left, right, op = right, left, _MIRROR[op]
        if "null" in (left.kind, right.kind):
            return _null_comparison(op)
        if left.kind == "Edm.DateTimeOffset" and right.column is None:
            right = _as_date(left, right)
        if left.kind != right.kind or (left.kind.startswith(NAMESPACE) and op not in {"eq", "ne"}):
            raise _incompatible(op, left.kind, right.kind)
        pattern = _wildcard(right) if left.kind == "Edm.String" and op in {"eq", "ne"} else None
        return _matching(op, left.value, pattern) if pattern else _comparing(_COMPARE[op], left, right)


def _comparing(compare: Callable[[Any, Any], bool], left: Operand, right: Operand) -> Predicate:
    """Stored flaws (a text where a number belongs) are equal to nothing and in no order."""
    get, other = left.value, right.value
    expected = (int, Decimal) if left.kind == "number" else str
    if right.column is None and right.kind != "number":
        constant = other({})
        return lambda row: isinstance(value := get(row), str) and compare(value, constant)

    def test(row: Row) -> bool:
        one, two = get(row), other(row)
        return isinstance(one, expected) and isinstance(two, expected) and compare(one, two)

    return test


def _wildcard(operand: Operand) -> re.Pattern[str] | None:
    """'*retail*' -> a pattern; a star inside the text is a star."""
    text = operand.value({}) if operand.column is None else ""
    if not (text.startswith("*") or text.endswith("*")):
        return None
    start, end = "" if text.startswith("*") else "^", "" if text.endswith("*") else "$"
    return re.compile(start + re.escape(text.strip("*")) + end, re.DOTALL)


def _matching(op: str, get: Value, pattern: re.Pattern[str]) -> Predicate:
    wanted = op == "eq"
    return lambda row: (pattern.search(str(get(row))) is not None) is wanted


def _null_comparison(op: str) -> Predicate:
    """No stored value is null."""
    return lambda _: op == "ne"


def _as_date(left: Operand, right: Operand) -> Operand:
    if right.kind != "Edm.DateTimeOffset" or left.column is None:
        raise _incompatible("eq", left.kind, right.kind)
    text = parse_date(left.column, right.value({}))
    if text is None:
        raise errors.bad_query(f"'{right.value({})}' is not a valid date and time.")
    return Operand(_always(text), left.kind)


def _constant(value: object, kind: str) -> Operand:
    match kind:
        case "string":
            lowered = str(value).lower()
            return Operand(_always(lowered), "Edm.String")
        case "integer" | "decimal":
            return Operand(_always(value), "number")
        case "datetime":
            return Operand(_always(value), "Edm.DateTimeOffset")
        case "null":
            return Operand(_always(None), "null")
        case _:
            return Operand(_always(value), {"date": "Edm.Date", "guid": "Edm.Guid"}.get(kind, "Edm.Boolean"))


def _member(kind: str, member: str) -> Operand:
    name = kind.removeprefix(f"{NAMESPACE}.")
    if name == kind or name not in ENUMS:
        raise errors.bad_query(f"The type '{kind}' is not a known enumeration.")
    if member not in ENUMS[name]:
        raise errors.bad_query(f"The string '{member}' is not a valid enumeration type constant of '{kind}'.")
    return Operand(_always(member), kind)


def _arithmetic(op: str, left: Operand, right: Operand) -> Operand:
    if (left.kind, right.kind) != ("number", "number"):
        raise _incompatible(op, left.kind, right.kind)
    calculate = _ARITHMETIC[op]

    def value(row: Row) -> object:
        one, two = left.value(row), right.value(row)
        if not isinstance(one, int | Decimal) or not isinstance(two, int | Decimal):
            return None
        return None if op in _DIVISIONS and not two else calculate(Decimal(one), Decimal(two))

    return Operand(value, "number")


def _text_function(name: str, left: Operand, right: Operand) -> Predicate:
    if (left.kind, right.kind) != ("Edm.String", "Edm.String"):
        raise _incompatible(name, left.kind, right.kind)
    test = _TEXT_FUNCTIONS[name]
    return lambda row: test(str(left.value(row)), str(right.value(row)))


def _incompatible(op: str, left: str, right: str) -> errors.FinopsError:
    return errors.bad_query(
        f"A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' "
        f"for operator kind '{op}'."
    )


def _refused(expression: Expression) -> errors.FinopsError:
    match expression:
        case Binary("has" | "in" as op):
            return errors.bad_query(f"The operator '{op}' is not supported.")
        case Call(name):
            return errors.bad_query(f"An unknown function with name '{name}' was found.")
        case _:
            return errors.bad_query("The filter is not an expression of a truth.")


def _always(value: object) -> Value:
    def get(_: Row) -> object:
        return value

    return get


def _lowered(name: str) -> Value:
    def get(row: Row) -> object:
        value = row[name]
        return value.lower() if isinstance(value, str) else value

    return get
