"""Verification: what was written is read back and compared, field by field, with what was sent.

Every field that a document sent gets a verdict: as sent, altered by a named rule of the destination (`alterations`), altered
otherwise, or lost (what the destination answered "done" to is not there). The last two are errors: the destination did not
do what it said, or somebody was faster than the reading. Comes after the writer's verdicts; decides nothing about sending.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from p2c_assets.delivery.alterations import Stored, alteration
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.documents import Outcome
from p2c_assets.delivery.plan import LINE_DISCOUNT, LINE_QUANTITY, Change, Planned
from p2c_assets.delivery.values import shown
from p2c_assets.mappings import sales
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.schema import MONEY_SCALE, Entity
from p2c_assets.warehouse import current

AS_SENT = "as sent"
ALTERED = "altered"
LOST = "lost"
LOST_REASON = "lost_by_destination"
ALTERED_REASON = "altered_by_destination"
NOT_KEPT = (LOST_REASON, ALTERED_REASON)
WHOLE_ROW = ""
"""The field of a finding that is about the row itself."""

SHOWN = 5
Rows = Mapping[tuple[str, str], Mapping[str, Any]]
"""Rows of the destination by entity and folded row id."""


class Finding(NamedTuple):
    """One field that did not come back as it was sent. `verdict`: `altered:<rule>`, `altered` or `lost`."""

    entity: str
    key: str
    field: str
    verdict: str
    sent: str | None
    found: str | None

    def __str__(self) -> str:
        if self.field == WHOLE_ROW:
            what = "is not there" if self.sent is not None else "is still there"
            return f"{self.entity} {self.key} {what}, though the destination answered that it was done"
        return f"{self.entity}.{self.field}: sent {self.sent!r}, found {self.found!r} ({self.verdict})"


class ReadBack(NamedTuple):
    """What reading one document back showed: how many fields were compared, and those that are not as sent."""

    fields: int
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> str:
        """The worst of all fields."""
        verdicts = {finding.verdict for finding in self.findings}
        if LOST in verdicts:
            return LOST
        if ALTERED in verdicts:
            return ALTERED
        return ", ".join(sorted(verdicts)) or AS_SENT

    @property
    def is_wrong(self) -> bool:
        """Whether something was lost, or altered by no rule that is known."""
        return self.verdict in (LOST, ALTERED)

    @property
    def text(self) -> str:
        """For people: the first findings, those that are errors before those that a rule explains."""
        ranked = sorted(self.findings, key=lambda finding: finding.verdict not in (LOST, ALTERED))
        more = len(ranked) - SHOWN
        return "; ".join(map(str, ranked[:SHOWN])) + (f"; and {more} more" if more > 0 else "")

    @property
    def outcome(self) -> Outcome | None:
        """What becomes of a document that the destination did not keep; None where nothing is wrong."""
        if not self.is_wrong:
            return None
        return Outcome("held", LOST_REASON if self.verdict == LOST else ALTERED_REASON, self.text)

    def as_json(self) -> str | None:
        """The findings as they are kept in the journal; None where there are none."""
        rows = [finding._asdict() for finding in self.findings]
        return json.dumps(rows, ensure_ascii=False) if rows else None


def verify(desk: Desk, sent: Mapping[str, Planned]) -> dict[str, ReadBack]:
    """Compare documents (by key, as they were sent) with the rows that `raw` has now, right after reading them again."""
    rows = _rows(desk, sent.values())
    places = _places(desk, rows)
    return {key: _read_back(desk, item, rows, places) for key, item in sent.items()}


def _rows(desk: Desk, sent: Iterable[Planned]) -> Rows:
    wanted: dict[str, set[str]] = {}
    for item in sent:
        for change in item.changes:
            wanted.setdefault(change.entity, set()).add(folded(change.key))
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for name, keys in wanted.items():
        for row in _raw(desk, _entity(desk, name), keys):
            found[name, folded(row["row_id"])] = row
    return found


def _entity(desk: Desk, name: str) -> Entity:
    return ENTITIES[f"{desk.unit.system}.{name}"]


def _raw(desk: Desk, entity: Entity, keys: set[str]) -> list[dict[str, Any]]:
    company = desk.company if entity.system == "scm" else None
    return current.with_values(desk.database, entity, "row_id", keys, company).to_dicts()


def _places(desk: Desk, rows: Rows) -> Mapping[str, int]:
    """Decimals by Sales' currency, where rows name one."""
    table = sales.TRANSACTIONCURRENCIES.table
    if not any("transactioncurrencyid" in row for row in rows.values()) or not desk.database.has_table("raw", table):
        return {}
    found = desk.database.rows(f"SELECT row_id, currencyprecision FROM raw.{table}")
    return {str(key): MONEY_SCALE if places is None else int(str(places)) for key, places in found}


def _read_back(desk: Desk, item: Planned, rows: Rows, places: Mapping[str, int]) -> ReadBack:
    gone = _deleted(desk, item)
    findings: dict[tuple[str, str, str], Finding] = {}
    for change in item.changes:
        row = rows.get((change.entity, folded(change.key)))
        found = _finding(desk, change, row, places, is_deleted=(change.entity, folded(change.key)) in gone)
        if found is not None:
            findings[found.entity, found.key, found.field] = found
    return ReadBack(len(item.changes), tuple(findings.values()))


def _deleted(desk: Desk, item: Planned) -> set[tuple[str, str]]:
    """Rows that the document deletes, by entity and folded row id."""
    found: set[tuple[str, str]] = set()
    for operation in item.operations:
        if operation.method == "DELETE":
            entity = next(
                one
                for one in ENTITIES.values()
                if (one.system, one.entity_set) == (desk.unit.system, operation.entity_set)
            )
            key = "|".join(str((operation.key or {})[name]) for name in entity.key if name != "dataAreaId")
            found.add((entity.name, folded(key)))
    return found


def _finding(
    desk: Desk, change: Change, row: Mapping[str, Any] | None, places: Mapping[str, int], *, is_deleted: bool
) -> Finding | None:
    """None: the field is as it was sent."""
    if is_deleted:
        return None if row is None else Finding(change.entity, change.key, WHOLE_ROW, LOST, None, "the row")
    if row is None:
        return Finding(change.entity, change.key, WHOLE_ROW, LOST, "the row", None)
    found = shown(row[change.field])
    if (found or None) == (change.after or None):
        return None
    scale = places.get(str(row.get("transactioncurrencyid")), MONEY_SCALE)
    quantity = row.get(LINE_QUANTITY.get(change.entity, "")) if change.field == LINE_DISCOUNT else None
    verdict = _verdict(desk, change, found, scale, quantity)
    return Finding(change.entity, change.key, change.field, verdict, change.after, found)


def _verdict(desk: Desk, change: Change, found: str | None, places: int, quantity: Decimal | None) -> str:
    column = _entity(desk, change.entity).column(change.field)
    is_key = _is_key(desk, change)
    stored = Stored(desk.unit.system, column, change.after or "", found or "", is_key, places, quantity)
    rule = alteration(stored)
    if rule is not None:
        return f"{ALTERED}:{rule}"
    is_unchanged = (found or None) == (change.before or None)
    return LOST if is_unchanged or not found or found == "0" else ALTERED


def _is_key(desk: Desk, change: Change) -> bool:
    fields = (desk.tasks[part.task].by_target.get(change.field) for part in desk.unit.parts)
    named = change.field in _entity(desk, change.entity).natural_key
    return named or any(field is not None and field.as_key for field in fields)
