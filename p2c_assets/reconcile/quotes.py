"""Quotes against quotations: by number, amounts in the document's currency.

A quote goes one way: what SCM adds to it (tax and charges) never returns, so that the two are compared net of both and the
rest is named `tax_and_charges_of_scm`. A quotation that is in SCM alone belongs there, unless the journal says that we wrote it.
"""

from p2c_assets.mappings.folding import folded_sql

SIDES = f"""
WITH sales_lines AS (
    SELECT quoteid, sum(extendedamount) AS extended FROM raw.sales_quotedetails WHERE row_company = $company GROUP BY 1),
scm_lines AS (
    SELECT SalesQuotationNumber AS number, sum(LineAmount) AS amount
    FROM raw.scm_sales_quotation_lines WHERE row_company = $company GROUP BY 1),
latest AS (
    SELECT * FROM raw.sales_quotes WHERE row_company = $company
    QUALIFY rank() OVER (PARTITION BY coalesce({folded_sql("quotenumber")}, row_id)
                         ORDER BY statecode = 1 DESC, statecode <> 0 DESC, revisionnumber DESC) = 1)
SELECT 'sales' AS side, 'quotes_to_quotation_headers' AS task, q.row_id AS source_id, q.quotenumber AS key,
       c.isocurrencycode AS currency, coalesce(q.totalamount, 0) AS amount,
       coalesce(q.totalamount, 0) - coalesce(q.totaltax, 0) - coalesce(q.freightamount, 0) AS net,
       coalesce(q.totalamount, 0) = coalesce(l.extended, 0) - coalesce(q.totaldiscountamount, 0)
                                    + coalesce(q.freightamount, 0) AS adds_up,
       false AS in_flight, NULL::VARCHAR AS born_here, q.row_id, q.createdon::DATE AS day
FROM latest q
LEFT JOIN sales_lines l ON l.quoteid = q.quoteid
LEFT JOIN currencies c ON c.transactioncurrencyid = q.transactioncurrencyid
UNION ALL
SELECT 'scm', 'quotes_to_quotation_headers', NULL, h.SalesQuotationNumber, h.CurrencyCode, h.QuotationTotalAmount,
       h.QuotationTotalAmount - h.QuotationTotalTaxAmount - h.QuotationTotalChargesAmount,
       h.QuotationTotalAmount = coalesce(l.amount, 0) - h.TotalDiscountAmount + h.QuotationTotalTaxAmount
                                + h.QuotationTotalChargesAmount,
       false, CASE WHEN NOT EXISTS (SELECT 1 FROM delivery.outbox b WHERE b.unit = 'scm/sales_quotations' AND b.company = $company
                                    AND {folded_sql("b.document")} = {folded_sql("h.SalesQuotationNumber")}
                                    AND b.state = 'delivered')
                   THEN 'quotation_kept_in_scm' END,
       h.row_id, NULL
FROM raw.scm_sales_quotation_headers h
LEFT JOIN scm_lines l ON l.number = h.SalesQuotationNumber
WHERE h.row_company = $company
"""
