"""Plans as plain text for a terminal, as markdown for an asset's page, and as data."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from p2c_assets.reports.balance import cents
from p2c_assets.reports.plans import Document, Field, Plan, money, risks
from p2c_assets.reports.quarantine_text import number
from p2c_assets.reports.trace_text import cell

SHOWN = 20
PREVIEWED = 15
FIELDS_PREVIEWED = 6
LONGEST = 60
INDENT = "    "
SYSTEMS = {"sales": "Sales", "scm": "SCM"}


def lines(found: Sequence[Plan], shown: int | None = SHOWN) -> Iterator[str]:
    """Every plan that would write something, with its documents; then how many would write nothing."""
    writing = [plan for plan in found if plan.documents]
    for plan in writing:
        yield from _plan(plan, shown)
        yield ""
    waiting = sum(len(plan.waiting) for plan in writing)
    yield (
        f"{number(len(writing), 'plan')} with {number(sum(len(plan.documents) for plan in writing), 'document')} to write, "
        f"{waiting} of them waiting; {number(len(found) - len(writing), 'plan')} with nothing to write"
    )


def _plan(plan: Plan, shown: int | None) -> Iterator[str]:
    made = f", made {plan.made_utc:%Y-%m-%d %H:%M} UTC" if plan.made_utc else ""
    yield f"plan {plan.name}: {plan.flow} of {plan.company}, written to {_system(plan)}{made}"
    yield f"{INDENT}goes: {_counted(plan.released)}; waits: {_counted(plan.waiting)}{_others(plan.others)}"
    moved = [signed(amount, currency) for currency, amount in money(plan.documents).items() if amount]
    if moved:
        yield f"{INDENT}money: {', '.join(moved)}"
    for detail, count in plan.holds.items():
        yield f"{INDENT}{number(count, 'document')} waiting: {_with_name(detail, plan)}"
    for document in plan.documents[:shown]:
        yield from _document(document)
    more = 0 if shown is None else len(plan.documents) - shown
    if more > 0:
        yield f"{INDENT}and {more} more (--all, --json, or --document NUMBER)"


def _with_name(detail: str, plan: Plan) -> str:
    return detail.replace("p2c approve PLAN", f"p2c approve {plan.name}")


def _system(plan: Plan) -> str:
    return SYSTEMS[plan.unit.partition("/")[0]]


def _counted(documents: Sequence[Document]) -> str:
    by_risk = ", ".join(f"{risk} {count}" for risk, count in risks(documents).items() if count)
    return f"{len(documents)} ({by_risk})" if by_risk else "0"


def _others(others: Mapping[str, int]) -> str:
    named = ", ".join(f"{action} {count}" for action, count in sorted(others.items()))
    return f"; not written: {named}" if named else ""


def _document(one: Document) -> Iterator[str]:
    yield f"{INDENT}- {one.document}: {', '.join(_told(one))}"
    for (entity, key), fields in groupby(one.fields, _row_of):
        yield f"{INDENT * 2}{entity} {key}"
        yield from (
            f"{INDENT * 3}{field.field:<36} {_value(field.before)} -> {_value(field.after)}" for field in fields
        )


def _told(one: Document) -> list[str]:
    """What would be done with a document, and what it waits for."""
    parts = [one.action, one.risk]
    parts += [signed(one.money_delta, one.currency)] if one.money_delta else []
    parts += [f"waits for {one.hold}"] if one.hold else []
    parts += [f"approved ({one.approval})"] if one.approval is not None else []
    return parts + ([one.state] if one.state else [])


def _row_of(field: Field) -> tuple[str, str]:
    return field.entity, field.key


def _value(value: str | None) -> str:
    """As it can be told from its surroundings, also where it is empty."""
    if not value:
        return "(nothing)" if value is None else "(blank)"
    one_line = " ".join(value.splitlines())
    return one_line if len(one_line) <= LONGEST else f"{one_line[:LONGEST]}..."


def signed(amount: Decimal, currency: str | None) -> str:
    """`+1200.00 USD`."""
    return f"{'+' if amount >= 0 else ''}{cents(amount)} {currency or ''}".strip()


def markdown(documents: Sequence[Document]) -> str:
    """The first documents as a table, one row per field: what stands on the planned asset."""
    rows = ["| document | planned | field | before | after |", "| --- | --- | --- | --- | --- |"]
    for one in documents[:PREVIEWED]:
        rows += _markdown_rows(one)
    more = len(documents) - PREVIEWED
    if more > 0:
        rows.append(f"\nand {more} more: `p2c plan --all`")
    return "\n".join(rows) if documents else "nothing would be written"


def _markdown_rows(one: Document) -> Iterator[str]:
    first = [one.document, ", ".join(_told(one))]
    shown = [[field.field, field.before or "", field.after or ""] for field in one.fields[:FIELDS_PREVIEWED]]
    more = len(one.fields) - FIELDS_PREVIEWED
    shown += [[f"and {more} more", "", ""]] if more > 0 else []
    for position, cells in enumerate(shown or [["", "", ""]]):
        yield _row([*(first if position == 0 else ["", ""]), *cells])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell(text[:LONGEST]) for text in cells) + " |"


def as_data(found: Sequence[Plan]) -> list[dict[str, Any]]:
    """The same, ready for JSON, with every document and field; amounts are texts."""
    return [_data(plan) for plan in found]


def _data(plan: Plan) -> dict[str, Any]:
    return {
        **plan._asdict(),
        "made_utc": plan.made_utc.isoformat() if plan.made_utc else None,
        "others": dict(plan.others),
        "waiting": len(plan.waiting),
        "risks": risks(plan.documents),
        "money": {currency: cents(amount) for currency, amount in money(plan.documents).items()},
        "documents": [_document_data(one) for one in plan.documents],
    }


def _document_data(one: Document) -> dict[str, Any]:
    return {
        **one._asdict(),
        "money_delta": None if one.money_delta is None else cents(one.money_delta),
        "fields": [field._asdict() for field in one.fields],
    }
