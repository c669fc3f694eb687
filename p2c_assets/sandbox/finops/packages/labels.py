"""The names by which data management knows an entity: its label, and the columns of its staging table.

Sources: old template pages (Externally maintained customer sales invoice headers, Sellable released products), dual-write
map names (CDS sales order headers), traces of manifests (staging columns in upper case).
"""

from collections.abc import Mapping

from p2c_assets.sandbox.finops.columns import Column, EntitySet
from p2c_assets.sandbox.finops.packages.refusals import unknown_entity
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.messages import Unsupported

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

OTHER_LABELS = frozenset(
    {
        "Customer definitions",
        "Customers V3",
        "Released products V2",
        "Sales order headers V2",
        "Sales order lines V2",
    }
)
"""Labels of real entities that the sandbox does not have (pages entity-customers-definition and its kin): 501."""

_OTHERS = {label.lower(): label for label in OTHER_LABELS}
_BY_LABEL = {label.lower(): ENTITY_SETS[name] for name, label in LABELS.items()}


def entity_of(label: str) -> EntitySet:
    """The entity set of a label.

    Raises FinopsError for a name that is no label, the OData name among them; Unsupported for a real entity's.
    """
    check_known(label)
    entity_set = _BY_LABEL.get(label.lower())
    if entity_set is None:
        raise unknown_entity(label)
    return entity_set


def check_known(label: str) -> None:
    """Raises Unsupported for the label of a real entity that the sandbox does not have."""
    if label.lower() in _OTHERS:
        raise Unsupported(f"the entity {_OTHERS[label.lower()]} in data management")


def staging_columns(entity_set: EntitySet) -> Mapping[str, Column]:
    """Columns by their name in files and maps, without the company (assumptions.FILES_HOLD_NO_COMPANY)."""
    return {column.name.upper(): column for column in entity_set.columns if column.name != COMPANY}
