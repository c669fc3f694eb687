"""What a sensor decides: which runs to ask for, or why none. Pure; the sensors beside this module are its shells."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import dagster as dg

from p2c_assets.defs.tags import CHANGES, COMPANY, READING, STARTED_BY

NO_COMPANY = "-"


class Wanted(NamedTuple):
    """A run to ask for. `key` tells it from every other that was ever asked for: Dagster drops a repeat in silence.

    `priority`: what people wait for goes before polling.
    """

    job: str
    assets: tuple[dg.AssetKey, ...]
    company: str | None
    key: str
    priority: int = 1

    def request(self, sensor: str) -> dg.RunRequest:
        """What Dagster is asked for."""
        tags = {READING: CHANGES, STARTED_BY: sensor, "dagster/priority": str(self.priority)}
        return dg.RunRequest(
            run_key=self.key,
            job_name=self.job,
            asset_selection=list(self.assets),
            partition_key=self.company,
            tags=tags if self.company is None else {**tags, COMPANY: self.company},
        )


class Decision(NamedTuple):
    """The runs, and in words why just these or none."""

    wanted: tuple[Wanted, ...]
    why: str


class Table(NamedTuple):
    """A table of Sales as its last read left it: whether there was one, and the delta link, None where it has none."""

    key: dg.AssetKey
    was_read: bool
    link: str | None


def read_of_sales(
    job: str, tables: Sequence[Table], pending: Mapping[dg.AssetKey, int | None], active: bool, last_run: str
) -> Decision:
    """Read the tables of Sales that have changes, that were never read, or whose link has expired (`pending` None).

    `last_run` is the id of the job's last run, so that a read that failed is asked for again.
    """
    if active:
        return Decision((), "a read of Sales is queued or running; what has changed since is folded into the next")
    new = [table.key for table in tables if not table.was_read]
    changed = [table.key for table in tables if table.was_read and table.link and pending.get(table.key, 0) != 0]
    if not new and not changed:
        return Decision((), f"no change in {sum(1 for table in tables if table.link)} tables of Sales")
    assets = tuple(sorted([*new, *changed]))
    links = [f"{table.key.to_user_string()} {table.link} {pending.get(table.key)}" for table in tables]
    why = ", ".join(f"{key.path[-1]}: {_words(pending.get(key), key in new)}" for key in assets)
    return Decision((Wanted(job, assets, None, _key([*links, last_run])),), why)


def _words(pending: int | None, new: bool) -> str:
    if new:
        return "never read"
    return "link expired" if pending is None else f"{pending} changes"


def read_of_scm(
    job: str,
    due: Mapping[str, Collection[dg.AssetKey]],
    active: Collection[str],
    now_s: int,
) -> Decision:
    """Read each company's entities that are due; a company with a run queued or running waits for its next turn."""
    wanted = tuple(
        Wanted(job, tuple(sorted(assets)), company, _key([company, str(now_s), *(map(str, sorted(assets)))]), 0)
        for company, assets in sorted(due.items())
        if assets and company not in active
    )
    if wanted:
        return Decision(wanted, "due: " + ", ".join(f"{one.company} {len(one.assets)} entities" for one in wanted))
    waiting = sorted(company for company, assets in due.items() if assets)
    if waiting:
        return Decision((), f"due, but a run is queued or running: {', '.join(waiting)}")
    return Decision((), "no entity of SCM is due")


def runs_after(
    job: str,
    changed: Mapping[dg.AssetKey, Mapping[str, int]],
    downstream: Mapping[dg.AssetKey, Collection[dg.AssetKey]],
    companies: Collection[str],
    queued: Mapping[str, Collection[dg.AssetKey]],
    run: str,
) -> Decision:
    """What follows from what a read brought: for each company with changes, what depends on the tables that changed.

    `changed`: raw asset -> company -> versions and tombstones logged. `queued`: what a company's waiting run will
    materialize anyway; it will see these changes too.
    """
    by_company: dict[str, set[dg.AssetKey]] = {}
    for asset, counts in changed.items():
        for company in _affected(counts, companies):
            by_company.setdefault(company, set()).update(downstream.get(asset, ()))
    wanted = tuple(
        Wanted(job, tuple(sorted(assets)), company, _key([run, company]))
        for company, assets in sorted(by_company.items())
        if assets and not assets <= set(queued.get(company, ()))
    )
    if not wanted:
        return Decision((), "nothing that was read had changed, or a waiting run will see it")
    return Decision(wanted, ", ".join(f"{one.company}: {len(one.assets)} assets" for one in wanted))


def _affected(counts: Mapping[str, int], companies: Collection[str]) -> Iterable[str]:
    """Rows of no company (references such as units and currencies) concern every company."""
    named = {company for company, count in counts.items() if count}
    return companies if NO_COMPANY in named else named & set(companies)


def _key(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
