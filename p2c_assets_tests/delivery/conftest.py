"""An empty warehouse for tests of delivery."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from p2c_assets.warehouse import approvals, ledger, outbox
from p2c_assets.warehouse.database import Database, opened


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as found:
        for module in (ledger, outbox, approvals):
            module.prepare(found)
        yield found
