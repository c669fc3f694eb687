"""The steps on document headers: numbers, price list and currency, and what the solution does on create and update.

Source: CRMP2C solution, customizations.xml (quote, salesorder, invoice steps); MicrosoftDocs
sales-order-template-mapping-direct-two-ways.md (Draft), contacts-template-mapping-direct.md (active customer),
sales-invoice-template-mapping-direct.md (order becomes Invoiced, owner of the order).
"""

from collections.abc import Set

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import DEFAULT_PROCESSING_STATUS
from p2c_assets.sandbox.dataverse.numbering import autonumber
from p2c_assets.sandbox.dataverse.ownership import OWNER_COLUMNS
from p2c_assets.sandbox.dataverse.schema import BY_HEADER, Document
from p2c_assets.sandbox.dataverse.schema_catalog import PRICE_LEVEL
from p2c_assets.sandbox.dataverse.schema_documents import INVOICE, SALES_ORDER
from p2c_assets.sandbox.dataverse.schema_parties import CONTACT
from p2c_assets.sandbox.dataverse.work import After, Before, Work
from p2c_assets.sandbox.table import Row

INVOICED: Row = {"statecode": 4, "statuscode": 100003}
_PRICED_BY = frozenset({"_pricelevelid_value", "_transactioncurrencyid_value"})


def number_document(document: Document) -> Before:
    """QUO-, ORD- or INV-01000-BVRCPS where the creator gave no number; quotes begin with revision 0."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
        if before is not None:
            return {}
        values: Row = {"revisionnumber": after.get("revisionnumber") or 0} if document.prefix == "QUO" else {}
        if not after.get(document.number):
            number = work.records.store.sequence(document.prefix, 0)
            values[document.number] = autonumber(document.prefix, number)
        return values

    return step


def check_price_list(document: Document) -> Before:
    """A price list is mandatory; its currency is the document's, and the document's default."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:
        if before is not None and not changed & _PRICED_BY:
            return {}
        listed = work.records.get(PRICE_LEVEL, after.get("_pricelevelid_value") or "")
        if listed is None:
            if work.checked:
                raise errors.price_list_mandatory(document.header.logical)
            return {}
        currency = after.get("_transactioncurrencyid_value") or listed.get("_transactioncurrencyid_value")
        if work.checked and currency != listed.get("_transactioncurrencyid_value"):
            raise errors.price_list_currency()
        return {"_transactioncurrencyid_value": currency}

    return step


def default_processing_status(work: Work, before: Row | None, after: Row, changed: Set[str]) -> Row:  # noqa: ARG001
    """Draft, on orders created without a processing status."""
    if before is not None or after.get("msdynce_processingstatus") is not None:
        return {}
    return {"msdynce_processingstatus": DEFAULT_PROCESSING_STATUS}


def touch_header(document: Document) -> After:
    """Any write of a header has its document settled."""

    def step(work: Work, before: Row | None, after: Row, changed: Set[str]) -> None:  # noqa: ARG001
        work.touch(document, after[document.header.key], lines=False)

    return step


def activate_customer(work: Work, before: Row | None, after: Row, changed: Set[str]) -> None:
    """A contact for whom a quote, order or invoice is created, or to whom one is re-pointed, is an active customer."""
    if before is not None and "_customerid_value" not in changed:
        return
    contact = work.records.get(CONTACT, after.get("_customerid_value") or "")
    if contact is not None and contact.get("msdynce_isactivecustomer") is not True:
        work.records.change(CONTACT, contact, {"msdynce_isactivecustomer": True})


def invoice_order(work: Work, before: Row | None, after: Row, changed: Set[str]) -> None:
    """The invoice's order becomes Invoiced and its owner becomes the invoice's."""
    if before is not None and not changed & {"_salesorderid_value", "_customerid_value"}:
        return
    order = work.records.get(SALES_ORDER, after.get("_salesorderid_value") or "")
    if order is None:
        return
    if order.get("statecode") != INVOICED["statecode"]:
        work.records.change(SALES_ORDER, order, INVOICED)
        work.touch(BY_HEADER["salesorder"], order["salesorderid"], lines=False)
    owner = {column: order.get(column) for column in OWNER_COLUMNS}
    invoice = work.records.get(INVOICE, after["invoiceid"]) or after
    if any(invoice.get(column) != value for column, value in owner.items()):
        work.records.change(INVOICE, invoice, owner)
