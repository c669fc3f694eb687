"""What is shown after chains: traces, the quarantine and retry, for one company of the scenario."""

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner, Result

from p2c_assets.cli.app import app
from p2c_assets.events import wakes
from p2c_assets.events.wakes import Owed
from p2c_assets.mappings import catalogue
from p2c_assets.reports.quarantine import quarantine
from p2c_assets.reports.records import KINDS, AmbiguousRecordError, UnknownRecordError, find
from p2c_assets.reports.totals import of_pair, totals
from p2c_assets.reports.trace import Station, Trace, trace
from p2c_assets.reports.trace_text import lines, markdown, totals_markdown
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.warehouse.database import Database
from p2c_assets_tests.chain.conftest import Once
from p2c_assets_tests.chain.stage import Stage

PROJECT = Path(__file__).parents[2]
SIDES = ("sales", "scm")
HOLDER = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


class Played(NamedTuple):
    """The scenario after a chain, a day and another chain; a configuration for the command line beside it."""

    stage: Stage
    folder: Path

    def p2c(self, *arguments: str, **environment: str) -> Result:
        """Run a command on this warehouse."""
        own = {"P2C_CONFIG": str(self.folder / "p2c.toml"), "DAGSTER_HOME": str(self.folder)}
        own |= {"P2C_PATHS__WAREHOUSE": str(self.stage.settings.paths.warehouse), "COLUMNS": "200"}
        return CliRunner().invoke(app, list(arguments), env={**own, **environment}, catch_exceptions=False)

    def trace(self, kind: str, number: str, company: str | None = None) -> Trace:
        """A trace as the command line makes it."""
        with self.stage.warehouse() as database:
            tasks = catalogue.tasks(self.stage.settings.mapping_settings())
            return trace(database, tasks, kind, number, company, self.prefixes)

    @property
    def invoice(self) -> str:
        """The invoice of order SO-US-04."""
        with self.stage.warehouse() as database:
            sql = "SELECT InvoiceNumber FROM raw.scm_sales_invoice_headers WHERE SalesOrderNumber = 'SO-US-04'"
            return str(database.value(sql))

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefix of every company."""
        return {one.id: one.sales_number_prefix for one in self.stage.settings.companies.values()}


@pytest.fixture(scope="module")
def played(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("reports")
    for name in ("p2c.toml", "dagster.yaml"):
        (folder / name).write_text((PROJECT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return Played(once.again(folder), folder)


def station(found: Trace, kind: str) -> Station:
    (one,) = [one for one in found.stations if one.kind == kind]
    return one


def whats(one: Station) -> list[str]:
    return [event.what for event in one.events]


def test_the_trace_of_an_invoice_begins_at_the_account_and_ends_at_the_invoice(played: Played) -> None:
    found = played.trace("invoice", played.invoice.lower())
    kinds = list(dict.fromkeys(one.kind for one in found.stations))
    assert kinds == ["account", "contact", "product", "order", "confirmation", "shipment", "invoice"]
    assert (found.number, found.company, found.left_out) == (played.invoice, "usmf", {})
    assert station(found, "invoice").sides == (
        f"scm.sales_invoice_headers {played.invoice}",
        f"sales.invoices {played.invoice}",
    )


def test_a_station_tells_versions_plan_request_verdict_read_back_and_outcome_in_their_order(played: Played) -> None:
    invoice = played.invoice
    events = station(played.trace("invoice", invoice), "invoice").events
    assert [event.what for event in events] == [
        "observed",
        "planned",
        "sent",
        "answered",
        "read back",
        "observed",
        "outcome",
    ]
    assert list(events) == sorted(events, key=lambda event: event.at)
    with played.stage.warehouse() as database:
        ((version, run),) = database.rows(
            "SELECT row_version, run FROM raw_log.scm_sales_invoice_headers WHERE InvoiceNumber = ?", [invoice]
        )
        ((request, plan),) = database.rows(
            "SELECT request_id, plan FROM delivery.outbox WHERE document = ? AND unit = 'sales/invoices'", [invoice]
        )
        mapping = database.value("SELECT max(mapping) FROM ledger.inputs WHERE task = 'invoice_headers_to_invoices'")
    texts = [event.text for event in events]
    assert str(version)[:8] in texts[0]
    assert (events[0].run, events[1].run) == (run, plan)
    assert f"plan {str(plan)[:8]}, mapping {mapping}" in texts[1]
    assert "invoices.freightamount: (empty) -> 12.5" in events[1].fields
    assert texts[3] == f"delivered, HTTP 204, request {request}"
    assert texts[4] == "as sent"
    assert texts[6].startswith("created (invoice_headers_to_invoices, mapping ")
    assert texts[6].endswith("; lines: 2 created")


def test_an_update_shows_the_fields_before_and_after(played: Played) -> None:
    order = station(played.trace("order", "SO-US-04"), "order")
    (planned,) = [event for event in order.events if event.what == "planned" and "in sales" in event.text]
    assert "salesorders.msdynce_processingstatus: 647390000 -> 647390003" in planned.fields
    assert [field for field in planned.fields if field.startswith("salesorderdetails[")]


def test_a_refusal_is_told_in_the_destinations_words(played: Played) -> None:
    order = station(played.trace("order", "SO-US-14"), "order")
    (answer,) = [event.text for event in order.events if event.what == "answered"]
    assert answer.startswith("refused, HTTP 400, request ")
    assert answer.endswith("AxODataWriteException: Item 'U3003' is blocked for 'Sales order'.")


def test_a_quote_leads_on_to_the_orders_made_of_it_in_either_system(played: Played) -> None:
    found = played.trace("quote", "QUO-US-06")
    assert {one.kind for one in found.stations} >= {"account", "product", "quote"}
    assert {one.number for one in found.stations if one.kind == "order"} == {"SO-US-13", "SCM-US-0600"}


def test_an_account_has_its_contacts_and_its_documents(played: Played) -> None:
    found = played.trace("account", "US-004")
    assert {one.kind for one in found.stations} == {"account", "contact"}
    named = {(one.kind, one.number): one.outcomes for one in found.documents}
    assert named["order", "SO-US-14"] == ("refused refused_by_destination (salesorders_to_order_headers)",)
    assert ("invoice", played.invoice) in named


def test_a_product_has_the_documents_that_it_is_on(played: Played) -> None:
    found = played.trace("product", "P1005", "usmf")
    assert station(found, "product").sides == ("scm.sellable_released_products P1005", "sales.products P1005")
    assert ("order", "SO-US-04") in {(one.kind, one.number) for one in found.documents}


def test_a_number_of_several_companies_is_asked_back(played: Played) -> None:
    with played.stage.warehouse() as database:
        database.run("BEGIN")
        database.run(
            "INSERT INTO raw_log.scm_sales_order_headers BY NAME SELECT * REPLACE ('demf' AS row_company) "
            "FROM raw_log.scm_sales_order_headers WHERE SalesOrderNumber = 'WEB-000777'"
        )
        with pytest.raises(AmbiguousRecordError, match="order web-000777 is in demf, usmf: name one with --company"):
            find(database, KINDS["order"], "web-000777", None, played.prefixes)
        assert find(database, KINDS["order"], "web-000777", "demf", played.prefixes).company == "demf"
        database.run("ROLLBACK")


def test_a_number_that_does_not_exist_is_answered_with_near_ones(played: Played) -> None:
    with pytest.raises(UnknownRecordError, match=r"no order SO-US-4 was ever read; near it: SO-US-04"):
        played.trace("order", "SO-US-4")
    with pytest.raises(UnknownRecordError, match=r"no order SO-US-04 of demf was ever read; near it: SO-DE-"):
        played.trace("order", "SO-US-04", "demf")


def test_a_deleted_record_is_still_traced(played: Played) -> None:
    with played.stage.warehouse() as database:
        database.run("BEGIN")
        database.run(
            "INSERT INTO raw_log.sales_accounts BY NAME SELECT * REPLACE (true AS deleted, now() AS observed_utc) "
            "FROM raw_log.sales_accounts WHERE accountnumber = 'US-001' LIMIT 1"
        )
        found = find(database, KINDS["account"], "US-001", None, played.prefixes)
        assert [bool(row["deleted"]) for _, row in found.rows] == [True, False]
        database.run("ROLLBACK")


def documents(database: Database) -> list[tuple[str, str, Decimal, Decimal, str]]:
    """Every document that reconciliation compared: kind, number, both amounts, class."""
    return [
        (kind.name, str(number), *rest)  # pyright: ignore[reportReturnType]
        for kind in KINDS.values()
        if kind.name in ("quote", "order", "invoice")
        for number, *rest in database.rows(
            f"SELECT split_part(key, ' ', 1), sales_amount, scm_amount, class FROM reconciled.{kind.flow}_pairs "
            "WHERE company = 'usmf' ORDER BY ALL"
        )
    ]


def test_the_parts_of_every_document_add_up_to_what_reconciliation_compared_and_each_has_a_class(
    played: Played,
) -> None:
    wrong: list[Any] = []
    with played.stage.warehouse() as database:
        compared = documents(database)
        for kind, number, sales_amount, scm_amount, found_class in compared:
            found = totals(database, find(database, KINDS[kind], number, "usmf", played.prefixes))
            assert found is not None
            sums = [sum((getattr(part, side) or 0 for part in found.parts if part.adds), Decimal(0)) for side in SIDES]
            difference = sum((part.difference for part in found.parts if part.adds), Decimal(0))
            expected = ([sales_amount, scm_amount], scm_amount - sales_amount, found_class)
            if (sums, difference, found.found_class) != expected:
                wrong.append((number, sums, expected))
            wrong += [(number, part) for part in found.parts if part.named in ("", "value_differs")]
    assert (wrong, len(compared) > 50) == ([], True)


def test_tax_that_scm_added_is_named_line_by_line(played: Played) -> None:
    found = played.trace("quote", "QUO-US-01").totals
    assert found is not None
    named = {(part.place, part.name): (part.difference, part.named) for part in found.parts}
    assert named["line 1 P1001", "tax"] == (Decimal("40.34"), "tax_and_charges_of_scm")
    assert named["line 1 P1001", "net"] == (Decimal(0), "agreed")
    assert found.difference == Decimal("84.18")


def test_markdown_has_a_table_per_station_and_nothing_of_a_record_is_markup(played: Played) -> None:
    with played.stage.warehouse() as database:
        name = database.value("SELECT name FROM raw_log.sales_accounts WHERE accountnumber = 'US-004'")
    text = markdown(played.trace("invoice", played.invoice))
    assert text.startswith(f"# invoice {played.invoice} of usmf\n")
    assert text.count("| when (UTC) | what | | run |") == 8
    assert "| **total** | | 236.75 | 236.75 | 0.00 | `agreed` |" in text
    assert f"-\\> {name}" in text


def test_the_command_prints_the_trace(played: Played) -> None:
    done = played.p2c("trace", "invoice", played.invoice)
    assert done.exit_code == 0
    assert done.output == "\n".join(lines(played.trace("invoice", played.invoice))) + "\n"
    unknown = played.p2c("trace", "order", "SO-US-4")
    assert (unknown.exit_code, "near it: SO-US-04" in unknown.output) == (2, True)
    assert played.p2c("trace", "order", "SO-US-04", "--company", "usmf", "--markdown").output.startswith("# order ")


def test_every_row_that_is_stopped_is_under_one_cause(played: Played) -> None:
    with played.stage.warehouse() as database:
        found = quarantine(database, catalogue.tasks(played.stage.settings.mapping_settings()))
        rows = database.value(
            "SELECT count(*) FROM ledger.outcomes WHERE valid_to_run IS NULL AND outcome IN ('rejected', 'held', 'refused')"
        )
    documents_shown = [one for cause in found.causes for one in (*cause.documents, *cause.waiting)]
    assert sum(one.rows for one in documents_shown) == rows
    assert [cause.reason.code for cause in found.causes if not cause.about] == []


def test_the_command_prints_causes_with_what_waits_for_them(played: Played) -> None:
    data = json.loads(played.p2c("quarantine", "--company", "usmf", "--json").output)
    (cause,) = [cause for cause in data["causes"] if cause["about"] == "country Atlantis"]
    assert [one["document"] for one in cause["documents"]] == ["US-009", "QUO-US-08"]
    assert [one["document"] for one in cause["waiting"]] == ["C-US-13", "SO-US-16"]
    assert cause["money"] == {"USD": "99.80"}
    text = played.p2c("quarantine", "--reason", "unmapped_unit").output
    assert "rejected unmapped_unit: unit drum\n" in text
    assert "CRM admin: add it under [value_maps.units]" in text


def test_filtered_rows_are_counted_and_listed_with_their_reason(played: Played) -> None:
    data = json.loads(played.p2c("outcomes", "--outcome", "filtered", "--rows", "1000", "--json").output)
    assert {row["outcome"] for row in data["rows"]} == {"filtered"}
    assert sum(one["rows"] for one in data["counts"]) == len(data["rows"])
    reasons = {row["reason"] for row in data["rows"]}
    assert {"order_not_activated", "write_in_line", "quote_not_active", "order_not_confirmed"} <= reasons
    (draft,) = [row for row in data["rows"] if row["reason"] == "order_not_activated"][:1]
    assert (draft["owner"], draft["fix"]) == ("data owner", "activate the order in Sales")
    text = played.p2c("outcomes", "--document", draft["document"].lower(), "--rows", "1").output
    assert f"{draft['document']}  filtered:order_not_activated" in text


def test_the_counts_of_outcomes_are_those_of_the_balance(played: Played) -> None:
    data = json.loads(played.p2c("outcomes", "--company", "usmf", "--json").output)
    for task in played.stage.balance().tasks:
        if task.company == "usmf":
            assert sum(one["rows"] for one in data["counts"] if one["task"] == task.task) == task.rows_in
    unknown = played.p2c("outcomes", "--outcome", "lost")
    assert unknown.exit_code == 2
    assert "created, updated, unchanged" in " ".join(unknown.output.split())


def test_an_unknown_reason_or_company_is_named_with_the_known_ones(played: Played) -> None:
    reason, company = played.p2c("quarantine", "--reason", "x"), played.p2c("quarantine", "--company", "x")
    assert (reason.exit_code, company.exit_code) == (2, 2)
    assert "those that do are wrong_type, key_missing" in " ".join(reason.output.split())
    assert "they have usmf, demf, gbsi" in " ".join(company.output.split())


def test_a_busy_warehouse_is_waited_for_and_ends_with_75(played: Played) -> None:
    path = str(played.stage.settings.paths.warehouse)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = [
            played.p2c(*command, P2C_PATHS__WAREHOUSE_WAIT_S="0.1")
            for command in (("quarantine",), ("trace", "order", "SO-US-04"), ("retry",))
        ]
        holder.communicate("")
    assert {one.exit_code for one in done} == {os.EX_TEMPFAIL}
    assert all("active: no run of this Dagster instance" in " ".join(one.output.split()) for one in done)


def test_without_a_warehouse_there_is_nothing_to_show(played: Played, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none.duckdb")
    done = played.p2c("quarantine", P2C_PATHS__WAREHOUSE=nowhere)
    assert (done.exit_code, "`p2c run` or `p2c demo` makes it" in " ".join(done.output.split())) == (2, True)
    assert not Path(nowhere).exists()


def test_the_report_is_written_where_it_is_wanted(played: Played) -> None:
    wanted = played.folder / "out" / "orders.html"
    assert played.p2c("report", "--output", str(wanted)).output.strip() == str(wanted)
    assert played.p2c("report").exit_code == 0
    texts = [path.read_text(encoding="utf-8") for path in (wanted, played.folder / ".p2c" / "report.html")]
    first, second = ([line for line in text.splitlines() if 'id="written"' not in line] for text in texts)
    assert first == second
    for expected in (
        "Everything is explained",
        "unit drum",
        "refused:refused_by_destination",
        "invoice_headers_to_invoices",
    ):
        assert expected in texts[0], expected


def test_the_markdown_of_a_records_totals_is_there_for_an_assets_metadata(played: Played) -> None:
    with played.stage.warehouse() as database:
        found = of_pair(database, "quotes", "quo-us-01", "usmf", played.prefixes)
        assert of_pair(database, "accounts", "US-004", "usmf", played.prefixes) is None
        assert of_pair(database, "orders", "never read", "usmf", played.prefixes) is None
        (key,) = database.rows("SELECT key FROM reconciled.invoices_pairs WHERE starts_with(key, ?)", [played.invoice])[
            0
        ]
        assert of_pair(database, "invoices", str(key), "usmf", played.prefixes) is not None
    assert found is not None
    assert "| line 1 P1001 | tax | 0.00 | 40.34 | 40.34 | `tax_and_charges_of_scm` |" in totals_markdown(found)


def kept(database: Database) -> list[Any]:
    """What a purge must leave as it is: counts and money."""
    tables = ("ledger.outcomes", "delivery.outbox", "delivery.refusals", "mapped.scm_customers_from_accounts")
    raw = [
        f"{schema}.{side.entity.table}"
        for kind in KINDS.values()
        for side in kind.sides
        for schema in ("raw", "raw_log")
    ]
    return [
        database.rows(
            "SELECT task, outcome, reason, count(*), sum(amount) FROM ledger.outcomes GROUP BY ALL ORDER BY ALL"
        ),
        database.rows("SELECT * FROM ledger.counts ORDER BY ALL"),
        database.rows("SELECT * FROM reconciled.orders_pairs ORDER BY ALL"),
        database.rows("SELECT SalesOrderNumber, OrderTotalAmount FROM raw_log.scm_sales_order_headers ORDER BY ALL"),
        *(database.rows(f"SELECT count(*) FROM {table}") for table in (*tables, *raw)),
    ]


def naming(database: Database, text: str) -> list[str]:
    """The tables in which a text stands, anywhere."""
    tables = database.rows("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY 1")
    found = [str(table) for (table,) in tables]
    return [
        table
        for table in found
        if database.value(f"SELECT count(*) FROM {table} t WHERE contains(t::VARCHAR, ?)", [text])
    ]


def test_the_last_plan_is_shown_field_by_field_with_risk_money_and_what_became_of_it(played: Played) -> None:
    text = played.p2c("plan", "--document", "so-us-04", "--company", "usmf").output
    assert re.search(r"plan P\d+-[0-9a-f]{4}: orders of usmf, written to Sales", text)
    assert "- SO-US-04: update, money, " in text
    assert re.search(r"msdynce_ismaintainedexternally +False -> True", text)
    (plan,) = json.loads(played.p2c("plan", "--flow", "invoices", "--company", "usmf", "--json").output)
    assert (plan["unit"], plan["waiting"], plan["risks"]["new"]) == ("sales/invoices", 0, len(plan["documents"]))
    assert {document["state"] for document in plan["documents"]} == {"delivered"}
    total = sum(Decimal(document["money_delta"]) for document in plan["documents"] if document["currency"] == "USD")
    assert Decimal(plan["money"]["USD"]) == total
    unknown = played.p2c("plan", "--document", "SO-US-99")
    assert (unknown.exit_code, "`p2c plan --fresh` makes one" in unknown.output) == (2, True)


def test_a_purge_forgets_a_customer_and_keeps_counts_and_money(played: Played) -> None:
    path = played.stage.settings.paths.warehouse
    with played.stage.warehouse() as database:
        name = str(database.value("SELECT name FROM raw.sales_accounts WHERE accountnumber = 'US-004'"))
        before = kept(database)
        assert {"raw.sales_accounts", "raw_log.scm_customers_v2", "delivery.outbox"} <= set(naming(database, name))
        database.run("CHECKPOINT")
    assert name.encode() in path.read_bytes()
    dry = played.p2c("purge", "--key", "us-004", "--dry-run")
    assert (dry.exit_code, "rows would be emptied; dry run: nothing was changed" in dry.output) == (0, True)
    with played.stage.warehouse() as database:
        assert len(naming(database, name)) >= 3
    asked = played.p2c("purge", "--key", "us-004")
    assert (asked.exit_code, "Aborted" in asked.output) == (1, True)
    done = played.p2c("purge", "--key", "us-004", "--yes")
    assert done.exit_code == 0, done.output
    assert "sales.accounts US-004: still there when it was last read" in done.output
    assert re.search(r"raw_log\.sales_accounts\s+1\n", done.output)
    with played.stage.warehouse() as database:
        assert naming(database, name) == []
        assert kept(database) == before
        versions = database.rows(
            "SELECT row_version FROM raw.sales_accounts WHERE row_flaws LIKE 'purged: emptied on %'"
        )
        assert versions == [("purged",)]
        assert database.rows("SELECT entity FROM raw_log.bookmarks WHERE entity = 'sales_accounts'") == []
    assert name.encode() not in path.read_bytes()
    unknown = played.p2c("purge", "--key", "US-0004", "--yes")
    assert (unknown.exit_code, "no account US-0004 was ever read; near it: US-004" in unknown.output) == (2, True)


def test_after_a_purge_the_next_run_reads_again_and_sends_only_what_was_to_be_retried(played: Played) -> None:
    """Near the end, since it runs a chain."""
    assert "nothing refused fits" in played.p2c("retry", "--flow", "orders", "--document", "SO-US-04").output
    wanted = ("retry", "--flow", "orders", "--company", "usmf", "--document", "so-us-14")
    dry = played.p2c(*wanted, "--dry-run")
    assert "1 document would be sent again; dry run: nothing was changed" in dry.output
    done = played.p2c(*wanted)
    assert done.output.split("\n")[0].strip() == "usmf scm/sales_orders SO-US-14"
    with played.stage.warehouse() as database:
        last = database.value("SELECT max(planned_utc) FROM delivery.outbox")
    runs = played.stage.chain(["usmf"])
    assert [run.problems for run in runs if not run.succeeded] == []
    with played.stage.warehouse() as database:
        sent = database.rows("SELECT document, state FROM delivery.outbox WHERE planned_utc > ?", [last])
        assert sent == [("SO-US-14", "refused")]
        assert database.value("SELECT count(*) FROM raw.sales_accounts WHERE row_flaws LIKE 'purged%'") == 0


def rename_account(played: Played, number: str, name: str) -> None:
    with AdminClient(played.stage.sandbox.sales_url) as sales:
        row = next(row for row in sales.rows("accounts") if row["accountnumber"] == number)
    played.stage.alter("sales", "accounts", {"accountid": row["accountid"]}, {"name": name})


def sent_since(played: Played, last: object) -> list[tuple[object, ...]]:
    with played.stage.warehouse() as database:
        return database.rows("SELECT document, state FROM delivery.outbox WHERE planned_utc > ?", [last])


def test_a_dry_run_shows_what_waits_and_an_approval_sends_it(played: Played) -> None:
    """The whole way on the command line, in a flow that always asks."""
    own = {**played.stage.sandbox.environment, "P2C_APPROVAL__ACCOUNTS__MODE": "always"}
    with played.stage.warehouse() as database:
        last = database.value("SELECT max(planned_utc) FROM delivery.outbox")
    for number in ("US-002", "US-003"):
        rename_account(played, number, f"Renamed {number}")
    dry = played.p2c("run", "--dry-run", "--flow", "accounts", "--company", "usmf", **own)
    assert (dry.exit_code, "dry run: nothing was sent" in dry.output) == (0, True)
    assert re.search(r"OrganizationName +Fabrikam Dayton -> Renamed US-002", dry.output)
    (name,) = re.findall(r"`p2c approve (P\S+)`", dry.output)
    with wakes.opened(played.stage.settings.paths.events) as noted:
        assert Owed("usmf", "sales.accounts") in noted.owed(), "what a dry run read is made up for by the sensors"
        noted.owe((), noted.owed())
    would = played.p2c("approve", name.lower(), "--dry-run", **own)
    assert would.output.startswith("2 documents of accounts of usmf would be released: US-002, US-003\n")
    done = played.p2c("approve", name, "--document", "US-002", "--by", "Jane Doe", "--run", **own)
    assert "1 document of accounts of usmf released: US-002" in done.output
    assert sent_since(played, last) == [("US-002", "delivered")]
    with wakes.opened(played.stage.settings.paths.events) as noted:
        assert Owed("usmf", "sales.accounts") in noted.owed(), "what was approved is sent by the sensors' next run"
    held = played.p2c("quarantine", "--reason", "approval", "--company", "usmf", **own).output
    (left,) = re.findall(r"held approval: plan (P\S+)", held)
    assert f"release it with `p2c approve {left}`" in held
    assert left != name
    assert "approval of 0 documents" in played.p2c("approve", left, "--revoke", **own).output
    wrong = played.p2c("approve", "P0-0000", **own)
    assert (wrong.exit_code, f"{left} (accounts of usmf: 1)" in " ".join(wrong.output.split())) == (2, True), (
        wrong.output
    )
