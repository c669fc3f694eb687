"""Orders, Sales to SCM: an activated order is created in SCM once, and SCM owns it from then on.

Source: MicrosoftDocs sales-order-template-mapping-direct-two-ways (text and pictured grids). The way back is in
`returned_orders`.
"""

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.library import (
    CURRENCY_CODE,
    CUSTOMER_NUMBER,
    GRID,
    constant,
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
from p2c_assets.mappings.quotes import FOREIGN, INACTIVE_CONTACT, WRITE_IN
from p2c_assets.mappings.rules import LineNumber

CANCELED = 2
"""State of salesorder after CancelSalesOrder."""

ACTIVE, DRAFT = 647390000, 647390011
"""Members of salesorder.msdynce_processingstatus. Source: CRMP2C solution, customizations.xml."""

SALESORDERS_TO_ORDER_HEADERS = Task(
    name="salesorders_to_order_headers",
    flow="orders",
    title="Order headers (Sales to SCM)",
    source=sales.SALESORDERS,
    target=scm.SALES_ORDER_HEADERS,
    asset="scm/sales_order_headers",
    unit="scm/sales_orders",
    policy="create_only",
    document="ordernumber",
    amount="totalamount",
    currency=CURRENCY_CODE,
    filters=(
        Filter("owned_by_scm", (Condition("msdynce_ismaintainedexternally", "eq", True),), "D:ord, D:sol"),
        Filter("order_cancelled_in_sales", (Condition("statecode", "eq", CANCELED),), "I"),
        Filter("order_not_activated", (Condition("msdynce_processingstatus", "blank"),), "D:ord, D:sol"),
        Filter("order_not_activated", (Condition("msdynce_processingstatus", "eq", DRAFT),), "D:ord, D:sol"),
        Filter(
            "owned_by_scm",
            (
                Condition("msdynce_processingstatus", "filled"),
                Condition("msdynce_processingstatus", "not_in", (ACTIVE, DRAFT)),
            ),
            "D:ord, D:sol",
        ),
        Filter(
            "lines_not_externally_maintained",
            (Condition("msdynce_hasexternallymaintainedproductsonly", "ne", True),),
            "D:ord, D:sol",
        ),
        INACTIVE_CONTACT,
    ),
    checks=("already_ordered_from_quote",),
    fields=(
        copy("ordernumber", "SalesOrderNumber", required=True),
        customer_number("OrderingCustomerAccountNumber"),
        currency_code("CurrencyCode"),
        copy("name", "CustomersOrderReference", note="SalesOrderName is left to SCM.", required=True),
        copy("totalamount", "OrderTotalAmount", mode="reconciled", note="SCM computes its own."),
        *delivery_address(),
    ),
    blocks=(ship_to_block(),),
    optional=(
        copy(CUSTOMER_NUMBER, "InvoiceCustomerAccountNumber", "D:dw, D:old-ord"),
        copy("requestdeliveryby", "RequestedShippingDate", "D:dw"),
        copy("requestdeliveryby", "RequestedReceiptDate", "D:mig"),
        copy("emailaddress", "Email", "D:dw"),
        constant("SalesOrderOriginCode", "SalesOrder", "D:ord"),
        setting("LanguageId", "company.language", "I"),
    ),
)

SALESORDERDETAILS_TO_ORDER_LINES = Task(
    name="salesorderdetails_to_order_lines",
    flow="orders",
    title="Order lines (Sales to SCM)",
    source=sales.SALESORDERDETAILS,
    target=scm.SALES_ORDER_LINES,
    asset="scm/sales_order_lines",
    unit="scm/sales_orders",
    policy="create_only",
    document="salesorderid.ordernumber",
    amount="extendedamount",
    currency=CURRENCY_CODE,
    header=SALESORDERS_TO_ORDER_HEADERS,
    parent=("salesorderid",),
    filters=(
        Filter("freight_tax_line", (Condition("msdynce_ismisctax", "eq", True),), "D:ord, D:sol", "row"),
        WRITE_IN,
        FOREIGN,
        Filter(
            "lines_not_externally_maintained",
            (Condition("msdynce_orderhasexternalmaintainedproductsonly", "ne", True),),
            "D:sol",
            of_header=True,
        ),
        Filter("order_not_activated", (Condition("msdynce_orderissubmitted", "ne", True),), "D:sol", of_header=True),
    ),
    fields=(
        copy("salesorderid.ordernumber", "SalesOrderNumber", required=True),
        field(
            "LineCreationSequenceNumber",
            LineNumber(source="sequencenumber"),
            note="A line without a number is given one before it is sent.",
        ),
        product_number(),
        copy("quantity", "OrderedSalesQuantity", required=True),
        unit_symbol(),
        copy("priceperunit", "SalesPrice", required=True),
        copy(
            "manualdiscountamount",
            "TotalDiscountAmount",
            f"{GRID}, D:ord",
            note="The whole line's discount; SCM splits it (3 pieces, 10.00: 3.33 each and a charge of -0.01).",
        ),
    ),
    optional=(
        copy("productdescription", "ProductName", "D:dw"),
        copy("requestdeliveryby", "RequestedShippingDate", "D:dw"),
        copy("requestdeliveryby", "RequestedReceiptDate", "D:dw"),
        setting("ShippingSiteId", "company.site", "D:quo"),
        setting("ShippingWarehouseId", "company.warehouse", "D:quo"),
    ),
)

TASKS: tuple[Task, ...] = (SALESORDERS_TO_ORDER_HEADERS, SALESORDERDETAILS_TO_ORDER_LINES)
