"""Sales people and ERP clerks at work in both twins, and how arrivals on the other side are timed."""

import re
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from p2c_assets.cli.app import app as command_line
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.live.arrivals import Arrivals, Expected, Figures
from p2c_assets.sandbox.live.erp_clerks import ErpClerks
from p2c_assets.sandbox.live.play import Plan, play
from p2c_assets.sandbox.live.sales_app import SalesApp
from p2c_assets.sandbox.live.sales_people import ACTIVE, SalesPeople
from p2c_assets.sandbox.scenario import loading as scenario
from p2c_assets.sandbox.serve import RunningSandbox, running_sandbox
from p2c_assets.sandbox.store import Row

ORDER, QUOTE, ACCOUNT = "SO-US-01", "Q-US-01", "US-001"


class Place(NamedTuple):
    """Both twins, and somebody who acts in them."""

    sandbox: RunningSandbox
    sales: AdminClient
    scm: AdminClient
    app: SalesApp

    def rows(self, system: str, entity_set: str) -> Sequence[Row]:
        return (self.sales if system == "sales" else self.scm).rows(entity_set)

    def row(self, system: str, entity_set: str, **key: Any) -> Row:
        (row,) = [row for row in self.rows(system, entity_set) if all(row[name] == key[name] for name in key)]
        return row


@pytest.fixture(scope="module")
def place() -> Generator[Place]:
    """The scenario with a customer and an order that have arrived in SCM."""
    with running_sandbox() as sandbox:
        scenario.load(sandbox.sales_url, sandbox.scm_url)
        with (
            AdminClient(sandbox.sales_url) as sales,
            AdminClient(sandbox.scm_url) as scm,
            SalesApp(sandbox.sales_url) as app,
        ):
            scm.load({"CustomersV2": [{"dataAreaId": "usmf", "CustomerAccount": ACCOUNT, "SalesCurrencyCode": "USD"}]})
            arrive(scm, ORDER)
            yield Place(sandbox, sales, scm, app)


def arrive(scm: AdminClient, number: str) -> None:
    """What the platform would have brought."""
    identity = {"dataAreaId": "usmf", "SalesOrderNumber": number}
    customer = {"OrderingCustomerAccountNumber": ACCOUNT, "CurrencyCode": "USD"}
    line = {
        "LineCreationSequenceNumber": 1,
        "ProductNumber": "P1001",
        "OrderedSalesQuantity": 1,
        "SalesUnitSymbol": "ea",
    }
    scm.load({"CDSSalesOrderHeaders": [{**identity, **customer}]})
    scm.load({"CDSSalesOrderLines": [{**identity, **line, "SalesPrice": "10.00", "LineAmount": "10.00"}]})


def people(place: Place, arrivals: Arrivals, seed: int = 1) -> SalesPeople:
    return SalesPeople(place.app, place.rows, Random(seed), f"L{seed}-", arrivals)


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def expected(kind: str, number: str, column: str | None = None, *accepted: Any) -> Expected:
    return Expected(kind, f"{kind} {number}", "scm", "Orders", {"Number": number}, column, frozenset(accepted))


def look(arrivals: Arrivals, *rows: Mapping[str, Any]) -> list[float]:
    return [arrival.seconds for arrival in arrivals.look(lambda _system, _set: [dict(row) for row in rows])]


def test_seconds_are_counted_from_the_act_to_the_look_that_finds_it() -> None:
    clock = Clock()
    arrivals = Arrivals(clock)
    arrivals.expect(expected("order", "1"))
    clock.now += 2
    assert look(arrivals) == []
    clock.now += 3
    assert look(arrivals, {"Number": "1"}) == [5.0]
    assert arrivals.missing == []


def test_a_row_that_is_there_arrives_with_the_value_that_was_written() -> None:
    arrivals = Arrivals(Clock())
    arrivals.expect(expected("account", "1", "Phone", "new"))
    assert look(arrivals, {"Number": "1", "Phone": "old"}, {"Number": "2", "Phone": "new"}) == []
    assert arrivals.waits_for("Orders", {"Number": "1"})
    assert look(arrivals, {"Number": "1", "Phone": "new"}) == [0.0]


def test_median_and_worst_are_told_by_kind_and_of_all() -> None:
    clock = Clock()
    arrivals = Arrivals(clock)
    for number, kind in enumerate(("order", "order", "quote")):
        arrivals.expect(expected(kind, str(number)))
    for number in range(3):
        clock.now += 2
        look(arrivals, {"Number": str(number)})
    assert arrivals.figures() == [
        Figures("order", 2, 3.0, 4.0),
        Figures("quote", 1, 6.0, 6.0),
        Figures("all", 3, 4.0, 6.0),
    ]


def test_an_edit_is_made_by_the_web_api_and_expected_in_scm(place: Place) -> None:
    arrivals = Arrivals()
    words = people(place, arrivals).edit_account() or ""
    number = words.split()[1]
    phone = place.row("sales", "accounts", accountnumber=number)["telephone1"]
    assert words == f"account {number} has the telephone {phone}"
    assert arrivals.look(place.rows) == []
    key = {
        "dataAreaId": place.row("scm", "CustomersV2", CustomerAccount=number)["dataAreaId"],
        "CustomerAccount": number,
    }
    place.scm.call("alter", {"set": "CustomersV2", "key": key, "values": {"PrimaryContactPhone": phone}})
    assert [one.expected.what for one in arrivals.look(place.rows)] == [words]


def test_nobody_edits_what_is_still_on_its_way(place: Place) -> None:
    arrivals = Arrivals()
    someone = people(place, arrivals)
    while someone.edit_account() is not None:
        pass
    keys = [str(expected.key) for expected in arrivals.missing]
    assert len(keys) == len(set(keys)) > 1


def test_an_order_is_written_activated_confirmed_packed_and_invoiced(place: Place) -> None:
    arrivals = Arrivals()
    words = people(place, arrivals, 7).activate_order() or ""
    order = place.row("sales", "salesorders", ordernumber="L7-0001")
    lines = [
        row for row in place.rows("sales", "salesorderdetails") if row["_salesorderid_value"] == order["salesorderid"]
    ]
    assert words == f"order L7-0001 activated, {len(lines)} lines"
    assert order["msdynce_processingstatus"] == ACTIVE
    assert [line["msdynce_orderissubmitted"] for line in lines] == [True] * len(lines)
    clerks = ErpClerks(place.scm, place.rows, Random(7), "L7-", arrivals)
    assert clerks.work() is None
    arrive(place.scm, "L7-0001")
    assert [one.expected.what for one in arrivals.look(place.rows)] == [words]
    assert clerks.work() == "confirmation of order L7-0001"
    assert clerks.work() is None
    for status, following in ((647390001, "packing slip"), (647390002, "invoice")):
        change = {
            "set": "salesorders",
            "key": {"ordernumber": "L7-0001"},
            "values": {"msdynce_processingstatus": status},
        }
        place.sales.call("alter", change)
        assert len(arrivals.look(place.rows)) == 1
        assert clerks.work() == f"{following} of order L7-0001"
    (invoice,) = arrivals.missing
    assert (invoice.entity_set, list(invoice.key)) == ("invoices", ["invoicenumber"])


def test_a_quote_is_written_after_one_that_scm_has_and_activated(place: Place) -> None:
    words = people(place, Arrivals(), 5).write_quote() or ""
    quote = place.row("sales", "quotes", quotenumber="L5-0001")
    assert words.startswith("quote L5-0001 activated, ")
    assert (quote["statecode"], quote["statuscode"]) == (1, 2)


def test_the_same_seed_does_the_same_and_says_what_has_not_arrived() -> None:
    said: list[list[str]] = []
    for _ in range(2):
        with running_sandbox() as sandbox:
            scenario.load(sandbox.sales_url, sandbox.scm_url)
            words = list[str]()
            outcome = play(sandbox.sales_url, sandbox.scm_url, Plan(0.1, 0.02, 3, 0.0), words.append)
            assert (len(outcome.missing), outcome.figures) == (outcome.acts, [])
            said.append(words)
    both = min(len(words) for words in said)
    assert both >= 1
    assert said[0][:both] == said[1][:both]


def test_the_command_prints_what_has_not_arrived_and_ends_with_1(place: Place, tmp_path: Path) -> None:
    urls = ["--sales-url", place.sandbox.sales_url, "--scm-url", place.sandbox.scm_url]
    figures = tmp_path / "live.json"
    options = ["--every", "0.1", "--minutes", "0.002", "--patience", "0", "--seed", "9", "--json", str(figures)]
    done = CliRunner().invoke(command_line, ["sandbox", "live", *options, *urls])
    assert done.exit_code == 1, done.output
    acts = re.search(r"seconds from change to arrival \((\d+) acts; load average", done.output)
    assert acts is not None
    assert done.output.count("not arrived: ") == int(acts[1]) > 0
    assert '"not_arrived": [' in figures.read_text(encoding="utf-8")
