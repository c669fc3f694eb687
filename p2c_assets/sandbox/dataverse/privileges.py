"""What the caller may do. The application user has every privilege until the admin path takes some away.

`revoked` names privileges that its role lacks, `limited` those that it has for its own business unit only, `denied` ids
of rows that it may neither see nor change nor delete. A user that is disabled, or no `member` of the organisation,
may do nothing.
Source: MicrosoftDocs/powerapps-docs bulk-operations.md (troubleshooting: privilege and access check);
web-service-error-codes; issue 3883 of powerapps-docs (change tracking asks for read access to the whole organisation).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import DENIED_ROWS_ARE_LEFT_OUT
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.definition_documents import TYPE_CODES
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.schema_platform import SYSTEM_USER
from p2c_assets.sandbox.dataverse.seed import APPLICATION_USER_ID, ROOT_BUSINESS_UNIT_ID
from p2c_assets.sandbox.table import Row

TABLE = "_privileges"
LISTS = ("revoked", "limited", "denied")
SETTINGS = (*LISTS, "member")

NOUNS: Mapping[str, str] = {
    "salesorder": "Order",
    "salesorderdetail": "Order",
    "quotedetail": "Quote",
    "invoicedetail": "Invoice",
    "productpricelevel": "Product",
    "uomschedule": "UoM",
}
"""Tables whose privileges bear another name, most of them that of their parent."""

VERBS = {"Create": "Create", "Update": "Write", "Delete": "Delete", "Read": "Read"}
_ACCESS = {"Update": "WriteAccess", "Delete": "DeleteAccess", "Read": "ReadAccess"}


def configure(records: Records, document: Mapping[str, Any]) -> Row:
    """The admin path's settings; each replaces what was there. Raises ValueError for another name."""
    if any(not isinstance(document.get(name, []), list) for name in LISTS):
        raise ValueError(f"{', '.join(LISTS)} are lists")
    unknown = set(document) - set(SETTINGS)
    if unknown:
        raise ValueError(f"no setting {', '.join(sorted(unknown))}; there are {', '.join(SETTINGS)}")
    kept: Row = {name: [str(value).lower() for value in document.get(name, ())] for name in LISTS}
    records.store.table(TABLE).put("caller", {**kept, "member": bool(document.get("member", True))})
    return settings(records)


def settings(records: Records) -> Row:
    """What is taken away at present."""
    return records.store.table(TABLE).get("caller") or {**{name: [] for name in LISTS}, "member": True}


def check_user(records: Records) -> None:
    """Refuses a caller whose user is disabled or not one of the organisation's."""
    user = records.get(SYSTEM_USER, APPLICATION_USER_ID)
    if user is None or not settings(records)["member"]:
        raise errors.not_a_member()
    if user.get("isdisabled") is True:
        raise errors.user_disabled()


def check(records: Records, table: Table, message: str, key: str | None = None) -> None:
    """Refuses what a privilege of the table, or the access to one row, is missing for."""
    held = records.store.table(TABLE).get("caller")
    if held is None:
        return
    name = privilege(table, message)
    if name.lower() in held["revoked"]:
        code = TYPE_CODES[table.logical]
        raise errors.privilege_missing(APPLICATION_USER_ID, name, privilege_id(name), code, table.logical)
    if key is not None and key in held["denied"]:
        raise errors.access_missing(APPLICATION_USER_ID, _ACCESS[message], key, table.logical)


def check_everywhere(records: Records, table: Table) -> None:
    """Refuses a caller who may not read the rows of the whole organisation."""
    name = privilege(table, "Read")
    if name.lower() in _listed(records, "limited"):
        unit = ROOT_BUSINESS_UNIT_ID
        raise errors.depth_missing(APPLICATION_USER_ID, name, privilege_id(name), unit)


def readable(records: Records, table: Table, rows: Iterable[Row]) -> Iterable[Row]:
    """Those of the table's rows that the caller may see."""
    denied = frozenset(_listed(records, "denied")) if DENIED_ROWS_ARE_LEFT_OUT else frozenset[str]()
    return (row for row in rows if row[table.key] not in denied) if denied else rows


def readable_count(records: Records, table: Table) -> int:
    """How many those are of all rows."""
    denied = _listed(records, "denied") if DENIED_ROWS_ARE_LEFT_OUT else ()
    return records.count(table) - sum(1 for key in {*denied} if records.get(table, key) is not None)


def check_right(records: Records, name: str) -> None:
    """Refuses what a right that belongs to no table is missing for."""
    if name.lower() in _listed(records, "revoked"):
        raise errors.right_missing(APPLICATION_USER_ID, name)


def _listed(records: Records, setting: str) -> Sequence[str]:
    held = records.store.table(TABLE).get("caller")
    return [] if held is None else held[setting]


def privilege(table: Table, message: str) -> str:
    """prvCreateAccount, prvWriteOrder."""
    return f"prv{VERBS[message]}{NOUNS.get(table.logical, table.display)}"


def privilege_id(name: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"privilege.{name}"))
