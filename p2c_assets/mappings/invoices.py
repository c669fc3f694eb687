"""Posted invoices of SCM become invoices of Sales; the solution makes their order Invoiced and gives them its owner.

Source: MicrosoftDocs sales-invoice-template-mapping-direct (text and pictured grids). The entities hold only invoices of
externally maintained customers.
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
    price_list,
    sales_currency,
    sales_product,
    sales_unit,
)
from p2c_assets.mappings.model import Condition, Filter, Task
from p2c_assets.mappings.rules import Customer, FromHeader, Identity, OrderReference, SalesNumber

BILLED = 4
"""invoice.statuscode. Source: D:dw."""

INVOICE_HEADERS_TO_INVOICES = Task(
    name="invoice_headers_to_invoices",
    flow="invoices",
    title="Invoice headers (SCM to Sales)",
    source=scm.SALES_INVOICE_HEADERS,
    target=sales.INVOICES,
    asset="sales/invoices",
    unit="sales/invoices",
    document="InvoiceNumber",
    amount="TotalInvoiceAmount",
    currency="CurrencyCode",
    filters=(
        Filter("free_text_invoice", (Condition("SalesOrderNumber", "blank"),), "D:dw"),
        Filter("work_order_origin", (Condition("SalesOrderOriginType", "eq", "WorkOrderIntegration"),), "I"),
    ),
    checks=("number_claims",),
    claims="sales_invoice_headers",
    fields=(
        field("invoiceid", Identity(), "I", mode="on_create"),
        field(
            "invoicenumber",
            SalesNumber(source="InvoiceNumber", entity="sales.invoices", by="invoicenumber"),
            mode="on_create",
            note="With the company's sales_number_prefix.",
            required=True,
        ),
        copy("InvoiceNumber", "name", required=True),
        copy("InvoiceDate", "msdynce_invoicedate", required=True),
        field(
            "salesorderid",
            OrderReference(source="SalesOrderNumber"),
            note="Held until the order is in Sales.",
            required=True,
        ),
        field("customerid", Customer(source="InvoiceCustomerAccountNumber"), note="Account first, then contact."),
        sales_currency(),
        price_list(f"{GRID}, D:inv"),
        *copies(
            ("InvoiceAddressStreet", "billto_line1"),
            ("InvoiceAddressStreetNumber", "billto_line2"),
            ("InvoiceAddressCity", "billto_city"),
            ("InvoiceAddressState", "billto_stateorprovince"),
            ("InvoiceAddressZipCode", "billto_postalcode"),
            ("InvoiceAddressCountryRegionISOCode", "billto_country"),
            ("CustomersOrderReference", "description"),
            ("TotalChargeAmount", "freightamount"),
        ),
        copy(
            "TotalDiscountCustomerGroupCode",
            "discountamount",
            note="Misnamed in SCM: the discount of the whole invoice.",
        ),
        copy("InvoiceHeaderTaxAmount", "msdynce_misctax", "D:sol, D:fo", note="The solution makes a Freight Tax line."),
        copy("TotalDiscountAmount", "totaldiscountamount", mode="reconciled", note="Sales computes its own."),
        copy("TotalTaxAmount", "totaltax", mode="reconciled", note="Sales computes its own."),
        copy("TotalInvoiceAmount", "totalamount", mode="reconciled", note="Sales computes its own."),
        constant("ispricelocked", False, f"{GRID}, D:dw"),
        constant("statuscode", BILLED, f"{GRID}, D:dw"),
        maintained_externally("D:sol"),
    ),
    optional=(constant("statecode", 0, "D:dw"),),
)

_PARENT = ("InvoiceNumber", "InvoiceDate", "LedgerVoucher")

INVOICE_LINES_TO_INVOICEDETAILS = Task(
    name="invoice_lines_to_invoicedetails",
    flow="invoices",
    title="Invoice lines (SCM to Sales)",
    source=scm.SALES_INVOICE_LINES,
    target=sales.INVOICEDETAILS,
    asset="sales/invoicedetails",
    unit="sales/invoices",
    document="InvoiceNumber",
    amount="LineAmount",
    currency="CurrencyCode",
    header=INVOICE_HEADERS_TO_INVOICES,
    parent=_PARENT,
    fields=(
        field("invoicedetailid", Identity(), "I", mode="on_create"),
        field("invoiceid", FromHeader(source="InvoiceNumber", field="invoiceid"), mode="on_create", required=True),
        field(
            "msdynce_invoicenumber",
            FromHeader(source="InvoiceNumber", field="invoicenumber"),
            required=True,
            as_key=True,
        ),
        copy("LineCreationSequenceNumber", "sequencenumber", required=True),
        sales_product(),
        sales_unit(f"{GRID}, D:inv"),
        copy("InvoicedQuantity", "quantity", required=True),
        copy("SalesPrice", "priceperunit"),
        copy("LineTotalDiscountAmount", "manualdiscountamount"),
        copy("LineTotalTaxAmount", "tax", f"{GRID}, D:inv"),
        copy("LineAmount", "extendedamount", mode="reconciled", note="Sales counts the tax in, SCM does not."),
        line_currency(),
        copy("ProductName", "description"),
        constant("producttypecode", 1, f"{GRID}, D:dw"),
        constant("propertyconfigurationstatus", 2, f"{GRID}, D:dw"),
        constant("ispriceoverridden", True, f"{GRID}, D:dw", mode="synced", note="SCM's price wins over the list."),
        maintained_externally("D:sol"),
    ),
    optional=(
        copy("InvoiceDate", "msdynce_invoicedate", "D:sol"),
        copy("ConfirmedShippingDate", "actualdeliveryon", "I"),
        copy("LineCreationSequenceNumber", "lineitemnumber", "I", mode="on_create"),
    ),
)

TASKS: tuple[Task, ...] = (INVOICE_HEADERS_TO_INVOICES, INVOICE_LINES_TO_INVOICEDETAILS)
