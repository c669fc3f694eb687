"""All entity sets of the twin by name, and the real ones that it knows of but does not have."""

from collections.abc import Mapping

from p2c_assets.sandbox.finops.columns import EntitySet
from p2c_assets.sandbox.finops.schema_invoices import INVOICE_HEADERS, INVOICE_LINES
from p2c_assets.sandbox.finops.schema_orders import ORDER_HEADERS, ORDER_LINES
from p2c_assets.sandbox.finops.schema_parties import CONTACT_PERSONS, CUSTOMERS_V2
from p2c_assets.sandbox.finops.schema_products import SELLABLE_RELEASED_PRODUCTS
from p2c_assets.sandbox.finops.schema_quotations import QUOTATION_HEADERS, QUOTATION_LINES

ENTITY_SETS: Mapping[str, EntitySet] = {
    entity_set.name: entity_set
    for entity_set in (
        CUSTOMERS_V2,
        CONTACT_PERSONS,
        SELLABLE_RELEASED_PRODUCTS,
        QUOTATION_HEADERS,
        QUOTATION_LINES,
        ORDER_HEADERS,
        ORDER_LINES,
        INVOICE_HEADERS,
        INVOICE_LINES,
    )
}
"""In the order in which a load has to store them: what is referred to comes first."""

UNSUPPORTED_SETS = frozenset(
    {
        "CDSContactPersonsV2",
        "CDSSalesOrderLinesV2",
        "ExternallyMaintainedCustomerSalesInvoiceLinesV2",
        "CustomersBase",
        "CustomersV3",
        "ReleasedProductsV2",
        "SalesOrderHeadersV2",
        "SalesOrderLines",
        "SalesInvoiceHeadersV2",
        "Currencies",
        "BillOfMaterialsHeaders",
        "DataManagementDefinitionGroups",
    }
)
"""Real entity sets that the sandbox answers with 501 instead of pretending that they do not exist."""
