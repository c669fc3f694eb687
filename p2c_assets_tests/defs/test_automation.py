"""What follows by itself: after a run that may write, and never after a dry run."""

import dagster as dg
import pytest

from p2c_assets.defs.automation import FOLLOWS
from p2c_assets.defs.tags import DRY_RUN, MODE

COMPANIES = dg.StaticPartitionsDefinition(["usmf"])


@dg.asset(partitions_def=COMPANIES)
def planned() -> None:
    """Stands for a planned asset."""


@dg.asset(partitions_def=COMPANIES, deps=[planned], automation_condition=FOLLOWS)
def delivered() -> None:
    """Stands for a delivered asset."""


ALL = dg.AssetSelection.assets(planned, delivered)


@pytest.mark.parametrize(("tags", "requested"), [({}, 1), ({MODE: "other"}, 1), ({MODE: DRY_RUN}, 0)])
def test_nothing_is_delivered_by_itself_because_of_a_dry_run(tags: dict[str, str], requested: int) -> None:
    definitions = dg.Definitions([planned, delivered])
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([planned, delivered], instance=instance, partition_key="usmf")
        before = dg.evaluate_automation_conditions(definitions, instance, ALL)
        dg.materialize([planned], instance=instance, partition_key="usmf", tags=tags)
        after = dg.evaluate_automation_conditions(definitions, instance, ALL, cursor=before.cursor)
    assert after.total_requested == requested
