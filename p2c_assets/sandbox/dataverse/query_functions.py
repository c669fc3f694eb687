"""The functions Microsoft.Dynamics.CRM.X(PropertyName=...) of `$filter`, which FetchXML's operators share.

Dates are the user's, and the user is in UTC. Fiscal periods, hierarchies and multi-select choices are not here: the
twin has none of them. Source: MicrosoftDocs/powerapps-docs webapi/query/filter-rows.md (the list of functions),
fetchxml/reference/operators.md (what each finds).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Column, Kind
from p2c_assets.sandbox.dataverse.comparable import comparable
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID, ROOT_BUSINESS_UNIT_ID
from p2c_assets.sandbox.dataverse.validation import is_guid, moment_text
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import Call, Expression, ListLiteral, Literal
from p2c_assets.sandbox.odata.options import natural

CRM = "Microsoft.Dynamics.CRM."
Test = Callable[[Any], bool]
_NUMBERS = frozenset({Kind.INTEGER, Kind.CHOICE, Kind.STATE, Kind.STATUS, Kind.DECIMAL, Kind.MONEY})
_IDENTITIES = {"UserId": APPLICATION_USER_ID, "BusinessId": ROOT_BUSINESS_UNIT_ID}
_SPAN = re.compile(r"(Last|Next|OlderThan)X(Minutes|Hours|Days|Weeks|Months|Years)")
_PERIOD = re.compile(r"(Last|This|Next)(Week|Month|Year)")


class Window(NamedTuple):
    """Moments from `start` on and before `end`; None: open."""

    start: datetime | None
    end: datetime | None


def query_function(call: Call, column: Column, now: str) -> Test:
    """A test of comparable values. Raises DataverseError for parameters that do not fit, Unsupported by name."""
    name = call.name.removeprefix(CRM)
    match name:
        case "In" | "NotIn":
            wanted = {_cast(column, item) for item in _values(call)}
            return (lambda value: value in wanted) if name == "In" else (lambda value: value not in wanted)
        case "Between" | "NotBetween":
            return _between(column, _values(call), inside=name == "Between")
        case "EqualUserId" | "EqualBusinessId":
            mine = _IDENTITIES[name.removeprefix("Equal")]
            return lambda value: value == mine
        case "NotEqualUserId" | "NotEqualBusinessId":
            other = _IDENTITIES[name.removeprefix("NotEqual")]
            return lambda value: value != other
        case _:
            return _within(column, _dates(name, call, datetime.fromisoformat(now)))


def _values(call: Call) -> tuple[Expression, ...]:
    values = call.named.get("PropertyValues")
    if not isinstance(values, ListLiteral):
        raise errors.bad_url(f"{call.name} takes PropertyName and PropertyValues.")
    return values.items


def _between(column: Column, items: tuple[Expression, ...], *, inside: bool) -> Test:
    if len(items) != 2:
        raise errors.bad_url("Between takes two PropertyValues.")
    low, high = _cast(column, items[0]), _cast(column, items[1])
    return lambda value: value is not None and (low <= value <= high) is inside


def _cast(column: Column, item: Expression) -> Any:
    """A value as comparisons see it: always written as text, read by the column's type."""
    if not isinstance(item, Literal):
        raise errors.bad_url("PropertyValues takes constants only.")
    return comparable(column, typed(column, str(item.value)))


def typed(column: Column, text: str) -> Any:
    """A constant written as text, read by the column's type. Raises DataverseError where it does not fit."""
    if column.kind in _NUMBERS:
        try:
            return Decimal(text)
        except InvalidOperation as error:
            raise errors.invalid_argument(f"'{text}' is not a number ({column.name}).") from error
    if column.kind is Kind.BOOLEAN:
        return text.casefold() in {"true", "1"}
    if column.kind in {Kind.DATETIME, Kind.DATE}:
        try:
            moment = moment_text(text)
        except ValueError as error:
            raise errors.invalid_argument(f"'{text}' is not a date ({column.name}).") from error
        return moment if column.kind is Kind.DATETIME else moment[:10]
    if column.kind in {Kind.GUID, Kind.LOOKUP}:
        bare = text.strip("{}")
        if not is_guid(bare):
            raise errors.invalid_argument(f"'{text}' is not a GUID ({column.name}).")
        return bare.lower()
    return text


def _within(column: Column, window: Window) -> Test:
    if column.kind not in {Kind.DATE, Kind.DATETIME}:
        raise errors.invalid_argument(f"{column.name} is not a date.")
    form = "%Y-%m-%d" if column.kind is Kind.DATE else "%Y-%m-%dt%H:%M:%Sz"
    start = None if window.start is None else window.start.strftime(form)
    end = None if window.end is None else window.end.strftime(form)
    return lambda value: value is not None and (start is None or start <= value) and (end is None or value < end)


def _dates(name: str, call: Call, now: datetime) -> Window:
    try:
        return _window(name, call, now)
    except (OverflowError, ValueError) as error:
        raise errors.invalid_argument(f"{call.name} leads out of the calendar.") from error


def _window(name: str, call: Call, now: datetime) -> Window:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"Yesterday": (-1, 0), "Today": (0, 1), "Tomorrow": (1, 2), "Last7Days": (-7, 1), "Next7Days": (0, 8)}
    if name in days:
        first, last = days[name]
        return Window(today + timedelta(days=first), today + timedelta(days=last))
    if name in {"On", "OnOrAfter", "OnOrBefore"}:
        day = _day(call)
        after = day + timedelta(days=1)
        return Window(None if name == "OnOrBefore" else day, None if name == "OnOrAfter" else after)
    if span := _SPAN.fullmatch(name):
        return _span(span[1], span[2], _number(call), now, today)
    if period := _PERIOD.fullmatch(name):
        return _period(period[2], {"Last": -1, "This": 0, "Next": 1}[period[1]], today)
    raise Unsupported(f"$filter function {CRM}{name}")


def _span(direction: str, unit: str, number: int, now: datetime, today: datetime) -> Window:
    """Hours and minutes count from now, days and longer from midnight."""
    if direction == "OlderThan":
        return Window(None, _shifted(now, unit, -number))
    whole = unit in {"Hours", "Minutes"}
    if direction == "Last":
        return Window(_shifted(now if whole else today, unit, -number), now + timedelta(seconds=1))
    end = _shifted(now if whole else today, unit, number)
    return Window(now, end + (timedelta() if whole else timedelta(days=1)))


def _shifted(moment: datetime, unit: str, number: int) -> datetime:
    if unit in {"Months", "Years"}:
        months = moment.year * 12 + moment.month - 1 + number * (12 if unit == "Years" else 1)
        year, month = divmod(months, 12)
        return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
    return moment + timedelta(**{unit.lower(): number})


def _period(unit: str, offset: int, today: datetime) -> Window:
    """Weeks begin on Sunday."""
    if unit == "Week":
        start = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=offset)
        return Window(start, start + timedelta(weeks=1))
    first = today.replace(day=1) if unit == "Month" else today.replace(month=1, day=1)
    start = _shifted(first, f"{unit}s", offset)
    return Window(start, _shifted(start, f"{unit}s", 1))


def _day(call: Call) -> datetime:
    text = _text(call)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise errors.invalid_argument(f"'{text}' is not a date.") from error
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)


def _number(call: Call) -> int:
    text = _text(call)
    number = natural(text)
    if not number:
        raise errors.invalid_argument(f"{call.name} takes a whole number of at least 1, not '{text}'.")
    return number


def _text(call: Call) -> str:
    named: Mapping[str, Expression] = call.named
    value = named.get("PropertyValue")
    if not isinstance(value, Literal):
        raise errors.bad_url(f"{call.name} takes PropertyName and PropertyValue.")
    return str(value.value)
