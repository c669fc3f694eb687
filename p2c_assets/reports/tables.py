"""The figures as tables for a terminal."""

from collections.abc import Sequence

from rich.table import Table

from p2c_assets.reports.balance import Balance, Money, TaskCounts, cents
from p2c_assets.warehouse.ledger import OUTCOMES


def outcome_table(found: Balance) -> Table:
    """One row per task and company: rows in, rows per outcome."""
    table = Table(title="What became of every row", title_justify="left")
    for name in ("flow", "task", "company"):
        table.add_column(name, no_wrap=True)
    for name in ("in", *OUTCOMES):
        table.add_column(name, justify="right")
    for task in found.tasks:
        table.add_row(task.flow, task.task, task.company, *_counts(task))
    return table


def _counts(task: TaskCounts) -> list[str]:
    total = str(task.rows_in) if task.adds_up else f"[red]{task.rows_in} ≠ {sum(task.outcomes.values())}[/red]"
    return [total, *(str(task.outcomes[outcome] or "") for outcome in OUTCOMES)]


def money_table(found: Balance) -> Table:
    """Sales total + each class = SCM total, per flow, company and currency."""
    table = Table(title="Both systems' money, read afresh after delivery", title_justify="left")
    for name in ("flow", "company", "currency", "what"):
        table.add_column(name, no_wrap=True)
    for name in ("records", "amount"):
        table.add_column(name, justify="right", no_wrap=True)
    for money in found.money:
        for row in _money_rows(money):
            table.add_row(*row)
        table.add_section()
    return table


def _money_rows(money: Money) -> Sequence[tuple[str, ...]]:
    rows = [(money.flow, money.company, money.currency, "Sales total", "", cents(money.sales_total))]
    for found in money.classes:
        mark = "[red]unexplained [/red]" if found.unexplained else ""
        rows.append(("", "", "", f"  + {mark}{found.name}", str(found.rows), cents(found.amount)))
    rows.append(("", "", "", "= SCM total", "", cents(money.scm_total)))
    return rows
