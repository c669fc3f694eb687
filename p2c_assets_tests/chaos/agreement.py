"""What is wrong with two systems that came to rest: rows that differ, rows without an outcome, reasons that are not true.

Every row of either system that a task is for either arrived, and then is the same on the other side; or it did not, for a
reason that what both systems hold bears out. The ledger says which of the two; both systems say whether it is so.
"""

from collections.abc import Collection, Iterator, Mapping

from p2c_assets.mappings import catalogue
from p2c_assets.mappings.model import Task
from p2c_assets.settings import Settings
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.chaos import excuses
from p2c_assets_tests.chaos.equality import Equality
from p2c_assets_tests.chaos.holding import Holding, Row, row_id
from p2c_assets_tests.chaos.systems import Systems

ARRIVED = ("created", "updated", "unchanged")
FOLLOW_THE_SOURCE = (
    "quotes_to_quotation_headers",
    "order_headers_to_salesorders",
    "invoice_headers_to_invoices",
)
"""Headers whose documents have no lines but the source's; an order that SCM has from Sales is SCM's to add to."""

Outcomes = Mapping[tuple[str, str], tuple[str, str | None]]


def faults(database: Database, systems: Systems, settings: Settings, flows: Collection[str]) -> Iterator[str]:
    """Of the only company and these flows, in words."""
    equality, outcomes = _read(database, systems, settings)
    for task in _tasks(equality, flows):
        for row in equality.holding.rows[task.source.reference]:
            yield from _of_row(equality, task, row, outcomes)
        yield from _of_rows_that_are_gone(equality.holding, task, outcomes)


def arrived(
    database: Database, systems: Systems, settings: Settings, flows: Collection[str]
) -> Iterator[tuple[Equality, Task, Row]]:
    """The rows of the only company that are compared, each with what compares it."""
    equality, outcomes = _read(database, systems, settings)
    for task in _tasks(equality, flows):
        for row in equality.holding.rows[task.source.reference]:
            if outcomes.get((task.name, row_id(task.source, row)), ("", None))[0] in ARRIVED:
                yield equality, task, row


def _read(database: Database, systems: Systems, settings: Settings) -> tuple[Equality, Outcomes]:
    (company,) = settings.companies.values()
    numbers = {str(line): int(str(number)) for line, number in database.rows(_LINE_NUMBERS)}
    holding = Holding.of(systems, catalogue.tasks(settings.mapping_settings()))
    outcomes = {(str(task), str(row)): (str(what), _word(why)) for task, row, what, why in database.rows(_OUTCOMES)}
    return Equality(holding, company, numbers), outcomes


_OUTCOMES = "SELECT task, source_id, outcome, reason FROM ledger.outcomes WHERE valid_to_run IS NULL"
_LINE_NUMBERS = "SELECT line_id, number FROM ledger.line_numbers"


def _word(value: object) -> str | None:
    return None if value is None else str(value)


def _tasks(equality: Equality, flows: Collection[str]) -> list[Task]:
    return [task for task in equality.holding.tasks.values() if task.flow in flows]


def _of_row(equality: Equality, task: Task, row: Row, outcomes: Outcomes) -> Iterator[str]:
    name = row_id(task.source, row)
    outcome, reason = outcomes.get((task.name, name), (None, None))
    if outcome is None:
        yield f"{task.name} {name}: no outcome"
    elif outcome in ARRIVED:
        yield from equality.differences(task, row)
        yield from equality.strangers(task, row) if task.name in FOLLOW_THE_SOURCE else ()
    elif reason is None or not excuses.is_true(equality, task, row, reason):
        yield f"{task.name} {name}: {outcome} as {reason}, which is not so"


def _of_rows_that_are_gone(holding: Holding, task: Task, outcomes: Outcomes) -> Iterator[str]:
    there = {row_id(task.source, row) for row in holding.rows[task.source.reference]}
    for (name, row), (outcome, reason) in outcomes.items():
        if name == task.name and row not in there and reason not in excuses.OF_ROWS_THAT_ARE_GONE:
            yield f"{name} {row}: {outcome} as {reason}, and it is gone"
