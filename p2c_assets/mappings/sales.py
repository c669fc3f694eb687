"""The entities of Sales (Dataverse) that prospect to cash reads or writes.

Lengths and ranges: microsoft/CDM crmCommon; precision and what is valid for create and update: MicrosoftDocs
dynamics-365-customer-engagement ce/developer/entities; `msdynce_` columns: the CRMP2C solution (microsoft/
Dynamics-365-FastTrack-Implementation-Assets). Columns that no task, filter or reconciliation needs are left out.
"""

from p2c_assets.mappings.schema import (
    PRICE_SCALE,
    Column,
    Contains,
    Entity,
    LookupTarget,
    amount,
    choice,
    day,
    flag,
    guid,
    moment,
    price,
    reference,
    text,
    whole,
)

QUANTITY_SCALE = 5
_CURRENCY = LookupTarget("transactioncurrencyid", "transactioncurrencies", "transactioncurrency")
_PRICE_LIST = LookupTarget("pricelevelid", "pricelevels", "pricelevel")
_PRODUCT = LookupTarget("productid", "products", "product")
_UNIT = LookupTarget("uomid", "uoms", "uom")


def _stamps() -> tuple[Column, ...]:
    user = LookupTarget("modifiedby", "systemusers", "systemuser")
    return (
        moment("createdon", "never"),
        moment("modifiedon", "never"),
        reference("modifiedby", user, writable="never"),
        whole("versionnumber", writable="never"),
    )


def _owner() -> tuple[Column, ...]:
    team = LookupTarget("ownerid", "teams", "team")
    user = LookupTarget("ownerid", "systemusers", "systemuser")
    unit = LookupTarget("owningbusinessunit", "businessunits", "businessunit")
    return reference("ownerid", team, user), reference("owningbusinessunit", unit, writable="never")


def _state() -> tuple[Column, ...]:
    return choice("statecode"), choice("statuscode")


def _party_address(prefix: str) -> tuple[Column, ...]:
    lengths = {"line1": 250, "line2": 250, "line3": 250, "city": 80, "stateorprovince": 50, "county": 50}
    lengths |= {"postalcode": 20, "country": 80}
    return tuple(text(f"{prefix}_{part}", length) for part, length in lengths.items())


def _document_address(prefix: str) -> tuple[Column, ...]:
    lengths = {"name": 200, "line1": 250, "line2": 250, "line3": 250, "city": 80, "stateorprovince": 50}
    lengths |= {"postalcode": 20, "country": 80}
    return tuple(text(f"{prefix}_{part}", length) for part, length in lengths.items())


def _customer(name: str, *, required: bool = False) -> Column:
    account = LookupTarget(f"{name}_account", "accounts", "account")
    contact = LookupTarget(f"{name}_contact", "contacts", "contact")
    return reference(name, account, contact, required=required)


def _computed(*names: str) -> tuple[Column, ...]:
    return tuple(amount(name) for name in names)


def _header() -> tuple[Column, ...]:
    """What quotes, orders and invoices have in common."""
    return (
        text("name", 300, required=True),
        text("description", 2000),
        text("emailaddress", 100),
        _customer("customerid", required=True),
        reference("pricelevelid", _PRICE_LIST),
        reference("transactioncurrencyid", _CURRENCY),
        amount("discountamount", 0),
        amount("discountpercentage", 0),
        amount("freightamount", 0),
        *_computed("totallineitemamount", "totallineitemdiscountamount", "totaldiscountamount"),
        *_computed("totalamountlessfreight", "totaltax", "totalamount"),
        *_document_address("billto"),
        *_document_address("shipto"),
        flag("msdynce_hasexternallymaintainedproductsonly"),
        flag("msdynce_ismaintainedexternally"),
        *_state(),
        *_owner(),
        *_stamps(),
    )


def _line() -> tuple[Column, ...]:
    """What the lines of quotes, orders and invoices have in common."""
    return (
        whole("lineitemnumber", 0, 1_000_000_000),
        whole("sequencenumber"),
        reference("productid", _PRODUCT),
        flag("isproductoverridden", "on_create"),
        text("productdescription", 500),
        text("description", 2000),
        amount("quantity", scale=QUANTITY_SCALE, required=True),
        reference("uomid", _UNIT),
        price("priceperunit"),
        flag("ispriceoverridden"),
        amount("baseamount"),
        amount("manualdiscountamount", 0),
        amount("volumediscountamount"),
        amount("tax"),
        amount("extendedamount"),
        reference("transactioncurrencyid", _CURRENCY, writable="on_create"),
        *_document_address("shipto"),
        choice("producttypecode", "on_create"),
        choice("propertyconfigurationstatus"),
        flag("msdynce_ismaintainedexternally"),
        *_owner(),
        *_stamps(),
    )


ACCOUNTS = Entity(
    system="sales",
    name="accounts",
    entity_set="accounts",
    logical_name="account",
    key=("accountid",),
    natural_key=("accountnumber",),
    company_column="owningbusinessunit",
    columns=(
        guid("accountid"),
        text("name", 160, required=True),
        text("accountnumber", 20, required=True),
        text("telephone1", 50),
        text("fax", 50),
        text("emailaddress1", 100),
        text("websiteurl", 200),
        text("primarytwitterid", 128),
        text("description", 2000),
        amount("creditlimit", 0),
        whole("numberofemployees", 0, 1_000_000_000),
        choice("customertypecode"),
        reference("transactioncurrencyid", _CURRENCY),
        *_party_address("address1"),
        *_party_address("address2"),
        *_state(),
        *_owner(),
        *_stamps(),
    ),
)

CONTACTS = Entity(
    system="sales",
    name="contacts",
    entity_set="contacts",
    logical_name="contact",
    key=("contactid",),
    natural_key=("msdynce_contactnumber",),
    company_column="owningbusinessunit",
    columns=(
        guid("contactid"),
        text("firstname", 50),
        text("middlename", 50),
        text("lastname", 50, required=True),
        text("fullname", 160, writable="never"),
        text("jobtitle", 100),
        text("department", 100),
        text("emailaddress1", 100),
        text("telephone1", 50),
        text("fax", 50),
        text("websiteurl", 200),
        text("description", 2000),
        text("governmentid", 50),
        text("spousesname", 100),
        choice("gendercode"),
        choice("familystatuscode"),
        flag("donotemail"),
        amount("creditlimit", 0),
        _customer("parentcustomerid"),
        reference("transactioncurrencyid", _CURRENCY),
        *_party_address("address1"),
        text("msdynce_contactnumber", 20, required=True),
        flag("msdynce_isactivecustomer"),
        flag("msdynce_iscompanyanaccount"),
        *_state(),
        *_owner(),
        *_stamps(),
    ),
)

PRODUCTS = Entity(
    system="sales",
    name="products",
    entity_set="products",
    logical_name="product",
    key=("productid",),
    natural_key=("productnumber",),
    columns=(
        guid("productid"),
        text("productnumber", 100, required=True),
        text("name", 100, required=True),
        text("description", 2000),
        price("price", 0),
        price("currentcost", 0),
        price("standardcost", 0),
        whole("quantitydecimal", 0, 5),
        reference("defaultuomid", LookupTarget("defaultuomid", "uoms", "uom"), required=True),
        reference(
            "defaultuomscheduleid",
            LookupTarget("defaultuomscheduleid", "uomschedules", "uomschedule"),
            required=True,
        ),
        reference("transactioncurrencyid", _CURRENCY),
        reference("pricelevelid", _PRICE_LIST),
        choice("producttypecode"),
        choice("productstructure", "on_create"),
        flag("isstockitem"),
        flag("msdynce_ismaintainedexternally"),
        *_state(),
        *_stamps(),
    ),
)

PRODUCTPRICELEVELS = Entity(
    system="sales",
    name="productpricelevels",
    entity_set="productpricelevels",
    logical_name="productpricelevel",
    key=("productpricelevelid",),
    natural_key=("pricelevelid", "productid", "uomid"),
    columns=(
        guid("productpricelevelid"),
        reference("pricelevelid", _PRICE_LIST, required=True),
        reference("productid", _PRODUCT, required=True),
        reference("uomid", _UNIT, required=True),
        reference("uomscheduleid", LookupTarget("uomscheduleid", "uomschedules", "uomschedule")),
        price("amount", 0),
        choice("pricingmethodcode"),
        choice("quantitysellingcode"),
        reference("transactioncurrencyid", _CURRENCY, writable="never"),
        *_stamps(),
    ),
)

QUOTES = Entity(
    system="sales",
    name="quotes",
    entity_set="quotes",
    logical_name="quote",
    key=("quoteid",),
    natural_key=("quotenumber", "revisionnumber"),
    company_column="owningbusinessunit",
    columns=(
        guid("quoteid"),
        text("quotenumber", 100, writable="on_create"),
        whole("revisionnumber", writable="never"),
        moment("effectiveto"),
        moment("requestdeliveryby"),
        *_header(),
    ),
)

QUOTEDETAILS = Entity(
    system="sales",
    name="quotedetails",
    entity_set="quotedetails",
    logical_name="quotedetail",
    key=("quotedetailid",),
    natural_key=("quoteid", "sequencenumber"),
    company_column="owningbusinessunit",
    columns=(
        guid("quotedetailid"),
        reference("quoteid", LookupTarget("quoteid", "quotes", "quote"), required=True),
        *_line(),
        moment("requestdeliveryby"),
        flag("msdynce_quotehasexternalmaintainedproductsonly"),
    ),
)

SALESORDERS = Entity(
    system="sales",
    name="salesorders",
    entity_set="salesorders",
    logical_name="salesorder",
    key=("salesorderid",),
    natural_key=("ordernumber",),
    company_column="owningbusinessunit",
    columns=(
        guid("salesorderid"),
        text("ordernumber", 100, writable="on_create"),
        reference("quoteid", LookupTarget("quoteid", "quotes", "quote")),
        moment("requestdeliveryby"),
        flag("ispricelocked"),
        choice("msdynce_processingstatus"),
        amount("msdynce_misctax", scale=PRICE_SCALE),
        *_header(),
    ),
)

SALESORDERDETAILS = Entity(
    system="sales",
    name="salesorderdetails",
    entity_set="salesorderdetails",
    logical_name="salesorderdetail",
    key=("salesorderdetailid",),
    natural_key=("msdynce_ordernumber", "sequencenumber"),
    company_column="owningbusinessunit",
    columns=(
        guid("salesorderdetailid"),
        reference("salesorderid", LookupTarget("salesorderid", "salesorders", "salesorder"), required=True),
        *_line(),
        moment("requestdeliveryby"),
        text("msdynce_ordernumber", 100),
        flag("msdynce_orderhasexternalmaintainedproductsonly"),
        flag("msdynce_orderissubmitted"),
        flag("msdynce_ismisctax"),
    ),
)

INVOICES = Entity(
    system="sales",
    name="invoices",
    entity_set="invoices",
    logical_name="invoice",
    key=("invoiceid",),
    natural_key=("invoicenumber",),
    company_column="owningbusinessunit",
    columns=(
        guid("invoiceid"),
        text("invoicenumber", 100, writable="on_create"),
        reference("salesorderid", LookupTarget("salesorderid", "salesorders", "salesorder")),
        flag("ispricelocked"),
        day("msdynce_invoicedate"),
        amount("msdynce_misctax", scale=PRICE_SCALE),
        *_header(),
    ),
)

INVOICEDETAILS = Entity(
    system="sales",
    name="invoicedetails",
    entity_set="invoicedetails",
    logical_name="invoicedetail",
    key=("invoicedetailid",),
    natural_key=("msdynce_invoicenumber", "sequencenumber"),
    company_column="owningbusinessunit",
    columns=(
        guid("invoicedetailid"),
        reference("invoiceid", LookupTarget("invoiceid", "invoices", "invoice"), required=True),
        *_line(),
        moment("actualdeliveryon"),
        text("msdynce_invoicenumber", 100),
        day("msdynce_invoicedate"),
        flag("msdynce_ismisctax"),
    ),
)

PRICELEVELS = Entity(
    system="sales",
    name="pricelevels",
    entity_set="pricelevels",
    logical_name="pricelevel",
    key=("pricelevelid",),
    natural_key=("name",),
    columns=(
        guid("pricelevelid"),
        text("name", 100, required=True),
        reference("transactioncurrencyid", _CURRENCY),
        day("begindate"),
        day("enddate"),
        *_state(),
        *_stamps(),
    ),
)

UOMS = Entity(
    system="sales",
    name="uoms",
    entity_set="uoms",
    logical_name="uom",
    key=("uomid",),
    natural_key=("uomscheduleid", "name"),
    columns=(
        guid("uomid"),
        text("name", 100, required=True),
        reference("uomscheduleid", LookupTarget("uomscheduleid", "uomschedules", "uomschedule"), required=True),
        *_stamps(),
    ),
)

UOMSCHEDULES = Entity(
    system="sales",
    name="uomschedules",
    entity_set="uomschedules",
    logical_name="uomschedule",
    key=("uomscheduleid",),
    natural_key=("name",),
    columns=(guid("uomscheduleid"), text("name", 200, required=True), *_state(), *_stamps()),
)

TRANSACTIONCURRENCIES = Entity(
    system="sales",
    name="transactioncurrencies",
    entity_set="transactioncurrencies",
    logical_name="transactioncurrency",
    key=("transactioncurrencyid",),
    natural_key=("isocurrencycode",),
    columns=(
        guid("transactioncurrencyid"),
        text("isocurrencycode", 5, required=True),
        text("currencyname", 100),
        whole("currencyprecision", 0, 4),
        *_state(),
        *_stamps(),
    ),
)

BUSINESSUNITS = Entity(
    system="sales",
    name="businessunits",
    entity_set="businessunits",
    logical_name="businessunit",
    key=("businessunitid",),
    natural_key=("name",),
    columns=(guid("businessunitid"), text("name", 160, required=True), *_stamps()),
)

TEAMS = Entity(
    system="sales",
    name="teams",
    entity_set="teams",
    logical_name="team",
    key=("teamid",),
    natural_key=("name",),
    columns=(
        guid("teamid"),
        text("name", 160, required=True),
        reference("businessunitid", LookupTarget("businessunitid", "businessunits", "businessunit")),
        flag("isdefault", "never"),
        *_stamps(),
    ),
)

ENTITIES: tuple[Entity, ...] = (
    ACCOUNTS,
    CONTACTS,
    PRODUCTS,
    PRODUCTPRICELEVELS,
    QUOTES,
    QUOTEDETAILS,
    SALESORDERS,
    SALESORDERDETAILS,
    INVOICES,
    INVOICEDETAILS,
    PRICELEVELS,
    UOMS,
    UOMSCHEDULES,
    TRANSACTIONCURRENCIES,
    BUSINESSUNITS,
    TEAMS,
)

CONTAINS: tuple[Contains, ...] = (
    Contains(QUOTES, QUOTEDETAILS, (("quoteid", "quoteid"),)),
    Contains(SALESORDERS, SALESORDERDETAILS, (("salesorderid", "salesorderid"),)),
    Contains(INVOICES, INVOICEDETAILS, (("invoiceid", "invoiceid"),)),
)
