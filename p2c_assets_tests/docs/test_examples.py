"""Examples of the documentation are applied: TOML to the settings, SQL to a warehouse, requests to the twins."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from p2c_assets.delivery.delivering import DELIVERED_SCHEMA
from p2c_assets.delivery.planning import PLAN_SCHEMA
from p2c_assets.delivery.release import Wanted, approve
from p2c_assets.delivery.units import UNITS
from p2c_assets.errors import SettingsError
from p2c_assets.extraction import claims, frames
from p2c_assets.mappings import catalogue, sales, scm
from p2c_assets.mappings.model import FieldMap
from p2c_assets.reconcile.compare import classify, summarise
from p2c_assets.reconcile.side import Side
from p2c_assets.reconcile.sides import SIDES
from p2c_assets.sandbox.serve import RunningSandbox, running_sandbox
from p2c_assets.settings import Settings, build
from p2c_assets.warehouse import approvals, conflicts, holdings, ledger, line_numbers, outbox, raw_log
from p2c_assets.warehouse.approvals import Made
from p2c_assets.warehouse.database import Database, opened
from p2c_assets.warehouse.holdings import Observed
from p2c_assets.warehouse.outbox import Answer, Slot
from p2c_assets.warehouse.raw_log import Scope
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.docs.pages import ROOT, Block, blocks

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
UNIT = "scm/customers_from_accounts"
OVERRIDES = blocks("overriding-mappings.md")
APPLIED = [block.body for block in OVERRIDES if block.info == "toml"]
REFUSED = [(OVERRIDES[n].body, OVERRIDES[n + 1]) for n in range(len(OVERRIDES)) if OVERRIDES[n].info == "toml refused"]
QUERIES = [block.body for page in ("operating.md", "approving.md") for block in blocks(page) if block.info == "sql"]
SECRETS = {"sales": {"client_secret": "hush"}, "scm": {"client_secret": "hush"}}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2C_SALES__CLIENT_SECRET", "hush")
    monkeypatch.setenv("P2C_SCM__CLIENT_SECRET", "hush")


def settings_with(example: str) -> Settings:
    shipped = tomllib.loads((ROOT / "p2c.toml").read_text(encoding="utf-8"))
    return build({**shipped, "mappings": {}, **tomllib.loads(example)}, ROOT)


def resolved(settings: Settings) -> dict[tuple[str, str], FieldMap]:
    tasks = catalogue.tasks(settings.mapping_settings())
    return {(task.name, field.target): field for task in tasks.values() for field in task.fields}


@pytest.mark.parametrize("example", APPLIED)
def test_an_example_of_an_override_changes_the_field_that_it_names(example: str) -> None:
    shipped, changed = resolved(settings_with("")), resolved(settings_with(example))
    for task, fields in tomllib.loads(example).get("mappings", {}).items():
        for name in (set(fields) - {"extra_fields"}) | {n for n, on in fields.get("extra_fields", {}).items() if on}:
            assert changed[task, name] != shipped.get((task, name)), f"{task}.{name} is as shipped"


def test_what_examples_of_overrides_make_of_their_fields() -> None:
    made = [resolved(settings_with(example)) for example in APPLIED]
    group = [fields["accounts_to_customers", "CustomerGroupId"] for fields in made]
    assert (group[0].rule.model_dump(), group[0].mode) == ({"kind": "constant", "value": "20"}, "on_create")
    assert group[1].mode == "synced"
    kinds = {field.rule.kind for field in group} | {
        fields["accounts_to_customers", name].rule.kind
        for fields in made
        for name in ("SalesMemo", "PrimaryContactPhone", "AddressStreet", "WarehouseId")
    }
    assert kinds == {"constant", "setting", "value_map", "copy", "coalesce", "concat"}


def test_every_key_of_an_override_has_an_example() -> None:
    from_tables = " ".join(APPLIED)
    keys = ("constant", "setting", "source", "sources", "separator", "value_map", "blank", "mode", "required")
    assert [key for key in keys if not re.search(rf"\b{key} = ", from_tables)] == []


@pytest.mark.parametrize(("example", "message"), REFUSED)
def test_an_example_of_a_mistake_is_refused_in_the_words_of_the_page(example: str, message: Block) -> None:
    assert message.info == "text"
    with pytest.raises(SettingsError) as caught:
        resolved(settings_with(example))
    assert message.body.strip() in str(caught.value)


def test_the_readmes_configuration_is_complete() -> None:
    example = next(block.body for block in blocks("README.md") if block.info == "toml")
    values: dict[str, Any] = tomllib.loads(example)
    assert build(values, ROOT).sales.url == "https://contoso.crm.dynamics.com"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Database]:
    """Every table that a chain leaves, most of them empty; one account with a history, a plan and a difference."""
    with opened(tmp_path / "p2c.duckdb", wait_s=0) as database:
        for module in (ledger, line_numbers, outbox, approvals, holdings, claims):
            module.prepare(database)
        for entity in (*sales.ENTITIES, *scm.ENTITIES):
            raw_log.store(database, entity.table, frames.concatenate(entity, []), Scope(), "first-run", NOW)
        observe(database, "first-run", Decimal(100))
        observe(database, "second-run", Decimal(200))
        plan_and_send(database)
        wait_and_approve(database)
        reconcile(database)
        yield database


def observe(database: Database, run: str, credit_limit: Decimal) -> None:
    """An account and its customer as read in a run, and what the ledger says of the account."""
    row = {"accountid": "a1", "accountnumber": "US-001", "name": "Contoso", "creditlimit": credit_limit}
    accounts = frames.frame(sales.ACCOUNTS, [row], lambda _row: "usmf")
    raw_log.store(database, "sales_accounts", accounts, Scope(), run, NOW)
    other = {
        "dataAreaId": "usmf",
        "CustomerAccount": "US-001",
        "PartyType": "Organization",
        "IsExternallyMaintained": "Yes",
        "SalesCurrencyCode": "USD",
    }
    customers = frames.frame(scm.CUSTOMERS_V2, [{**other, "CreditLimit": Decimal(50)}], lambda _row: "usmf")
    raw_log.store(database, "scm_customers_v2", customers, Scope(), run, NOW)
    outcome = {"source_id": "a1", "document": "US-001", "outcome": "refused", "reason": "refused_by_destination"}
    warnings = {"warnings": ["truncated: OrganizationName 120 -> 100"], "source_version": str(credit_limit)}
    rows = pl.DataFrame([{**outcome, **warnings}], schema=ledger.LEDGER_SCHEMA)
    ledger.record(database, "accounts_to_customers", "usmf", run, NOW, rows)


def plan_and_send(database: Database) -> None:
    for unit in UNITS.values():
        replace_slice(database, "planned", unit.table, "usmf", pl.DataFrame(schema=PLAN_SCHEMA))
        replace_slice(database, "delivered", unit.table, "usmf", pl.DataFrame(schema=DELIVERED_SCHEMA))
    change = {"entity": "customers_v2", "key": "US-001", "field": "CreditLimit", "before": "50", "after": "200"}
    plan = {"company": "usmf", "document": "US-001", "action": "update", "changes": json.dumps([change])}
    replace_slice(database, "planned", UNITS[UNIT].table, "usmf", pl.DataFrame([plan], schema=PLAN_SCHEMA))
    disagree(database)
    documents = pl.DataFrame(
        {name: ["US-001", "US-002"] for name in ("document", "action", "fingerprint", "operations")}
    )
    slot = Slot(UNIT, "usmf", "plan")
    outbox.enqueue(database, slot, "second-run", documents, NOW)
    outbox.mark_sent(database, slot, ["US-001", "US-002"], NOW)
    outbox.settle(database, slot, [Answer("US-001", "refused", 400, "0x1", "no such group", "r1")], NOW)


def wait_and_approve(database: Database) -> None:
    """A plan with a document that waits, and its approval."""
    waiting = {"document": "US-001", "fingerprint": "f", "action": "update", "risk": "money", "hold": "approval"}
    frame = pl.DataFrame([waiting], schema=approvals.WAITING_SCHEMA)
    approvals.keep_plan(database, Made(UNIT, "accounts", "usmf", "second-run", NOW), [], frame, [])
    wanted = Wanted(approvals.latest(database)[0].name, None, None, "Jane Doe")
    approve(database, wanted, NOW, 24)


def disagree(database: Database) -> None:
    """A credit limit that was agreed on, and that a clerk has changed since."""
    field = ("US-001", "customers_v2", "us-001", "CreditLimit")
    where = Observed(UNIT, "usmf", "second-run", NOW)
    database.run(
        "INSERT INTO ledger.agreed VALUES (?, ?, ?, ?, ?, ?, '200', '200', true, ?, ?)",
        [UNIT, "usmf", *field, "first-run", NOW],
    )
    values = ("sales", "other", "200", "200", "50", "owner_wins", NOW, "u-7", NOW, NOW)
    rows = pl.DataFrame([("us-001", *field[1:], *values)], schema=conflicts.OPEN_SCHEMA, orient="row")
    conflicts.record(database, where, rows, [], [])


def reconcile(database: Database) -> None:
    """As the reconciled assets do. The ledger's refusal explains the difference, so it is forgotten for the moment."""
    database.run("UPDATE ledger.outcomes SET outcome = 'unchanged', reason = NULL")
    for flow in SIDES:
        pairs = classify(database, flow, Side("usmf", "USD", "", NOW.date()))
        replace_slice(database, "reconciled", f"{flow}_pairs", "usmf", pairs)
        replace_slice(database, "reconciled", flow, "usmf", summarise(pairs))
    database.run("UPDATE ledger.outcomes SET outcome = 'refused', reason = 'refused_by_destination'")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:60])
def test_a_documented_query_runs_and_finds_what_it_is_for(warehouse: Database, query: str) -> None:
    if "rows_in IS DISTINCT FROM outcomes" in query:
        assert warehouse.rows(query) == []
        warehouse.run("DELETE FROM ledger.outcomes")
    assert warehouse.rows(query) != []


def test_the_query_for_a_rows_outcome_in_a_run_is_the_ledgers_own(warehouse: Database) -> None:
    query = next(query for query in QUERIES if "second-run" in query)
    asked = {"task": "accounts_to_customers", "company": "usmf", "source_id": "a1", "run": 2}
    expected = warehouse.connection.execute(ledger.OUTCOME_IN_RUN, asked).pl().select("outcome", "reason", "detail")
    assert warehouse.frame(query).equals(expected)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.mark.parametrize("path", ["requests", "rows/accounts", "clock"])
def test_the_admin_path_asks_for_no_token_and_is_not_counted(sandbox: RunningSandbox, path: str) -> None:
    before = httpx.get(f"{sandbox.sales_url}/_sandbox/requests", trust_env=False).json()
    assert httpx.get(f"{sandbox.sales_url}/_sandbox/{path}", trust_env=False).status_code == 200
    assert httpx.get(f"{sandbox.sales_url}/_sandbox/requests", trust_env=False).json() == before
