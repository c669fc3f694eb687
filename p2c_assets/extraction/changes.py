"""Reading what changed: Sales by delta links, one for each table.

The link is stored with the rows that it brought. Without one, with one for other columns, or with one that the system no
longer knows, everything is read again and what is not found is gone. A table whose changes the system does not keep is read
whole each time.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from p2c_assets.connectors.protocol import Changes, ExpiredLinkError, NotTrackedError, Query, SystemClient
from p2c_assets.extraction import frames
from p2c_assets.extraction.reader import Reading, company_of, query_of, read_all
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse import bookmarks, raw_log
from p2c_assets.warehouse.bookmarks import Bookmark
from p2c_assets.warehouse.raw_log import Change, Deleted, Scope

DELTA = "delta link: only what changed"
ASKED = "everything, by pages with a new delta link: a full read was asked for"
FIRST = "everything, by pages with a new delta link: there was none yet"
RESHAPED = "everything, by pages with a new delta link: the last one was for other columns"
UNTRACKED = Bookmark("", "change tracking is not enabled")
"""Stands where a table has no link, so that only a full read asks again whether it has one now."""
NOT_TRACKED = "everything, by pages: change tracking is not enabled for this table"


class Read(NamedTuple):
    """What a read brought, which reader it was and why, and the link for the next one."""

    change: Change
    reader: str
    link: str | None


async def read_changes(reading: Reading, client: SystemClient, entity: Entity, *, full: bool) -> Read:
    """Bring `raw` up to date with a Sales table: by its delta link, or whole where `full` asks for it or nothing else helps.

    Raises PermanentError when the system refuses the read, TransientError when it cannot be reached.
    """
    query = query_of(entity, None, reading.companies)
    known = bookmarks.find(reading.database, entity.table)
    why = _why_everything(known, query, full)
    if known == UNTRACKED and not full:
        return Read(await read_all(reading, client, entity), NOT_TRACKED, None)
    if known is not None and why is None:
        try:
            return await _since(reading, client, entity, query, known)
        except ExpiredLinkError as error:
            why = f"everything, by pages with a new delta link: the last one has expired ({error})"
    try:
        return await _everything(reading, client, entity, query, why or FIRST)
    except NotTrackedError:
        bookmarks.put(reading.database, entity.table, None, UNTRACKED, reading.run, reading.now)
        return Read(await read_all(reading, client, entity), NOT_TRACKED, None)


def _why_everything(known: Bookmark | None, query: Query, full: bool) -> str | None:
    if full:
        return ASKED
    if known is None:
        return FIRST
    return None if known.shape == _shape(query) else RESHAPED


async def _since(reading: Reading, client: SystemClient, entity: Entity, query: Query, known: Bookmark) -> Read:
    pages = [page async for page in client.changes(query, known.position)]
    gone = [key.lower() for page in pages for key in page.deleted]
    link = _link(pages, entity)
    return Read(_store(reading, entity, query, pages, Deleted(gone), link), DELTA, link)


async def _everything(reading: Reading, client: SystemClient, entity: Entity, query: Query, why: str) -> Read:
    """All rows; where they took more than one page, at once what changed meanwhile."""
    pages = [page async for page in client.changes(query, None)]
    link = _link(pages, entity)
    change = _store(reading, entity, query, pages, Scope(), link)
    if len(pages) == 1:
        return Read(change, why, link)
    late = await _since(reading, client, entity, query, Bookmark(link, _shape(query)))
    return Read(_sum(change, late.change), why, late.link)


def _store(
    reading: Reading, entity: Entity, query: Query, pages: Sequence[Changes], scope: Scope | Deleted, link: str
) -> Change:
    of = company_of(entity, reading.companies)
    rows = frames.concatenate(entity, [frames.frame(entity, page.rows, of) for page in pages])
    bookmark = Bookmark(link, _shape(query))
    return raw_log.store(reading.database, entity.table, rows, scope, reading.run, reading.now, bookmark)


def _link(pages: Sequence[Changes], entity: Entity) -> str:
    """Raises NotTrackedError where the system took the request for changes as one for rows."""
    link = pages[-1].link if pages else None
    if link is None:
        raise NotTrackedError(f"{entity.entity_set}: the last page of changes has no delta link")
    return link


def _shape(query: Query) -> str:
    return hashlib.md5(",".join(query.select).encode(), usedforsecurity=False).hexdigest()


def _sum(one: Change, other: Change) -> Change:
    return Change(*(first + second for first, second in zip(one, other, strict=True)))
