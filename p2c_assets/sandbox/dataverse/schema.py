"""All tables of the Sales twin, by logical name and by entity set, and how documents hang together.

The tables themselves are in the schema_* modules.
"""

from collections.abc import Mapping
from typing import NamedTuple

from p2c_assets.sandbox.dataverse.columns import Column, Table
from p2c_assets.sandbox.dataverse.schema_catalog import (
    CURRENCY,
    PRICE_LEVEL,
    PRODUCT,
    PRODUCT_PRICE_LEVEL,
    UOM,
    UOM_SCHEDULE,
)
from p2c_assets.sandbox.dataverse.schema_documents import INVOICE, QUOTE, SALES_ORDER
from p2c_assets.sandbox.dataverse.schema_jobs import ASYNC_OPERATION, BULK_DELETE_FAILURE, BULK_DELETE_OPERATION
from p2c_assets.sandbox.dataverse.schema_lines import INVOICE_DETAIL, QUOTE_DETAIL, SALES_ORDER_DETAIL
from p2c_assets.sandbox.dataverse.schema_messages import (
    PROCESSING_STEP,
    SDK_MESSAGE,
    SDK_MESSAGE_FILTER,
    SERVICE_ENDPOINT,
)
from p2c_assets.sandbox.dataverse.schema_parties import ACCOUNT, CONTACT
from p2c_assets.sandbox.dataverse.schema_platform import BUSINESS_UNIT, ORGANIZATION, SOLUTION, SYSTEM_USER, TEAM

TABLES: tuple[Table, ...] = (
    BUSINESS_UNIT,
    TEAM,
    SYSTEM_USER,
    ORGANIZATION,
    SOLUTION,
    CURRENCY,
    UOM_SCHEDULE,
    UOM,
    PRICE_LEVEL,
    ACCOUNT,
    CONTACT,
    PRODUCT,
    PRODUCT_PRICE_LEVEL,
    QUOTE,
    QUOTE_DETAIL,
    SALES_ORDER,
    SALES_ORDER_DETAIL,
    INVOICE,
    INVOICE_DETAIL,
)
SYSTEM_TABLES: tuple[Table, ...] = (
    SDK_MESSAGE,
    SDK_MESSAGE_FILTER,
    SERVICE_ENDPOINT,
    PROCESSING_STEP,
    ASYNC_OPERATION,
    BULK_DELETE_OPERATION,
    BULK_DELETE_FAILURE,
)
"""What the platform keeps about itself; nobody brings such rows along."""

EVERY_TABLE = (*TABLES, *SYSTEM_TABLES)
BY_LOGICAL: Mapping[str, Table] = {table.logical: table for table in EVERY_TABLE}
BY_SET: Mapping[str, Table] = {table.entity_set: table for table in EVERY_TABLE}


class Document(NamedTuple):
    """A header table and its lines.

    `parent` is the line's stored lookup to the header. `mirrored` pairs header columns with the line columns that the
    platform shows from there (no new version of the line), `repeated` with those that the solution writes (a new
    version). `flag` is where lines repeat msdynce_hasexternallymaintainedproductsonly.
    """

    header: Table
    line: Table
    parent: str
    number: str
    prefix: str
    mirrored: tuple[tuple[str, str], ...]
    repeated: tuple[tuple[str, str], ...]
    flag: str | None
    freight_tax: bool


DOCUMENTS: tuple[Document, ...] = (
    Document(
        header=QUOTE,
        line=QUOTE_DETAIL,
        parent="_quoteid_value",
        number="quotenumber",
        prefix="QUO",
        mirrored=(("statecode", "quotestatecode"),),
        repeated=(("revisionnumber", "msdynce_quoterevisionnumber"),),
        flag="msdynce_quotehasexternalmaintainedproductsonly",
        freight_tax=False,
    ),
    Document(
        header=SALES_ORDER,
        line=SALES_ORDER_DETAIL,
        parent="_salesorderid_value",
        number="ordernumber",
        prefix="ORD",
        mirrored=(("statecode", "salesorderstatecode"), ("ispricelocked", "salesorderispricelocked")),
        repeated=(("ordernumber", "msdynce_ordernumber"),),
        flag="msdynce_orderhasexternalmaintainedproductsonly",
        freight_tax=True,
    ),
    Document(
        header=INVOICE,
        line=INVOICE_DETAIL,
        parent="_invoiceid_value",
        number="invoicenumber",
        prefix="INV",
        mirrored=(("statecode", "invoicestatecode"), ("ispricelocked", "invoiceispricelocked")),
        repeated=(),
        flag=None,
        freight_tax=True,
    ),
)
BY_HEADER: Mapping[str, Document] = {document.header.logical: document for document in DOCUMENTS}
BY_LINE: Mapping[str, Document] = {document.line.logical: document for document in DOCUMENTS}


def referring(logical: str) -> list[tuple[Table, Column]]:
    """Every lookup that may point to the table."""
    return [
        (table, column)
        for table in EVERY_TABLE
        for column in table.lookups
        if any(target.logical == logical for target in column.targets)
    ]
