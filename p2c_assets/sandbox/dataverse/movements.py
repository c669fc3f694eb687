"""Moving a document into a state where a PATCH cannot, for the actions; and finding the document that one names.

Source: MicrosoftDocs/dynamics-365-customer-engagement ce/sales/developer/entities (states and default statuses).
"""

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.schema import BY_HEADER
from p2c_assets.sandbox.dataverse.validation import is_guid
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.table import Row


def move(work: Work, table: Table, row: Row, allowed: frozenset[int], state: int, status: object) -> None:
    """Put a document into a state; -1 or nothing stands for the state's default status."""
    assert table.states is not None
    code = table.states.default_status(state) if status in (None, -1) else status
    if row.get("statecode") not in allowed:
        before = table.states.names.get(row["statecode"], str(row.get("statecode")))
        raise errors.invalid_transition(table.logical, row[table.key], before, table.states.names[state])
    if not isinstance(code, int) or not table.states.allows(state, code):
        raise errors.invalid_status(code, table.states.names[state], table.logical)
    work.records.change(table, row, {"statecode": state, "statuscode": code})
    work.touch(BY_HEADER[table.logical], row[table.key], lines=False)


def document_row(work: Work, table: Table, key: object) -> Row:
    if not isinstance(key, str) or not is_guid(key):
        raise errors.invalid_argument(f"'{key}' is not the id of a {table.logical}.")
    row = work.records.get(table, key.lower())
    if row is None:
        raise errors.does_not_exist(table.display, key)
    return row
