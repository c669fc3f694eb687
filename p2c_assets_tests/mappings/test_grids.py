"""The shipped tasks write exactly what the templates' pictured grids write, and the named exceptions.

The grids are written down here once more, as pairs, independently of the mappings. `Fn` marks functions without source.
"""

import pytest

from p2c_assets.mappings.catalogue import SHIPPED, tasks
from p2c_assets.mappings.reasons import REASONS
from p2c_assets.settings import MappingSettings

CUSTOMER = "customerid.Account(accountnumber).Contact(msdynce_contactnumber)"
CURRENCY = "transactioncurrencyid.isocurrencycode"

GRIDS = {
    "accounts_to_customers": f"""
        creditlimit=CreditLimit Fn=CustomerGroupId fax=PrimaryContactFax
        numberofemployees=OrganizationNumberOfEmployees {CURRENCY}=SalesCurrencyCode accountnumber=CustomerAccount
        address1_city=AddressCity address1_country=AddressCountryRegionISOCode description=SalesMemo
        emailaddress1=PrimaryContactEmail address1_line1=AddressStreet Fn=PartyType telephone1=PrimaryContactPhone
        address1_postalcode=AddressZipCode address1_stateorprovince=AddressState websiteurl=PrimaryContactURL
        Fn=AddressLocationRoles name=OrganizationName Fn=SiteId Fn=WarehouseId Fn=LanguageId
        accountnumber=PartyNumber name=AddressDescription Fn=IsExternallyMaintained
        address2_line1=DeliveryAddressStreet address2_city=DeliveryAddressCity
        address2_country=DeliveryAddressCountryRegionISOCode address2_postalcode=DeliveryAddressZipCode
        address2_stateorprovince=DeliveryAddressState name=DeliveryAddressDescription""",
    "contacts_to_contact_persons": """
        department=EmploymentDepartment description=Notes emailaddress1=PrimaryEmailAddress gendercode=Gender
        governmentid=GovernmentIdentificationNumber firstname=FirstName lastname=LastName
        msdynce_contactnumber=ContactPersonPartyNumber address1_city=PrimaryAddressCity
        address1_country=PrimaryAddressCountryRegionISOCode middlename=MiddleName address1_line1=PrimaryAddressStreet
        Fn=ContactPersonPartyType telephone1=PrimaryPhoneNumber address1_postalcode=PrimaryAddressZipCode
        address1_stateorprovince=PrimaryAddressStateId websiteurl=PrimaryURL familystatuscode=MaritalStatus
        donotemail=IsReceivingDirectMail jobtitle=EmploymentProfession statecode=IsInactive
        parentcustomerid.Account(accountnumber).Contact(msdynce_contactnumber)=AssociatedPartyNumber
        Fn=IsContactPersonExternallyMaintained""",
    "contacts_to_customers": f"""
        firstname=PersonFirstName middlename=PersonMiddleName lastname=PersonLastName creditlimit=CreditLimit
        Fn=CustomerGroupId fax=PrimaryContactFax {CURRENCY}=SalesCurrencyCode msdynce_contactnumber=CustomerAccount
        address1_city=AddressCity address1_country=AddressCountryRegionISOCode description=SalesMemo
        emailaddress1=PrimaryContactEmail address1_line1=AddressStreet Fn=PartyType telephone1=PrimaryContactPhone
        address1_postalcode=AddressZipCode address1_stateorprovince=AddressState websiteurl=PrimaryContactURL
        fullname=AddressDescription Fn=LanguageId msdynce_contactnumber=PartyNumber Fn=IsExternallyMaintained""",
    "sellable_products_to_products": """
        CurrencyCode=transactioncurrencyid ProductDescription=description ProductName=name
        ProductNumber=productnumber SalesUnitSymbol=defaultuomid SalesPrice=price UnitCost=currentcost
        IsStockedProduct=isstockitem ProductType=producttypecode Fn=defaultuomscheduleid
        Fn=msdynce_ismaintainedexternally SalesUnitDecimalPrecision=quantitydecimal""",
    "quotes_to_quotation_headers": f"""
        {CUSTOMER}=RequestingCustomerAccountNumber shipto_city=DeliveryAddressCity
        shipto_country=DeliveryAddressCountryRegionISOCode {CURRENCY}=CurrencyCode shipto_line1=DeliveryAddressStreet
        billto_line2=DeliveryAddressStreetNumber billto_postalcode=DeliveryAddressZipCode
        quotenumber=SalesQuotationNumber shipto_stateorprovince=DeliveryAddressStateId
        totalamount=QuotationTotalAmount name=SalesQuotationName Fn=DeliveryAddressName
        Fn=IsDeliveryAddressOrderSpecific Fn=DeliveryAddressDescription""",
    "quotedetails_to_quotation_lines": """
        productid.productnumber=ProductNumber quantity=RequestedSalesQuantity
        quoteid.quotenumber=SalesQuotationNumber sequencenumber=LineCreationSequenceNumber
        uomid.name=SalesUnitSymbol manualdiscountamount=TotalDiscountAmount priceperunit=SalesPrice""",
    "salesorders_to_order_headers": f"""
        {CUSTOMER}=OrderingCustomerAccountNumber shipto_city=DeliveryAddressCity
        shipto_country=DeliveryAddressCountryRegionISOCode {CURRENCY}=CurrencyCode shipto_line1=DeliveryAddressStreet
        shipto_postalcode=DeliveryAddressZipCode ordernumber=SalesOrderNumber
        shipto_line2=DeliveryAddressStreetNumber shipto_stateorprovince=DeliveryAddressStateId
        totalamount=OrderTotalAmount name=CustomersOrderReference Fn=DeliveryAddressName
        Fn=IsDeliveryAddressOrderSpecific Fn=DeliveryAddressDescription""",
    "salesorderdetails_to_order_lines": """
        productid.productnumber=ProductNumber quantity=OrderedSalesQuantity
        salesorderid.ordernumber=SalesOrderNumber sequencenumber=LineCreationSequenceNumber
        uomid.name=SalesUnitSymbol manualdiscountamount=TotalDiscountAmount priceperunit=SalesPrice""",
    "order_headers_to_salesorders": """
        DeliveryAddressCity=shipto_city InvoiceAddressCity=billto_city
        DeliveryAddressCountryRegionISOCode=shipto_country InvoiceAddressCountryRegionId=billto_country
        CustomersOrderReference=description DeliveryAddressStreetNumber=shipto_line2
        InvoiceAddressStreetNumber=billto_line2 SalesOrderProcessingStatus=msdynce_processingstatus
        DeliveryAddressZipCode=shipto_postalcode InvoiceAddressZipCode=billto_postalcode
        DeliveryAddressStreet=shipto_line1 InvoiceAddressStreet=billto_line1
        DeliveryAddressStateId=shipto_stateorprovince InvoiceAddressStateId=billto_stateorprovince
        SalesOrderName=name CurrencyCode=transactioncurrencyid OrderTotalAmount=totalamount
        TotalDiscountAmount=discountamount OrderTotalTaxAmount=totaltax OrderTotalChargesAmount=freightamount
        SalesOrderNumber=ordernumber OrderingCustomerAccountNumber=customerid Fn=statecode Fn=statuscode
        Fn=msdynce_ismaintainedexternally CurrencyCode=pricelevelid""",
    "order_lines_to_salesorderdetails": """
        CurrencyCode=transactioncurrencyid DeliveryAddressCity=shipto_city
        DeliveryAddressCountryRegionISOCode=shipto_country DeliveryAddressStateId=shipto_stateorprovince
        DeliveryAddressStreet=shipto_line1 DeliveryAddressStreetNumber=shipto_line2
        DeliveryAddressZipCode=shipto_postalcode LineAmount=extendedamount
        LineCreationSequenceNumber=sequencenumber OrderedSalesQuantity=quantity ProductName=description
        ProductNumber=productid SalesOrderNumber=salesorderid SalesOrderNumber=msdynce_ordernumber
        SalesUnitSymbol=uomid TotalDiscountAmount=manualdiscountamount TotalTaxAmount=tax SalesPrice=priceperunit
        Fn=ispriceoverridden Fn=msdynce_ismaintainedexternally""",
    "invoice_headers_to_invoices": """
        InvoiceCustomerAccountNumber=customerid InvoiceAddressStreet=billto_line1
        InvoiceAddressStreetNumber=billto_line2 InvoiceAddressCity=billto_city
        InvoiceAddressCountryRegionISOCode=billto_country InvoiceAddressZipCode=billto_postalcode
        InvoiceAddressState=billto_stateorprovince CustomersOrderReference=description
        TotalDiscountCustomerGroupCode=discountamount CurrencyCode=transactioncurrencyid
        InvoiceDate=msdynce_invoicedate InvoiceNumber=name InvoiceNumber=invoicenumber SalesOrderNumber=salesorderid
        TotalInvoiceAmount=totalamount CurrencyCode=pricelevelid TotalChargeAmount=freightamount
        TotalDiscountAmount=totaldiscountamount TotalTaxAmount=totaltax Fn=ispricelocked Fn=statuscode""",
    "invoice_lines_to_invoicedetails": """
        LineCreationSequenceNumber=sequencenumber InvoicedQuantity=quantity SalesUnitSymbol=uomid
        SalesPrice=priceperunit CurrencyCode=transactioncurrencyid LineTotalDiscountAmount=manualdiscountamount
        LineAmount=extendedamount LineTotalTaxAmount=tax ProductNumber=productid InvoiceNumber=msdynce_invoicenumber
        InvoiceNumber=invoiceid ProductName=description Fn=producttypecode Fn=propertyconfigurationstatus
        Fn=ispriceoverridden""",
}

BEYOND = {
    "sellable_products_to_products": {"productid", "pricelevelid"},
    "order_headers_to_salesorders": {"salesorderid", "msdynce_misctax", "ownerid"},
    "order_lines_to_salesorderdetails": {"salesorderdetailid"},
    "invoice_headers_to_invoices": {"invoiceid", "msdynce_misctax", "msdynce_ismaintainedexternally"},
    "invoice_lines_to_invoicedetails": {"invoicedetailid", "msdynce_ismaintainedexternally"},
}
"""On by default though in no grid: keys and owner of what we create, freight tax, the flag, the default price list."""

CORRECTED = {"billto_line2": "shipto_line2", "billto_postalcode": "shipto_postalcode"}
"""The two slips of the shipped quote template."""


def grid(task: str) -> list[tuple[str, str]]:
    pairs = [pair.rpartition("=") for pair in GRIDS[task].split()]
    return [(source, target) for source, _, target in pairs]


@pytest.mark.parametrize("task", GRIDS)
def test_a_task_writes_the_columns_of_its_grid_and_the_named_exceptions(task: str) -> None:
    written = {field.target for field in tasks(MappingSettings())[task].fields}
    assert written == {target for _, target in grid(task)} | BEYOND.get(task, set())


@pytest.mark.parametrize("task", GRIDS)
def test_a_field_is_made_of_the_source_that_its_grid_shows(task: str) -> None:
    fields = tasks(MappingSettings())[task].by_target
    for source, target in grid(task):
        uses = fields[target].rule.uses
        assert uses == () if source == "Fn" else CORRECTED.get(source, source) in uses, target


def test_the_setting_restores_the_two_slips_of_the_quote_template() -> None:
    fields = tasks(MappingSettings(quote_address="template"))["quotes_to_quotation_headers"].by_target
    assert fields["DeliveryAddressStreetNumber"].rule.uses == ("billto_line2",)
    assert fields["DeliveryAddressZipCode"].rule.uses == ("billto_postalcode",)


def test_there_are_twelve_tasks_and_every_field_has_evidence_and_a_column() -> None:
    assert [task.name for task in SHIPPED] == list(tasks(MappingSettings()))
    assert set(GRIDS) == {task.name for task in SHIPPED}
    for task in SHIPPED:
        for field in (*task.fields, *task.optional):
            assert field.evidence
            assert task.target.column(field.target).writable != "never" or field.mode == "reconciled", field.target


def test_every_reason_that_a_task_gives_is_in_the_catalogue() -> None:
    given = {row_filter.reason for task in SHIPPED for row_filter in task.filters}
    assert given <= set(REASONS)


ON_CREATE = {"CustomerGroupId", "SiteId", "WarehouseId", "LanguageId", "statecode", "statuscode", "ownerid"}
RECONCILED = {"QuotationTotalAmount", "OrderTotalAmount", "totalamount", "totaltax", "extendedamount"}


def test_what_a_clerk_may_change_is_on_create_and_what_the_destination_computes_is_reconciled() -> None:
    for field in (field for task in SHIPPED for field in task.fields):
        if field.target in ON_CREATE:
            assert field.mode == "on_create", field.target
        if field.target in RECONCILED:
            assert field.mode == "reconciled", field.target
