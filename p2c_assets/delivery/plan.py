"""The plan: mapped documents against the destination as last observed, field by field.

A document's action is `create`, `update`, `unchanged`, or that of what stopped it. Only `synced` fields are compared;
`on_create` fields go along when a row is created and never again; `reconciled` fields are not sent at all. The plan's
operations are exactly what will be sent.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from p2c_assets.connectors.protocol import Operation
from p2c_assets.delivery import echo
from p2c_assets.delivery.closed import closed, is_invoiced, reopened
from p2c_assets.delivery.documents import Document, Member, Outcome, Row
from p2c_assets.delivery.leftovers import KEPT, Remains
from p2c_assets.delivery.values import shown
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import FieldMap, Task
from p2c_assets.mappings.schema import Column, Entity
from p2c_assets.warehouse.agreed import Pair, Place, place
from p2c_assets.warehouse.conflicts import Conflict

NOON = time(12)


class Change(NamedTuple):
    """One field that a document would change, with the destination's value as last observed."""

    entity: str
    key: str
    field: str
    before: str | None
    after: str | None


class Planned(NamedTuple):
    """What would be done with one document. `conflicts`: fields that the side changed which does not own the document."""

    document: Document
    action: str
    reason: str | None
    detail: str | None
    operations: tuple[Operation, ...]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...] = ()

    @property
    def fingerprint(self) -> str:
        """A hash of what is sent and of what it replaces: another value there or here makes another plan."""
        content = operations_json(self.operations) + changes_json(self.changes)
        return hashlib.sha256(content.encode()).hexdigest()


class Destination(NamedTuple):
    """The destination's rows as last observed, by raw table and folded row id.

    `today` decides which price lists are valid. `remains`: by document key, its lines that the source no longer has.
    `kept_otherwise`: fields that it keeps in a form of its own.
    """

    rows: Mapping[str, Mapping[str, Row]]
    today: date
    reopens_invoiced_orders: bool = True
    remains: Mapping[str, Remains] = MappingProxyType({})
    kept_otherwise: Mapping[Place, Pair] = MappingProxyType({})

    def find(self, entity: Entity, row_id: str) -> Row | None:
        """The row, or None where it was not there."""
        return self.rows.get(entity.table, {}).get(folded(row_id))


class RowPlan(NamedTuple):
    """One row's difference. `operation` is None where nothing differs."""

    exists: bool
    operation: Operation | None
    changes: tuple[Change, ...]


def plan_document(document: Document, tasks: Mapping[str, Task], destination: Destination, company: str) -> Planned:
    """One document of a header and lines, or of a single row."""
    if document.stopped is not None:
        return Planned(document, *document.stopped, (), ())
    header_task = tasks[document.header.task]
    header = plan_row(document.header, header_task, destination, company)
    lines = [plan_row(line, tasks[line.task], destination, company) for line in document.lines]
    removed = _removals(document, tasks, destination, company)
    operations, changes = _together((header, *lines, *removed))
    kept = _kept(document, tasks, destination)
    reason = KEPT if kept else None
    if not operations:
        return Planned(document, "filtered" if kept else "unchanged", reason, kept, (), ())
    if header.exists and header_task.policy == "create_only":
        if not removed:
            return Planned(document, "filtered", "owned_by_scm", _owned(changes), (), changes)
        operations, changes = _together(removed)
    there = _there(document.header, header_task, destination)
    stop = closed(header_task.target, there, len(changes))
    if stop is not None:
        return Planned(document, *stop, (), changes)
    if is_invoiced(header_task.target, there):
        if not destination.reopens_invoiced_orders:
            return Planned(document, "filtered", "order_invoiced_in_sales", None, (), changes)
        operations = reopened(header_task.target, document.header.row, operations)
    return Planned(document, "update" if header.exists else "create", reason, kept, operations, changes)


def _together(plans: Sequence[RowPlan]) -> tuple[tuple[Operation, ...], tuple[Change, ...]]:
    operations = tuple(plan.operation for plan in plans if plan.operation is not None)
    return operations, tuple(change for plan in plans for change in plan.changes)


def _removals(
    document: Document, tasks: Mapping[str, Task], destination: Destination, company: str
) -> tuple[RowPlan, ...]:
    """Lines to be deleted, each with what the destination holds of it now."""
    found = destination.remains.get(document.key, Remains())
    if not found.removed:
        return ()
    task = tasks[document.lines[0].task]
    return tuple(_removal(task, row, company) for row in found.removed)


def _removal(task: Task, before: Row, company: str) -> RowPlan:
    names = (field.target for field in task.fields if before[field.target] is not None)
    changes = tuple(Change(task.target.name, str(before["row_id"]), name, shown(before[name]), None) for name in names)
    return RowPlan(True, Operation("DELETE", task.target.entity_set, key_of(task.target, before, company), {}), changes)


def _kept(document: Document, tasks: Mapping[str, Task], destination: Destination) -> str | None:
    found = destination.remains.get(document.key)
    return None if found is None else found.told(tasks[document.lines[0].task].target)


def _owned(changes: Sequence[Change]) -> str:
    named = ", ".join(f"{change.field} {change.before!r} there, {change.after!r} here" for change in changes[:3])
    return f"SCM has the document and owns it; it differs in {len(changes)} fields ({named})"


def plan_row(member: Member, task: Task, destination: Destination, company: str) -> RowPlan:
    """One row against the destination's."""
    entity = task.target
    row_id = destination_id(entity, member.row)
    before = destination.find(entity, row_id)
    if before is None:
        return RowPlan(False, _create(task, member.row, row_id, company), tuple(_created(task, member.row, row_id)))
    changes = tuple(_changed(task, member.row, before, row_id, destination.kept_otherwise))
    operation = _update(task.target, member.row, before, changes, company) if changes else None
    return RowPlan(True, operation, changes)


def destination_id(entity: Entity, row: Row) -> str:
    """The row id that a mapped row has in the destination's raw table."""
    return str(row[entity.key[0]]) if entity.system == "sales" else str(row["target_key"])


def _created(task: Task, row: Row, row_id: str) -> Iterator[Change]:
    for field in _sent(task, creating=True):
        if row[field.target] is not None:
            yield Change(task.target.name, row_id, field.target, None, shown(row[field.target]))


def _changed(task: Task, row: Row, before: Row, row_id: str, known: Mapping[Place, Pair]) -> Iterator[Change]:
    for field in _sent(task, creating=False):
        after, found = row[field.target], before[field.target]
        agreed = known.get(place(task.target.name, row_id, field.target)) if known else None
        if not _is_left_alone(task, after) and not echo.is_echo(after, found, as_key=field.as_key, agreed=agreed):
            yield Change(task.target.name, row_id, field.target, shown(found), shown(after))


def _sent(task: Task, creating: bool) -> Iterator[FieldMap]:
    for field in task.fields:
        if field.mode in ("synced", "on_create") if creating else is_compared(task, field):
            yield field


def is_compared(task: Task, field: FieldMap) -> bool:
    """Whether a field of a row that is there already is compared, and sent where it differs."""
    is_open = task.target.column(field.target).writable == "always" and field.target not in task.target.key
    return field.mode == "synced" and is_open


def _is_left_alone(task: Task, value: object) -> bool:
    """SCM knows no null: a mapped null means that the field is not ours to say (an address block that is not sent)."""
    return task.target.system == "scm" and value is None


def _create(task: Task, row: Row, row_id: str, company: str) -> Operation:
    entity = task.target
    names = [field.target for field in _sent(task, creating=True) if row[field.target] is not None]
    identity = {entity.key[0]: row_id} if entity.system == "sales" else {"dataAreaId": company}
    return Operation("POST", entity.entity_set, None, {**identity, **_body(entity, row, names)})


def _update(entity: Entity, row: Row, before: Row, changes: Sequence[Change], company: str) -> Operation:
    names = [change.field for change in changes]
    return Operation("PATCH", entity.entity_set, key_of(entity, before, company), _body(entity, row, names))


def key_of(entity: Entity, before: Row, company: str) -> dict[str, object]:
    """The key of a row of the destination, as the destination spells it."""
    return {name: company if name == "dataAreaId" else before[name] for name in entity.key}


def _body(entity: Entity, row: Row, names: Sequence[str]) -> dict[str, object]:
    body: dict[str, object] = {}
    for name in names:
        column = entity.column(name)
        if column.lookup is None:
            body[name] = _wire(entity, row[name])
        else:
            navigation, reference = bind(column, row[name], row.get(f"{name}_type"))
            body[f"{navigation}@odata.bind"] = reference
    return body


def bind(column: Column, value: str | None, logical_name: str | None) -> tuple[str, str | None]:
    """A lookup as it is written: the navigation property and the row it points to (None clears it)."""
    if column.lookup is None:
        raise ValueError(f"{column.name} is not a lookup")
    for navigation, entity_set, name in column.lookup.targets:
        if logical_name in (None, name):
            return navigation, None if value is None else f"/{entity_set}({value})"
    raise ValueError(f"{column.name} cannot point to a {logical_name}")


def _wire(entity: Entity, value: Any) -> object:
    """Decimals without the zeros that only their column's scale brought; SCM's dates at noon, so that no time zone moves them."""
    if isinstance(value, Decimal):
        return _shortest(value)
    if entity.system == "scm" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, NOON, UTC)
    return value


def _shortest(value: Decimal) -> Decimal:
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def _there(header: Member, task: Task, destination: Destination) -> Row | None:
    return destination.find(task.target, destination_id(task.target, header.row))


def operations_json(operations: Sequence[Operation]) -> str:
    """Operations as they are kept in the outbox."""
    return json.dumps(
        [operation._asdict() for operation in operations], default=_json, sort_keys=True, ensure_ascii=False
    )


def changes_json(changes: Sequence[Change]) -> str:
    """Changes as they are kept in the plan: a list of {entity, key, field, before, after}."""
    return json.dumps([change._asdict() for change in changes], ensure_ascii=False)


def _json(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def stopped(planned: Planned) -> Outcome:
    """The outcome of a document that is not sent."""
    return Outcome(planned.action, planned.reason, planned.detail)
