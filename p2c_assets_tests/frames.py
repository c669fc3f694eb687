"""Raw frames for tests, built from dicts: what is not given is null, and the row_* columns follow from the rest."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from p2c_assets.mappings.catalogue import ENTITIES, tasks
from p2c_assets.mappings.model import KEY_CLAIMS
from p2c_assets.mappings.schema import ColumnType, Entity
from p2c_assets.settings import Company, MappingSettings
from p2c_assets.transforms.apply import apply
from p2c_assets.transforms.columns import TYPES

Row = Mapping[str, Any]

USMF = Company(
    id="usmf", business_unit="bu-us", owner_team="team-us", currency="USD", blank_country="US", price_list=None
)
DEMF = Company(id="demf", business_unit="bu-de", owner_team="team-de", currency="EUR", language="de")
FRSI = Company(id="frsi", business_unit="bu-fr", owner_team="team-fr", currency="EUR", language="fr")
SETTINGS = MappingSettings(companies=(USMF, DEMF, FRSI))

CLAIM_COLUMNS = ("entity", "company", "key", "name", "unit")
ROW_COLUMNS = ("row_id", "row_version", "row_company", "row_flaws")


def raw(entity: Entity, rows: Sequence[Row], company: str | None = "usmf") -> pl.DataFrame:
    """Rows of one entity, those of `company` unless a row says `row_company` itself."""
    return pl.DataFrame([_row(entity, row, company) for row in rows], schema=raw_schema(entity), orient="row")


def raw_schema(entity: Entity) -> dict[str, Any]:
    """The columns that extraction gives the raw frame of an entity."""
    schema: dict[str, Any] = dict.fromkeys(ROW_COLUMNS, pl.String)
    for column in entity.columns:
        schema[column.name] = TYPES[column.type]
        if column.is_polymorphic:
            schema[f"{column.name}_type"] = pl.String
    return schema


def _row(entity: Entity, row: Row, company: str | None) -> dict[str, Any]:
    unknown = set(row) - set(raw_schema(entity))
    assert not unknown, f"{entity.reference} has no {unknown}"
    values: dict[str, Any] = dict.fromkeys(raw_schema(entity))
    values |= {name: _exact(entity, name, value) for name, value in row.items()}
    values["row_company"] = row.get("row_company", company if entity.company_column else None)
    values["row_id"] = row.get("row_id") or _row_id(entity, values)
    values["row_version"] = row.get("row_version", "v1")
    return values


def _row_id(entity: Entity, values: Row) -> str:
    return "|".join(str(values[name]) for name in entity.key if name != "dataAreaId")


def _exact(entity: Entity, name: str, value: Any) -> Any:
    is_decimal = name in entity.by_name and entity.column(name).type is ColumnType.DECIMAL
    return Decimal(str(value)) if is_decimal and value is not None else value


def claims(*rows: tuple[str, ...]) -> pl.DataFrame:
    """Key claims: (entity, company, key[, name, unit])."""
    return pl.DataFrame(
        [(*row, *("",) * (5 - len(row))) for row in rows],
        schema=[(name, pl.String) for name in CLAIM_COLUMNS],
        orient="row",
    )


def mapped(
    task: str,
    rows: Mapping[str, Sequence[Row]],
    company: Company = USMF,
    settings: MappingSettings = SETTINGS,
    claimed: Sequence[tuple[str, ...]] = (),
    today: date | None = None,
) -> list[dict[str, Any]]:
    """A task applied to rows by frame name (`sales.accounts`); frames that are not given are empty."""
    found = tasks(settings)[task]
    inputs = {name: raw(ENTITIES[name], rows.get(name, ())) for name in found.inputs if name != KEY_CLAIMS}
    inputs[KEY_CLAIMS] = claims(*claimed)
    return apply(found, inputs, company, settings, today).to_dicts()


def chosen(row: Row, *names: str) -> dict[str, Any]:
    """Some columns of a row, decimals without the zeros that only their scale brings."""
    return {name: _short(row[name]) for name in names}


def _short(value: Any) -> Any:
    return value.normalize() if isinstance(value, Decimal) and value else value
