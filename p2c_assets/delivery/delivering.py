"""Delivering the plan of one unit and company, and writing down what became of every source row.

`delivered.<unit>` holds the verdict per document; the ledger holds the outcome per task and source row. A document whose plan
no longer matches what is mapped is not sent: it is held as changed since the plan. One that waits for a person is not sent
unless it has been approved as it stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from p2c_assets.connectors.protocol import SystemClient
from p2c_assets.delivery import approval, conflicts
from p2c_assets.delivery import desk as desks
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.documents import Assembly, Document, Member, Outcome, outcome_of, own_outcome
from p2c_assets.delivery.plan import Planned
from p2c_assets.delivery.verify import NOT_KEPT, ReadBack
from p2c_assets.delivery.writer import PAST, SENT_ACTIONS, Delivered, Writer
from p2c_assets.warehouse import approvals, ledger
from p2c_assets.warehouse.outbox import Answer
from p2c_assets.warehouse.stage import read_slice, replace_slice

DELIVERED_SCHEMA = {
    "company": pl.String,
    "plan": pl.String,
    "document": pl.String,
    "source_id": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "altered": pl.String,
    "read_back": pl.String,
    "lines": pl.Int64,
    "amount": pl.Decimal(38, 4),
    "currency": pl.String,
    "http_status": pl.Int32,
    "request_id": pl.String,
}

SETTLED = ("created", "updated", "unchanged", "refused")
"""Outcomes after which an approval is used up: the destination has answered, or nothing is left to do."""
_NO_ANSWER = Answer("", "", None, "", "", "")


class Verdicts(NamedTuple):
    """The documents' outcomes by header row, the answers by document key, and what reading those written showed."""

    outcomes: Mapping[str, Outcome]
    answers: Mapping[str, Answer]
    read_back: Mapping[str, ReadBack]


async def deliver_plan(desk: Desk, client: SystemClient) -> pl.DataFrame:
    """Send the planned slice, record every row's outcome; returns the verdicts (columns: DELIVERED_SCHEMA)."""
    slice_ = read_slice(desk.database, "planned", desk.unit.table, desk.company)
    approved = {row["source_id"]: row for row in slice_.to_dicts()}
    assembly = desks.assembly(desk)
    plans = desks.plan(desk, assembly.documents)
    verdicts = await _deliver(desk, client, approved, plans)
    frame = pl.DataFrame(list(_rows(desk, assembly, verdicts)), schema=DELIVERED_SCHEMA, orient="row")
    replace_slice(desk.database, "delivered", desk.unit.table, desk.company, frame)
    _record(desk, assembly, verdicts)
    _remember(desk, frame)
    return frame


def _remember(desk: Desk, frame: pl.DataFrame) -> None:
    """The agreed state of what is in the destination now; conflicts of what was written are resolved."""
    is_there = frame["outcome"].is_in([*PAST.values(), "unchanged"])
    desks.remember_agreed(desk, frame.filter(is_there).select("source_id", "document", "outcome"))
    written = frame.filter(frame["outcome"].is_in(list(PAST.values())))["document"].to_list()
    conflicts.written_over(desks.bench(desk), desks.observed(desk), written)


async def _deliver(
    desk: Desk, client: SystemClient, approved: Mapping[str, Mapping[str, Any]], plans: desks.Plans
) -> Verdicts:
    outcomes: dict[str, Outcome] = {}
    to_send: list[Planned] = []
    released = approval.released(desk)
    for planned in plans.values():
        row = approved.get(planned.document.header.row["source_id"])
        outcome = _without_sending(planned, row) or _waiting(planned, row, released)
        if outcome is None:
            to_send.append(planned)
        else:
            outcomes[planned.document.header.row["source_id"]] = outcome
    done = await _send(desk, client, approved, to_send)
    for planned in to_send:
        outcomes[planned.document.header.row["source_id"]] = done.outcomes[planned.document.key]
    return Verdicts(outcomes, done.answers, done.read_back)


async def _send(
    desk: Desk,
    client: SystemClient,
    approved: Mapping[str, Mapping[str, Any]],
    planned: list[Planned],
) -> Delivered:
    if not planned:
        return Delivered({}, {}, {})
    plan = str(approved[planned[0].document.header.row["source_id"]]["plan"])
    asked = _approved(desk, planned)
    done = await Writer(desk, client, plan, asked.keys()).deliver(planned)
    used = [(key, fingerprint) for key, fingerprint in asked.items() if done.outcomes[key].outcome in SETTLED]
    approvals.use(desk.database, approval.made(desk), used)
    return done


def _approved(desk: Desk, planned: Sequence[Planned]) -> Mapping[str, str]:
    """Of these documents those that a person approved as they stand: fingerprint by document key."""
    released = approval.released(desk)
    if not released:
        return {}
    prints = {item.document.key: item.fingerprint for item in planned}
    return {key: fingerprint for key, fingerprint in prints.items() if (key, fingerprint) in released}


def _without_sending(planned: Planned, row: Mapping[str, Any] | None) -> Outcome | None:
    """None: send it, it is what the plan showed."""
    if planned.action not in SENT_ACTIONS:
        return Outcome(planned.action, planned.reason, planned.detail)
    if row is not None and (row["action"] == "refused" or row["reason"] in NOT_KEPT):
        return Outcome(row["action"], row["reason"], row["detail"])
    if row is None or row["fingerprint"] != planned.fingerprint:
        return Outcome("held", "changed_since_plan", "the source or its mapping changed after the plan was made")
    return None


def _waiting(
    planned: Planned, row: Mapping[str, Any] | None, released: Mapping[tuple[str, str], int]
) -> Outcome | None:
    """None: nobody has to approve it, or somebody has."""
    hold = None if row is None else row.get("hold")
    if row is None or hold is None or (planned.document.key, planned.fingerprint) in released:
        return None
    return Outcome("held", hold, row["hold_detail"])


def _rows(desk: Desk, assembly: Assembly, verdicts: Verdicts) -> Iterator[dict[str, object]]:
    for document in assembly.documents:
        source_id = document.header.row["source_id"]
        outcome = verdicts.outcomes[source_id]
        answer = verdicts.answers.get(document.key, _NO_ANSWER) if document.stopped is None else _NO_ANSWER
        found = verdicts.read_back.get(document.key) if document.stopped is None else None
        yield {
            "company": desk.company,
            "plan": desk.reading.run,
            "document": document.key,
            "source_id": source_id,
            **outcome._asdict(),
            "altered": None if found is None else found.text or None,
            "read_back": None if found is None else found.verdict,
            "lines": len(document.lines),
            "amount": document.amount,
            "currency": document.header.row["currency"],
            "http_status": answer.http_status,
            "request_id": answer.request_id or None,
        }


def _record(desk: Desk, assembly: Assembly, verdicts: Verdicts) -> None:
    """One ledger row per source row and task, whatever became of it."""
    found = list(_outcomes(assembly, verdicts))
    for part in desk.unit.parts:
        rows = [_ledger_row(member, outcome) for member, outcome in found if member.task == part.task]
        frame = pl.DataFrame(rows, schema=ledger.LEDGER_SCHEMA, orient="row")
        ledger.record(desk.database, part.task, desk.company, desk.reading.run, desk.reading.now, frame)


def _outcomes(assembly: Assembly, verdicts: Verdicts) -> Iterator[tuple[Member, Outcome]]:
    for document in assembly.documents:
        verdict = verdicts.outcomes[document.header.row["source_id"]]
        yield from ((member, outcome_of(member, document, verdict)) for member in document.members)
        yield from _left_out(document)
    yield from ((member, own_outcome(member)) for member in assembly.orphans)


def _left_out(document: Document) -> Iterator[tuple[Member, Outcome]]:
    yield from ((member, own_outcome(member)) for member in document.left_out)


def _ledger_row(member: Member, outcome: Outcome) -> dict[str, object]:
    row = member.row
    return {
        "source_id": row["source_id"],
        "document": row["document"],
        **outcome._asdict(),
        "source_version": row["source_version"],
        "warnings": row["warnings"],
        "amount": row["amount"],
        "currency": row["currency"],
    }
