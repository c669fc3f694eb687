"""What sensors decide, and that they read Dagster's history and never the warehouse."""

import http.server
import json
import socketserver
import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import dagster as dg
import pytest

from p2c_assets.definitions import build_defs
from p2c_assets.defs.sensors import failed_run_alert, history, sales_changes, scm_changes
from p2c_assets.defs.sensors.decision import Asked, Decision, Following, Table, owed_after, read_of_sales, read_of_scm
from p2c_assets.defs.sensors.follow_changes import Downstream
from p2c_assets.defs.tags import CHANGES, COMPANY, READING, STARTED_BY, WITHIN
from p2c_assets.errors import SettingsError, TransientError
from p2c_assets.events.wakes import STAGES, Owed, Wake
from p2c_assets.settings import Alerts, Settings, build
from p2c_assets_tests.defs.graph import SYSTEM, definitions

ACCOUNTS, QUOTES, UOMS = (dg.AssetKey(["raw", "sales", name]) for name in ("accounts", "quotes", "uoms"))
TABLES = (Table(ACCOUNTS, True, "link-a"), Table(QUOTES, True, "link-q"), Table(UOMS, True, None))
COMPANIES = ("usmf", "demf")
ORDERS_OF_USMF = Wake("scm", "sales_order_headers", "usmf", 7, "2026-01-05T08:00:00")


def _settings(events: Mapping[str, object] | None = None, **sensors: object) -> Settings:
    system = {**SYSTEM, "client_secret": "s"}
    companies = {"usmf": {"business_unit": "u", "owner_team": "t", "currency": "USD"}}
    return build(
        {"sales": system, "scm": system, "companies": companies, "sensors": sensors, "events": events or {}}, Path()
    )


def test_no_change_is_said_and_asks_for_nothing() -> None:
    found = read_of_sales(TABLES, {ACCOUNTS: 0, QUOTES: 0}, {}, (), "run1")
    assert found == Decision(None, "no change in 2 tables of Sales")


def test_only_changed_tables_are_read() -> None:
    found = read_of_sales(TABLES, {ACCOUNTS: 3, QUOTES: 0}, {}, (), "run1")
    assert (found.asked, found.why) == (Asked(sales=frozenset({"accounts"})), "accounts: 3 changes")


def test_an_event_has_its_table_read_and_nobody_is_asked() -> None:
    found = read_of_sales(TABLES, {}, {"quotes": 5}, (), "run1")
    assert (found.asked, found.why) == (Asked(sales=frozenset({"quotes"})), "quotes: an event")


def test_a_table_never_read_or_with_an_expired_link_is_read() -> None:
    tables = (Table(ACCOUNTS, False, None), *TABLES[1:])
    found = read_of_sales(tables, {QUOTES: None}, {}, (), "")
    assert found.asked == Asked(sales=frozenset({"accounts", "quotes"}))
    assert found.why == "accounts: never read, quotes: link expired"


def test_what_an_earlier_run_left_is_asked_for_again() -> None:
    found = read_of_sales(TABLES, {ACCOUNTS: 0}, {}, {Owed("usmf", "sales.accounts")}, "run1")
    assert (found.asked, found.why) == (Asked(), "left by an earlier run: 1 entities")


def test_while_a_run_is_active_or_has_just_failed_none_is_asked_for() -> None:
    assert "folded into it or the next" in (Following(True, "run1").why_not(30) or "")
    assert (
        Following(False, "run1", 10.2).why_not(30)
        == "the last run that followed changes failed 10 s ago; again after 30 s"
    )
    assert Following(False, "run1", 31).why_not(30) is None
    assert Following(False, "run1").why_not(30) is None


def test_the_same_changes_are_one_key_and_a_read_that_failed_is_asked_for_again() -> None:
    pending = {ACCOUNTS: 3, QUOTES: 0}
    keys = [read_of_sales(TABLES, pending, {}, (), run).key for run in ("run1", "run1", "run2")]
    assert keys[0] == keys[1] != keys[2]


def test_another_event_is_another_key() -> None:
    keys = {read_of_sales(TABLES, {}, {"quotes": number}, (), "run1").key for number in (5, 6)}
    keys |= {read_of_scm({}, [ORDERS_OF_USMF._replace(number=number)], COMPANIES, "run1").key for number in (5, 6)}
    assert len(keys) == 4


def test_a_request_reads_changes_only_and_says_who_asked_for_what() -> None:
    request = read_of_scm({"usmf": ["customers_v2"], "demf": []}, [], COMPANIES, "").request("follow", "scm_changes")
    assert (request.job_name, request.tags[READING], request.tags[STARTED_BY]) == ("follow", CHANGES, "scm_changes")
    assert request.run_config == {"ops": {"follow": {"config": {"sales": [], "scm": {"usmf": ["customers_v2"]}}}}}


def test_events_and_what_is_due_are_read_by_the_companies_they_concern() -> None:
    everywhere = Wake("scm", "customers_v2", "", 8, "")
    elsewhere = Wake("scm", "customers_v2", "frsi", 9, "")
    sales = Wake("sales", "accounts", "", 10, "")
    found = read_of_scm({"demf": ["contact_persons"]}, [ORDERS_OF_USMF, everywhere, elsewhere, sales], COMPANIES, "")
    assert found.asked == Asked(scm={"demf": frozenset({"contact_persons"})}), (
        "the run finds what events told of itself"
    )
    assert found.why == "demf 2 entities, usmf 2 entities"
    assert read_of_scm({}, [ORDERS_OF_USMF], COMPANIES, "").asked == Asked()
    assert read_of_scm({"usmf": []}, [sales], COMPANIES, "").why == "no entity of SCM is due, and no event has come"


def test_each_entity_is_due_at_its_own_interval() -> None:
    settings = _settings(scm_interval_s=300, scm_interval_s_by_entity={"sales_order_headers": 60})
    asked = {"usmf customers_v2": 1000, "usmf sales_order_headers": 1000}
    names = ["customers_v2", "sales_order_headers"]
    found = {now: scm_changes.due(names, (), asked, settings, now)["usmf"] for now in (1059, 1060, 1300)}
    assert found == {1059: [], 1060: ["sales_order_headers"], 1300: names}


def test_with_events_both_systems_are_asked_at_long_intervals_all_the_same() -> None:
    settings = _settings(events={"fallback_s": 600}, scm_interval_s=60)
    asked, names = {"usmf customers_v2": 1000}, ["customers_v2"]
    found = {now: scm_changes.due(names, names, asked, settings, now)["usmf"] for now in (1060, 1599, 1600)}
    assert found == {1060: [], 1599: [], 1600: names}
    times = {"accounts": 1000, "quotes": 1000}
    asking = {now: sales_changes.to_ask(TABLES, {"accounts"}, times, settings, now) for now in (1029, 1030, 1600)}
    assert {now: [table.name for table in those] for now, those in asking.items()} == {
        1029: [],
        1030: ["quotes"],
        1600: ["accounts", "quotes"],
    }


def test_only_affected_companies_are_owed_what_follows() -> None:
    changed = {"sales.quotes": {"usmf": 2}, "sales.accounts": {}, "scm.customers_v2": {"demf": 0}}
    assert owed_after(changed, (), COMPANIES) == {Owed("usmf", "sales.quotes", stage) for stage in STAGES}


def test_rows_of_no_company_concern_every_company() -> None:
    assert owed_after({"sales.uoms": {"-": 1}}, (), COMPANIES) == {
        Owed(one, "sales.uoms", stage) for one in COMPANIES for stage in STAGES
    }


def test_what_was_owed_before_stays_owed_by_company() -> None:
    earlier = {Owed("", "sales.quotes"), Owed("usmf", "scm.customers_v2"), Owed("gone", "scm.customers_v2")}
    assert owed_after({}, earlier, COMPANIES) == {
        Owed("usmf", "sales.quotes"),
        Owed("demf", "sales.quotes"),
        Owed("usmf", "scm.customers_v2"),
    }


def test_what_follows_is_taken_from_the_graph_deliveries_of_the_own_flow_first() -> None:
    found: list[Any] = list(definitions("usmf").assets or [])
    downstream = Downstream([asset for asset in found if asset.key.path[0] != "readiness"])
    first, rest = (downstream.of(Owed("usmf", "sales.quotes", stage)) for stage in STAGES)
    assert {key.to_user_string() for key in first} == {
        "mapped/scm/sales_quotation_headers",
        "mapped/scm/sales_quotation_lines",
        "planned/scm/sales_quotations",
        "delivered/scm/sales_quotations",
    }
    assert {"reconciled/quotes", "mapped/scm/sales_order_headers"} <= {key.to_user_string() for key in rest}
    assert not first & rest
    assert {key.path[0] for key in rest} == {"mapped", "planned", "delivered", "reconciled"}


def test_the_history_tells_the_last_link_and_what_a_run_brought() -> None:
    @dg.asset(key=ACCOUNTS)
    def accounts() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"delta_link": "link-a", "changed/usmf": 2, "changed/-": 1, "rows/new": 3})

    with dg.DagsterInstance.ephemeral() as instance:
        assert history.table(instance, ACCOUNTS) == Table(ACCOUNTS, False, None)
        run = dg.materialize([accounts], instance=instance).run_id
        assert history.table(instance, ACCOUNTS) == Table(ACCOUNTS, True, "link-a")
        assert history.changed_by_run(instance, run) == {"sales.accounts": {"usmf": 2, "-": 1}}


def test_a_run_within_a_run_that_is_gone_is_ended() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        runs = {name: instance.create_run_for_job(_job(name)) for name in ("outer", "inner", "other")}
        instance.add_run_tags(runs["inner"].run_id, {WITHIN: runs["outer"].run_id})
        for run in runs.values():
            instance.report_dagster_event(
                dg.DagsterEvent(dg.DagsterEventType.PIPELINE_START.value, run.job_name), run.run_id
            )
        assert history.end_orphans(instance) == []
        instance.report_run_failed(runs["outer"])
        assert history.end_orphans(instance) == [runs["inner"].run_id]
        found = {name: instance.get_run_by_id(run.run_id) for name, run in runs.items()}
    assert {name: run.status.value for name, run in found.items() if run} == {
        "outer": "FAILURE",
        "inner": "FAILURE",
        "other": "STARTED",
    }


def _job(name: str) -> dg.JobDefinition:
    @dg.job(name=name)
    def job() -> None:
        return

    return job


def test_an_entity_that_there_is_not_cannot_have_events() -> None:
    with pytest.raises(SettingsError, match=r"events\.scm names customers; there are: \*, customers_v2,"):
        build_defs(_settings(events={"scm": ["customers"]}))
    with pytest.raises(SettingsError, match=r"events\.sales names leads"):
        build_defs(_settings(events={"sales": ["accounts", "leads"]}))


def test_sensors_are_stopped_unless_the_settings_say_otherwise() -> None:
    found = {sensor.name: sensor.default_status for sensor in definitions("usmf").sensors or []}
    assert found == dict.fromkeys(("sales_changes", "scm_changes", "failed_run_alert"), dg.DefaultSensorStatus.STOPPED)


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


class Letterbox(socketserver.StreamRequestHandler):
    """A mail server: one letter, taken in the words of SMTP."""

    letters: ClassVar[list[list[str]]] = []

    def handle(self) -> None:
        self._say("220 ready")
        letter: list[str] = []
        while word := self.rfile.readline().decode().rstrip("\r\n"):
            letter.append(word)
            if word.upper() == "DATA":
                self._say("354 go on")
                while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    letter.append(line)
                Letterbox.letters.append(letter)
            if word.upper() == "QUIT":
                return self._say("221 bye")
            self._say("250 well")
        return None

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def letterbox() -> Generator[tuple[int, list[list[str]]]]:
    Letterbox.letters.clear()
    with socketserver.TCPServer(("127.0.0.1", 0), Letterbox) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_address[1], Letterbox.letters
        server.shutdown()


def test_a_failed_run_is_told_to_the_webhook(receiver: tuple[str, list[str]]) -> None:
    url, heard = receiver
    words = failed_run_alert.text("run1", "prospect_to_cash", ["company usmf"], "PermanentError: no\nstack")
    assert failed_run_alert.tell(Alerts(webhook=url), words) == ["webhook"]
    assert heard == ["p2c: run run1 of job prospect_to_cash of company usmf failed: PermanentError: no"]
    assert failed_run_alert.tell(Alerts(), words) == []


def test_a_failed_run_is_told_by_mail(letterbox: tuple[int, list[list[str]]]) -> None:
    port, letters = letterbox
    to = ("a@contoso.example", "b@contoso.example")
    alerts = Alerts(smtp_host="127.0.0.1", smtp_port=port, mail_from="p2c@contoso.example", mail_to=to)
    assert failed_run_alert.tell(alerts, "p2c: run 1 failed") == ["mail"]
    (letter,) = letters
    assert [line for line in letter if line.startswith(("mail FROM", "rcpt TO"))] == [
        "mail FROM:<p2c@contoso.example>",
        "rcpt TO:<a@contoso.example>",
        "rcpt TO:<b@contoso.example>",
    ]
    assert {"Subject: p2c: run 1 failed", "To: a@contoso.example, b@contoso.example"} <= set(letter)


def test_one_who_cannot_be_told_keeps_nothing_from_the_other(letterbox: tuple[int, list[list[str]]]) -> None:
    port, letters = letterbox
    alerts = Alerts(webhook="http://127.0.0.1:9/", smtp_host="127.0.0.1", smtp_port=port, mail_to=("a@b.example",))
    with pytest.raises(TransientError, match=r"not told: webhook: ConnectError.*told: mail"):
        failed_run_alert.tell(alerts, "p2c: run 1 failed")
    assert len(letters) == 1


def test_the_sensor_says_whose_run_has_failed(receiver: tuple[str, list[str]]) -> None:
    url, heard = receiver
    sensor = failed_run_alert.sensor(_settings(alerts={"webhook": url}))

    @dg.op
    def breaks() -> None:
        raise dg.Failure("a customer's name")

    @dg.job
    def follow_changes() -> None:
        breaks()

    with dg.DagsterInstance.ephemeral() as instance:
        outer = follow_changes.execute_in_process(instance=instance, raise_on_error=False)
        inner = {WITHIN: outer.run_id, COMPANY: "usmf"}
        follow_changes.execute_in_process(instance=instance, raise_on_error=False, tags=inner)
        (event,) = [one for one in outer.all_events if one.is_failure and not one.is_step_event]
        context = dg.build_run_status_sensor_context(failed_run_alert.NAME, event, instance, outer.dagster_run)
        sensor(context.for_run_failure())
    assert heard == [
        f"p2c: run {outer.run_id} of job follow_changes of company usmf failed: "
        "Execution of run for \"follow_changes\" failed. Steps failed: ['breaks']."
    ]
