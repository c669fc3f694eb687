"""Numbers of documents that Sales has with a company's prefix and SCM without.

A number that SCM itself has, or had from Sales, is nobody's prefixed number, even where it begins like one.
"""

from p2c_assets.mappings.folding import folded_sql

SCM_NUMBERS = f"""
SELECT {folded_sql("SalesOrderNumber")} AS number FROM raw.scm_sales_order_headers
WHERE $flow = 'orders' AND row_company = $company
UNION
SELECT {folded_sql("document")} FROM delivery.outbox
WHERE $flow = 'orders' AND unit = 'scm/sales_orders' AND company = $company AND state IN ('delivered', 'sent')
UNION
SELECT {folded_sql("InvoiceNumber")} FROM raw.scm_sales_invoice_headers WHERE $flow = 'invoices' AND row_company = $company
"""
"""The flow's numbers in SCM, as a table `scm_numbers(number)` beside the query that uses `bare`."""


def bare(number: str) -> str:
    """SQL: what SCM calls the document that Sales calls `number`."""
    return (
        f"CASE WHEN $prefix <> '' AND starts_with(lower({number}), lower($prefix)) "
        f"AND {folded_sql(number)} NOT IN (SELECT number FROM scm_numbers) "
        f"THEN substr({number}, length($prefix) + 1) ELSE {number} END"
    )
