"""The writer: outbox, send, verdict, read-back.

A document's way: written to the outbox, its destination read again (changed since the plan? then it is held), marked as
sent, sent in one changeset, its verdict stored as it arrives, its keys read back. After a crash the outbox says what may have
been sent; such a document is settled by reading its keys, never by sending blindly again.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from p2c_assets.connectors.protocol import Changeset, SystemClient, Verdict
from p2c_assets.delivery import desk as desks
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.documents import Document, Outcome
from p2c_assets.delivery.plan import Planned, changes_json, operations_json
from p2c_assets.delivery.verify import ReadBack, verify
from p2c_assets.warehouse import ledger, line_numbers, outbox
from p2c_assets.warehouse.outbox import Answer, Slot

OUTBOX_SCHEMA = {
    "document": pl.String,
    "action": pl.String,
    "fingerprint": pl.String,
    "operations": pl.String,
    "changes": pl.String,
    "mapping": pl.String,
    "source_versions": pl.String,
}
SENT_ACTIONS = ("create", "update")
PAST = {"create": "created", "update": "updated"}
STALE = ("duplicate", "not_found")
"""Verdicts that say our picture of the destination is old: read the key, plan again, send once more."""


class Delivered(NamedTuple):
    """What became of the documents of one delivery, by document key; `read_back`: what reading those written showed."""

    outcomes: Mapping[str, Outcome]
    answers: Mapping[str, Answer]
    read_back: Mapping[str, ReadBack]


class Writer:
    """Delivers the plan of one unit and company."""

    def __init__(self, desk: Desk, client: SystemClient, plan: str, approved: Collection[str] = ()) -> None:
        """`approved`: keys of documents that a person approved. These are sent as they were shown, or not at all."""
        self._desk = desk
        self._approved = approved
        self._client = client
        self._slot = Slot(desk.unit.name, desk.company, plan)
        self._sent: dict[str, Planned] = {}

    async def deliver(self, planned: Sequence[Planned]) -> Delivered:
        """Send what the plan wants sent. Every document gets an outcome."""
        wanted = {item.document.key: item for item in planned if item.action in SENT_ACTIONS}
        self._enqueue(wanted)
        outcomes = await self._before_sending(wanted)
        to_send = {key: item for key, item in wanted.items() if key not in outcomes}
        outcomes |= await self._send_and_settle(to_send)
        written = {key: self._sent.get(key, item) for key, item in wanted.items() if _was_written(outcomes[key])}
        read_back = await self._read_back(written)  # what was written before a crash too: nobody has read it back yet
        outcomes |= {key: found.outcome for key, found in read_back.items() if found.outcome is not None}
        return Delivered(outcomes, outbox.states(self._desk.database, self._slot), read_back)

    def _enqueue(self, wanted: Mapping[str, Planned]) -> None:
        mapping = self._mapping()
        rows = [
            (
                key,
                item.action,
                item.fingerprint,
                operations_json(item.operations),
                changes_json(item.changes),
                mapping,
                _source_versions(item.document),
            )
            for key, item in wanted.items()
        ]
        frame = pl.DataFrame(rows, schema=OUTBOX_SCHEMA, orient="row")
        reading = self._desk.reading
        outbox.enqueue(self._desk.database, self._slot, reading.run, frame, reading.now)

    def _mapping(self) -> str:
        """The versions of the mappings that made these documents, by task."""
        tasks = [part.task for part in self._desk.unit.parts]
        return json.dumps(ledger.mappings(self._desk.database, tasks, self._desk.company))

    async def _before_sending(self, wanted: Mapping[str, Planned]) -> dict[str, Outcome]:
        """What need not or must not be sent: settled before a crash, done meanwhile, or changed since the plan."""
        states = outbox.states(self._desk.database, self._slot)
        outcomes = {
            key: _known(wanted[key], states[key]) for key in wanted if states[key].state in ("delivered", "refused")
        }
        rest = {key: item for key, item in wanted.items() if key not in outcomes}
        for key, fresh in (await self._plan_again(rest)).items():
            outcome = _meanwhile(wanted[key], fresh, states[key].state)
            if outcome is not None:
                outcomes[key] = outcome
                self._settle([Answer(key, _state(outcome), None, "", outcome.detail or "", "")])
        return outcomes

    async def _plan_again(self, items: Mapping[str, Planned]) -> Mapping[str, Planned]:
        """The same documents against the destination as it is at this moment."""
        documents = [item.document for item in items.values()]
        await desks.read_again(self._desk, self._client, documents)
        return desks.plan(self._desk, documents)

    async def _send_and_settle(self, items: Mapping[str, Planned]) -> dict[str, Outcome]:
        """Send; what is stale or without answer is read back, planned again and sent once more where that still makes sense."""
        verdicts = await self._send(items)
        outcomes = {key: _outcome(items[key], verdict) for key, verdict in verdicts.items()}
        unsure = {key: items[key] for key, verdict in verdicts.items() if _is_unsure(verdict)}
        fresh = {key: self._as_approved(items[key], item) for key, item in (await self._plan_again(unsure)).items()}
        again = {key: item for key, item in fresh.items() if item.action in SENT_ACTIONS}
        outcomes |= self._settle_by_reading({key: items[key] for key in unsure if key not in again}, fresh)
        repeated = await self._send(again)
        outcomes |= {key: _outcome(items[key], verdict) for key, verdict in repeated.items()}
        late = {key: items[key] for key, verdict in repeated.items() if _is_unsure(verdict)}
        found = await self._plan_again(late)
        done = {key: item for key, item in late.items() if found[key].action == "unchanged"}
        return outcomes | self._settle_by_reading(done, found)

    def _as_approved(self, item: Planned, fresh: Planned) -> Planned:
        """A fresh plan of an approved document is held where it is another one than the person saw."""
        seen = item.document.key not in self._approved or fresh.fingerprint == item.fingerprint
        if seen or fresh.action not in SENT_ACTIONS:
            return fresh
        detail = f"the destination changed after the approval: {_differences(fresh)}"
        return fresh._replace(action="held", reason="changed_since_plan", detail=detail)

    def _settle_by_reading(self, items: Mapping[str, Planned], fresh: Mapping[str, Planned]) -> dict[str, Outcome]:
        """What the destination holds now decides: done if nothing differs any more, else what the fresh plan says."""
        outcomes = {key: _found(item, fresh[key]) for key, item in items.items()}
        self._settle([Answer(key, _state(found), None, "", found.detail or "", "") for key, found in outcomes.items()])
        return outcomes

    async def _send(self, items: Mapping[str, Planned]) -> dict[str, Verdict]:
        if not items:
            return {}
        outbox.mark_sent(self._desk.database, self._slot, list(items), datetime.now(UTC))
        self._keep_numbers([item.document for item in items.values()])
        self._sent |= items
        changesets = [Changeset(key, item.operations) for key, item in items.items()]
        verdicts = await self._client.send(changesets, self._record)
        return {verdict.changeset_id: verdict for verdict in verdicts}

    def _keep_numbers(self, documents: Sequence[Document]) -> None:
        lines = self._desk.unit.lines
        if lines is not None:
            sent = [line.row["source_id"] for document in documents for line in document.lines]
            line_numbers.mark_sent(self._desk.database, self._desk.tasks[lines.task].source.table, sent)

    def _record(self, verdicts: Sequence[Verdict]) -> None:
        self._settle([_answer(verdict) for verdict in verdicts if verdict.status != "ambiguous"])

    def _settle(self, answers: Sequence[Answer]) -> None:
        outbox.settle(self._desk.database, self._slot, answers, datetime.now(UTC))

    async def _read_back(self, written: Mapping[str, Planned]) -> dict[str, ReadBack]:
        """Read what was written and compare it, field by field."""
        await desks.read_again(self._desk, self._client, [item.document for item in written.values()])
        found = verify(self._desk, written)
        kept = [outbox.Kept(key, one.text or outbox.AS_SENT, one.as_json()) for key, one in found.items()]
        outbox.keep_read_back(self._desk.database, self._slot, kept)
        wrong = {key: one.outcome.reason or "" for key, one in found.items() if one.outcome is not None}
        if wrong:
            outbox.remember_not_kept(self._desk.database, self._slot, wrong, datetime.now(UTC))
        return found


def _source_versions(document: Document) -> str:
    """The version that each row of the document had in its source, by source row."""
    versions = {str(member.row["source_id"]): member.row["source_version"] for member in document.members}
    return json.dumps(versions, ensure_ascii=False)


def _differences(item: Planned) -> str:
    named = [
        f"{change.entity}.{change.field}: sent {change.after!r}, found {change.before!r}" for change in item.changes
    ]
    return "; ".join(named[:5])


def _was_written(outcome: Outcome) -> bool:
    return outcome.outcome in PAST.values()


def _found(item: Planned, fresh: Planned) -> Outcome:
    if fresh.action == "unchanged":
        return Outcome(PAST[item.action], None, "settled by reading it back")
    return Outcome(fresh.action, fresh.reason, fresh.detail)


def _known(item: Planned, answer: Answer) -> Outcome:
    """A verdict that arrived before this step was started again."""
    if answer.state == "delivered":
        return Outcome(PAST[item.action], item.reason, item.detail)
    return Outcome("refused", "refused_by_destination", f"{answer.code}: {answer.message}")


def _meanwhile(planned: Planned, fresh: Planned, state: str) -> Outcome | None:
    """None: send it as planned."""
    if fresh.action == "unchanged":
        detail = "settled by reading it back"
        return Outcome(PAST[planned.action], None, detail) if state == "sent" else Outcome("unchanged", None, None)
    if fresh.fingerprint == planned.fingerprint:
        return None
    return Outcome("held", "changed_since_plan", f"the destination changed after the plan: {_differences(fresh)}")


def _state(outcome: Outcome) -> str:
    return "delivered" if outcome.outcome in (*PAST.values(), "unchanged") else "held"


def _is_unsure(verdict: Verdict) -> bool:
    return verdict.status == "ambiguous" or (verdict.status == "refused" and verdict.kind in STALE)


def _outcome(item: Planned, verdict: Verdict) -> Outcome:
    if verdict.status == "delivered":
        return Outcome(PAST[item.action], item.reason, item.detail)
    if verdict.code == "too_many_operations":
        return Outcome("rejected", "too_many_lines", verdict.message)
    if verdict.status == "refused":
        return Outcome("refused", "refused_by_destination", f"{verdict.code}: {verdict.message}")
    reason = "no_answer" if verdict.status == "ambiguous" else "destination_unavailable"
    return Outcome("held", reason, verdict.message)


def _answer(verdict: Verdict) -> Answer:
    state = {"delivered": "delivered", "refused": "refused"}.get(verdict.status, "pending")
    return Answer(verdict.changeset_id, state, verdict.http_status, verdict.code, verdict.message, verdict.request_id)
