"""The quarantine as plain text for terminals and mails, and as data."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from p2c_assets.mappings.reasons import REASONS
from p2c_assets.reports.balance import cents
from p2c_assets.reports.quarantine import Cause, Money, Quarantine, Stopped, days

SHOWN = 5
INDENT = "    "


def lines(found: Quarantine, now: datetime) -> Iterator[str]:
    """Each cause with what it stops, since when, who can act and how, and its first documents."""
    for cause in found.causes:
        yield from _cause(cause, now)
        yield ""
    stopped, causes = number(found.total, "document"), number(len(found.causes), "cause")
    yield f"{stopped} stopped by {causes}; at stake: {amounts(found.money)}"


def _cause(cause: Cause, now: datetime) -> Iterator[str]:
    about = f": {cause.about}" if cause.about else ""
    yield f"{cause.reason.outcome} {cause.reason.code}{about}"
    yield f"{INDENT}{cause.reason.cause}"
    since = f"since {cause.since_utc:%Y-%m-%d} ({days(cause.since_utc, now)} d)"
    yield f"{INDENT}{', '.join(cause.companies)}: {counts(cause.documents)}; {amounts(cause.money)}; {since}"
    if cause.waiting:
        yield f"{INDENT}waiting for it: {counts(cause.waiting)}"
    dipv = f" (DIPV {cause.reason.dipv})" if cause.reason.dipv else ""
    yield f"{INDENT}{cause.reason.owner}: {_fix(cause)}{dipv}"
    for document in (*cause.documents, *cause.waiting)[:SHOWN]:
        yield f"{INDENT}- {document.company} {document.flow} {document.document}: {_detail(document)}"
    more = len(cause.documents) + len(cause.waiting) - SHOWN
    if more > 0:
        yield f"{INDENT}  and {more} more"


def _fix(cause: Cause) -> str:
    """With the plan's name, where the cause is that it waits."""
    name = cause.about.removeprefix("plan ")
    return cause.reason.fix if name == cause.about else cause.reason.fix.replace("approve PLAN", f"approve {name}")


def _detail(document: Stopped) -> str:
    """Without what to do, which stands above already."""
    return document.detail.replace(f"; {REASONS[document.reason].fix}", "")


def number(count: int, noun: str) -> str:
    """`1 document`, `2 documents`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def counts(documents: Sequence[Stopped]) -> str:
    """`orders 3, quotes 1`: documents by flow, each once."""
    once = Counter(flow for flow, _, _ in {document.key for document in documents})
    return ", ".join(f"{flow} {count}" for flow, count in sorted(once.items()))


def amounts(found: Money) -> str:
    """`1200.00 EUR, 15.00 USD`."""
    return ", ".join(f"{cents(amount)} {currency}" for currency, amount in found.items()) or "no money"


def as_data(found: Quarantine, now: datetime) -> dict[str, Any]:
    """The same, ready for JSON; amounts are texts with two or more decimals."""
    return {
        "documents": found.total,
        "money": {currency: cents(amount) for currency, amount in found.money.items()},
        "causes": [_data(cause, now) for cause in found.causes],
    }


def _data(cause: Cause, now: datetime) -> dict[str, Any]:
    return {
        **cause.reason._asdict(),
        "about": cause.about,
        "company": cause.company,
        "companies": list(cause.companies),
        "since_utc": cause.since_utc.isoformat(),
        "days": days(cause.since_utc, now),
        "money": {currency: cents(amount) for currency, amount in cause.money.items()},
        "documents": [_document(document) for document in cause.documents],
        "waiting": [_document(document) for document in cause.waiting],
    }


def _document(document: Stopped) -> dict[str, Any]:
    return {
        "flow": document.flow,
        "company": document.company,
        "document": document.document,
        "outcome": document.outcome,
        "reason": document.reason,
        "about": document.about,
        "detail": document.detail,
        "since_utc": document.since_utc.isoformat(),
        "rows": document.rows,
        "amount": None if document.amount is None else cents(document.amount),
        "currency": document.currency,
    }
