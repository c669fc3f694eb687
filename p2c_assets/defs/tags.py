"""Tags of runs: how a run reads, whether it may write, and who asked for it."""

import dagster as dg

READING = "p2c/reading"
CHANGES = "changes"
"""Only what changed is read, and reconciliation takes `raw` as it stands. A run without the tag reads everything."""

MODE = "p2c/mode"
DRY_RUN = "dry-run"
"""Nothing is sent and no outcome is recorded; what would be sent is planned. Nothing follows such a run by itself."""

STARTED_BY = "p2c/started_by"
COMPANY = "p2c/company"

TOLD = "p2c/told"
"""The entities of SCM that are read because events told of them, and for nothing else: of those just the rows they name."""

WITHIN = "p2c/within"
"""The run in whose process this one runs."""


def is_dry_run(run: dg.DagsterRun) -> bool:
    """Whether a run must not write into either system."""
    return run.tags.get(MODE) == DRY_RUN


def told_of(run: dg.DagsterRun, entity: str) -> bool:
    """Whether a run reads an entity of SCM because events told of its rows."""
    return entity in run.tags.get(TOLD, "").split(",")


def wants_changes_only(run: dg.DagsterRun) -> bool:
    """Whether a run was asked to read only what changed."""
    return run.tags.get(READING) == CHANGES
