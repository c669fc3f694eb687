"""A real DuckDB file per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from p2c_assets.warehouse.database import Database
from p2c_assets_tests.reconcile.ledger_and_raw import warehouse


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with warehouse(tmp_path) as found:
        yield found
