"""Whose order it is: two orders of one number, one in each system, are not always the same order.

Orders go both ways by number. Where the journal does not know that the order on the other side came from here, and the two
name different customers or currencies, they are different orders: neither may overwrite the other, and neither may pass for
the other.
"""

from collections.abc import Set

from p2c_assets.delivery.plan import Planned
from p2c_assets.mappings.folding import folded

IDENTITY = frozenset({"customerid", "OrderingCustomerAccountNumber", "transactioncurrencyid", "CurrencyCode"})
"""Header fields that tell two orders of one number apart."""

ENTITIES = frozenset({"salesorders", "sales_order_headers"})


def guarded(planned: Planned, ours: Set[str]) -> Planned:
    """The plan of an order; rejected where another order holds its number. `ours`: folded numbers of what SCM has from us."""
    if (
        planned.action not in ("update", "filtered")
        or planned.document.stopped is not None
        or folded(planned.document.key) in ours
    ):
        return planned
    apart = [change for change in planned.changes if change.entity in ENTITIES and change.field in IDENTITY]
    replaced = [change for change in apart if change.before is not None]
    if not replaced:
        return planned
    named = ", ".join(f"{change.field} {change.before!r} there, {change.after!r} here" for change in replaced)
    detail = f"another order has the number {planned.document.key} ({named}); renumber one of the two"
    return planned._replace(action="rejected", reason="number_used_by_other_document", detail=detail, operations=())
