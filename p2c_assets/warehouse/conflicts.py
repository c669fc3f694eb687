"""Conflicts: fields that were changed on the side that does not own the document, with both values, times and actors.

A row is opened by the plan that finds the conflict and stays for good. `resolution` is null while it is open, then
`owner_wins` (the owner's value was written over the other one, which is kept here), `values_agree` (somebody made both sides
equal) or `overtaken` (one of the values has changed again, or the document is no longer compared).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import polars as pl

from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.warehouse.agreed import Pair
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.holdings import Observed

CREATE = """
CREATE TABLE IF NOT EXISTS ledger.conflicts (
    unit VARCHAR, company VARCHAR, document VARCHAR, entity VARCHAR, key VARCHAR, field VARCHAR, owner VARCHAR, moved VARCHAR,
    agreed_value VARCHAR, sales_value VARCHAR, scm_value VARCHAR, rule VARCHAR, sales_modified_utc TIMESTAMPTZ,
    sales_modified_by VARCHAR, sales_seen_utc TIMESTAMPTZ, scm_seen_utc TIMESTAMPTZ, first_run VARCHAR, first_utc TIMESTAMPTZ,
    resolution VARCHAR, resolved_run VARCHAR, resolved_utc TIMESTAMPTZ);
"""

ROW = "(row)"
"""As the field: the whole row is gone from the destination."""

System = Literal["sales", "scm"]
Moved = Literal["other", "both"]
"""Who changed the field since both sides agreed: the side that does not own it, or both."""

Key = tuple[str, str, str, str]
"""Document (folded), entity, key (folded), field."""

Times = Mapping[tuple[Key, str | None, str | None], int]
"""By field, its value in Sales and in SCM: how often."""

OPEN_SCHEMA = {
    "document": pl.String,
    "entity": pl.String,
    "key": pl.String,
    "field": pl.String,
    "owner": pl.String,
    "moved": pl.String,
    "agreed_value": pl.String,
    "sales_value": pl.String,
    "scm_value": pl.String,
    "rule": pl.String,
    "sales_modified_utc": pl.Datetime("us", "UTC"),
    "sales_modified_by": pl.String,
    "sales_seen_utc": pl.Datetime("us", "UTC"),
    "scm_seen_utc": pl.Datetime("us", "UTC"),
}

_SAME_FIELD = (
    "c.unit = $unit AND c.company = $company AND c.document = i.document AND c.entity = i.entity AND c.key = i.key "
    "AND c.field = i.field"
)
_SAME_VALUES = (
    "c.sales_value IS NOT DISTINCT FROM i.sales_value AND c.scm_value IS NOT DISTINCT FROM i.scm_value "
    "AND c.agreed_value IS NOT DISTINCT FROM i.agreed_value"
)
_OPEN = "c.unit = $unit AND c.company = $company AND c.resolution IS NULL"


class RowAt(NamedTuple):
    """A row of either system in the warehouse."""

    table: str
    row_id: str


class Conflict(NamedTuple):
    """One field in conflict. `agreed`: what both sides held before; `source`, `destination`: what they hold now."""

    entity: str
    key: str
    field: str
    agreed: Pair
    source: str | None
    destination: str | None
    moved: Moved
    source_row: RowAt
    destination_row: RowAt


class Seen(NamedTuple):
    """What a system tells of a row's last change, and when we first saw the row as it is."""

    modified_utc: datetime | None
    modified_by: str | None
    seen_utc: datetime | None


NOT_SEEN = Seen(None, None, None)


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(CREATE)


def seen(database: Database, rows: Iterable[RowAt]) -> Mapping[RowAt, Seen]:
    """By row: when and by whom it was changed, as far as its system says so, and when its current version was first seen."""
    found: dict[RowAt, Seen] = {}
    by_table: dict[str, set[str]] = {}
    for row in rows:
        if database.has_table("raw_log", row.table):
            by_table.setdefault(row.table, set()).add(folded(row.row_id))
    for table, ids in by_table.items():
        told = "modifiedon, modifiedby" if table.startswith("sales_") else "NULL, NULL"
        listed = database.rows(
            f"SELECT {folded_sql('row_id')}, {told}, observed_utc FROM raw_log.{table} WHERE list_contains(?, "
            f"{folded_sql('row_id')}) QUALIFY row_number() OVER (PARTITION BY {folded_sql('row_id')} "
            "ORDER BY observed_utc DESC) = 1",
            [sorted(ids)],
        )
        for row_id, modified, by, observed in listed:
            found[RowAt(table, str(row_id))] = Seen(modified, by, observed)  # pyright: ignore[reportArgumentType]
    return found


def record(
    database: Database, where: Observed, incoming: pl.DataFrame, unchanged: Sequence[str], handed_over: Sequence[str]
) -> None:
    """Bring the open conflicts of a unit and company up to those that its plan found (columns OPEN_SCHEMA).

    `unchanged`: documents whose sides agree now; `handed_over`: those that are no longer compared, since their owner's copy
    travels back. All by folded key.
    """
    if incoming.is_empty() and opened(database, where.unit, where.company).is_empty():
        return
    named = {"unit": where.unit, "company": where.company}
    gone = f"NOT EXISTS (SELECT 1 FROM incoming i WHERE {_SAME_FIELD} AND {_SAME_VALUES})"
    known = f"SELECT 1 FROM ledger.conflicts c WHERE {_OPEN} AND {_SAME_FIELD} AND {_SAME_VALUES}"
    with database.given("incoming", incoming), database.transaction():
        database.connection.execute(
            f"UPDATE ledger.conflicts c SET resolved_run = $run, resolved_utc = $now, resolution = CASE "
            f"WHEN list_contains($unchanged, {folded_sql('c.document')}) THEN 'values_agree' "
            f"WHEN list_contains($handed_over, {folded_sql('c.document')}) THEN 'owner_wins' ELSE 'overtaken' END "
            f"WHERE {_OPEN} AND {gone}",
            {
                **named,
                "run": where.run,
                "now": where.now,
                "unchanged": list(unchanged),
                "handed_over": list(handed_over),
            },
        )
        database.connection.execute(
            "INSERT INTO ledger.conflicts BY NAME SELECT $unit AS unit, $company AS company, i.*, $run AS first_run, "
            f"$now::TIMESTAMPTZ AS first_utc FROM incoming i WHERE NOT EXISTS ({known})",
            {**named, "run": where.run, "now": where.now},
        )


def written_over(database: Database, where: Observed, documents: Sequence[str]) -> None:
    """The owner's values of these documents (folded keys) have arrived: their open conflicts are resolved."""
    if documents:
        database.connection.execute(
            "UPDATE ledger.conflicts c SET resolution = 'owner_wins', resolved_run = $run, resolved_utc = $now "
            f"WHERE {_OPEN} AND list_contains($documents, {folded_sql('c.document')})",
            {
                "unit": where.unit,
                "company": where.company,
                "run": where.run,
                "now": where.now,
                "documents": list(documents),
            },
        )


def times_won(database: Database, unit: str, company: str) -> Times:
    """How often the owner's value was written over the same other value: by field, the value in Sales and in SCM."""
    rows = database.rows(
        f"SELECT {folded_sql('document')}, entity, {folded_sql('key')}, field, sales_value, scm_value, count(*) "
        "FROM ledger.conflicts WHERE unit = ? AND company = ? AND resolution = 'owner_wins' GROUP BY ALL",
        [unit, company],
    )
    return {
        (
            (str(document), str(entity), str(key), str(field)),
            None if sales is None else str(sales),
            None if scm is None else str(scm),
        ): int(str(times))
        for document, entity, key, field, sales, scm, times in rows
    }


_SENT_AND_NOT_READ_BACK = """
WITH sent AS (
    SELECT sent_utc, unnest(from_json(changes, '[{"entity":"VARCHAR","key":"VARCHAR","field":"VARCHAR","after":"VARCHAR"}]'))
        AS change
    FROM delivery.outbox
    WHERE unit = $unit AND company = $company AND sent_utc IS NOT NULL AND read_back IS NULL AND state <> 'refused')
"""


def sent_since(database: Database, unit: str, company: str) -> set[tuple[str, str, str, str | None]]:
    """What was sent and not read back since its field was last agreed (entity, folded key, field, value).

    So a run ended between the two; what the destination holds of it is ours and nobody else's.
    """
    key = folded_sql("s.change.key")
    rows = database.connection.execute(
        f"{_SENT_AND_NOT_READ_BACK} SELECT DISTINCT s.change.entity, {key}, s.change.field, s.change.after FROM sent s "
        f"JOIN ledger.agreed a ON a.unit = $unit AND a.company = $company AND a.entity = s.change.entity AND a.key = {key} "
        "AND a.field = s.change.field AND s.sent_utc >= a.since_utc",
        {"unit": unit, "company": company},
    ).fetchall()
    return {(str(entity), str(row), str(field), value) for entity, row, field, value in rows}


def opened(database: Database, unit: str, company: str) -> pl.DataFrame:
    """The conflicts of a unit and company that this or an earlier plan found and that are not resolved."""
    return database.frame(
        "SELECT document, entity, field, owner, agreed_value, sales_value, scm_value, rule, sales_modified_utc, "
        "sales_modified_by, first_utc FROM ledger.conflicts WHERE unit = ? AND company = ? AND resolution IS NULL "
        "ORDER BY first_utc, document, entity, field",
        [unit, company],
    )


def of_run(database: Database, unit: str, company: str, run: str) -> pl.DataFrame:
    """The conflicts that are open after a run, and those that it resolved."""
    return database.frame(
        "SELECT document, entity, field, owner, sales_value, scm_value, coalesce(resolution, 'open') AS resolution "
        "FROM ledger.conflicts WHERE unit = ? AND company = ? AND (resolution IS NULL OR resolved_run = ?) "
        "ORDER BY document, entity, field",
        [unit, company, run],
    )
