"""`follow_changes`: the job that sensors ask for. It reads what has changed, and runs what follows from it, at once.

    sensor -> one run of this job -> [read_sales] -> [prospect_to_cash of a company: its entities of SCM that changed]
                                  -> [prospect_to_cash of a company concerned: what its changed flows deliver]
                                  -> [prospect_to_cash of a company concerned: everything else that depends on it]

The runs in brackets are runs of their own in this process, as those of `p2c run`: to be started costs a run more than its
work, so one is started for all (docs/adr/0022). Where events are sent, the run stays for a while and goes on with what they
tell; it ends as soon as another run waits. What was read and not yet followed is noted beforehand, so that a run that
fails or is killed is made up for.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import dagster as dg

from p2c_assets.defs.chain import Ran, run_job
from p2c_assets.defs.jobs import PROSPECT_TO_CASH, READ_SALES
from p2c_assets.defs.sensors import history
from p2c_assets.defs.sensors.decision import OP, Asked, owed_after
from p2c_assets.defs.tags import CHANGES, READING, STARTED_BY, TOLD, WITHIN
from p2c_assets.events import wakes
from p2c_assets.events.wakes import EVERY_COMPANY, STAGES, Owed, Stage, Wake, Wakes
from p2c_assets.mappings import catalogue
from p2c_assets.settings import Settings
from p2c_assets.warehouse import arrivals
from p2c_assets.warehouse.database import Database, opened

NAME = "follow_changes"
NO_TAGS: Mapping[str, str] = MappingProxyType({})
LASTS_AT_MOST_S = 600.0
LOOK_S = 0.2
REST_WAITS_S = 300.0
"""So long deliveries of other changes go before; then it is the turn of what else depends on a change."""

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


class Follower:
    """Follows changes within one run. What fails is left alone for the rest of the run; it stays noted."""

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
        self._instance = instance
        self._tags = {READING: CHANGES, STARTED_BY: NAME, WITHIN: run}
        self._downstream = Downstream(assets)
        self._began = time.monotonic()
        self._failed: set[str] = set()
        self._released: set[str] = set()
        self._last_turn: dict[str, float] = {}
        self._rest_since: dict[str, float] = {}

    def follow(self, noted: Wakes, asked: Asked, told: Callable[[str], None]) -> None:
        """Read and run while there are changes. Raises dg.Failure with what went wrong."""
        while True:
            problems = self.once(noted, asked, told)
            if problems:
                raise dg.Failure("; ".join(problems), allow_retries=False)
            if not self._there_is_more(noted):
                return
            asked = Asked()

    def once(self, noted: Wakes, asked: Asked, told: Callable[[str], None] = lambda _: None) -> list[str]:
        """All that is to be done now; what went wrong. What comes meanwhile is read between any two runs.

        Raises WarehouseBusyError when the file is not to be had; it is held for this, not for the wait after it.
        """
        paths, problems = self._settings.paths, list[str]()
        with opened(paths.warehouse, paths.warehouse_wait_s) as database:
            while parts := [*self._read_all(noted, asked), *self._run_next(noted)]:
                asked = Asked()
                told(", ".join(part.words for part in parts))
                problems += [problem for part in parts for problem in part.problems]
                self._release(noted, database)
                if self._has_to_end():
                    break
        return problems

    def _release(self, noted: Wakes, database: Database) -> None:
        """Rows of any company and flow that waited for what has arrived are run next; the same rows once."""
        tasks = catalogue.tasks(self._settings.mapping_settings())
        arrived = [one for one in arrivals.arrived(database, tasks) if one.company in self._settings.companies]
        found = [one for one in arrived if one.key not in self._released]
        self._released |= {one.key for one in found}
        noted.owe({Owed(one.company, one.entity, stage) for one in found for stage in STAGES})

    def _has_to_end(self) -> bool:
        """Another run waits, or this one has lasted: what is left is noted, and a sensor asks for it again."""
        return history.is_awaited(self._instance) or time.monotonic() - self._began > LASTS_AT_MOST_S

    def _read_all(self, noted: Wakes, asked: Asked) -> list[Part]:
        """What was asked for and what events have told, but for what has failed in this run."""
        pending, earlier = noted.pending(), noted.owed()
        named, asked = asked, asked.with_wakes(pending, list(self._settings.companies))
        scopes = [EVERY_COMPANY, *self._settings.companies]
        wanted = [
            scope for scope in scopes if scope not in self._failed and (asked.of(scope) or _is_open(scope, earlier))
        ]
        parts = [self._read(noted, scope, asked.of(scope), earlier, named.of(scope)) for scope in wanted]
        self._failed |= {part.scope for part in parts if part.problems}
        noted.settle([wake for wake in pending if not self._failed & set(self._scopes(wake))])
        return [part for part in parts if part.words]

    def _read(
        self, noted: Wakes, scope: str, names: Collection[str], earlier: Collection[Owed], whole: Collection[str]
    ) -> Part:
        """Read the tables of Sales or a company's entities, and note what has to follow instead of what might.

        Of SCM's entities that are not to be read `whole`, just the rows that events told of.
        """
        system = "sales" if scope == EVERY_COMPANY else "scm"
        might = {Owed(scope, f"{system}.{name}", stage) for name in names for stage in STAGES}
        noted.owe(might)
        brought, problems = self._brought(system, scope, names, {*names} - {*whole})
        if problems:
            return Part(scope, f"{scope or 'Sales'} could not be read", problems)
        before = {owed for owed in earlier if owed.company == scope}
        follows = owed_after(brought, before, list(self._settings.companies))
        noted.owe(follows, (might | before) - follows)
        rows = sum(count for counts in brought.values() for count in counts.values())
        return Part(scope, f"read {len(names)} of {scope or 'Sales'}, {rows} new" if names else "")

    def _brought(
        self, system: str, scope: str, names: Collection[str], told: Collection[str]
    ) -> tuple[Mapping[str, Mapping[str, int]], tuple[str, ...]]:
        if not names:
            return {}, ()
        keys = [dg.AssetKey(["raw", system, name]) for name in sorted(names)]
        if system == "sales":
            ran = self._run(READ_SALES, None, keys)
        else:
            ran = self._run(PROSPECT_TO_CASH, scope, keys, {TOLD: ",".join(sorted(told))} if told else {})
        return (history.changed_by_run(self._instance, ran.run), ()) if ran.succeeded else ({}, _problems(ran))

    def _run_next(self, noted: Wakes) -> list[Part]:
        """One company's turn: the one whose last turn is longest ago, deliveries before everything else."""
        owed = [
            one for one in noted.owed() if one.company in self._settings.companies and one.company not in self._failed
        ]
        now = time.monotonic()
        rest = {one.company for one in owed if one.stage == "rest"}
        self._rest_since = {company: self._rest_since.get(company, now) for company in rest}
        late = {company for company, since in self._rest_since.items() if now - since > REST_WAITS_S}
        flows = {one.company for one in owed if one.stage == "flow"}
        stage: Stage = "flow" if flows and not late else "rest"
        companies = flows if stage == "flow" else late or rest
        if not companies:
            return []
        company = min(sorted(companies), key=lambda one: self._last_turn.get(one, 0.0))
        self._last_turn[company] = now
        return [self._run_owed(noted, company, {one for one in owed if (one.company, one.stage) == (company, stage)})]

    def _run_owed(self, noted: Wakes, company: str, owed: Collection[Owed]) -> Part:
        """What depends on the entities that brought a company something."""
        keys = sorted({key for one in owed for key in self._downstream.of(one)})
        if not keys:
            noted.owe((), owed)
            return Part(company, f"nothing of {company} depends on {len(owed)} entities")
        ran = self._run(PROSPECT_TO_CASH, company, keys)
        if ran.succeeded:
            noted.owe((), owed)
        else:
            self._failed.add(company)
        return Part(company, f"{len(keys)} assets of {company} in {ran.seconds:.1f} s", _problems(ran))

    def _run(
        self, job: str, company: str | None, keys: Sequence[dg.AssetKey], tags: Mapping[str, str] = NO_TAGS
    ) -> Ran:
        return run_job(self._definitions, self._instance, job, company, {**self._tags, **tags}, keys)

    def _scopes(self, wake: Wake) -> Collection[str]:
        """The reads that a wake asks for."""
        if wake.system == "sales" or wake.company != EVERY_COMPANY:
            return [wake.company]
        return list(self._settings.companies)

    def _there_is_more(self, noted: Wakes) -> bool:
        """Wait for more events as long as the settings say; not where no events are sent, nor while another run waits."""
        until = time.monotonic() + (self._settings.sensors.stay_s if _has_events(self._settings) else 0.0)
        while not self._has_to_end():
            if noted.pending():
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_S)
        return False


class Downstream:
    """What of a company is made of a raw asset, raw assets apart, in two stages."""

    def __init__(self, assets: Sequence[dg.AssetsDefinition]) -> None:
        self._assets = list(assets)
        self._found: dict[str, frozenset[dg.AssetKey]] = {}

    def of(self, owed: Owed) -> frozenset[dg.AssetKey]:
        """`flow`: up to what the entity's own flow delivers. `rest`: other flows, and what is compared afterwards."""
        raw = dg.AssetKey(["raw", *owed.entity.split(".")])
        if owed.entity not in self._found:
            selection = dg.AssetSelection.assets(raw).downstream() - dg.AssetSelection.key_prefixes(["raw"])
            self._found[owed.entity] = frozenset(selection.resolve(self._assets))
        flow = self._group(raw)
        own = {key for key in self._found[owed.entity] if self._group(key) == flow and key.path[0] != "reconciled"}
        return frozenset(own) if owed.stage == "flow" else self._found[owed.entity] - own

    def _group(self, key: dg.AssetKey) -> str:
        return next(asset.group_names_by_key[key] for asset in self._assets if key in asset.keys)


def _is_open(scope: str, owed: Collection[Owed]) -> bool:
    """Whether a read of all companies was begun and not seen to its end: then each company owes what might follow."""
    return scope == EVERY_COMPANY and any(one.company == EVERY_COMPANY for one in owed)


def _has_events(settings: Settings) -> bool:
    """Whether both systems tell; a run that stays would keep the one that has to be asked from being asked."""
    return bool(settings.events.sales and settings.events.scm)


def _problems(ran: Ran) -> tuple[str, ...]:
    whose = "Sales" if ran.company is None else ran.company
    return tuple(f"{whose}: {problem}" for problem in ran.problems)
