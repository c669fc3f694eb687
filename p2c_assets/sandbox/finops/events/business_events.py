"""Business events: what happened in a process, told in a few fields. Here: a sales invoice was posted.

Sources: business-events-dev-doc (the contract of this very event), a captured payload (common fields, order of the names),
home-page (control numbers increase, with gaps).
"""

from collections.abc import Mapping
from typing import Any

from p2c_assets.sandbox.clock import Clock
from p2c_assets.sandbox.finops.events.assumptions import (
    AMOUNT_FIELD,
    FIRST_CONTROL_NUMBER,
    GAP_EVERY,
    INITIATING_USER,
    ORDER_FIELD,
)
from p2c_assets.sandbox.finops.events.payloads import EMPTY_DATE, date, milliseconds, unique_id
from p2c_assets.sandbox.finops.reference import Reference
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import AdminError

INVOICE_POSTED = "SalesInvoicePostedBusinessEvent"
NO_EVENT = "SalesOrderConfirmedBusinessEvent"
"""app-business-events lists none of a confirmed sales order."""

_SUFFIX = "BusinessEvent"


def check_event(event: str) -> None:
    """Raises Unsupported for an event without occasion here, AdminError for what is in no catalogue."""
    if event == INVOICE_POSTED:
        return
    if event == NO_EVENT or not event.endswith(_SUFFIX):
        raise AdminError(f"{event!r} is not in the catalogue of business events; the sandbox has {INVOICE_POSTED}")
    raise Unsupported(f"the business event {event}")


class BusinessEvents:
    """Makes payloads."""

    def __init__(self, store: Store, clock: Clock, reference: Reference) -> None:
        self._store = store
        self._clock = clock
        self._reference = reference

    def invoice_posted(self, invoice: Row) -> Mapping[str, Any]:
        """The payload of a posted invoice's header. Raises Unsupported for one in a foreign currency."""
        company = str(invoice["dataAreaId"])
        if invoice["CurrencyCode"] != self._reference.company_currency(company):
            raise Unsupported("the business event of an invoice in a foreign currency: there are no exchange rates")
        contract = {
            "InvoiceAccount": invoice["InvoiceCustomerAccountNumber"],
            AMOUNT_FIELD: invoice["TotalInvoiceAmount"],
            "InvoiceDate": date(invoice["InvoiceDate"]),
            "InvoiceDueDate": EMPTY_DATE,  # assumptions.DUE_DATE_IS_EMPTY
            "InvoiceId": invoice["InvoiceNumber"],
            "InvoiceTaxAmount": invoice["TotalTaxAmount"],
            "LegalEntity": company.upper(),
            ORDER_FIELD: invoice["SalesOrderNumber"],
        }
        return dict(sorted({**self._common(INVOICE_POSTED, company), **contract}.items()))

    def _common(self, event: str, company: str) -> Mapping[str, Any]:
        count = self._store.sequence("business event")
        now = self._clock.now()
        return {
            "BusinessEventId": event,
            "BusinessEventLegalEntity": company.upper(),
            "ContextRecordSubject": "",
            "ControlNumber": FIRST_CONTROL_NUMBER + count + count // GAP_EVERY,
            "EventId": unique_id("business event", count).upper(),
            "EventTime": f"/Date({milliseconds(now)})/",
            "EventTimeIso8601": f"{now:%Y-%m-%dT%H:%M:%S.%f}0Z",
            "InitiatingUserAADObjectId": f"{{{INITIATING_USER}}}",
            "MajorVersion": 0,
            "MinorVersion": 0,
            "ParentContextRecordSubjects": [],
        }
