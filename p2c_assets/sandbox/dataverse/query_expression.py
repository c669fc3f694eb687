"""A QueryExpression in JSON, as an action's parameter, to the rows that it finds.

Only what names rows of one table: entity, nested filters, conditions. All else is 501 by name.
Source: MicrosoftDocs/powerapps-docs delete-data-bulk.md; Microsoft.Dynamics.CRM.QueryExpression, ConditionOperator.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.candidates import candidates
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.predicates import CRM, Predicates
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.dataverse.validation import read_value
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import (
    Binary,
    Call,
    Expression,
    ListLiteral,
    Literal,
    LiteralKind,
    Not,
    Property,
)
from p2c_assets.sandbox.table import Row

Json = Mapping[str, Any]
_KNOWN = frozenset({"@odata.type", "EntityName", "ColumnSet", "Criteria", "Distinct", "NoLock"})
_COMPARISONS = {
    "Equal": "eq",
    "NotEqual": "ne",
    "GreaterThan": "gt",
    "LessThan": "lt",
    "GreaterEqual": "ge",
    "LessEqual": "le",
}
_TEXTS = {"BeginsWith": "startswith", "EndsWith": "endswith", "Contains": "contains"}
_NEGATED = {"DoesNotBeginWith": "BeginsWith", "DoesNotEndWith": "EndsWith", "DoesNotContain": "Contains"}
_KINDS: Mapping[Kind, LiteralKind] = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.CHOICE: "integer",
    Kind.STATE: "integer",
    Kind.STATUS: "integer",
    Kind.DECIMAL: "decimal",
    Kind.MONEY: "decimal",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.GUID: "guid",
    Kind.LOOKUP: "guid",
}


def parse(records: Records, query: object) -> tuple[Table, Expression | None]:
    """The table and its filter, None for every row. Raises DataverseError for what is no query of this organisation."""
    given = _object(query, "A QueryExpression")
    for name, value in given.items():
        if name not in _KNOWN and value not in (None, [], {}, False):
            raise Unsupported(f"QueryExpression.{name}")
    logical = given.get("EntityName")
    if not isinstance(logical, str) or logical not in BY_LOGICAL:
        raise errors.DataverseError(400, "0x80041102", f"The specified entity was not found. ({logical})")
    table = BY_LOGICAL[logical]
    criteria = given.get("Criteria")
    expression = None if criteria is None else _filter(table, _object(criteria, "Criteria"))
    if expression is not None:
        Predicates(table, records).of(expression)
    return table, expression


def _object(value: object, name: str) -> Json:
    if not isinstance(value, dict):
        raise errors.invalid_argument(f"{name} has to be an object.")
    return cast("Json", value)


def _items(holder: Json, name: str) -> list[object]:
    value = holder.get(name)
    if value is not None and not isinstance(value, list):
        raise errors.invalid_argument(f"{name} has to be a list.")
    return cast("list[object]", value or [])


def found(records: Records, table: Table, expression: Expression | None) -> list[Row]:
    """The rows, in no order that means anything."""
    rows = candidates(table, records, expression)
    if expression is None:
        return rows
    predicate = Predicates(table, records).of(expression)
    return [row for row in rows if predicate(row)]


def _filter(table: Table, criteria: Json) -> Expression | None:
    operator = criteria.get("FilterOperator", "And")
    if operator not in ("And", "Or"):
        text = f"Unsupported filter type '{operator}'. Valid values are 'and', or 'or'."
        raise errors.DataverseError(400, "0x80041122", text)
    conditions = [_condition(table, _object(one, "A condition")) for one in _items(criteria, "Conditions")]
    nested = [_filter(table, _object(one, "A filter")) for one in _items(criteria, "Filters")]
    parts = [*conditions, *(inner for inner in nested if inner is not None)]
    return reduce(lambda left, right: Binary(str(operator).lower(), left, right), parts) if parts else None


def _condition(table: Table, condition: Json) -> Expression:
    name, operator = str(condition.get("AttributeName")), str(condition.get("Operator"))
    column = table.by_name.get(name)
    if column is None:
        raise errors.DataverseError(400, "0x80041103", f"'{table.logical}' has no attribute '{name}'.")
    values = [_value(table, column, value) for value in _items(condition, "Values")]
    for build in (_null, _comparison, _text, _membership):
        expression = build(Property((column.stored,)), operator, values)
        if expression is not None:
            return expression
    raise Unsupported(f"ConditionOperator {operator}")


Build = Callable[[Property, str, Sequence[Literal]], Expression | None]


def _null(subject: Property, operator: str, values: Sequence[Literal]) -> Expression | None:  # noqa: ARG001
    if operator not in ("Null", "NotNull"):
        return None
    return Binary("eq" if operator == "Null" else "ne", subject, Literal(None, "null"))


def _comparison(subject: Property, operator: str, values: Sequence[Literal]) -> Expression | None:
    if operator not in _COMPARISONS:
        return None
    return Binary(_COMPARISONS[operator], subject, _single(values))


def _text(subject: Property, operator: str, values: Sequence[Literal]) -> Expression | None:
    negated = operator in _NEGATED
    name = _NEGATED.get(operator, operator)
    if name not in _TEXTS:
        return None
    call = Call(_TEXTS[name], (subject, _single(values)))
    return Not(call) if negated else call


def _membership(subject: Property, operator: str, values: Sequence[Literal]) -> Expression | None:
    if operator not in ("In", "NotIn"):
        return None
    if not values:
        raise errors.invalid_argument(f"The operator {operator} takes at least one value.")
    named = {"PropertyName": Literal(subject.path[0], "string"), "PropertyValues": ListLiteral(tuple(values))}
    return Call(f"{CRM}{operator}", named=named)


def _single(values: Sequence[Literal]) -> Literal:
    if len(values) != 1:
        raise errors.invalid_argument("The condition takes one value.")
    return values[0]


def _value(table: Table, column: Column, given: object) -> Literal:
    """A value of the complex type Object: {"Value": "...", "Type": "System.Guid"}; the text is read by its column."""
    value = cast("Json", given).get("Value") if isinstance(given, dict) else given
    text = str(value)
    kind = _KINDS[column.kind]
    if kind == "integer" and text.lstrip("-").isdecimal():
        return Literal(int(text), kind)
    if kind == "decimal" and isinstance(value, int | Decimal):
        return Literal(Decimal(value), kind)
    if kind == "boolean" and text.lower() in ("true", "false"):
        return Literal(text.lower() == "true", kind)
    if kind == "string":
        return Literal(text, kind)
    if kind in ("guid", "date", "datetime"):
        return Literal(read_value(table, column, text), kind)
    raise errors.DataverseError(400, "0x80041108", f"Invalid value specified for type. ({column.name}: {text})")
