"""The raw frames that a task's mapping works on: its source, and everything it may refer to."""

from collections.abc import Iterable

import polars as pl

from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.model import KEY_CLAIMS
from p2c_assets.warehouse import current, line_numbers
from p2c_assets.warehouse.database import Database

NUMBERED = {"quotedetails": "quoteid", "salesorderdetails": "salesorderid"}
"""Sales lines that get a number of ours where they have none, with the column that holds their document."""


def frames(database: Database, names: Iterable[str], company: str) -> dict[str, pl.DataFrame]:
    """Frames by name (`sales.accounts`), with the rows of all companies: the mapping cuts them itself.

    Lines of the company that have no number get one first; lines bring it as `assigned_line_number` where it counts.
    """
    return {name: _frame(database, name, company) for name in names}


def peeked(database: Database, names: Iterable[str], company: str) -> dict[str, pl.DataFrame]:
    """The frames as the next mapping will see them, for those who only look: numbers given to lines are not kept."""
    with database.transaction(undone=True):
        return frames(database, names, company)


def _frame(database: Database, name: str, company: str) -> pl.DataFrame:
    if name == KEY_CLAIMS:
        return current.rows(database, "scm_key_claims")
    entity = ENTITIES[name]
    if entity.name not in NUMBERED:
        return current.rows(database, entity.table)
    line_numbers.assign(database, entity.table, NUMBERED[entity.name], company)
    return database.frame(line_numbers.numbered_sql(entity.table, NUMBERED[entity.name]))
