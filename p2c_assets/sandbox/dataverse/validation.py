"""From a JSON payload to column values: types, lengths, ranges, options, lookups, and which columns may be written.

Rules that need other rows (unit groups, price lists) are in the plug-in modules; states are in `transitions`.
Source: MicrosoftDocs/powerapps-docs webapi/create-entity-web-api.md, associate-disassociate-entities-using-web-api.md.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import READ_ONLY_COLUMNS_ARE_REFUSED
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.relationships import collections
from p2c_assets.sandbox.messages import Unsupported

Resolve = Callable[[str], tuple[Table, str]]
"""A reference as in "@odata.bind" -> the table and GUID of the row that it names."""

BIND = "@odata.bind"
_ABSENT_NAVIGATIONS = frozenset({"product.parentproductid"})
"""What the tables have and the twin does not."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LARGEST_WHOLE = 2**63


def read_payload(table: Table, payload: Mapping[str, Any], resolve: Resolve, *, creating: bool) -> dict[str, Any]:
    """Column values by stored name. Annotations other than binds carry no data and are passed over."""
    values: dict[str, Any] = {}
    texts = table.creatable_texts if creating else table.updatable_texts
    for name, value in payload.items():
        if isinstance(value, str) and 0 < len(value) <= texts.get(name, 0):
            values[name] = value  # nothing else is asked of most values
        elif name.endswith(BIND):
            values.update(_read_bind(table, name.removesuffix(BIND), value, resolve, creating=creating))
        elif "@" in name:
            continue
        else:
            values.update(_read_property(table, name, value, creating=creating))
    return values


def _read_property(table: Table, name: str, value: object, *, creating: bool) -> dict[str, Any]:
    column = table.by_name.get(name)
    if column is None or column.kind is Kind.LOOKUP:
        return _read_navigation(table, name, value)
    if not _is_writable(table, column, creating=creating):
        return {}
    if value is None and column.required and not creating:
        raise errors.required(name, table.logical)
    return {column.stored: read_value(table, column, value)}


def _read_navigation(table: Table, name: str, value: object) -> dict[str, Any]:
    if name in table.by_stored:
        text = "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."
        raise errors.DataverseError(400, "0x80048d19", text)
    if name in collections(table.logical):
        raise Unsupported(f"deep insert of {name}")
    if name not in table.navigations:
        raise errors.unknown_payload_property(name, table.logical)
    if value is not None:
        raise Unsupported(f"deep insert of {name}")
    return _cleared(table.navigations[name][0])


def _read_bind(table: Table, name: str, value: object, resolve: Resolve, *, creating: bool) -> dict[str, Any]:
    if f"{table.logical}.{name}" in _ABSENT_NAVIGATIONS:
        raise Unsupported(f"{table.logical}.{name}")
    if name not in table.navigations:
        raise errors.undeclared_property(name, table.entity_set)
    column, targets = table.navigations[name]
    if not _is_writable(table, column, creating=creating):
        return {}
    if value is None and column.required:
        raise errors.required(column.name, table.logical)
    if value is None:
        return _cleared(column)
    found, key = resolve(str(value))
    if all(target.logical != found.logical for target in targets):
        raise errors.wrong_type(value, name, f"Microsoft.Dynamics.CRM.{targets[0].logical}")
    return {column.stored: key} | ({column.stored_type: found.logical} if column.stored_type else {})


def _cleared(column: Column) -> dict[str, Any]:
    return {column.stored: None} | ({column.stored_type: None} if column.stored_type else {})


def _is_writable(table: Table, column: Column, *, creating: bool) -> bool:
    """Whether a caller's value is taken. Raises where it is refused rather than passed over."""
    writable = column.creatable if creating else column.updatable
    if not writable and READ_ONLY_COLUMNS_ARE_REFUSED:
        raise errors.read_only_column(column.name, table.logical)
    return writable


def read_value(table: Table, column: Column, value: object) -> Any:
    """One value as rows hold it; raises what the platform answers for a value that does not fit."""
    if value is None:
        return None
    match column.kind:
        case Kind.TEXT:
            return _text(table, column, value)
        case Kind.INTEGER | Kind.CHOICE | Kind.STATE | Kind.STATUS:
            return _whole(table, column, value)
        case Kind.DECIMAL | Kind.MONEY:
            return _decimal(table, column, value)
        case Kind.BOOLEAN:
            if not isinstance(value, bool):
                raise errors.wrong_type(value, column.name, "Edm.Boolean")
            return value
        case Kind.DATE:
            return _day(column, value)
        case Kind.DATETIME:
            return _moment(column, value)
        case Kind.GUID | Kind.LOOKUP:
            return _guid(column, value)


def _text(table: Table, column: Column, value: object) -> str | None:
    """Empty texts are stored as nothing."""
    if not isinstance(value, str):
        raise errors.wrong_type(value, column.name, "Edm.String")
    if column.length is not None and len(value) > column.length:
        raise errors.too_long(column.name, table.logical, column.length)
    return value or None


def _whole(table: Table, column: Column, value: object) -> int:
    if isinstance(value, Decimal) and value.copy_abs() < _LARGEST_WHOLE and value == value.to_integral_value():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise errors.wrong_type(value, column.name, "Edm.Int32")
    if column.options and value not in column.options:
        raise errors.not_an_option(value, column.name, table.logical, column.options)
    _check_range(table, column, Decimal(value), whole=True)
    return value


def _decimal(table: Table, column: Column, value: object) -> Decimal:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise errors.wrong_type(value, column.name, "Edm.Decimal")
    result = Decimal(value)
    _check_range(table, column, result, whole=False)
    return result


def _check_range(table: Table, column: Column, value: Decimal, *, whole: bool) -> None:
    below = column.minimum is not None and value < column.minimum
    above = column.maximum is not None and value > column.maximum
    if below or above:
        raise errors.out_of_range(value, column.name, table.logical, whole=whole)


def _day(column: Column, value: object) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise errors.wrong_type(value, column.name, "Edm.Date")


def _moment(column: Column, value: object) -> str:
    try:
        return moment_text(value if isinstance(value, str) else "")
    except ValueError as error:
        raise errors.wrong_type(value, column.name, "Edm.DateTimeOffset") from error


def moment_text(text: str) -> str:
    """UTC to the second, as the Web API shows it; a bare date is midnight. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    try:
        moved = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is no moment of the calendar in UTC") from error
    return f"{moved.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def _guid(column: Column, value: object) -> str:
    if isinstance(value, str) and is_guid(value):
        return value.lower()
    raise errors.wrong_type(value, column.name, "Edm.Guid")


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None
