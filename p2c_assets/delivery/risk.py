"""How much a planned document can do: its risk class, and the money that it would add to or take from the destination.

DATA and pure functions over the plan's changes. A document has one class, the gravest that fits. Its money is made of the
columns that are sent: quantity, price, discount and tax of lines, discount, freight and tax of headers, credit limits, list
prices. Totals that the destination computes are not used: SCM adds tax and charges of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NamedTuple

from p2c_assets.connectors.protocol import Operation
from p2c_assets.delivery.plan import Change
from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.folding import folded
from p2c_assets.mappings.schema import Entity

Values = Mapping[str, Any]
CENT = Decimal("0.01")


class Risk(NamedTuple):
    """One class of planned documents."""

    code: str
    meaning: str


RISKS = (
    Risk("removal", "deletes a line, or sets a record to canceled, lost or inactive"),
    Risk("money", "changes a quantity, unit, price, discount, tax, charge, credit limit or currency of a record"),
    Risk("state", "changes the state of a record, and no money"),
    Risk("change", "changes other fields of a record"),
    Risk("new", "creates a record that the destination does not have"),
)
"""Gravest first: a document is of the first class that fits."""

MONEY_FIELDS = frozenset(
    {
        "CreditLimit",
        "CurrencyCode",
        "OrderedSalesQuantity",
        "RequestedSalesQuantity",
        "SalesCurrencyCode",
        "SalesPrice",
        "SalesUnitSymbol",
        "TotalDiscountAmount",
        "amount",
        "currentcost",
        "discountamount",
        "freightamount",
        "manualdiscountamount",
        "msdynce_misctax",
        "price",
        "priceperunit",
        "quantity",
        "tax",
        "transactioncurrencyid",
        "uomid",
    }
)

STATE_FIELDS = frozenset(
    {
        "IsInactive",
        "OnHoldStatus",
        "SalesOrderProcessingStatus",
        "SalesOrderStatus",
        "SalesQuotationStatus",
        "msdynce_processingstatus",
        "statecode",
        "statuscode",
    }
)

ENDED: Mapping[tuple[str, str], frozenset[str]] = {
    ("contact_persons", "IsInactive"): frozenset({"Yes"}),
    ("customers_v2", "OnHoldStatus"): frozenset({"All"}),
    ("sales_quotation_headers", "SalesQuotationStatus"): frozenset({"Canceled", "Cancelled", "Lost"}),
    ("sales_order_headers", "SalesOrderStatus"): frozenset({"Canceled"}),
    ("sales_order_headers", "SalesOrderProcessingStatus"): frozenset({"Canceled"}),
    ("salesorders", "msdynce_processingstatus"): frozenset({"647390010"}),
    ("salesorders", "statecode"): frozenset({"2"}),
    ("quotes", "statecode"): frozenset({"3"}),
    ("invoices", "statecode"): frozenset({"3"}),
    ("products", "statecode"): frozenset({"1"}),
    ("accounts", "statecode"): frozenset({"1"}),
    ("contacts", "statecode"): frozenset({"1"}),
}
"""Values of states that take a record out of use, by entity and field."""

ENDING_ACTIONS = frozenset({"CancelSalesOrder", "CloseQuote", "LoseQuote"})
"""Actions of Sales that take a document out of use."""


def risk_of(action: str, operations: Sequence[Operation], changes: Iterable[Change]) -> str | None:
    """The class of a document that would be sent; None where nothing would be."""
    if not operations:
        return None
    fields = list(changes)
    if any(_removes(operation) for operation in operations):
        return "removal"
    if action == "create":
        return "new"
    if any(_ends(change) for change in fields):
        return "removal"
    names = {change.field for change in fields}
    return "money" if names & MONEY_FIELDS else "state" if names & STATE_FIELDS else "change"


def _removes(operation: Operation) -> bool:
    return operation.method == "DELETE" or operation.entity_set in ENDING_ACTIONS


def _ends(change: Change) -> bool:
    return change.after in ENDED.get((change.entity, change.field), ()) and change.before != change.after


def _line(quantity: str, price: str, *less: str, more: Sequence[str] = ()) -> Callable[[Values], Decimal]:
    def amount(row: Values) -> Decimal:
        net = _number(row, quantity) * _number(row, price) - sum((_number(row, name) for name in less), Decimal(0))
        return net.quantize(CENT, ROUND_HALF_UP) + sum((_number(row, name) for name in more), Decimal(0))

    return amount


def _sum(*names: str, less: Sequence[str] = ()) -> Callable[[Values], Decimal]:
    def amount(row: Values) -> Decimal:
        return sum((_number(row, name) for name in names), Decimal(0)) - sum(
            (_number(row, name) for name in less), Decimal(0)
        )

    return amount


def _number(row: Values, name: str) -> Decimal:
    value = row.get(name)
    try:
        return Decimal(0) if value is None else Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


class Money(NamedTuple):
    """What an entity's row is worth, computed from the columns that are sent."""

    entity: Entity
    worth: Callable[[Values], Decimal]


_SALES_LINE = _line("quantity", "priceperunit", "manualdiscountamount", more=("tax",))
_SALES_HEADER = _sum("freightamount", "msdynce_misctax", less=("discountamount",))

MONEY: Mapping[str, Money] = {
    entity.name: Money(entity, worth)
    for entity, worth in (
        (scm.CUSTOMERS_V2, _sum("CreditLimit")),
        (scm.SALES_QUOTATION_LINES, _line("RequestedSalesQuantity", "SalesPrice", "TotalDiscountAmount")),
        (scm.SALES_ORDER_LINES, _line("OrderedSalesQuantity", "SalesPrice", "TotalDiscountAmount")),
        (sales.SALESORDERS, _SALES_HEADER),
        (sales.SALESORDERDETAILS, _SALES_LINE),
        (sales.INVOICES, _SALES_HEADER),
        (sales.INVOICEDETAILS, _SALES_LINE),
        (sales.PRODUCTS, _sum("price")),
        (sales.PRODUCTPRICELEVELS, _sum("amount")),
    )
}
"""Entities with money, by name."""

PRICES = (sales.PRODUCTS.name, sales.PRODUCTPRICELEVELS.name)
"""One price in two places: the product's counts, that of its price list item only where the product's does not change."""

Rows = Mapping[tuple[str, str], Values]
"""Rows of the destination as last observed, by entity and folded row id."""


def money_keys(changes: Iterable[Change]) -> set[tuple[str, str]]:
    """The rows (entity, row id) that `money_delta` has to know."""
    return {(change.entity, change.key) for change in changes if change.entity in MONEY}


def money_delta(changes: Iterable[Change], rows: Rows) -> Decimal | None:
    """What the destination would hold more (or less) of this document; None where it has no money."""
    by_row: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for change in changes:
        if change.entity in MONEY:
            by_row[change.entity, folded(change.key)][change.field] = change.after
    if not by_row:
        return None
    deltas: dict[str, Decimal] = defaultdict(Decimal)
    for (entity, row_id), after in by_row.items():
        before = rows.get((entity, row_id), {})
        deltas[entity] += MONEY[entity].worth({**before, **after}) - MONEY[entity].worth(before)
    product, item = PRICES
    if deltas.get(product):
        deltas.pop(item, None)
    return sum(deltas.values(), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
