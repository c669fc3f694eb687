"""The entities of SCM (Finance & Operations) that prospect to cash reads or writes.

Names, types and keys: OData clients generated from a live $metadata (10.0.4x), cross-checked with microsoft/CDM
operationsCommon; lengths are those of the standard extended data types. SCM knows no null: blank text is "", an empty
number 0, an empty date 1900-01-01. Columns that neither a task, a filter nor reconciliation needs are left out.
"""

from p2c_assets.mappings.schema import PRICE_SCALE, Column, Contains, Entity, amount, day, member, moment, text, whole

QUANTITY_SCALE = 6
NUMBER = 20


def _company() -> Column:
    return text("dataAreaId", 4, required=True, writable="on_create")


def _computed(*names: str) -> tuple[Column, ...]:
    return tuple(amount(name, writable="never") for name in names)


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(member(name, "never") for name in names)


def _customer_address(prefix: str) -> tuple[Column, ...]:
    """Customers V2 have no street number: source: $metadata."""
    lengths = {"Description": 60, "Street": 250, "City": 60, "State": 10, "County": 10, "ZipCode": 10}
    return (
        *(text(f"{prefix}{part}", length) for part, length in lengths.items()),
        text(f"{prefix}CountryRegionId", 10),
        text(f"{prefix}CountryRegionISOCode", 2),
    )


def _document_address(prefix: str, state: str = "StateId", *, read_only: bool = False) -> tuple[Column, ...]:
    writable = "never" if read_only else "always"
    lengths = {"Street": 250, "StreetNumber": 20, "City": 60, state: 10, "ZipCode": 10}
    lengths |= {"CountryRegionId": 10, "CountryRegionISOCode": 2}
    return tuple(text(f"{prefix}{part}", length, writable=writable) for part, length in lengths.items())


def _delivery_address() -> tuple[Column, ...]:
    return (
        text("DeliveryAddressName", 100),
        text("DeliveryAddressDescription", 60),
        text("DeliveryAddressCountyId", 10),
        *_document_address("DeliveryAddress"),
    )


def _line_money() -> tuple[Column, ...]:
    return (
        amount("SalesPrice", scale=PRICE_SCALE),
        amount("SalesPriceQuantity", scale=QUANTITY_SCALE),
        amount("LineDiscountAmount", scale=PRICE_SCALE),
        amount("LineDiscountPercentage"),
        amount("FixedPriceCharges"),
        amount("TotalDiscountAmount"),
        *_computed("TotalTaxAmount", "TotalChargesAmount", "LineAmount"),
        text("CurrencyCode", 3, writable="never"),
    )


CUSTOMERS_V2 = Entity(
    system="scm",
    name="customers_v2",
    entity_set="CustomersV2",
    logical_name="CustCustomerV2Entity",
    key=("dataAreaId", "CustomerAccount"),
    natural_key=("CustomerAccount",),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("CustomerAccount", NUMBER, required=True, writable="on_create"),
        text("PartyNumber", 40, writable="on_create"),
        text("PartyType", 20, writable="on_create"),
        text("OrganizationName", 100),
        whole("OrganizationNumberOfEmployees"),
        text("PersonFirstName", 25),
        text("PersonMiddleName", 25),
        text("PersonLastName", 25),
        text("PersonProfessionalTitle"),
        member("PersonGender"),
        member("PersonMaritalStatus"),
        text("CustomerGroupId", 10),
        text("SiteId", 10),
        text("WarehouseId", 10),
        text("LanguageId", 7),
        text("SalesCurrencyCode", 3),
        text("SalesMemo"),
        amount("CreditLimit"),
        member("IsExternallyMaintained"),
        member("OnHoldStatus"),
        text("AddressLocationRoles"),
        *_customer_address("Address"),
        *_customer_address("DeliveryAddress"),
        text("PrimaryContactEmail", 255),
        text("PrimaryContactPhone", 255),
        text("PrimaryContactFax", 255),
        text("PrimaryContactURL", 255),
        text("PrimaryContactTwitter", 255),
    ),
)

CONTACT_PERSONS = Entity(
    system="scm",
    name="contact_persons",
    entity_set="CDSContactPersons",
    logical_name="smmContactPersonCDSEntity",
    key=("dataAreaId", "ContactPersonPartyNumber", "AssociatedPartyNumber"),
    natural_key=("ContactPersonPartyNumber", "AssociatedPartyNumber"),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("ContactPersonPartyNumber", 40, required=True, writable="on_create"),
        text("AssociatedPartyNumber", 40, required=True, writable="on_create"),
        text("ContactPersonPartyType", 20, writable="on_create"),
        text("FirstName", 25),
        text("MiddleName", 25),
        text("LastName", 25, required=True),
        text("PrimaryEmailAddress", 255),
        text("PrimaryPhoneNumber", 255),
        text("PrimaryFaxNumber", 255),
        text("PrimaryURL", 255),
        text("EmploymentProfession"),
        text("EmploymentDepartment"),
        text("Notes"),
        member("Gender"),
        member("MaritalStatus"),
        text("GovernmentIdentificationNumber"),
        text("SpouseName"),
        member("IsReceivingDirectMail"),
        member("IsInactive"),
        member("IsContactPersonExternallyMaintained"),
        text("DecisionMakingRoleCode"),
        text("PrimaryAddressCountyId", 10),
        *_document_address("PrimaryAddress"),
    ),
)

SELLABLE_RELEASED_PRODUCTS = Entity(
    system="scm",
    name="sellable_released_products",
    entity_set="SellableReleasedProducts",
    logical_name="EcoResSellableReleasedProductEntity",
    key=("dataAreaId", "ProductNumber"),
    natural_key=("ProductNumber",),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("ProductNumber", 70, required=True, writable="never"),
        text("ProductName", 100, writable="never"),
        text("ProductDescription", 1000, writable="never"),
        member("ProductType", "never"),
        text("SalesUnitSymbol", 10, writable="never"),
        whole("SalesUnitDecimalPrecision", writable="never"),
        amount("SalesPrice", scale=PRICE_SCALE, writable="never"),
        amount("UnitCost", scale=PRICE_SCALE, writable="never"),
        text("CurrencyCode", 3, writable="never"),
        *_flags("IsSalesStopped", "IsStockedProduct"),
    ),
)

SALES_QUOTATION_HEADERS = Entity(
    system="scm",
    name="sales_quotation_headers",
    entity_set="CDSSalesQuotationHeaders",
    logical_name="SalesQuotationHeaderCDSEntity",
    key=("dataAreaId", "SalesQuotationNumber"),
    natural_key=("SalesQuotationNumber",),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("SalesQuotationNumber", NUMBER, required=True, writable="on_create"),
        text("SalesQuotationName", 60),
        text("RequestingCustomerAccountNumber", NUMBER, required=True),
        text("InvoiceCustomerAccountNumber", NUMBER),
        text("CurrencyCode", 3, required=True),
        text("LanguageId", 7),
        member("SalesQuotationStatus", "never"),
        member("SalesQuotationHeaderCreationMethod", "never"),
        day("RequestedShippingDate"),
        day("ReceiptDateRequested"),
        day("SalesQuotationExpiryDate"),
        text("Email", 255),
        text("GeneratedSalesOrderNumber", NUMBER, writable="never"),
        member("IsDeliveryAddressOrderSpecific"),
        *_delivery_address(),
        *_computed("TotalDiscountAmount", "QuotationTotalAmount", "QuotationTotalTaxAmount"),
        *_computed("QuotationHeaderTaxAmount", "QuotationTotalChargesAmount", "QuotationTotalDiscountAmount"),
        *_flags("AreTotalsCalculated"),
    ),
)

SALES_QUOTATION_LINES = Entity(
    system="scm",
    name="sales_quotation_lines",
    entity_set="CDSSalesQuotationLines",
    logical_name="SalesQuotationLineCDSEntity",
    key=("dataAreaId", "SalesQuotationNumber", "LineCreationSequenceNumber"),
    natural_key=("SalesQuotationNumber", "LineCreationSequenceNumber"),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("SalesQuotationNumber", NUMBER, required=True, writable="on_create"),
        whole("LineCreationSequenceNumber", writable="on_create"),
        text("ProductNumber", 70, required=True),
        text("ProductName", 1000),
        amount("RequestedSalesQuantity", scale=QUANTITY_SCALE),
        text("SalesUnitSymbol", 10, required=True),
        *_line_money(),
        day("RequestedShippingDate"),
        day("RequestedReceiptDate"),
        text("ShippingSiteId", 10),
        text("ShippingWarehouseId", 10),
        *_delivery_address(),
    ),
)

SALES_ORDER_HEADERS = Entity(
    system="scm",
    name="sales_order_headers",
    entity_set="CDSSalesOrderHeaders",
    logical_name="SalesOrderHeaderCDSEntity",
    key=("dataAreaId", "SalesOrderNumber"),
    natural_key=("SalesOrderNumber",),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("SalesOrderNumber", NUMBER, required=True, writable="on_create"),
        text("SalesOrderName", 60),
        text("OrderingCustomerAccountNumber", NUMBER, required=True),
        text("InvoiceCustomerAccountNumber", NUMBER),
        *_flags("OrderingCustomerIsExternallyMaintained", "InvoiceCustomerIsExternallyMaintained"),
        *_flags("SalesOrderStatus", "SalesOrderProcessingStatus", "AreTotalsUpdated", "SalesOrderOriginType"),
        text("CurrencyCode", 3, required=True),
        text("LanguageId", 7),
        text("SalesOrderOriginCode", 10),
        text("QuotationNumber", NUMBER, writable="never"),
        text("Email", 255),
        text("CustomersOrderReference", 60),
        day("RequestedShippingDate"),
        day("RequestedReceiptDate"),
        moment("OrderCreationDateTime", "never"),
        member("IsDeliveryAddressOrderSpecific"),
        *_delivery_address(),
        *_document_address("InvoiceAddress", read_only=True),
        *_computed("OrderTotalAmount", "OrderTotalTaxAmount", "OrderHeaderTaxAmount"),
        *_computed("OrderTotalChargesAmount", "OrderTotalDiscountAmount", "TotalDiscountAmount"),
    ),
)

SALES_ORDER_LINES = Entity(
    system="scm",
    name="sales_order_lines",
    entity_set="CDSSalesOrderLines",
    logical_name="SalesOrderLineCDSEntity",
    key=("dataAreaId", "SalesOrderNumber", "LineCreationSequenceNumber"),
    natural_key=("SalesOrderNumber", "LineCreationSequenceNumber"),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("SalesOrderNumber", NUMBER, required=True, writable="on_create"),
        whole("LineCreationSequenceNumber", writable="on_create"),
        text("ProductNumber", 70, required=True),
        text("ProductName", 1000),
        amount("OrderedSalesQuantity", scale=QUANTITY_SCALE),
        text("SalesUnitSymbol", 10, required=True),
        *_line_money(),
        *_flags("SalesOrderLineStatus", "SalesOrderProcessingStatus", "SalesOrderOriginType"),
        *_flags("OrderingCustomerIsExternallyMaintained", "InvoiceCustomerIsExternallyMaintained"),
        *_flags("AreSalesOrderTotalsUpdated", "AreTotalsCalculated"),
        day("RequestedShippingDate"),
        day("RequestedReceiptDate"),
        text("ShippingSiteId", 10),
        text("ShippingWarehouseId", 10),
        *_delivery_address(),
    ),
)

SALES_INVOICE_HEADERS = Entity(
    system="scm",
    name="sales_invoice_headers",
    entity_set="ExternallyMaintainedCustomerSalesInvoiceHeaders",
    logical_name="SalesExternallyMaintainedCustomerSalesInvoiceHeaderEntity",
    key=("dataAreaId", "InvoiceNumber", "InvoiceDate", "LedgerVoucher"),
    natural_key=("InvoiceNumber", "InvoiceDate", "LedgerVoucher"),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("InvoiceNumber", NUMBER, required=True, writable="never"),
        day("InvoiceDate", "never"),
        text("LedgerVoucher", NUMBER, required=True, writable="never"),
        text("SalesOrderNumber", NUMBER, writable="never"),
        *_flags("SalesOrderOriginType"),
        text("InvoiceCustomerAccountNumber", NUMBER, writable="never"),
        text("CurrencyCode", 3, writable="never"),
        text("CustomersOrderReference", 60, writable="never"),
        *_document_address("InvoiceAddress", "State", read_only=True),
        *_computed("TotalInvoiceAmount", "TotalTaxAmount", "InvoiceHeaderTaxAmount", "TotalChargeAmount"),
        *_computed("TotalDiscountAmount", "TotalDiscountCustomerGroupCode"),
    ),
)

SALES_INVOICE_LINES = Entity(
    system="scm",
    name="sales_invoice_lines",
    entity_set="ExternallyMaintainedCustomerSalesInvoiceLines",
    logical_name="SalesExternallyMaintainedCustomerSalesInvoiceLineEntity",
    key=("dataAreaId", "InvoiceNumber", "InvoiceDate", "LineCreationSequenceNumber", "LedgerVoucher"),
    natural_key=("InvoiceNumber", "InvoiceDate", "LineCreationSequenceNumber", "LedgerVoucher"),
    company_column="dataAreaId",
    columns=(
        _company(),
        text("InvoiceNumber", NUMBER, required=True, writable="never"),
        day("InvoiceDate", "never"),
        whole("LineCreationSequenceNumber", writable="never"),
        text("LedgerVoucher", NUMBER, required=True, writable="never"),
        text("ProductNumber", 70, writable="never"),
        text("ProductName", 1000, writable="never"),
        text("ProductDescription", 1000, writable="never"),
        text("SalesUnitSymbol", 10, writable="never"),
        amount("InvoicedQuantity", scale=QUANTITY_SCALE, writable="never"),
        amount("SalesPrice", scale=PRICE_SCALE, writable="never"),
        *_computed("LineAmount", "LineTotalDiscountAmount", "LineTotalTaxAmount", "LineTotalChargeAmount"),
        day("ConfirmedShippingDate", "never"),
        text("CurrencyCode", 3, writable="never"),
    ),
)

ENTITIES: tuple[Entity, ...] = (
    CUSTOMERS_V2,
    CONTACT_PERSONS,
    SELLABLE_RELEASED_PRODUCTS,
    SALES_QUOTATION_HEADERS,
    SALES_QUOTATION_LINES,
    SALES_ORDER_HEADERS,
    SALES_ORDER_LINES,
    SALES_INVOICE_HEADERS,
    SALES_INVOICE_LINES,
)

_INVOICE = ("InvoiceNumber", "InvoiceDate", "LedgerVoucher")

CONTAINS: tuple[Contains, ...] = (
    Contains(SALES_QUOTATION_HEADERS, SALES_QUOTATION_LINES, (("SalesQuotationNumber", "SalesQuotationNumber"),)),
    Contains(SALES_ORDER_HEADERS, SALES_ORDER_LINES, (("SalesOrderNumber", "SalesOrderNumber"),)),
    Contains(SALES_INVOICE_HEADERS, SALES_INVOICE_LINES, tuple((name, name) for name in _INVOICE)),
)
