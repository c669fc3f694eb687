"""One running Sales twin for all tests of this folder; each test starts from the rows of `world`."""

from collections.abc import Iterator

import pytest

from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.dataverse.sales import Sales
from p2c_assets_tests.sandbox.dataverse.world import rows
from p2c_assets_tests.sandbox.running import Caller, running


@pytest.fixture(scope="session")
def caller() -> Iterator[Caller]:
    with running(DataverseTwin(Store("sales"))) as url, Caller.signed_in(url) as signed_in:
        yield signed_in


@pytest.fixture
def sales(caller: Caller) -> Sales:
    caller.admin("reset", {})
    caller.admin("load", {"rows": rows()})
    return Sales(caller)
