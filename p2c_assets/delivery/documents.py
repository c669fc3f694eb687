"""Documents: mapped rows put together, header and lines, with one verdict for all of them.

A document arrives whole or not at all: one rejected line rejects it, one held line holds it. A row that concerns only itself
(a freight tax line) is left out without stopping the rest. Every mapped row leaves this module in exactly one document or
with an outcome of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

Row = Mapping[str, Any]

_WORST_FIRST = ("rejected", "held", "filtered")


class Member(NamedTuple):
    """One mapped row of a document: its task and its columns."""

    task: str
    row: Row


class Outcome(NamedTuple):
    """What became of one source row, or of a whole document. `detail` is for the person who acts on it."""

    outcome: str
    reason: str | None = None
    detail: str | None = None


class Document(NamedTuple):
    """A header with its lines, or a single row. `stopped` says why nothing of it is sent; None: it goes on to the plan.

    `gone`: the outcome of a record that is gone from its source and may have to be deactivated.
    """

    key: str
    header: Member
    lines: tuple[Member, ...]
    left_out: tuple[Member, ...]
    stopped: Outcome | None
    gone: Outcome | None = None

    @property
    def members(self) -> tuple[Member, ...]:
        """The rows that share the document's verdict."""
        return (self.header, *self.lines)

    @property
    def amount(self) -> Decimal | None:
        """The header's money at stake."""
        return self.header.row["amount"]


class Assembly(NamedTuple):
    """All documents of a unit and company, and the rows that belong to none."""

    documents: tuple[Document, ...]
    orphans: tuple[Member, ...]


def assemble(headers: Sequence[Member], lines: Sequence[Member], *, needs_lines: bool = False) -> Assembly:
    """Put lines under their headers (`parent_id` = the header's `source_id`).

    With `needs_lines` a header without any line is held: its lines were not read yet, or are somebody else's.
    """
    by_parent: dict[str, list[Member]] = defaultdict(list)
    for line in lines:
        by_parent[line.row["parent_id"]].append(line)
    documents = tuple(_document(header, by_parent.pop(header.row["source_id"], []), needs_lines) for header in headers)
    return Assembly(documents, tuple(line for rest in by_parent.values() for line in rest))


def _document(header: Member, lines: Sequence[Member], needs_lines: bool) -> Document:
    left_out = tuple(line for line in lines if _is_alone(line))
    kept = tuple(line for line in lines if not _is_alone(line))
    key = header.row["target_key"] or header.row["document"]
    return Document(key, header, kept, left_out, _stopped((header, *kept), needs_lines=needs_lines))


def _is_alone(member: Member) -> bool:
    return member.row["scope"] == "row" and member.row["outcome"] == "filtered"


def _stopped(members: Sequence[Member], *, needs_lines: bool) -> Outcome | None:
    """A filtered header decides for its lines; otherwise the worst outcome of any row decides for all."""
    header, *lines = members
    if header.row["outcome"] == "filtered":
        return _outcome(header)
    for outcome in _WORST_FIRST:
        for member in members:
            if member.row["outcome"] == outcome:
                return _outcome(member) if member is header else _of_line(member, len(lines))
    if needs_lines and not lines:
        return Outcome("held", "lines_missing", f"no line of {header.row['document']} was read with it")
    return None


def _of_line(member: Member, lines: int) -> Outcome:
    own = _outcome(member)
    return own._replace(detail=f"one of its {lines} lines ({member.row['source_id']}): {own.detail}")


def _outcome(member: Member) -> Outcome:
    return Outcome(member.row["outcome"], member.row["reason"], member.row["detail"])


def own_outcome(member: Member) -> Outcome:
    """The outcome of a row that shares no document's verdict: its own, or that its header is not there."""
    if member.row["outcome"] == "mapped":
        return Outcome("held", "parent_missing", f"its header {member.row['document']} was not read")
    return _outcome(member)


def outcome_of(member: Member, document: Document, verdict: Outcome) -> Outcome:
    """A document's verdict given to one of its rows. A line that a filter of its own left out keeps that filter's reason."""
    if document.stopped is not None and member.row["outcome"] == "filtered" == verdict.outcome:
        return _outcome(member)
    return verdict
