"""What follows by itself inside the graph, and how old a delivered asset may become."""

from datetime import timedelta
from typing import Any, cast

import dagster as dg

from p2c_assets.defs.tags import DRY_RUN, MODE

_RAW_SALES = dg.AssetSelection.key_prefixes(["raw", "sales"])

_condition = cast(Any, dg.AutomationCondition)  # dagster 1.13 does not say of which key its conditions are
_MADE_TO_BE_SENT = _condition.any_deps_match(
    (
        _condition.newly_updated()
        & ~_condition.executed_with_root_target()
        & ~_condition.executed_with_tags(tag_values={MODE: DRY_RUN})
    )
    | _condition.will_be_requested()
)
FOLLOWS: dg.AutomationCondition[Any] = _condition.eager().replace(
    "any_deps_updated", _MADE_TO_BE_SENT.ignore(_RAW_SALES).with_label("any_deps_updated")
)
"""Made again when what it is made of was. Not after a table of Sales alone: it is shared by all companies, and the job
`follow_changes` knows which of them its changes concern. Not after a dry run: nothing may be sent because of it."""


def automated(asset: dg.AssetsDefinition, fresh_within: timedelta) -> dg.AssetsDefinition:
    """The asset with its automation condition (raw assets have none) and, where it is a delivered one, its freshness."""
    return asset.map_asset_specs(lambda spec: _automated(spec, fresh_within))


def _automated(spec: dg.AssetSpec, fresh_within: timedelta) -> dg.AssetSpec:
    stage = spec.key.path[0]
    if stage == "raw":
        return spec
    follows = spec.replace_attributes(automation_condition=FOLLOWS)
    if stage != "delivered":
        return follows
    return follows.replace_attributes(freshness_policy=dg.FreshnessPolicy.time_window(fail_window=fresh_within))
