"""Enumerations of the entities: members and their values, in the order of the values.

Source: OData clients generated from a live $metadata (10.0.4x); sales-status-map for the processing status.
"""

from calendar import month_name
from collections.abc import Mapping

NAMESPACE = "Microsoft.Dynamics.DataEntities"

ENUMS: Mapping[str, Mapping[str, int]] = {
    "NoYes": {"No": 0, "Yes": 1},
    "Gender": {"Unknown": 0, "Male": 1, "Female": 2, "NonSpecific": 3},
    "DirPersonMaritalStatus": {"None": 0, "Single": 1, "Married": 2, "Divorced": 3, "Widowhood": 4},
    "MonthsOfYear": {member: value for value, member in enumerate(["None", *month_name[1:]])},
    "CustVendorBlocked": {
        "No": 0,
        "Invoice": 1,
        "All": 2,
        "Payment": 3,
        "Requisition": 4,
        "Never": 5,
        "PurchOrder": 6,
    },
    "EcoResProductType": {"Item": 1, "Service": 2},
    "FieldServiceProductType": {"Inventory": 0, "NonInventory": 1, "Service": 2, "NotAvailable": 3},
    "SalesStatus": {"None": 0, "Backorder": 1, "Delivered": 2, "Invoiced": 3, "Canceled": 4},
    "SalesOrderProcessingStatus": {
        "Active": 0,
        "Confirmed": 1,
        "Picked": 2,
        "PartiallyDelivered": 3,
        "Delivered": 4,
        "Invoiced": 5,
        "PartiallyInvoiced": 6,
        "Canceled": 7,
        "DeliveredPartiallyInvoiced": 8,
    },
    "SalesOriginType": {"NotSpecified": 0, "SalesOrderIntegration": 1, "WorkOrderIntegration": 2},
    "SalesQuotationStatus": {
        "Created": 0,
        "Sent": 1,
        "Confirmed": 2,
        "Lost": 3,
        "Cancelled": 4,
        "Reset": 5,
        "Modified": 6,
        "Submitted": 7,
        "Approved": 8,
        "Revised": 9,
    },
    "SalesQuotationCreationMethod": {"SCM": 0, "Dynamics365Sales": 1},
}
