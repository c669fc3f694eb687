"""Making and keeping the plan of one unit and company: `planned.<unit>`, one row per document, stopped ones too.

`plan` is the run that made it, `plan_name` what people call it. `hold` is what a document waits for (approval, guard);
`approval` the one that lets it through.
"""

import polars as pl

from p2c_assets.delivery import conflicts
from p2c_assets.delivery import desk as desks
from p2c_assets.delivery.approval import Gated, gate
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.plan import Planned, changes_json, operations_json
from p2c_assets.delivery.verify import NOT_KEPT
from p2c_assets.warehouse import outbox
from p2c_assets.warehouse.outbox import Refusal
from p2c_assets.warehouse.stage import replace_slice

PLAN_SCHEMA = {
    "company": pl.String,
    "plan": pl.String,
    "document": pl.String,
    "source_id": pl.String,
    "action": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "lines": pl.Int64,
    "amount": pl.Decimal(38, 4),
    "currency": pl.String,
    "changed_fields": pl.Int64,
    "changes": pl.String,
    "operations": pl.String,
    "fingerprint": pl.String,
    "plan_name": pl.String,
    "risk": pl.String,
    "money_delta": pl.Decimal(38, 4),
    "money_currency": pl.String,
    "hold": pl.String,
    "hold_detail": pl.String,
    "approval": pl.Int64,
}


def make_plan(desk: Desk) -> pl.DataFrame:
    """Plan every document and store the slice; returns it (columns: PLAN_SCHEMA)."""
    documents = desks.assembly(desk).documents
    plans = desks.plan(desk, documents)
    refusals = outbox.refusals(desk.database, desk.unit.name, desk.company)
    unchanged = [planned.document.key for planned in plans.values() if planned.action == "unchanged"]
    outbox.settle_unchanged(desk.database, desk.unit.name, desk.company, unchanged, desk.reading.now)
    conflicts.record(desks.bench(desk), plans, desks.observed(desk))
    gated = gate(desk, [_refused_before(planned, refusals.get(planned.document.key)) for planned in plans.values()])
    rows = [_row(desk, gated.plan, one) for one in gated.documents.values()]
    frame = pl.DataFrame(rows, schema=PLAN_SCHEMA, orient="row")
    replace_slice(desk.database, "planned", desk.unit.table, desk.company, frame)
    return frame


def _refused_before(planned: Planned, refusal: Refusal | None) -> Planned:
    """The same content is not sent again: it stays refused until it, its mapping or its destination changes."""
    if refusal is None or not planned.operations or planned.fingerprint != refusal.fingerprint:
        return planned
    since = f"{refusal.first_utc:%Y-%m-%d}"
    if refusal.code in NOT_KEPT:
        detail = f"{refusal.message} (twice with the same content, last on {since}; nothing changed since)"
        return planned._replace(action="held", reason=refusal.code, detail=detail)
    detail = f"{refusal.code}: {refusal.message} (first refused on {since}, nothing changed since)"
    return planned._replace(action="refused", reason="refused_by_destination", detail=detail)


def _row(desk: Desk, name: str | None, gated: Gated) -> dict[str, object]:
    weighed, planned = gated.weighed, gated.weighed.planned
    document = planned.document
    return {
        "company": desk.company,
        "plan": desk.reading.run,
        "document": document.key,
        "source_id": document.header.row["source_id"],
        "action": planned.action,
        "reason": planned.reason,
        "detail": planned.detail,
        "lines": len(document.lines),
        "amount": document.amount,
        "currency": document.header.row["currency"],
        "changed_fields": len(planned.changes),
        "changes": changes_json(planned.changes),
        "operations": operations_json(planned.operations),
        "fingerprint": weighed.fingerprint,
        "plan_name": name,
        "risk": weighed.risk,
        "money_delta": weighed.money_delta,
        "money_currency": weighed.currency,
        "hold": gated.hold.reason if gated.hold else None,
        "hold_detail": gated.hold.detail if gated.hold else None,
        "approval": gated.approval,
    }
