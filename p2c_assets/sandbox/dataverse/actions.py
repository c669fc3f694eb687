"""The actions of the twin by name: here those that close a document; `conversions` makes others of one, `jobs` deletes.

Close activities (quoteclose, orderclose) are read for what they close and not kept: the twin has no such tables.
Source: MicrosoftDocs/dynamics-365-customer-engagement ce/sales/developer (quote, order and invoice entities).
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import References
from p2c_assets.sandbox.dataverse.assumptions import CLOSABLE_ORDER_STATES, CLOSABLE_QUOTE_STATES
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.conversions import convert_order, convert_quote, revise_quote
from p2c_assets.sandbox.dataverse.jobs import bulk_delete
from p2c_assets.sandbox.dataverse.movements import document_row, move
from p2c_assets.sandbox.dataverse.price_locks import price_lock
from p2c_assets.sandbox.dataverse.schema_documents import INVOICE, QUOTE, SALES_ORDER
from p2c_assets.sandbox.dataverse.singles import payload_of
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.table import Row

Body = Mapping[str, Any]
Action = Callable[[Work, Request, References], Response]
NO_CONTENT = Response(204, {"OData-Version": "4.0"})

UNSUPPORTED = frozenset(
    {
        "GenerateQuoteFromOpportunity",
        "GenerateSalesOrderFromOpportunity",
        "GenerateInvoiceFromOpportunity",
        "CalculatePrice",
        "msdyn_CloseQuoteAsWon",
        "msdyn_CloseQuoteAsLost",
        "PublishProductHierarchy",
        "RevertProduct",
        "RetrieveTotalRecordCount",
        "RetrieveMetadataChanges",
        "GlobalOptionSetDefinitions",
        "RelationshipDefinitions",
        "CreateEntities",
        "ReactivateEntityKey",
    }
)
"""Actions and functions that Dataverse has and the twin does not: 501 by name."""


def _closed_row(work: Work, table: Table, activity: object, references: References) -> Row:
    """The row that a close activity binds."""
    bind = f"{table.key}@odata.bind"
    reference = cast("Body", activity).get(bind) if isinstance(activity, dict) else None
    if not isinstance(reference, str):
        raise errors.invalid_argument(f"The close activity has to bind its document by '{bind}'.")
    _, key = references.resolve(reference)
    return document_row(work, table, key)


def win_quote(work: Work, request: Request, references: References) -> Response:
    """Active -> Won."""
    body = payload_of(request)
    quote = _closed_row(work, QUOTE, body.get("QuoteClose"), references)
    move(work, QUOTE, quote, frozenset({1}), 2, body.get("Status"))
    return NO_CONTENT


def close_quote(work: Work, request: Request, references: References) -> Response:
    """Draft or Active -> Closed, with the status given."""
    body = payload_of(request)
    quote = _closed_row(work, QUOTE, body.get("QuoteClose"), references)
    move(work, QUOTE, quote, CLOSABLE_QUOTE_STATES, 3, body.get("Status"))
    return NO_CONTENT


def cancel_order(work: Work, request: Request, references: References) -> Response:
    """Active or Submitted -> Canceled."""
    body = payload_of(request)
    order = _closed_row(work, SALES_ORDER, body.get("OrderClose"), references)
    move(work, SALES_ORDER, order, CLOSABLE_ORDER_STATES, 2, body.get("Status"))
    return NO_CONTENT


def fulfill_order(work: Work, request: Request, references: References) -> Response:
    """Active or Submitted -> Fulfilled."""
    body = payload_of(request)
    order = _closed_row(work, SALES_ORDER, body.get("OrderClose"), references)
    move(work, SALES_ORDER, order, CLOSABLE_ORDER_STATES, 3, body.get("Status"))
    return NO_CONTENT


ACTIONS: Mapping[str, Action] = {
    "WinQuote": win_quote,
    "CloseQuote": close_quote,
    "ReviseQuote": revise_quote,
    "ConvertQuoteToSalesOrder": convert_quote,
    "ConvertSalesOrderToInvoice": convert_order,
    "CancelSalesOrder": cancel_order,
    "FulfillSalesOrder": fulfill_order,
    "LockSalesOrderPricing": price_lock(SALES_ORDER, "SalesOrderId", locked=True),
    "UnlockSalesOrderPricing": price_lock(SALES_ORDER, "SalesOrderId", locked=False),
    "LockInvoicePricing": price_lock(INVOICE, "InvoiceId", locked=True),
    "UnlockInvoicePricing": price_lock(INVOICE, "InvoiceId", locked=False),
    "BulkDelete": bulk_delete,
}
