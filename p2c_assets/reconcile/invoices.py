"""Posted invoices against Sales' invoices: by number and date, amounts in the document's currency."""

from p2c_assets.reconcile.numbers import bare

SIDES = f"""
WITH sales_lines AS (
    SELECT invoiceid, sum(extendedamount) AS extended FROM raw.sales_invoicedetails WHERE row_company = $company GROUP BY 1),
scm_lines AS (
    SELECT InvoiceNumber AS number, InvoiceDate AS day, sum(LineAmount) AS amount, sum(LineTotalTaxAmount) AS tax
    FROM raw.scm_sales_invoice_lines WHERE row_company = $company GROUP BY ALL)
SELECT 'sales' AS side, 'invoice_headers_to_invoices' AS task, NULL AS source_id,
       {bare("i.invoicenumber")} || ' ' || strftime(i.msdynce_invoicedate::DATE, '%Y-%m-%d') AS key,
       c.isocurrencycode AS currency, coalesce(i.totalamount, 0) AS amount,
       coalesce(i.totalamount, 0) - coalesce(i.totaltax, 0) - coalesce(i.freightamount, 0) AS net,
       coalesce(i.totalamount, 0) = coalesce(l.extended, 0) - coalesce(i.totaldiscountamount, 0)
                                    + coalesce(i.freightamount, 0) AS adds_up,
       false AS in_flight,
       CASE WHEN i.msdynce_ismaintainedexternally IS DISTINCT FROM true THEN 'invoice_kept_in_sales' END AS born_here, i.row_id,
       i.msdynce_invoicedate::DATE AS day
FROM raw.sales_invoices i
LEFT JOIN sales_lines l ON l.invoiceid = i.invoiceid
LEFT JOIN currencies c ON c.transactioncurrencyid = i.transactioncurrencyid
WHERE i.row_company = $company
UNION ALL
SELECT 'scm', 'invoice_headers_to_invoices', h.row_id, h.InvoiceNumber || ' ' || strftime(h.InvoiceDate::DATE, '%Y-%m-%d'),
       h.CurrencyCode, h.TotalInvoiceAmount, h.TotalInvoiceAmount - h.TotalTaxAmount - h.TotalChargeAmount,
       h.TotalInvoiceAmount = coalesce(l.amount, 0) - h.TotalDiscountCustomerGroupCode + h.TotalTaxAmount + h.TotalChargeAmount
         AND h.TotalTaxAmount = coalesce(l.tax, 0) + h.InvoiceHeaderTaxAmount,
       false, NULL, h.row_id, h.InvoiceDate::DATE
FROM raw.scm_sales_invoice_headers h
LEFT JOIN scm_lines l ON l.number = h.InvoiceNumber AND l.day = h.InvoiceDate
WHERE h.row_company = $company
"""
