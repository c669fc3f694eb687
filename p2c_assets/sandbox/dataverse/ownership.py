"""Who owns a row: owner, owning team or user, and the business unit that follows from them.

Source: MicrosoftDocs/powerapps-docs developer/data-platform/entity-ownership (a row belongs to its owner's unit).
"""

from collections.abc import Set

from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema import BY_LINE, BY_LOGICAL
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.table import Row

OWNER_COLUMNS = (
    "_ownerid_value",
    "ownerid_type",
    "_owningbusinessunit_value",
    "_owningteam_value",
    "_owninguser_value",
)


def assign(work: Work, table: Table, before: Row | None, after: Row, changed: Set[str]) -> Row:
    """The ownership columns of a row that is created, or whose owner changes. Lines always follow their header."""
    if not table.owned or (before is not None and "_ownerid_value" not in changed):
        return {}
    header = _header(work.records, table, after)
    if header is not None:
        return {column: header.get(column) for column in OWNER_COLUMNS}
    owner = after.get("_ownerid_value") or APPLICATION_USER_ID
    return owned_by(work.records, owner, after.get("ownerid_type") or kind_of(work.records, owner))


def owned_by(records: Records, owner: str, kind: str) -> Row:
    """The five ownership columns for an owner."""
    row = records.get(BY_LOGICAL[kind], owner) or {}
    team = kind == "team"
    values = (owner, kind, row.get("_businessunitid_value"), owner if team else None, None if team else owner)
    return dict(zip(OWNER_COLUMNS, values, strict=True))


def kind_of(records: Records, owner: str) -> str:
    """Whether an owner is a team or a user."""
    return "team" if records.get(BY_LOGICAL["team"], owner) is not None else "systemuser"


def _header(records: Records, table: Table, line: Row) -> Row | None:
    document = BY_LINE.get(table.logical)
    key = line.get(document.parent) if document is not None else None
    return records.get(document.header, key) if document is not None and key else None
