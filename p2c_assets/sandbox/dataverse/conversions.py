"""The sales actions that make a document of another: revise a quote, quote to order, order to invoice.

Source: MicrosoftDocs/dynamics-365-customer-engagement ce/sales/developer (quote, order and invoice entities; the
messages' reference pages).
"""

from collections.abc import Mapping, Set
from typing import Any, cast

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.addressing import References
from p2c_assets.sandbox.dataverse.assumptions import (
    CONVERTIBLE_ORDER_STATES,
    CONVERTIBLE_QUOTE_STATES,
    REVISABLE_QUOTE_STATES,
)
from p2c_assets.sandbox.dataverse.columns import Column, Kind, Table
from p2c_assets.sandbox.dataverse.movements import document_row, move
from p2c_assets.sandbox.dataverse.reading import entity
from p2c_assets.sandbox.dataverse.rendering import shown
from p2c_assets.sandbox.dataverse.schema import BY_HEADER, Document
from p2c_assets.sandbox.dataverse.schema_documents import INVOICE, QUOTE, SALES_ORDER, TOTALS
from p2c_assets.sandbox.dataverse.settlement import settle
from p2c_assets.sandbox.dataverse.singles import payload_of
from p2c_assets.sandbox.dataverse.transitions import state_name
from p2c_assets.sandbox.dataverse.work import Work
from p2c_assets.sandbox.dataverse.writing import create
from p2c_assets.sandbox.messages import Request, Response
from p2c_assets.sandbox.table import Row

WON = 2


def revise_quote(work: Work, request: Request, references: References) -> Response:  # noqa: ARG001
    """A Draft with the quote's number and the next revision; an Active quote is closed as Revised."""
    body = payload_of(request)
    quote = document_row(work, QUOTE, body.get("QuoteId"))
    if quote.get("statecode") == 1:
        move(work, QUOTE, quote, frozenset({1}), 3, 7)
    elif quote.get("statecode") not in REVISABLE_QUOTE_STATES:
        raise errors.invalid_transition("quote", quote["quoteid"], state_name(QUOTE, quote), "Draft")
    siblings = work.records.matching(QUOTE, "quotenumber", quote["quotenumber"])
    if any(sibling.get("statecode") in (0, 1) for sibling in siblings):
        raise errors.already_revised()
    revision = max(sibling.get("revisionnumber") or 0 for sibling in siblings) + 1
    own = {"quotenumber": quote["quotenumber"], "revisionnumber": revision}
    revised = create(work, QUOTE, {**_copied(QUOTE, QUOTE, quote), **own})
    _copy_lines(work, BY_HEADER["quote"], quote["quoteid"], BY_HEADER["quote"], revised["quoteid"])
    return _answer(work, QUOTE, revised["quoteid"], request)


def convert_quote(work: Work, request: Request, references: References) -> Response:  # noqa: ARG001
    """An Active or Won quote becomes an order; the quote is Won, with QuoteCloseStatus where one is given."""
    body = payload_of(request)
    quote = document_row(work, QUOTE, body.get("QuoteId"))
    if quote.get("statecode") != WON or WON not in CONVERTIBLE_QUOTE_STATES:
        move(work, QUOTE, quote, CONVERTIBLE_QUOTE_STATES - {WON}, WON, body.get("QuoteCloseStatus"))
    order = create(work, SALES_ORDER, {**_copied(QUOTE, SALES_ORDER, quote), "_quoteid_value": quote["quoteid"]})
    _copy_lines(work, BY_HEADER["quote"], quote["quoteid"], BY_HEADER["salesorder"], order["salesorderid"])
    return _answer(work, SALES_ORDER, order["salesorderid"], request)


def convert_order(work: Work, request: Request, references: References) -> Response:  # noqa: ARG001
    """An order that is neither canceled nor invoiced becomes an invoice, its lines refer to the order's; the order is
    Invoiced.
    """
    order = document_row(work, SALES_ORDER, payload_of(request).get("SalesOrderId"))
    if order.get("statecode") not in CONVERTIBLE_ORDER_STATES:
        before = state_name(SALES_ORDER, order)
        raise errors.invalid_transition("salesorder", order["salesorderid"], before, "Invoiced")
    source, target = BY_HEADER["salesorder"], BY_HEADER["invoice"]
    values = {**_copied(SALES_ORDER, INVOICE, order), "_salesorderid_value": order["salesorderid"]}
    invoice = create(work, INVOICE, values)
    _copy_lines(work, source, order["salesorderid"], target, invoice["invoiceid"], own="_salesorderdetailid_value")
    return _answer(work, INVOICE, invoice["invoiceid"], request)


def _copied(source: Table, target: Table, row: Row) -> Row:
    """Values of the columns that both tables have and a caller could write; numbers, states and totals are not.

    Where prices are locked, nothing is computed anew: the totals come along.
    """
    kept = frozenset(TOTALS) if row.get("ispricelocked") else frozenset[str]()
    names = [column for column in source.columns if column.name in target.by_name and _is_carried(column, kept)]
    values: Row = {column.stored: row.get(column.stored) for column in names}
    types: Row = {column.stored_type: row.get(column.stored_type) for column in names if column.stored_type}
    return {name: value for name, value in (values | types).items() if value is not None}


def _is_carried(column: Column, kept: Set[str]) -> bool:
    own = column.kind in {Kind.GUID, Kind.STATE, Kind.STATUS} or column.name in set(TOTALS) - kept
    return not own and column.creatable and not column.name.startswith("msdynce_")


def _copy_lines(work: Work, source: Document, key: str, target: Document, new_key: str, own: str | None = None) -> None:
    """The lines in their order; `own` is the new line's lookup to the old one."""
    lines = sorted(work.records.lines(source, key), key=lambda line: line.get("lineitemnumber") or 0)
    for line in lines:
        link: Row = {} if own is None else {own: line[source.line.key]}
        create(work, target.line, {**_copied(source.line, target.line, line), target.parent: new_key, **link})


def _answer(work: Work, table: Table, key: str, request: Request) -> Response:
    """The new row with the columns of ColumnSet; all of them where it is absent."""
    settle(work)
    row = document_row(work, table, key)
    return Response.json(200, entity(work.records, table, row, request, shown(table, _columns(table, request), None)))


def _columns(table: Table, request: Request) -> str | None:
    columns = payload_of(request).get("ColumnSet")
    if not isinstance(columns, dict) or cast("Mapping[str, Any]", columns).get("AllColumns"):
        return None
    listed: object = cast("Mapping[str, Any]", columns).get("Columns") or []
    if not isinstance(listed, list):
        raise errors.invalid_argument("ColumnSet.Columns has to be a list.")
    names = [str(name) for name in cast("list[object]", listed)]
    for name in names:
        if name not in table.by_name:
            raise errors.DataverseError(400, "0x80041103", f"'{table.logical}' has no attribute '{name}'.")
    return ",".join(table.by_name[name].stored for name in (*names, table.key))
