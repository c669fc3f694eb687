"""What people read: the labels of choices, states and statuses, and the display names of tables. Language 1033.

Source: the sections Choices/Options of MicrosoftDocs/powerapps-docs reference/entities and of
MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities; the msdynce columns: CRMP2C solution.
"""

from collections.abc import Mapping

from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table

LANGUAGE = 1033
Labels = Mapping[int, str]


def _from(start: int, *labels: str) -> Labels:
    return dict(enumerate(labels, start))


_PRICE_CALCULATION = _from(0, "DoPriceCalcAlways", "SkipPriceCalcOnRetrieve")
_PRICING_ERRORS = _from(
    0,
    "None",
    "Detail Error",
    "Missing Price Level",
    "Inactive Price Level",
    "Missing Quantity",
    "Missing Unit Price",
    "Missing Product",
    "Invalid Product",
    "Missing Pricing Code",
    "Invalid Pricing Code",
    "Missing UOM",
    "Product Not In Price Level",
    "Missing Price Level Amount",
    "Missing Price Level Percentage",
    "Missing Price",
    "Missing Current Cost",
    "Missing Standard Cost",
    "Invalid Price Level Amount",
    "Invalid Price Level Percentage",
    "Invalid Price",
    "Invalid Current Cost",
    "Invalid Standard Cost",
    "Invalid Rounding Policy",
    "Invalid Rounding Option",
    "Invalid Rounding Amount",
    "Price Calculation Error",
    "Invalid Discount Type",
    "Discount Type Invalid State",
    "Invalid Discount",
    "Invalid Quantity",
    "Invalid Pricing Precision",
    "Missing Product Default UOM",
    "Missing Product UOM Schedule ",
    "Inactive Discount Type",
    "Invalid Price Level Currency",
    "Price Attribute Out Of Range",
    "Base Currency Attribute Overflow",
    "Base Currency Attribute Underflow",
)
_LINE_PRODUCT_TYPES = _from(
    1, "Product", "Bundle", "Required Bundle Product", "Optional Bundle Product", "Project-based Service"
)
_PROCESSING = _from(
    647390000,
    "Active",
    "Confirmed",
    "Packing Slip",
    "Invoiced",
    "Picked",
    "Partially Picked",
    "Partially Packed",
    "Shipped",
    "Partially Shipped",
    "Partially Invoiced",
    "Cancelled",
    "Draft",
)
_CHOICES: Mapping[str, Labels] = {
    "account.customertypecode": _from(
        1,
        "Competitor",
        "Consultant",
        "Customer",
        "Investor",
        "Partner",
        "Influencer",
        "Press",
        "Prospect",
        "Reseller",
        "Supplier",
        "Vendor",
        "Other",
    ),
    "contact.gendercode": _from(1, "Male", "Female"),
    "contact.familystatuscode": _from(1, "Single", "Married", "Divorced", "Widowed"),
    "product.producttypecode": _from(1, "Sales Inventory", "Miscellaneous Charges", "Services", "Flat Fees"),
    "product.productstructure": _from(1, "Product", "Product Family", "Product Bundle"),
    "productpricelevel.pricingmethodcode": _from(
        1,
        "Currency Amount",
        "Percent of List",
        "Percent Markup - Current Cost",
        "Percent Margin - Current Cost",
        "Percent Markup - Standard Cost",
        "Percent Margin - Standard Cost",
    ),
    "productpricelevel.quantitysellingcode": _from(1, "No Control", "Whole", "Whole and Fractional"),
    "team.teamtype": _from(0, "Owner", "Access", "Security Group", "Office Group"),
    "organization.discountcalculationmethod": _from(0, "Line item", "Per unit"),
    "salesorder.msdynce_processingstatus": _PROCESSING,
}
_SHARED_CHOICES: Mapping[str, Labels] = {
    "skippricecalculation": _PRICE_CALCULATION,
    "pricingerrorcode": _PRICING_ERRORS,
    "producttypecode": _LINE_PRODUCT_TYPES,
    "propertyconfigurationstatus": _from(0, "Edit", "Rectify", "Not Configured"),
    "quotestatecode": _from(0, "Draft", "Active", "Won", "Closed"),
    "salesorderstatecode": _from(0, "Active", "Submitted", "Canceled", "Fulfilled", "Invoiced"),
    "invoicestatecode": _from(0, "Active", "Closed (deprecated)", "Paid", "Canceled"),
}
_STATES: Mapping[str, Labels] = {
    "product": _from(0, "Active", "Retired", "Draft", "Under Revision"),
    "invoice": _from(0, "Active", "Closed (deprecated)", "Paid", "Canceled"),
}
_JOB_STATUSES: Labels = {
    0: "Waiting For Resources",
    10: "Waiting",
    20: "In Progress",
    21: "Pausing",
    22: "Canceling",
    30: "Succeeded",
    31: "Failed",
    32: "Canceled",
}
_STATUSES: Mapping[str, Labels] = {
    "quote": {
        1: "In Progress",
        2: "In Progress",
        3: "Open",
        4: "Won",
        5: "Lost",
        6: "Canceled",
        7: "Revised",
        647390000: "Submitted",
    },
    "salesorder": {
        1: "New",
        2: "Pending",
        3: "In Progress",
        4: "No Money",
        100001: "Complete",
        100002: "Partial",
        100003: "Invoiced",
    },
    "invoice": {
        1: "New",
        2: "Partially Shipped",
        3: "Canceled (deprecated)",
        4: "Billed",
        5: "Booked (applies to services)",
        6: "Installed (applies to services)",
        7: "Paid in Full (deprecated)",
        100001: "Complete",
        100002: "Partial",
        100003: "Canceled",
    },
    "product": {0: "Draft", 1: "Active", 2: "Retired", 3: "Under Revision"},
    "pricelevel": {100001: "Active", 100002: "Inactive"},
    "sdkmessageprocessingstep": {1: "Enabled", 2: "Disabled"},
    "asyncoperation": _JOB_STATUSES,
    "bulkdeleteoperation": _JOB_STATUSES,
}
_ACTIVE_INACTIVE: Labels = {1: "Active", 2: "Inactive"}
BOOLEAN: Labels = {1: "Yes", 0: "No"}
_TABLES: Mapping[str, tuple[str, str]] = {
    "businessunit": ("Business Unit", "Business Units"),
    "team": ("Team", "Teams"),
    "systemuser": ("User", "Users"),
    "organization": ("Organization", "Organizations"),
    "solution": ("Solution", "Solutions"),
    "transactioncurrency": ("Currency", "Currencies"),
    "uomschedule": ("Unit Group", "Unit Groups"),
    "uom": ("Unit", "Units"),
    "pricelevel": ("Price List", "Price Lists"),
    "account": ("Account", "Accounts"),
    "contact": ("Contact", "Contacts"),
    "product": ("Product", "Products"),
    "productpricelevel": ("Price List Item", "Price List Items"),
    "quote": ("Quote", "Quotes"),
    "quotedetail": ("Quote Product", "Quote Products"),
    "salesorder": ("Order", "Orders"),
    "salesorderdetail": ("Order Product", "Order Products"),
    "invoice": ("Invoice", "Invoices"),
    "invoicedetail": ("Invoice Product", "Invoice Products"),
    "sdkmessage": ("Sdk Message", "Sdk Messages"),
    "sdkmessagefilter": ("Sdk Message Filter", "Sdk Message Filters"),
    "serviceendpoint": ("Service Endpoint", "Service Endpoints"),
    "sdkmessageprocessingstep": ("Sdk Message Processing Step", "Sdk Message Processing Steps"),
    "asyncoperation": ("System Job", "System Jobs"),
    "bulkdeleteoperation": ("Bulk Delete Operation", "Bulk Delete Operations"),
    "bulkdeletefailure": ("Bulk Delete Failure", "Bulk Delete Failures"),
}


def table_names(table: Table) -> tuple[str, str]:
    """The display name for one row and for many; a table without labels is shown by its names."""
    return _TABLES.get(table.logical, (table.display, table.entity_set.capitalize()))


def labels(table: Table, column: Column) -> Labels:
    """The options of a choice, state, status or yes/no column in the order in which they are listed."""
    match column.kind:
        case Kind.BOOLEAN:
            return BOOLEAN
        case Kind.STATE:
            return _STATES.get(table.logical) or (table.states.names if table.states else {})
        case Kind.STATUS:
            return _STATUSES.get(table.logical, _ACTIVE_INACTIVE)
        case Kind.CHOICE:
            return _CHOICES.get(f"{table.logical}.{column.name}") or _SHARED_CHOICES.get(column.name, {})
        case _:
            return {}
