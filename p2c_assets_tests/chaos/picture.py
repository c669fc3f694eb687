"""What has come of it: what both systems hold, and what the warehouse knows, without what tells one run from another.

Times, versions, ids of runs and requests are left out; `created`, `updated` and `unchanged` are one outcome, since only the
run that found a row tells them apart.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.schema import Entity
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.chaos.systems import SYSTEMS, Systems

Picture = Mapping[str, Sequence[str]]
"""Rows as texts, by table, in order."""

VOLATILE = frozenset({"versionnumber", "modifiedon", "createdon"})

WRITTEN_DOCUMENTS = tuple(
    ENTITIES[name]
    for name in (
        "scm.sales_quotation_headers",
        "scm.sales_quotation_lines",
        "scm.sales_order_headers",
        "scm.sales_order_lines",
        "sales.salesorders",
        "sales.salesorderdetails",
        "sales.invoices",
        "sales.invoicedetails",
    )
)

_ARRIVED = "CASE WHEN outcome IN ('created', 'updated', 'unchanged') THEN 'arrived' ELSE outcome END"
_QUERIES = {
    "outcomes": f"SELECT task, company, source_id, document, {_ARRIVED}, reason, amount, currency "
    "FROM ledger.outcomes WHERE valid_to_run IS NULL",
    "line numbers": "SELECT entity, line_id, document_id, number, sent FROM ledger.line_numbers",
    "differences": "SELECT flow, company, key, currency, class FROM ledger.differences",
    "journal": "SELECT DISTINCT unit, company, document FROM delivery.outbox WHERE state = 'delivered'",
    "open in the journal": "SELECT unit, company, document, state FROM delivery.outbox WHERE state IN ('pending', 'sent')",
    "refusals": "SELECT unit, company, document, code, message FROM delivery.refusals",
    "holdings": "SELECT unit, company, key, net, delivered FROM delivery.holdings",
    "bookmarks": "SELECT entity, company, shape FROM raw_log.bookmarks",
}


def of_systems(systems: Systems) -> Picture:
    """What both systems hold."""
    found: dict[str, Sequence[str]] = {}
    for system in SYSTEMS:
        with systems.admin(system) as admin:
            found |= of_system(admin, system)
    return found


def of_system(admin: AdminClient, system: str) -> Picture:
    """What one system holds of what the platform knows."""
    entities = [entity for entity in ENTITIES.values() if entity.system == system]
    return {
        f"{system} {entity.entity_set}": _texts(_stable(row) for row in admin.rows(entity.entity_set))
        for entity in entities
    }


def of_warehouse(database: Database) -> Picture:
    """What the warehouse knows of rows, documents and money."""
    found = {name: _texts(database.rows(sql)) for name, sql in _QUERIES.items()}
    raw = {
        f"raw {entity.table}": _texts(
            _stable(row) for row in database.frame(f"SELECT * FROM raw.{entity.table}").iter_rows(named=True)
        )
        for entity in ENTITIES.values()
    }
    return found | raw


def _stable(row: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    return sorted((name, value) for name, value in row.items() if name not in VOLATILE)


def _texts(rows: Any) -> Sequence[str]:
    return sorted(str(row) for row in rows)


def differences(expected: Picture, found: Picture) -> list[str]:
    """What is missing in one and too much in the other, in words."""
    said: list[str] = []
    for name in expected:
        wanted, here = Counter(expected[name]), Counter(found[name])
        said += [f"{name}: missing {row}" for row in (wanted - here).elements()]
        said += [f"{name}: not expected {row}" for row in (here - wanted).elements()]
    return said


def doubled(systems: Systems) -> list[str]:
    """Documents and lines that a system has twice under one natural key; lines of drafts have no number yet."""
    return [f"{entity.entity_set}: {key} twice" for entity in WRITTEN_DOCUMENTS for key in _doubled(systems, entity)]


def _doubled(systems: Systems, entity: Entity) -> list[str]:
    with systems.admin(entity.system) as admin:
        rows = admin.rows(entity.entity_set)
    named = [[row.get(name, row.get(f"_{name}_value")) for name in entity.natural_key] for row in rows]
    keys = Counter(str(key) for key in named if None not in key)
    return [key for key, count in keys.items() if count > 1]
