"""What no public source settles: each a named constant with what it rests on, so that a live environment can refute it.

Constants are read where they apply; some can be turned by FinopsTwin's arguments. What no single place decides is in
DECISIONS. Rules with a source are in the modules that apply them.
"""

from collections.abc import Mapping
from typing import Literal

MISSING_KEY_STATUS = 400
"""PATCH, PUT and DELETE of a missing key. Seen in two Singer targets and a NestJS client's fixtures."""

BUSINESS_ERROR_STATUS = 400
"""Seen on single requests in recent traffic; an older trace shows 500 for a part inside `$batch` (next constant)."""

BUSINESS_ERROR_STATUS_IN_BATCH = 400
"""An older captured trace has 500 here. FinopsTwin(batch_error_status=500) plays that environment."""

STALE_ETAG_STATUS = 412
"""The OData standard's answer; unconfirmed for this system (one unreliable source claims 409)."""

MAX_PAGE = 10_000
"""Documented maximum of server-driven pages (fin-ops odata; docs issue 2321 corrected it from 1,000)."""

MAX_BATCH_OPERATIONS = 5_000
"""Documented (service-protection-maximizing-api-throughput)."""

TEXT_FUNCTIONS_ARE_REFUSED = True
"""contains, startswith, endswith are not on the documented list (docs issue 1486 saw startswith work).

FinopsTwin(text_functions=True) allows them.
"""

TERMINAL_JOB_STATES = frozenset({"Finished", "Error", "Canceled"})
"""States from which SetBatchJobToWaiting takes a job: "terminal" is documented, the list is not."""

LARGEST_AMOUNT = 10**12
"""Numbers of this magnitude or more are refused: beyond any document, and exact arithmetic stays exact below it."""

FIRST_REC_ID = 5_637_144_576
"""Rec ids as seen in decoded etags."""

DEADLOCK_TEXT = "Deadlock, where one or more users have simultaneously locked the whole table or part of it."
"""The platform's infolog for a deadlock victim (platform knowledge); no capture over OData is at hand."""

LOAD_THRESHOLDS: Mapping[Literal["high", "medium", "low"], float] = {"high": 90, "medium": 80, "low": 70}
"""Percent of load from which requests of a priority are refused. priority-based-throttling says that low goes first and
high last; the numbers are not public."""

UNMAPPED_PRIORITY: Literal["high", "medium", "low"] = "medium"
"""Priority of an application that is not in the mapping: not stated in the documents."""

RETRY_AFTER_GROWS_BY_S = 1
"""By how much each refused request lengthens Retry-After: service-protection-retry-operations says that it grows."""

SEQUENCE_DATA_TYPES: Mapping[str, str] = {
    "Customer": "CustAccount",
    "SalesQuotation": "QuotationIdBase",
    "SalesOrder": "SalesIdBase",
}
"""DataTypeName of a reference: CustAccount is in public X++ (CustParameters::numRefCustAccount), the other two are platform
knowledge."""

DECISIONS: Mapping[str, str] = {
    "BATCH_CONTINUES_AFTER_ERROR": (
        "Later parts of a `$batch` run although an earlier one failed: per-part errors inside a 200 are "
        "documented by traces."
    ),
    "ERROR_PART_HAS_FIRST_CONTENT_ID": (
        "In the captured trace the error part carried Content-ID 1 although record 2 was at fault."
    ),
    "OMITTED_COMPANY_IS_THE_DEFAULT": "A POST without dataAreaId goes to the service user's company.",
    "DENIED_WRITES_READ_ALIKE": ("The 403 of a denied write has the words seen for a denied read, with its own verb."),
    "EXPAND_TAKES_SELECT_ONLY": (
        "Other options inside `$expand` do not work and are not planned (docs issue 1577); that they are a "
        "400 is not documented."
    ),
    "OPTIONS_OF_SETS_ARE_REFUSED_ON_RECORDS": (
        "`$filter` and its like on a single record: 400 in the words of ASP.NET OData; not seen on this system."
    ),
    "SKIP_WITH_A_PREFERRED_SIZE_CONTINUES": (
        "A `$top` together with `$skip` and `Prefer: odata.maxpagesize` is the server's own page size, else a "
        "client's total: captured links look like that, the exact rule is unknown."
    ),
    "DEFAULT_ORDER_IS_THE_KEY": (
        "Order of rows when no `$orderby` is given: not documented; skip paging needs a stable one."
    ),
    "TEXT_COMPARES_WITHOUT_CASE": (
        "Filters, keys and sorting: the database's default collation is case-insensitive (platform knowledge)."
    ),
    "READ_ONLY_COLUMNS_ARE_REFUSED": (
        "Posting a computed column is a field validation error, in the words seen for the account number "
        'under automatic numbering ("does not allow editing"). For computed columns unconfirmed.'
    ),
    "OVERLONG_TEXT_IS_REFUSED": (
        "400 at deserialisation rather than silent truncation: platform knowledge, unconfirmed."
    ),
    "ISO_CODES_ARE_RETURNED_UPPER_CASE": (
        "The ISO code is computed from the country table, so a posted `us` comes back as `US`."
    ),
    "ADDRESS_NEEDS_A_COUNTRY": (
        "Old template pages default the country because SCM requires it when an address is sent."
    ),
    "QUOTATION_TOTALS_ARE_CALCULATED_ON_WRITE": (
        "The entity has AreTotalsCalculated but no page names a totals job for quotations (only for orders)."
    ),
    "NO_NAME_IS_SHARED": (
        "In the real `$metadata` an enumeration and an entity may have one name; among what the twin has there is no such "
        "pair."
    ),
    "NOTHING_IS_SHARED_BETWEEN_COMPANIES": (
        "No policy of cross-company sharing is set up: a customer is of the company that it was created in."
    ),
    "PRIORITIES_ARE_OF_APPLICATIONS": (
        "The priority mapping of the real system names users or applications; here applications, as each has one user."
    ),
    "CLOSED_DOCUMENTS_ARE_READ_ONLY": (
        "An invoiced or cancelled order, a confirmed, lost or cancelled quotation refuses changes; an order of which "
        "something was posted is not deleted: platform knowledge."
    ),
    "LINES_GO_WITH_THEIR_HEADER": "Deleting an order or a quotation deletes its lines: platform knowledge.",
    "REFERENCE_TEXTS": (
        '"The value ... in field ... is not found in the related table ..." and "Field ... must be filled in." are '
        "X++'s own texts; that they come over OData in these exceptions was seen for other fields."
    ),
    "TAX_IS_A_RATE_OF_THE_COMPANY": (
        "Tax by one rate for each company, rounded by line, unless an order's plan prescribes it: the tax engine of the "
        "real system is set up by each customer."
    ),
    "PARTIES_KEEP_THEIR_KIND": (
        "A contact person and a customer of one number are one party (contact-to-customer template page); that a party "
        "cannot become another kind is platform knowledge."
    ),
    "LINE_STATUS_IS_THE_HEADERS": (
        "SalesOrderProcessingStatus of a line is its header's: filters of the templates use both alike."
    ),
    "PRODUCT_SUPPLIES_THE_SITE": (
        "A released product without a SiteId of its own has the company's first site in its default order "
        'settings. A product row loaded with SiteId "" has none: then a line without a site is refused, in '
        "the words of a real trace."
    ),
    "REQUESTED_DATES_DEFAULT_TO_TODAY": (
        "Requested shipping and receipt dates: required by SCM (old template page), left out by the later grids."
    ),
    "CONFIRMING_A_QUOTATION_MAKES_THE_ORDER": (
        "The header shows GeneratedSalesOrderNumber; that confirming creates the order at once is platform knowledge."
    ),
    "INVOICES_ARE_IMMUTABLE": (
        "Posted rows are not edited, corrections are new documents: platform knowledge. Both entities are read-only."
    ),
    "JOB_REFUSALS_ARE_200": (
        "SetBatchJobToWaiting says in its own ResponseStatusCode and IsSuccess what came of it; its texts are "
        "not documented."
    ),
    "CANCELLATION_IS_OF_THE_REMAINDER": (
        "Cancelling takes what is not delivered. A line or order of which nothing was delivered becomes "
        "Canceled, a delivered part keeps Delivered or Invoiced: platform knowledge, unconfirmed."
    ),
    "CANCELLED_ORDERS_KEEP_THEIR_TOTALS": (
        "What an order's totals become when its remainder is cancelled is not documented."
    ),
    "METADATA_DATA_TYPES": (
        "DataType of a property in `/Metadata/PublicEntities` (String, Int, Real, Enum, Date, UtcDateTime): "
        "X++'s names of types."
    ),
    "LABELS_ARE_THE_SANDBOXES": (
        "Label ids are `@Sandbox:Name` and their texts the name in words: the real label files are not public."
    ),
    "SESSION_INFO_FIELDS": (
        "Names of the fields of GetUserSessionInfo: user, company, language and time zone are known to be "
        "there, their spelling is platform knowledge."
    ),
    "CONTENT_ID_REFERENCES_ARE_UNSUPPORTED": (
        "`$1` inside a changeset: not shown working anywhere; the twin answers 501."
    ),
    "DEEP_INSERT_IS_A_DESERIALISATION_ERROR": (
        "Lines nested in a header are not supported; how the refusal reads is not documented."
    ),
    "COMPANY_HEADER_IS_IGNORED": (
        "A header `Company: usmf` is in community samples, unverified: the company is the body's or the user's."
    ),
    "PREFER_REPRESENTATION_IS_IGNORED": (
        "`Prefer: return=representation` is in community samples, unverified: PATCH answers 204 in any case."
    ),
    "ACTION_SET_KEYS": (
        "Names of the keys of DataManagementEntities, SystemNotifications and BatchJobs in `$metadata`: their "
        "rows are not read here, and no public source shows them; CSDL needs one."
    ),
    "THROTTLING_USES_THE_ODATA_ENVELOPE": (
        "The text of a 429 is documented (priority-based-throttling), its JSON is not: the twin wraps it as "
        "every other error."
    ),
    "REGISTERED_WHEN_NO_APPLICATION_IS_LISTED": (
        "The twin lets every application in until `_applications` has rows: so nobody has to load a set-up to begin."
    ),
    "UNAUTHORIZED_HAS_NO_BODY": (
        "A 401 has no body that names F&O's own error: platform knowledge, no capture is at hand."
    ),
    "UNREGISTERED_APPLICATION_STATUS": (
        "401: An application that is not listed under Microsoft Entra applications: 401 or 403, not documented."
    ),
    "SEQUENCES_ARE_READ_WHOLE": (
        "SequenceV2Tables and NumberSequencesV2References: on the one live environment that was seen, reading all rows "
        "worked, while $select, $orderby and filters by enums were refused; the twin takes no option at all, and "
        "leaves both out of `$metadata`."
    ),
}
"""What is built into the modules that refer to these names, and no single place reads: what was decided, and why."""
