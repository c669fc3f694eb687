"""The platform's own assets, run without Dagster's bookkeeping: the same functions in the order of the same graph.

A whole chain over Dagster costs seconds, which hundreds of cases cannot. Here each asset's own function is called with the
platform that it would be given, in the topological order of the real definitions; what depends on an asset that failed, by
an exception or a blocking check, does not run.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

import dagster as dg
import duckdb

from p2c_assets.definitions import build_defs
from p2c_assets.defs.connections import Connections
from p2c_assets.defs.jobs import PROSPECT_TO_CASH, READ_SALES
from p2c_assets.defs.platform import Platform, platform_on
from p2c_assets.defs.tags import CHANGES, READING
from p2c_assets.settings import Settings
from p2c_assets.warehouse.database import Database, opened
from p2c_assets_tests.chaos.fate import Fate, WatchedConnection
from p2c_assets_tests.chaos.systems import Systems, wires

Done = set[dg.AssetKey]


class RunInfo(NamedTuple):
    """What an asset asks of its run."""

    run_id: str
    tags: Mapping[str, str]
    job_name: str
    asset_selection: None = None


class StepContext(NamedTuple):
    """What an asset asks of its context."""

    asset_key: dg.AssetKey
    run: RunInfo
    company: str | None

    @property
    def has_partition_key(self) -> bool:
        """Whether the asset is one company's."""
        return self.company is not None

    @property
    def partition_key(self) -> str:
        """The company."""
        assert self.company is not None
        return self.company


class Step(NamedTuple):
    """One asset: its own function, and what it depends on."""

    key: dg.AssetKey
    compute: Callable[[StepContext, Platform], dg.MaterializeResult[Any]]
    deps: frozenset[dg.AssetKey]
    blocking: frozenset[str]


class Graph:
    """The definitions of some settings, as steps in their order."""

    def __init__(self, settings: Settings) -> None:
        self._definitions = build_defs(settings)

    def steps(self, flow: str = PROSPECT_TO_CASH) -> list[Step]:
        """What the chain of one company runs: all tables of Sales, then a flow."""
        keys = self._selected(READ_SALES) | self._selected(flow)
        return [
            self._steps[key] for key in self._definitions.resolve_asset_graph().toposorted_asset_keys if key in keys
        ]

    @cached_property
    def _steps(self) -> Mapping[dg.AssetKey, Step]:
        assets = [asset for asset in self._definitions.assets or () if isinstance(asset, dg.AssetsDefinition)]
        return {asset.key: _step(asset) for asset in assets}

    def _selected(self, job: str) -> set[dg.AssetKey]:
        return set(self._definitions.resolve_job_def(job).asset_layer.selected_asset_keys)


def _step(asset: dg.AssetsDefinition) -> Step:
    function = cast(Any, asset.op.compute_fn).decorated_fn
    blocking = frozenset(spec.name for spec in asset.check_specs if spec.blocking)
    return Step(asset.key, function, frozenset(asset.asset_deps[asset.key]), blocking)


class Warehouse(NamedTuple):
    """The settings of a run, with the file that it opens."""

    settings: Settings

    @property
    def path(self) -> Path:
        """The DuckDB file."""
        return self.settings.paths.warehouse

    @contextmanager
    def open(self) -> Generator[Database]:
        """The file. One thread is faster than several where there are so few rows."""
        with opened(self.path, 0) as database:
            database.run("SET threads = 1")
            yield database


class Ran(NamedTuple):
    """One chain: the assets that were made, and what failed, in words."""

    done: Done
    problems: list[str]


def run(
    warehouse: Warehouse,
    systems: Systems,
    steps: Sequence[Step],
    name: str,
    *,
    only_changes: bool = False,
    fate: Fate | None = None,
    done: Done | None = None,
    job: str = PROSPECT_TO_CASH,
) -> Ran:
    """Run steps of a job for the only company; `done`: what an earlier run made, as a re-execution from failure has it.

    Raises Killed where fate has it so; `done` then holds what was made before.
    """
    fate = fate or Fate()
    tags = {READING: CHANGES} if only_changes else {}
    (company,) = warehouse.settings.companies
    ran = Ran(set() if done is None else done, [])
    with warehouse.open() as database, Connections(warehouse.settings, wires(systems, fate)) as connections:
        watched = cast(duckdb.DuckDBPyConnection, WatchedConnection(database.connection, fate))
        platform = platform_on(warehouse.settings, Database(watched), connections)
        failed: Done = set()
        for step in steps:
            if step.key in ran.done:
                continue
            if step.deps & failed:
                failed.add(step.key)
                continue
            sales_table = step.key.path[:2] == ["raw", "sales"]
            context = StepContext(step.key, RunInfo(name, tags, job), None if sales_table else company)
            found = _problems(step, context, platform)
            ran.problems.extend(f"{step.key.to_user_string()}: {words}" for _, words in found)
            if any(blocks for blocks, _ in found):
                failed.add(step.key)
            else:
                ran.done.add(step.key)
    return ran


def _problems(step: Step, context: StepContext, platform: Platform) -> list[tuple[bool, str]]:
    """What went wrong in a step: whether it stops what follows, and the words. Warnings are none."""
    result = step.compute(context, platform)
    failed = [check for check in result.check_results or () if not check.passed]
    return [
        (check.check_name in step.blocking, f"{check.check_name}: {check.description}")
        for check in failed
        if check.severity == dg.AssetCheckSeverity.ERROR
    ]
