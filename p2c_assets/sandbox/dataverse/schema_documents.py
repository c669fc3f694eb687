"""The headers of documents: quote, salesorder, invoice.

Lines are in `schema_lines`. Source: microsoft/CDM schemaDocuments/core/applicationCommon;
MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities (states); msdynce columns: CRMP2C solution.
"""

from p2c_assets.sandbox.dataverse.columns import (
    Column,
    Kind,
    States,
    Status,
    Table,
    address,
    boolean,
    choice,
    computed,
    day,
    decimal,
    integer,
    lookup,
    moment,
    money,
    standard,
    text,
)

QUOTE_STATES = States(
    {0: "Draft", 1: "Active", 2: "Won", 3: "Closed"},
    (
        Status(0, 1, True),
        Status(1, 2, True),
        Status(1, 3, False),
        Status(2, 4, True),
        Status(3, 5, False),
        Status(3, 6, False),
        Status(3, 7, True),
        Status(3, 647390000, False),
    ),
)
ORDER_STATES = States(
    {0: "Active", 1: "Submitted", 2: "Canceled", 3: "Fulfilled", 4: "Invoiced"},
    (
        Status(0, 1, True),
        Status(0, 2, False),
        Status(1, 3, True),
        Status(2, 4, True),
        Status(3, 100001, True),
        Status(3, 100002, False),
        Status(4, 100003, True),
    ),
)
INVOICE_STATES = States(
    {0: "Active", 1: "Closed", 2: "Paid", 3: "Canceled"},
    (
        Status(0, 1, True),
        *(Status(0, status, False) for status in (2, 4, 5, 6)),
        Status(1, 3, True),
        Status(1, 7, False),
        Status(2, 100001, True),
        Status(2, 100002, False),
        Status(3, 100003, True),
    ),
)

TOTALS = (
    "totallineitemamount",
    "totallineitemdiscountamount",
    "totaldiscountamount",
    "totalamountlessfreight",
    "totaltax",
    "totalamount",
)
"""What system pricing computes on a header. Source: MicrosoftDocs dynamics-365-customer-engagement, salesorder.md."""


def _shared() -> tuple[Column, ...]:
    """What the three headers have in common."""
    return (
        text("name", 300, required=True),
        text("description", 2000),
        lookup("customerid", "account", "contact", required=True),
        lookup("pricelevelid", "pricelevel"),
        lookup("transactioncurrencyid", "transactioncurrency"),
        lookup("opportunityid", "opportunity"),
        decimal("discountpercentage", "0", "100", 2),
        money("discountamount", "0", "1000000000000"),
        money("freightamount", "0", "1000000000000"),
        choice("skippricecalculation", range(2), 0),
        *(computed(total) for total in TOTALS),
        text("emailaddress", 100),
        boolean("willcall", False),
        *address("billto", name=True),
        *address("shipto", name=True),
        boolean("msdynce_hasexternallymaintainedproductsonly"),
        boolean("msdynce_ismaintainedexternally"),
        *standard(owned=True),
    )


QUOTE = Table(
    logical="quote",
    entity_set="quotes",
    key="quoteid",
    name_column="name",
    owned=True,
    states=QUOTE_STATES,
    unique=(("quotenumber", "revisionnumber"),),
    columns=(
        Column("quoteid", Kind.GUID, updatable=False),
        text("quotenumber", 100, updatable=False),
        Column("revisionnumber", Kind.INTEGER, creatable=False, updatable=False, default=0),
        moment("effectivefrom"),
        moment("effectiveto"),
        moment("expireson"),
        moment("requestdeliveryby"),
        *_shared(),
    ),
)

PROCESSING_STATUSES = range(647390000, 647390012)
"""Active, Confirmed, Packing Slip ... Cancelled, Draft. Source: CRMP2C solution, customizations.xml."""

SALES_ORDER = Table(
    logical="salesorder",
    entity_set="salesorders",
    key="salesorderid",
    name_column="name",
    owned=True,
    states=ORDER_STATES,
    unique=(("ordernumber",),),
    columns=(
        Column("salesorderid", Kind.GUID, updatable=False),
        text("ordernumber", 100, updatable=False),
        lookup("quoteid", "quote"),
        moment("requestdeliveryby"),
        moment("datefulfilled"),
        moment("submitdate"),
        integer("submitstatus", 0, 1_000_000_000),
        moment("lastbackofficesubmit"),
        boolean("ispricelocked", False),
        Column("msdynce_processingstatus", Kind.CHOICE, options=frozenset(PROCESSING_STATUSES)),
        Column("msdynce_misctax", Kind.MONEY, scale=4, rounding="pricing"),
        *_shared(),
    ),
)

INVOICE = Table(
    logical="invoice",
    entity_set="invoices",
    key="invoiceid",
    name_column="name",
    owned=True,
    states=INVOICE_STATES,
    unique=(("invoicenumber",),),
    columns=(
        Column("invoiceid", Kind.GUID, updatable=False),
        text("invoicenumber", 100, updatable=False),
        lookup("salesorderid", "salesorder"),
        moment("duedate"),
        moment("datedelivered"),
        boolean("ispricelocked", False),
        day("msdynce_invoicedate"),
        Column("msdynce_misctax", Kind.MONEY, scale=4, rounding="pricing"),
        *_shared(),
    ),
)
