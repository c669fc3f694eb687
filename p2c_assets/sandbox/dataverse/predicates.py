"""The meaning of `$filter`: a parsed expression becomes a predicate over rows of one table.

Texts compare without case, `contains` and its kin know the wildcards % _ [], `ne` also finds empty values.
Source: MicrosoftDocs/powerapps-docs data-platform/webapi/query/filter-rows.md.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import NE_INCLUDES_NULLS
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.comparable import column_of, comparable
from p2c_assets.sandbox.dataverse.query_functions import CRM, query_function
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.relationships import collections, members
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.dataverse.validation import moment_text
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import (
    Binary,
    Call,
    Expression,
    Lambda,
    Like,
    Literal,
    Not,
    Property,
    chained,
)
from p2c_assets.sandbox.table import Row

Predicate = Callable[[Row], bool]
Value = Callable[[Row], Any]

_ACCEPTED: Mapping[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset({"string"}),
    Kind.INTEGER: frozenset({"integer", "decimal"}),
    Kind.CHOICE: frozenset({"integer"}),
    Kind.STATE: frozenset({"integer"}),
    Kind.STATUS: frozenset({"integer"}),
    Kind.DECIMAL: frozenset({"integer", "decimal"}),
    Kind.MONEY: frozenset({"integer", "decimal"}),
    Kind.BOOLEAN: frozenset({"boolean"}),
    Kind.DATE: frozenset({"date"}),
    Kind.DATETIME: frozenset({"datetime", "date"}),
    Kind.GUID: frozenset({"guid"}),
    Kind.LOOKUP: frozenset({"guid"}),
}


class Operand(NamedTuple):
    """One side of a comparison: how to get it from a row, and the column or constant it is."""

    value: Value
    column: Column | None
    literal: Literal | None


class Predicates:
    """Predicates over one table; the records are needed to follow navigations."""

    def __init__(self, table: Table, records: Records) -> None:
        self._table = table
        self._records = records

    def of(self, expression: Expression) -> Predicate:
        """Raises DataverseError for names and types that do not fit, Unsupported for what the twin lacks."""
        match expression:
            case Binary("and"):
                return _all_of([self.of(operand) for operand in chained(expression)])
            case Binary("or"):
                return _any_of([self.of(operand) for operand in chained(expression)])
            case Not(operand):
                inner = self.of(operand)
                return lambda row: not inner(row)
            case Binary(op, left, right) if op in _COMPARISONS:
                return _comparison(op, self._operand(left), self._operand(right))
            case Call():
                return self._call(expression)
            case Like(operand, pattern):
                return text_test(_text_column("like", self._operand(operand)), _LIKE, pattern)
            case Lambda():
                return self._lambda(expression)
            case Property():
                truth = self._operand(expression).value
                return lambda row: truth(row) is True
            case _:
                raise Unsupported(f"$filter with {_name_of(expression)}")

    def _operand(self, expression: Expression) -> Operand:
        match expression:
            case Literal():
                return Operand(_nothing, None, expression)
            case Property(path):
                column, value = self._path(self._table, path)
                return Operand(value, column, None)
            case _:
                raise Unsupported(f"$filter with {_name_of(expression)}")

    def _path(self, table: Table, path: tuple[str, ...]) -> tuple[Column, Value]:
        if len(path) == 1:
            column = column_of(table, path[0])
            return column, _reader(column)
        if path[0] not in table.navigations:
            raise errors.unknown_property(path[0], table.logical)
        lookup, targets = table.navigations[path[0]]
        if len(targets) != 1 or targets[0].logical not in BY_LOGICAL:
            raise Unsupported(f"$filter over {path[0]}")
        other = BY_LOGICAL[targets[0].logical]
        column, value = self._path(other, path[1:])
        return column, self._follow(lookup, other, value)

    def _follow(self, lookup: Column, other: Table, value: Value) -> Value:
        def follow(row: Row) -> Any:
            key = row.get(lookup.stored)
            found = self._records.get(other, key) if key else None
            return None if found is None else value(found)

        return follow

    def _call(self, call: Call) -> Predicate:
        if call.name in _TEXT_TESTS and len(call.args) == 2:
            operand, pattern = _text_column(call.name, self._operand(call.args[0])), call.args[1]
            if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
                raise errors.bad_url(f"The function {call.name} takes a text second.")
            return text_test(operand, _TEXT_TESTS[call.name], pattern.value)
        if not call.name.startswith(CRM):
            raise Unsupported(f"$filter function {call.name}")
        name = call.named.get("PropertyName")
        if not isinstance(name, Literal):
            raise errors.bad_url(f"{call.name} takes a PropertyName.")
        column = self._table.by_name.get(str(name.value)) or column_of(self._table, str(name.value))
        test = query_function(call, column, self._records.clock.timestamp())
        return lambda row: test(comparable(column, row.get(column.stored)))

    def _lambda(self, expression: Lambda) -> Predicate:
        """any and all over the rows of a collection; a bare any() asks whether there are some."""
        name, *further = expression.path
        if further:
            raise errors.bad_url("any and all are not supported over a collection of a lookup.")
        found = collections(self._table.logical).get(name)
        if found is None:
            raise errors.unknown_property(name, self._table.logical)
        key, records = self._table.key, self._records
        if expression.body is None:
            return lambda row: bool(members(records, found, row[key]))
        inner = Predicates(found.many, records).of(_unbound(expression.body, expression.variable))
        among = any if expression.operator == "any" else all
        return lambda row: among(inner(member) for member in members(records, found, row[key]))


def _text_column(name: str, operand: Operand) -> Value:
    if operand.column is None or operand.column.kind is not Kind.TEXT:
        raise errors.bad_url(f"The function {name} takes a column of text first.")
    return operand.value


def text_test(value: Value, form: str, pattern: str) -> Predicate:
    """Whether a text has the pattern in it, at its start, at its end, or is it as a whole."""
    like = re.compile(form.format(_like(pattern)), re.IGNORECASE | re.DOTALL)

    def test(row: Row) -> bool:
        found = value(row)
        return isinstance(found, str) and like.search(found) is not None

    return test


def _unbound(expression: Expression, variable: str) -> Expression:
    """The body of any or all with paths that begin at the member: `l/quantity` is `quantity`."""
    match expression:
        case Property((first, *rest)) if first == variable and rest:
            return Property(tuple(rest))
        case Lambda(path, operator, inner, body) if path[0] == variable and len(path) > 1:
            return Lambda(path[1:], operator, inner, None if body is None else body)
        case Binary(op, left, right):
            return Binary(op, _unbound(left, variable), _unbound(right, variable))
        case Not(operand):
            return Not(_unbound(operand, variable))
        case Call(name, args, named):
            return Call(name, tuple(_unbound(argument, variable) for argument in args), named)
        case Property(path):
            raise errors.bad_url(f"'{'/'.join(path)}' does not begin with the variable '{variable}'.")
        case _:
            return expression


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
_TEXT_TESTS: Mapping[str, str] = {"contains": "{}", "startswith": r"\A{}", "endswith": r"{}\Z"}
_LIKE = r"\A{}\Z"


def _all_of(tests: list[Predicate]) -> Predicate:
    def test(row: Row) -> bool:
        for one in tests:  # noqa: SIM110 - a generator costs twice as much, and this runs for every row
            if not one(row):
                return False
        return True

    return test


def _any_of(tests: list[Predicate]) -> Predicate:
    def test(row: Row) -> bool:
        for one in tests:  # noqa: SIM110 - likewise
            if one(row):
                return True
        return False

    return test


def _nothing(row: Row) -> None:
    """A constant is compared by its literal, never read from a row."""


def _reader(column: Column) -> Value:
    stored = column.stored
    return lambda row: comparable(column, row.get(stored)) if column.kind is not Kind.TEXT else row.get(stored)


def _comparison(op: str, left: Operand, right: Operand) -> Predicate:
    if left.column is None and right.column is not None:
        return _comparison(_MIRRORED[op], right, left)
    if left.column is None:
        raise Unsupported("$filter comparing two constants")
    column = left.column
    if right.literal is not None:
        return _with_constant(op, column, left.value, right.literal)
    compare = _COMPARISONS[op]

    def test(row: Row) -> bool:
        a, b = comparable(column, left.value(row)), comparable(column, right.value(row))
        return compare(a, b) if a is not None and b is not None else op == "ne" and a is not b

    return test


_MIRRORED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}


def _with_constant(op: str, column: Column, value: Value, literal: Literal) -> Predicate:
    if literal.value is None:
        if op not in {"eq", "ne"}:
            return lambda _: False
        wanted = op == "eq"
        return lambda row: (value(row) is None) is wanted
    constant = constant_of(op, column, literal)
    compare = _COMPARISONS[op]
    empty = op == "ne" and NE_INCLUDES_NULLS

    def test(row: Row) -> bool:
        found = comparable(column, value(row))
        return empty if found is None else compare(found, constant)

    return test


def constant_of(op: str, column: Column, literal: Literal) -> Any:
    """A literal as comparisons see it. Raises what the platform answers to a comparison of different types."""
    if literal.kind not in _ACCEPTED[column.kind]:
        text = "A binary operator with incompatible types was detected. Found operand types"
        raise errors.bad_url(f"{text} '{column.kind}' ({column.name}) and '{literal.kind}' for operator kind '{op}'.")
    if column.kind is Kind.DATETIME:
        return moment_text(str(literal.value)).casefold()
    return literal.value.casefold() if isinstance(literal.value, str) else literal.value


def _like(pattern: str) -> str:
    """A LIKE pattern as a regular expression; what it does not know is taken literally."""
    parts = re.split(r"(%|_|\[[^\]]+\])", pattern)
    wild = {"%": ".*", "_": "."}
    return "".join(wild.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts)


def _name_of(expression: Expression) -> str:
    match expression:
        case Binary(op=op):
            return f"operator {op}"
        case Call(name=name):
            return f"function {name}"
        case _:
            return type(expression).__name__
