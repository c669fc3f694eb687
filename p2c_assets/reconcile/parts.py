"""Parts of a pair's difference that have a cause of their own and an amount that is known before the pair is compared.

Such a part is taken out of the pair and stands as a record of its own, so that the rest of the pair has to agree to the
cent. A part counts only where the whole difference of the pair, net of tax and charges, is the sum of its parts.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from p2c_assets.mappings import scm
from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.mappings.schema import Entity
from p2c_assets.reconcile import discount_split
from p2c_assets.reconcile.numbers import SCM_NUMBERS, bare
from p2c_assets.reconcile.side import Side
from p2c_assets.warehouse import ledger, line_numbers, outbox
from p2c_assets.warehouse.database import Database

DISCOUNT_SPLIT = "discount_split"
KEPT_IN_SCM = "deleted_lines_kept_in_scm"
KEPT_IN_SALES = "deleted_lines_kept_in_sales"
CLASSES = (DISCOUNT_SPLIT, KEPT_IN_SCM, KEPT_IN_SALES)

SCHEMA = {
    "folded": pl.String,
    "class": pl.String,
    "net": pl.Decimal(38, 4),
    "amount": pl.Decimal(38, 4),
}


class Part(NamedTuple):
    """SCM minus Sales, net of tax and charges and as the documents' totals have it. `folded`: the pair's folded key."""

    folded: str
    name: str
    net: Decimal
    amount: Decimal


class _Lines(NamedTuple):
    """A flow's lines in SCM with the SQL of their pair's key, and where they come from in Sales."""

    entity: Entity
    key: str
    quantity: str
    discount: str


class _Origin(NamedTuple):
    """Sales' documents and lines of a flow that goes to SCM."""

    unit: str
    headers: str
    lines: str
    parent: str
    number: str
    still_ours: str


_LINES = {
    "quotes": _Lines(
        scm.SALES_QUOTATION_LINES, "SalesQuotationNumber", "RequestedSalesQuantity", "TotalDiscountAmount"
    ),
    "orders": _Lines(scm.SALES_ORDER_LINES, "SalesOrderNumber", "OrderedSalesQuantity", "TotalDiscountAmount"),
    "invoices": _Lines(
        scm.SALES_INVOICE_LINES,
        "InvoiceNumber || ' ' || strftime(InvoiceDate::DATE, '%Y-%m-%d')",
        "InvoicedQuantity",
        "LineTotalDiscountAmount",
    ),
}

_ORIGINS = {
    "quotes": _Origin(
        "scm/sales_quotations", "sales_quotes", "sales_quotedetails", "quoteid", "quotenumber", "h.statecode = 1"
    ),
    "orders": _Origin(
        "scm/sales_orders",
        "sales_salesorders",
        "sales_salesorderdetails",
        "salesorderid",
        "ordernumber",
        "h.msdynce_ismaintainedexternally IS DISTINCT FROM true",
    ),
}

ORDER_LINES_TO_SCM = "salesorderdetails_to_order_lines"


def parts(database: Database, flow: str, side: Side) -> pl.DataFrame:
    """The parts of all pairs of a flow and company (columns: SCHEMA)."""
    found = [*_splits(database, flow, side), *_kept_in_scm(database, flow, side.company)]
    if flow == "orders":
        found += _kept_in_sales(database, side)
    frame = pl.DataFrame(found, schema=SCHEMA, orient="row")
    summed = frame.group_by("folded", "class", maintain_order=True).agg(pl.col("net").sum(), pl.col("amount").sum())
    return summed.filter(pl.col("net") != 0)


def _splits(database: Database, flow: str, side: Side) -> Iterator[Part]:
    if flow not in _LINES:
        return
    lines = _LINES[flow]
    price = "SalesPriceQuantity" if "SalesPriceQuantity" in lines.entity.by_name else "1"
    sent = _sent(_ORIGINS[flow]) if flow in _ORIGINS else "SELECT NULL AS key, NULL AS number, NULL AS sent LIMIT 0"
    rows = database.connection.execute(
        f"""
        WITH sent AS ({sent}),
        split AS (SELECT {folded_sql(lines.key)} AS key, LineCreationSequenceNumber AS number, {lines.quantity} AS quantity,
                         SalesPrice AS price, coalesce({price}, 1) AS unit, {lines.discount} AS discount, LineAmount AS amount
                  FROM raw.{lines.entity.table} WHERE row_company = $company AND {lines.discount} <> 0
                  AND {lines.quantity} <> trunc({lines.quantity}))
        SELECT s.*, o.sent FROM split s LEFT JOIN sent o ON o.key = s.key AND o.number = s.number
        """,
        {"company": side.company},
    ).fetchall()
    for key, _, quantity, price_of_unit, unit, discount, amount, own in rows:
        split = discount_split.difference(quantity, price_of_unit / (unit or 1), discount, amount, own)
        yield Part(str(key), DISCOUNT_SPLIT, split, split)


def _sent(origin: _Origin) -> str:
    """Discounts of lines in Sales whose document has not come back: key, number, and what was or will be sent."""
    return f"""
    SELECT {folded_sql(f"h.{origin.number}")} AS key, coalesce(n.assigned_line_number, n.sequencenumber) AS number,
           coalesce(n.manualdiscountamount, 0) AS sent
    FROM ({line_numbers.numbered_sql(origin.lines, origin.parent)}) n
    JOIN raw.{origin.headers} h ON h.row_id = n.{origin.parent}
    WHERE h.row_company = $company AND {origin.still_ours}
    """


def _kept_in_scm(database: Database, flow: str, company: str) -> Iterator[Part]:
    """Lines of SCM that were sent from here and that Sales' document no longer has."""
    if flow not in _ORIGINS:
        return
    lines, origin = _LINES[flow], _ORIGINS[flow]
    rows = database.connection.execute(_only_in_scm(lines, origin), {"company": company}).fetchall()
    keys = {str(key) for key, _, _ in rows}
    bodies = outbox.created(database, origin.unit, company, lines.entity.entity_set, list(keys)) if keys else []
    sent = {(folded(str(body[lines.key])), int(body["LineCreationSequenceNumber"])) for body in bodies}
    for key, number, amount in rows:
        if (key, number) in sent:
            yield Part(str(key), KEPT_IN_SCM, amount, amount)


def _only_in_scm(lines: _Lines, origin: _Origin) -> str:
    number = folded_sql(f"h.{origin.number}")
    return f"""
    WITH numbered AS ({line_numbers.numbered_sql(origin.lines, origin.parent)}),
    headers AS (SELECT h.row_id, {number} AS key FROM raw.{origin.headers} h
                WHERE h.row_company = $company AND {origin.still_ours}),
    known AS (SELECT h.key, coalesce(n.assigned_line_number, n.sequencenumber) AS number
              FROM numbered n JOIN headers h ON h.row_id = n.{origin.parent}),
    there AS (SELECT {folded_sql(lines.key)} AS key, LineCreationSequenceNumber AS number, LineAmount
              FROM raw.{lines.entity.table} WHERE row_company = $company)
    SELECT t.key, t.number, t.LineAmount FROM there t
    SEMI JOIN headers h ON h.key = t.key
    ANTI JOIN known k ON k.key = t.key AND k.number = t.number
    """


def _kept_in_sales(database: Database, side: Side) -> Iterator[Part]:
    """Lines of orders that came back, which Sales still has and SCM no longer; Freight Tax is the solution's."""
    delivered = ledger.ever_delivered(database, ORDER_LINES_TO_SCM, side.company)
    key, number = folded_sql(bare("h.ordernumber")), "coalesce(n.assigned_line_number, n.sequencenumber)"
    rows = database.connection.execute(
        f"""
        WITH scm_numbers AS ({SCM_NUMBERS}),
        numbered AS ({line_numbers.numbered_sql("sales_salesorderdetails", "salesorderid")}),
        there AS (SELECT {folded_sql("SalesOrderNumber")} AS key, LineCreationSequenceNumber AS number
                  FROM raw.scm_sales_order_lines WHERE row_company = $company),
        orders AS (SELECT row_id, {key} AS key FROM raw.sales_salesorders h
                   WHERE row_company = $company AND msdynce_ismaintainedexternally),
        lines AS (SELECT o.key, n.row_id, n.msdynce_ismaintainedexternally AS is_external, {number} AS number,
                         coalesce(n.extendedamount, 0) AS amount, coalesce(n.tax, 0) AS tax
                  FROM numbered n JOIN orders o ON o.row_id = n.salesorderid
                  WHERE n.row_company = $company AND n.msdynce_ismisctax IS DISTINCT FROM true)
        SELECT l.key, l.row_id, l.is_external, l.amount, l.tax
        FROM lines l
        SEMI JOIN there t ON t.key = l.key
        ANTI JOIN there a ON a.key = l.key AND a.number = l.number
        """,
        {"company": side.company, "prefix": side.prefix, "flow": "orders"},
    ).fetchall()
    for found, row_id, is_external, amount, tax in rows:
        if is_external or row_id in delivered:
            yield Part(str(found), KEPT_IN_SALES, tax - amount, -amount)
