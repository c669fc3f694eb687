"""Forgetting a person: the personal columns of their records, and of the documents made for them, wherever runs left them.

Rows stay, with keys, outcomes, reasons, counts and money. A row of `raw` or `mapped` that was emptied carries a flaw, and
another version than any row can have, so that nothing is made of it until it has been read again; bookmarks of its table are
forgotten, so that the next read is a full one. Which columns are personal is said in `mappings.personal`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.personal import DOCUMENTS, Naming, personal
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse import bookmarks, prefixes
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.outbox import AS_SENT

PURGED = "purged"
_BY_SET = {entity.entity_set: entity for entity in ENTITIES.values()}
_BY_NAME = {entity.name: entity for entity in ENTITIES.values()}


_PLANNED = {"detail": "NULL", "fingerprint": "''"}
"""Another fingerprint than any plan has: what was planned is not sent as it stands."""
_DELIVERED = {"detail": "NULL", "altered": f"CASE WHEN altered <> '' THEN '{PURGED}' END"}
_READ_BACK = f"CASE WHEN read_back <> '{AS_SENT}' THEN '{PURGED}' ELSE read_back END"
_IN_CONFLICT = ("agreed_value", "sales_value", "scm_value")
_AGREED = ("source_value", "destination_value")
_SENT = {"message": "''", "read_back": _READ_BACK, "read_back_fields": "NULL"}


class Person(NamedTuple):
    """Whom to forget: company (None: rows that belong to none), number, and row ids by entity."""

    company: str | None
    number: str
    ids: Mapping[str, Sequence[str]]
    """Row ids by the entity's table."""


class Unit(NamedTuple):
    """A unit of delivery as far as it matters here."""

    name: str
    table: str
    header: Task


class Touched(NamedTuple):
    """How many rows of a table were emptied."""

    table: str
    rows: int


def purge(
    database: Database,
    tasks: Mapping[str, Task],
    units: Sequence[Unit],
    person: Person,
    now: datetime,
    *,
    dry_run: bool = False,
) -> list[Touched]:
    """Forget a person, all or nothing (dry run: nothing); returns the tables that were touched, with the rows."""
    rows = {**person.ids, **_documents(database, person)}
    bookmarks.prepare(database)
    with database.transaction(undone=dry_run):
        found = [
            *(one for table, ids in rows.items() for one in _raw(database, person, _entity(table), ids, now)),
            *(
                one
                for task in tasks.values()
                for one in _task(database, person, task, rows.get(task.source.table, ()), now)
            ),
            *(one for unit in units for one in _unit(database, person, unit, rows.get(unit.header.source.table, ()))),
        ]
    return [one for one in found if one.rows]


def rewrite(database: Database, path: Path) -> None:
    """Write the file anew, so that nothing of what was emptied is left in blocks that are free now.

    The new file takes the old one's place while that is still held, so that nobody writes into the old one meanwhile.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    name = str(database.value("SELECT current_database()"))
    database.run("CHECKPOINT")
    database.run(f"ATTACH '{_quoted(new)}' AS rewritten")
    database.run(f'COPY FROM DATABASE "{name}" TO rewritten')
    database.run("DETACH rewritten")
    database.run("PRAGMA disable_checkpoint_on_shutdown")
    new.replace(path)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _entity(table: str) -> Entity:
    return next(entity for entity in ENTITIES.values() if entity.table == table)


def _documents(database: Database, person: Person) -> dict[str, list[str]]:
    """Row ids of the documents that name the person in any of their versions, and of their lines, by table."""
    found: dict[str, list[str]] = {}
    for naming in DOCUMENTS:
        headers = _headers(database, person, naming)
        found[naming.header.table] = headers
        found[naming.line.table] = _lines(database, person, naming, headers)
    return found


def _headers(database: Database, person: Person, naming: Naming) -> list[str]:
    own = [row_id for table, ids in person.ids.items() if table.startswith("sales_") for row_id in ids]
    named = [f"list_contains($ids, {column})" for column in naming.by_id]
    named += [f"{folded_sql(column)} = $number" for column in naming.by_number]
    asked: dict[str, Any] = {"ids": own} if naming.by_id else {"number": folded(person.number)}
    return _ids(database, naming.header, " OR ".join(named), {"company": person.company, **asked})


def _lines(database: Database, person: Person, naming: Naming, headers: Sequence[str]) -> list[str]:
    parent = " || '|' || ".join(_key(naming.line, column) for column in naming.parent)
    asked = {"company": person.company, "headers": list(headers)}
    return _ids(database, naming.line, f"list_contains($headers, {parent})", asked)


def _key(entity: Entity, name: str) -> str:
    """As it stands in a row id."""
    is_day = entity.column(name).type == "date"
    return f"strftime({name}, '%Y-%m-%d')" if is_day else f"{name}::VARCHAR"


def _ids(database: Database, entity: Entity, where: str, asked: Mapping[str, Any]) -> list[str]:
    if not database.has_table("raw_log", entity.table):
        return []
    sql = f"SELECT DISTINCT row_id FROM raw_log.{entity.table} WHERE row_company IS NOT DISTINCT FROM $company AND ({where})"
    return sorted(str(row_id) for (row_id,) in database.connection.execute(sql, dict(asked)).fetchall())


def _raw(database: Database, person: Person, entity: Entity, ids: Sequence[str], now: datetime) -> Iterator[Touched]:
    columns = dict.fromkeys(personal(entity), "NULL")
    where, asked = "row_company IS NOT DISTINCT FROM ? AND list_contains(?, row_id)", [person.company, list(ids)]
    if not ids or not columns or not database.has_table("raw", entity.table):
        return
    yield _emptied(database, "raw_log", entity.table, columns, where, asked)
    marked = {"row_version": f"'{PURGED}'", "row_flaws": f"'{_flaw(now)}'"}
    current = _emptied(database, "raw", entity.table, columns | marked, where, asked)
    if current.rows:
        database.run("DELETE FROM raw_log.bookmarks WHERE entity = ?", [entity.table])
    yield current


def _flaw(now: datetime) -> str:
    return f"{PURGED}: emptied on {now:%Y-%m-%d}, nothing is made of it until it is read again"


def _task(database: Database, person: Person, task: Task, ids: Sequence[str], now: datetime) -> Iterator[Touched]:
    table, company = task.asset.replace("/", "_"), person.company or "-"
    if not ids:
        return
    said = {"detail": "NULL", "warnings": "NULL"}
    where, asked = "company = ? AND list_contains(?, source_id)", [company, list(ids)]
    yield _emptied(database, "ledger", "outcomes", said, f"{where} AND task = ?", [*asked, task.name])
    if database.has_table("mapped", table):
        is_mapped = "CASE WHEN outcome = 'mapped' THEN '{}' ELSE {} END"
        stopped = {
            "outcome": is_mapped.format("rejected", "outcome"),
            "reason": is_mapped.format("wrong_type", "reason"),
            "detail": is_mapped.format(_flaw(now), "NULL"),
            "warnings": "NULL",
            "cause": "NULL",
        }
        columns = dict.fromkeys(personal(task.target), "NULL") | stopped
        yield _emptied(database, "mapped", table, columns, where, asked)


def _unit(database: Database, person: Person, unit: Unit, ids: Sequence[str]) -> Iterator[Touched]:
    company = person.company or "-"
    if not ids:
        return
    where, asked = "company = ? AND list_contains(?, source_id)", [company, list(ids)]
    for schema, said in (("planned", _PLANNED), ("delivered", _DELIVERED)):
        if database.has_table(schema, unit.table):
            yield _emptied(database, schema, unit.table, said, where, asked)
            _rewrite_json(database, schema, unit.table, where, asked)
    sent = f"unit = ? AND company = ? AND list_contains(?, split_part({folded_sql('document')}, '|', 1))"
    known: list[object] = [unit.name, company, _names(database, unit, company, ids)]
    yield _emptied(database, "delivery", "outbox", _SENT, sent, known)
    _rewrite_json(database, "delivery", "outbox", sent, known)
    yield _emptied(database, "delivery", "refusals", {"message": "''"}, sent, known)
    yield _emptied(database, "ledger", "conflicts", dict.fromkeys(_IN_CONFLICT, "NULL"), sent, known)
    yield _emptied(database, "ledger", "agreed", dict.fromkeys(_AGREED, "NULL"), sent, known)
    for table in ("agreed", "agreed_rows"):
        database.run(f"DELETE FROM ledger.{table} WHERE {sent}", known)


def _names(database: Database, unit: Unit, company: str, ids: Sequence[str]) -> list[str]:
    """How the documents of these rows are called in the outbox: in Sales behind the company's prefix."""
    rows = database.rows(
        f"SELECT DISTINCT {folded_sql('document')} FROM ledger.outcomes "
        "WHERE task = ? AND company = ? AND list_contains(?, source_id)",
        [unit.header.name, company, list(ids)],
    )
    names = {str(name) for (name,) in rows}
    prefix = (
        folded(str(database.value(prefixes.KEPT, [company]) or "")) if database.has_table("ledger", "prefixes") else ""
    )
    return sorted(names | {prefix + name for name in names})


def _emptied(
    database: Database, schema: str, table: str, columns: Mapping[str, str], where: str, asked: Sequence[object]
) -> Touched:
    """Set columns (those that the table has) to expressions; how many rows that were."""
    present = set(database.columns(schema, table))
    sets = ", ".join(f'"{name}" = {value}' for name, value in columns.items() if name in present)
    rows = database.value(f"SELECT count(*) FROM {schema}.{table} WHERE {where}", list(asked))
    if sets and rows:
        database.run(f"UPDATE {schema}.{table} SET {sets} WHERE {where}", list(asked))
        database.kept.clear()
    return Touched(f"{schema}.{table}", int(str(rows)))


def _rewrite_json(database: Database, schema: str, table: str, where: str, asked: Sequence[object]) -> None:
    """What was or would be sent, without its personal values."""
    if "operations" not in database.columns(schema, table):
        return
    rows = database.rows(f"SELECT DISTINCT operations, changes FROM {schema}.{table} WHERE {where}", list(asked))
    for operations, changes in rows:
        database.run(
            f"UPDATE {schema}.{table} SET operations = ?, changes = ? WHERE {where} "
            "AND operations IS NOT DISTINCT FROM ? AND changes IS NOT DISTINCT FROM ?",
            [_without(operations, _operation), _without(changes, _change), *asked, operations, changes],
        )


def _without(text: object, emptied: Any) -> str | None:
    if not isinstance(text, str):
        return None
    return json.dumps([emptied(one) for one in json.loads(text)], sort_keys=True, ensure_ascii=False)


def _operation(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    entity = _BY_SET.get(operation["entity_set"])
    names = personal(entity) if entity is not None else ()
    return {**operation, "body": {name: None if name in names else value for name, value in operation["body"].items()}}


def _change(change: Mapping[str, Any]) -> Mapping[str, Any]:
    entity = _BY_NAME.get(change["entity"])
    is_personal = entity is not None and change["field"] in personal(entity)
    return {**change, "before": None, "after": None} if is_personal else change
