"""The lines of documents: quotedetail, salesorderdetail, invoicedetail.

Source: MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities/salesorderdetail.md (ranges, precision,
valid for create/update); microsoft/CDM; msdynce columns: CRMP2C solution.
"""

from p2c_assets.sandbox.dataverse.columns import (
    Column,
    Kind,
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
    system,
    text,
)


def _shared() -> tuple[Column, ...]:
    """What the three lines have in common."""
    return (
        integer("lineitemnumber", 0, 1_000_000_000),
        integer("sequencenumber"),
        lookup("productid", "product"),
        boolean("isproductoverridden", False, updatable=False),
        text("productdescription", 500),
        text("productname", 500, updatable=False),
        text("description", 2000),
        decimal("quantity", "-100000000000", "100000000000", 5, required=True),
        lookup("uomid", "uom"),
        money("priceperunit", rounding="pricing"),
        boolean("ispriceoverridden", False),
        choice("pricingerrorcode", range(38), 0),
        computed("baseamount"),
        money("manualdiscountamount", "0", "1000000000000"),
        money("volumediscountamount"),
        money("tax", "-1000000000000", "1000000000000"),
        computed("extendedamount"),
        choice("skippricecalculation", range(2), 0),
        lookup("transactioncurrencyid", "transactioncurrency", updatable=False),
        moment("requestdeliveryby"),
        boolean("willcall", False),
        *address("shipto", name=True),
        choice("producttypecode", range(1, 6), 1, updatable=False),
        choice("propertyconfigurationstatus", range(3), 2),
        boolean("msdynce_ismaintainedexternally"),
    )


def _quantities() -> tuple[Column, ...]:
    return (
        decimal("quantityshipped", "-1000000000", "1000000000", 5),
        decimal("quantitybackordered", "0", "1000000000", 5),
        decimal("quantitycancelled", "0", "1000000000", 5),
    )


QUOTE_DETAIL = Table(
    logical="quotedetail",
    entity_set="quotedetails",
    key="quotedetailid",
    name_column="quotedetailname",
    owned=True,
    columns=(
        Column("quotedetailid", Kind.GUID, updatable=False),
        text("quotedetailname", 100),
        lookup("quoteid", "quote", required=True),
        *_shared(),
        system("quotestatecode", Kind.CHOICE),
        boolean("msdynce_quotehasexternalmaintainedproductsonly"),
        integer("msdynce_quoterevisionnumber"),
        *standard(owned=True, states=False),
    ),
)

SALES_ORDER_DETAIL = Table(
    logical="salesorderdetail",
    entity_set="salesorderdetails",
    key="salesorderdetailid",
    name_column="salesorderdetailname",
    owned=True,
    columns=(
        Column("salesorderdetailid", Kind.GUID, updatable=False),
        text("salesorderdetailname", 100),
        lookup("salesorderid", "salesorder", required=True),
        *_shared(),
        *_quantities(),
        system("salesorderispricelocked", Kind.BOOLEAN),
        system("salesorderstatecode", Kind.CHOICE),
        text("msdynce_ordernumber", 100),
        boolean("msdynce_orderhasexternalmaintainedproductsonly"),
        boolean("msdynce_orderissubmitted"),
        boolean("msdynce_ismisctax", False),
        *standard(owned=True, states=False),
    ),
)

INVOICE_DETAIL = Table(
    logical="invoicedetail",
    entity_set="invoicedetails",
    key="invoicedetailid",
    name_column="invoicedetailname",
    owned=True,
    columns=(
        Column("invoicedetailid", Kind.GUID, updatable=False),
        text("invoicedetailname", 100),
        lookup("invoiceid", "invoice", required=True),
        lookup("salesorderdetailid", "salesorderdetail"),
        *_shared(),
        *_quantities(),
        moment("actualdeliveryon"),
        text("shippingtrackingnumber", 100),
        system("invoiceispricelocked", Kind.BOOLEAN),
        system("invoicestatecode", Kind.CHOICE),
        text("msdynce_invoicenumber", 100),
        day("msdynce_invoicedate"),
        boolean("msdynce_ismisctax", False),
        *standard(owned=True, states=False),
    ),
)
