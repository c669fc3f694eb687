"""From a change of a record to the notices of the events that are active for it.

Source: business-events-dev-doc (sent with the commit of the transaction, not at all when it is aborted), home-page (three
tries a second apart, then the error log, from which it is sent again). Order and number of deliveries are not promised: what
duplicates and reorders notices are faults of the admin path.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.exact_json import dumps
from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.events.assumptions import ATTEMPTS, TIMEOUT_S
from p2c_assets.sandbox.finops.events.business_events import INVOICE_POSTED, BusinessEvents
from p2c_assets.sandbox.finops.events.data_events import DataEvents, event_of, operation_of
from p2c_assets.sandbox.finops.events.subscriptions import Subscriptions
from p2c_assets.sandbox.finops.records import REC_VERSION, Records, visible
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.finops.schema_invoices import INVOICE_HEADERS
from p2c_assets.sandbox.notices import Notices
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

_OF_THE_CUSTOMER = frozenset({"OrderingCustomerIsExternallyMaintained", "InvoiceCustomerIsExternallyMaintained"})
COMPUTED: Mapping[str, frozenset[str]] = {
    "CDSSalesOrderHeaders": _OF_THE_CUSTOMER,
    "CDSSalesOrderLines": _OF_THE_CUSTOMER
    | {"SalesOrderProcessingStatus", "SalesOrderOriginType", "AreSalesOrderTotalsUpdated"},
}
"""Columns that an entity shows of another table's record: computed columns trigger no data event (data-events)."""

_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


class EventSender:
    """Watches records; what it posts is undone with the transaction of the change."""

    def __init__(self, store: Store, clock: Clock, records: Records, reference: Reference, notices: Notices) -> None:
        self._notices = notices
        self.subscriptions = Subscriptions(store, reference)
        self._business = BusinessEvents(store, clock, reference)
        self._data = DataEvents(store, clock)
        self._silent = False
        records.watch(self._watch)

    @contextmanager
    def silence(self) -> Generator[None]:
        """No events: rows are put in place, nothing happens in the business."""
        self._silent = True
        try:
            yield
        finally:
            self._silent = False

    def _watch(self, entity_set: EntitySet, before: Row | None, after: Row | None) -> None:
        if self._silent or not self.subscriptions.any_active():
            return
        if entity_set is INVOICE_HEADERS and before is None and after is not None:
            self._send(INVOICE_POSTED, after, lambda: self._business.invoice_posted(after))
        if _is_written(entity_set, before, after):
            event = event_of(entity_set.name, operation_of(before, after))
            self._send(event, after or before or {}, lambda: self._data.payload(entity_set, before, after))

    def _send(self, event: str, row: Row, payload: Callable[[], Mapping[str, Any]]) -> None:
        """One payload for all endpoints, made only when there are any."""
        endpoints = self.subscriptions.endpoints_of(event, str(row["dataAreaId"]))
        if not endpoints:
            return
        body = dumps(payload())
        for endpoint in endpoints:
            headers = {**_HEADERS, **endpoint["headers"]}
            self._notices.post(endpoint["url"], headers, body, ATTEMPTS, timeout_s=TIMEOUT_S)


def _is_written(entity_set: EntitySet, before: Row | None, after: Row | None) -> bool:
    """Whether the entity shows the record and its table was written (assumptions.TOUCHED_ROWS_ARE_UPDATED)."""
    if before is not None and after is not None and before[REC_VERSION] == after[REC_VERSION]:
        return False
    if before is not None and after is not None and _is_computed(entity_set, before, after):
        return False
    return visible(after) if after is not None else visible(before)


def _is_computed(entity_set: EntitySet, before: Row, after: Row) -> bool:
    """Whether nothing but what the entity shows of other tables is another."""
    changed = {name for name in entity_set.names if before.get(name) != after.get(name)}
    return bool(changed) and changed <= COMPUTED.get(entity_set.name, frozenset())
