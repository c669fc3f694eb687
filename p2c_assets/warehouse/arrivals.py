"""Rows that wait for something that has arrived meanwhile: held as `parent_missing`, and what they refer to is there now.

Their company's last mapping does not know it yet; the next one of their flow does. Read from the mapped slices (what a row
waits for is its cause, `scm.customers_v2 US-001`) and from `raw`, as the read-back of deliveries leaves it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.folding import folded_sql
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse.database import Database


class Arrived(NamedTuple):
    """Rows of one company that wait for records of `entity` (`scm.customers_v2`) which are there now.

    What depends on that entity has to run for the company; `key` tells these rows from every other set, so that who asks for
    such a run can do it once.
    """

    company: str
    entity: str
    rows: int
    key: str


def arrived(database: Database, tasks: Mapping[str, Task]) -> list[Arrived]:
    """Of all companies, whoever holds them, by company and entity; none where nothing is held."""
    columns = _columns(tasks.values())
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for task in tasks.values():
        table = task.asset.replace("/", "_")
        if not database.has_table("mapped", table):
            continue
        for reference in _awaited(database, table):
            rows = _there(database, table, ENTITIES[reference], columns[reference]) if reference in columns else []
            for company, source_id, cause in rows:
                found[str(company), reference].add(f"{task.name} {source_id} {cause}")
    return [Arrived(company, entity, len(rows), _key(rows)) for (company, entity), rows in sorted(found.items())]


def _columns(tasks: Iterable[Task]) -> dict[str, set[str]]:
    """By entity, what records of it are called by those who wait for them."""
    found = {reference: {entity.natural_key[0]} for reference, entity in ENTITIES.items()}
    for task in tasks:
        for field in task.fields:
            if field.exists is not None:
                found[field.exists.reference].add(field.exists.column)
    return found


_HELD = "FROM mapped.{table} m WHERE m.outcome = 'held' AND m.reason = 'parent_missing'"


def _awaited(database: Database, table: str) -> list[str]:
    rows = database.rows(
        f"SELECT DISTINCT split_part(m.cause, ' ', 1) {_HELD.format(table=table)} AND m.cause IS NOT NULL"
    )
    return sorted(str(reference) for (reference,) in rows)


def _there(database: Database, table: str, entity: Entity, columns: set[str]) -> list[tuple[object, ...]]:
    """Records of SCM have to be in the company of the row that waits; Sales has one of each number."""
    if not database.has_table("raw", entity.table):
        return []
    number = folded_sql(f"substr(m.cause, {len(entity.reference) + 2})")
    named = " OR ".join(f"{folded_sql(f'r.{column}')} = {number}" for column in sorted(columns))
    own = "AND r.row_company = m.company" if entity.system == "scm" else ""
    return database.rows(
        f"SELECT m.company, m.source_id, m.cause {_HELD.format(table=table)} "
        f"AND starts_with(m.cause, '{entity.reference} ') "
        f"AND EXISTS (SELECT 1 FROM raw.{entity.table} r WHERE ({named}) {own})"
    )


def _key(rows: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()[:16]
