"""The outbox: every document that a plan wants written, from before its first request until its verdict.

One row per unit, company, plan and document; rows stay, so that it is the journal of what was sent as well. States:
`pending` (planned, not sent), `sent` (the request may have left; no verdict yet), `delivered`, `refused`, `held`,
`superseded` (a later plan decided anew). `changes` are the fields before and after; `read_back` is what reading it back
showed: `as sent`, or the fields that came back otherwise, which `read_back_fields` has one by one. `mapping` and
`source_versions` are what made the document: versions by task, and by source row. `delivery.refusals` remembers what was
refused, so that the same content is not sent again.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl

from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.warehouse.database import Database

_CREATE = """
CREATE TABLE IF NOT EXISTS delivery.outbox (
    unit VARCHAR, company VARCHAR, plan VARCHAR, document VARCHAR, action VARCHAR, fingerprint VARCHAR, operations VARCHAR,
    state VARCHAR, http_status INTEGER, code VARCHAR, message VARCHAR, request_id VARCHAR, run VARCHAR,
    planned_utc TIMESTAMPTZ, sent_utc TIMESTAMPTZ, answered_utc TIMESTAMPTZ, changes VARCHAR, read_back VARCHAR,
    PRIMARY KEY (unit, company, plan, document));
ALTER TABLE delivery.outbox ADD COLUMN IF NOT EXISTS changes VARCHAR;
ALTER TABLE delivery.outbox ADD COLUMN IF NOT EXISTS read_back VARCHAR;
ALTER TABLE delivery.outbox ADD COLUMN IF NOT EXISTS read_back_fields VARCHAR;
ALTER TABLE delivery.outbox ADD COLUMN IF NOT EXISTS mapping VARCHAR;
ALTER TABLE delivery.outbox ADD COLUMN IF NOT EXISTS source_versions VARCHAR;
CREATE TABLE IF NOT EXISTS delivery.refusals (
    unit VARCHAR, company VARCHAR, document VARCHAR, fingerprint VARCHAR, code VARCHAR, message VARCHAR,
    first_utc TIMESTAMPTZ, PRIMARY KEY (unit, company, document));
"""


AS_SENT = "as sent"
_SAME = f"{folded_sql('i.document')} = {folded_sql('r.document')}"


class Slot(NamedTuple):
    """Which plan of which unit and company a row of the outbox belongs to."""

    unit: str
    company: str
    plan: str


class Answer(NamedTuple):
    """What became of one document: a final state with the destination's words."""

    document: str
    state: str
    http_status: int | None
    code: str
    message: str
    request_id: str


class Kept(NamedTuple):
    """What reading a document back showed: for people, and as JSON, a list of the fields that are not as sent."""

    document: str
    read_back: str
    read_back_fields: str | None = None


class Refusal(NamedTuple):
    """A document that the destination refused, as long as its content stays the same."""

    fingerprint: str
    code: str
    message: str
    first_utc: datetime


class Forgotten(NamedTuple):
    """A refusal that is forgotten, so that the document is sent again."""

    unit: str
    company: str
    document: str


def prepare(database: Database) -> None:
    """Create the tables where they are not there yet."""
    database.run(_CREATE)


def enqueue(database: Database, slot: Slot, run: str, documents: pl.DataFrame, now: datetime) -> None:
    """Write the plan's documents (document, action, fingerprint, operations, changes) as pending; those there stay as they are.

    What earlier plans of the unit and company left open is superseded: this plan was made from a fresh read.
    """
    with database.given("incoming", documents), database.transaction():
        database.run(
            "UPDATE delivery.outbox SET state = 'superseded', answered_utc = ? "
            "WHERE unit = ? AND company = ? AND plan <> ? AND state IN ('pending', 'sent')",
            [now, slot.unit, slot.company, slot.plan],
        )
        database.run(
            "INSERT INTO delivery.outbox BY NAME SELECT ? AS unit, ? AS company, ? AS plan, i.*, 'pending' AS state, "
            "? AS run, ?::TIMESTAMPTZ AS planned_utc FROM incoming i ON CONFLICT DO NOTHING",
            [*slot, run, now],
        )


def states(database: Database, slot: Slot) -> dict[str, Answer]:
    """Every document of the plan by its key, with its state and the answer so far."""
    rows = database.frame(
        "SELECT document, state, http_status, code, message, request_id FROM delivery.outbox "
        "WHERE unit = ? AND company = ? AND plan = ?",
        [*slot],
    )
    return {row["document"]: Answer(**row) for row in rows.iter_rows(named=True)}


def mark_sent(database: Database, slot: Slot, documents: Sequence[str], now: datetime) -> None:
    """Before the request leaves: from here on only a verdict or a read-back settles these documents."""
    database.run(
        "UPDATE delivery.outbox SET state = 'sent', sent_utc = ? "
        "WHERE unit = ? AND company = ? AND plan = ? AND list_contains(?, document)",
        [now, *slot, list(documents)],
    )


def settle(database: Database, slot: Slot, answers: Sequence[Answer], now: datetime) -> None:
    """Store verdicts as they arrive, and remember or forget refusals with them."""
    if not answers:
        return
    with database.given("incoming", _frame(answers)), database.transaction():
        database.run(
            "UPDATE delivery.outbox o SET state = i.state, http_status = i.http_status, code = i.code, message = i.message, "
            "request_id = i.request_id, answered_utc = ? FROM incoming i "
            "WHERE o.unit = ? AND o.company = ? AND o.plan = ? AND o.document = i.document",
            [now, *slot],
        )
        _remember_refusals(database, slot, now)


def _remember_refusals(database: Database, slot: Slot, now: datetime) -> None:
    database.run(
        "DELETE FROM delivery.refusals r WHERE unit = ? AND company = ? "
        f"AND EXISTS (SELECT 1 FROM incoming i WHERE {_SAME} AND i.state = 'delivered')",
        [slot.unit, slot.company],
    )
    database.run(
        "INSERT INTO delivery.refusals SELECT o.unit, o.company, o.document, o.fingerprint, i.code, i.message, ? "
        "FROM incoming i JOIN delivery.outbox o ON o.document = i.document AND o.unit = ? AND o.company = ? AND o.plan = ? "
        "WHERE i.state = 'refused' AND i.code <> 'too_many_operations' "
        "ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, code = excluded.code, "
        "message = excluded.message, first_utc = CASE WHEN refusals.fingerprint = excluded.fingerprint "
        "THEN refusals.first_utc ELSE excluded.first_utc END",
        [now, *slot],
    )


def keep_read_back(database: Database, slot: Slot, documents: Sequence[Kept]) -> None:
    """What reading these documents back showed."""
    frame = pl.DataFrame(documents, schema=dict.fromkeys(Kept._fields, pl.String), orient="row")
    with database.given("incoming", frame):
        database.run(
            "UPDATE delivery.outbox o SET read_back = i.read_back, read_back_fields = i.read_back_fields FROM incoming i "
            "WHERE o.unit = ? AND o.company = ? AND o.plan = ? AND o.document = i.document",
            [*slot],
        )


def remember_not_kept(database: Database, slot: Slot, reasons: Mapping[str, str], now: datetime) -> None:
    """Documents (to the reason) that did not read back as they were sent, though the destination called them done.

    One of which that is so for the second time with the same content is remembered like a refusal, with the reason as code.
    """
    frame = pl.DataFrame(list(reasons.items()), schema=["document", "reason"], orient="row")
    with database.given("incoming", frame.cast(pl.String)):
        database.run(
            "INSERT INTO delivery.refusals "
            "SELECT o.unit, o.company, o.document, o.fingerprint, i.reason, o.read_back, ? "
            "FROM incoming i JOIN delivery.outbox o ON o.document = i.document "
            "WHERE o.unit = ? AND o.company = ? AND o.plan = ? AND EXISTS ("
            "SELECT 1 FROM delivery.outbox p WHERE p.unit = o.unit AND p.company = o.company AND p.document = o.document "
            "AND p.plan <> o.plan AND p.fingerprint = o.fingerprint AND p.read_back_fields IS NOT NULL) "
            "ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, code = excluded.code, "
            "message = excluded.message, first_utc = excluded.first_utc",
            [now, *slot],
        )


def settle_unchanged(database: Database, unit: str, company: str, documents: Sequence[str], now: datetime) -> None:
    """What was sent without a verdict and is now found as it should be was delivered."""
    database.run(
        "UPDATE delivery.outbox SET state = 'delivered', answered_utc = ?, message = 'found delivered by a later plan' "
        f"WHERE unit = ? AND company = ? AND state = 'sent' AND list_contains(?, {folded_sql('document')})",
        [now, unit, company, [folded(document) for document in documents]],
    )


def delivered(database: Database, unit: str, company: str) -> set[str]:
    """The documents that were delivered or may have been, by folded key: what is ours in the destination."""
    rows = database.rows(
        "SELECT DISTINCT document FROM delivery.outbox WHERE unit = ? AND company = ? AND state IN ('delivered', 'sent')",
        [unit, company],
    )
    return {folded(str(document)) for (document,) in rows}


_CREATED = f"""
WITH sent AS (
    SELECT unnest(from_json(operations, '[{{"method":"VARCHAR","entity_set":"VARCHAR","body":"JSON"}}]')) AS operation
    FROM delivery.outbox
    WHERE unit = ? AND company = ? AND sent_utc IS NOT NULL AND state <> 'refused' AND list_contains(?, {folded_sql("document")}))
SELECT DISTINCT operation.body::VARCHAR FROM sent WHERE operation.method = 'POST' AND operation.entity_set = ?
"""


def created(
    database: Database, unit: str, company: str, entity_set: str, documents: Sequence[str]
) -> list[Mapping[str, Any]]:
    """The bodies of the rows that we created, or may have, in one entity set with these documents."""
    keys = [folded(document) for document in documents]
    return [json.loads(str(body)) for (body,) in database.rows(_CREATED, [unit, company, keys, entity_set])]


def forget_refusals(
    database: Database, companies: Sequence[str], units: Sequence[str] | None = None, document: str | None = None
) -> list[Forgotten]:
    """Let what was refused be sent again: of these companies, in these units and of this document where they are given.

    A document of several key columns (`C-1|US-001`) is also known by the first. Returns what was forgotten.
    """
    known = f"{folded_sql('document')} = $document OR starts_with({folded_sql('document')}, $document || '|')"
    rows = database.connection.execute(
        "DELETE FROM delivery.refusals WHERE list_contains($companies, company) "
        f"AND ($units IS NULL OR list_contains($units, unit)) AND ($document IS NULL OR {known}) "
        "RETURNING unit, company, document",
        {
            "companies": list(companies),
            "units": None if units is None else list(units),
            "document": None if document is None else folded(document),
        },
    ).fetchall()
    return sorted(Forgotten(*(str(value) for value in row)) for row in rows)


def refusals(database: Database, unit: str, company: str) -> dict[str, Refusal]:
    """What the destination refused before, by document."""
    rows = database.rows(
        "SELECT document, fingerprint, code, message, first_utc FROM delivery.refusals WHERE unit = ? AND company = ?",
        [unit, company],
    )
    return {str(document): Refusal(*rest) for document, *rest in rows}  # pyright: ignore[reportArgumentType]


def _frame(answers: Sequence[Answer]) -> pl.DataFrame:
    schema = {
        "document": pl.String,
        "state": pl.String,
        "http_status": pl.Int32,
        "code": pl.String,
        "message": pl.String,
        "request_id": pl.String,
    }
    return pl.DataFrame([answer._asdict() for answer in answers], schema=schema)
