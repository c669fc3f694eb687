"""The checks that stand beside the assets: what must be true, said as a sentence, with what to look at when it is not."""

from collections.abc import Sequence
from typing import NamedTuple

import dagster as dg
import polars as pl

from p2c_assets.mappings.model import Task
from p2c_assets.readiness.finding import Finding, sentence
from p2c_assets.readiness.kinds import Asset, of_asset
from p2c_assets.reconcile.compare import UNEXPLAINED, Balance
from p2c_assets.warehouse import ledger
from p2c_assets.warehouse.database import Database

SHOWN = 10


class Check(NamedTuple):
    """A check's name, what it says, and whether what follows must stop when it fails."""

    name: str
    description: str
    blocking: bool


KEYS_ARE_UNIQUE = Check("keys_are_unique", "No two mapped rows would write one row of the destination.", True)
NO_UNMAPPED_CODES = Check(
    "no_unmapped_codes", "Every country, unit and currency of the source has a value in its map.", False
)
NOTHING_WAITS_FOR_A_PERSON = Check(
    "nothing_waits_for_a_person", "No planned document waits for an approval, and no guard has tripped.", False
)
OUTCOMES_ADD_UP = Check(
    "outcomes_add_up",
    "Every source row, counted in raw, has exactly one outcome in the ledger, and the outcomes add up to that count.",
    True,
)
WRITTEN_AS_SENT = Check("written_as_sent", "What was written reads back as it was sent.", False)
TOTALS_AGREE = Check("totals_agree", "Both systems' totals agree to the cent, or every difference has a name.", False)

ON_MAPPED = (KEYS_ARE_UNIQUE, NO_UNMAPPED_CODES)
ON_PLANNED = (NOTHING_WAITS_FOR_A_PERSON,)
ON_DELIVERED = (OUTCOMES_ADD_UP, WRITTEN_AS_SENT)
ON_RECONCILED = (TOTALS_AGREE,)


def specs(key: str, checks: Sequence[Check]) -> list[dg.AssetCheckSpec]:
    """The specifications of an asset's checks."""
    return [
        dg.AssetCheckSpec(
            check.name, asset=dg.AssetKey(key.split("/")), description=check.description, blocking=check.blocking
        )
        for check in checks
    ]


def keys_are_unique(key: dg.AssetKey, rows: pl.DataFrame) -> dg.AssetCheckResult:
    """Blocking: two rows with one key would overwrite each other."""
    mapped = rows.filter(pl.col("outcome") == "mapped")
    doubled = mapped.filter(pl.col("target_key").is_duplicated())["target_key"].unique(maintain_order=True)
    return _result(key, KEYS_ARE_UNIQUE, doubled.is_empty(), f"doubled keys: {_some(doubled.to_list())}", doubled.len())


def no_unmapped_codes(key: dg.AssetKey, rows: pl.DataFrame) -> dg.AssetCheckResult:
    """A warning: these rows wait for an entry in a value map."""
    unmapped = rows.filter(pl.col("reason").str.starts_with("unmapped_").fill_null(value=False))
    details = unmapped["detail"].unique(maintain_order=True).to_list()
    return _result(key, NO_UNMAPPED_CODES, unmapped.is_empty(), _some(details), unmapped.height)


def nothing_waits_for_a_person(key: dg.AssetKey, rows: pl.DataFrame) -> dg.AssetCheckResult:
    """A warning: these documents are not sent before somebody has looked at the plan."""
    waiting = rows.filter(pl.col("hold").is_not_null())
    causes = waiting.group_by("hold_detail", maintain_order=True).len().rows()
    told = [f"{count} documents: {detail}".replace("PLAN`", f"{waiting['plan_name'][0]}`") for detail, count in causes]
    return _result(key, NOTHING_WAITS_FOR_A_PERSON, waiting.is_empty(), _some(told), waiting.height)


def outcomes_add_up(key: dg.AssetKey, database: Database, tasks: Sequence[Task], company: str) -> dg.AssetCheckResult:
    """Blocking: a row without outcome is lost, a row with two is counted twice."""
    wrong = [
        f"{task.name}: {tally.rows_in} rows in raw.{task.source.table}, {tally.outcomes} outcomes for {tally.distinct} rows"
        for task in tasks
        if (tally := ledger.tally(database, task.name, company)).is_wrong
    ]
    return _result(key, OUTCOMES_ADD_UP, not wrong, "; ".join(wrong), len(wrong))


def written_as_sent(key: dg.AssetKey, rows: pl.DataFrame) -> dg.AssetCheckResult:
    """A warning: the destination altered what it was given."""
    altered = rows.filter(pl.col("altered").is_not_null())
    named = [f"{row['document']}: {row['altered']}" for row in altered.head(SHOWN).to_dicts()]
    return _result(key, WRITTEN_AS_SENT, altered.is_empty(), "; ".join(named), altered.height)


def totals_agree(key: dg.AssetKey, balances: Sequence[Balance], pairs: pl.DataFrame) -> dg.AssetCheckResult:
    """An error, at the end of the chain: nothing is left to be stopped, but nobody may overlook it."""
    wrong = [balance for balance in balances if balance.unexplained_rows]
    money = ", ".join(
        f"{balance.unexplained:.2f} {balance.currency} in {balance.unexplained_rows} records" for balance in wrong
    )
    named = pairs.filter(pl.col("class").is_in(UNEXPLAINED))
    records = [f"{row['key']} {row['class']}" for row in named.head(SHOWN).to_dicts()]
    return _result(key, TOTALS_AGREE, not wrong, f"unexplained: {money} ({'; '.join(records)})", len(records), "error")


def on_readiness(asset: Asset) -> tuple[Check, ...]:
    """One check for each kind of finding. None is blocking: nothing follows from these assets."""
    return tuple(Check(kind.code, kind.says, False) for kind in of_asset(asset))


def found_ready(key: dg.AssetKey, asset: Asset, found: Sequence[Finding]) -> list[dg.AssetCheckResult]:
    """What was found of each kind: an error where something has to be put right, a warning where somebody should look."""
    return [_found(key, check, [one for one in found if one.code == check.name]) for check in on_readiness(asset)]


def _found(key: dg.AssetKey, check: Check, found: Sequence[Finding]) -> dg.AssetCheckResult:
    open_ones = [one for one in found if one.level in ("error", "warning")]
    severity = "error" if any(one.level == "error" for one in open_ones) else "warning"
    return _result(key, check, not open_ones, _some([sentence(one) for one in open_ones]), len(open_ones), severity)


def _result(
    key: dg.AssetKey, check: Check, passed: bool, failure: str, count: int, severity: str = "warning"
) -> dg.AssetCheckResult:
    is_error = check.blocking or severity == "error"
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check.name,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description="as it should be" if passed else failure,
        metadata={"count": count},
    )


def _some(values: Sequence[object]) -> str:
    more = len(values) - SHOWN
    return "; ".join(str(value) for value in values[:SHOWN]) + (f" and {more} more" if more > 0 else "")
