"""Released products against Sales' price list items: by product number, with the list price as the money compared.

The Sales side is the item of a product's default unit in the company's price list, which is the one named in the settings,
else the first valid one by name that has the company's currency (source: MicrosoftDocs products-template-mapping-direct).
"""

from p2c_assets.mappings.folding import folded_sql

SIDES = f"""
SELECT 'sales' AS side, 'sellable_products_to_products' AS task, NULL AS source_id, p.productnumber AS key,
       $currency AS currency, i.amount AS amount, i.amount AS net, true AS adds_up, false AS in_flight,
       CASE WHEN p.msdynce_ismaintainedexternally IS DISTINCT FROM true THEN 'product_kept_in_sales'
            WHEN EXISTS (SELECT 1 FROM raw.scm_key_claims k JOIN price_lists o ON o.company = k.company
                         WHERE k.entity = 'sellable_released_products' AND k.company <> $company
                         AND {folded_sql("k.key")} = {folded_sql("p.productnumber")} AND o.pricelevelid = i.pricelevelid)
            THEN 'price_of_other_company' END AS born_here, i.row_id, NULL::DATE AS day
FROM raw.sales_productpricelevels i
JOIN raw.sales_products p ON p.productid = i.productid AND p.defaultuomid = i.uomid
JOIN price_lists l ON l.pricelevelid = i.pricelevelid AND l.company = $company
UNION ALL
SELECT 'scm', 'sellable_products_to_products', row_id, ProductNumber, CurrencyCode, SalesPrice, SalesPrice, true, false, NULL,
       row_id, NULL
FROM raw.scm_sellable_released_products WHERE row_company = $company
"""
