"""SchemaNames: tables and columns in the casing that the definitions show; lower-cased they are the logical names.

Source: the lists of columns in MicrosoftDocs/powerapps-docs reference/entities (account, contact) and in
MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities (salesorder and the other sales tables). A column
that is in no list has its logical name.
"""

_TABLES = """
BusinessUnit Team SystemUser Organization Solution TransactionCurrency UoMSchedule UoM PriceLevel Account Contact
Product ProductPriceLevel Quote QuoteDetail SalesOrder SalesOrderDetail Invoice InvoiceDetail Opportunity Owner
SdkMessage SdkMessageFilter ServiceEndpoint SdkMessageProcessingStep AsyncOperation BulkDeleteOperation BulkDeleteFailure
"""
_COLUMNS = """
AccountId AccountNumber ActualDeliveryOn Amount ApplicationId BaseAmount BaseCurrencyId BaseUoM BaseUoMName BeginDate
BusinessUnitId ContactId CreatedBy CreatedOn CreditLimit CurrencyName CurrencyPrecision CurrencySymbol CurrentCost
CustomerId CustomerTypeCode DateDelivered DateFulfilled DefaultUoMId DefaultUoMScheduleId Department Description
DiscountAmount DiscountCalculationMethod DiscountPercentage DoNotEMail DueDate EMailAddress1 EmailAddress EffectiveFrom
EffectiveTo EnablePricingOnCreate EndDate ExchangeRate ExpireChangeTrackingInDays ExpiresOn ExtendedAmount
FamilyStatusCode Fax FirstName FreightAmount FriendlyName FullName GenderCode GovernmentId InvoiceDetailId
InvoiceDetailName InvoiceId InvoiceIsPriceLocked InvoiceNumber InvoiceStateCode IsDefault IsDisabled IsIntegrationUser
ISOCurrencyCode IsPriceLocked IsPriceOverridden IsProductOverridden IsScheduleBaseUoM IsStockItem JobTitle
LastBackofficeSubmit LastName LineItemNumber ManualDiscountAmount MiddleName ModifiedBy ModifiedOn Name
NumberOfEmployees OOBPriceCalculationEnabled OpportunityId OrderNumber OrganizationId OwnerId OwningBusinessUnit
OwningTeam OwningUser ParentBusinessUnitId ParentCustomerId Price PriceLevelId PricePerUnit PricingDecimalPrecision
PricingErrorCode PricingMethodCode PrimaryTwitterId ProductDescription ProductId ProductName ProductNumber
ProductPriceLevelId ProductStructure ProductTypeCode PropertyConfigurationStatus Quantity QuantityBackordered
QuantityCancelled QuantityDecimal QuantitySellingCode QuantityShipped QuoteDetailId QuoteDetailName QuoteId QuoteNumber
QuoteStateCode RequestDeliveryBy RevisionNumber SalesOrderDetailId SalesOrderDetailName SalesOrderId
SalesOrderIsPriceLocked SalesOrderStateCode SequenceNumber ShippingTrackingNumber SkipPriceCalculation SolutionId
SpousesName StandardCost StateCode StatusCode SubmitDate SubmitStatus SystemUserId Tax TeamId TeamType Telephone1
TotalAmount TotalAmountLessFreight TotalDiscountAmount TotalLineItemAmount TotalLineItemDiscountAmount TotalTax
TransactionCurrencyId UniqueName UoMId UoMScheduleId Version VersionNumber VolumeDiscountAmount WebSiteURL WillCall
IsSOPIntegrationEnabled CreateProductsWithoutParentInActiveState
"""
_ADDRESSES = ("Address1", "Address2", "BillTo", "ShipTo")
_PARTS = ("Line1", "Line2", "Line3", "City", "StateOrProvince", "PostalCode", "Country", "County", "Name")

_NAMES = {name.lower(): name for name in (*_TABLES.split(), *_COLUMNS.split())} | {
    f"{address}_{part}".lower(): f"{address}_{part}" for address in _ADDRESSES for part in _PARTS
}


def schema_name(logical: str) -> str:
    return _NAMES.get(logical, logical)
