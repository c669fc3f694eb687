"""Whatever happens to a run or between two runs, what comes of it is what should.

Kills: killing a run between any two of its requests or commits, then running again, ends as if it had lived. Two chains over
a small world, the second for changes only after a day in both systems; what a kill would leave is taken after every request
that a system has answered and every commit of the warehouse. Where an event changed nothing that lasts (a read, a commit of
nothing) a kill after it leaves the same as one before. Each of these remains is run again: in full, for changes only, or from
the failure on. A few of them always, all by `make prove`, with real SIGKILLs besides.

Mixtures: edits, activations, postings, deletions, runs, crashes and losses in any order come to rest, and both systems agree.
A few over accounts alone always, the same each time; over everything by `make prove`, drawn anew. And the test of the test:
without the comparison that keeps an echo from being sent, it finds that nothing rests.
"""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from p2c_assets.defs.jobs import FLOWS, PROSPECT_TO_CASH
from p2c_assets.delivery import echo
from p2c_assets.events import wakes
from p2c_assets.events.wakes import STAGES, Owed
from p2c_assets.mappings import catalogue
from p2c_assets.mappings.schema import ColumnType
from p2c_assets.sandbox.serve import running_sandbox
from p2c_assets.transforms.columns import mapped_schema
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.chaos import agreement, world
from p2c_assets_tests.chaos.driver import Graph, Step, Warehouse, run
from p2c_assets_tests.chaos.fate import Fate, Killed
from p2c_assets_tests.chaos.images import How, Image, Recovery, Story, look, recover, run_again, tell
from p2c_assets_tests.chaos.machine import Company, NeverRestsError, Steps
from p2c_assets_tests.chaos.picture import Picture
from p2c_assets_tests.chaos.systems import Sockets, Systems, Twins

SEED = 20260105
SAMPLED = 2
SUDDEN_DEATHS = 20
LATE = 50
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SMALL = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=2,
    stateful_step_count=8,
    suppress_health_check=SLOW,
    phases=[Phase.generate],
)
LONG = settings(SMALL, derandomize=False, max_examples=25, stateful_step_count=16)
WAYS: tuple[How, ...] = ("full", "changes", "from failure")
OTHER: Mapping[ColumnType, object] = {
    ColumnType.INTEGER: 77,
    ColumnType.DECIMAL: Decimal("77.77"),
    ColumnType.CHOICE: 77,
    ColumnType.DATE: "2077-07-07",
    ColumnType.BOOLEAN: False,
}
"""What no record has; text where nothing else is said."""

BLIND: list[str] = []


class Kill(NamedTuple):
    """What a kill would have left of a chain that was let live."""

    story: Story
    image: Image


class Told:
    """Both chains, and places to run again in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._warehouse = Warehouse(world.settings(folder / "told"))
        self._again = Warehouse(world.settings(folder / "again"))
        self._rest = Warehouse(world.settings(folder / "rest"))
        self._rests: dict[int, Picture] = {}
        self.steps: Sequence[Step] = Graph(self._warehouse.settings).steps()
        self.first = tell(self._warehouse, Twins(world.start()), self.steps, "first", folder / "first")

    @cached_property
    def second(self) -> Story:
        """For changes only, after a day in both systems."""
        twins = self.first.end.restore(self._warehouse)
        world.let_a_day_pass(twins)
        folder = self._folder / "second"
        return tell(self._warehouse, twins, self.steps, "second", folder, only_changes=True)

    def recover(self, kill: Kill, how: How) -> Recovery:
        """Run again what was killed; it has to come to the end of the run that lived, or to where that comes to rest."""
        outcomes = (lambda: kill.story.outcome, lambda: self._rest_of(kill.story))
        return recover(self._again, kill.image, self.steps, outcomes, how)

    def _rest_of(self, story: Story) -> Picture:
        """After one more run, which finds in Sales as SCM's the orders that the one before has brought back."""
        key = id(story)
        if key not in self._rests:
            twins = story.end.restore(self._rest)
            assert run(self._rest, twins, self.steps, "rest").problems == []
            self._rests[key] = look(self._rest, twins)
        return self._rests[key]

    def run_again(self, systems: Systems, warehouse: Warehouse) -> Recovery:
        """The same for a first chain of another process."""
        outcomes = (lambda: self.first.outcome, lambda: self._rest_of(self.first))
        return run_again(warehouse, systems, self.steps, outcomes)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("kills"))


def test_a_run_that_is_killed_ends_at_once(told: Told, tmp_path: Path) -> None:
    """No handler holds a kill up, and nothing happens after it: the systems count just what it has sent until then."""
    warehouse, twins = Warehouse(world.settings(tmp_path)), Twins(world.start())
    image = next(image for image in told.first.images if image.event.startswith("POST"))
    fate = Fate(kill_after=image.number)
    with pytest.raises(Killed):
        run(warehouse, twins, told.steps, "killed", fate=fate)
    assert len(fate.events) == image.number
    assert twins.writes() == len([event for event in fate.events if event.startswith("POST") and "oauth2" not in event])


def test_a_killed_run_that_is_run_again_ends_as_if_it_had_lived(told: Told) -> None:
    """A sample of kills late in a chain, after which little is left to be done; the full form has them all."""
    late = [image for image in told.first.images if len(image.done) > LATE]
    chosen = random.Random(SEED).sample(late, SAMPLED)
    found = {(image.number, image.event): told.recover(Kill(told.first, image), "from failure") for image in chosen}
    assert {kill: recovery for kill, recovery in found.items() if not recovery.is_whole} == {}


@pytest.mark.prove
def test_a_quote_that_was_activated_arrives_with_a_run_for_changes(told: Told) -> None:
    """The lines' copy of the quote's state changes without a new version of them: no delta link tells of it."""
    quotations = [story.outcome["scm CDSSalesQuotationHeaders"] for story in (told.first, told.second)]
    assert [any("'Q-2'" in row for row in rows) for rows in quotations] == [False, True]


@pytest.mark.prove
def test_any_run_that_is_killed_anywhere_ends_as_if_it_had_lived(
    told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: Counter[int] = Counter()
    ways = random.Random(SEED)
    stories = (told.first, told.second)
    every = [Kill(story, image) for story in stories for image in story.images]
    for kill in every:
        recovery = told.recover(kill, ways.choice(WAYS))
        assert recovery.is_whole, (kill.image.number, kill.image.event, recovery)
        runs[recovery.runs] += 1
    events = sum(len(story.events) for story in stories)
    with capsys.disabled():
        kills = f"{events} requests and commits, {len(every)} different remains of a kill"
        print(f"\n{kills}, run again and all equal; runs needed: {dict(runs)}")
    assert len(every) >= 200


@pytest.mark.prove
def test_a_process_that_gets_sigkill_ends_as_if_it_had_lived(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twins behind sockets, the run in a process of its own: DuckDB has to replay what it had committed."""
    moments = random.Random(SEED).sample(range(1, len(told.first.events)), SUDDEN_DEATHS)
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


def mixtures(told: Told, folder: Path, flow: str, ended: Callable[[Company], None] = lambda _: None) -> type[Steps]:
    """The steps, on a company after its first chain and a day in both systems: there is something in every state."""

    class Lived(Steps):
        def begin(self) -> Company:
            company = Company(folder, told.first.end, flow)
            world.let_a_day_pass(company.twins)
            return company

        def teardown(self) -> None:
            super().teardown()
            ended(self.company)

    return Lived


def test_a_mixture_of_anything_comes_to_rest_and_both_systems_agree(told: Told, tmp_path: Path) -> None:
    """The platform's runs are those of the accounts alone."""
    run_state_machine_as_test(mixtures(told, tmp_path, "accounts"), settings=SMALL)


@pytest.mark.prove
def test_any_mixture_of_anything_comes_to_rest_and_both_systems_agree(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended: list[Company] = []
    run_state_machine_as_test(mixtures(told, tmp_path, PROSPECT_TO_CASH, ended.append), settings=LONG)
    steps, runs = (sum(numbers) for numbers in zip(*((one.steps, one.runs) for one in ended), strict=True))
    with capsys.disabled():
        print(f"\n{len(ended)} mixtures, {steps} steps, {runs} runs: all came to rest and agreed")


def blind_spots(company: Company, flows: Collection[str]) -> list[str]:
    """Synchronised fields that could be anything in the other system without a word, of all rows that arrived."""
    with company.warehouse.open() as database:
        arrived = list(agreement.arrived(database, company.twins, company.warehouse.settings, flows))
    seen: dict[str, bool] = {}
    for equality, task, row in arrived:
        there = cast(dict[str, Any], equality.counterpart(task, row))
        for field in task.fields:
            column = field.target if field.target in there else f"_{field.target}_value"
            if field.mode != "synced" or field.target in task.target.natural_key:
                continue
            before = there.get(column)
            there[column] = OTHER.get(task.target.column(field.target).type, "other")
            name = f"{task.name}.{field.target}"
            seen[name] = seen.get(name, False) or bool(equality.differences(task, row))
            there[column] = before
    return sorted(name for name, is_seen in seen.items() if not is_seen)


def test_the_comparison_of_both_systems_sees_every_field_that_goes_to_scm(told: Told, tmp_path: Path) -> None:
    """After a first chain, and of those that no row of the small world fills, none."""
    company = Company(tmp_path, told.first.end)
    assert blind_spots(company, ("accounts", "contacts", "quotes")) == BLIND
    with company.warehouse.open() as database:
        assert list(agreement.faults(database, company.twins, company.warehouse.settings, FLOWS)) == []


@pytest.mark.prove
def test_the_comparison_of_both_systems_sees_every_field(told: Told, tmp_path: Path) -> None:
    company = Company(tmp_path, told.second.end)
    assert company.faults(company.rest()) == []
    assert blind_spots(company, FLOWS) == BLIND


def test_what_a_run_of_one_flow_brings_releases_held_rows_of_the_others_by_the_sensors(
    told: Told, tmp_path: Path
) -> None:
    company = Company(tmp_path, told.first.end, "accounts")
    with company.twins.admin("sales") as sales:
        sales.load({"accounts": [world.account("A-9", "Wide World Importers", "10")]})
    task = catalogue.tasks(company.warehouse.settings.mapping_settings())["salesorders_to_order_headers"]
    held = {"company": world.COMPANY, "source_id": "o", "outcome": "held", "reason": "parent_missing"}
    held |= {"scope": "document", "document": "S-9", "cause": "scm.customers_v2 A-9"}
    with company.warehouse.open() as database:
        rows = pl.DataFrame([held], schema=mapped_schema(task))
        replace_slice(database, "mapped", "scm_sales_order_headers", world.COMPANY, rows)
    assert company.sync().problems == []
    with wakes.opened(company.warehouse.settings.paths.events) as noted:
        assert noted.owed() == {Owed(world.COMPANY, "scm.customers_v2", stage) for stage in STAGES}


def test_without_the_suppression_of_echoes_it_finds_that_nothing_rests(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test of the test; the accounts alone are enough for it."""

    def never_an_echo(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr(echo, "is_echo", never_an_echo)
    with pytest.raises(NeverRestsError):
        Company(tmp_path, told.first.end, "accounts").rest()
