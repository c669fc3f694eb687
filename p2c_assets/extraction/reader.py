"""Reading a system into `raw`: everything of an entity, everything of one company, or just some keys.

Takes a connector's pages, makes frames of them and hands them to the raw log. Which rows a read should have found (its
scope) is known here, and with it what has been deleted. What happens to the rows afterwards is not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl

from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.protocol import KeyColumn, Kind, Query, SystemClient
from p2c_assets.extraction import frames
from p2c_assets.mappings.schema import Column, ColumnType, Entity
from p2c_assets.settings import Company
from p2c_assets.warehouse import raw_log
from p2c_assets.warehouse.bookmarks import Bookmark
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.raw_log import Change, Scope

_KINDS: Mapping[ColumnType, Kind] = {
    ColumnType.GUID: "guid",
    ColumnType.LOOKUP: "guid",
    ColumnType.INTEGER: "integer",
    ColumnType.CHOICE: "integer",
    ColumnType.DECIMAL: "decimal",
    ColumnType.DATE: "datetime",
    ColumnType.DATETIME: "datetime",
}


class Reading(NamedTuple):
    """One run's way of reading: the open file, the companies, and what the log says about who read when."""

    database: Database
    companies: Mapping[str, Company]
    run: str
    now: datetime


async def read_all(
    reading: Reading,
    client: SystemClient,
    entity: Entity,
    company: str | None = None,
    bookmark: Bookmark | None = None,
) -> Change:
    """Every row of an entity; of one company where one is named (an SCM entity always is)."""
    _, rows, scope = await find_all(reading, client, entity, company)
    return raw_log.store(reading.database, entity.table, rows, scope, reading.run, reading.now, bookmark)


async def read_ids(reading: Reading, client: SystemClient, entity: Entity, company: str) -> frozenset[str]:
    """The `row_id` of every row of a company in SCM, by a read of nothing but the keys."""
    keys = replace(entity, columns=tuple(entity.column(name) for name in entity.key))
    of = company_of(keys, reading.companies)
    query = query_of(keys, company, reading.companies)
    return frozenset(
        [row_id async for page in client.pages(query) for row_id in frames.frame(keys, page, of)["row_id"]]
    )


class Found(NamedTuple):
    """What a read of an entity brought, and which rows it should have brought; not stored yet."""

    entity: Entity
    rows: pl.DataFrame
    scope: Scope


async def find_all(reading: Reading, client: SystemClient, entity: Entity, company: str | None) -> Found:
    """Every row of an entity; of one company where one is named."""
    query = query_of(entity, company, reading.companies)
    return await _find(reading, client, entity, [query], Scope(company if entity.company_column else None))


async def find_keys(
    reading: Reading, client: SystemClient, entity: Entity, column: str, values: Sequence[str], company: str | None
) -> Found:
    """Every row whose `column` is one of the values; rows that `raw` has and the system has not are deleted there."""
    query = query_of(entity, company if entity.system == "scm" else None, reading.companies)
    wire = KeyColumn(wire_name(entity.column(column)), kind(entity.column(column)))
    filters = client.key_filters([wire], [(value,) for value in dict.fromkeys(values)])
    scope = Scope(company if entity.company_column else None, column, values)
    return await _find(reading, client, entity, [query._replace(filter=text) for text in filters], scope)


def store(reading: Reading, found: Sequence[Found]) -> list[Change]:
    """Bring `raw` up to what was found, all or nothing: a document's header is never there without its lines."""
    with reading.database.transaction():
        return [
            raw_log.store(reading.database, one.entity.table, one.rows, one.scope, reading.run, reading.now)
            for one in found
        ]


async def read_told(
    reading: Reading, client: FinopsClient, entity: Entity, company: str, keys: Sequence[str]
) -> Change:
    """The rows of a company whose first key column is one of the keys, in one request; those that are gone are deleted.

    Source: finops.md 7.3 (events as a signal, then a keyed read), 2.9 (a batch counts as one request).
    """
    column = key_columns(entity)[0]
    query = query_of(entity, company, reading.companies)
    filters = client.key_filters([column], [(key,) for key in keys])
    pages = await client.pages_at_once([query._replace(filter=text) for text in filters])
    of = company_of(entity, reading.companies)
    rows = frames.concatenate(entity, [frames.frame(entity, page, of) for page in pages])
    scope = Scope(company, column.name, keys)
    return raw_log.store(reading.database, entity.table, rows, scope, reading.run, reading.now)


async def read_claims(reading: Reading, client: SystemClient, entity: Entity, columns: Sequence[str]) -> pl.DataFrame:
    """The given columns of every configured company's rows in one cross-company read, one row per company and key."""
    query = Query(
        entity.entity_set,
        ("dataAreaId", *columns),
        keyset=key_columns(entity),
        companies=tuple(reading.companies),
    )
    rows = [row async for page in client.pages(query) for row in page]
    schema = {"company": pl.String, **dict.fromkeys(columns, pl.String)}
    return pl.DataFrame([_claim(row, columns) for row in rows], schema=schema, orient="row")


def _claim(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    return (str(row["dataAreaId"]).lower(), *(str(row.get(name) or "") for name in columns))


async def _find(
    reading: Reading, client: SystemClient, entity: Entity, queries: Sequence[Query], scope: Scope
) -> Found:
    of = company_of(entity, reading.companies)
    pages = [frames.frame(entity, page, of) for query in queries async for page in client.pages(query)]
    return Found(entity, frames.concatenate(entity, pages), scope)


def query_of(entity: Entity, company: str | None, companies: Mapping[str, Company]) -> Query:
    """Everything of an entity, with the columns that its frame has; of one company where one is named."""
    select = tuple(wire_name(column) for column in entity.columns)
    if entity.system == "scm":
        return Query(entity.entity_set, select, keyset=key_columns(entity), companies=(company,) if company else ())
    owned = company is not None and entity.company_column is not None
    unit = f"_owningbusinessunit_value eq {companies[company].business_unit}" if owned and company else None
    return Query(entity.entity_set, select, filter=unit)


def key_columns(entity: Entity) -> tuple[KeyColumn, ...]:
    """An entity's key as a connector wants it: with the literals' kinds, without the company."""
    names = [name for name in entity.key if name != "dataAreaId"]
    return tuple(KeyColumn(name, kind(entity.column(name))) for name in names)


def wire_name(column: Column) -> str:
    """The name a column has in a read: lookups of Sales are read as `_name_value`."""
    return f"_{column.name}_value" if column.lookup is not None else column.name


def kind(column: Column) -> Kind:
    """How a column's values are written in a filter."""
    return _KINDS.get(column.type, "text")


def company_of(entity: Entity, companies: Mapping[str, Company]) -> Callable[[Mapping[str, Any]], str | None]:
    """How a row's converted values tell its company."""
    if entity.company_column is None:
        return lambda _row: None
    if entity.system == "scm":
        return lambda row: str(row["dataAreaId"]).lower()
    by_unit = {company.business_unit.lower(): company.id for company in companies.values()}
    return lambda row: by_unit.get(row["owningbusinessunit"])
