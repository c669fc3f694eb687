"""What follows in the destination when a record is deleted or deactivated in its source: by policy, and never a deletion.

`delivery.removals` says per kind of record: `ignore` (the outcome is named and counted, nothing is sent) or `deactivate`.
Only records that we know as ours, by their agreed state, are deactivated; nothing is activated again, since whoever works
there may have reasons of his own by then. Documents are never deleted: see docs/lifecycles.md for what becomes of them.

Many at once are rather somebody's mistake: they are of the risk class `removal`, which a guard counts (`delivery.guards`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from p2c_assets.connectors.protocol import Operation
from p2c_assets.delivery.documents import Document, Row
from p2c_assets.delivery.plan import Change, Destination, Planned, destination_id, key_of
from p2c_assets.delivery.units import REMOVALS, Removal, Unit
from p2c_assets.delivery.values import shown
from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.mappings.model import Task
from p2c_assets.settings import Removals
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.tombstones import DELETED

DEACTIVATED = "deactivated_in_source"
INACTIVE = 1
"""State of an account or a contact of Sales. Source: MicrosoftDocs, account and contact entity reference."""

_THERE = """
SELECT r.* FROM raw.{table} r JOIN wanted_records w ON {found_by} = w.wanted
WHERE EXISTS (SELECT 1 FROM ledger.agreed a WHERE a.unit = $unit AND a.company = $company AND a.key = {row_id}) {more}
"""
_RELEASED_ELSEWHERE = f"""
AND NOT EXISTS (SELECT 1 FROM raw.scm_key_claims c
                WHERE c.entity = 'sellable_released_products' AND {folded_sql("c.key")} = w.wanted)
"""
"""A product that another company still releases stays."""


class Desk(NamedTuple):
    """What removals need to know of a unit and company."""

    database: Database
    unit: Unit
    task: Task
    company: str
    rules: Removals

    @property
    def rule(self) -> Removal | None:
        """What is set in the destination; None where nothing is, or the settings want nothing."""
        rule = REMOVALS.get(self.unit.name)
        return rule if rule is not None and getattr(self.rules, rule.setting) == "deactivate" else None


def with_gone(desk: Desk, documents: Sequence[Document]) -> tuple[Document, ...]:
    """Documents whose record is gone from its source, and is ours and there, go on to the plan as `gone`."""
    rule = desk.rule
    gone = [document for document in documents if document.stopped is not None and document.stopped.reason == DELETED]
    if rule is None or not gone:
        return tuple(documents)
    taken = {folded(document.key) for document in documents if document.stopped is None}
    there = _there(desk, rule, [document.header.row["document"] for document in gone])
    return tuple(_gone(desk, document, there, taken) for document in documents)


def _there(desk: Desk, rule: Removal, numbers: Sequence[str]) -> Mapping[str, Row]:
    """By folded number, the rows of the destination that came from us."""
    entity = desk.task.target
    wanted = pl.DataFrame({"wanted": sorted({folded(number) for number in numbers})}, schema={"wanted": pl.String})
    more = f"AND r.row_company = '{desk.company}'" if entity.system == "scm" else _RELEASED_ELSEWHERE
    sql = _THERE.format(
        table=entity.table,
        found_by=folded_sql(f'r."{rule.found_by}"'),
        row_id=folded_sql("r.row_id"),
        more=more,
    )
    with desk.database.given("wanted_records", wanted):
        rows = desk.database.connection.execute(sql, {"unit": desk.unit.name, "company": desk.company}).pl().to_dicts()
    return {folded(str(row[rule.found_by])): row for row in rows}


def _gone(desk: Desk, document: Document, there: Mapping[str, Row], taken: set[str]) -> Document:
    if document.stopped is None or document.stopped.reason != DELETED:
        return document
    row = there.get(folded(str(document.header.row["document"])))
    entity = desk.task.target
    if row is None or folded(str(row["row_id"])) in taken or folded(document.key) in taken:
        return document
    names = {*entity.natural_key, entity.key[0], desk.unit.header.read_by} & set(row)
    filled = {**document.header.row, **{name: row[name] for name in names}, "target_key": row["row_id"]}
    key = str(row["row_id"]) if entity.system == "scm" else document.key
    header = document.header._replace(row=filled)
    return document._replace(key=key, header=header, stopped=None, gone=document.stopped)


def inactive(desk: Desk) -> frozenset[str]:
    """The records of the source that are deactivated, by row id; none where the mapping carries that, or nothing is wanted."""
    source, rule = desk.task.source, desk.rule
    if rule is None or source.system != "sales" or set(rule.values) & set(desk.task.by_target):
        return frozenset()
    sql = f"SELECT row_id FROM raw.{source.table} WHERE row_company = ? AND statecode = ?"
    return frozenset(str(row_id) for (row_id,) in desk.database.rows(sql, [desk.company, INACTIVE]))


def plan_gone(desk: Desk, document: Document, destination: Destination) -> Planned:
    """Deactivate what is gone from its source; done already: the outcome that it has for good."""
    assert document.gone is not None
    step = _deactivation(desk, document, destination)
    if step is None:
        detail = f"{document.gone.detail}; it is deactivated in the destination"
        return Planned(document, document.gone.outcome, document.gone.reason, detail, (), ())
    return Planned(document, "update", DEACTIVATED, "it was deleted in its source", (step[0],), step[1])


def with_deactivation(desk: Desk, planned: Planned, destination: Destination) -> Planned:
    """The plan of a record that is deactivated in its source: the same, and deactivated in the destination."""
    if planned.document.stopped is not None or planned.action not in ("update", "unchanged"):
        return planned
    step = _deactivation(desk, planned.document, destination)
    if step is None:
        return planned
    detail = "; ".join(text for text in (planned.detail, "it is deactivated in its source") if text)
    return planned._replace(
        action="update",
        reason=DEACTIVATED,
        detail=detail,
        operations=(*planned.operations, step[0]),
        changes=(*planned.changes, *step[1]),
    )


def _deactivation(
    desk: Desk, document: Document, destination: Destination
) -> tuple[Operation, tuple[Change, ...]] | None:
    entity, rule = desk.task.target, desk.rule
    row_id = destination_id(entity, document.header.row)
    before = destination.find(entity, row_id)
    if rule is None or before is None or all(before[name] == value for name, value in rule.values.items()):
        return None
    changes = tuple(
        Change(entity.name, row_id, name, shown(before[name]), shown(value)) for name, value in rule.values.items()
    )
    return Operation("PATCH", entity.entity_set, key_of(entity, before, desk.company), dict(rule.values)), changes
