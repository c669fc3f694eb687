"""Both sides of every flow as one table, under the keys that make pairs of them.

A flow's module gives the rows: one per record of either system. What they share (numbers without prefix, currencies under
SCM's codes, price lists) is put around them here, and what the journal says was delivered.
"""

import polars as pl

from p2c_assets.mappings.folding import folded_sql
from p2c_assets.reconcile import accounts, contacts, invoices, orders, products, quotes
from p2c_assets.reconcile.numbers import SCM_NUMBERS, bare
from p2c_assets.reconcile.side import CURRENCIES, PRICE_LISTS, Side
from p2c_assets.warehouse.database import Database

DELIVERED = {
    "accounts": {"scm/customers_from_accounts": "document"},
    "contacts": {
        "scm/contact_persons": "'person ' || split_part(document, '|', 1)",
        "scm/customers_from_contacts": "'customer ' || document",
    },
    "products": {},
    "quotes": {"scm/sales_quotations": "document"},
    "orders": {"scm/sales_orders": "document", "sales/sales_orders": bare("document")},
    "invoices": {"sales/invoices": bare("document")},
}
"""Per flow the units that deliver it, with what makes a pair's key of their documents. An invoice's key has its date too."""

KEYS = {**DELIVERED, "products": {"sales/products": "document"}}
"""The same with products, of which Sales may lack an item without having lost it."""

SIDES = {
    "accounts": accounts.SIDES,
    "contacts": contacts.SIDES,
    "products": products.SIDES,
    "quotes": quotes.SIDES,
    "orders": orders.SIDES,
    "invoices": invoices.SIDES,
}

_SIDES = """
WITH scm_numbers AS ({scm_numbers}),
currencies AS ({currencies}),
price_lists AS ({price_lists}),
sides AS (SELECT *, {folded_key} AS folded FROM ({sides}))"""


def observed(database: Database, unit: str, flow: str, side: Side) -> pl.DataFrame:
    """What the destination of a unit holds of its delivered slice: columns key (folded), net, outcome; one row per key."""
    sales, table = unit.startswith("sales/"), unit.replace("/", "_")
    if not database.has_table("delivered", table):
        return pl.DataFrame(schema={"key": pl.String, "net": pl.Decimal(38, 4), "outcome": pl.String})
    sql = f"""
    {sides(flow)},
    documents AS (SELECT {folded_sql(KEYS[flow][unit])} AS key, any_value(outcome) AS outcome
                  FROM delivered.{table} WHERE company = $company GROUP BY 1 HAVING count(*) = 1)
    SELECT s.folded AS key, any_value(s.net)::DECIMAL(38, 4) AS net, any_value(d.outcome) AS outcome
    FROM sides s JOIN documents d ON d.key = {"split_part(s.folded, ' ', 1)" if flow == "invoices" else "s.folded"}
    WHERE s.side = '{"sales" if sales else "scm"}' GROUP BY 1 HAVING count(*) = 1
    """
    with side.known_to(database):
        return query(database, sql, flow, side)


def query(database: Database, sql: str, flow: str, side: Side) -> pl.DataFrame:
    """Run a query with those of the named parameters that it uses."""
    named: dict[str, object] = {
        "flow": flow,
        "company": side.company,
        "currency": side.currency,
        "prefix": side.prefix,
        "today": side.today,
        "units": list(KEYS[flow]),
    }
    used = {name: value for name, value in named.items() if f"${name}" in sql}
    return database.connection.execute(sql, used).pl()


def sides(flow: str) -> str:
    """The beginning of a query that has both sides of a flow as the table `sides`."""
    return _SIDES.format(
        scm_numbers=SCM_NUMBERS,
        currencies=CURRENCIES,
        price_lists=PRICE_LISTS,
        sides=SIDES[flow],
        folded_key=folded_sql("key"),
    )


def journal(flow: str) -> str:
    """What was delivered, by the keys that pairs have: such a record that is gone from one side was lost, not left out."""
    selects = [
        f"SELECT {folded_sql(key)} AS key FROM delivery.outbox "
        f"WHERE unit = '{unit}' AND company = $company AND state = 'delivered'"
        for unit, key in DELIVERED[flow].items()
    ]
    return " UNION ALL ".join(selects) or "SELECT NULL::VARCHAR AS key"
