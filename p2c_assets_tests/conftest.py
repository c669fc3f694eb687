"""What every test may count on: the sandbox's secrets, as the Makefile gives them to its targets."""

import gc
import os

for system in ("SALES", "SCM"):
    os.environ.setdefault(f"P2C_{system}__CLIENT_SECRET", "sandbox-secret-not-for-real-tenants")


def pytest_collection_finish() -> None:
    """What is imported by now stays; the collector need not look through it again with every test."""
    gc.freeze()
