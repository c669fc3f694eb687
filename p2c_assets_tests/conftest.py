"""What every test may count on: the sandbox's secrets, as the Makefile gives them to its targets."""

import gc
import os

import pytest

for system in ("SALES", "SCM"):
    os.environ.setdefault(f"P2C_{system}__CLIENT_SECRET", "sandbox-secret-not-for-real-tenants")


def pytest_collection_finish() -> None:
    """What is imported by now stays; the collector need not look through it again with every test."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes a file's tests stay together, and those of all files that begin with the played scenario."""
    for item in items:
        group = "once" if "once" in getattr(item, "fixturenames", ()) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
