"""Posted invoices of externally maintained customers: read-only columns, keys and names. Source: $metadata (10.0.4x)."""

from p2c_assets.sandbox.finops.columns import (
    EntitySet,
    address,
    company,
    dates,
    decimals,
    enum,
    integer,
    text,
)

_ADDRESS = ("Street", "StreetNumber", "City", "State", "ZipCode", "CountryRegionId", "CountryRegionISOCode")

INVOICE_HEADERS = EntitySet(
    name="ExternallyMaintainedCustomerSalesInvoiceHeaders",
    entity="ExternallyMaintainedCustomerSalesInvoiceHeader",
    aot="SalesExternallyMaintainedCustomerSalesInvoiceHeaderEntity",
    table="CustInvoiceJour",
    table_label="Customer invoice journal",
    keys=("dataAreaId", "InvoiceNumber", "InvoiceDate", "LedgerVoucher"),
    read_only=True,
    sources=2,
    columns=(
        company(),
        text("InvoiceNumber", 20, "never"),
        *dates("InvoiceDate", "never"),
        text("LedgerVoucher", 20, "never"),
        text("SalesOrderNumber", 20, "never"),
        enum("SalesOrderOriginType", "SalesOriginType", "never"),
        text("InvoiceCustomerAccountNumber", 20, "never"),
        text("CurrencyCode", 3, "never"),
        text("CustomersOrderReference", 60, "never"),
        text("ContactPersonId", 20, "never"),
        text("PaymentTermsName", 10, "never"),
        text("DeliveryModeCode", 10, "never"),
        text("DeliveryTermsCode", 10, "never"),
        text("SalesOrderResponsiblePersonnelNumber", 25, "never"),
        *address("InvoiceAddress", _ADDRESS, "never"),
        *decimals("TotalInvoiceAmount TotalTaxAmount InvoiceHeaderTaxAmount TotalChargeAmount", "never"),
        *decimals("TotalDiscountAmount TotalDiscountCustomerGroupCode", "never"),
    ),
)

INVOICE_LINES = EntitySet(
    name="ExternallyMaintainedCustomerSalesInvoiceLines",
    entity="ExternallyMaintainedCustomerSalesInvoiceLine",
    aot="SalesExternallyMaintainedCustomerSalesInvoiceLineEntity",
    table="CustInvoiceTrans",
    table_label="Customer invoice lines",
    keys=("dataAreaId", "InvoiceNumber", "InvoiceDate", "LineCreationSequenceNumber", "LedgerVoucher"),
    read_only=True,
    sources=2,
    columns=(
        company(),
        text("InvoiceNumber", 20, "never"),
        *dates("InvoiceDate", "never"),
        integer("LineCreationSequenceNumber", "never"),
        text("LedgerVoucher", 20, "never"),
        text("ProductNumber", 70, "never"),
        text("ProductName", 1000, "never"),
        text("ProductDescription", 1000, "never"),
        text("SalesUnitSymbol", 10, "never"),
        *decimals("InvoicedQuantity SalesPrice LineAmount LineTotalDiscountAmount", "never"),
        *decimals("LineTotalTaxAmount LineTotalChargeAmount", "never"),
        *dates("ConfirmedShippingDate", "never"),
        text("CurrencyCode", 3, "never"),
    ),
)
