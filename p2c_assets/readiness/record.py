"""The findings in the warehouse: `readiness.sales`, `.scm`, `.company`, `.documents`, one slice per company.

A slice is never empty once an asset has looked: kinds without a finding are there as `ok`. So "not ready" and "never looked at"
are two things.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from p2c_assets.readiness.finding import Finding, with_accepted
from p2c_assets.readiness.kinds import ASSETS, Asset
from p2c_assets.transforms.columns import AMOUNT, UTC_TIME
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.stage import read_slice, replace_slice

SCHEMA = "readiness"
BEFORE_DELIVERY: tuple[Asset, ...] = ("sales", "scm", "company")
"""What has to be without errors. `documents` has none: a code that is not mapped stops its own documents."""
_COLUMNS: dict[str, pl.DataType] = {
    "company": pl.String(),
    "level": pl.String(),
    "code": pl.String(),
    "of_company": pl.String(),
    "subject": pl.String(),
    "found": pl.String(),
    "needed": pl.String(),
    "owner": pl.String(),
    "fix": pl.String(),
    "documents": pl.Int64(),
    "amount": AMOUNT,
    "currency": pl.String(),
    "run": pl.String(),
    "looked_utc": UTC_TIME,
}


def remember(
    database: Database, asset: Asset, company: str, found: Sequence[Finding], run: str, now: datetime
) -> pl.DataFrame:
    """Put the findings in place of the company's last ones; returns them as stored."""
    rows = pl.DataFrame([_row(company, one, run, now) for one in found], schema=_COLUMNS, orient="row")
    replace_slice(database, SCHEMA, asset, company, rows)
    return rows


def _row(company: str, one: Finding, run: str, now: datetime) -> tuple[object, ...]:
    place = (company, one.level, one.code, one.company, one.subject, one.found, one.needed, one.owner, one.fix)
    return (*place, one.documents, one.amount, one.currency, run, now)


def recorded(database: Database, asset: Asset, company: str) -> list[Finding]:
    """The company's last findings; none where the asset has never looked."""
    rows = read_slice(database, SCHEMA, asset, company)
    return [_finding(row) for row in rows.to_dicts()]


def _finding(row: dict[str, Any]) -> Finding:
    place = (row["level"], row["code"], row["of_company"], row["subject"], row["found"], row["needed"])
    return Finding(*place, row["documents"], row["amount"], row["currency"])


def recent(database: Database, asset: Asset, since: datetime) -> list[Finding]:
    """What was found about a system since then, whichever company asked: it is the same for all of them."""
    if not database.has_table(SCHEMA, asset):
        return []
    sql = f"SELECT company FROM {SCHEMA}.{asset} GROUP BY 1 HAVING min(looked_utc) >= ? ORDER BY max(looked_utc) DESC LIMIT 1"
    company = database.value(sql, [since])
    return [] if company is None else recorded(database, asset, str(company))


def is_ready(database: Database, company: str, accepted: Sequence[str]) -> bool:
    """Whether everything was looked at before, and nothing was found that stands against the first delivery."""
    looked = [recorded(database, asset, company) for asset in BEFORE_DELIVERY]
    found = with_accepted([one for findings in looked for one in findings], accepted)
    return all(looked) and not any(one.level == "error" for one in found)


def everything(database: Database, company: str) -> list[Finding]:
    """The last findings of all assets."""
    return [one for asset in ASSETS for one in recorded(database, asset, company)]
