from datetime import UTC, datetime

from p2c_assets.warehouse import throughput
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.throughput import asked

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_requests_are_kept_by_run_and_asset_and_those_for_tokens_are_not_counted(database: Database) -> None:
    throughput.prepare(database)
    counters = {"GET": 3, "POST": 2, "token": 1}
    throughput.record(database, "run1", NOW, asked("delivered/x", "usmf", "scm", counters, {"PATCH": 40}, 0.5, 2.0))
    throughput.record(database, "run2", NOW, asked("raw/sales/accounts", None, "sales", {"GET": 1}, {}, 0, 1.0))
    assert database.rows("SELECT * FROM ledger.requests ORDER BY run") == [
        (1, "delivered/x", "usmf", "scm", 5, 40, 0.5, 2.0),
        (2, "raw/sales/accounts", "-", "sales", 1, 0, 0.0, 1.0),
    ]
