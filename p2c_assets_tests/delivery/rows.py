"""Rows as a run finds them: in the destination, mapped, and in the journal of what was sent."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from p2c_assets.mappings.catalogue import ENTITIES, tasks
from p2c_assets.mappings.model import Task
from p2c_assets.settings import Company, MappingSettings
from p2c_assets.transforms.columns import mapped_schema
from p2c_assets.warehouse import outbox
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.outbox import Answer, Slot
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.frames import Row, raw

TASKS = tasks(MappingSettings())
COMPANY = Company(id="usmf", business_unit="b", owner_team="t", currency="USD")
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def there(database: Database, reference: str, *rows: Row) -> None:
    """Rows that the destination holds."""
    entity = ENTITIES[reference]
    with database.given("incoming", raw(entity, rows)):
        database.run(f"INSERT INTO raw.{entity.table} BY NAME SELECT * FROM incoming")


def mapped(database: Database, task: Task, *rows: Mapping[str, Any]) -> None:
    """Source rows as they are mapped."""
    common = {"company": "usmf", "outcome": "mapped", "scope": "document"}
    frame = pl.DataFrame([{**common, **row} for row in rows], schema=mapped_schema(task))
    replace_slice(database, "mapped", task.asset.replace("/", "_"), "usmf", frame)


def journal(database: Database, unit: str, document: str, entity_set: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """What was created with a document, as the outbox keeps it."""
    operations = [{"method": "POST", "entity_set": entity_set, "key": None, "body": body} for body in lines]
    slot = Slot(unit, "usmf", "an earlier plan")
    row = (document, "create", "", json.dumps(operations))
    columns = ["document", "action", "fingerprint", "operations"]
    outbox.enqueue(database, slot, "run0", pl.DataFrame([row], schema=columns, orient="row"), NOW)
    outbox.mark_sent(database, slot, [document], NOW)
    outbox.settle(database, slot, [Answer(document, "delivered", 204, "", "", "")], NOW)
