"""The names by which data management knows an entity: its label, and the columns of its staging table.

Sources: old template pages (Externally maintained customer sales invoice headers, Sellable released products), dual-write
map names (CDS sales order headers), traces of manifests (staging columns in upper case).
"""

from collections.abc import Mapping

from p2c_assets.sandbox.finops.columns import Column, EntitySet
from p2c_assets.sandbox.finops.packages.refusals import unknown_entity
from p2c_assets.sandbox.finops.schema import ENTITY_SETS

COMPANY = "dataAreaId"
LABELS: Mapping[str, str] = {
    "CustomersV2": "Customers V2",
    "CDSContactPersons": "CDS contacts",
    "SellableReleasedProducts": "Sellable released products",
    "CDSSalesQuotationHeaders": "CDS sales quotation header",
    "CDSSalesQuotationLines": "CDS sales quotation lines",
    "CDSSalesOrderHeaders": "CDS sales order headers",
    "CDSSalesOrderLines": "CDS sales order lines",
    "ExternallyMaintainedCustomerSalesInvoiceHeaders": "Externally maintained customer sales invoice headers",
    "ExternallyMaintainedCustomerSalesInvoiceLines": "Externally maintained customer sales invoice lines",
}
"""Entity set -> label. Labels are compared without case."""

_BY_LABEL = {label.lower(): ENTITY_SETS[name] for name, label in LABELS.items()}


def entity_of(label: str) -> EntitySet:
    """The entity set of a label. Raises FinopsError for a name that is no label, the OData name among them."""
    entity_set = _BY_LABEL.get(label.lower())
    if entity_set is None:
        raise unknown_entity(label)
    return entity_set


def staging_columns(entity_set: EntitySet) -> Mapping[str, Column]:
    """Columns by their name in files and maps, without the company (assumptions.FILES_HOLD_NO_COMPANY)."""
    return {column.name.upper(): column for column in entity_set.columns if column.name != COMPANY}
