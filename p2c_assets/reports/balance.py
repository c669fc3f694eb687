"""What came of it, as figures: rows per outcome of every flow, and both systems' money with every difference named.

Read from the ledger and from the reconciled slices; nothing is computed here that a query of these tables would not give.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.mappings.model import Task
from p2c_assets.warehouse import ledger
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.ledger import OUTCOMES

CENT = Decimal("0.01")


class TaskCounts(NamedTuple):
    """One task of one company: rows read and rows per outcome."""

    flow: str
    task: str
    company: str
    rows_in: int
    outcomes: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether every row has an outcome."""
        return self.rows_in == sum(self.outcomes.values())


class Class(NamedTuple):
    """One class of difference: how many records, and SCM minus Sales in the document's currency."""

    name: str
    rows: int
    amount: Decimal
    unexplained: bool


class Money(NamedTuple):
    """Sales total + every class = SCM total, of one flow, company and currency."""

    flow: str
    company: str
    currency: str
    sales_total: Decimal
    scm_total: Decimal
    classes: tuple[Class, ...]
    unexplained_amount: Decimal

    @property
    def unexplained(self) -> int:
        """Records without an explanation."""
        return sum(found.rows for found in self.classes if found.unexplained)

    @property
    def in_flight(self) -> Decimal:
        """Money that SCM has added and that has not come back yet."""
        return sum((found.amount for found in self.classes if found.name == "in_flight"), Decimal(0))


class Balance(NamedTuple):
    """The whole picture after a chain."""

    tasks: tuple[TaskCounts, ...]
    money: tuple[Money, ...]

    @property
    def is_explained(self) -> bool:
        """Every row has its outcome and every difference its name."""
        return all(task.adds_up for task in self.tasks) and not any(money.unexplained for money in self.money)


def balance(database: Database, tasks: Mapping[str, Task], companies: list[str]) -> Balance:
    """Read the picture as it stands. What was never mapped is left out."""
    counted = tuple(
        _counts(database, task, company) for task in tasks.values() for company in (*companies, ledger.NO_COMPANY)
    )
    flows = list(dict.fromkeys(task.flow for task in tasks.values()))
    delivered = tuple(counts for counts in counted if counts is not None and _is_shown(counts))
    return Balance(delivered, tuple(money for flow in flows for money in _money(database, flow, companies)))


def _is_shown(counts: TaskCounts) -> bool:
    """Rows of no company are shown where there are any."""
    return counts.company != ledger.NO_COMPANY or bool(counts.rows_in or sum(counts.outcomes.values()))


def _counts(database: Database, task: Task, company: str) -> TaskCounts | None:
    rows_in = ledger.rows_in(database, task.name, company)
    if rows_in is None:
        return None
    rows = database.rows(
        "SELECT outcome, count(*) FROM ledger.outcomes WHERE task = ? AND company = ? AND valid_to_run IS NULL GROUP BY 1",
        [task.name, company],
    )
    found = {str(outcome): int(str(count)) for outcome, count in rows}
    outcomes = {outcome: found.get(outcome, 0) for outcome in OUTCOMES}
    return TaskCounts(task.flow, task.name, company, rows_in, outcomes)


_MONEY = """
SELECT company, currency, class, unexplained, sum(rows)::BIGINT AS rows, sum(sales_amount)::DECIMAL(38, 4) AS sales_amount,
       sum(scm_amount)::DECIMAL(38, 4) AS scm_amount, sum(difference)::DECIMAL(38, 4) AS difference,
       sum(gross_difference)::DECIMAL(38, 4) AS gross_difference
FROM reconciled.{flow} GROUP BY ALL ORDER BY currency, unexplained, class
"""
"""All months together."""


def _money(database: Database, flow: str, companies: list[str]) -> list[Money]:
    if not database.has_table("reconciled", flow):
        return []
    rows = database.frame(_MONEY.format(flow=flow)).to_dicts()
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for company in companies:
        for row in rows:
            if row["company"] == company:
                groups.setdefault((company, row["currency"]), []).append(row)
    return [_one(flow, company, currency, group) for (company, currency), group in groups.items()]


def _one(flow: str, company: str, currency: str, rows: list[dict[str, Any]]) -> Money:
    return Money(
        flow,
        company,
        currency,
        sum((row["sales_amount"] for row in rows), Decimal(0)),
        sum((row["scm_amount"] for row in rows), Decimal(0)),
        tuple(Class(row["class"], row["rows"], row["difference"], row["unexplained"]) for row in rows),
        sum((row["gross_difference"] for row in rows if row["unexplained"]), Decimal(0)),
    )


def as_data(found: Balance) -> dict[str, Any]:
    """The same as JSON-ready data; amounts are texts with two or more decimals, in the document's currency."""
    return {
        "explained": found.is_explained,
        "tasks": [{**task._asdict(), "outcomes": dict(task.outcomes)} for task in found.tasks],
        "money": [_money_data(money) for money in found.money],
    }


def _money_data(money: Money) -> dict[str, Any]:
    classes = [{**found._asdict(), "amount": cents(found.amount)} for found in money.classes]
    return {
        **money._asdict(),
        "sales_total": cents(money.sales_total),
        "scm_total": cents(money.scm_total),
        "classes": classes,
        "unexplained_amount": cents(money.unexplained_amount),
        "unexplained_rows": money.unexplained,
        "in_flight": cents(money.in_flight),
    }


def cents(value: Decimal) -> str:
    """An amount with its cents; smaller parts are shown where they are not zero."""
    rounded = value.quantize(CENT)
    return str(rounded) if rounded == value else format(value.normalize(), "f")
