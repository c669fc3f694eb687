"""Contacts against contact persons and against customers that are persons: by number, with the credit limit as the money.

Every contact stands twice on the Sales side, once for each task that could carry it; the task that does not is explained by
its filter.
"""

_CONTACTS = """
SELECT 'sales' AS side, '{task}' AS task, p.row_id AS source_id, '{kind} ' || p.msdynce_contactnumber AS key,
       {currency} AS currency, {amount} AS amount, {amount} AS net, true AS adds_up, false AS in_flight,
       NULL::VARCHAR AS born_here, p.row_id, NULL::DATE AS day
FROM raw.sales_contacts p
LEFT JOIN currencies c ON c.transactioncurrencyid = p.transactioncurrencyid
WHERE p.row_company = $company
"""

SIDES = f"""
{_CONTACTS.format(task="contacts_to_contact_persons", kind="person", currency="$currency", amount="0")}
UNION ALL
{
    _CONTACTS.format(
        task="contacts_to_customers",
        kind="customer",
        currency="coalesce(c.isocurrencycode, $currency)",
        amount="coalesce(p.creditlimit, 0)",
    )
}
UNION ALL
SELECT 'scm', 'contacts_to_contact_persons', NULL, 'person ' || ContactPersonPartyNumber, $currency, 0, 0, true, false,
       CASE WHEN IsContactPersonExternallyMaintained IS DISTINCT FROM 'Yes' THEN 'contact_person_kept_in_scm' END,
       row_id, NULL
FROM raw.scm_contact_persons WHERE row_company = $company
UNION ALL
SELECT 'scm', 'contacts_to_customers', NULL, 'customer ' || CustomerAccount, SalesCurrencyCode, coalesce(CreditLimit, 0),
       coalesce(CreditLimit, 0), true, false,
       CASE WHEN IsExternallyMaintained IS DISTINCT FROM 'Yes' THEN 'customer_kept_in_scm' END, row_id, NULL
FROM raw.scm_customers_v2 WHERE row_company = $company AND PartyType = 'Person'
"""
