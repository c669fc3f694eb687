"""The desk of one unit and company: its mapped rows, its destination in `raw`, and how both become a plan.

Reads stage tables and raw tables, reads keys of the destination again where asked, and hands rows to the pure planning
functions. Sending is the writer's business.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import polars as pl

from p2c_assets.connectors.protocol import SystemClient
from p2c_assets.delivery import removals, sent_lines
from p2c_assets.delivery.conflicts import Bench, judged
from p2c_assets.delivery.documents import Assembly, Document, Member, Outcome, assemble
from p2c_assets.delivery.leftovers import Remains, remains
from p2c_assets.delivery.ownership import guarded
from p2c_assets.delivery.plan import Destination, Planned, destination_id, is_compared, plan_document
from p2c_assets.delivery.products import ITEM, plan_product
from p2c_assets.delivery.units import Part, Unit
from p2c_assets.extraction.reader import Found, Reading, find_all, find_keys, store
from p2c_assets.mappings import sales
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.model import Task
from p2c_assets.mappings.schema import Entity
from p2c_assets.settings import ApprovalSettings, Delivery
from p2c_assets.warehouse import agreed, current, outbox
from p2c_assets.warehouse.agreed import Compared
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.holdings import Observed
from p2c_assets.warehouse.stage import read_slice

SCM_ORDERS = "scm/sales_orders"
ORDERS = (SCM_ORDERS, "sales/sales_orders")
"""Orders go both ways under one number."""

Plans = Mapping[str, Planned]


class Desk(NamedTuple):
    """What planning and delivering one unit of one company needs."""

    reading: Reading
    unit: Unit
    company: str
    tasks: Mapping[str, Task]
    rules: Delivery
    approval: ApprovalSettings = ApprovalSettings()

    @property
    def database(self) -> Database:
        """The open file."""
        return self.reading.database


class Touched(NamedTuple):
    """Rows of the destination that documents would write: those whose `column` has one of the values."""

    entity: Entity
    column: str
    values: tuple[str, ...]


def assembly(desk: Desk) -> Assembly:
    """The unit's documents, made from the mapped slices as they are now."""
    headers = _members(desk, desk.unit.header)
    if desk.unit.lines is None:
        found = assemble(headers, [])
        return found._replace(documents=removals.with_gone(_removals(desk), found.documents))
    found = assemble(headers, _members(desk, desk.unit.lines), needs_lines=True)
    strangers = _headers_with_lines_elsewhere(desk, desk.unit.lines)
    return found._replace(documents=tuple(_whole(document, strangers) for document in found.documents))


def _whole(document: Document, strangers: frozenset[str]) -> Document:
    """A document whose lines belong to several companies would arrive in part."""
    if document.stopped is not None or document.header.row["source_id"] not in strangers:
        return document
    detail = "some of its lines belong to another business unit; give them all the owner of the document"
    return document._replace(stopped=Outcome("rejected", "lines_of_other_company", detail))


def _headers_with_lines_elsewhere(desk: Desk, part: Part) -> frozenset[str]:
    task = desk.tasks[part.task]
    if task.source.system == "scm":
        return frozenset()
    (parent,) = task.parent
    rows = desk.database.rows(
        f"SELECT DISTINCT {parent} FROM raw.{task.source.table} WHERE row_company IS DISTINCT FROM ?", [desk.company]
    )
    return frozenset(str(header) for (header,) in rows)


def _members(desk: Desk, part: Part) -> list[Member]:
    """In the order of document and number: what is sent, and its fingerprint with it, does not change with the order of rows."""
    rows = read_slice(desk.database, "mapped", mapped_table(part.task, desk.tasks), desk.company)
    order = ("document", desk.tasks[part.task].target.natural_key[-1], "source_id")
    known = [column for column in order if column in rows.columns]
    return [Member(part.task, row) for row in rows.sort(known, nulls_last=True).to_dicts()]


def mapped_table(task: str, tasks: Mapping[str, Task]) -> str:
    """The stage table of a task: that of its asset."""
    return tasks[task].asset.replace("/", "_")


def plan(desk: Desk, documents: Sequence[Document]) -> Plans:
    """Documents against the destination as `raw` has it, by document key."""
    destination = _destination(desk, documents)
    plans = {_name(document): _plan(desk, document, destination) for document in documents}
    inactive = removals.inactive(_removals(desk))
    for name, planned in plans.items():
        if planned.document.header.row["source_id"] in inactive:
            plans[name] = removals.with_deactivation(_removals(desk), planned, destination)
    if desk.unit.name in ORDERS:
        ours = outbox.delivered(desk.database, SCM_ORDERS, desk.company)
        plans = {name: guarded(planned, ours) for name, planned in plans.items()}
    return judged(bench(desk), plans, destination)


def bench(desk: Desk) -> Bench:
    """Where its conflicts are judged."""
    return Bench(desk.database, desk.unit, desk.company, desk.tasks, desk.rules.conflicts)


def observed(desk: Desk) -> Observed:
    """Where and when this run looks."""
    return Observed(desk.unit.name, desk.company, desk.reading.run, desk.reading.now)


def remember_agreed(desk: Desk, done: pl.DataFrame) -> None:
    """What both sides hold of the documents in `done` (columns source_id, document, outcome) is the agreed state."""
    agreed.remember(desk.database, observed(desk), tuple(_compared(desk)), done)


def _compared(desk: Desk) -> Iterator[Compared]:
    for part in desk.unit.parts:
        task = desk.tasks[part.task]
        fields = tuple(field.target for field in task.fields if is_compared(task, field))
        parent = "source_id" if part == desk.unit.header else "parent_id"
        yield Compared(task.target, mapped_table(part.task, desk.tasks), fields, parent)


def _removals(desk: Desk) -> removals.Desk:
    return removals.Desk(desk.database, desk.unit, desk.tasks[desk.unit.header.task], desk.company, desk.rules.removals)


def _plan(desk: Desk, document: Document, destination: Destination) -> Planned:
    if document.gone is not None:
        return removals.plan_gone(_removals(desk), document, destination)
    make = plan_product if desk.unit.name == "sales/products" else plan_document
    return make(document, desk.tasks, destination, desk.company)


def _name(document: Document) -> str:
    """Documents that are sent have unique keys; those that are stopped may share one, so these are named by their row."""
    return document.key if document.stopped is None else document.header.row["source_id"]


def _destination(desk: Desk, documents: Sequence[Document]) -> Destination:
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    sent = [document for document in documents if document.stopped is None]
    for part in desk.unit.parts:
        entity = desk.tasks[part.task].target
        if part == desk.unit.lines and desk.unit.leftovers is not None:
            headers = [str(document.header.row[part.read_by]) for document in sent]
            rows[entity.table] = _raw_rows(desk, entity, part.read_by, headers)
        else:
            ids = [destination_id(entity, member.row) for member in _members_of(sent, part)]
            rows[entity.table] = _raw_rows(desk, entity, "row_id", ids)
    if desk.unit.name == "sales/products":
        products = [str(document.header.row["item_productid"]) for document in sent]
        items = sales.PRODUCTPRICELEVELS
        rows[items.table] = _raw_rows(desk, items, "productid", products)
        rows[sales.PRICELEVELS.table] = _all_rows(desk, sales.PRICELEVELS)
    destination = Destination(
        rows,
        desk.reading.now.date(),
        desk.rules.reopen_invoiced_orders,
        kept_otherwise=agreed.otherwise(desk.database, desk.unit.name, desk.company),
    )
    return destination._replace(remains=_remains(desk, sent, destination))


def _remains(desk: Desk, documents: Sequence[Document], destination: Destination) -> Mapping[str, Remains]:
    """Per document the lines of ours that it has in the destination and no longer in its source."""
    rule, part = desk.unit.leftovers, desk.unit.lines
    if rule is None or part is None:
        return {}
    header, entity = desk.tasks[desk.unit.header.task].target, desk.tasks[part.task].target
    known = {folded(destination_id(entity, line.row)) for document in documents for line in document.lines}
    gone: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for key, row in destination.rows[entity.table].items():
        if key not in known:
            gone[folded(str(row[part.read_by]))].append(row)
    named = {document.key: gone[folded(str(document.header.row[part.read_by]))] for document in documents}
    ours = sent_lines.ours(desk.database, desk.unit, entity, desk.company, named)
    found: dict[str, Remains] = {}
    for document in documents:
        before = destination.find(header, destination_id(header, document.header.row))
        if before is not None and document.key in ours:
            found[document.key] = remains(before, ours[document.key], rule, desk.rules.deleted_lines)
    return found


def _members_of(documents: Iterable[Document], part: Part) -> Iterable[Member]:
    return (member for document in documents for member in document.members if member.task == part.task)


def _is_item(document: Document) -> bool:
    return document.header.row.get("contribution") == ITEM


def _raw_rows(desk: Desk, entity: Entity, column: str, values: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    company = desk.company if entity.company_column else None
    return _by_id(current.with_values(desk.database, entity, column, values, company))


def _by_id(rows: pl.DataFrame) -> dict[str, Mapping[str, Any]]:
    return {folded(row["row_id"]): row for row in rows.to_dicts()}


def _all_rows(desk: Desk, entity: Entity) -> dict[str, Mapping[str, Any]]:
    return _by_id(current.rows(desk.database, entity.table))


def touched(desk: Desk, documents: Sequence[Document]) -> list[Touched]:
    """The destination's rows that these documents are about: headers, and all lines of these headers."""
    if desk.unit.name == "sales/products":
        return _touched_products(documents)
    found: list[Touched] = []
    for part in desk.unit.parts:
        values = {str(member.row[part.read_by]) for member in _members_of(documents, desk.unit.header)}
        found.append(Touched(desk.tasks[part.task].target, part.read_by, tuple(sorted(values))))
    return found


def _touched_products(documents: Sequence[Document]) -> list[Touched]:
    own = {str(document.header.row["productid"]) for document in documents if not _is_item(document)}
    items = {str(document.header.row["item_productid"]) for document in documents if _is_item(document)}
    return [
        Touched(sales.PRODUCTS, "productid", tuple(sorted(own))),
        Touched(sales.PRODUCTPRICELEVELS, "productid", tuple(sorted(own | items))),
    ]


async def read_again(desk: Desk, client: SystemClient, documents: Sequence[Document]) -> None:
    """Bring `raw` up to date for the documents' rows, headers and lines at once: by key where they are few, else by
    reading the company's rows."""
    reading = desk.reading._replace(now=datetime.now(UTC))
    wanted = [one for one in touched(desk, documents) if one.values]
    store(reading, [await _find(desk, reading, client, one) for one in wanted])


async def _find(desk: Desk, reading: Reading, client: SystemClient, wanted: Touched) -> Found:
    entity, column, values = wanted
    if len(values) <= desk.rules.read_back_by_key_up_to:
        return await find_keys(reading, client, entity, column, values, desk.company)
    return await find_all(reading, client, entity, desk.company if entity.company_column else None)
