"""Documents that the destination has closed: what differs there is not sent, since the destination would refuse it.

An order that Sales calls invoiced is opened for its update. Source: mappings.md 5.1 (a quotation is changed while Created or
Sent), 5.2 (a cancelled or fulfilled order of Sales is read-only), 3.9 (the template writes statecode Active at every update).
"""

from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.connectors.protocol import Operation
from p2c_assets.delivery.documents import Outcome, Row
from p2c_assets.mappings.schema import Entity

INVOICED = 4
REOPEN = {"statecode": 0, "statuscode": 1}
CLOSE_AGAIN = {"statecode": 4, "statuscode": 100003}


class Closed(NamedTuple):
    """A header is closed where its `column` has one of the values."""

    column: str
    values: Mapping[str | int, str]
    reason: str


_QUOTATION: Mapping[str | int, str] = {status: status for status in ("Confirmed", "Lost", "Cancelled")}
_CLOSED: Mapping[str, Closed] = {
    "sales_quotation_headers": Closed("SalesQuotationStatus", _QUOTATION, "quotation_closed_in_scm"),
    "salesorders": Closed("statecode", {2: "Canceled", 3: "Fulfilled"}, "order_closed_in_sales"),
}


def closed(entity: Entity, header: Row | None, fields: int) -> Outcome | None:
    """Why nothing is sent to a document whose `header` is as it is there; `fields`: in how many it differs."""
    rule = _CLOSED.get(entity.name)
    state = None if rule is None or header is None else rule.values.get(header[rule.column])
    if rule is None or state is None:
        return None
    return Outcome("rejected", rule.reason, f"{rule.column} is {state} there; it differs in {fields} fields")


def is_invoiced(entity: Entity, header: Row | None) -> bool:
    """Whether Sales calls the order invoiced."""
    return entity.name == "salesorders" and header is not None and header["statecode"] == INVOICED


def reopened(entity: Entity, header: Row, operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """The update of an invoiced order: opened before and closed again after it, in the same changeset."""
    key = {entity.key[0]: header[entity.key[0]]}
    return (
        Operation("PATCH", entity.entity_set, key, REOPEN),
        *operations,
        Operation("PATCH", entity.entity_set, key, CLOSE_AGAIN),
    )
