"""Values as events carry them: dates, ids, enumerations, rows of virtual tables.

Sources: captured payloads (a business event of a custom class, a data event of 10.0.48), virtual-entities (row ids: table
number, then the record id, bytes in the order of the platform), business-events-dev-doc (enumerations by symbol, no RecIds).
"""

import uuid
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind
from p2c_assets.sandbox.finops.enums import ENUMS
from p2c_assets.sandbox.finops.records import REC_ID
from p2c_assets.sandbox.finops.values import is_empty_date
from p2c_assets.sandbox.table import Row

EMPTY_DATE = "/Date(-2208988800000)/"
_CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
_FIRST_OPTION = 200_000_000
_NAMES = uuid.UUID("f0f6b1c6-7c0a-5b8e-9f55-35d2c0a4e6d3")


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)


def date(text: object) -> str:
    """A stored date: midnight in milliseconds (assumptions.DATES_ARE_AT_MIDNIGHT), or the empty one."""
    moment = _parsed(text)
    return EMPTY_DATE if moment is None else f"/Date({milliseconds(moment.replace(hour=0, minute=0, second=0))})/"


def _parsed(text: object) -> datetime | None:
    if is_empty_date(text):
        return None
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def unique_id(kind: str, number: int) -> str:
    """A GUID, the same in every replay."""
    return str(uuid.uuid5(_NAMES, f"{kind} {number}"))


def row_id(entity_set: EntitySet, row: Row) -> str:
    """The id of a row of a virtual table (assumptions.TABLE_IDS_FROM_NAMES)."""
    table = zlib.crc32(entity_set.table.encode()) & 0x7FFF
    record = int(row[REC_ID]).to_bytes(8, "little").hex()
    return f"{table:08x}-0000-0000-{record[:4]}-{record[4:]}"


def table_name(entity_set: EntitySet) -> str:
    """mserp_ and the entity's name."""
    return f"mserp_{entity_set.aot.lower()}"


def entity(entity_set: EntitySet, row: Row) -> Mapping[str, Any]:
    """A row as an Entity of the platform."""
    pairs = [_attribute(column, row[column.name]) for column in entity_set.columns]
    return {
        "__type": f"Entity:{_CONTRACTS}",
        "Attributes": [pair for pair in pairs if pair is not None],
        "EntityState": None,
        "FormattedValues": [],
        "Id": row_id(entity_set, row),
        "KeyAttributes": [],
        "LogicalName": table_name(entity_set),
        "RelatedEntities": [],
        "RowVersion": None,
    }


def reference(entity_set: EntitySet, row: Row) -> Mapping[str, Any]:
    """A row as an EntityReference of the platform."""
    identity = {"Id": row_id(entity_set, row), "LogicalName": table_name(entity_set)}
    return {
        "__type": f"EntityReference:{_CONTRACTS}",
        **identity,
        "KeyAttributes": [],
        "Name": None,
        "RowVersion": None,
    }


def _attribute(column: Column, value: object) -> Mapping[str, Any] | None:
    """One column; None for an empty date, which is left out (data-events)."""
    name = f"mserp_{column.name.lower()}"
    if column.kind in (Kind.DATE, Kind.DATETIME):
        moment = _parsed(value)
        return None if moment is None else {"key": name, "value": f"/Date({milliseconds(moment)})/"}
    if column.kind is Kind.ENUM and str(value) in ENUMS[column.enum]:
        option = _FIRST_OPTION + ENUMS[column.enum][str(value)]
        return {"key": name, "value": {"__type": f"OptionSetValue:{_CONTRACTS}", "Value": option}}
    return {"key": name, "value": value}
