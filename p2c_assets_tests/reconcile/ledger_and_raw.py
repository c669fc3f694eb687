"""A warehouse with rows of both systems as they were read, for reconciliation alone: no twin, no run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from p2c_assets.extraction import claims
from p2c_assets.extraction.frames import concatenate
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.warehouse import holdings, ledger, line_numbers, outbox, raw_log
from p2c_assets.warehouse.database import Database, opened
from p2c_assets.warehouse.outbox import Answer, Slot
from p2c_assets_tests.frames import Row, raw

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
CURRENCIES = [
    {"transactioncurrencyid": "usd", "isocurrencycode": "USD"},
    {"transactioncurrencyid": "eur", "isocurrencycode": "EUR"},
]


@contextmanager
def warehouse(folder: Path) -> Iterator[Database]:
    """Every table that reconciliation looks into; Sales has two currencies, all else is empty."""
    with opened(folder / "p2c.duckdb", wait_s=0) as database:
        for module in (ledger, line_numbers, outbox, holdings, claims):
            module.prepare(database)
        for entity in ENTITIES.values():
            raw_log.prepare(database, entity.table, concatenate(entity, []))
        given(database, "sales.transactioncurrencies", *CURRENCIES)
        yield database


def given(database: Database, reference: str, *rows: Row) -> None:
    """Put these rows in place of all rows of an entity (`sales.accounts`)."""
    entity = ENTITIES[reference]
    frame = raw(entity, rows)
    with database.given("incoming", frame):
        database.run(f"DELETE FROM raw.{entity.table}")
        database.run(f"INSERT INTO raw.{entity.table} BY NAME SELECT * FROM incoming")


def outcome(database: Database, task: str, **found: tuple[str, str | None]) -> None:
    """What the ledger says of a task's rows, by their id: (outcome, reason)."""
    rows: list[dict[str, Any]] = [
        {"source_id": key, "document": key, "outcome": name, "reason": reason} for key, (name, reason) in found.items()
    ]
    ledger.record(database, task, "usmf", "run1", NOW, pl.DataFrame(rows, schema=ledger.LEDGER_SCHEMA))


def delivered(database: Database, unit: str, document: str, operations: str = "[]") -> None:
    """A document that the journal has as delivered."""
    slot = Slot(unit, "usmf", f"plan of {document}")
    columns = ["document", "action", "fingerprint", "operations"]
    frame = pl.DataFrame([(document, "create", "", operations)], schema=columns, orient="row")
    outbox.enqueue(database, slot, "run1", frame, NOW)
    outbox.mark_sent(database, slot, [document], NOW)
    outbox.settle(database, slot, [Answer(document, "delivered", 204, "", "", "")], NOW)
