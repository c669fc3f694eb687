"""Images of a run: everything that would be left if it were killed at this moment.

That is what both systems hold and the DuckDB file with its write-ahead log as they stand on the disk; what a process has in
memory is not in it. One run, imaged after each of its events, so gives the remains of a kill at any of them.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import dagster as dg

from p2c_assets_tests.chaos import picture
from p2c_assets_tests.chaos.driver import Done, Ran, Step, Warehouse, run
from p2c_assets_tests.chaos.fate import Fate
from p2c_assets_tests.chaos.picture import Picture
from p2c_assets_tests.chaos.systems import State, Systems, Twins

MOST_RUNS = 3

How = Literal["full", "changes", "from failure"]
"""How a killed run is run again: whole, whole for changes only, or what it had not done (Dagster's re-execution)."""


class Image(NamedTuple):
    """What a kill after the event of this number leaves. `done`: the assets that were made until then."""

    number: int
    event: str
    state: State
    files: Mapping[str, Path]
    done: frozenset[dg.AssetKey]

    def restore(self, warehouse: Warehouse) -> Twins:
        """Put the files in their place; the systems as they were."""
        warehouse.path.parent.mkdir(parents=True, exist_ok=True)
        for name in _names(warehouse):
            (warehouse.path.parent / name).unlink(missing_ok=True)
        for name, kept in self.files.items():
            shutil.copyfile(kept, warehouse.path.parent / name)
        return Twins(self.state)


class Witness(Fate):
    """Lets a run live, and takes an image where an event has changed what would be left of it."""

    def __init__(self, warehouse: Warehouse, twins: Twins, folder: Path, done: Done) -> None:
        super().__init__()
        self.images: list[Image] = []
        self._warehouse = warehouse
        self._twins = twins
        self._folder = folder
        self._done = done
        self._before: object = None
        self._kept: dict[object, Path] = {}

    def happened(self, event: str) -> None:
        """Note an event; look at what it has left."""
        super().happened(event)
        here = (self._twins.revision, *(_mark(path) for path in _paths(self._warehouse)))
        if here != self._before:
            self._before = here
            self.images.append(self.image(event))

    def image(self, event: str) -> Image:
        """What is there now."""
        files = {path.name: self._keep(path) for path in _paths(self._warehouse)}
        return Image(len(self.events), event, self._twins.state(), files, frozenset(self._done))

    def _keep(self, path: Path) -> Path:
        mark = (path.name, *_mark(path))
        if mark not in self._kept:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._kept[mark] = Path(shutil.copyfile(path, self._folder / f"{len(self._kept)}-{path.name}"))
        return self._kept[mark]


class Story(NamedTuple):
    """A chain that was let live: its events, what a kill would have left on the way, and what came of it."""

    events: Sequence[str]
    images: Sequence[Image]
    end: Image
    outcome: Picture


def tell(
    warehouse: Warehouse, twins: Twins, steps: Sequence[Step], name: str, folder: Path, *, only_changes: bool = False
) -> Story:
    """Run a chain to its end with a witness."""
    done: Done = set()
    witness = Witness(warehouse, twins, folder, done)
    ran = run(warehouse, twins, steps, name, fate=witness, done=done, only_changes=only_changes)
    assert ran.problems == []
    return Story(witness.events, witness.images, witness.image("the end"), look(warehouse, twins))


class Recovery(NamedTuple):
    """What came of a killed run after it was run again: how many runs it took, and what differs from the run that lived."""

    runs: int
    problems: Sequence[str]
    differences: Sequence[str]
    doubled: Sequence[str]

    @property
    def is_whole(self) -> bool:
        """Whether it is as if nothing had happened."""
        return not (self.problems or self.differences or self.doubled)


def recover(
    warehouse: Warehouse, image: Image, steps: Sequence[Step], outcomes: Sequence[Callable[[], Picture]], how: How
) -> Recovery:
    """Run again what was killed, then in full until it is as one of the outcomes; says so where three runs are too few."""
    done: Done | None = set(image.done) if how == "from failure" else None
    return run_again(warehouse, image.restore(warehouse), steps, outcomes, only_changes=how == "changes", done=done)


def run_again(
    warehouse: Warehouse,
    systems: Systems,
    steps: Sequence[Step],
    outcomes: Sequence[Callable[[], Picture]],
    *,
    only_changes: bool = False,
    done: Done | None = None,
) -> Recovery:
    """Run until it is as one of the outcomes, three times at most; the first time without what is `done`."""
    ran = run(warehouse, systems, steps, "again", only_changes=only_changes, done=done)
    found = _compare(warehouse, systems, outcomes, ran, 1)
    for number in range(2, MOST_RUNS + 1):
        if found.is_whole:
            break
        ran = run(warehouse, systems, steps, f"again {number}")
        found = _compare(warehouse, systems, outcomes, ran, number)
    return found


def _compare(
    warehouse: Warehouse, systems: Systems, outcomes: Sequence[Callable[[], Picture]], ran: Ran, runs: int
) -> Recovery:
    here = look(warehouse, systems)
    apart: Sequence[str] = ()
    for outcome in outcomes:
        apart = picture.differences(outcome(), here)
        if not apart:
            break
    return Recovery(runs, ran.problems, apart, picture.doubled(systems))


def look(warehouse: Warehouse, systems: Systems) -> Picture:
    """Both systems and the warehouse between them."""
    with warehouse.open() as database:
        return {**picture.of_systems(systems), **picture.of_warehouse(database)}


def _names(warehouse: Warehouse) -> Sequence[str]:
    return (warehouse.path.name, f"{warehouse.path.name}.wal")


def _paths(warehouse: Warehouse) -> Sequence[Path]:
    paths = [warehouse.path.parent / name for name in _names(warehouse)]
    return [path for path in paths if path.exists()]


def _mark(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
