"""What the comparison of a company has to know of the settings, and the tables that SQL finds it in."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from p2c_assets.mappings.folding import folded, folded_sql
from p2c_assets.warehouse.database import Database


class NamedList(NamedTuple):
    """The price list that the settings name for a company; None: the first valid one of its currency, by name."""

    company: str
    currency: str
    name: str | None


class Side(NamedTuple):
    """One company. `price_lists`: of every configured company; `currencies`: the value map, Sales' code -> SCM's."""

    company: str
    currency: str
    prefix: str
    today: date
    price_lists: tuple[NamedList, ...] = ()
    currencies: Mapping[str, str] = MappingProxyType({})

    @contextmanager
    def known_to(self, database: Database) -> Generator[None]:
        """Make `named_lists` and `currency_codes` readable while the block runs."""
        lists = pl.DataFrame(self.price_lists, schema=dict.fromkeys(NamedList._fields, pl.String), orient="row")
        codes = [(folded(own), code.upper()) for own, code in self.currencies.items()]
        frame = pl.DataFrame(codes, schema={"own": pl.String, "code": pl.String}, orient="row")
        with database.given("named_lists", lists), database.given("currency_codes", frame):
            yield


CURRENCIES = f"""
SELECT t.transactioncurrencyid, coalesce(m.code, upper(trim(t.isocurrencycode))) AS isocurrencycode
FROM raw.sales_transactioncurrencies t
LEFT JOIN currency_codes m ON m.own = {folded_sql("t.isocurrencycode")}
"""
"""Sales' currencies under the codes that SCM has for them."""

PRICE_LISTS = f"""
SELECT n.company, l.pricelevelid
FROM named_lists n
JOIN raw.sales_transactioncurrencies c ON {folded_sql("c.isocurrencycode")} = {folded_sql("n.currency")}
JOIN raw.sales_pricelevels l ON l.transactioncurrencyid = c.transactioncurrencyid
WHERE l.statecode = 0 AND coalesce(l.begindate <= $today, true) AND coalesce(l.enddate >= $today, true)
  AND coalesce({folded_sql("l.name")} = {folded_sql("n.name")}, true)
QUALIFY row_number() OVER (PARTITION BY n.company ORDER BY l.name, l.row_id) = 1
"""
"""The price list of each company: source: MicrosoftDocs products-template-mapping-direct (the first valid one by name)."""
