"""The solution's steps on account and contact: numbers, and whether a contact's company is an account.

Source: CRMP2C solution, customizations.xml (account Create pre; contact Create pre, Update(parentcustomerid) pre);
MicrosoftDocs accounts-template-mapping-direct.md and contacts-template-mapping-direct.md (the numbers).
"""

from collections.abc import Set

from p2c_assets.sandbox.dataverse.numbering import autonumber
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.table import Row


def number_account(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """ACC-01000-BVRCPS where the creator gave no number."""
    if before is not None or after.get("accountnumber"):
        return {}
    return {"accountnumber": autonumber("ACC", work.records.store.sequence("ACC", 0))}


def number_contact(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """CON-01000-BVRCPS where the creator gave no number."""
    if before is not None or after.get("msdynce_contactnumber"):
        return {}
    return {"msdynce_contactnumber": autonumber("CON", work.records.store.sequence("CON", 0))}


def mark_company(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """msdynce_iscompanyanaccount: the parent is an account."""
    if before is not None and "_parentcustomerid_value" not in changed:
        return {}
    return {"msdynce_iscompanyanaccount": after.get("parentcustomerid_type") == "account"}


def full_name(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """The platform's own: first, middle and last name in one."""
    names = (after.get("firstname"), after.get("middlename"), after.get("lastname"))
    return {"fullname": " ".join(str(name) for name in names if name) or None}
