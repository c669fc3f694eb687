"""Killing a run between any two of its requests or commits, then running again, ends as if it had lived.

Two chains over a small world, the second for changes only after a day in both systems; what a kill would leave is taken
after every request that a system has answered and every commit of the warehouse. Where an event changed nothing that lasts
(a read, a commit of nothing) a kill after it leaves the same as one before. Each of these remains is run again: in full, for
changes only, or from the failure on. A few of them always, all by `make prove`, with real SIGKILLs besides.
"""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from p2c_assets.sandbox.serve import running_sandbox
from p2c_assets_tests.chaos import world
from p2c_assets_tests.chaos.driver import Graph, Step, Warehouse, run
from p2c_assets_tests.chaos.fate import Fate, Killed
from p2c_assets_tests.chaos.images import How, Image, Recovery, Story, look, recover, run_again, tell
from p2c_assets_tests.chaos.picture import Picture
from p2c_assets_tests.chaos.systems import Sockets, Systems, Twins

SEED = 20260105
SAMPLED = 4
SUDDEN_DEATHS = 20
LATE = 45
WAYS: tuple[How, ...] = ("full", "changes", "from failure")


class Kill(NamedTuple):
    """What a kill would have left of a chain that was let live."""

    story: Story
    image: Image


class Told:
    """Both chains, and places to run again in."""

    def __init__(self, folder: Path) -> None:
        warehouse = Warehouse(world.settings(folder / "told"))
        self.steps: Sequence[Step] = Graph(warehouse.settings).steps()
        twins = Twins(world.start())
        first = tell(warehouse, twins, self.steps, "first", folder / "first")
        world.let_a_day_pass(twins)
        second = tell(warehouse, twins, self.steps, "second", folder / "second", only_changes=True)
        self.stories = (first, second)
        self.kills = [Kill(story, image) for story in self.stories for image in story.images]
        self._again = Warehouse(world.settings(folder / "again"))
        self._rest = Warehouse(world.settings(folder / "rest"))
        self._rests: dict[int, Picture] = {}

    def recover(self, kill: Kill, how: How) -> Recovery:
        """Run again what was killed; it has to come to the end of the run that lived, or to where that comes to rest."""
        outcomes = (lambda: kill.story.outcome, lambda: self._rest_of(kill.story))
        return recover(self._again, kill.image, self.steps, outcomes, how)

    def _rest_of(self, story: Story) -> Picture:
        """After one more run, which finds in Sales as SCM's the orders that the one before has brought back."""
        key = self.stories.index(story)
        if key not in self._rests:
            twins = story.end.restore(self._rest)
            assert run(self._rest, twins, self.steps, "rest").problems == []
            self._rests[key] = look(self._rest, twins)
        return self._rests[key]

    def run_again(self, systems: Systems, warehouse: Warehouse) -> Recovery:
        """The same for a first chain of another process."""
        story = self.stories[0]
        return run_again(warehouse, systems, self.steps, (lambda: story.outcome, lambda: self._rest_of(story)))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("kills"))


def test_a_quote_that_was_activated_arrives_with_a_run_for_changes(told: Told) -> None:
    """The lines' copy of the quote's state changes without a new version of them: no delta link tells of it."""
    first, second = told.stories
    numbers = [["Q-2" in row for row in story.outcome["scm CDSSalesQuotationHeaders"]] for story in (first, second)]
    assert [any(found) for found in numbers] == [False, True]


def test_a_run_that_is_killed_ends_at_once(told: Told, tmp_path: Path) -> None:
    """No handler holds a kill up, and nothing happens after it: what is left is what the witness of the run that lived saw."""
    warehouse, twins = Warehouse(world.settings(tmp_path)), Twins(world.start())
    image = next(kill.image for kill in told.kills if kill.image.event.startswith("POST scm"))
    fate = Fate(kill_after=image.number)
    with pytest.raises(Killed):
        run(warehouse, twins, told.steps, "killed", fate=fate)
    assert len(fate.events) == image.number
    assert twins.state() == image.state


def test_a_killed_run_that_is_run_again_ends_as_if_it_had_lived(told: Told) -> None:
    """A sample of kills late in a chain, after which little is left to be done; the full form has them all."""
    late = [kill for kill in told.kills if len(kill.image.done) > LATE]
    chosen = random.Random(SEED).sample(late, SAMPLED)
    found = {(kill.image.number, kill.image.event): told.recover(kill, "from failure") for kill in chosen}
    assert {kill: recovery for kill, recovery in found.items() if not recovery.is_whole} == {}


@pytest.mark.prove
def test_any_run_that_is_killed_anywhere_ends_as_if_it_had_lived(
    told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: Counter[int] = Counter()
    ways = random.Random(SEED)
    for kill in told.kills:
        recovery = told.recover(kill, ways.choice(WAYS))
        assert recovery.is_whole, (kill.image.number, kill.image.event, recovery)
        runs[recovery.runs] += 1
    events = sum(len(story.events) for story in told.stories)
    with capsys.disabled():
        kills = f"{events} requests and commits, {len(told.kills)} different remains of a kill"
        print(f"\n{kills}, run again and all equal; runs needed: {dict(runs)}")
    assert len(told.kills) >= 200


@pytest.mark.prove
def test_a_process_that_gets_sigkill_ends_as_if_it_had_lived(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twins behind sockets, the run in a process of its own: DuckDB has to replay what it had committed."""
    moments = random.Random(SEED).sample(range(1, len(told.stories[0].events)), SUDDEN_DEATHS)
    for moment in moments:
        with running_sandbox() as sandbox:
            systems = Sockets({"sales": sandbox.sales_url, "scm": sandbox.scm_url})
            world.fill(systems)
            warehouse = Warehouse(world.settings(tmp_path / str(moment), systems.urls))
            arguments = [sys.executable, "-m", "p2c_assets_tests.chaos.victim", str(tmp_path / str(moment))]
            ended = subprocess.run([*arguments, *systems.urls.values(), str(moment)], check=False)
            assert ended.returncode == -signal.SIGKILL
            recovery = told.run_again(systems, warehouse)
            assert recovery.is_whole, (moment, recovery)
    with capsys.disabled():
        print(f"\n{len(moments)} processes killed by SIGKILL, run again and all equal")
