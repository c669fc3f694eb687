"""Bookmarks: up to where a system's changes were read, one per entity and company (`-` for all companies at once).

A bookmark is stored in the same transaction as the rows that it stands behind (see `raw_log.store`): after a crash either
both are there or neither, so that no change is skipped and one that comes again does no harm.
"""

from datetime import datetime
from typing import NamedTuple

from p2c_assets.warehouse.database import Database

EVERY_COMPANY = "-"

_CREATE = """
CREATE TABLE IF NOT EXISTS raw_log.bookmarks (
    entity VARCHAR, company VARCHAR, position VARCHAR, shape VARCHAR, run VARCHAR, stored_utc TIMESTAMPTZ,
    PRIMARY KEY (entity, company));
"""


class Bookmark(NamedTuple):
    """`position`: what the system wants to hear next time (a delta link, an execution id). `shape`: for which columns."""

    position: str
    shape: str


def prepare(database: Database) -> None:
    """Create the table where it is not there yet."""
    database.run(_CREATE)


def find(database: Database, entity: str, company: str | None = None) -> Bookmark | None:
    """The bookmark of an entity's table, if there is one."""
    rows = database.rows(
        "SELECT position, shape FROM raw_log.bookmarks WHERE entity = ? AND company = ?",
        [entity, company or EVERY_COMPANY],
    )
    return Bookmark(str(rows[0][0]), str(rows[0][1])) if rows else None


def put(database: Database, entity: str, company: str | None, bookmark: Bookmark, run: str, now: datetime) -> None:
    """Replace the bookmark; to be called inside the transaction that stores its rows."""
    database.run(
        "INSERT OR REPLACE INTO raw_log.bookmarks VALUES (?, ?, ?, ?, ?, ?)",
        [entity, company or EVERY_COMPANY, bookmark.position, bookmark.shape, run, now],
    )


def forget(database: Database, entity: str, company: str | None = None) -> None:
    """The next read is a full one."""
    database.run("DELETE FROM raw_log.bookmarks WHERE entity = ? AND company = ?", [entity, company or EVERY_COMPANY])
