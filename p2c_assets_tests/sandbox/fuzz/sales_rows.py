"""What there is to ask the Sales twin about: the rows of `world`, an order and a quote, and the columns by kind."""

from functools import cache
from typing import Any

from hypothesis.strategies import SearchStrategy

from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.schema import BY_SET
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, BIKE, MISSING, OTHER_ACCOUNT, PERSON, USD, guid
from p2c_assets_tests.sandbox.fuzz.pieces import ODD_TEXTS, ColumnPiece, one_of

ORDER, QUOTE, ORDER_LINE, LOOSE_ACCOUNT = guid(20, 1), guid(21, 1), guid(22, 1), guid(23, 1)
SETS = (
    "accounts",
    "accounts",
    "contacts",
    "products",
    "quotes",
    "salesorders",
    "salesorderdetails",
    "invoices",
    "productpricelevels",
)
KNOWN = {
    "accounts": (ACCOUNT, OTHER_ACCOUNT, LOOSE_ACCOUNT),
    "contacts": (PERSON,),
    "products": (BIKE,),
    "quotes": (QUOTE,),
    "salesorders": (ORDER,),
    "salesorderdetails": (ORDER_LINE,),
}


def tables() -> SearchStrategy[Table]:
    return one_of([BY_SET[name] for name in SETS])


@cache
def column_pieces(entity_set: str) -> tuple[ColumnPiece, ...]:
    """The columns as filters and bodies name them."""
    table = BY_SET[entity_set]
    return tuple(ColumnPiece(column.stored, _literals(column), _values(column)) for column in table.columns)


def _literals(column: Column) -> tuple[str, ...]:
    match column.kind:
        case Kind.TEXT:
            return ("'A1'", "'%'", "'a_[x]'", "'[z-a]'", "null", "'O''Brien'")
        case Kind.GUID | Kind.LOOKUP:
            return (ACCOUNT, USD, MISSING, "null")
        case Kind.BOOLEAN:
            return ("true", "false", "null")
        case Kind.DATE:
            return ("2026-01-05", "null")
        case Kind.DATETIME:
            return ("2026-01-05T08:00:00Z", "2026-01-05", "null")
        case _:
            return ("0", "1", "2.5", "-3", "null")


def _values(column: Column) -> tuple[Any, ...]:
    match column.kind:
        case Kind.TEXT:
            return ("A1", "new", "Adventure Works", *ODD_TEXTS)
        case Kind.GUID | Kind.LOOKUP:
            return (guid(30, 1), guid(30, 2), ACCOUNT)
        case Kind.BOOLEAN:
            return (True, False)
        case Kind.DATE:
            return ("2026-01-05",)
        case Kind.DATETIME:
            return ("2026-01-05T08:00:00Z",)
        case Kind.CHOICE | Kind.STATE | Kind.STATUS:
            return (0, 1, 2, 3, 4, 100001)
        case _:
            return (0, 1, 2, 12)
