"""What SCM holds before the first chain: customers and documents of its own, and what an earlier import left there."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from p2c_assets.sandbox.scenario.companies import DEMF, GBSI, USMF, SandboxCompany
from p2c_assets.sandbox.scenario.erp_orders import KEPT_IN_SCM
from p2c_assets.sandbox.scenario.sales_rows import Row

GENERATED_ORDER = "SCM-US-0600"
"""The order that SCM made of the quotation QUO-US-06 when the customer accepted it there."""


HALF_INVOICED = "SCM-US-0590"


def scm_start() -> Mapping[str, Sequence[Row]]:
    """Rows by entity set; the twin calculates the totals of quotations and orders (load with plug-ins)."""
    return {
        "CustomersV2": _customers(),
        "CDSSalesQuotationHeaders": [_confirmed_quotation(), _own_quotation()],
        "CDSSalesQuotationLines": [
            _quotation_line(USMF, "QUO-US-06", "U3002", "6", "64.00"),
            _quotation_line(DEMF, "QTN-DE-0001", "G3001", "3", "34.90"),
        ],
        "CDSSalesOrderHeaders": [_half_invoiced_order()],
        "CDSSalesOrderLines": [
            _order_line(1, "P1001", "10", "49.90", "Invoiced"),
            _order_line(2, "P1005", "20", "7.35", "Backorder"),
        ],
        "ExternallyMaintainedCustomerSalesInvoiceHeaders": [_first_invoice(), _free_text_invoice()],
        "ExternallyMaintainedCustomerSalesInvoiceLines": [_first_invoice_line()],
    }


def _customers() -> list[Row]:
    """Two from an earlier import (one with an address for invoices that a clerk added), two of SCM's own."""
    return [
        _customer(
            USMF, "US-001", "Contoso Retail Chicago", CreditLimit=Decimal("200000"), PrimaryContactPhone="555 0100"
        ),
        _customer(
            GBSI,
            "GB-012",
            "Norwich Mustard",
            InvoiceAddressCountryRegionId="XKX",
            InvoiceAddressCountryRegionISOCode="XK",
            InvoiceAddressCity="Prishtinë",
        ),
        _customer(USMF, KEPT_IN_SCM["usmf"], "Staff Shop", IsExternallyMaintained="No"),
        _customer(DEMF, KEPT_IN_SCM["demf"], "Werksverkauf", IsExternallyMaintained="No"),
    ]


def _customer(company: SandboxCompany, number: str, name: str, **more: object) -> Row:
    return {
        "dataAreaId": company.id,
        "CustomerAccount": number,
        "PartyNumber": number,
        "PartyType": "Organization",
        "OrganizationName": name,
        "CustomerGroupId": "10",
        "SiteId": "1",
        "WarehouseId": "13",
        "LanguageId": "en-us",
        "SalesCurrencyCode": company.currency,
        "IsExternallyMaintained": "Yes",
        **more,
    }


def _confirmed_quotation() -> Row:
    return {
        "dataAreaId": USMF.id,
        "SalesQuotationNumber": "QUO-US-06",
        "SalesQuotationName": "Toolboxes",
        "RequestingCustomerAccountNumber": "US-001",
        "InvoiceCustomerAccountNumber": "US-001",
        "CurrencyCode": USMF.currency,
        "SalesQuotationStatus": "Confirmed",
        "SalesQuotationHeaderCreationMethod": "Dynamics365Sales",
        "GeneratedSalesOrderNumber": GENERATED_ORDER,
    }


def _own_quotation() -> Row:
    """A quotation that SCM's people wrote for a customer of their own."""
    return {
        "dataAreaId": DEMF.id,
        "SalesQuotationNumber": "QTN-DE-0001",
        "SalesQuotationName": "Schlösser",
        "RequestingCustomerAccountNumber": KEPT_IN_SCM["demf"],
        "InvoiceCustomerAccountNumber": KEPT_IN_SCM["demf"],
        "CurrencyCode": DEMF.currency,
        "SalesQuotationStatus": "Sent",
        "SalesQuotationHeaderCreationMethod": "SCM",
    }


def _quotation_line(company: SandboxCompany, number: str, product: str, quantity: str, price: str) -> Row:
    return {
        "dataAreaId": company.id,
        "SalesQuotationNumber": number,
        "LineCreationSequenceNumber": 1,
        "ProductNumber": product,
        "RequestedSalesQuantity": Decimal(quantity),
        "SalesUnitSymbol": "ea",
        "SalesPrice": Decimal(price),
    }


def _half_invoiced_order() -> Row:
    """Half of it was delivered and invoiced last week; SCM's first day invoices the rest: two invoices of one order."""
    return {
        "dataAreaId": USMF.id,
        "SalesOrderNumber": HALF_INVOICED,
        "SalesOrderName": "Delivered in two parts",
        "OrderingCustomerAccountNumber": "US-001",
        "CurrencyCode": USMF.currency,
        "CustomersOrderReference": "PO 4500009",
        "SalesOrderProcessingStatus": "PartiallyInvoiced",
        "SalesOrderStatus": "Backorder",
        "AreTotalsUpdated": "Yes",
    }


def _order_line(number: int, product: str, quantity: str, price: str, status: str) -> Row:
    symbol = "box" if product == "P1005" else "ea"
    return {
        "dataAreaId": USMF.id,
        "SalesOrderNumber": HALF_INVOICED,
        "LineCreationSequenceNumber": number,
        "ProductNumber": product,
        "ProductName": product,
        "OrderedSalesQuantity": Decimal(quantity),
        "SalesUnitSymbol": symbol,
        "SalesPrice": Decimal(price),
        "SalesOrderLineStatus": status,
        "ShippingSiteId": "1",
    }


def _invoice(serial: str, order: str, net: str, tax: str) -> Row:
    return {
        "dataAreaId": USMF.id,
        **_posted(serial),
        "SalesOrderNumber": order,
        "InvoiceCustomerAccountNumber": "US-001",
        "CurrencyCode": USMF.currency,
        "TotalInvoiceAmount": Decimal(net) + Decimal(tax),
        "TotalTaxAmount": Decimal(tax),
    }


def _posted(serial: str) -> Row:
    return {
        "InvoiceNumber": f"USMF-INV-2025-{serial}",
        "InvoiceDate": "2025-12-29T12:00:00Z",
        "LedgerVoucher": f"USMF-IV-2025-{serial}",
    }


def _first_invoice() -> Row:
    """Ten lamps at 49.90 and 8.25 % tax."""
    return _invoice("0117", HALF_INVOICED, "499.00", "41.17")


def _first_invoice_line() -> Row:
    return {
        "dataAreaId": USMF.id,
        **_posted("0117"),
        "LineCreationSequenceNumber": 1,
        "ProductNumber": "P1001",
        "ProductName": "Desk Lamp, Brass",
        "SalesUnitSymbol": "ea",
        "InvoicedQuantity": Decimal(10),
        "SalesPrice": Decimal("49.90"),
        "LineAmount": Decimal("499.00"),
        "LineTotalTaxAmount": Decimal("41.17"),
        "CurrencyCode": USMF.currency,
    }


def _free_text_invoice() -> Row:
    """An invoice of no order."""
    return _invoice("0118", "", "120.00", "9.90")
