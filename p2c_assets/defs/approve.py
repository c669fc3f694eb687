"""The job `approve_plan`: what `p2c approve` does, for people who work in the Dagster UI.

Launchpad: `ops: {approve: {config: {plan: P12-7f3a, approved_by: Jane Doe}}}`; `document` or `risk` narrow it.
"""

from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.job_definition import JobDefinition

from p2c_assets.defs.platform import Platform
from p2c_assets.defs.sensors import owing
from p2c_assets.delivery import release

APPROVE_PLAN = "approve_plan"


class Approve(dg.Config):
    """Which plan is approved, by whom, and, where not all of it is: which document or risk class."""

    plan: str
    approved_by: str
    document: str | None = None
    risk: str | None = None


@dg.op(required_resource_keys={"platform"})
def approve(context: dg.OpExecutionContext, config: Approve) -> None:
    """Approve what waits in a plan, as it was shown. The next run sends it; whoever cannot wait runs the flow."""
    platform: Platform = context.resources.platform
    wanted = release.Wanted(config.plan, config.document, config.risk, config.approved_by)
    found = release.approve(platform.database, wanted, datetime.now(UTC), platform.settings.approval.expires_after_h)
    owing.after_approval(platform.settings, platform.tasks, found.plan)
    context.add_output_metadata(release.as_data(found))


def approve_job() -> JobDefinition:
    """The job, to be launched with its configuration."""

    @dg.job(name=APPROVE_PLAN, description="Approve a plan by its name, given in the launchpad; the next run sends it.")
    def job() -> None:
        approve()

    return job
