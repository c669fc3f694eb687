"""Tags of runs: how a run reads, and who asked for it."""

import dagster as dg

READING = "p2c/reading"
CHANGES = "changes"
"""Only what changed is read, and reconciliation takes `raw` as it stands. A run without the tag reads everything."""

STARTED_BY = "p2c/started_by"
COMPANY = "p2c/company"

WITHIN = "p2c/within"
"""The run in whose process this one runs."""


def wants_changes_only(run: dg.DagsterRun) -> bool:
    """Whether a run was asked to read only what changed."""
    return run.tags.get(READING) == CHANGES
