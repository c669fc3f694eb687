"""Every mixture of edits, activations, postings, deletions, runs, crashes and losses comes to rest, and both systems agree.

A few steps always, the same each time; several hundred by `make prove`, drawn anew. And the test of the test: without the
comparison that keeps an echo from being sent, it finds that nothing rests.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from p2c_assets.delivery import plan
from p2c_assets_tests.chaos import world
from p2c_assets_tests.chaos.driver import Graph, Warehouse, run
from p2c_assets_tests.chaos.images import Image, Witness
from p2c_assets_tests.chaos.machine import Company, NeverRestsError, Steps
from p2c_assets_tests.chaos.systems import Twins

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SMALL = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=1,
    stateful_step_count=12,
    suppress_health_check=SLOW,
    phases=[Phase.generate],
)
LONG = settings(
    SMALL, derandomize=False, max_examples=25, stateful_step_count=16, phases=[Phase.generate], print_blob=True
)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """After the first chain and a day in both systems: there is something in every state."""
    folder = tmp_path_factory.mktemp("start")
    warehouse, twins = Warehouse(world.settings(folder / "lived")), Twins(world.start())
    assert run(warehouse, twins, Graph(warehouse.settings).steps(), "start").problems == []
    world.let_a_day_pass(twins)
    return Witness(warehouse, twins, folder / "kept", set()).image("the start")


def machine(start: Image, folder: Path, counted: Callable[[Company], None] = lambda _: None) -> type[Steps]:
    """The steps, on a company that begins at an image."""

    class Lived(Steps):
        def begin(self) -> Company:
            return Company(folder, start)

        def teardown(self) -> None:
            super().teardown()
            counted(self.company)

    return Lived


def test_a_mixture_of_everything_comes_to_rest_and_both_systems_agree(start: Image, tmp_path: Path) -> None:
    run_state_machine_as_test(machine(start, tmp_path), settings=SMALL)


@pytest.mark.prove
def test_any_mixture_of_everything_comes_to_rest(
    start: Image, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: list[int] = []
    run_state_machine_as_test(machine(start, tmp_path, lambda company: runs.append(company.runs)), settings=LONG)
    with capsys.disabled():
        print(f"\n{len(runs)} mixtures of up to {LONG.stateful_step_count} steps, {sum(runs)} runs: all came to rest")


def test_without_the_suppression_of_echoes_it_finds_that_nothing_rests(
    start: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test of the test; accounts alone are enough for it."""

    def never_the_same(*_: Any) -> bool:
        return False

    monkeypatch.setattr(plan, "_same", never_the_same)
    with pytest.raises(NeverRestsError):
        Company(tmp_path, start, "accounts").rest()
