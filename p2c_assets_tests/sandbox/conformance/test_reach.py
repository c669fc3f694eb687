"""The platform's tests rest on what the list has: they call no function of the twins that the list's tests do not call.

A test of the platform can depend on a twin only by what the twin executes for it. Calls need no author's discipline, as marks
on tests would, and no dependency, as lines would; a branch that the list's tests call a function without is not seen.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from p2c_assets_tests.sandbox.conformance.reach import REACHED
from p2c_assets_tests.sandbox.conformance.rows import TESTS, rows

PROJECT = TESTS.parents[1]
ELSEWHERE = frozenset({"sandbox", "benchmarks", "chaos"})
"""Folders of tests that are not the platform's, or whose runs end in other processes."""

OWN = (
    "admin.py",
    "admin_client.py",
    "adventureworks/",
    "connection.py",
    "csv_files.py",
    "dataverse/agenda.py",
    "dataverse/loading.py",
    "dataverse/twin.py:DataverseTwin.after_restore",
    "dataverse/twin.py:DataverseTwin.before_snapshot",
    "dataverse/writing.py:_owner_of",
    "deceit.py",
    "faults.py",
    "finops/agenda.py",
    "finops/number_sequences.py:NumberSequences.settle",
    "finops/recalculation.py",
    "finops/twin.py:FinopsTwin.after_restore",
    "finops/twin.py:FinopsTwin.before_snapshot",
    "http.py:_troubled",
    "live/",
    "lookups.py:Index.sort",
    "scenario/",
    "serve.py",
    "store.py",
    "table.py:Table._is_as_in",
    "table.py:Table.picture",
    "table.py:Table.return_to",
)
"""The sandbox's own: how rows get in, what is planned for a day, what goes wrong on demand, who works in it, where it is kept
and brought back from."""


def reached(file: Path, tests: Iterable[str]) -> frozenset[str]:
    """Functions of the twins that these tests call."""
    plugin = "p2c_assets_tests.sandbox.conformance.reach"
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not prove", "-p", plugin, "-p", "no:cacheprovider", *tests]
    ran = subprocess.run(
        command, env={**os.environ, REACHED: str(file)}, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    return frozenset(file.read_text(encoding="utf-8").splitlines())


@pytest.mark.prove
def test_the_platforms_tests_call_nothing_of_the_twins_that_the_list_does_not(tmp_path: Path) -> None:
    folders = [path for path in TESTS.parent.iterdir() if path.is_dir() and path.name not in ELSEWHERE]
    platform = [str(path) for path in sorted(folders) if any(path.glob("test_*.py"))]
    listed = sorted({str(TESTS / test) for row in rows() for test in row.tests})
    beyond = reached(tmp_path / "platform", platform) - reached(tmp_path / "list", listed)
    assert sorted(name for name in beyond if not name.startswith(OWN)) == []
