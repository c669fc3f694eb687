"""Sales orders of both systems: by number, amounts in the document's currency.

Sales computes its totals from lines, freight and tax; SCM from its own. Until an order has come back from SCM
(`msdynce_ismaintainedexternally`), Sales knows neither tax nor charges: the two are compared net of both and the rest is
`in_flight`. Where SCM's totals are stale, its lines are taken. A total that is not the sum of its own lines is a difference
even where both totals agree.
"""

from p2c_assets.reconcile.numbers import bare

SIDES = f"""
WITH sales_lines AS (
    SELECT salesorderid, sum(extendedamount) AS extended FROM raw.sales_salesorderdetails WHERE row_company = $company
    GROUP BY 1),
scm_lines AS (
    SELECT SalesOrderNumber AS number, sum(LineAmount) AS amount, sum(TotalTaxAmount) AS tax
    FROM raw.scm_sales_order_lines WHERE row_company = $company GROUP BY 1)
SELECT 'sales' AS side, 'salesorders_to_order_headers' AS task, o.row_id AS source_id,
       CASE WHEN o.msdynce_ismaintainedexternally THEN {bare("o.ordernumber")} ELSE o.ordernumber END AS key,
       c.isocurrencycode AS currency, coalesce(o.totalamount, 0) AS amount,
       coalesce(o.totalamount, 0) - coalesce(o.totaltax, 0) - coalesce(o.freightamount, 0) AS net,
       coalesce(o.totalamount, 0) = coalesce(l.extended, 0) - coalesce(o.totaldiscountamount, 0)
                                    + coalesce(o.freightamount, 0) AS adds_up,
       o.msdynce_ismaintainedexternally IS DISTINCT FROM true AS in_flight, NULL::VARCHAR AS born_here, o.row_id,
       o.createdon::DATE AS day
FROM raw.sales_salesorders o
LEFT JOIN sales_lines l ON l.salesorderid = o.salesorderid
LEFT JOIN currencies c ON c.transactioncurrencyid = o.transactioncurrencyid
WHERE o.row_company = $company
UNION ALL
SELECT 'scm', 'order_headers_to_salesorders', h.row_id, h.SalesOrderNumber, h.CurrencyCode,
       CASE WHEN h.AreTotalsUpdated = 'Yes' THEN h.OrderTotalAmount
            ELSE coalesce(l.amount, 0) - h.TotalDiscountAmount + coalesce(l.tax, 0) + h.OrderHeaderTaxAmount
                 + h.OrderTotalChargesAmount END,
       coalesce(l.amount, 0) - h.TotalDiscountAmount,
       h.AreTotalsUpdated IS DISTINCT FROM 'Yes'
         OR (h.OrderTotalAmount = coalesce(l.amount, 0) - h.TotalDiscountAmount + h.OrderTotalTaxAmount
                                    + h.OrderTotalChargesAmount
             AND h.OrderTotalTaxAmount = coalesce(l.tax, 0) + h.OrderHeaderTaxAmount),
       false, NULL, h.row_id, h.OrderCreationDateTime::DATE
FROM raw.scm_sales_order_headers h
LEFT JOIN scm_lines l ON l.number = h.SalesOrderNumber
WHERE h.row_company = $company
"""
