"""Nothing is written that nobody could have seen: dry runs, plans that wait, and what changes behind a plan's back.

A seeded sample of planned rows always, 10,000 of them by `make prove`. Half of the accounts are customers already, under
other names; the flow always asks. The person who approves works in the Dagster UI here, by the job `approve_plan`.
"""

import random
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pytest

from p2c_assets.definitions import build_defs
from p2c_assets.defs.approve import APPROVE_PLAN
from p2c_assets.defs.chain import QUIET, run_chain
from p2c_assets.defs.jobs import READ_SALES, planned_alone
from p2c_assets.defs.tags import DRY_RUN, MODE
from p2c_assets.reports.plans import Plan, plans
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.scenario.companies import GBSI, settings_of
from p2c_assets.sandbox.scenario.reference import sales_reference, scm_reference
from p2c_assets.sandbox.scenario.sales_rows import account
from p2c_assets.sandbox.serve import running_sandbox
from p2c_assets.warehouse import ledger
from p2c_assets_tests.chain.stage import Stage, settings_for

SAMPLE = 60
FULL = 10_000
FLOW = "accounts"
TASK = "accounts_to_customers"
ACCOUNTS = dg.AssetKey(["raw", "sales", "accounts"])
DELIVERED = dg.AssetKey(["delivered", "scm", "customers_from_accounts"])
SETTINGS = {"approval": {"accounts": {"mode": "always"}}, "readiness": {"required": False}}
"""Accounts alone are here, and a company without products is not ready for the rest."""


class Behind(NamedTuple):
    """Numbers of three customers that change behind the plan's back: in Sales, in SCM, and in SCM after the second plan."""

    source: str
    destination: str
    late: str


def number(position: int) -> str:
    return f"GB-{position:05}"


@contextmanager
def always_asking(folder: Path, count: int) -> Generator[Stage]:
    """One company's twins with `count` accounts, of which every second is a customer of another name."""
    with running_sandbox() as sandbox, dg.DagsterInstance.ephemeral() as instance:
        with AdminClient(sandbox.sales_url) as sales:
            sales.load(sales_reference([GBSI]))
            sales.load(
                {"accounts": [account(GBSI, number(n), f"Name {n}", creditlimit=Decimal(100)) for n in range(count)]}
            )
        with AdminClient(sandbox.scm_url) as scm:
            scm.load(scm_reference([GBSI]))
            scm.load({"CustomersV2": [customer(n) for n in range(0, count, 2)]})
        settings = settings_for(sandbox, folder, {GBSI.id: settings_of(GBSI)}, **SETTINGS)
        yield Stage(sandbox, settings, instance)


def customer(position: int) -> dict[str, Any]:
    return {
        "dataAreaId": GBSI.id,
        "CustomerAccount": number(position),
        "PartyNumber": number(position),
        "PartyType": "Organization",
        "OrganizationName": f"Former name {position}",
        "CustomerGroupId": "10",
        "SalesCurrencyCode": GBSI.currency,
        "CreditLimit": Decimal(40),
        "IsExternallyMaintained": "Yes",
    }


def chain(stage: Stage, *, dry_run: bool = False) -> None:
    """The flow to its reconciliation. The dry run, which is the first, reads Sales; later ones take it as it was read."""
    if dry_run:
        runs = run_chain(build_defs(stage.settings), stage.instance, [GBSI.id], FLOW, dry_run=True)
        assert [(run.company, run.problems) for run in runs if not run.succeeded] == []
        return
    _run(stage, FLOW)


def run_until_planned(stage: Stage) -> None:
    """Sales, and everything of the flow but its delivery and what comes after it."""
    _run(stage, READ_SALES, [ACCOUNTS])
    graph = build_defs(stage.settings).resolve_asset_graph()
    _run(stage, FLOW, sorted(planned_alone(FLOW).resolve(graph)))


def deliver(stage: Stage) -> None:
    """The delivery alone, of the plan that is there."""
    _run(stage, FLOW, [DELIVERED])


def _run(
    stage: Stage, job: str, selected: list[dg.AssetKey] | None = None, tags: Mapping[str, str] | None = None
) -> None:
    result = (
        build_defs(stage.settings)
        .resolve_job_def(job)
        .execute_in_process(
            instance=stage.instance,
            partition_key=None if job == READ_SALES else GBSI.id,
            run_config=QUIET,
            tags=dict(tags or {}),
            asset_selection=selected,
        )
    )
    assert result.success


def approve_in_the_ui(stage: Stage, plan: str | None, **narrowed: str) -> Mapping[str, Any]:
    """Launch the job as its launchpad does; returns what its op says it released."""
    config = {"plan": plan, "approved_by": "Jane Doe", **narrowed}
    result = (
        build_defs(stage.settings)
        .resolve_job_def(APPROVE_PLAN)
        .execute_in_process(instance=stage.instance, run_config={**QUIET, "ops": {"approve": {"config": config}}})
    )
    (output,) = [event for event in result.all_events if event.is_successful_output]
    return {name: value.value for name, value in output.step_output_data.metadata.items()}


def outcomes(stage: Stage) -> dict[tuple[str, str | None], set[str]]:
    """Documents by outcome and reason, as the ledger has them; every row has one."""
    with stage.warehouse() as database:
        assert not ledger.tally(database, TASK, GBSI.id).is_wrong
        rows = ledger.current(database, TASK, GBSI.id)
    found: dict[tuple[str, str | None], set[str]] = {}
    for outcome, reason, document in rows.select("outcome", "reason", "document").rows():
        found.setdefault((outcome, reason), set()).add(document)
    return found


def the_plan(stage: Stage) -> Plan:
    with stage.warehouse() as database:
        (plan,) = plans(database, [GBSI.id], FLOW)
    return plan


def writes(stage: Stage) -> int:
    """Requests other than GET since the last call, as the twins counted them."""
    return sum(count for method, count in stage.requests().items() if method != "GET")


def in_scm(stage: Stage, account_number: str) -> dict[str, Any]:
    with AdminClient(stage.sandbox.scm_url) as scm:
        return next(row for row in scm.rows("CustomersV2") if row["CustomerAccount"] == account_number)


def alter_account(stage: Stage, account_number: str, **values: str) -> None:
    with AdminClient(stage.sandbox.sales_url) as sales:
        row = next(row for row in sales.rows("accounts") if row["accountnumber"] == account_number)
    stage.alter("sales", "accounts", {"accountid": row["accountid"]}, values)


def alter_customer(stage: Stage, account_number: str, **values: str) -> None:
    stage.alter("scm", "CustomersV2", {"dataAreaId": GBSI.id, "CustomerAccount": account_number}, values)


@pytest.mark.parametrize("count", [SAMPLE, pytest.param(FULL, marks=pytest.mark.prove)])
def test_what_changes_behind_a_plans_back_is_planned_again_and_nothing_else(tmp_path: Path, count: int) -> None:
    picked = random.Random(20260105).sample(range(0, count, 2), 3)
    behind = Behind(*map(number, picked))
    with always_asking(tmp_path, count) as stage:
        a_dry_run_leaves_no_trace_but_its_plan(stage, count)
        name = everything_waits_under_the_plan_that_the_dry_run_showed(stage, count)
        said = approve_in_the_ui(stage, name)
        assert (said["documents"], said["planned_again_since"]) == (count, 0)
        only_what_changed_is_not_sent(stage, behind, count)
        what_changed_waits_anew_with_what_is_there_now(stage, behind)
        the_rest_goes_once_it_is_approved_and_then_nothing_is_written(stage, count)


def a_dry_run_leaves_no_trace_but_its_plan(stage: Stage, count: int) -> None:
    stage.requests()
    chain(stage, dry_run=True)
    assert writes(stage) == 0
    assert stage.balance().tasks == ()
    assert len(the_plan(stage).waiting) == count


def everything_waits_under_the_plan_that_the_dry_run_showed(stage: Stage, count: int) -> str | None:
    shown = the_plan(stage)
    chain(stage)
    assert writes(stage) == 0
    found = outcomes(stage)
    assert {key: len(documents) for key, documents in found.items()} == {("held", "approval"): count}
    assert stage.balance().is_explained
    assert the_plan(stage).name == shown.name
    one = next(document for document in shown.documents if document.document == number(2))
    assert (one.action, one.risk, one.money_delta, one.currency) == ("update", "money", Decimal(60), "GBP")
    assert {(field.field, field.before, field.after) for field in one.fields} >= {
        ("OrganizationName", "Former name 2", "Name 2"),
        ("CreditLimit", "40", "100"),
    }
    return shown.name


def only_what_changed_is_not_sent(stage: Stage, behind: Behind, count: int) -> None:
    alter_account(stage, behind.source, name="Renamed by a salesperson")
    alter_customer(stage, behind.destination, OrganizationName="Renamed by a clerk")
    run_until_planned(stage)
    alter_customer(stage, behind.late, OrganizationName="Renamed by a clerk while the run was planning")
    _run(stage, FLOW, [DELIVERED], {MODE: DRY_RUN})
    assert writes(stage) == 0
    deliver(stage)
    found = outcomes(stage)
    assert found["held", "approval"] == {behind.source, behind.destination}
    assert found["held", "changed_since_plan"] == {behind.late}
    assert len(found["created", None]) + len(found["updated", None]) == count - len(behind)
    assert in_scm(stage, behind.destination)["OrganizationName"] == "Renamed by a clerk"
    assert in_scm(stage, behind.late)["OrganizationName"] == "Renamed by a clerk while the run was planning"


def what_changed_waits_anew_with_what_is_there_now(stage: Stage, behind: Behind) -> None:
    writes(stage)
    chain(stage)
    assert writes(stage) == 0
    assert outcomes(stage)["held", "approval"] == set(behind)
    names = {
        one.document: (field.before, field.after)
        for one in the_plan(stage).waiting
        for field in one.fields
        if field.field == "OrganizationName"
    }
    former = {key: f"Former name {int(key.removeprefix('GB-'))}" for key in behind}
    current = {key: f"Name {int(key.removeprefix('GB-'))}" for key in behind}
    assert names == {
        behind.source: (former[behind.source], "Renamed by a salesperson"),
        behind.destination: ("Renamed by a clerk", current[behind.destination]),
        behind.late: ("Renamed by a clerk while the run was planning", current[behind.late]),
    }


def the_rest_goes_once_it_is_approved_and_then_nothing_is_written(stage: Stage, count: int) -> None:
    approve_in_the_ui(stage, the_plan(stage).name)
    chain(stage)
    assert {key for key in outcomes(stage) if key[0] == "held"} == set()
    writes(stage)
    chain(stage)
    assert writes(stage) == 0
    assert {key: len(documents) for key, documents in outcomes(stage).items()} == {("unchanged", None): count}
    with stage.warehouse() as database:
        frame = database.frame("SELECT approved_by, count(*) AS approvals FROM delivery.approvals GROUP BY 1")
        left = database.value("SELECT count(*) FROM delivery.approved WHERE used_utc IS NULL")
    assert frame.rows() == [("Jane Doe", 2)]
    assert left == 3, "what was approved and changed before it was sent is never used"
