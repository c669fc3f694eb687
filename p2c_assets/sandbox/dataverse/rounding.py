"""How many decimals amounts have: by the row's currency, or by the organisation's pricing precision.

Source: MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities (PrecisionSource 2 and 1).
"""

from collections.abc import Iterable
from decimal import Decimal

from p2c_assets.sandbox.dataverse.assumptions import (
    DEFAULT_CURRENCY_PRECISION,
    DEFAULT_PRICING_PRECISION,
    EXCESS_DECIMALS_ARE_ROUNDED,
)
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema_catalog import CURRENCY
from p2c_assets.sandbox.money import round_half_away
from p2c_assets.sandbox.table import Row


def currency_places(records: Records, row: Row) -> int:
    """Decimals of the row's currency."""
    key = row.get("_transactioncurrencyid_value")
    currency = records.get(CURRENCY, key) if key else None
    places = None if currency is None else currency.get("currencyprecision")
    return places if isinstance(places, int) else DEFAULT_CURRENCY_PRECISION


def pricing_places(records: Records) -> int:
    """Decimals of prices."""
    places = records.organization().get("pricingdecimalprecision")
    return places if isinstance(places, int) else DEFAULT_PRICING_PRECISION


def rounded_values(records: Records, table: Table, row: Row, names: Iterable[str]) -> Row:
    """The row's numbers of these stored names, brought to their columns' decimals."""
    rounded: Row = {}
    if not EXCESS_DECIMALS_ARE_ROUNDED:
        return rounded
    for name in names:
        value = row.get(name)
        column = table.by_stored.get(name) if isinstance(value, Decimal) else None
        if column is not None and isinstance(value, Decimal):
            rounded[name] = round_half_away(value, _places(records, column, row))
    return rounded


def _places(records: Records, column: Column, row: Row) -> int:
    if column.kind is not Kind.MONEY:
        return column.scale
    return pricing_places(records) if column.rounding == "pricing" else currency_places(records, row)
