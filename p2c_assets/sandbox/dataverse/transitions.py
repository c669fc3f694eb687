"""State machines: which state a record may be created in, which changes of state an update may make, what is read-only.

The actions that move documents further (WinQuote, CancelSalesOrder ...) are in `actions`; they pass these rules by.
Source: MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities (quote, salesorder, invoice, product);
powerapps-docs web-service-error-codes.md (the product refusals).
"""

from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import (
    ACTIVE_PRODUCTS_ARE_EDITABLE,
    CLIENT_MAY_SET_INVOICED,
    INVOICED_ORDER_REOPENS_BY_PATCH,
    REOPENING_COMES_FIRST,
)
from p2c_assets.sandbox.dataverse.columns import Table

Row = Mapping[str, Any]

EDITABLE: Mapping[str, frozenset[int]] = {
    "quote": frozenset({0}),
    "salesorder": frozenset({0}),
    "invoice": frozenset({0}),
}
"""States in which a document takes edits; tables that are not named take them in every state."""

PATCHABLE: Mapping[str, frozenset[tuple[int, int]]] = {
    "quote": frozenset({(0, 1)}),
    "salesorder": frozenset({(0, 1)}),
    "invoice": frozenset({(0, 2), (0, 3), (2, 0), (3, 0)}),
    "product": frozenset({(2, 0), (0, 1), (0, 3), (3, 0), (3, 1)}),
}
"""(from, to) that a plain PATCH may make; other changes of these tables need their action or do not exist."""

_PRODUCT_REFUSALS: Mapping[tuple[int, int], tuple[str, str]] = {
    (0, 2): ("0x8004F912", "You can't set a published product to the draft state."),
    (1, 0): ("0x8004F977", "You can't set a retired property to an active state."),
    (1, 2): ("0x8004F979", "It is not possible to move product from Retired to Draft State."),
    (2, 1): ("0x8004F978", "You can't retire this product because it is in draft state."),
    (2, 3): ("0x8004F913", "You can't revise a draft or a retired product."),
    (1, 3): ("0x8004F913", "You can't revise a draft or a retired product."),
}


def initial(table: Table, values: Row, start: int) -> dict[str, int]:
    """State and status of a new record. A record is created in its default state only; any status of it will do."""
    if table.states is None:
        return {}
    state = values.get("statecode")
    if state is not None and state != start:
        raise errors.invalid_status(values.get("statuscode"), _named(table, state), table.logical)
    status = values.get("statuscode")
    status = table.states.default_status(start) if status is None else status
    if not table.states.allows(start, status):
        raise errors.invalid_status(status, _named(table, start), table.logical)
    return {"statecode": start, "statuscode": status}


def changed(table: Table, row: Row, changes: Row) -> dict[str, int]:
    """State and status after a PATCH; empty when it touches neither."""
    states = table.states
    if states is None or ("statecode" not in changes and "statuscode" not in changes):
        return {}
    before = row["statecode"]
    after = changes.get("statecode", before)
    if after not in states.names:
        raise errors.invalid_status(changes.get("statuscode"), str(after), table.logical)
    status = changes.get("statuscode")
    if status is None:
        status = row["statuscode"] if after == before else states.default_status(after)
    if not states.allows(after, status):
        raise errors.invalid_status(status, states.names[after], table.logical)
    if after != before:
        _check_transition(table, row, before, after)
    return {"statecode": after, "statuscode": status}


def _check_transition(table: Table, row: Row, before: int, after: int) -> None:
    allowed = PATCHABLE.get(table.logical)
    if allowed is None or (before, after) in allowed or _is_assumed(table, before, after):
        return
    if table.logical == "product" and (before, after) in _PRODUCT_REFUSALS:
        raise errors.DataverseError(400, *_PRODUCT_REFUSALS[before, after])
    raise errors.invalid_transition(table.logical, row[table.key], _named(table, before), _named(table, after))


def _is_assumed(table: Table, before: int, after: int) -> bool:
    """Changes of an order's state that hang on assumptions."""
    if table.logical != "salesorder":
        return False
    reopens = INVOICED_ORDER_REOPENS_BY_PATCH and (before, after) == (4, 0)
    return reopens or (CLIENT_MAY_SET_INVOICED and (before, after) == (0, 4))


def check_editable(table: Table, row: Row, changes: Row, *, back_office: bool) -> None:
    """Refuses edits of a read-only record. A change that reopens it may bring other columns along; see assumptions.

    `back_office`: the caller is the integration user of sales order processing, who edits submitted orders, too.
    """
    if table.logical == "product" and not ACTIVE_PRODUCTS_ARE_EDITABLE:
        _check_draft(row, changes)
    editable = EDITABLE.get(table.logical)
    if editable is None or row["statecode"] in editable or (back_office and _is_submitted(table, row)):
        return
    moved = changes.get("statecode", row["statecode"])
    state_only = set(changes) <= {"statecode", "statuscode"}
    if moved in editable and (REOPENING_COMES_FIRST or state_only):
        return
    if state_only and moved == row["statecode"]:
        return
    raise errors.read_only(table.logical, row[table.key], _named(table, row["statecode"]))


def _check_draft(product: Row, changes: Row) -> None:
    if product["statecode"] not in {2, 3} and not set(changes) <= {"statecode", "statuscode"}:
        text = "Product, product family and bundle can only be updated in draft state."
        raise errors.DataverseError(400, "0x8004F995", text)


def is_open(table: Table, row: Row, *, back_office: bool) -> bool:
    """Whether lines of the document may be written."""
    editable = EDITABLE.get(table.logical)
    open_to_all = editable is None or row.get("statecode") in editable
    return open_to_all or (back_office and _is_submitted(table, row))


def _is_submitted(table: Table, row: Row) -> bool:
    return table.logical == "salesorder" and row.get("statecode") == 1


def _named(table: Table, state: object) -> str:
    assert table.states is not None
    return table.states.names.get(state, str(state)) if isinstance(state, int) else str(state)


def state_name(table: Table, row: Row) -> str:
    return _named(table, row.get("statecode"))
