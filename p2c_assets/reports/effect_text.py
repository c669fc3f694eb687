"""The effect of a changed mapping as plain text and as data."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from p2c_assets.reports.effect import Effect, Example, FieldChange, OutcomeChange

LONGEST = 40


def lines(found: Effect) -> Iterator[str]:
    """Task by task and company by company: fields with their examples, then outcomes; the sum at the end."""
    yield from found.notes
    changes = sorted([*found.fields, *found.outcomes], key=lambda one: (one.task, one.company))
    for (task, company), ours in groupby(changes, lambda one: (one.task, one.company)):
        yield f"{task} {company}"
        for change in ours:
            yield from _field(change) if isinstance(change, FieldChange) else _outcome(change)
    yield _sum(found)


def _field(change: FieldChange) -> Iterator[str]:
    yield f"  {change.field}: {_rows(change.rows)}, {change.when}{_mode(change)}; would be sent for {change.sent}"
    yield from (
        f"    {example.document}: {_value(example.before)} -> {_value(example.after)}" for example in change.examples
    )


def _mode(change: FieldChange) -> str:
    return f" ({change.mode_before} -> {change.mode_after})" if change.mode_before != change.mode_after else ""


def _outcome(change: OutcomeChange) -> Iterator[str]:
    about = f" ({change.cause})" if change.cause else ""
    yield f"  {_rows(change.rows)} {change.before} -> {change.after}{about}: {_some(change)}"


def _some(change: OutcomeChange) -> str:
    more = change.rows - len(change.documents)
    return ", ".join(change.documents) + (f" and {more} more" if more else "")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _value(value: str | None) -> str:
    if value is None:
        return "(empty)"
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}..."


def _sum(found: Effect) -> str:
    if not found.fields and not found.outcomes:
        return f"nothing would change in {_rows(found.compared)}"
    fields, outcomes = len({(one.task, one.field) for one in found.fields}), sum(one.rows for one in found.outcomes)
    noun = "field" if fields == 1 else "fields"
    return (
        f"{fields} {noun} would change, {_rows(outcomes)} would have another outcome; {_rows(found.compared)} compared"
    )


def data(found: Effect) -> dict[str, Any]:
    """The same as data."""

    def example(one: Example) -> dict[str, Any]:
        return dict(one._asdict())

    return {
        "compared": found.compared,
        "notes": found.notes,
        "fields": [{**one._asdict(), "examples": [example(each) for each in one.examples]} for one in found.fields],
        "outcomes": [dict(one._asdict()) for one in found.outcomes],
    }
