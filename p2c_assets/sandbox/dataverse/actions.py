"""The sales actions that move documents where a PATCH cannot: win, close, revise, convert, cancel, fulfil.

Close activities (quoteclose, orderclose) are read for what they close and not kept: the twin has no such tables.
Source: MicrosoftDocs/dynamics-365-customer-engagement ce/sales/developer (quote, order and invoice entities).
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import References
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.reading import entity
from p2c_assets.sandbox.dataverse.rendering import shown
from p2c_assets.sandbox.dataverse.schema import BY_HEADER, Document
from p2c_assets.sandbox.dataverse.schema_documents import QUOTE, SALES_ORDER, TOTALS
from p2c_assets.sandbox.dataverse.settlement import settle
from p2c_assets.sandbox.dataverse.singles import payload_of
from p2c_assets.sandbox.dataverse.validation import is_guid
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import create
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.store import Row

Body = Mapping[str, Any]
Action = Callable[[Work, Request, References], Response]
NO_CONTENT = Response(204, {"OData-Version": "4.0"})

UNSUPPORTED = frozenset(
    {
        "ConvertSalesOrderToInvoice",
        "LockSalesOrderPricing",
        "UnlockSalesOrderPricing",
        "LockInvoicePricing",
        "UnlockInvoicePricing",
        "GenerateQuoteFromOpportunity",
        "GenerateSalesOrderFromOpportunity",
        "GenerateInvoiceFromOpportunity",
        "CalculatePrice",
        "msdyn_CloseQuoteAsWon",
        "msdyn_CloseQuoteAsLost",
        "PublishProductHierarchy",
        "RevertProduct",
        "BulkDelete",
        "RetrieveTotalRecordCount",
        "RetrieveMetadataChanges",
        "GlobalOptionSetDefinitions",
        "RelationshipDefinitions",
        "CreateEntities",
        "ReactivateEntityKey",
    }
)
"""Actions and functions that Dataverse has and the twin does not: 501 by name."""


def move(work: Work, table: Table, row: Row, allowed: frozenset[int], state: int, status: object) -> None:
    """Put a document into a state; -1 or nothing stands for the state's default status."""
    assert table.states is not None
    code = table.states.default_status(state) if status in (None, -1) else status
    if row.get("statecode") not in allowed:
        before = table.states.names.get(row["statecode"], str(row.get("statecode")))
        raise errors.invalid_transition(table.logical, row[table.key], before, table.states.names[state])
    if not isinstance(code, int) or not table.states.allows(state, code):
        raise errors.invalid_status(code, table.states.names[state], table.logical)
    work.records.change(table, row, {"statecode": state, "statuscode": code})
    work.touch(BY_HEADER[table.logical], row[table.key], lines=False)


def _closed_row(work: Work, table: Table, activity: object, references: References) -> Row:
    """The row that a close activity binds."""
    bind = f"{table.key}@odata.bind"
    reference = cast("Body", activity).get(bind) if isinstance(activity, dict) else None
    if not isinstance(reference, str):
        raise errors.invalid_argument(f"The close activity has to bind its document by '{bind}'.")
    _, key = references.resolve(reference)
    return _row(work, table, key)


def _row(work: Work, table: Table, key: object) -> Row:
    if not isinstance(key, str) or not is_guid(key):
        raise errors.invalid_argument(f"'{key}' is not the id of a {table.logical}.")
    row = work.records.get(table, key.lower())
    if row is None:
        raise errors.does_not_exist(table.display, key)
    return row


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
    move(work, QUOTE, quote, frozenset({0, 1}), 3, body.get("Status"))
    return NO_CONTENT


def cancel_order(work: Work, request: Request, references: References) -> Response:
    """Active or Submitted -> Canceled."""
    body = payload_of(request)
    order = _closed_row(work, SALES_ORDER, body.get("OrderClose"), references)
    move(work, SALES_ORDER, order, frozenset({0, 1}), 2, body.get("Status"))
    return NO_CONTENT


def fulfill_order(work: Work, request: Request, references: References) -> Response:
    """Active or Submitted -> Fulfilled."""
    body = payload_of(request)
    order = _closed_row(work, SALES_ORDER, body.get("OrderClose"), references)
    move(work, SALES_ORDER, order, frozenset({0, 1}), 3, body.get("Status"))
    return NO_CONTENT


def revise_quote(work: Work, request: Request, references: References) -> Response:  # noqa: ARG001
    """An Active quote is closed as Revised; a Draft with its number and the next revision takes its place."""
    quote = _row(work, QUOTE, payload_of(request).get("QuoteId"))
    move(work, QUOTE, quote, frozenset({1}), 3, 7)
    document = BY_HEADER["quote"]
    values = {**_copied(QUOTE, QUOTE, quote), "quotenumber": quote["quotenumber"]}
    revised = create(work, QUOTE, {**values, "revisionnumber": quote["revisionnumber"] + 1})
    _copy_lines(work, document, quote["quoteid"], document, revised["quoteid"])
    return _answer(work, QUOTE, revised["quoteid"], request)


def convert_quote(work: Work, request: Request, references: References) -> Response:  # noqa: ARG001
    """An Active or Won quote becomes an order; the quote is Won."""
    quote = _row(work, QUOTE, payload_of(request).get("QuoteId"))
    if quote.get("statecode") != 2:
        move(work, QUOTE, quote, frozenset({1}), 2, -1)
    order = create(work, SALES_ORDER, {**_copied(QUOTE, SALES_ORDER, quote), "_quoteid_value": quote["quoteid"]})
    _copy_lines(work, BY_HEADER["quote"], quote["quoteid"], BY_HEADER["salesorder"], order["salesorderid"])
    return _answer(work, SALES_ORDER, order["salesorderid"], request)


def _copied(source: Table, target: Table, row: Row) -> Row:
    """Values of the columns that both tables have and a caller could write; numbers, states and totals are not."""
    names = [column for column in source.columns if column.name in target.by_name and _is_carried(column)]
    values: Row = {column.stored: row.get(column.stored) for column in names}
    types: Row = {column.stored_type: row.get(column.stored_type) for column in names if column.stored_type}
    return {name: value for name, value in (values | types).items() if value is not None}


def _is_carried(column: Column) -> bool:
    own = column.kind in {Kind.GUID, Kind.STATE, Kind.STATUS} or column.name in TOTALS
    return not own and column.creatable and not column.name.startswith("msdynce_")


def _copy_lines(work: Work, source: Document, key: str, target: Document, new_key: str) -> None:
    lines = sorted(work.records.lines(source, key), key=lambda line: line.get("lineitemnumber") or 0)
    for line in lines:
        create(work, target.line, {**_copied(source.line, target.line, line), target.parent: new_key})


def _answer(work: Work, table: Table, key: str, request: Request) -> Response:
    settle(work)
    row = _row(work, table, key)
    return Response.json(200, entity(work.records, table, row, request, shown(table, None, None)))


ACTIONS: Mapping[str, Action] = {
    "WinQuote": win_quote,
    "CloseQuote": close_quote,
    "ReviseQuote": revise_quote,
    "ConvertQuoteToSalesOrder": convert_quote,
    "CancelSalesOrder": cancel_order,
    "FulfillSalesOrder": fulfill_order,
}
