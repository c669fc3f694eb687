"""`$apply`: filter, groupby and aggregate over the rows of a set; other transformations are answered with 501.

Source: MicrosoftDocs/powerapps-docs webapi/query/aggregate-data.md.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.candidates import candidates
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.comparable import column_of, comparable
from p2c_assets.sandbox.dataverse.formatting import FORMATTED, formatter, moment_text, money_text, number_text
from p2c_assets.sandbox.dataverse.predicates import Predicates
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS, Preferences
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.options import split_outside
from p2c_assets.sandbox.table import Row

MOST_AGGREGATED = 50_000
_STEP = re.compile(r"([A-Za-z]+)\((.*)\)", re.DOTALL)
_AGGREGATE = re.compile(r"(?:(\$count)|([\w/]+)\s+with\s+(\w+))\s+as\s+(\w+)")
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_AVERAGE_SCALE = Decimal("0.0000000001")


class Measure(NamedTuple):
    """One aggregate under its alias; column None: the rows are counted."""

    alias: str
    method: str
    column: Column | None


class Grouping(NamedTuple):
    """One column to group by: the name under which it is shown, and its value and formatted value in a row."""

    name: str
    value: Callable[[Row], Any]
    formatted: Callable[[Row], str | None]


class Plan(NamedTuple):
    """What is left of a pipeline after its filters."""

    groupings: tuple[Grouping, ...]
    measures: tuple[Measure, ...]


def apply(
    table: Table, records: Records, text: str, aliases: Mapping[str, str], prefer: Preferences
) -> list[dict[str, Any]]:
    """One object for each group, in the order of their first rows; empty values are left out."""
    rows: Iterable[Row] = candidates(table, records, None)
    *filters, last = split_outside(text, "/")
    for step in filters:
        name, inner = _parts(step)
        if name != "filter":
            raise Unsupported(f"$apply transformation {name} before others")
        expression = parse_filter(inner, aliases)
        predicate = Predicates(table, records).of(expression)
        rows = [
            row for row in (candidates(table, records, expression) if len(filters) == 1 else rows) if predicate(row)
        ]
    plan = _plan(table, records, last)
    groups = _groups(list(rows), plan.groupings)
    formatted = prefer.annotated(FORMATTED)
    return [_shown(records, plan, members, formatted=formatted) for members in groups][:MOST_ROWS]


def _parts(step: str) -> tuple[str, str]:
    match = _STEP.fullmatch(step.strip())
    if match is None:
        raise errors.bad_url(f"'{step}' is not a transformation of $apply.")
    return match[1], match[2]


def _plan(table: Table, records: Records, step: str) -> Plan:
    name, inner = _parts(step)
    if name == "aggregate":
        return Plan((), _measures(table, inner))
    if name != "groupby":
        raise Unsupported(
            f"$apply transformation {name} alone" if name == "filter" else f"$apply transformation {name}"
        )
    columns, *further = split_outside(inner, ",")
    if not (columns.startswith("(") and columns.endswith(")")) or len(further) > 1:
        raise errors.bad_url("groupby takes its columns in parentheses, then an aggregate.")
    groupings = tuple(_grouping(table, records, path) for path in split_outside(columns[1:-1], ","))
    if not further:
        return Plan(groupings, ())
    nested, measures = _parts(further[0])
    if nested != "aggregate":
        raise Unsupported(f"$apply transformation {nested} in groupby")
    return Plan(groupings, _measures(table, measures))


def _grouping(table: Table, records: Records, path: str) -> Grouping:
    """A column, or one of a related row, which is shown as `contact_fullname`."""
    name, slash, inner = path.partition("/")
    if not slash:
        if column_of(table, name).kind is Kind.DATETIME:
            raise errors.bad_url("groupby with datetime values is not supported.")
        return Grouping(name, _getter(name), _formatted(table, records, name))
    lookup, targets = table.navigations.get(name, (None, ()))
    if lookup is None or len(targets) != 1 or targets[0].logical not in BY_LOGICAL or "/" in inner:
        raise Unsupported(f"$apply groupby over {path}")
    other = BY_LOGICAL[targets[0].logical]
    value, form = _getter(column_of(other, inner).stored), _formatted(other, records, inner)
    related = _follower(records, other, lookup.stored)

    def related_value(row: Row) -> Any:
        return value(related(row))

    def related_text(row: Row) -> str | None:
        return form(related(row))

    return Grouping(f"{other.logical}_{inner}", related_value, related_text)


def _getter(name: str) -> Callable[[Row], Any]:
    def get(row: Row) -> Any:
        return row.get(name)

    return get


def _follower(records: Records, table: Table, stored: str) -> Callable[[Row], Row]:
    """The row that a lookup points to; an empty one for an empty lookup."""

    def follow(row: Row) -> Row:
        key = row.get(stored)
        return (records.get(table, key) if key else None) or {}

    return follow


def _formatted(table: Table, records: Records, name: str) -> Callable[[Row], str | None]:
    put = formatter(table, records, [name])

    def form(row: Row) -> str | None:
        into: dict[str, Any] = {}
        put(row, into)
        return into.get(f"{name}@{FORMATTED}")

    return form


def _measures(table: Table, text: str) -> tuple[Measure, ...]:
    return tuple(_measure(table, part) for part in split_outside(text, ","))


def _measure(table: Table, text: str) -> Measure:
    match = _AGGREGATE.fullmatch(text)
    if match is None:
        raise errors.bad_url(f"'{text}' is not an aggregate: <column> with <method> as <alias>, or $count as <alias>.")
    if match[1]:
        return Measure(match[4], "count", None)
    if "/" in match[2]:
        raise Unsupported(f"$apply aggregate over {match[2]}")
    column, method = column_of(table, match[2]), match[3]
    if method not in {"sum", "average", "min", "max", "countdistinct"}:
        raise errors.bad_url(f"The aggregation method '{method}' is not supported.")
    if method in {"sum", "average"} and column.kind not in _NUMBERS:
        raise errors.bad_url(f"The method {method} does not take the column {column.name}.")
    return Measure(match[4], method, column)


def _groups(rows: Sequence[Row], groupings: Sequence[Grouping]) -> list[list[Row]]:
    if len(rows) > MOST_AGGREGATED:
        raise errors.too_many_to_aggregate()
    if not groupings:
        return [list(rows)]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        values = (grouping.value(row) for grouping in groupings)
        groups.setdefault(tuple(value.casefold() if isinstance(value, str) else value for value in values), []).append(
            row
        )
    return list(groups.values())


def _shown(records: Records, plan: Plan, members: list[Row], *, formatted: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for grouping in plan.groupings:
        value = grouping.value(members[0])
        text = grouping.formatted(members[0]) if formatted else None
        shown |= {} if value is None else {grouping.name: value}
        shown |= {} if text is None else {f"{grouping.name}@{FORMATTED}": text}
    for measure in plan.measures:
        value = _value(measure, members)
        text = _text(records, measure, members, value) if formatted and value is not None else None
        shown |= (
            {measure.alias: value} if text is None else {measure.alias: value, f"{measure.alias}@{FORMATTED}": text}
        )
    return shown


def _value(measure: Measure, members: Sequence[Row]) -> Any:
    """Empty values are passed over; of none but empty values the answer is null."""
    column = measure.column
    if column is None:
        return len(members)
    pairs: list[tuple[Any, Any]] = [
        (comparable(column, row.get(column.stored)), row.get(column.stored)) for row in members
    ]
    given = [(key, value) for key, value in pairs if key is not None]
    match measure.method:
        case "countdistinct":
            return len({key for key, _ in given})
        case "sum":
            return sum(value for _, value in given) if given else None
        case "average":
            total = sum((Decimal(value) for _, value in given), Decimal(0))
            return (total / len(given)).quantize(_AVERAGE_SCALE) if given else None
        case method:
            chosen = min if method == "min" else max
            return chosen(given, key=lambda pair: pair[0])[1] if given else None


def _text(records: Records, measure: Measure, members: Sequence[Row], value: Any) -> str | None:
    column = measure.column
    if column is None or measure.method == "countdistinct":
        return number_text(value, 0)
    match column.kind:
        case Kind.MONEY:
            return money_text(records, members[0], column, value)
        case Kind.INTEGER | Kind.DECIMAL:
            return number_text(value, column.scale if column.kind is Kind.DECIMAL else 0)
        case Kind.DATE | Kind.DATETIME:
            return moment_text(value)
        case _:
            return None
