"""What stops one company stops no other; what is wrong in the ledger or in a system, or deleted in one, is seen."""

import shutil
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import dagster as dg
import httpx
import pytest

from p2c_assets.mappings import catalogue
from p2c_assets.reconcile.compare import classify
from p2c_assets.reconcile.side import Side
from p2c_assets.reports.balance import balance
from p2c_assets.reports.trace import trace
from p2c_assets.sandbox.serve import CLIENT_ID, CLIENT_SECRET, TENANT
from p2c_assets.warehouse.database import opened
from p2c_assets_tests.chain.conftest import Once
from p2c_assets_tests.chain.stage import Stage

SIDE = Side("usmf", "USD", "", datetime.now(UTC).date())
API = "/api/data/v9.2"
QUOTE_OF_TWO_LINES = """
SELECT q.quoteid, q.quotenumber, max(d.quotedetailid) FROM raw.sales_quotes q JOIN raw.sales_quotedetails d USING (quoteid)
JOIN raw.scm_sales_quotation_headers h ON h.SalesQuotationNumber = q.quotenumber AND h.SalesQuotationStatus = 'Created'
JOIN ledger.outcomes o ON o.source_id = q.quoteid AND o.valid_to_run IS NULL AND o.outcome IN ('created', 'unchanged')
WHERE q.row_company = 'usmf' AND q.statecode = 1 GROUP BY ALL HAVING count(*) >= 2 ORDER BY 2 LIMIT 1
"""
DOUBLE = """
INSERT INTO ledger.outcomes
SELECT * FROM ledger.outcomes WHERE task = 'accounts_to_customers' AND company = 'demf' AND valid_to_run IS NULL LIMIT 1
"""
LOSE = "DELETE FROM ledger.outcomes WHERE task = 'accounts_to_customers' AND company = 'demf' AND document = 'DE-001'"


@pytest.fixture(scope="module")
def stage(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return once.again(tmp_path_factory.mktemp("companies"))


def test_one_company_failing_by_an_exception_and_one_by_a_blocking_check_do_not_stop_the_third(stage: Stage) -> None:
    unknown = stage.settings.companies["usmf"].model_copy(update={"id": "none", "business_unit": "no such unit"})
    companies = {"none": unknown, **stage.settings.companies}
    settings = stage.settings.model_copy(update={"companies": companies})
    with stage.warehouse() as database:
        database.run(DOUBLE)
    runs = {run.company: run for run in stage.chain(["none", "demf", "gbsi"], "accounts", settings)}
    assert {company: run.succeeded for company, run in runs.items()} == {
        None: True,
        "none": False,
        "demf": False,
        "gbsi": True,
    }
    assert "NotReadyError" in runs["none"].problems[0]
    assert "outcomes_add_up" in runs["demf"].problems[0]
    with stage.warehouse() as database:
        database.run("DELETE FROM ledger.outcomes WHERE task = 'accounts_to_customers' AND company = 'demf'")
    assert all(run.succeeded for run in stage.chain(["demf"], "accounts"))


@pytest.mark.parametrize("damage", [DOUBLE, LOSE], ids=["doubled", "lost"])
def test_a_ledger_row_doubled_or_lost_is_not_explained(stage: Stage, damage: str, tmp_path: Path) -> None:
    copy = tmp_path / "p2c.duckdb"
    shutil.copy(stage.settings.paths.warehouse, copy)
    tasks, companies = catalogue.tasks(stage.settings.mapping_settings()), list(stage.settings.companies)
    with opened(copy, 0) as database:
        assert balance(database, tasks, companies).is_explained
        database.run(damage)
        assert not balance(database, tasks, companies).is_explained


@pytest.mark.parametrize(
    ("system", "entity_set", "column", "key_column", "key"),
    [
        ("sales", "salesorders", "totalamount", "ordernumber", "SO-US-01"),
        pytest.param(
            *("sales", "salesorderdetails", "extendedamount", "msdynce_ordernumber", "SO-US-02"),
            marks=pytest.mark.prove,
        ),
        pytest.param(
            *("scm", "CDSSalesOrderHeaders", "OrderTotalAmount", "SalesOrderNumber", "SO-US-01"),
            marks=pytest.mark.prove,
        ),
        ("scm", "CDSSalesOrderLines", "LineAmount", "SalesOrderNumber", "SO-US-02"),
    ],
)
def test_one_cent_altered_in_a_system_is_unexplained(
    stage: Stage, system: str, entity_set: str, column: str, key_column: str, key: str
) -> None:
    before, row_key = _stored(stage, system, entity_set, column, key_column, key)
    stage.alter(system, entity_set, row_key, {column: str(before + Decimal("0.01"))})
    stage.chain(["usmf"], "orders")
    found = {(money.company, money.currency): money for money in stage.balance().money if money.flow == "orders"}
    assert found["usmf", "USD"].unexplained == 1
    assert not stage.balance().is_explained
    event = stage.instance.get_latest_materialization_event(dg.AssetKey(["reconciled", "orders"]))
    assert event is not None
    assert event.asset_materialization is not None
    told = event.asset_materialization.metadata["largest_unexplained_trace"].value
    assert str(told).startswith(f"# order {key} of usmf"), "the trace of the document that differs stands on the asset"
    stage.alter(system, entity_set, row_key, {column: str(before)})


@pytest.mark.parametrize(
    ("flow", "gone", "key", "expected"),
    [
        (
            "quotes",
            "raw.scm_sales_quotation_headers WHERE SalesQuotationNumber = 'QUO-US-01'",
            "QUO-US-01",
            "lost_in_scm",
        ),
        ("quotes", "raw.sales_quotes WHERE quotenumber = 'QUO-US-01'", "QUO-US-01", "lost_in_sales"),
        ("orders", "raw.sales_salesorders WHERE ordernumber = 'SO-US-01'", "SO-US-01", "lost_in_sales"),
        ("orders", "raw.scm_sales_order_headers WHERE SalesOrderNumber = 'SO-US-01'", "SO-US-01", "lost_in_scm"),
        ("accounts", "raw.scm_customers_v2 WHERE CustomerAccount = 'US-001'", "US-001", "lost_in_scm"),
    ],
)
def test_what_was_delivered_and_is_gone_is_lost_and_not_explained_by_a_filter(
    stage: Stage, flow: str, gone: str, key: str, expected: str, tmp_path: Path
) -> None:
    copy = tmp_path / "p2c.duckdb"
    shutil.copy(stage.settings.paths.warehouse, copy)
    with opened(copy, 0) as database:
        database.run(f"DELETE FROM {gone} AND row_company = 'usmf'")
        pairs = classify(database, flow, SIDE)
    assert pairs.filter(pairs["key"] == key)["class"].to_list() == [expected]


def test_freight_that_sales_entered_and_scm_never_got_is_not_called_scms(stage: Stage, tmp_path: Path) -> None:
    copy = tmp_path / "p2c.duckdb"
    shutil.copy(stage.settings.paths.warehouse, copy)
    with opened(copy, 0) as database:
        database.run(
            "UPDATE raw.sales_quotes SET freightamount = 100, totalamount = totalamount + 100 WHERE quotenumber = 'QUO-US-03'"
        )
        pairs = classify(database, "quotes", SIDE)
    assert pairs.filter(pairs["key"] == "QUO-US-03")["class"].to_list() == ["charges_of_sales_not_sent"]


def _stored(
    stage: Stage, system: str, entity_set: str, column: str, key_column: str, key: str
) -> tuple[Decimal, dict[str, str]]:
    tables = {
        "CDSSalesOrderHeaders": ("scm_sales_order_headers", ["SalesOrderNumber"]),
        "CDSSalesOrderLines": ("scm_sales_order_lines", ["SalesOrderNumber", "LineCreationSequenceNumber"]),
        "salesorders": ("sales_salesorders", ["salesorderid"]),
        "salesorderdetails": ("sales_salesorderdetails", ["salesorderdetailid"]),
    }
    table, names = tables[entity_set]
    with stage.warehouse() as database:
        row = database.frame(
            f'SELECT * FROM raw.{table} WHERE "{key_column}" = ? AND row_company = ? LIMIT 1', [key, "usmf"]
        ).to_dicts()[0]
    company = {"dataAreaId": "usmf"} if system == "scm" else {}
    return row[column], {**company, **{name: row[name] for name in names}}


@pytest.fixture(scope="module")
def sales(stage: Stage) -> Generator[httpx.Client]:
    """A person who works in Sales."""
    url = stage.sandbox.sales_url
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": f"{url}/.default",
    }
    with httpx.Client(base_url=url, trust_env=False) as client:
        token = client.post(f"/{TENANT}/oauth2/v2.0/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def one_line_less(stage: Stage, sales: httpx.Client) -> str:
    """Revise a quote, delete a line of the revision, activate it; the quote's number."""
    with stage.warehouse() as database:
        ((quote, number, _),) = database.rows(QUOTE_OF_TWO_LINES)
    expand = {"Prefer": "return=representation"}
    body = {"QuoteId": quote, "ColumnSet": {"AllColumns": True}}
    answer = sales.post(f"{API}/ReviseQuote", json=body, headers=expand)
    assert answer.status_code == 200, answer.text
    revision = answer.json()["quoteid"]
    lines = sales.get(f"{API}/quotedetails?$filter=_quoteid_value eq {revision}").json()["value"]
    last = max(lines, key=lambda line: line["lineitemnumber"])
    assert sales.delete(f"{API}/quotedetails({last['quotedetailid']})").status_code == 204
    state = {"statecode": 1, "statuscode": 2}
    answer = sales.patch(f"{API}/quotes({revision})", json=state, headers={"If-Match": "*"})
    assert answer.status_code == 204, answer.text
    return str(number)


def test_a_line_deleted_in_a_revision_goes_from_the_quotation_and_both_sides_agree(
    stage: Stage, sales: httpx.Client
) -> None:
    number = one_line_less(stage, sales)
    with stage.warehouse() as database:
        before = database.value(
            "SELECT count(*) FROM raw.scm_sales_quotation_lines WHERE SalesQuotationNumber = ?", [number]
        )
    assert [run.problems for run in stage.chain(["usmf"], "quotes") if not run.succeeded] == []
    with stage.warehouse() as database:
        ((deletions,),) = database.rows(
            'SELECT len(regexp_extract_all(operations, \'"method": "DELETE"\')) FROM delivery.outbox '
            "WHERE unit = 'scm/sales_quotations' AND document = ? ORDER BY planned_utc DESC LIMIT 1",
            [number],
        )
        after = database.value(
            "SELECT count(*) FROM raw.scm_sales_quotation_lines WHERE SalesQuotationNumber = ?", [number]
        )
        pair = database.rows("SELECT class FROM reconciled.quotes_pairs WHERE company = 'usmf' AND key = ?", [number])
    assert (deletions, pair) == (1, [("tax_and_charges_of_scm",)])
    assert isinstance(before, int)
    assert after == before - 1
    assert {money.unexplained_amount for money in stage.balance().money if money.flow == "quotes"} == {Decimal(0)}


def test_an_account_deleted_in_sales_keeps_an_outcome_and_its_customer_is_called_lost(
    stage: Stage, sales: httpx.Client
) -> None:
    with stage.warehouse() as database:
        ((account, number),) = database.rows(
            "SELECT a.accountid, a.accountnumber FROM raw.sales_accounts a JOIN ledger.outcomes o ON o.source_id = a.row_id "
            "WHERE o.valid_to_run IS NULL AND o.outcome IN ('created', 'unchanged') AND a.row_company = 'usmf' "
            "AND a.accountid NOT IN (SELECT customerid FROM raw.sales_quotes WHERE customerid IS NOT NULL "
            "UNION SELECT customerid FROM raw.sales_salesorders WHERE customerid IS NOT NULL "
            "UNION SELECT parentcustomerid FROM raw.sales_contacts WHERE parentcustomerid IS NOT NULL) LIMIT 1"
        )
    assert sales.delete(f"{API}/accounts({account})").status_code == 204
    (_, ran) = stage.chain(["usmf"], "accounts")
    (problem,) = ran.problems
    assert "totals_agree: unexplained: " in problem
    assert f"{number} lost_in_sales" in problem
    with stage.warehouse() as database:
        said = database.rows(
            "SELECT document, outcome, reason FROM ledger.outcomes "
            "WHERE source_id = ? AND task = 'accounts_to_customers' AND valid_to_run IS NULL",
            [account],
        )
        pair = database.rows("SELECT class FROM reconciled.accounts_pairs WHERE company = 'usmf' AND key = ?", [number])
    assert said == [(number, "filtered", "deleted_in_source")]
    assert pair == [("lost_in_sales",)]
    assert all(task.adds_up for task in stage.balance().tasks)


def deceive(stage: Stage, system: str, *faults: Mapping[str, object]) -> None:
    url = stage.sandbox.sales_url if system == "sales" else stage.sandbox.scm_url
    httpx.post(f"{url}/_sandbox/faults/clear", trust_env=False).raise_for_status()
    for fault in faults:
        plan = {"inside": True, "method": "PATCH", **fault}
        httpx.post(f"{url}/_sandbox/faults", json=plan, trust_env=False).raise_for_status()


def keys(stage: Stage, table: str, key: str, number: str, limit: int) -> list[tuple[str, str]]:
    """Some rows of the company that arrived: key and number."""
    with stage.warehouse() as database:
        rows = database.rows(
            f"SELECT r.{key}, r.{number} FROM raw.{table} r JOIN ledger.outcomes o ON o.source_id = r.row_id "
            f"WHERE o.company = 'usmf' AND o.valid_to_run IS NULL AND o.outcome = 'unchanged' ORDER BY 2 LIMIT {limit}"
        )
    return [(str(key), str(number)) for key, number in rows]


def held(stage: Stage, table: str) -> dict[str, list[str]]:
    """What was held because of what reading it back showed, by reason."""
    with stage.warehouse() as database:
        rows = database.rows(
            f"SELECT reason, altered FROM delivered.{table} WHERE company = 'usmf' AND read_back <> 'as sent' ORDER BY document"
        )
    found: dict[str, list[str]] = {}
    for reason, text in rows:
        found.setdefault(str(reason), []).append(str(text).partition(";")[0])
    return found


def test_scm_that_drops_a_field_alters_a_value_or_writes_nothing_is_caught_in_the_same_run(stage: Stage) -> None:
    accounts = keys(stage, "sales_accounts", "accountid", "accountnumber", 3)
    values = ({"address1_city": "Reno"}, {"creditlimit": 4321}, {"name": "New"})
    faults = (
        {"kind": "drop_field", "field": "AddressCity"},
        {"kind": "alter_value", "field": "CreditLimit", "value": 4321.01},
        {"kind": "ok_without_writing"},
    )
    for (key, _), changed in zip(accounts, values, strict=True):
        stage.alter("sales", "accounts", {"accountid": key}, changed)
    deceive(stage, "scm", *({**fault, "path": number} for fault, (_, number) in zip(faults, accounts, strict=True)))
    _, ran = stage.chain(["usmf"], "accounts")
    deceive(stage, "scm")
    assert "CreditLimit: sent '4321', found '4321.01' (altered)" in "".join(ran.problems)
    found = held(stage, "scm_customers_from_accounts")
    lost_city, lost_name = found["lost_by_destination"]
    assert lost_city.startswith("customers_v2.AddressCity: sent 'Reno', found ")
    assert lost_name.startswith("customers_v2.OrganizationName: sent 'New', found ")
    assert found["altered_by_destination"] == ["customers_v2.CreditLimit: sent '4321', found '4321.01' (altered)"]
    (_, ran) = stage.chain(["usmf"], "accounts")
    assert [problem for problem in ran.problems if "written_as_sent" in problem] == []
    assert held(stage, "scm_customers_from_accounts") == {}


def test_sales_that_drops_a_field_alters_a_value_or_writes_nothing_is_caught_in_the_same_run(stage: Stage) -> None:
    products = keys(stage, "scm_sellable_released_products", "ProductNumber", "ProductName", 9)
    for number, name in products:
        key = {"dataAreaId": "usmf", "ProductNumber": number}
        stage.alter("scm", "_released_products", key, {"ProductName": f"{name} New", "ProductDescription": "New"})
    described = {"field": "description", "path": "/products"}
    faults = (
        {"kind": "drop_field", **described, "nth": [1]},
        {"kind": "alter_value", **described, "value": "Other", "nth": [2]},
        {"kind": "ok_without_writing", "path": "/products", "nth": [3]},
    )
    deceive(stage, "sales", *faults)
    _, ran = stage.chain(["usmf"], "products")
    deceive(stage, "sales")
    assert "products.description: sent 'New', found 'Other' (altered)" in "".join(ran.problems)
    by_reason = held(stage, "sales_products")
    assert [len(by_reason[reason]) for reason in ("lost_by_destination", "altered_by_destination")] == [2, 1]
    with stage.warehouse() as database:
        said = database.rows(
            "SELECT count(*) FROM ledger.outcomes WHERE reason = 'lost_by_destination' AND valid_to_run IS NULL"
        )
    assert said == [(2,)]


def order_id(stage: Stage, number: str) -> str:
    with stage.warehouse() as database:
        return str(database.value("SELECT salesorderid FROM raw.sales_salesorders WHERE ordernumber = ?", [number]))


@pytest.fixture(scope="module")
def later(stage: Stage, sales: httpx.Client) -> dict[str, int]:
    """People change and cancel orders in Sales, SCM delivers and invoices what is left of two, and two chains follow.

    What the second of them asked for, by method.
    """
    renamed = sales.patch(f"{API}/salesorders({order_id(stage, 'SO-US-10')})", json={"name": "Renamed in Sales"})
    order = order_id(stage, "SO-US-08")
    close = {"@odata.type": "Microsoft.Dynamics.CRM.orderclose", "salesorderid@odata.bind": f"/salesorders({order})"}
    cancelled = sales.post(f"{API}/CancelSalesOrder", json={"OrderClose": close, "Status": 4})
    assert (renamed.status_code, cancelled.status_code) == (204, 204), cancelled.text
    key = {"dataAreaId": "usmf", "SalesOrderNumber": "SO-US-09"}
    stage.alter("scm", "CDSSalesOrderHeaders", key, {"CustomersOrderReference": "changed after the first invoice"})
    stage.post_in_scm("usmf", "SO-US-09", "PackingSlip", "Invoice")
    stage.post_in_scm("usmf", "SO-US-08", "PackingSlip")
    runs = stage.chain(["usmf"])
    stage.requests()
    runs += stage.chain(["usmf"], only_changes=True)
    problems = [problem for run in runs for problem in run.problems]
    assert len(problems) == 2, "both chains know the account that was deleted before, and nothing else is wrong"
    for problem in problems:
        assert problem.startswith("reconciled__accounts: totals_agree: unexplained: ")
        assert " in 1 records (" in problem
        assert " lost_in_sales)" in problem
    return stage.requests()


def ended(stage: Stage, task: str, number: str) -> list[tuple[object, ...]]:
    sql = "SELECT outcome, reason FROM ledger.outcomes WHERE task = ? AND document = ? AND valid_to_run IS NULL"
    with stage.warehouse() as database:
        return database.rows(sql, [task, number])


def test_after_all_of_it_both_systems_are_at_rest(later: dict[str, int]) -> None:
    assert {method: count for method, count in later.items() if method != "GET" and count} == {}


@pytest.mark.usefixtures("later")
def test_a_change_in_sales_of_an_order_of_scm_is_written_over_and_kept_and_traced(stage: Stage) -> None:
    with stage.warehouse() as database:
        name = database.value("SELECT name FROM raw.sales_salesorders WHERE ordernumber = 'SO-US-10'")
        found = database.rows(
            "SELECT field, owner, sales_value, scm_value, resolution, sales_modified_utc IS NOT NULL, sales_modified_by "
            "FROM ledger.conflicts WHERE unit = 'sales/sales_orders' AND document = 'so-us-10'"
        )
        told = trace(database, catalogue.tasks(stage.settings.mapping_settings()), "order", "SO-US-10", "usmf", {})
    (conflict,) = found
    assert conflict[:6] == ("name", "scm", "Renamed in Sales", name, "owner_wins", True)
    assert conflict[6]
    texts = [event.text for station in told.stations for event in station.events if event.what == "conflict"]
    assert [text for text in texts if "Sales Renamed in Sales" in text]
    assert texts[-1].endswith(".name: the owner's value won")


@pytest.mark.usefixtures("later")
def test_an_order_that_changes_after_its_first_invoice_is_opened_written_and_closed_again(stage: Stage) -> None:
    with stage.warehouse() as database:
        order = database.rows(
            "SELECT statecode, msdynce_processingstatus, description FROM raw.sales_salesorders WHERE ordernumber = 'SO-US-09'"
        )
    assert order == [(4, 647390003, "changed after the first invoice")]


@pytest.mark.usefixtures("later")
def test_an_order_that_is_invoiced_twice_has_two_invoices_in_sales_to_the_cent(stage: Stage) -> None:
    with stage.warehouse() as database:
        invoices = database.rows(
            "SELECT count(*), count(DISTINCT i.invoicenumber) FROM raw.sales_invoices i "
            "JOIN raw.sales_salesorders o USING (salesorderid) WHERE o.ordernumber = 'SO-US-09'"
        )
    assert invoices == [(2, 2)]
    assert {money.unexplained_amount for money in stage.balance().money if money.flow == "invoices"} == {Decimal(0)}


@pytest.mark.usefixtures("later")
def test_an_order_cancelled_in_scm_is_cancelled_in_sales_by_its_status_and_stays_active(stage: Stage) -> None:
    """Source: mappings.md 5.2: the template writes the processing status and keeps statecode Active."""
    with stage.warehouse() as database:
        order = database.rows(
            "SELECT statecode, msdynce_processingstatus FROM raw.sales_salesorders WHERE ordernumber = 'WEB-US-03'"
        )
    assert order == [(0, 647390010)]
    assert ended(stage, "order_headers_to_salesorders", "WEB-US-03") == [("unchanged", None)]


@pytest.mark.usefixtures("later")
def test_what_scm_changes_of_an_order_that_sales_cancelled_is_rejected_by_name(stage: Stage) -> None:
    assert ended(stage, "order_headers_to_salesorders", "SO-US-08") == [("rejected", "order_closed_in_sales")]
    assert ended(stage, "salesorders_to_order_headers", "SO-US-08") == [("filtered", "owned_by_scm")]
