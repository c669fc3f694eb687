"""The last agreed state: per unit, document and field what source and destination held when they were last found to agree.

Written after every delivery, for the documents that it created, updated or found unchanged: from the mapped slice and from
`raw` as the read-back left it. Where a destination keeps a value in a form of its own, both values stand there; such a pair
is `settled` once it was read back after a second write of the same value, so that somebody who edits the record between our
write and our read-back is not taken for the destination's own rule.

`ledger.agreed_rows` remembers of each row the version of the destination's row: what was found unchanged and has the same
version need not be looked at again.
"""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.mappings.schema import Column, ColumnType, Entity
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.holdings import WRITTEN, Observed

CREATE = """
CREATE TABLE IF NOT EXISTS ledger.agreed (
    unit VARCHAR, company VARCHAR, document VARCHAR, entity VARCHAR, key VARCHAR, field VARCHAR, source_value VARCHAR,
    destination_value VARCHAR, settled BOOLEAN, since_run VARCHAR, since_utc TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS ledger.agreed_rows (
    unit VARCHAR, company VARCHAR, document VARCHAR, entity VARCHAR, key VARCHAR, version VARCHAR);
"""

Place = tuple[str, str, str]
"""Entity, folded row id and field."""

WANTED_SCHEMA = {"entity": pl.String, "key": pl.String, "field": pl.String}

_IDENTITY = "a.unit = $unit AND a.company = $company AND a.entity = s.entity AND a.key = s.key AND a.field = s.field"
_SAME = "a.source_value IS NOT DISTINCT FROM s.source_value AND a.destination_value IS NOT DISTINCT FROM s.destination_value"


class Pair(NamedTuple):
    """What both sides held of one field, as text. `settled`: the destination keeps this source value in this form."""

    source: str | None
    destination: str | None
    settled: bool


class Compared(NamedTuple):
    """Rows of one task of a unit: the destination's entity, the mapped table, the fields that are compared.

    `parent`: the mapped column that names the document's header row.
    """

    entity: Entity
    mapped: str
    fields: tuple[str, ...]
    parent: str


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(CREATE)


def text_sql(column: Column, expression: str) -> str:
    """A value as `delivery.values.shown` writes it."""
    text = f"({expression})::VARCHAR"
    match column.type:
        case ColumnType.DECIMAL:
            return f"CASE WHEN contains({text}, '.') THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END"
        case ColumnType.BOOLEAN:
            return f"CASE TRY_CAST({expression} AS BOOLEAN) WHEN true THEN 'True' WHEN false THEN 'False' END"
        case ColumnType.DATETIME:
            return f"strftime(TRY_CAST({expression} AS TIMESTAMPTZ), '%Y-%m-%d %H:%M:%S+00:00')"
        case _:
            return text


def remember(database: Database, where: Observed, parts: tuple[Compared, ...], done: pl.DataFrame) -> None:
    """Store what both sides hold of the documents in `done` (columns source_id, document, outcome)."""
    with database.given("done", done), database.transaction():
        for part in parts:
            if database.has_table("mapped", part.mapped) and database.has_table("raw", part.entity.table):
                named = {"unit": where.unit, "company": where.company}
                execute = database.connection.execute
                if execute(f"SELECT 1 {_worth_a_look(part)} LIMIT 1", named).fetchone():
                    execute(f"CREATE OR REPLACE TEMP TABLE seen AS {_seen(part)}", named)
                    _bring_up_to(database, where, named)


def _worth_a_look(part: Compared) -> str:
    """Mapped rows with their destination's, of rows that were written or are new to us."""
    entity, key = part.entity, _key(part.entity)
    own = "AND r.row_company = $company" if entity.company_column == "dataAreaId" else ""
    known = (
        "SELECT 1 FROM ledger.agreed_rows v WHERE v.unit = $unit AND v.company = $company "
        f"AND v.entity = '{entity.name}' AND v.key = {key} AND v.version = r.row_version"
    )
    return (
        f"FROM mapped.{part.mapped} m JOIN done d ON d.source_id = m.{part.parent} "
        f"JOIN raw.{entity.table} r ON {folded_sql('r.row_id')} = {key} {own} "
        f"WHERE m.company = $company AND m.outcome = 'mapped' AND (d.outcome IN {WRITTEN} OR NOT EXISTS ({known}))"
    )


def _key(entity: Entity) -> str:
    return folded_sql(f'm."{entity.key[0]}"' if entity.system == "sales" else "m.target_key")


def _seen(part: Compared) -> str:
    """One row per field of the rows that are worth a look. SCM knows no null: a mapped null is not ours to say."""
    entity = part.entity
    pairs = ", ".join(_pair(entity.column(name)) for name in part.fields)
    return f"""
    WITH rows AS (
        SELECT d.document, d.outcome, {_key(entity)} AS key, r.row_version AS version, unnest([{pairs}]) AS pair
        {_worth_a_look(part)})
    SELECT document, outcome, '{entity.name}' AS entity, key, version, pair.field AS field, pair.source AS source_value,
           pair.destination AS destination_value
    FROM rows WHERE {"pair.source IS NOT NULL" if entity.system == "scm" else "true"}"""


def _pair(column: Column) -> str:
    source, destination = (text_sql(column, f'{side}."{column.name}"') for side in ("m", "r"))
    return f"{{'field': '{column.name}', 'source': {source}, 'destination': {destination}}}"


def _bring_up_to(database: Database, where: Observed, named: Mapping[str, object]) -> None:
    """What is as it was stays as it is; a pair that differs and is seen again after another write is settled."""
    execute = database.connection.execute
    execute(
        f"UPDATE ledger.agreed a SET settled = true FROM seen s WHERE {_IDENTITY} AND {_SAME} AND NOT a.settled "
        f"AND s.outcome IN {WRITTEN}",
        named,
    )
    execute(
        "CREATE OR REPLACE TEMP TABLE moved AS SELECT * FROM seen s "
        f"WHERE NOT EXISTS (SELECT 1 FROM ledger.agreed a WHERE {_IDENTITY} AND {_SAME})",
        named,
    )
    execute(f"DELETE FROM ledger.agreed a WHERE EXISTS (SELECT 1 FROM moved s WHERE {_IDENTITY})", named)
    execute(
        "INSERT INTO ledger.agreed SELECT $unit, $company, document, entity, key, field, source_value, destination_value, "
        "source_value IS NOT DISTINCT FROM destination_value, $run, $now FROM moved",
        {**named, "run": where.run, "now": where.now},
    )
    row = "a.unit = $unit AND a.company = $company AND a.entity = s.entity AND a.key = s.key"
    execute(f"DELETE FROM ledger.agreed_rows a WHERE EXISTS (SELECT 1 FROM seen s WHERE {row})", named)
    execute(
        "INSERT INTO ledger.agreed_rows SELECT DISTINCT $unit, $company, document, entity, key, version FROM seen",
        named,
    )


def otherwise(database: Database, unit: str, company: str) -> Mapping[Place, Pair]:
    """The fields that the destination keeps in a form of its own."""
    return _pairs(database, "a.source_value IS DISTINCT FROM a.destination_value", unit, company)


def known(database: Database, unit: str, company: str, wanted: pl.DataFrame) -> Mapping[Place, Pair]:
    """The agreed state of the `wanted` fields (columns WANTED_SCHEMA), as far as there is one."""
    if wanted.is_empty():
        return {}
    listed = f"SELECT DISTINCT entity, {folded_sql('key')} AS key, field FROM wanted_fields"
    with database.given("wanted_fields", wanted):
        return _pairs(database, f"(a.entity, a.key, a.field) IN ({listed})", unit, company)


def _pairs(database: Database, condition: str, unit: str, company: str) -> Mapping[Place, Pair]:
    rows = database.rows(
        "SELECT entity, key, field, source_value, destination_value, settled FROM ledger.agreed a "
        f"WHERE unit = ? AND company = ? AND {condition}",
        [unit, company],
    )
    return {
        (str(entity), str(key), str(field)): Pair(_text(source), _text(destination), bool(settled))
        for entity, key, field, source, destination, settled in rows
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def place(entity: str, key: str, field: str) -> Place:
    """Where the agreed state of a field is found, however its row is spelled."""
    return entity, folded(key), field
