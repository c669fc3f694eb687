"""Orders, SCM to Sales: confirmed orders with calculated totals, whether they were born in Sales or in SCM.

Source: MicrosoftDocs sales-order-template-mapping-direct-two-ways (text and pictured grids); the values of the processing
status are those of the CRMP2C solution.
"""

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.library import (
    GRID,
    constant,
    copies,
    copy,
    field,
    line_currency,
    maintained_externally,
    owner,
    price_list,
    sales_currency,
    sales_product,
    sales_unit,
)
from p2c_assets.mappings.model import Condition, Filter, Task
from p2c_assets.mappings.rules import (
    Coalesce,
    Customer,
    FromHeader,
    Identity,
    Quotient,
    SalesNumber,
    Sum,
    ValueMap,
)

_PARTS = (
    ("Street", "line1"),
    ("StreetNumber", "line2"),
    ("City", "city"),
    ("StateId", "stateorprovince"),
    ("ZipCode", "postalcode"),
)
SHIP_TO = tuple((f"DeliveryAddress{part}", f"shipto_{column}") for part, column in _PARTS)
BILL_TO = tuple((f"InvoiceAddress{part}", f"billto_{column}") for part, column in _PARTS)


def _filters(totals: str, *, of_header: bool) -> tuple[Filter, ...]:
    """The same conditions stand on headers and on lines. Source: D:ord, columns D:fo, the origin D:fs."""
    conditions = (
        ("customer_not_externally_maintained", Condition("OrderingCustomerIsExternallyMaintained", "ne", "Yes")),
        ("invoice_customer_not_externally_maintained", Condition("InvoiceCustomerIsExternallyMaintained", "ne", "Yes")),
        ("work_order_origin", Condition("SalesOrderOriginType", "eq", "WorkOrderIntegration")),
        ("order_not_confirmed", Condition("SalesOrderProcessingStatus", "blank")),
        ("order_not_confirmed", Condition("SalesOrderProcessingStatus", "eq", "Active")),
        ("totals_not_calculated", Condition(totals, "ne", "Yes")),
    )
    evidence = "D:ord, D:fo, D:fs"
    return tuple(Filter(reason, (condition,), evidence, of_header=of_header) for reason, condition in conditions)


ORDER_HEADERS_TO_SALESORDERS = Task(
    name="order_headers_to_salesorders",
    flow="orders",
    title="Order headers (SCM to Sales)",
    source=scm.SALES_ORDER_HEADERS,
    target=sales.SALESORDERS,
    asset="sales/salesorders",
    unit="sales/sales_orders",
    document="SalesOrderNumber",
    amount="OrderTotalAmount",
    currency="CurrencyCode",
    filters=_filters("AreTotalsUpdated", of_header=False),
    checks=("number_claims",),
    claims="sales_order_headers",
    fields=(
        field("salesorderid", Identity(), "I", mode="on_create"),
        field(
            "ordernumber",
            SalesNumber(source="SalesOrderNumber", entity="sales.salesorders", by="ordernumber"),
            mode="on_create",
            note="With the company's sales_number_prefix, unless the order was born in Sales.",
            required=True,
        ),
        field("customerid", Customer(source="OrderingCustomerAccountNumber"), note="Account first, then contact."),
        sales_currency(),
        price_list(f"{GRID}, D:ord"),
        field(
            "name",
            Coalesce(sources=("SalesOrderName", "SalesOrderNumber")),
            note="The number where SCM has no name.",
            required=True,
        ),
        copy("CustomersOrderReference", "description", note="Where the order's name came from."),
        field(
            "msdynce_processingstatus",
            ValueMap(source="SalesOrderProcessingStatus", value_map="processing_status", unmapped="unmapped_status"),
            f"{GRID}, D:ord, D:sol",
        ),
        *copies(*SHIP_TO, *BILL_TO),
        copy("DeliveryAddressCountryRegionISOCode", "shipto_country"),
        field(
            "billto_country",
            ValueMap(source="InvoiceAddressCountryRegionId", value_map="country_regions", unmapped="unmapped_country"),
            note="Three letters to two, so that both addresses speak alike.",
        ),
        copy("TotalDiscountAmount", "discountamount", note="The discount of the whole order."),
        copy("OrderTotalChargesAmount", "freightamount", note="All charges are freight."),
        copy("OrderHeaderTaxAmount", "msdynce_misctax", "D:ord, D:sol", note="The solution makes a Freight Tax line."),
        copy("OrderTotalTaxAmount", "totaltax", mode="reconciled", note="Sales computes its own."),
        copy("OrderTotalAmount", "totalamount", mode="reconciled", note="Sales computes its own."),
        constant("statecode", 0, f"{GRID}, D:ord"),
        constant("statuscode", 1, f"{GRID}, D:dw"),
        maintained_externally(f"{GRID}, D:ord"),
        owner(),
    ),
    optional=(
        copy("RequestedShippingDate", "requestdeliveryby", "D:dw"),
        copy("DeliveryAddressName", "shipto_name", "I"),
        copy("Email", "emailaddress", "D:dw"),
        constant("ispricelocked", False, "I"),
    ),
)

ORDER_LINES_TO_SALESORDERDETAILS = Task(
    name="order_lines_to_salesorderdetails",
    flow="orders",
    title="Order lines (SCM to Sales)",
    source=scm.SALES_ORDER_LINES,
    target=sales.SALESORDERDETAILS,
    asset="sales/salesorderdetails",
    unit="sales/sales_orders",
    document="SalesOrderNumber",
    amount="LineAmount",
    currency="CurrencyCode",
    header=ORDER_HEADERS_TO_SALESORDERS,
    parent=("SalesOrderNumber",),
    filters=_filters("AreSalesOrderTotalsUpdated", of_header=True),
    fields=(
        field("salesorderdetailid", Identity(), "I", mode="on_create"),
        field(
            "salesorderid", FromHeader(source="SalesOrderNumber", field="salesorderid"), mode="on_create", required=True
        ),
        field(
            "msdynce_ordernumber",
            FromHeader(source="SalesOrderNumber", field="ordernumber"),
            required=True,
            as_key=True,
        ),
        copy("LineCreationSequenceNumber", "sequencenumber", required=True),
        sales_product(),
        sales_unit(f"{GRID}, D:ord"),
        copy("OrderedSalesQuantity", "quantity", required=True),
        field(
            "priceperunit",
            Quotient(source="SalesPrice", divisor="SalesPriceQuantity"),
            note="Per piece: divided by SCM's price unit (inferred).",
        ),
        constant("ispriceoverridden", True, f"{GRID}, D:dw", mode="synced", note="SCM's price wins over the list."),
        copy("TotalDiscountAmount", "manualdiscountamount", f"{GRID}, D:ord", note="With SCM's rounding remainder."),
        copy("TotalTaxAmount", "tax"),
        field(
            "extendedamount",
            Sum(sources=("LineAmount", "TotalTaxAmount")),
            mode="reconciled",
            note="Sales counts the tax in, SCM does not.",
        ),
        line_currency(),
        copy("ProductName", "description"),
        *copies(*SHIP_TO),
        copy("DeliveryAddressCountryRegionISOCode", "shipto_country"),
        maintained_externally(f"{GRID}, D:sol"),
    ),
    optional=(
        copy("LineCreationSequenceNumber", "lineitemnumber", "I", mode="on_create"),
        copy("RequestedShippingDate", "requestdeliveryby", "D:dw"),
        constant("producttypecode", 1, "D:dw"),
        constant("propertyconfigurationstatus", 2, "D:dw"),
    ),
)

TASKS: tuple[Task, ...] = (ORDER_HEADERS_TO_SALESORDERS, ORDER_LINES_TO_SALESORDERDETAILS)
