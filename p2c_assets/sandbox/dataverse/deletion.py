"""What a delete does to the rows that refer to the deleted one: forbid it, go with it, or be unknown.

Lines always go with their header (`writing`). Source: the CascadeConfiguration of the relationships in
MicrosoftDocs/dynamics-365-customer-engagement ce/sales/developer/entities (salesorder.md, product.md, account.md).
"""

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import REFERENCED_ROWS_STAY
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.schema import referring
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.table import Row

RESTRICTS = frozenset(
    {
        ("salesorder", "customerid"),
        ("salesorder", "pricelevelid"),
        ("salesorder", "quoteid"),
        ("salesorder", "transactioncurrencyid"),
        ("quotedetail", "productid"),
        ("salesorderdetail", "productid"),
        ("invoicedetail", "productid"),
    }
)
"""(table, lookup) whose rows forbid the delete of what they refer to. Delete: Restrict."""

CASCADES = frozenset(
    {
        ("account", "contact", "parentcustomerid"),
        ("asyncoperation", "bulkdeleteoperation", "asyncoperationid"),
        ("asyncoperation", "bulkdeletefailure", "asyncoperationid"),
        ("bulkdeleteoperation", "bulkdeletefailure", "bulkdeleteoperationid"),
    }
)
"""(deleted table, table, lookup) whose rows go with what they refer to. Delete: Cascade."""


def referrers(work: Work, table: Table, key: str) -> list[tuple[Table, Row]]:
    """Rows that are to go with the row of this key.

    Raises DataverseError where one forbids the delete, Unsupported where no page says what becomes of it.
    """
    found = [
        (other, column.name, row)
        for other, column in (referring(table.logical) if REFERENCED_ROWS_STAY else ())
        for row in work.records.referring(other, column, key)
    ]
    if any((other.logical, name) in RESTRICTS for other, name, _ in found):
        raise errors.associated()
    for other, name, _ in found:
        if not _goes_along(table, other, name):
            raise Unsupported(f"delete of a {table.logical} that {other.entity_set} refer to")
    return [(other, row) for other, _, row in found]


def _goes_along(table: Table, other: Table, name: str) -> bool:
    return (table.logical, other.logical, name) in CASCADES or name == "regardingobjectid"
