"""`follow_changes`: the job that sensors ask for. It reads what has changed, and runs what follows from it, at once.

    sensor -> one run of this job -> [read_sales] -> [prospect_to_cash of a company: its entities of SCM that changed]
                                  -> [prospect_to_cash of each company concerned: just what depends on what changed]

The runs in brackets are runs of their own in this process, as those of `p2c run`: to be started costs a run more than its
work, so one is started for all (docs/adr/0022). Where events are sent, the run stays for a while and goes on with what they
tell; it ends as soon as another run waits. What was read and not yet followed is noted beforehand, so that a run that
fails or is killed is made up for.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import dagster as dg

from p2c_assets.defs.chain import Ran, run_job
from p2c_assets.defs.jobs import PROSPECT_TO_CASH, READ_SALES
from p2c_assets.defs.sensors import history
from p2c_assets.defs.sensors.decision import OP, Asked, owed_after
from p2c_assets.defs.tags import CHANGES, READING, STARTED_BY, WITHIN
from p2c_assets.events import wakes
from p2c_assets.events.wakes import EVERY_COMPANY, Owed, Wake, Wakes
from p2c_assets.mappings import catalogue
from p2c_assets.settings import Settings
from p2c_assets.warehouse import arrivals
from p2c_assets.warehouse.database import Database, opened

NAME = "follow_changes"
STAYS_AT_MOST_S = 600.0
LOOK_S = 0.2

_ASKED = {
    "sales": dg.Field([str], default_value=[], description="Tables of Sales to read."),
    "scm": dg.Field(dg.Map(str, [str]), default_value={}, description="Entities of SCM to read, by company."),
}


def job(
    settings: Settings, definitions: Callable[[], dg.Definitions], assets: Sequence[dg.AssetsDefinition]
) -> dg.JobDefinition:
    """The job for a code location; `definitions` is asked when it runs."""

    @dg.op(name=OP, config_schema=_ASKED, description="Read what changed; run what follows, company by company.")
    def follow(context: dg.OpExecutionContext) -> None:
        config = context.op_config
        asked = Asked(frozenset(config["sales"]), {name: frozenset(those) for name, those in config["scm"].items()})
        follower = Follower(settings, definitions(), assets, context.instance, context.run_id)
        with wakes.opened(settings.paths.events) as noted:
            follower.follow(noted, asked, context.log.info)

    @dg.job(
        name=NAME,
        executor_def=dg.in_process_executor,
        description="Reads what has changed in both systems and runs what follows. Sensors ask for it; by hand it does "
        "what events have told and what earlier runs left undone.",
    )
    def follow_changes() -> None:
        follow()

    return follow_changes


class Part(NamedTuple):
    """One run within this one: for a company, or for none where it read Sales; what it did, and what went wrong."""

    scope: str
    words: str
    problems: tuple[str, ...] = ()


class Round(NamedTuple):
    """What one round did, and what went wrong. `released`: held rows wait for nothing any more, and the next round has them."""

    words: str
    problems: tuple[str, ...]
    did_run: bool = False
    released: bool = False


class Follower:
    """Follows changes within one run."""

    def __init__(
        self,
        settings: Settings,
        definitions: dg.Definitions,
        assets: Sequence[dg.AssetsDefinition],
        instance: dg.DagsterInstance,
        run: str,
    ) -> None:
        self._settings = settings
        self._definitions = definitions
        self._assets = list(assets)
        self._instance = instance
        self._tags = {READING: CHANGES, STARTED_BY: NAME, WITHIN: run}
        self._downstream: dict[str, frozenset[dg.AssetKey]] = {}
        self._released: set[str] = set()

    def follow(self, noted: Wakes, asked: Asked, told: Callable[[str], None]) -> None:
        """Round after round while there are changes. Raises dg.Failure with what went wrong in a round."""
        began = time.monotonic()
        while True:
            done = self.once(noted, asked)
            told(done.words)
            if done.problems:
                raise dg.Failure("; ".join(done.problems), allow_retries=False)
            if not done.released and not self._there_is_more(noted, began):
                return
            asked = Asked()

    def once(self, noted: Wakes, asked: Asked) -> Round:
        """One round: what was asked for and what events have told is read, and what follows is run.

        Raises WarehouseBusyError when the file is not to be had; it is held for the round, not for the wait after it.
        """
        paths = self._settings.paths
        with opened(paths.warehouse, paths.warehouse_wait_s) as database:
            done = self._round(noted, asked)
            return done._replace(released=done.did_run and self._release(noted, database))

    def _round(self, noted: Wakes, asked: Asked) -> Round:
        began, told, earlier = time.monotonic(), noted.pending(), noted.owed()
        asked = asked.with_wakes(told, list(self._settings.companies))
        reads = [
            self._read(noted, scope, asked.of(scope), earlier) for scope in (EVERY_COMPANY, *self._settings.companies)
        ]
        failed = {read.scope for read in reads if read.problems}
        noted.settle([wake for wake in told if not failed & set(self._scopes(wake))])
        owed = noted.owed()
        ran = [self._run_owed(noted, company, owed) for company in self._settings.companies]
        problems = [problem for one in (*reads, *ran) for problem in one.problems]
        words = [one.words for one in (*reads, *ran) if one.words] or ["nothing to do"]
        did_run = any(one.words for one in ran)
        return Round(f"{', '.join(words)}: {time.monotonic() - began:.1f} s", tuple(problems), did_run)

    def _release(self, noted: Wakes, database: Database) -> bool:
        """Rows of any company and flow that waited for what has arrived are run next; the same rows once."""
        tasks = catalogue.tasks(self._settings.mapping_settings())
        found = [
            one
            for one in arrivals.arrived(database, tasks)
            if one.company in self._settings.companies and one.key not in self._released
        ]
        self._released.update(one.key for one in found)
        noted.owe({Owed(one.company, one.entity) for one in found})
        return bool(found)

    def _read(self, noted: Wakes, scope: str, names: Collection[str], earlier: Collection[Owed]) -> Part:
        """Read the tables of Sales or a company's entities, and note what has to follow instead of what might."""
        system = "sales" if scope == EVERY_COMPANY else "scm"
        might = {Owed(scope, f"{system}.{name}") for name in names}
        noted.owe(might)
        brought, problems = self._brought(system, scope, names)
        if problems:
            return Part(scope, "", problems)
        before = {owed for owed in earlier if owed.company == scope}
        follows = owed_after(brought, before, list(self._settings.companies))
        noted.owe(follows, (might | before) - follows)
        rows = sum(count for counts in brought.values() for count in counts.values())
        return Part(scope, f"read {len(names)} of {scope or 'Sales'}, {rows} new" if names else "")

    def _brought(
        self, system: str, scope: str, names: Collection[str]
    ) -> tuple[Mapping[str, Mapping[str, int]], tuple[str, ...]]:
        if not names:
            return {}, ()
        keys = [dg.AssetKey(["raw", system, name]) for name in sorted(names)]
        ran = self._run(READ_SALES, None, keys) if system == "sales" else self._run(PROSPECT_TO_CASH, scope, keys)
        return (history.changed_by_run(self._instance, ran.run), ()) if ran.succeeded else ({}, _problems(ran))

    def _run_owed(self, noted: Wakes, company: str, owed: Collection[Owed]) -> Part:
        """What depends on the entities that brought a company something."""
        its = {one for one in owed if one.company == company}
        keys = sorted({key for one in its for key in self._after(one.entity)})
        if not keys:
            return Part(company, "")
        ran = self._run(PROSPECT_TO_CASH, company, keys)
        if ran.succeeded:
            noted.owe((), its)
        return Part(company, f"{len(keys)} assets of {company} in {ran.seconds:.1f} s", _problems(ran))

    def _run(self, job: str, company: str | None, keys: Sequence[dg.AssetKey]) -> Ran:
        return run_job(self._definitions, self._instance, job, company, self._tags, keys)

    def _after(self, entity: str) -> frozenset[dg.AssetKey]:
        """Everything of a company that is made of a raw asset, raw assets apart."""
        if entity not in self._downstream:
            raw = dg.AssetSelection.assets(dg.AssetKey(["raw", *entity.split(".")]))
            every_raw = dg.AssetSelection.key_prefixes(["raw"])
            self._downstream[entity] = frozenset((raw.downstream() - every_raw).resolve(self._assets))
        return self._downstream[entity]

    def _scopes(self, wake: Wake) -> Collection[str]:
        """The reads that a wake asks for."""
        if wake.system == "sales" or wake.company != EVERY_COMPANY:
            return [wake.company]
        return list(self._settings.companies)

    def _there_is_more(self, noted: Wakes, began: float) -> bool:
        """Wait for more events as long as the settings say; not where no events are sent, nor while another run waits."""
        until = time.monotonic() + (self._settings.sensors.stay_s if _has_events(self._settings) else 0.0)
        while not history.is_awaited(self._instance) and time.monotonic() - began < STAYS_AT_MOST_S:
            if noted.pending():
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_S)
        return False


def _has_events(settings: Settings) -> bool:
    """Whether both systems tell; a run that stays would keep the one that has to be asked from being asked."""
    return bool(settings.events.sales and settings.events.scm)


def _problems(ran: Ran) -> tuple[str, ...]:
    whose = "Sales" if ran.company is None else ran.company
    return tuple(f"{whose}: {problem}" for problem in ran.problems)
