"""What every test may count on: the sandbox's secrets, as the Makefile gives them to its targets."""

import gc
import os
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

BEGIN_WITH_THE_PLAYED_SCENARIO = [
    f"p2c_assets_tests/chain/test_{name}.py" for name in ("scenario", "reports", "companies")
]

for system in ("SALES", "SCM"):
    os.environ.setdefault(f"P2C_{system}__CLIENT_SECRET", "sandbox-secret-not-for-real-tenants")


def pytest_collection_finish() -> None:
    """What is imported by now stays; the collector need not look through it again with every test."""
    gc.freeze()


class ByPlay(LoadFileScheduling):
    """A file's tests stay in one process, and those of the files that begin with the same played scenario as well."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "the played scenario" if file in BEGIN_WITH_THE_PLAYED_SCENARIO else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPlay:
    """In place of `--dist loadfile`."""
    return ByPlay(config, log)
