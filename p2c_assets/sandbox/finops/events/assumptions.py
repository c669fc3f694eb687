"""What no public source settles about events: named constants with what they rest on.

Constants are read where they apply; what no single place decides is in DECISIONS.
"""

from collections.abc import Mapping

LARGEST_ENDPOINT_COUNT = 10
"""Documented default of endpoints for one event in one legal entity (business-events home-page)."""

ATTEMPTS = 3
"""Documented: three tries, a second apart (business-events home-page). The pause is a setting of the notices."""

TIMEOUT_S = 10.0
"""Documented default of HTTPS endpoints (managing-business-event-endpoints)."""

FIRST_CONTROL_NUMBER = 5_637_144_576
"""Control numbers of captured payloads are of the size of record ids."""

GAP_EVERY = 3
"""Documented is that there are gaps in the control numbers; here after every third one."""

ORDER_FIELD = "SalesOrderId"
"""Name of the order in the invoice event: the published contract class has it; one list of fields says SalesId."""

AMOUNT_FIELD = "InvoiceAmountInAccountingCurrency"
"""Name of the amount in the invoice event: the published contract class has it."""

INITIATING_USER = "C600136F-6814-41D9-8642-40CA0EC4EDD4"
"""The object id of the sandbox's service user."""

DECISIONS: Mapping[str, str] = {
    "ONE_EVENT_PER_REQUEST": (
        "An HTTPS endpoint gets one event with each POST: captured payloads are single objects, bundles are "
        "the sender's."
    ),
    "LEGAL_ENTITIES_ARE_UPPER_CASE": (
        "BusinessEventLegalEntity and LegalEntity as the page of a company has them; OData answers lower case."
    ),
    "DUE_DATE_IS_EMPTY": (
        "The sandbox has no terms of payment, hence no due dates; empty is documented as /Date(-2208988800000)/."
    ),
    "DATES_ARE_AT_MIDNIGHT": "A date without a time in a payload is midnight UTC; OData has it at noon.",
    "PRE_IMAGE_IS_AN_IMAGE": (
        "The row before stands in PreEntityImages; the page also names a PreImage beside Target."
    ),
    "DATA_EVENTS_GO_STRAIGHT": (
        "In the real system a data event comes by way of Dataverse, whose webhook posts it; here it is posted straight, in "
        "the same form."
    ),
    "NO_EVENT_IS_LATE": (
        "Beyond the supported numbers events are late in the real system, without a limit that refuses them; here none is."
    ),
    "DELETED_TARGET_IS_A_REFERENCE": (
        "Target of a deletion is an EntityReference, as in every Delete of the platform."
    ),
    "TABLE_IDS_FROM_NAMES": (
        "Ids of virtual rows begin with the table's number, which differs between environments; here it comes "
        "from its name."
    ),
    "TOUCHED_ROWS_ARE_UPDATED": (
        "A header whose version changes with its lines has an update event: the event is on the underlying table."
    ),
}
"""What is built into the modules that refer to these names, and no single place reads: what was decided, and why."""
