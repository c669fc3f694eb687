"""The figures as plain text, 80 columns wide: for terminals, logs and mails alike."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from p2c_assets.reports.balance import Balance, Money, TaskCounts, cents
from p2c_assets.warehouse.ledger import OUTCOMES

_NAMES = ("in", *OUTCOMES)
_WIDTHS = {name: max(len(name), 6) + 1 for name in _NAMES}


def outcome_lines(found: Balance) -> Iterator[str]:
    """Per flow and task one table: a row per company with its rows in and per outcome."""
    for flow, tasks in groupby(found.tasks, lambda task: task.flow):
        yield ""
        yield flow.upper()
        for name, rows in groupby(tasks, lambda task: task.task):
            yield from _task_lines(name, list(rows))


def _task_lines(name: str, rows: Sequence[TaskCounts]) -> Iterator[str]:
    yield f"  {name}"
    yield " " * 8 + "".join(column.rjust(_WIDTHS[column]) for column in _NAMES)
    for row in rows:
        counts = [row.rows_in, *(row.outcomes[outcome] for outcome in OUTCOMES)]
        cells = zip(_NAMES, counts, strict=True)
        marked = "" if row.adds_up else f"  <- {row.rows_in} rows, {sum(row.outcomes.values())} outcomes"
        yield (
            f"    {row.company:<4}"
            + "".join(str(count or ".").rjust(_WIDTHS[column]) for column, count in cells)
            + marked
        )


def money_lines(found: Balance) -> Iterator[str]:
    """Per flow, company and currency: Sales total + each class (records, amount) = SCM total, and the difference."""
    for flow, balances in groupby(found.money, lambda money: money.flow):
        yield ""
        yield f"{flow.upper():<54}{'records':>8}{'amount':>18}"
        for money in balances:
            yield from _balance_lines(money)


def _balance_lines(money: Money) -> Iterator[str]:
    yield _line(f"  {money.company} {money.currency}  Sales total", "", cents(money.sales_total))
    for found in money.classes:
        mark = "UNEXPLAINED " if found.unexplained else ""
        yield _line(f"            + {mark}{found.name}", str(found.rows), cents(found.amount))
    yield _line("            = SCM total", "", cents(money.scm_total))
    explained = "" if money.unexplained else ", all of it explained"
    yield _line(f"              difference{explained}", "", cents(money.scm_total - money.sales_total))


def _line(what: str, records: str, amount: str) -> str:
    return f"{what:<54}{records:>8}{amount:>18}"
