"""What no public source settles: named constants with what each rests on, so that a live organisation can refute it.

Each constant is read where it decides; changing one changes the twin. What no single place decides is in DECISIONS. Rules
with a source are in the module that applies them; what a user may choose is in `options`.
"""

from collections.abc import Mapping
from decimal import Decimal

NE_INCLUDES_NULLS = True
"""`x ne 1` also finds rows where x is empty. The platform turns `ne` into FetchXML's ne, whose SQL adds "or is null";
the templates' own filters (`msdynce_ismaintainedexternally ne true`) only make sense so."""

DENIED_ROWS_ARE_LEFT_OUT = True
"""Read access is needed to view a row (how-record-access-determined.md); no page says what a query does about rows
without it. The twin leaves them out of lists, counts, aggregates and changes without a word, and expands a lookup to
one as null."""

ACTIVE_PRODUCTS_ARE_EDITABLE = True
"""The error list has ProductCanOnlyBeUpdatedInDraft (0x8004F995), yet the products template keeps updating products
that are on documents, hence Active (products-template-mapping-direct.md). The twin takes updates in every state."""

BUSINESS_REQUIRED_IS_ENFORCED = True
BUSINESS_REQUIRED = frozenset(
    {
        "account.name",
        "account.accountnumber",
        "contact.lastname",
        "contact.msdynce_contactnumber",
        "quotedetail.quantity",
        "salesorderdetail.quantity",
        "invoicedetail.quantity",
    }
)
"""Columns that are only ApplicationRequired: forms insist on them, the platform itself does not. The twin does, too, so
that a mapping that forgets one is seen."""

DEFAULT_PROCESSING_STATUS = 647390011
"""Draft, for orders whose creator gave none: sales-order-template-mapping-direct-two-ways.md says only Draft orders
can be edited, and the solution's create step on salesorder is the only place that can set it."""

COMPUTED_COLUMNS_ARE_WRITABLE = True
"""baseamount, extendedamount and the totals are not valid for create (salesorderdetail.md), yet the templates write
them. The twin takes them, and system pricing computes over them unless it is off, skipped or the price is locked."""

READ_ONLY_COLUMNS_ARE_REFUSED = True
"""The platform is said to pass over columns that are not valid for create or update. The twin refuses them
(0x80041100 "An attempt was made to update a non-updateable field."), so that nothing is lost in silence."""

REOPENING_COMES_FIRST = True
"""A PATCH that reopens a record and changes other columns reopens it before the other columns are looked at."""

INVOICED_ORDER_REOPENS_BY_PATCH = True
"""The order template writes statecode Active at every run, also after the invoice made the order Invoiced
(sales-order-template-mapping-direct-two-ways.md): so this PATCH must pass."""

CLIENT_MAY_SET_INVOICED = True
"""An order becomes Invoiced by a PATCH too: dual-write's client writes that state (sales-status-map.md)."""

READ_ONLY_CODE = "0x80048408"
"""For edits of a closed record. No public page names a code for it; this is the one of refused state changes."""

INACTIVE_PRODUCT_CODE = "0x80040203"
"""For a product on a document that is not active. No public page names a code for it; this is invalid argument."""

EXCESS_DECIMALS_ARE_ROUNDED = True
"""A number with more decimals than its column is rounded half away from zero on write; else it stays as it came."""

DEFAULT_CURRENCY_PRECISION = 2
"""For rows without a currency, and for currencies without a precision. A row with amounts and no currency keeps none:
the platform would take the user's default currency, which the twin's users do not have."""

DEFAULT_PRICING_PRECISION = 4
"""organization.pricingdecimalprecision of the scenario: AdventureWorks' unit prices need four decimals."""

PRICE_OF_PRODUCT_WITHOUT_PRICE = Decimal(0)
"""A price list item needs an amount; a product without price gets one of zero."""

NUMBER_START = 1000
"""ACC-01000-BVRCPS and CON-01000-BVRCPS are the documentation's examples (accounts-template-mapping-direct.md,
contacts-template-mapping-direct.md): five digits, six capital letters. Orders, quotes and invoices likewise."""

FREIGHT_TAX = "Freight Tax"
"""Name of the write-in line (sales-order-template-mapping-direct-two-ways.md). Its quantity 1 and price 0 are ours."""

FREIGHT_TAX_IGNORES_LOCKS = True
"""The Freight Tax step is asynchronous and runs as the system: it writes the line whatever the header's state. The
twin runs it at the end of the transaction."""

REFERENCED_ROWS_STAY = True
"""What a delete does to rows that refer to the deleted one differs by relationship; lines go with their header, and
`deletion` has the relationships that a page settles. Any other makes the twin answer 501 instead of guessing."""

NO_MESSAGE_STATUS = 405
"""For a write that a table does not take (0x80040800). compose-http-requests-handle-errors.md gives 405 to what is not
supported, without this code."""

JOBS_RUN_BEFORE_THE_NEXT_REQUEST = True
"""A system job that a request has started is done when the next request is answered: later than its own answer, as the
asynchronous service does it, and at a moment that a test can tell. False: only when a day is let pass."""

BULK_TABLES = frozenset({"account", "contact", "product", "salesorder", "invoice"})
"""Tables with CreateMultiple, UpdateMultiple, UpsertMultiple. The reference pages list salesorder, invoice and
product; account and contact are among the "many" of bulk-operations.md; quotes and lines are not settled."""

CHANGE_TRACKED_TABLES = frozenset(
    {
        "account",
        "contact",
        "product",
        "productpricelevel",
        "quote",
        "quotedetail",
        "salesorder",
        "salesorderdetail",
        "invoice",
        "invoicedetail",
    }
)
"""Tables with ChangeTrackingEnabled. Which these are is each organisation's own setting; the twin's has switched it on
for what changes daily, and left it off for units, price lists and the like."""

EXPIRED_TOKEN_STATUS = 400
"""HTTP status of 0x80044352 (ExpiredVersionStamp). No public page shows it."""

TRACKING_OPTION_CODE = "0x80060888"
"""For $filter, $orderby, $expand and $top beside change tracking. The page has the words and no code; this is the one
of other options that do not go together."""

INVALID_TOKEN_CODE = "0x80060888"
"""For a delta token that is none. No public page names a code for it; this is the one of unreadable URLs."""

DELTA_COUNT_INCLUDES_DELETIONS = True
"""`$count?$deltatoken=` "to get the number of changes made": a deletion is taken for a change."""

REVISABLE_QUOTE_STATES = frozenset({1, 3})
"""Active and Closed: QuoteReviseExistingActiveQuote (0x80048d00) only makes sense where closed quotes are revised too.
A closed one keeps its status."""

DELETE_TARGET_IS_A_REFERENCE = True
"""A delete's Target is an EntityReference. use-webhooks.md shows the body of an update only."""

CLOSABLE_QUOTE_STATES = frozenset({0, 1})
CLOSABLE_ORDER_STATES = frozenset({0, 1})
"""From where CloseQuote (Draft, Active), CancelSalesOrder and FulfillSalesOrder (Active, Submitted) lead: the pages name
where they lead to only."""

CONVERTIBLE_QUOTE_STATES = frozenset({1, 2})
"""Active and Won: ConvertQuoteToSalesOrder wins an Active quote by itself, the documentation's sample wins it before."""

CONVERTIBLE_ORDER_STATES = frozenset({0, 1, 3})
"""Active, Submitted, Fulfilled. No page lists the states; the Sales app offers Create Invoice until an order is
invoiced or canceled."""

SOLUTION_NAME = "msdynce_ProspectToCashIntegration"
SOLUTION_VERSION = "15.0.0.1"
"""The last version with the alternate key msdynce_AccountNumber (migrate-prospect-to-cash.md)."""

VERSION = "9.2.24044.00179"
"""What RetrieveVersion answers; any 9.2 build would do."""

UNNAMED_RELATIONSHIP = "{one}_{many}_{column}"
"""Name of a relationship whose name no page of the entity reference gives; the documented ones mostly follow it."""

SQL_TOP_IS_TAKEN = True
"""`SELECT TOP n` in `?sql=`: webapi/query/sql.md says it is not supported, the SDK 1.1.0 documents and sends it."""

ENUM_MEMBERS_MAY_BE_TEXTS = True
"""`AttributeType ne 'Virtual'` over definitions: query-metadata-web-api.md asks for the enum's full name, the SDK 1.1.0
sends and documents the bare one (query.sql_columns, tables.list_columns)."""

DEGREE_OF_PARALLELISM = 4
"""x-ms-dop-hint. send-parallel-requests.md names no number; 4 and 5 were seen on trial environments."""

SQL_ERROR_STATUS = 500
"""HTTP status of a deadlock (0x80044150, generic SQL error): the error list names the code, no page its status."""

ERROR_STATUSES: Mapping[str, int] = {
    "0x80040224": 500,
    "0x80044151": 500,
    "0x80073002": 400,
    "0x8004d24b": 403,
    "0x8005F103": 429,
}
"""HTTP statuses of errors that the twin has on demand only (faults with a code): the error list has codes, no page their
statuses, nor the words in full."""

HIGH_PAGE_CODE = "0x80040203"
"""For FetchXML pages by number beyond 50,000 rows. fetchxml/page-results.md has the limit, no page its code."""

GLOBAL_METADATA_VERSION = "1000001"
"""The annotation globalmetadataversion: any number that changes with the definitions, which a twin's never do."""

RETRY_AFTER_GROWS_BY_S = 1
"""By how much each refused request lengthens Retry-After: api-limits.md says that it grows while a client keeps asking,
not by how much."""

URL_TOO_LONG_STATUS = 414
"""compose-http-requests-handle-errors.md gives the lengths (32 KB, in a batch 64 KB), not the answer beyond them."""

KEY_CHARACTERS = "/<>*%&:\\?+"
KEY_CHARACTERS_STATUS = 400
"""A value of an alternate key that has one of these makes a GET or PATCH by a URL fail (define-alternate-keys-entity.md):
no page says how. The twin answers 0x80060888."""

DECISIONS: Mapping[str, str] = {
    "START_OF_JOBS_IS_NOT_AWAITED": (
        "BulkDelete's StartDateTime is taken and not waited for: clients send the time of their own clock, "
        "which is not the sandbox's."
    ),
    "FORMATTED_FOR": (
        "en-US, UTC: The user settings by which formatted values are written: `$20,000.00`, `4/7/2023 2:59 "
        "PM` (webapi/query/select-columns.md has these); a negative amount is in parentheses, as .NET writes "
        "it in that culture."
    ),
    "NESTED_PAGES_END_UNFILLED": (
        "In a nested `$expand` a collection's nextLink is there when its page is full: webapi/query/join- "
        "tables.md shows one behind a page of one row of one."
    ),
    "UNAUTHORIZED_HAS_NO_BODY": (
        "A 401 without a live token has headers only. The documents list names of 401 errors (webapi/compose- "
        "http-requests-handle-errors.md), none of which was seen in a body."
    ),
    "FAILED_CHANGESET_IS_ONE_PART": (
        "A failed changeset is answered by one error part instead of a multipart of its own; no page shows a "
        "failed one."
    ),
    "EARLIER_OPERATIONS_STAY": (
        "Operations outside changesets that ran before the one that stopped a `$batch` stay committed."
    ),
    "TWICE_IN_A_BULK_MESSAGE_IS_A_DUPLICATE": (
        "A row that is named twice in one bulk message is refused as a duplicate: bulk-operations.md leaves it open."
    ),
    "ACTIONS_TAKE_WHAT_METADATA_DECLARES": (
        "A parameter that `$metadata` does not declare for a sales action is refused as a payload that cannot be read; the "
        "pages list the parameters and say nothing of others."
    ),
    "EMPTY_KEYS_ARE_NOT_UNIQUE": (
        "Rows in which a column of an alternate key is empty are not compared with each other: platform knowledge."
    ),
    "SQL_NULL_EQUALS_NOTHING": (
        "`x = NULL` in `?sql=` finds no row: webapi/query/sql.md says that it does not return what one expects."
    ),
    "TOTAL_RECORD_COUNT_IS_CURRENT": (
        "RetrieveTotalRecordCount is a snapshot of up to 24 hours ago in the real system (webapi/query/count-rows.md); "
        "here it counts now."
    ),
    "NOTHING_TIMES_OUT": (
        "Requests of two minutes, plug-ins of two minutes and messages of 116.85 MB have no limit here: general "
        "knowledge; a slow or failing server is a fault of the admin path."
    ),
    "VERSIONNUMBER_IS_FILTERABLE": (
        "`$filter=versionnumber gt n`: no page says so or not; it is a column like others."
    ),
    "MOMENTS_HAVE_SECONDS": (
        "Moments are shown as YYYY-MM-DDTHH:MM:SSZ, days as YYYY-MM-DD, as every sample of the documentation has them."
    ),
}
"""What is built into the modules that refer to these names, and no single place reads: what was decided, and why."""
