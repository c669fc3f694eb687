"""What every asset works with: the open DuckDB file, the settings, the resolved mappings, and clients for both systems.

A configuration shell around plain objects; no rule of synchronisation lives here.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import dagster as dg

from p2c_assets.connectors.protocol import Statistics, SystemClient
from p2c_assets.defs.connections import Connections
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.units import UNITS
from p2c_assets.extraction import claims
from p2c_assets.extraction.frames import concatenate
from p2c_assets.extraction.reader import Reading
from p2c_assets.mappings import catalogue, value_maps
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.schema import System
from p2c_assets.reconcile.side import NamedList, Side
from p2c_assets.settings import Company, Settings
from p2c_assets.warehouse import (
    approvals,
    bookmarks,
    differences,
    holdings,
    ledger,
    line_numbers,
    outbox,
    prefixes,
    raw_log,
    throughput,
)
from p2c_assets.warehouse.database import Database, opened

Result = TypeVar("Result")


class Step(NamedTuple):
    """Whose requests they are: one asset's, in one run; `company` is None for tables of all companies."""

    run: str
    asset: str
    company: str | None


def step_of(context: dg.AssetExecutionContext) -> Step:
    """The step that is running."""
    company = context.partition_key if context.has_partition_key else None
    return Step(context.run.run_id, context.asset_key.to_user_string(), company)


class Platform:
    """One run's access to the warehouse and to both systems."""

    def __init__(
        self, settings: Settings, database: Database, tasks: Mapping[str, Task], connections: Connections
    ) -> None:
        self.settings = settings
        self.database = database
        self.tasks = tasks
        self._connections = connections

    def company(self, name: str) -> Company:
        """The settings of one legal entity."""
        return self.settings.companies[name]

    def reading(self, run: str) -> Reading:
        """How this run reads."""
        return Reading(self.database, self.settings.companies, run, datetime.now(UTC))

    def desk(self, unit: str, company: str, run: str) -> Desk:
        """Where one unit of one company is planned and delivered."""
        return Desk(self.reading(run), UNITS[unit], company, self.tasks, self.settings.delivery, self.settings.approval)

    def side(self, company: Company) -> Side:
        """What reconciliation has to know of a company, as of today."""
        lists = self.settings.mapping.default_price_list_by_currency
        named = {code.lower(): name for code, name in lists.items()}
        return Side(
            company.id,
            company.currency,
            company.sales_number_prefix,
            datetime.now(UTC).date(),
            tuple(
                NamedList(one.id, one.currency, one.price_list or named.get(one.currency.lower()))
                for one in self.settings.companies.values()
            ),
            value_maps.resolved(self.settings.mapping_settings())["currencies"],
        )

    def ask(
        self, step: Step, system: System, work: Callable[[SystemClient], Awaitable[Result]]
    ) -> tuple[Result, Statistics]:
        """Do a step's work with a client of one system; returns its result and what it asked of the system."""
        started = time.monotonic()
        result, statistics = self._connections.ask(system, work)
        found = throughput.asked(step.asset, step.company, system, *statistics, time.monotonic() - started)
        throughput.record(self.database, step.run, datetime.now(UTC), found)
        return result, statistics


def platform_on(settings: Settings, database: Database, connections: Connections) -> Platform:
    """The platform on an open file, whose tables are made where they are not there yet."""
    for module in (ledger, line_numbers, outbox, approvals, holdings, claims, differences, throughput, bookmarks):
        module.prepare(database)
    for entity in catalogue.ENTITIES.values():
        if not database.has_table("raw", entity.table):
            raw_log.prepare(database, entity.table, concatenate(entity, []))
    prefixes.check(database, settings.companies)
    return Platform(settings, database, catalogue.tasks(settings.mapping_settings()), connections)


def platform_resource(settings: Settings, database: Database | None = None) -> dg.ResourceDefinition:
    """The resource `platform`: opened when a run starts, closed when it ends; or on a file that stays open."""

    @dg.resource(description="The DuckDB file, the mappings, and clients for both systems.")
    def platform(_context: dg.InitResourceContext) -> Iterator[Platform]:
        paths = settings.paths
        held = opened(paths.warehouse, paths.warehouse_wait_s) if database is None else nullcontext(database)
        with held as open_file, Connections(settings) as connections:
            yield platform_on(settings, open_file, connections)

    return platform
