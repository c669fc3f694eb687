"""One F&O twin for all tests, emptied and given its reference data before each."""

from collections.abc import Generator

import pytest

from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE
from p2c_assets_tests.sandbox.running import Caller, running


@pytest.fixture(scope="session")
def scm_server() -> Generator[Caller]:
    """The twin on a free port, a caller signed in."""
    with running(FinopsTwin(Store("scm"))) as url, Caller.signed_in(url) as caller:
        yield caller


@pytest.fixture
def scm(scm_server: Caller) -> Caller:
    """A caller of the twin, which holds reference data of usmf (US dollars) and frsi (euros) and nothing else."""
    scm_server.admin("reset", {})
    scm_server.admin("load", {"rows": REFERENCE})
    scm_server.admin("requests/reset", {})
    return scm_server
