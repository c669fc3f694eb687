"""A real DuckDB file per test, with every table that reports read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from p2c_assets.extraction.frames import concatenate
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.warehouse import differences, ledger, line_numbers, outbox, raw_log, throughput
from p2c_assets.warehouse.database import Database, opened


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        for module in (ledger, line_numbers, outbox, differences, throughput):
            module.prepare(found)
        for entity in ENTITIES.values():
            raw_log.prepare(found, entity.table, concatenate(entity, []))
        yield found
