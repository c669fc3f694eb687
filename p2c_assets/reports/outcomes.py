"""What became of the rows: the ledger's outcomes that hold now, counted by reason and listed row by row.

Every row is here, those that a filter left out as well; `quarantine` has the stopped ones alone, put together by cause.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.reports.balance import cents
from p2c_assets.warehouse.database import Database

_CHOSEN = """
FROM ledger.outcomes
WHERE valid_to_run IS NULL
  AND coalesce(task = $task, true) AND coalesce(company = $company, true) AND coalesce(outcome = $outcome, true)
  AND coalesce(reason = $reason, $reason IS NULL) AND coalesce(lower(document) = $document, $document IS NULL)
"""
_COUNTS = f"""
SELECT task, company, outcome, reason, currency, count(*), sum(amount)::DECIMAL(38, 4) {_CHOSEN}
GROUP BY ALL ORDER BY ALL
"""
_ROWS = f"""
SELECT task, company, document, outcome, reason, detail, since_utc, amount, currency, source_id {_CHOSEN}
ORDER BY task, company, document, source_id LIMIT $limit
"""


class Choice(NamedTuple):
    """Which rows are asked for; None: all."""

    task: str | None = None
    company: str | None = None
    outcome: str | None = None
    reason: str | None = None
    document: str | None = None

    @property
    def parameters(self) -> dict[str, object]:
        """As the queries take it."""
        return {**self._asdict(), "document": None if self.document is None else folded(self.document)}


class Counted(NamedTuple):
    """Rows of one task and company with one outcome and reason. `amount`: their sum in `currency`, None without money."""

    task: str
    company: str
    outcome: str
    reason: str | None
    currency: str | None
    rows: int
    amount: Decimal | None


class Listed(NamedTuple):
    """One source row and what became of it; `amount` in `currency`, `since_utc` the first date of outcome and reason."""

    task: str
    company: str
    document: str
    outcome: str
    reason: str | None
    detail: str | None
    since_utc: datetime
    amount: Decimal | None
    currency: str | None
    source_id: str


def counted(database: Database, choice: Choice) -> list[Counted]:
    """How many rows have which outcome and reason, by task, company and currency."""
    rows = database.connection.execute(_COUNTS, choice.parameters).fetchall()
    return [Counted(*row) for row in rows]


def listed(database: Database, choice: Choice, limit: int) -> list[Listed]:
    """The rows themselves, `limit` at the most."""
    rows = database.connection.execute(_ROWS, {**choice.parameters, "limit": limit}).fetchall()
    return [Listed(*row) for row in rows]


def lines(counts: Sequence[Counted], rows: Sequence[Listed]) -> Iterator[str]:
    """Counts by task, then the rows, as plain text."""
    task = None
    for one in counts:
        if one.task != task:
            task = one.task
            yield task
        said = f"{one.outcome}:{one.reason}" if one.reason else one.outcome
        yield f"  {one.company:<6} {one.rows:>7}  {said:<48} {_money(one.amount, one.currency):>20}".rstrip()
    if rows:
        yield ""
    for row in rows:
        said = f"{row.outcome}:{row.reason}" if row.reason else row.outcome
        money = _money(row.amount, row.currency)
        yield "  ".join(part for part in (row.company, row.document, said, money, row.detail or "") if part)
    total, shown = sum(one.rows for one in counts), len(rows)
    yield ""
    yield f"{total} rows" if shown in (0, total) else f"{total} rows, the first {shown} listed"


def as_data(counts: Sequence[Counted], rows: Sequence[Listed]) -> dict[str, Any]:
    """The same, ready for JSON; amounts are texts. A reason brings who can act and how."""
    return {"counts": [_data(one) for one in counts], "rows": [_data(row) for row in rows]}


def _data(one: Counted | Listed) -> Mapping[str, Any]:
    found = one._asdict()
    reason = REASONS.get(one.reason or "")
    known = {} if reason is None else {"owner": reason.owner, "fix": reason.fix}
    amount = None if one.amount is None else cents(one.amount)
    since = {"since_utc": one.since_utc.isoformat()} if isinstance(one, Listed) else {}
    return {**found, **known, **since, "amount": amount}


def _money(amount: Decimal | None, currency: str | None) -> str:
    return "" if amount is None else f"{cents(amount)} {currency or '?'}"
