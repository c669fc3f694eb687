"""How much a row says of itself: `odata.metadata` minimal (with etags), full, or none, by Accept or `$format`.

Sources: captured answers (minimal carries etags; full has type, id, editLink, types of enums, navigation links), OData
JSON format 4.0 (none: only nextLink and count; full names types that JSON does not tell).
"""

import re
from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.finops.columns import EntitySet, Kind
from p2c_assets.sandbox.finops.enums import NAMESPACE
from p2c_assets.sandbox.messages import Request, Unsupported
from p2c_assets.sandbox.table import Row

_LEVEL = re.compile(r"odata\.metadata=(minimal|full|none)")
_TYPES: Mapping[Kind, str] = {Kind.DECIMAL: "#Decimal", Kind.DATE: "#DateTimeOffset", Kind.DATETIME: "#DateTimeOffset"}


def metadata_level(request: Request) -> str:
    """minimal, full or none. Raises Unsupported for another format than JSON, and for numbers as text."""
    text = request.query.get("$format", "").replace(" ", "").lower()
    accept = request.headers.get("accept", "").replace(" ", "").lower()
    if text and text != "json" and not text.startswith("application/json"):
        raise Unsupported(f"$format={request.query['$format']}")
    if "ieee754compatible=true" in text + accept:
        raise Unsupported(f"IEEE754Compatible in {'$format' if text else 'Accept'}")
    found = _LEVEL.search(text) or _LEVEL.search(accept)
    return found[1] if found else "minimal"


def content_type(level: str) -> Mapping[str, str]:
    """The header that says the level of an answer."""
    return {"Content-Type": f"application/json; odata.metadata={level}"}


def annotated(entity_set: EntitySet, row: Row, shown: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """A shown row with all that `full` says. row: as stored, whatever is shown of it."""
    address = f"{base_url}/data/{key_text(entity_set, row)}"
    full: dict[str, Any] = {
        "@odata.type": f"#{NAMESPACE}.{entity_set.entity}",
        "@odata.id": address,
        "@odata.editLink": address,
    }
    for name, value in shown.items():
        column = entity_set.by_name.get(name)
        kind = "" if column is None else f"#{NAMESPACE}.{column.enum}" if column.enum else _TYPES.get(column.kind, "")
        if kind:
            full[f"{name}@odata.type"] = kind
        full[name] = value
    for name in entity_set.navigations:
        full[f"{name}@odata.associationLink"] = f"{address}/{name}/$ref"
        full[f"{name}@odata.navigationLink"] = f"{address}/{name}"
    return full


def bare(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A row or an envelope without what is said about it; nextLink and count stay."""
    kept = {"@odata.nextLink", "@odata.count"}
    return {name: value for name, value in shown.items() if "@" not in name or name in kept}


def key_text(entity_set: EntitySet, row: Row) -> str:
    """The relative address of a row: CustomersV2(dataAreaId='usmf',CustomerAccount='C1')."""
    parts = ",".join(f"{name}={_literal(entity_set, name, row[name])}" for name in entity_set.keys)
    return f"{entity_set.name}({parts})"


def _literal(entity_set: EntitySet, name: str, value: object) -> str:
    column = entity_set.by_name[name]
    if column.kind is Kind.ENUM:
        return f"{NAMESPACE}.{column.enum}'{value}'"
    if column.kind is Kind.TEXT:
        return "'" + str(value).replace("'", "''") + "'"
    return str(value)
