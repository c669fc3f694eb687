"""SCM's second reader: exports of data packages under change tracking, for entities with many rows.

    id of the execution stored -> export -> package -> rows and "applied" stored together

What an export brings is brought once: the next one starts behind it. So the id is stored before the export is asked for; after
a crash the same execution is looked up, and its package applied. Where a package is lost, everything is read by pages. Since
every change after the last export comes with the next one, a read by pages at any time makes up for a lost package, if
that package's export has ended before.
A package tells nothing of deletions: from time to time the keys are read and compared. They also tell a first package that
is whole, which it is for a project that never ran, from one that is not.
Source: data-entities/entity-change-track.md; data-entities/data-management-api.md; finops.md 3.4.
"""

import hashlib
import json
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

import polars as pl

from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.finops.package_file import UnreadablePackageError, rows_of
from p2c_assets.connectors.finops.packages import PackageLostError
from p2c_assets.extraction import frames
from p2c_assets.extraction.cells import UnreadableCellError, odata_rows
from p2c_assets.extraction.changes import Read
from p2c_assets.extraction.reader import Reading, company_of, read_all, read_ids
from p2c_assets.mappings.schema import Entity
from p2c_assets.warehouse import bookmarks, raw_log
from p2c_assets.warehouse.bookmarks import Bookmark
from p2c_assets.warehouse.raw_log import Change, Deleted

FIRST = "data package of everything: the first one"
CHANGED = "data package of what changed"
COMPARED = "; deletions by comparing keys"
TAKEN_UP = ", after the package that an earlier run left"


class Project(NamedTuple):
    """A data project that exports one entity of one company, and how it is read.

    `keys_every`: with every so manieth read keys are compared. `wait_s`: how long an export may take.
    """

    name: str
    keys_every: int
    wait_s: float


class Position(NamedTuple):
    """Where a project's packages were read to.

    `applied`: the execution's rows are in `raw`. `whole`: there was a whole read before. `reads`: packages since keys were
    compared.
    """

    execution: str
    applied: bool
    whole: bool
    reads: int


class _Subject(NamedTuple):
    """What is read: an entity of a company, by a project; `shape` is that of the bookmark."""

    reading: Reading
    client: FinopsClient
    entity: Entity
    company: str
    project: Project
    shape: str


async def read_packages(reading: Reading, client: FinopsClient, entity: Entity, company: str, project: Project) -> Read:
    """Bring `raw` up to date with an entity of a company by its project's packages; by pages where one is lost.

    Raises PermanentError when the system refuses us, TransientError when it cannot be reached or an export takes too long: the
    next read takes it up.
    """
    subject = _Subject(reading, client, entity, company, project, _shape(entity, project))
    try:
        return await _by_packages(subject)
    except (PackageLostError, UnreadablePackageError, UnreadableCellError) as error:
        applied = _bookmark(subject, Position("", applied=True, whole=True, reads=0))
        change = await read_all(reading, client, entity, company, applied)
        return Read(change, f"everything of the company, by pages: {error}", None)


async def _by_packages(subject: _Subject) -> Read:
    position = _position(subject)
    if position is None:
        position = Position("", applied=True, whole=False, reads=0)
    left = Change(0, 0, 0, 0)
    taken_up = not position.applied
    if taken_up:
        left = await _apply(subject, position)
        position = position._replace(whole=True, reads=subject.project.keys_every)
    begun = position._replace(execution=f"p2c-{uuid4()}", applied=False)
    bookmarks.put(
        subject.reading.database, subject.entity.table, subject.company, _bookmark(subject, begun), *_by(subject)
    )
    await subject.client.packages.export(subject.project.name, subject.company, begun.execution)
    change = await _apply(subject, begun)
    reader = (CHANGED if begun.whole else FIRST) + (COMPARED if _compares(subject, begun) else "")
    return Read(_sum(left, change), reader + (TAKEN_UP if taken_up else ""), None)


async def _apply(subject: _Subject, position: Position) -> Change:
    """The rows of an execution's package into `raw`, and where they are due the keys compared."""
    content = await subject.client.packages.content(position.execution, subject.project.wait_s)
    rows, gone = _frame(subject, content), frozenset[str]()
    applied = position._replace(applied=True, whole=True, reads=position.reads + 1)
    if _compares(subject, position):
        rows, gone = await _compared(subject, rows, whole=position.whole)
        applied = applied._replace(reads=0)
    return raw_log.store(
        subject.reading.database,
        subject.entity.table,
        rows,
        Deleted(sorted(gone), subject.company),
        *_by(subject),
        _bookmark(subject, applied),
    )


def _compares(subject: _Subject, position: Position) -> bool:
    return not position.whole or position.reads + 1 >= subject.project.keys_every


async def _compared(subject: _Subject, rows: pl.DataFrame, *, whole: bool) -> tuple[pl.DataFrame, AbstractSet[str]]:
    """Rows that are still there, and ids of `raw` that are not. Raises PackageLostError where rows are missing."""
    there = await read_ids(subject.reading, subject.client, subject.entity, subject.company)
    brought, held = frozenset(rows["row_id"]), _held(subject)
    missing = there - brought - held if whole else there - brought
    if missing:
        what = "no package has brought" if whole else "the first package did not bring"
        raise PackageLostError(f"SCM has {len(missing)} rows that {what}")
    return rows.filter(pl.col("row_id").is_in(there)), held - there


def _held(subject: _Subject) -> AbstractSet[str]:
    sql = f"SELECT row_id FROM raw.{subject.entity.table} WHERE row_company = ?"
    database = subject.reading.database
    if not database.has_table("raw", subject.entity.table):
        return frozenset()
    return frozenset(str(row_id) for (row_id,) in database.rows(sql, [subject.company]))


def _frame(subject: _Subject, content: bytes) -> pl.DataFrame:
    rows = odata_rows(subject.entity, subject.company, rows_of(content))
    return frames.frame(subject.entity, rows, company_of(subject.entity, subject.reading.companies))


def _position(subject: _Subject) -> Position | None:
    known = bookmarks.find(subject.reading.database, subject.entity.table, subject.company)
    if known is None or known.shape != subject.shape:
        return None
    return Position(**json.loads(known.position))


def _bookmark(subject: _Subject, position: Position) -> Bookmark:
    return Bookmark(json.dumps(position._asdict()), subject.shape)


def _by(subject: _Subject) -> tuple[str, datetime]:
    return subject.reading.run, subject.reading.now


def _shape(entity: Entity, project: Project) -> str:
    """Another project, or other columns: what was read before does not count."""
    names = ",".join((project.name, *(column.name for column in entity.columns)))
    return hashlib.md5(names.encode(), usedforsecurity=False).hexdigest()


def _sum(one: Change, other: Change) -> Change:
    return Change(*(first + second for first, second in zip(one, other, strict=True)))
