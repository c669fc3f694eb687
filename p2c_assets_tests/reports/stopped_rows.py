"""Rows that are stopped, put into the ledger and the mapped slices as a run would."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from p2c_assets.delivery.delivering import DELIVERED_SCHEMA
from p2c_assets.delivery.units import UNITS
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.warehouse import ledger, outbox
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.outbox import Answer, Slot
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.frames import SETTINGS

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
TASKS = tasks(SETTINGS)


class Row(NamedTuple):
    """One source row of a task: its document, why it is stopped, what that is about, and its money."""

    task: str
    document: str
    reason: str | None
    cause: str | None = None
    amount: str | None = None
    source_id: str = ""
    company: str = "usmf"
    currency: str = "USD"
    detail: str = "said so"


def put(database: Database, *rows: Row, now: datetime = NOW, run: str = "run1") -> None:
    """The ledger of each task and company becomes just these rows."""
    for task, company in sorted({(row.task, row.company) for row in rows}):
        own = [row for row in rows if (row.task, row.company) == (task, company)]
        ledger.record(database, task, company, run, now, _ledger(own))
        causes = [(company, _id(row), row.reason, row.cause) for row in own]
        frame = pl.DataFrame(
            causes, schema=dict.fromkeys(("company", "source_id", "reason", "cause"), pl.String), orient="row"
        )
        replace_slice(database, "mapped", TASKS[task].asset.replace("/", "_"), company, frame)


def _ledger(rows: Sequence[Row]) -> pl.DataFrame:
    found = [
        {
            "source_id": _id(row),
            "document": row.document,
            "outcome": "created" if row.reason is None else REASONS[row.reason].outcome,
            "reason": row.reason,
            "detail": row.detail,
            "source_version": "v1",
            "amount": None if row.amount is None else Decimal(row.amount),
            "currency": row.currency,
        }
        for row in rows
    ]
    return pl.DataFrame(found, schema=ledger.LEDGER_SCHEMA, orient="row")


def _id(row: Row) -> str:
    return row.source_id or row.document


def refuse(
    database: Database, unit: str, document: str, source_id: str, code: str, message: str, company: str = "usmf"
) -> None:
    """A document that its destination refused, as the writer leaves it."""
    slot = Slot(unit, company, "plan1")
    frame = pl.DataFrame({name: [document] for name in ("document", "action", "fingerprint", "operations", "changes")})
    outbox.enqueue(database, slot, "run1", frame, NOW)
    outbox.settle(database, slot, [Answer(document, "refused", 400, code, message, "request-1")], NOW)
    values = dict.fromkeys(DELIVERED_SCHEMA) | {"company": company, "document": document, "source_id": source_id}
    rows = pl.DataFrame([values], schema=DELIVERED_SCHEMA, orient="row")
    replace_slice(database, "delivered", UNITS[unit].table, company, rows)
