"""Customers of SCM in a dictionary, and a run of one unit against them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from p2c_assets.connectors.protocol import Changeset, KeyColumn, Query, Row, Statistics, Verdict
from p2c_assets.delivery.delivering import deliver_plan
from p2c_assets.delivery.desk import Desk
from p2c_assets.delivery.planning import make_plan
from p2c_assets.delivery.units import UNITS
from p2c_assets.extraction.reader import Reading, read_all
from p2c_assets.mappings import scm
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.settings import Company, Delivery, MappingSettings
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.stage import replace_slice

TASKS = tasks(MappingSettings())
TASK = "accounts_to_customers"
COMPANY = Company(id="usmf", business_unit="b", owner_team="t", currency="USD")
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
DEFAULTS = Delivery()
Decide = Callable[[Changeset], str]


class FakeScm:
    """Customers in a dictionary. `decide` says per changeset: delivered, refused, lost (done without answer), unheard."""

    def __init__(self, decide: Decide = lambda _changeset: "delivered") -> None:
        self.customers: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []
        self.decide = decide
        self.before_reading: Callable[[], None] = lambda: None

    @property
    def statistics(self) -> Statistics:
        return Statistics({}, {}, 0.0)

    async def pages(self, query: Query) -> AsyncIterator[list[Row]]:
        self.before_reading()
        wanted = None if query.filter is None else query.filter.split(",")
        rows = [row for key, row in self.customers.items() if wanted is None or key.lower() in wanted]
        if rows:
            yield rows

    def key_filters(self, columns: Sequence[KeyColumn], keys: Sequence[Sequence[object]]) -> list[str]:
        return [",".join(str(key).lower() for (key,) in keys)]

    async def send(
        self, changesets: Sequence[Changeset], on_verdicts: Callable[[Sequence[Verdict]], None] | None = None
    ) -> list[Verdict]:
        verdicts = [self._one(changeset) for changeset in changesets]
        if on_verdicts is not None:
            on_verdicts(verdicts)
        return verdicts

    def _one(self, changeset: Changeset) -> Verdict:
        self.sent.append(changeset.id)
        decision = self.decide(changeset)
        if decision in ("delivered", "lost"):
            for operation in changeset.operations:
                key = self._there(str((operation.key or operation.body)["CustomerAccount"]))
                self.customers[key] = {**self.customers.get(key, {}), **(operation.key or {}), **operation.body}
        if decision == "taken":
            self.customers["A"] = {"dataAreaId": "usmf", "CustomerAccount": "A", "OrganizationName": "Somebody else"}
            self.decide = lambda _changeset: "delivered"
            return Verdict(changeset.id, "refused", 400, "exists", "The record already exists.", "r1", "duplicate")
        answers = {
            "delivered": Verdict(changeset.id, "delivered", 204, "", "", "r1"),
            "refused": Verdict(changeset.id, "refused", 400, "AxODataWriteException", "group 10 does not exist", "r1"),
            "lost": Verdict(changeset.id, "ambiguous", None, "no_answer", "the connection broke", ""),
            "unheard": Verdict(changeset.id, "ambiguous", None, "no_answer", "the connection broke", ""),
        }
        return answers[decision]

    def _there(self, key: str) -> str:
        """As SCM: a key is found whatever its case, and keeps its spelling."""
        return next((known for known in self.customers if known.lower() == key.lower()), key)

    async def get_text(self, path: str) -> str:
        raise AssertionError(path)

    async def aclose(self) -> None:
        return


def desk(database: Database, run: str = "run1", day: int = 0, rules: Delivery = DEFAULTS) -> Desk:
    reading = Reading(database, {"usmf": COMPANY}, run, START + timedelta(days=day))
    return Desk(reading, UNITS["scm/customers_from_accounts"], "usmf", TASKS, rules)


def given_mapped(database: Database, **names: str) -> None:
    targets = {field.target: pl.String for field in TASKS[TASK].fields}
    rows = [
        {
            "company": "usmf",
            "source_id": f"id of {key}",
            "source_version": f"v of {name}",
            "document": key,
            "target_key": key,
            "outcome": "mapped",
            "scope": "document",
            "CustomerAccount": key,
            "OrganizationName": name,
        }
        for key, name in names.items()
    ]
    plain = ("company", "source_id", "source_version", "document", "target_key", "outcome", "scope", "reason", "detail")
    schema: dict[str, Any] = {**dict.fromkeys((*plain, "parent_id", "currency"), pl.String), **targets}
    frame = pl.DataFrame(rows, schema={**schema, "warnings": pl.List(pl.String), "amount": pl.Decimal(38, 4)})
    replace_slice(database, "mapped", "scm_customers_from_accounts", "usmf", frame)


def synchronise(
    database: Database, client: FakeScm, run: str = "run1", day: int = 0, rules: Delivery = DEFAULTS
) -> dict[str, str]:
    """Read, plan, deliver; outcome by document."""
    here = desk(database, run, day, rules)
    asyncio.run(read_all(here.reading, client, scm.CUSTOMERS_V2, "usmf"))
    make_plan(here)
    return deliver(here, client)


def deliver(here: Desk, client: FakeScm) -> dict[str, str]:
    rows = asyncio.run(deliver_plan(here, client))
    return {row["document"]: row["outcome"] for row in rows.to_dicts()}
