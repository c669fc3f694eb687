"""The tables of the product catalogue: products, price lists and their items, units, currencies.

Source: microsoft/CDM schemaDocuments/core/applicationCommon; MicrosoftDocs/dynamics-365-customer-engagement
ce/developer/entities (precision sources); the msdynce column is the CRMP2C solution's.
"""

from p2c_assets.sandbox.dataverse.columns import (
    MONEY_LIMIT,
    Column,
    Kind,
    States,
    Status,
    Table,
    boolean,
    choice,
    day,
    decimal,
    integer,
    lookup,
    money,
    standard,
    text,
)

PRODUCT_STATES = States(
    {0: "Active", 1: "Retired", 2: "Draft", 3: "UnderRevision"},
    (Status(0, 1, True), Status(1, 2, True), Status(2, 0, True), Status(3, 3, True)),
    initial=2,
)

PRODUCT = Table(
    logical="product",
    entity_set="products",
    key="productid",
    name_column="name",
    states=PRODUCT_STATES,
    columns=(
        Column("productid", Kind.GUID, updatable=False),
        text("productnumber", 100, required=True),
        text("name", 100, required=True),
        text("description", 2000),
        money("price", "0", MONEY_LIMIT, rounding="pricing"),
        money("currentcost", "0", MONEY_LIMIT, rounding="pricing"),
        money("standardcost", "0", MONEY_LIMIT, rounding="pricing"),
        integer("quantitydecimal", 0, 5, required=True),
        lookup("defaultuomid", "uom", required=True),
        lookup("defaultuomscheduleid", "uomschedule", required=True),
        lookup("transactioncurrencyid", "transactioncurrency"),
        Column("pricelevelid", Kind.LOOKUP, targets=lookup("pricelevelid", "pricelevel").targets, creatable=False),
        choice("producttypecode", range(1, 5), 1),
        choice("productstructure", range(1, 4), 1, updatable=False),
        boolean("isstockitem"),
        boolean("msdynce_ismaintainedexternally"),
        *standard(),
    ),
)

PRICE_LEVEL = Table(
    logical="pricelevel",
    entity_set="pricelevels",
    key="pricelevelid",
    name_column="name",
    states=States({0: "Active", 1: "Inactive"}, (Status(0, 100001, True), Status(1, 100002, True))),
    columns=(
        Column("pricelevelid", Kind.GUID, updatable=False),
        text("name", 100, required=True),
        lookup("transactioncurrencyid", "transactioncurrency"),
        day("begindate"),
        day("enddate"),
        *standard(),
    ),
)

PRODUCT_PRICE_LEVEL = Table(
    logical="productpricelevel",
    entity_set="productpricelevels",
    key="productpricelevelid",
    name_column="productpricelevelid",
    unique=(("_pricelevelid_value", "_productid_value", "_uomid_value"),),
    columns=(
        Column("productpricelevelid", Kind.GUID, updatable=False),
        lookup("pricelevelid", "pricelevel", required=True),
        lookup("productid", "product", required=True),
        lookup("uomid", "uom", required=True),
        lookup("uomscheduleid", "uomschedule"),
        money("amount", "0", MONEY_LIMIT, rounding="pricing"),
        choice("pricingmethodcode", range(1, 7), 1),
        choice("quantitysellingcode", range(1, 4), 1),
        lookup("transactioncurrencyid", "transactioncurrency"),
        *standard(states=False),
    ),
)

UOM = Table(
    logical="uom",
    entity_set="uoms",
    key="uomid",
    name_column="name",
    columns=(
        Column("uomid", Kind.GUID, updatable=False),
        text("name", 100, required=True),
        lookup("uomscheduleid", "uomschedule", required=True),
        decimal("quantity", "0", "1000000000000", 10, required=True),
        lookup("baseuom", "uom"),
        boolean("isschedulebaseuom"),
        *standard(states=False),
    ),
)

UOM_SCHEDULE = Table(
    logical="uomschedule",
    entity_set="uomschedules",
    key="uomscheduleid",
    name_column="name",
    states=States({0: "Active", 1: "Inactive"}, (Status(0, 1, True), Status(1, 2, True))),
    columns=(
        Column("uomscheduleid", Kind.GUID, updatable=False),
        text("name", 200, required=True),
        text("baseuomname", 100),
        *standard(),
    ),
)

CURRENCY = Table(
    logical="transactioncurrency",
    entity_set="transactioncurrencies",
    key="transactioncurrencyid",
    name_column="currencyname",
    states=States({0: "Active", 1: "Inactive"}, (Status(0, 1, True), Status(1, 2, True))),
    columns=(
        Column("transactioncurrencyid", Kind.GUID, updatable=False),
        text("isocurrencycode", 5, required=True),
        text("currencyname", 100),
        text("currencysymbol", 10),
        integer("currencyprecision", 0, 4),
        decimal("exchangerate", "0.0000000001", "100000000000", 10),
        *standard(),
    ),
)
