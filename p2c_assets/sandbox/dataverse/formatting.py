"""Formatted values: what a user would read for a choice, a lookup, an amount, a number or a date.

Texts, GUIDs and empty values have none. Language and time zone: assumptions.FORMATTED_FOR. Source:
MicrosoftDocs/powerapps-docs webapi/query/select-columns.md (formatted values).
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.labels import labels
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.rounding import currency_places, pricing_places
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.dataverse.schema_catalog import CURRENCY
from p2c_assets.sandbox.table import Row

FORMATTED = "OData.Community.Display.V1.FormattedValue"
Format = Callable[[Row, Any], str | None]


def formatter(table: Table, records: Records, names: Sequence[str]) -> Callable[[Row, dict[str, Any]], None]:
    """Puts the formatted value of each shown column that has one into a rendered row."""
    formats = [(name, _format(table, table.by_stored[name], records)) for name in names]
    used = [(name, form) for name, form in formats if form is not None]

    def put(row: Row, into: dict[str, Any]) -> None:
        for name, form in used:
            value = row.get(name)
            text = None if value is None else form(row, value)
            if text is not None:
                into[f"{name}@{FORMATTED}"] = text

    return put


def _format(table: Table, column: Column, records: Records) -> Format | None:
    match column.kind:
        case Kind.CHOICE | Kind.STATE | Kind.STATUS | Kind.BOOLEAN:
            options = labels(table, column)
            return lambda _, value: options.get(value) if isinstance(value, int) else None
        case Kind.LOOKUP:
            return lambda row, value: _name(records, column, row, value)
        case Kind.MONEY:
            return lambda row, value: money_text(records, row, column, value)
        case Kind.INTEGER:
            return lambda _, value: number_text(value, 0)
        case Kind.DECIMAL:
            return lambda _, value: number_text(value, column.scale)
        case Kind.DATETIME | Kind.DATE:
            return lambda _, value: moment_text(value)
        case _:
            return None


def _name(records: Records, column: Column, row: Row, key: str) -> str | None:
    """The primary name of the row that a lookup points to."""
    logical = column.targets[0].logical if column.stored_type is None else row.get(column.stored_type)
    table = BY_LOGICAL.get(logical or "")
    found = None if table is None else records.get(table, key)
    name = None if table is None or found is None else found.get(table.name_column)
    return name if isinstance(name, str) else None


def money_text(records: Records, row: Row, column: Column, value: Any) -> str | None:
    """$20,000.00 by the row's currency; a loss is ($5.00)."""
    if not isinstance(value, int | Decimal):
        return None
    key = row.get("_transactioncurrencyid_value")
    currency = records.get(CURRENCY, key) if isinstance(key, str) else None
    symbol = "" if currency is None else currency.get("currencysymbol") or currency.get("isocurrencycode") or ""
    places = pricing_places(records) if column.rounding == "pricing" else currency_places(records, row)
    text = f"{symbol}{number_text(abs(value), places)}"
    return f"({text})" if value < 0 else text


def number_text(value: Any, scale: int) -> str | None:
    return f"{value:,.{scale}f}" if isinstance(value, int | Decimal) else None


def moment_text(value: Any) -> str | None:
    """4/7/2023 2:59 PM, or 4/7/2023 for a day; None for what is no date, which only loaded rows have."""
    try:
        if "T" not in value:
            day = date.fromisoformat(value)
            return f"{day.month}/{day.day}/{day.year}"
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    hour, half = (moment.hour % 12) or 12, "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment.minute:02} {half}"
