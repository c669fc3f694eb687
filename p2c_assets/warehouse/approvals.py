"""Plans that people were shown, and what they approved: `delivery.plans`, `.plan_documents`, `.approvals`, `.approved`.

A plan gets a name when it differs from the plan before it of the same unit and company: its number and the beginning of a
hash of its content. Documents that wait are kept with the plans from which to which they waited with that content
(`to_plan` null: they still do), so that an approval is one of exactly what the named plan showed. An approval is of
fingerprints: another value here or there makes another one. It ends when the document was sent, or at `expires_utc`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from p2c_assets.warehouse.database import Database

_CREATE = """
CREATE TABLE IF NOT EXISTS delivery.plans (
    number BIGINT PRIMARY KEY, name VARCHAR UNIQUE, unit VARCHAR, flow VARCHAR, company VARCHAR, run VARCHAR,
    made_utc TIMESTAMPTZ, content VARCHAR, sent BIGINT, waiting BIGINT, guards VARCHAR[]);
CREATE TABLE IF NOT EXISTS delivery.plan_documents (
    unit VARCHAR, company VARCHAR, document VARCHAR, fingerprint VARCHAR, action VARCHAR, risk VARCHAR, hold VARCHAR,
    money_delta DECIMAL(38, 4), money_currency VARCHAR, from_plan BIGINT, to_plan BIGINT);
CREATE TABLE IF NOT EXISTS delivery.approvals (
    number BIGINT PRIMARY KEY, plan VARCHAR, unit VARCHAR, company VARCHAR, document VARCHAR, risk VARCHAR,
    approved_by VARCHAR, approved_utc TIMESTAMPTZ, expires_utc TIMESTAMPTZ, revoked_utc TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS delivery.approved (
    approval BIGINT, unit VARCHAR, company VARCHAR, document VARCHAR, fingerprint VARCHAR, used_run VARCHAR,
    used_utc TIMESTAMPTZ);
"""

WAITING_SCHEMA = {
    "document": pl.String,
    "fingerprint": pl.String,
    "action": pl.String,
    "risk": pl.String,
    "hold": pl.String,
    "money_delta": pl.Decimal(38, 4),
    "money_currency": pl.String,
}
_SAME = "i.document = d.document AND i.fingerprint = d.fingerprint AND i.hold = d.hold"
_OPEN = "d.unit = ? AND d.company = ? AND d.to_plan IS NULL"


class Made(NamedTuple):
    """Where and when a plan was made."""

    unit: str
    flow: str
    company: str
    run: str
    now: datetime


class Plan(NamedTuple):
    """A plan that has a name. `sent`: documents that it would send without waiting; `waiting`: those that wait."""

    number: int
    name: str
    unit: str
    flow: str
    company: str
    run: str
    made_utc: datetime
    sent: int
    waiting: int
    guards: tuple[str, ...]


class Waiting(NamedTuple):
    """A document of a plan that waits. `is_current`: it still does, with this content."""

    document: str
    fingerprint: str
    action: str
    risk: str
    hold: str
    money_delta: Decimal | None
    money_currency: str | None
    is_current: bool


class Scope(NamedTuple):
    """Who approves what of a plan: all that waits, one document, or one risk class; until when."""

    document: str | None
    risk: str | None
    approved_by: str
    now: datetime
    expires_utc: datetime


def prepare(database: Database) -> None:
    """Create the tables where they are not there yet."""
    database.run(_CREATE)


def keep_plan(
    database: Database, made: Made, sends: Iterable[tuple[str, str]], waiting: pl.DataFrame, guards: Sequence[str]
) -> str | None:
    """The plan's name; None where nothing would be sent and nothing waits.

    `sends`: documents and fingerprints that go without waiting; `waiting`: those that do not (columns WAITING_SCHEMA).
    """
    sent = sorted(sends)
    content = _content(sent, waiting)
    is_empty = not sent and waiting.is_empty()
    last = database.rows(
        "SELECT name, content FROM delivery.plans WHERE unit = ? AND company = ? ORDER BY number DESC LIMIT 1",
        [made.unit, made.company],
    )
    if (last and last[0][1] == content) or (not last and is_empty):
        return str(last[0][0]) if last and not is_empty else None
    with database.given("incoming", waiting), database.transaction():
        number = int(str(database.value("SELECT coalesce(max(number), 0) + 1 FROM delivery.plans")))
        name = f"P{number}-{content[:4]}"
        values: list[object] = [
            number,
            name,
            *made[:3],
            made.run,
            made.now,
            content,
            len(sent),
            waiting.height,
            list(guards),
        ]
        database.run(f"INSERT INTO delivery.plans VALUES ({', '.join('?' * len(values))})", values)
        _replace_waiting(database, made, number)
    return None if is_empty else name


def _content(sent: Sequence[tuple[str, str]], waiting: pl.DataFrame) -> str:
    held = sorted(waiting.select("document", "fingerprint", "hold").rows())
    return hashlib.sha256(repr((list(sent), held)).encode()).hexdigest()


def _replace_waiting(database: Database, made: Made, number: int) -> None:
    where = [made.unit, made.company]
    database.run(
        f"UPDATE delivery.plan_documents d SET to_plan = ? WHERE {_OPEN} "
        f"AND NOT EXISTS (SELECT 1 FROM incoming i WHERE {_SAME})",
        [number, *where],
    )
    database.run(
        "INSERT INTO delivery.plan_documents BY NAME SELECT ? AS unit, ? AS company, i.*, ? AS from_plan "
        f"FROM incoming i WHERE NOT EXISTS (SELECT 1 FROM delivery.plan_documents d WHERE {_OPEN} AND {_SAME})",
        [*where, number, *where],
    )


_PLANS = "SELECT number, name, unit, flow, company, run, made_utc, sent, waiting, guards FROM delivery.plans"


def find(database: Database, name: str) -> Plan | None:
    """The plan of that name, whatever its case."""
    rows = database.rows(f"{_PLANS} WHERE lower(name) = lower(?)", [name])
    return _plan(rows[0]) if rows else None


def latest(database: Database) -> list[Plan]:
    """The last plan of every unit and company."""
    rows = database.rows(f"{_PLANS} QUALIFY number = max(number) OVER (PARTITION BY unit, company) ORDER BY number")
    return [_plan(row) for row in rows]


def _plan(row: Sequence[object]) -> Plan:
    *rest, guards = row
    return Plan(*rest, tuple(guards or ()))  # pyright: ignore


def waiting_of(database: Database, plan: Plan) -> list[Waiting]:
    """What waited in a plan, and whether it still does as it was shown."""
    rows = database.rows(
        "SELECT document, fingerprint, action, risk, hold, money_delta, money_currency, to_plan IS NULL "
        "FROM delivery.plan_documents WHERE unit = ? AND company = ? AND from_plan <= ? AND coalesce(to_plan > ?, true) "
        "ORDER BY document",
        [plan.unit, plan.company, plan.number, plan.number],
    )
    return [Waiting(*row) for row in rows]  # pyright: ignore[reportArgumentType]


def approve(database: Database, plan: Plan, scope: Scope, documents: Sequence[Waiting]) -> int:
    """Approve documents of a plan as they were shown; returns the approval's number."""
    rows = [(one.document, one.fingerprint) for one in documents]
    schema = {"document": pl.String, "fingerprint": pl.String}
    with database.given("incoming", pl.DataFrame(rows, schema=schema, orient="row")), database.transaction():
        number = int(str(database.value("SELECT coalesce(max(number), 0) + 1 FROM delivery.approvals")))
        database.run(
            "INSERT INTO delivery.approvals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [number, plan.name, plan.unit, plan.company, *scope],
        )
        database.run(
            "INSERT INTO delivery.approved SELECT ?, ?, ?, i.document, i.fingerprint, NULL, NULL FROM incoming i",
            [number, plan.unit, plan.company],
        )
    return number


def active(database: Database, unit: str, company: str, now: datetime) -> Mapping[tuple[str, str], int]:
    """What may be sent: approval by document and fingerprint."""
    rows = database.rows(
        "SELECT d.document, d.fingerprint, max(a.number) FROM delivery.approved d "
        "JOIN delivery.approvals a ON a.number = d.approval "
        "WHERE d.unit = ? AND d.company = ? AND d.used_utc IS NULL AND a.expires_utc > ? AND a.revoked_utc IS NULL "
        "GROUP BY ALL",
        [unit, company, now],
    )
    return {(str(document), str(fingerprint)): int(str(number)) for document, fingerprint, number in rows}


def use(database: Database, made: Made, documents: Iterable[tuple[str, str]]) -> None:
    """These documents were sent: what was approved of them is used up."""
    frame = pl.DataFrame(list(documents), schema={"document": pl.String, "fingerprint": pl.String}, orient="row")
    if frame.is_empty():
        return
    with database.given("incoming", frame):
        database.run(
            "UPDATE delivery.approved d SET used_run = ?, used_utc = ? FROM incoming i WHERE d.unit = ? AND d.company = ? "
            "AND d.used_utc IS NULL AND d.document = i.document AND d.fingerprint = i.fingerprint",
            [made.run, made.now, made.unit, made.company],
        )


def revoke(database: Database, plan: Plan, now: datetime) -> int:
    """Take back what was approved of a plan and not sent yet; returns the documents."""
    open_ = "SELECT number FROM delivery.approvals WHERE plan = ? AND revoked_utc IS NULL AND expires_utc > ?"
    count = database.value(
        f"SELECT count(DISTINCT document) FROM delivery.approved WHERE used_utc IS NULL AND approval IN ({open_})",
        [plan.name, now],
    )
    database.run(
        "UPDATE delivery.approvals SET revoked_utc = ? WHERE plan = ? AND revoked_utc IS NULL AND expires_utc > ?",
        [now, plan.name, now],
    )
    return int(str(count))
