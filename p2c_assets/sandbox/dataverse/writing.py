"""Create, update and delete one row, with every check and step that belongs to it.

Values come in under stored names, already of the right type (`validation`). Documents that a write touches are
computed at the end of the transaction (`settlement`). Errors undo nothing here: the caller's transaction does.
"""

from collections.abc import Mapping, Set
from typing import Any

from p2c_assets.sandbox.dataverse import errors, privileges, transitions
from p2c_assets.sandbox.dataverse.assumptions import BUSINESS_REQUIRED, BUSINESS_REQUIRED_IS_ENFORCED
from p2c_assets.sandbox.dataverse.columns import Column, Table
from p2c_assets.sandbox.dataverse.deletion import referrers
from p2c_assets.sandbox.dataverse.line_steps import check_parent
from p2c_assets.sandbox.dataverse.ownership import OWNER_COLUMNS, assign
from p2c_assets.sandbox.dataverse.rounding import rounded_values
from p2c_assets.sandbox.dataverse.schema import BY_HEADER, BY_LINE, Document
from p2c_assets.sandbox.dataverse.steps import AFTER, BEFORE
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.table import Row


def create(work: Work, table: Table, values: Mapping[str, Any]) -> Row:
    """Insert a row; answers it as stored. The primary key may be given."""
    _check_message(work, table, "Create", None)
    changed = frozenset(values)
    row: Row = {**table.blank, **values}
    row[table.key] = row[table.key] or work.records.new_guid()
    if work.records.get(table, row[table.key]) is not None:
        raise errors.duplicate_key()
    row |= transitions.initial(table, values, initial_state(work, table))
    row |= _run_before(work, table, None, row, changed)
    _check_required(table, row)
    _check_unique(work, table, row)
    stored = work.records.insert(table, row)
    _run_after(work, table, None, stored, changed)
    return stored


def load(work: Work, table: Table, values: Row, *, steps: bool) -> Row:
    """Insert a row as it is, with ids, state and empty columns filled; `steps` computes what hangs on it, too.

    Replaces the row that has this key already.
    """
    row: Row = {**table.blank, **values}
    row[table.key] = row[table.key] or work.records.new_guid()
    row |= _loaded_state(work, table, row)
    row |= (
        assign(work, table, None, row, frozenset()) if table.owned and not row.get("_owningbusinessunit_value") else {}
    )
    given = {name: value for name, value in values.items() if value is not None}
    if steps:
        row |= {**_run_before(work, table, None, dict(row), frozenset(values)), **_owner_of(given)}
    if work.records.get(table, row[table.key]) is not None:
        work.records.delete(table, row[table.key])
    stored = work.records.insert(table, row)
    if steps:
        _run_after(work, table, None, stored, frozenset(values))
    return stored


def _loaded_state(work: Work, table: Table, row: Row) -> Row:
    """The default state where none was given, and the default status of a state that came without."""
    if table.states is None:
        return {}
    state = row.get("statecode")
    state = initial_state(work, table) if state is None else state
    status = row.get("statuscode")
    if status is None and state in table.states.names:
        status = table.states.default_status(state)
    return {"statecode": state, "statuscode": status}


def _owner_of(given: Row) -> Row:
    """Ownership that the loaded row brings itself."""
    return {column: given[column] for column in OWNER_COLUMNS if column in given}


def update(work: Work, table: Table, row: Row, values: Mapping[str, Any]) -> Row:
    """Change columns and, by statecode and statuscode, the state; answers the row as stored."""
    _check_message(work, table, "Update", row)
    if work.checked:
        transitions.check_editable(table, row, values, back_office=work.records.edits_submitted_orders())
    moved = transitions.changed(table, row, values)
    changes: Row = {**values, **moved}
    changed = frozenset(changes)
    after: Row = {**row, **changes}
    changes |= _run_before(work, table, row, after, changed)
    after |= changes
    _check_unique(work, table, after)
    stored = work.records.change(table, row, changes)
    _run_after(work, table, row, stored, changed)
    return stored


def delete(work: Work, table: Table, row: Row) -> None:
    """Delete a row; a header takes its lines along, other rows that refer to it stay in the way (`deletion`)."""
    _check_message(work, table, "Delete", row)
    key: str = row[table.key]
    header, line = BY_HEADER.get(table.logical), BY_LINE.get(table.logical)
    if line is not None:
        check_parent(work, line, row)
        work.touch(line, row[line.parent], lines=True)
    if header is not None:
        _delete_lines(work, header, key)
    _delete_referrers(work, table, key)
    work.records.delete(table, key)


def initial_state(work: Work, table: Table) -> int:
    """The default state; a product's is Draft or Active by createproductswithoutparentinactivestate."""
    if table.logical == "product" and work.records.organization().get("createproductswithoutparentinactivestate"):
        return 0
    return 0 if table.states is None else table.states.initial


def _run_before(work: Work, table: Table, before: Row | None, after: Row, changed: Set[str]) -> Row:
    """What the steps set, what ownership follows, and amounts at their columns' decimals. `after` is brought along."""
    found: Row = {}
    for step in BEFORE.get(table.logical, ()):
        result = step(work, before, after, changed)
        found |= result
        after |= result
    found |= assign(work, table, before, after, changed)
    return found | rounded_values(work.records, table, after, changed | found.keys())


def _run_after(work: Work, table: Table, before: Row | None, row: Row, changed: Set[str]) -> None:
    for step in AFTER.get(table.logical, ()):
        step(work, before, row, changed)


def _check_required(table: Table, row: Row) -> None:
    for column in table.required:
        if row.get(column.stored) in (None, "") and _is_enforced(table, column):
            raise errors.required(column.name, table.logical)


def _is_enforced(table: Table, column: Column) -> bool:
    return BUSINESS_REQUIRED_IS_ENFORCED or f"{table.logical}.{column.name}" not in BUSINESS_REQUIRED


def _check_unique(work: Work, table: Table, row: Row) -> None:
    for key in work.records.keys(table):
        if _taken(work, table, row, tuple(table.by_name[name].stored for name in key.columns)):
            raise errors.alternate_key_violated(key.name, key.columns)
    for columns in table.unique:
        if _taken(work, table, row, columns):
            raise errors.duplicate_key("Cannot insert duplicate key.")
    if table.logical == "product" and _taken(work, table, row, ("productnumber",)):
        raise errors.product_number_exists()


def _taken(work: Work, table: Table, row: Row, columns: tuple[str, ...]) -> bool:
    found = work.records.find(table, columns, [row.get(column) for column in columns])
    return found is not None and found[table.key] != row[table.key]


def _delete_lines(work: Work, document: Document, key: str) -> None:
    for line in work.records.lines(document, key):
        _delete_referrers(work, document.line, line[document.line.key])
        work.records.delete(document.line, line[document.line.key])


def _delete_referrers(work: Work, table: Table, key: str) -> None:
    for other, row in referrers(work, table, key):
        if work.records.get(other, row[other.key]) is not None:
            delete(work.unchecked(), other, row)


def _check_message(work: Work, table: Table, message: str, row: Row | None) -> None:
    """Whether the table takes such a write, and from this caller."""
    if not work.checked:
        return
    if message not in table.messages:
        raise errors.no_message(message, table.logical)
    privileges.check(work.records, table, message, None if row is None else row[table.key])
