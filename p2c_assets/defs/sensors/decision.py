"""What a sensor decides: what to have read, or why nothing. Pure; the sensors beside this module are its shells."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import dagster as dg

from p2c_assets.defs.tags import CHANGES, READING, STARTED_BY
from p2c_assets.events.wakes import EVERY_COMPANY, STAGES, Owed, Wake

NO_COMPANY = "-"
OP = "follow"


class Asked(NamedTuple):
    """What is to be read: tables of Sales, and entities of SCM by company; names without their system."""

    sales: frozenset[str] = frozenset()
    scm: Mapping[str, frozenset[str]] = {}

    def of(self, scope: str) -> frozenset[str]:
        """The entities of a company, or with EVERY_COMPANY the tables of Sales."""
        return self.sales if scope == EVERY_COMPANY else self.scm.get(scope, frozenset())

    def with_wakes(self, wakes: Iterable[Wake], companies: Collection[str]) -> "Asked":
        """The same, and what events have told."""
        sales, scm = set(self.sales), {company: set(names) for company, names in self.scm.items()}
        for wake in wakes:
            if wake.system == "sales":
                sales.add(wake.entity)
                continue
            for company in companies if wake.company == EVERY_COMPANY else {wake.company} & set(companies):
                scm.setdefault(company, set()).add(wake.entity)
        return Asked(frozenset(sales), {company: frozenset(names) for company, names in scm.items()})

    def config(self) -> dict[str, Any]:
        """As the run's configuration has it."""
        scm = {company: sorted(names) for company, names in sorted(self.scm.items()) if names}
        return {"ops": {OP: {"config": {"sales": sorted(self.sales), "scm": scm}}}}


class Decision(NamedTuple):
    """What to have read and under which key (Dagster drops a repeat in silence), and in words why so or why nothing."""

    asked: Asked | None
    why: str
    key: str = ""

    def request(self, job: str, sensor: str) -> dg.RunRequest:
        """The run that Dagster is asked for."""
        asked = self.asked or Asked()
        tags = {READING: CHANGES, STARTED_BY: sensor, "dagster/priority": "1"}
        return dg.RunRequest(run_key=self.key, job_name=job, run_config=asked.config(), tags=tags)


class Table(NamedTuple):
    """A table of Sales as its last read left it: whether there was one, and the delta link, None where it has none."""

    key: dg.AssetKey
    was_read: bool
    link: str | None

    @property
    def name(self) -> str:
        """What Sales calls it."""
        return self.key.path[-1]


class Following(NamedTuple):
    """The job that follows changes: a run queued or running, the id of the last one, and how long ago that one failed."""

    active: bool
    last_run: str
    failed_s_ago: float | None = None

    def why_not(self, patience_s: float) -> str | None:
        """Why no run is asked for now, whatever has changed."""
        if self.active:
            return (
                "a run that follows changes is queued or running; what has changed since is folded into it or the next"
            )
        if self.failed_s_ago is not None and self.failed_s_ago < patience_s:
            return f"the last run that followed changes failed {self.failed_s_ago:.0f} s ago; again after {patience_s:.0f} s"
        return None


def read_of_sales(
    tables: Sequence[Table],
    pending: Mapping[dg.AssetKey, int | None],
    woken: Mapping[str, int],
    owed: Collection[Owed],
    last_run: str,
) -> Decision:
    """Read the tables of Sales that events tell of, that have changes waiting, that were never read, or whose link has
    expired (`pending` None).

    `woken`: table -> number of its last event. `owed`: what an earlier run did not follow to its end. `last_run` is in
    the key, so that a read that failed is asked for again.
    """
    reasons = {table.name: why for table in tables if (why := _why(table, pending, woken))}
    if not reasons and not owed:
        return Decision(None, f"no change in {sum(1 for table in tables if table.link)} tables of Sales")
    words = [f"{name}: {why}" for name, why in sorted(reasons.items())]
    left = [f"left by an earlier run: {len(owed)} entities"] if owed else []
    links = [f"{table.name} {table.link} {pending.get(table.key)} {woken.get(table.name)}" for table in tables]
    return Decision(Asked(sales=frozenset(reasons)), ", ".join([*words, *left]), _key([*links, last_run]))


def _why(table: Table, pending: Mapping[dg.AssetKey, int | None], woken: Mapping[str, int]) -> str | None:
    if not table.was_read:
        return "never read"
    if table.name in woken:
        return "an event"
    if table.link is None or table.key not in pending or pending[table.key] == 0:
        return None
    count = pending[table.key]
    return "link expired" if count is None else f"{count} changes"


def read_of_scm(
    due: Mapping[str, Collection[str]], wakes: Sequence[Wake], companies: Sequence[str], key: str
) -> Decision:
    """Read each company's entities that are due, whole, and what events tell of, which the run finds noted itself."""
    asked = Asked(scm={company: frozenset(names) for company, names in due.items() if names})
    every = asked.with_wakes([wake for wake in wakes if wake.system == "scm"], companies)
    if not every.scm:
        return Decision(None, "no entity of SCM is due, and no event has come")
    why = ", ".join(f"{company} {len(names)} entities" for company, names in sorted(every.scm.items()))
    numbers = [f"{wake.entity} {wake.company} {wake.number}" for wake in wakes]
    return Decision(asked, why, _key([why, key, *numbers]))


def owed_after(
    changed: Mapping[str, Mapping[str, int]], earlier: Collection[Owed], companies: Collection[str]
) -> set[Owed]:
    """What has to follow: for each company the entities that brought it something, and what was owed before.

    `changed`: entity (`sales.accounts`) -> company -> versions and tombstones logged.
    """
    affected = {(company, entity) for entity, counts in changed.items() for company in _affected(counts, companies)}
    found = {Owed(company, entity, stage) for company, entity in affected for stage in STAGES}
    for owed in earlier:
        found |= {owed._replace(company=company) for company in companies if owed.company in (company, EVERY_COMPANY)}
    return found


def _affected(counts: Mapping[str, int], companies: Collection[str]) -> Iterable[str]:
    """Rows of no company (references such as units and currencies) concern every company."""
    named = {company for company, count in counts.items() if count}
    return companies if NO_COMPANY in named else named & set(companies)


def _key(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
