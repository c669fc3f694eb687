"""Snapshots of whole twins by the admin path: after a restore everything is as it was, and goes on as it went then."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.scenario.loading import load
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row
from p2c_assets.sandbox.twin import Twin
from p2c_assets_tests.sandbox.conftest import Serve
from p2c_assets_tests.sandbox.dataverse.sales import Sales
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, rows
from p2c_assets_tests.sandbox.finops.scm_rows import REFERENCE, booked, create, customer, order
from p2c_assets_tests.sandbox.finops.test_number_sequences import ORDERS, sequence
from p2c_assets_tests.sandbox.running import Caller, body, running

State = dict[str, list[tuple[Any, Row]]]


class Pair(NamedTuple):
    """Both twins with the built-in scenario in them."""

    sales: Caller
    scm: Caller
    stores: tuple[Store, Store]

    def state(self) -> list[State]:
        return [state(store) for store in self.stores]

    def live(self) -> list[Any]:
        """Two days of work in both systems."""
        return [twin.admin("advance", {"days": 2}) for twin in (self.scm, self.sales)]


def state(store: Store) -> State:
    """Everything, in its order; without what is empty."""
    return {name: store.table(name).items() for name in sorted(store.names())}


@pytest.fixture(params=["memory", "file"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Pair]:
    path = tmp_path / "twin.sqlite3" if request.param == "file" else None
    stores = Store("sales", path), Store("scm", path)
    with running(DataverseTwin(stores[0])) as sales_url, running(FinopsTwin(stores[1])) as scm_url:
        load(sales_url, scm_url)
        with Caller.signed_in(sales_url) as sales, Caller.signed_in(scm_url) as scm:
            yield Pair(sales, scm, stores)
    for store in stores:
        store.close()


def test_a_restored_scenario_is_what_it_was_and_lives_the_same_days_again(pair: Pair) -> None:
    start = pair.state()
    for twin in (pair.sales, pair.scm):
        assert twin.admin("snapshot", {"name": "start"})["rows"] == sum(map(len, state_of(pair, twin).values()))
    first_time, after = pair.live(), pair.state()
    assert after != start
    for _ in range(2):
        for twin in (pair.sales, pair.scm):
            twin.admin("restore", {"name": "start"})
        assert pair.state() == start
        assert pair.live() == first_time
        assert pair.state() == after


def state_of(pair: Pair, twin: Caller) -> State:
    return pair.state()[0 if twin is pair.sales else 1]


def test_a_restart_finds_the_snapshot_in_the_file(tmp_path: Path, serve: Serve) -> None:
    store = Store("scm", tmp_path / "twin.sqlite3")
    with running(FinopsTwin(store)) as url, Caller.signed_in(url) as scm:
        scm.admin("load", {"rows": REFERENCE})
        booked(scm, lines=2)
        before = state(store)
        scm.admin("snapshot", {})
        scm.admin("reset", {})
    store.close()
    again = Store("scm", tmp_path / "twin.sqlite3")
    scm = serve(FinopsTwin(again))
    assert scm.admin("snapshots") == {"value": [{"name": "start", "rows": sum(map(len, before.values()))}]}
    scm.admin("restore", {})
    assert state(again) == before
    again.close()


@pytest.mark.parametrize("twin_of", [DataverseTwin, FinopsTwin])
def test_a_restore_clears_faults_and_limits_and_moves_the_clock_back(
    twin_of: Callable[[Store], Twin], serve: Serve
) -> None:
    caller = serve(twin_of(Store("any")))
    caller.admin("snapshot", {})
    caller.admin("faults", {"kind": "throttled"})
    caller.admin("throttle", {"mode": "user", "requests": 1})
    caller.admin("clock", {"days": 3})
    caller.admin("restore", {})
    assert caller.admin("faults") == {"value": []}
    assert caller.admin("throttle")["settings"]["mode"] == "off"
    assert caller.admin("clock")["now"] == "2026-01-05T08:00:00Z"


def test_a_delta_link_of_before_the_snapshot_tells_the_same_again(serve: Serve) -> None:
    sales = Sales(serve(DataverseTwin(Store("sales"))))
    sales.caller.admin("load", {"rows": rows()})
    page = sales.json(sales.get("accounts?$select=name", Prefer="odata.track-changes"))
    link = str(page["@odata.deltaLink"]).removeprefix(sales.caller.url)
    sales.caller.admin("snapshot", {})
    changes: list[Any] = []
    for _ in range(2):
        sales.patch(f"accounts({ACCOUNT})", {"name": "Changed"})
        changes.append(body(sales.caller.get(link)))
        sales.caller.admin("restore", {})
        assert body(sales.caller.get(link))["value"] == []
    assert [row["name"] for row in changes[0]["value"]] == ["Changed"]
    assert changes[0] == changes[1]


def test_a_delta_link_of_after_the_snapshot_has_expired(serve: Serve) -> None:
    sales = Sales(serve(DataverseTwin(Store("sales"))))
    sales.caller.admin("load", {"rows": rows()})
    sales.caller.admin("snapshot", {})
    sales.patch(f"accounts({ACCOUNT})", {"name": "Changed"})
    page = sales.json(sales.get("accounts?$select=name", Prefer="odata.track-changes"))
    sales.caller.admin("restore", {})
    answer = sales.caller.get(str(page["@odata.deltaLink"]).removeprefix(sales.caller.url))
    assert body(answer)["error"]["code"] == "0x80044352"


def test_numbers_that_a_rollback_lost_stay_lost_over_snapshot_and_restore(serve: Serve) -> None:
    scm = serve(FinopsTwin(Store("scm")))
    scm.admin("load", {"rows": REFERENCE})
    create(scm, "CustomersV2", customer())
    sequence(scm, "automatic", continuous="No")
    assert scm.post(f"/data/{ORDERS}", {"OrderingCustomerAccountNumber": "NOBODY"}).status_code == 400
    scm.admin("snapshot", {})
    numbers: list[str] = []
    for _ in range(2):
        numbers.append(create(scm, ORDERS, {"OrderingCustomerAccountNumber": "C1"})["SalesOrderNumber"])
        scm.admin("restore", {})
    assert numbers == ["SO-000002", "SO-000002"]


def test_a_read_after_a_restore_shows_nothing_of_what_was_taken_back(serve: Serve) -> None:
    scm = serve(FinopsTwin(Store("scm")))
    scm.admin("load", {"rows": REFERENCE})
    booked(scm)
    scm.admin("snapshot", {})
    read = scm.get("/data/CDSSalesOrderHeaders").content
    create(scm, ORDERS, order("SO-2"))
    scm.delete("/data/CDSSalesOrderLines(dataAreaId='usmf',SalesOrderNumber='SO-1',LineCreationSequenceNumber=1)")
    scm.admin("restore", {})
    assert scm.get("/data/CDSSalesOrderHeaders").content == read
    assert len(body(scm.get("/data/CDSSalesOrderLines"))["value"]) == 1


def test_an_unknown_snapshot_is_a_400_with_the_known_ones(serve: Serve) -> None:
    scm = serve(FinopsTwin(Store("scm")))
    scm.admin("snapshot", {"name": "one"})
    answer = scm.http.post("/_sandbox/restore", json={"name": "two"})
    assert answer.status_code == 400
    assert "no snapshot is named 'two'; there are: one" in body(answer)["error"]["message"]
    assert scm.http.post("/_sandbox/snapshot", json={"name": ""}).status_code == 400
    assert scm.http.post("/_sandbox/snapshot", json={"names": "x"}).status_code == 400
    assert scm.http.delete("/_sandbox/snapshots/one").json() == {"forgotten": "one"}
    assert scm.admin("snapshots") == {"value": []}


def test_the_admin_client_takes_and_restores(serve: Serve) -> None:
    url = serve(FinopsTwin(Store("scm"))).url
    with AdminClient(url) as scm:
        scm.load(REFERENCE)
        rows_before = scm.snapshot()
        scm.reset()
        assert scm.restore() == rows_before
        assert len(scm.rows("_companies")) == 2
