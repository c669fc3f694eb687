"""Key claims: which company holds which number, where Sales has one number for all companies.

SCM numbers documents per company and releases products per company; Sales keys are not per company. One cross-company read
of the keys alone tells, whichever company runs first, that two of them want the same Sales row.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from p2c_assets.connectors.protocol import SystemClient
from p2c_assets.extraction.reader import Reading, read_claims
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse import current
from p2c_assets.warehouse.database import Database


class Claim(NamedTuple):
    """The key that Sales knows, and the columns by which companies may disagree about one product."""

    key: str
    name: str | None = None
    unit: str | None = None


CLAIMED: Mapping[str, Claim] = {
    "sellable_released_products": Claim("ProductNumber", "ProductName", "SalesUnitSymbol"),
    "sales_order_headers": Claim("SalesOrderNumber"),
    "sales_invoice_headers": Claim("InvoiceNumber"),
}

_CREATE = """
CREATE TABLE IF NOT EXISTS raw.scm_key_claims (
    entity VARCHAR, company VARCHAR, key VARCHAR, name VARCHAR, unit VARCHAR)
"""


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(_CREATE)


async def read_and_store_claims(reading: Reading, client: SystemClient, entity: Entity) -> None:
    """Replace the entity's claims by those of this moment, of all configured companies."""
    claim = CLAIMED[entity.name]
    columns = [name for name in claim if name is not None]
    rows = (await read_claims(reading, client, entity, columns)).unique(maintain_order=True)
    claims = rows.select(
        pl.lit(entity.name).alias("entity"),
        pl.col("company"),
        pl.col(claim.key).alias("key"),
        _column(rows.columns, claim.name).alias("name"),
        _column(rows.columns, claim.unit).alias("unit"),
    )
    with reading.database.given("claims", claims), reading.database.transaction():
        reading.database.run("DELETE FROM raw.scm_key_claims WHERE entity = ?", [entity.name])
        reading.database.run("INSERT INTO raw.scm_key_claims BY NAME SELECT * FROM claims")
        current.changed(reading.database, "scm_key_claims")


def are_outdated(database: Database, entity: Entity, company: str) -> bool:
    """Whether `raw` has keys of the company that the claims lack, or other names and units, or the claims have more."""
    claim = CLAIMED[entity.name]
    columns = ", ".join(f"coalesce({name}, '')" if name else "''" for name in claim)
    raw = f"SELECT {columns} FROM raw.{entity.table} WHERE row_company = ?"
    columns = ", ".join(f"coalesce({column}, '')" for column in Claim._fields)
    claimed = f"SELECT {columns} FROM raw.scm_key_claims WHERE entity = ? AND company = ?"
    found = f"SELECT count(*) FROM (({raw} EXCEPT {claimed}) UNION ALL ({claimed} EXCEPT {raw}))"
    return database.value(found, [company, entity.name, company, entity.name, company, company]) != 0


def _column(columns: Sequence[str], name: str | None) -> pl.Expr:
    return pl.col(name) if name in columns and name is not None else pl.lit(None, dtype=pl.String)
