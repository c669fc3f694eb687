"""What sensors decide, and that they read Dagster's history and never the warehouse."""

import http.server
import json
import threading
from collections.abc import Generator
from pathlib import Path

import dagster as dg
import pytest

from p2c_assets.defs.sensors import failed_run_alert, history, scm_changes
from p2c_assets.defs.sensors.decision import Table, read_of_sales, read_of_scm, runs_after
from p2c_assets.defs.tags import CHANGES, COMPANY, READING, STARTED_BY
from p2c_assets.settings import Alerts, Settings, build
from p2c_assets_tests.defs.graph import SYSTEM, definitions

ACCOUNTS, QUOTES, UOMS = (dg.AssetKey(["raw", "sales", name]) for name in ("accounts", "quotes", "uoms"))
CUSTOMERS, ORDERS = (dg.AssetKey(["raw", "scm", name]) for name in ("customers_v2", "sales_order_headers"))
MAPPED, QUOTED = dg.AssetKey(["mapped", "scm", "customers"]), dg.AssetKey(["mapped", "scm", "quotations"])
TABLES = (Table(ACCOUNTS, True, "link-a"), Table(QUOTES, True, "link-q"), Table(UOMS, True, None))
DOWNSTREAM = {ACCOUNTS: {MAPPED, QUOTED}, QUOTES: {QUOTED}}
COMPANIES = ("usmf", "demf")


def _settings(**sensors: object) -> Settings:
    system = {**SYSTEM, "client_secret": "s"}
    company = {"business_unit": "u", "owner_team": "t", "currency": "USD"}
    return build({"sales": system, "scm": system, "companies": {"usmf": company}, "sensors": sensors}, Path())


def test_no_change_is_said_and_asks_for_nothing() -> None:
    found = read_of_sales("read", TABLES, {ACCOUNTS: 0, QUOTES: 0}, False, "run1")
    assert found == ((), "no change in 2 tables of Sales")


def test_only_changed_tables_are_read() -> None:
    found = read_of_sales("read", TABLES, {ACCOUNTS: 3, QUOTES: 0}, False, "run1")
    assert [one.assets for one in found.wanted] == [(ACCOUNTS,)]
    assert found.why == "accounts: 3 changes"


def test_a_table_never_read_or_with_an_expired_link_is_read() -> None:
    tables = (Table(ACCOUNTS, False, None), *TABLES[1:])
    found = read_of_sales("read", tables, {QUOTES: None}, False, "")
    assert [one.assets for one in found.wanted] == [(ACCOUNTS, QUOTES)]
    assert found.why == "accounts: never read, quotes: link expired"


def test_what_changes_while_a_read_waits_is_folded_into_the_next() -> None:
    found = read_of_sales("read", TABLES, {}, True, "run1")
    assert found.wanted == ()
    assert "folded into the next" in found.why


def test_the_same_changes_are_one_key_and_a_read_that_failed_is_asked_for_again() -> None:
    pending = {ACCOUNTS: 3, QUOTES: 0}
    keys = [read_of_sales("read", TABLES, pending, False, run).wanted[0].key for run in ("run1", "run1", "run2")]
    assert keys[0] == keys[1] != keys[2]


def test_a_request_reads_changes_only_and_says_who_asked_for_which_company() -> None:
    (wanted,) = read_of_scm("chain", {"usmf": [CUSTOMERS]}, set(), 100).wanted
    request = wanted.request("scm_changes")
    assert (request.partition_key, request.asset_selection) == ("usmf", [CUSTOMERS])
    assert {name: request.tags[name] for name in (READING, STARTED_BY, COMPANY)} == {
        READING: CHANGES,
        STARTED_BY: "scm_changes",
        COMPANY: "usmf",
    }


def test_a_company_with_a_run_waits_and_the_others_go_on() -> None:
    due = {"usmf": [CUSTOMERS], "demf": [CUSTOMERS, ORDERS], "gbsi": []}
    found = read_of_scm("chain", due, {"usmf"}, 100)
    assert [(one.company, one.assets) for one in found.wanted] == [("demf", (CUSTOMERS, ORDERS))]
    assert read_of_scm("chain", {"usmf": [CUSTOMERS]}, {"usmf"}, 100) == (
        (),
        "due, but a run is queued or running: usmf",
    )
    assert read_of_scm("chain", {"usmf": []}, set(), 100).why == "no entity of SCM is due"


def test_each_entity_is_due_at_its_own_interval() -> None:
    settings = _settings(scm_interval_s=300, scm_interval_s_by_entity={"sales_order_headers": 60})
    asked = {"usmf customers_v2": 1000, "usmf sales_order_headers": 1000}
    found = {now: scm_changes.due([CUSTOMERS, ORDERS], ["usmf"], asked, settings, now) for now in (1059, 1060, 1300)}
    assert found == {1059: {"usmf": []}, 1060: {"usmf": [ORDERS]}, 1300: {"usmf": [CUSTOMERS, ORDERS]}}


def test_only_affected_flows_of_affected_companies_run() -> None:
    found = runs_after("chain", {QUOTES: {"usmf": 2}, ACCOUNTS: {}}, DOWNSTREAM, COMPANIES, {}, "run1")
    assert [(one.company, one.assets) for one in found.wanted] == [("usmf", (QUOTED,))]


def test_rows_of_no_company_concern_every_company() -> None:
    found = runs_after("chain", {ACCOUNTS: {"-": 1}}, DOWNSTREAM, COMPANIES, {}, "run1")
    assert [(one.company, one.assets) for one in found.wanted] == [
        ("demf", (MAPPED, QUOTED)),
        ("usmf", (MAPPED, QUOTED)),
    ]


def test_a_waiting_run_sees_the_change_as_well_unless_it_lacks_an_asset() -> None:
    changed = {ACCOUNTS: {"usmf": 1}}
    assert runs_after("chain", changed, DOWNSTREAM, COMPANIES, {"usmf": {MAPPED, QUOTED}}, "run1").wanted == ()
    assert len(runs_after("chain", changed, DOWNSTREAM, COMPANIES, {"usmf": {QUOTED}}, "run1").wanted) == 1


def test_what_a_table_affects_is_taken_from_the_graph() -> None:
    assets = [asset for asset in definitions("usmf").assets or [] if "readiness" not in str(asset)]
    raw = [dg.AssetKey(["raw", "sales", "quotes"]), dg.AssetKey(["raw", "sales", "invoices"])]
    found = history.downstream_of(assets, raw)  # type: ignore[arg-type]
    assert {key.path[0] for key in found[raw[0]]} == {"mapped", "planned", "delivered", "reconciled"}
    assert dg.AssetKey(["mapped", "sales", "invoices"]) in found[raw[1]]
    assert dg.AssetKey(["mapped", "scm", "sales_quotation_headers"]) not in found[raw[1]]


def test_the_history_tells_the_last_link_and_what_a_run_brought() -> None:
    @dg.asset(key=ACCOUNTS)
    def accounts() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"delta_link": "link-a", "changed/usmf": 2, "changed/-": 1, "rows/new": 3})

    with dg.DagsterInstance.ephemeral() as instance:
        assert history.table(instance, ACCOUNTS) == Table(ACCOUNTS, False, None)
        run = dg.materialize([accounts], instance=instance).run_id
        assert history.table(instance, ACCOUNTS) == Table(ACCOUNTS, True, "link-a")
        assert history.changed_by_run(instance, run) == {ACCOUNTS: {"usmf": 2, "-": 1}}


def test_sensors_are_stopped_unless_the_settings_say_otherwise() -> None:
    found = {sensor.name: sensor.default_status for sensor in definitions("usmf").sensors or []}
    assert found == dict.fromkeys(
        ("sales_changes", "scm_changes", "changes_arrived", "failed_run_alert"), dg.DefaultSensorStatus.STOPPED
    )


def test_every_delivered_asset_has_a_freshness_policy_and_every_asset_of_a_company_follows_its_upstream() -> None:
    graph = definitions("usmf").resolve_asset_graph()
    fresh = {key for key in graph.get_all_asset_keys() if graph.get(key).freshness_policy is not None}
    assert fresh == {key for key in graph.get_all_asset_keys() if key.path[0] == "delivered"}
    following = {key for key in graph.get_all_asset_keys() if graph.get(key).automation_condition is not None}
    assert following == {key for key in graph.get_all_asset_keys() if key.path[0] not in ("raw", "readiness")}


@pytest.fixture
def receiver() -> Generator[tuple[str, list[str]]]:
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def test_a_failed_run_is_told_to_the_webhook(receiver: tuple[str, list[str]]) -> None:
    url, heard = receiver
    words = failed_run_alert.text("run1", "prospect_to_cash", "usmf", "PermanentError: no\nstack")
    assert failed_run_alert.tell(Alerts(webhook=url), words) == ["webhook"]
    assert heard == ["p2c: run run1 of job prospect_to_cash of company usmf failed: PermanentError: no"]
    assert failed_run_alert.tell(Alerts(), words) == []
