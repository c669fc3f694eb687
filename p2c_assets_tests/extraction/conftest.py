"""The stage of the tests that read SCM."""

from collections.abc import Generator
from pathlib import Path

import pytest

from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.warehouse import bookmarks
from p2c_assets.warehouse.database import opened
from p2c_assets_tests.extraction.scm_stage import PROJECT, Stage
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, customer
from p2c_assets_tests.sandbox.running import Caller, running


@pytest.fixture(scope="module")
def caller() -> Generator[Caller]:
    with running(FinopsTwin(Store("scm"))) as url, Caller.signed_in(url) as signed_in:
        yield signed_in


@pytest.fixture
def stage(caller: Caller, tmp_path: Path) -> Generator[Stage]:
    caller.admin("reset", {})
    rows = [{"dataAreaId": "usmf", **customer(f"C{number}", SalesMemo="old")} for number in range(3)]
    rows.append({"dataAreaId": "frsi", **customer("F1", SalesCurrencyCode="EUR")})
    caller.admin("load", {"rows": {**REFERENCE, "CustomersV2": rows}})
    entities = [{"label": "Customers V2", "refresh": "IncrementalPush"}]
    caller.admin("data-projects", {"value": [{"name": PROJECT, "entities": entities}]})
    caller.admin("change-tracking", {"entity": "Customers V2", "option": "entire entity"})
    with opened(tmp_path / "p2c.duckdb", 0) as database:
        bookmarks.prepare(database)
        yield Stage(caller, database)
