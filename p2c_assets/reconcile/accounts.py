"""Accounts against customers that are organisations: by number, with the credit limit as the money compared.

A row per account and per customer of the company. Customers that SCM's own people keep (IsExternallyMaintained No) belong to
SCM alone and are explained as such.
"""

SIDES = """
SELECT 'sales' AS side, 'accounts_to_customers' AS task, a.row_id AS source_id, a.accountnumber AS key,
       coalesce(c.isocurrencycode, $currency) AS currency, coalesce(a.creditlimit, 0) AS amount,
       coalesce(a.creditlimit, 0) AS net,
       true AS adds_up, false AS in_flight, NULL::VARCHAR AS born_here, a.row_id, NULL::DATE AS day
FROM raw.sales_accounts a
LEFT JOIN currencies c ON c.transactioncurrencyid = a.transactioncurrencyid
WHERE a.row_company = $company
UNION ALL
SELECT 'scm', 'accounts_to_customers', NULL, CustomerAccount, SalesCurrencyCode, coalesce(CreditLimit, 0),
       coalesce(CreditLimit, 0), true, false,
       CASE WHEN IsExternallyMaintained IS DISTINCT FROM 'Yes' THEN 'customer_kept_in_scm' END, row_id, NULL
FROM raw.scm_customers_v2
WHERE row_company = $company AND PartyType = 'Organization'
"""
