"""Active quotes of Sales become quotations of SCM, one way.

Source: MicrosoftDocs sales-quotation-template-mapping-sales-fin (text and pictured grids). The shipped header grid takes
billto_line2 and billto_postalcode into the delivery address; these two slips are corrected (the older grid had shipto_*);
the setting mapping.quote_address = "template" restores them.
"""

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.library import (
    CURRENCY_CODE,
    CUSTOMER_NUMBER,
    GRID,
    copy,
    currency_code,
    customer_number,
    delivery_address,
    field,
    product_number,
    setting,
    ship_to_block,
    unit_symbol,
)
from p2c_assets.mappings.model import Condition, Filter, Task
from p2c_assets.mappings.rules import LineNumber

INACTIVE_CONTACT = Filter(
    "parent_missing",
    (
        Condition("customerid.Contact(msdynce_contactnumber)", "filled"),
        Condition("customerid.Contact(msdynce_isactivecustomer)", "ne", True),
    ),
    "D:con",
)
"""A contact that is no active customer is not in SCM as a customer yet."""

WRITE_IN = Filter("write_in_line", (Condition("isproductoverridden", "eq", True),), "D:quo, D:ord")
FOREIGN = Filter(
    "foreign_product", (Condition("productid.msdynce_ismaintainedexternally", "ne", True),), "D:quo, D:ord"
)

TEMPLATE_ADDRESS = (
    copy("billto_line2", "DeliveryAddressStreetNumber", note="As the shipped template has it."),
    copy("billto_postalcode", "DeliveryAddressZipCode", note="As the shipped template has it."),
)
"""What mapping.quote_address = "template" restores."""

QUOTES_TO_QUOTATION_HEADERS = Task(
    name="quotes_to_quotation_headers",
    flow="quotes",
    title="Quote headers (Sales to SCM)",
    source=sales.QUOTES,
    target=scm.SALES_QUOTATION_HEADERS,
    asset="scm/sales_quotation_headers",
    unit="scm/sales_quotations",
    document="quotenumber",
    amount="totalamount",
    currency=CURRENCY_CODE,
    filters=(
        Filter("quote_not_active", (Condition("statecode", "ne", 1),), "D:quo"),
        Filter(
            "lines_not_externally_maintained",
            (Condition("msdynce_hasexternallymaintainedproductsonly", "ne", True),),
            "D:quo, D:sol",
        ),
        INACTIVE_CONTACT,
    ),
    checks=("superseded_revision",),
    fields=(
        copy("quotenumber", "SalesQuotationNumber", required=True),
        customer_number("RequestingCustomerAccountNumber"),
        currency_code("CurrencyCode"),
        copy("name", "SalesQuotationName", required=True),
        copy("totalamount", "QuotationTotalAmount", mode="reconciled", note="SCM computes its own."),
        *delivery_address(),
    ),
    blocks=(ship_to_block(),),
    optional=(
        copy(CUSTOMER_NUMBER, "InvoiceCustomerAccountNumber", "D:old-quo, D:dw"),
        copy("requestdeliveryby", "RequestedShippingDate", "D:old-quo, D:dw"),
        copy("requestdeliveryby", "ReceiptDateRequested", "I"),
        copy("effectiveto", "SalesQuotationExpiryDate", "I"),
        copy("emailaddress", "Email", "D:dw"),
    ),
)

QUOTEDETAILS_TO_QUOTATION_LINES = Task(
    name="quotedetails_to_quotation_lines",
    flow="quotes",
    title="Quote lines (Sales to SCM)",
    source=sales.QUOTEDETAILS,
    target=scm.SALES_QUOTATION_LINES,
    asset="scm/sales_quotation_lines",
    unit="scm/sales_quotations",
    document="quoteid.quotenumber",
    amount="extendedamount",
    currency=CURRENCY_CODE,
    header=QUOTES_TO_QUOTATION_HEADERS,
    parent=("quoteid",),
    filters=(
        WRITE_IN,
        FOREIGN,
        # Not quotestatecode, as the template has it: it changes with the header and without a new version of the line, so
        # that no delta link tells of it. The header's own filter decides for its lines.
        Filter(
            "lines_not_externally_maintained",
            (Condition("msdynce_quotehasexternalmaintainedproductsonly", "ne", True),),
            "D:sol",
            of_header=True,
        ),
    ),
    fields=(
        copy("quoteid.quotenumber", "SalesQuotationNumber", required=True),
        field(
            "LineCreationSequenceNumber",
            LineNumber(source="sequencenumber"),
            note="A line without a number is given one before it is sent.",
        ),
        product_number(),
        copy("quantity", "RequestedSalesQuantity", required=True),
        unit_symbol(),
        copy("priceperunit", "SalesPrice", required=True),
        copy("manualdiscountamount", "TotalDiscountAmount", f"{GRID}, D:quo", note="The whole line's discount."),
    ),
    optional=(
        copy("productdescription", "ProductName", "D:dw"),
        copy("requestdeliveryby", "RequestedShippingDate", "D:old-quo, D:dw"),
        copy("requestdeliveryby", "RequestedReceiptDate", "D:old-quo, D:dw"),
        setting("ShippingSiteId", "company.site", "D:quo"),
        setting("ShippingWarehouseId", "company.warehouse", "D:quo"),
    ),
)

TASKS: tuple[Task, ...] = (QUOTES_TO_QUOTATION_HEADERS, QUOTEDETAILS_TO_QUOTATION_LINES)
