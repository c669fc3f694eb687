"""Both clients against both twins over HTTP on loopback: the twins share no code with the clients and so do not agree by
construction."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from pydantic import SecretStr

from p2c_assets.connectors.dataverse.client import DataverseClient
from p2c_assets.connectors.finops.client import FinopsClient
from p2c_assets.connectors.protocol import Changeset, KeyColumn, Operation, Query, Row, Verdict
from p2c_assets.errors import PermanentError
from p2c_assets.sandbox.dataverse.twin import DataverseTwin
from p2c_assets.sandbox.finops.twin import FinopsTwin
from p2c_assets.sandbox.store import Store
from p2c_assets.settings import SystemSettings
from p2c_assets_tests.connectors.wire import rows_of, run
from p2c_assets_tests.sandbox.running import CLIENT_ID, CLIENT_SECRET, TENANT, Caller, running

NUMBERS = ("A-1", "A-2", "a-3", "B*1", "B-11", "B-2", "C 1", "D'1", "E&1", "F+é", "Z#1")


class Side(NamedTuple):
    """One system with a few customers: what is called what there."""

    name: str
    client: type[DataverseClient] | type[FinopsClient]
    customers: Query
    number: KeyColumn
    title: str
    amount: str
    seed: Mapping[str, Sequence[Row]]
    create: Callable[[str, str], Operation]
    key: Callable[[str], Mapping[str, object]]

    def change(self, number: str, values: Mapping[str, object]) -> Operation:
        return Operation("PATCH", self.customers.entity_set, self.key(number), values)

    def delete(self, number: str) -> Operation:
        return Operation("DELETE", self.customers.entity_set, self.key(number), {})


def account_id(number: str) -> str:
    return str(UUID(bytes=number.encode().ljust(16, b"\0")))


def account_key(number: str) -> Mapping[str, object]:
    return {"accountid": account_id(number)}


def customer_key(number: str) -> Mapping[str, object]:
    return {"dataAreaId": "usmf", "CustomerAccount": number}


def create_account(number: str, title: str) -> Operation:
    body = {"accountid": account_id(number), "accountnumber": number, "name": title}
    return Operation("POST", "accounts", None, body)


def create_customer(number: str, title: str) -> Operation:
    return Operation("POST", "CustomersV2", None, customer(number, title))


def customer(number: str, title: str) -> Row:
    return {
        "dataAreaId": "usmf",
        "CustomerAccount": number,
        "PartyType": "Organization",
        "OrganizationName": title,
        "CustomerGroupId": "10",
        "SalesCurrencyCode": "USD",
    }


SALES = Side(
    "sales",
    DataverseClient,
    Query("accounts", ("accountid", "accountnumber", "name", "creditlimit")),
    KeyColumn("accountnumber"),
    "name",
    "creditlimit",
    {
        "accounts": [
            {"accountid": account_id(number), "accountnumber": number, "name": f"Customer {number}"}
            for number in NUMBERS
        ]
    },
    create_account,
    account_key,
)

SCM = Side(
    "scm",
    FinopsClient,
    Query(
        "CustomersV2",
        ("dataAreaId", "OrganizationName", "CreditLimit"),
        keyset=(KeyColumn("CustomerAccount"),),
        companies=("usmf",),
    ),
    KeyColumn("CustomerAccount"),
    "OrganizationName",
    "CreditLimit",
    {
        "_companies": [{"dataAreaId": company, "CurrencyCode": "USD", "TaxRate": "0"} for company in ("usmf", "frsi")],
        "_customer_groups": [{"dataAreaId": company, "id": "10"} for company in ("usmf", "frsi")],
        "CustomersV2": [
            {**customer(number, f"Customer {number}"), "dataAreaId": company}
            for number in NUMBERS
            for company in ("usmf", "frsi")
        ],
    },
    create_customer,
    customer_key,
)


class Rehearsal(NamedTuple):
    """A running twin with its customers, and settings to reach it with."""

    side: Side
    caller: Caller
    settings: SystemSettings

    def rows(self, query: Query) -> list[Row]:
        async def story() -> list[Row]:
            async with self.side.client.connect(self.settings) as client:
                return await rows_of(client.pages(query))

        return run(story())

    def send(self, *changesets: Changeset) -> list[Verdict]:
        async def story() -> list[Verdict]:
            async with self.side.client.connect(self.settings) as client:
                return await client.send(changesets)

        return run(story())

    def by_numbers(self, *numbers: str) -> list[Row]:
        async def story() -> list[Row]:
            async with self.side.client.connect(self.settings) as client:
                filters = client.key_filters((self.side.number,), [(number,) for number in numbers])
                queries = [self.side.customers._replace(filter=found) for found in filters]
                return [row for query in queries for row in await rows_of(client.pages(query))]

        return run(story())

    def titles(self) -> dict[str, str]:
        rows = self.rows(self.side.customers)
        return {row[self.side.number.name]: row[self.side.title] for row in rows}


@contextmanager
def served(side: Side) -> Generator[tuple[Side, str, Caller]]:
    twin = DataverseTwin(Store("sales")) if side is SALES else FinopsTwin(Store("scm"))
    with running(twin) as url, Caller.signed_in(url) as caller:
        yield side, url, caller


@pytest.fixture(scope="module", params=[SALES, SCM], ids=lambda side: side.name)
def server(request: pytest.FixtureRequest) -> Generator[tuple[Side, str, Caller]]:
    with served(request.param) as running_twin:
        yield running_twin


@pytest.fixture(scope="module")
def scm_server() -> Generator[tuple[Side, str, Caller]]:
    with served(SCM) as running_twin:
        yield running_twin


@pytest.fixture
def rehearsal(server: tuple[Side, str, Caller]) -> Rehearsal:
    return rehearse(server)


def rehearse(server: tuple[Side, str, Caller], **changes: Any) -> Rehearsal:
    side, url, caller = server
    caller.admin("reset", {})
    caller.admin("load", {"rows": side.seed})
    caller.admin("requests/reset", {})
    settings = SystemSettings(
        url=url,
        token_url=f"{url}/{TENANT}/oauth2/v2.0/token",
        client_id=CLIENT_ID,
        client_secret=SecretStr(CLIENT_SECRET),
        page_size=3,
        batch_changesets=4,
    )
    return Rehearsal(side, caller, settings.model_copy(update=changes))


def test_all_rows_are_read_once_page_by_page(rehearsal: Rehearsal) -> None:
    rows = rehearsal.rows(rehearsal.side.customers)
    assert sorted(row[rehearsal.side.number.name] for row in rows) == sorted(NUMBERS)
    assert rehearsal.caller.admin("requests")["GET"] == 4


def test_rows_are_read_by_their_numbers_whatever_characters_they_hold(rehearsal: Rehearsal) -> None:
    wanted = ("B*1", "D'1", "E&1", "F+é", "Z#1", "C 1", "missing")
    found = [row[rehearsal.side.number.name] for row in rehearsal.by_numbers(*wanted)]
    assert sorted(found) == sorted(wanted[:-1])


def test_a_filter_of_the_callers_is_obeyed_on_every_page(rehearsal: Rehearsal) -> None:
    query = rehearsal.side.customers._replace(filter=f"{rehearsal.side.title} ne 'Customer A-1'")
    assert len(rehearsal.rows(query)) == len(NUMBERS) - 1


def test_each_document_stands_or_falls_alone_and_whole(rehearsal: Rehearsal) -> None:
    side = rehearsal.side
    verdicts = rehearsal.send(
        Changeset("good", (side.create("N-1", "First"), side.create("N-2", "Second"))),
        Changeset("bad", (side.create("N-3", "Rolled back"), side.create("N-4", "x" * 500))),
        Changeset("other", (side.create("N-5", "Third"),)),
    )
    assert [verdict.status for verdict in verdicts] == ["delivered", "refused", "delivered"]
    assert (verdicts[1].changeset_id, bool(verdicts[1].code), bool(verdicts[1].message)) == ("bad", True, True)
    titles = rehearsal.titles()
    assert {number: titles.get(number) for number in ("N-1", "N-2", "N-3", "N-4", "N-5")} == {
        "N-1": "First",
        "N-2": "Second",
        "N-3": None,
        "N-4": None,
        "N-5": "Third",
    }


def test_many_documents_in_many_batches_keep_their_order(rehearsal: Rehearsal) -> None:
    side = rehearsal.side
    changesets = [Changeset(f"c{n}", (side.create(f"M-{n}", f"Title {n}"),)) for n in range(30)]
    verdicts = rehearsal.send(*changesets)
    assert [(verdict.changeset_id, verdict.status) for verdict in verdicts] == [
        (f"c{n}", "delivered") for n in range(30)
    ]
    counted = rehearsal.caller.admin("requests")
    assert (counted["POST"], counted["batch_operations"]["POST"]) == (8, 30)


def test_creating_what_exists_is_a_duplicate(rehearsal: Rehearsal) -> None:
    (verdict,) = rehearsal.send(Changeset("again", (rehearsal.side.create("A-1", "Again"),)))
    assert (verdict.status, verdict.kind) == ("refused", "duplicate")


def test_changing_what_is_not_there_is_not_found_and_creates_nothing(rehearsal: Rehearsal) -> None:
    side = rehearsal.side
    (verdict,) = rehearsal.send(Changeset("ghost", (side.change("ghost", {side.title: "Boo"}),)))
    assert (verdict.status, verdict.kind) == ("refused", "not_found")
    assert "Boo" not in rehearsal.titles().values()


def test_an_unknown_column_is_a_mistake_of_the_schema(rehearsal: Rehearsal) -> None:
    (verdict,) = rehearsal.send(Changeset("wrong", (rehearsal.side.change("A-1", {"NoSuchColumn": "x"}),)))
    assert (verdict.status, verdict.kind) == ("refused", "schema")
    assert "NoSuchColumn" in verdict.message


def test_amounts_go_there_and_back_exactly(rehearsal: Rehearsal) -> None:
    side = rehearsal.side
    (verdict,) = rehearsal.send(Changeset("credit", (side.change("A-1", {side.amount: Decimal("1234567.89")}),)))
    assert verdict.status == "delivered"
    (row,) = rehearsal.by_numbers("A-1")
    assert row[side.amount] == Decimal("1234567.89")


def test_keys_with_awkward_characters_are_written_to(rehearsal: Rehearsal) -> None:
    side = rehearsal.side
    numbers = ("B*1", "C 1", "D'1", "E&1", "F+é", "Z#1")
    verdicts = rehearsal.send(*(Changeset(n, (side.change(n, {side.title: f"New {n}"}),)) for n in numbers))
    assert [verdict.message for verdict in verdicts if verdict.status != "delivered"] == []
    titles = rehearsal.titles()
    assert {number: titles[number] for number in numbers} == {number: f"New {number}" for number in numbers}


def test_what_is_deleted_is_gone(rehearsal: Rehearsal) -> None:
    (verdict,) = rehearsal.send(Changeset("gone", (rehearsal.side.delete("A-1"),)))
    assert verdict.status == "delivered"
    assert "A-1" not in rehearsal.titles()


def test_an_old_version_is_a_conflict_and_the_current_one_is_not(rehearsal: Rehearsal) -> None:
    side = rehearsal.side
    (before,) = rehearsal.by_numbers("A-1")
    rehearsal.send(Changeset("meanwhile", (side.change("A-1", {side.title: "Meanwhile"}),)))
    (current,) = rehearsal.by_numbers("A-1")
    old, new = (
        rehearsal.send(
            Changeset("mine", (side.change("A-1", {side.title: "Mine"})._replace(etag=row["@odata.etag"]),))
        )[0]
        for row in (before, current)
    )
    assert (old.status, old.kind) == ("refused", "conflict")
    assert new.status == "delivered"


def test_a_wrong_secret_is_a_permanent_error_that_says_what_to_check(server: tuple[Side, str, Caller]) -> None:
    rehearsal = rehearse(server, client_secret=SecretStr("wrong"))
    with pytest.raises(PermanentError, match=r"invalid_client.*check token_url, client_id and the client secret"):
        rehearsal.rows(rehearsal.side.customers)


def test_an_unknown_entity_set_is_a_permanent_error(rehearsal: Rehearsal) -> None:
    with pytest.raises(PermanentError, match="NoSuchSet"):
        rehearsal.rows(Query("NoSuchSet", ("x",)))


def test_the_client_and_the_twin_count_alike(rehearsal: Rehearsal) -> None:
    side = rehearsal.side

    async def story() -> tuple[Mapping[str, int], Mapping[str, int]]:
        async with side.client.connect(rehearsal.settings) as client:
            await rows_of(client.pages(side.customers))
            await client.send([Changeset("a", (side.create("N-1", "First"), side.change("A-1", {side.title: "x"})))])
            return client.statistics.requests, client.statistics.operations

    requests, operations = run(story())
    counted = rehearsal.caller.admin("requests")
    assert requests == {name: counted[name] for name in ("GET", "POST", "token")}
    assert operations == {name: count for name, count in counted["batch_operations"].items() if count}


def test_several_companies_are_read_in_one_sweep(scm_server: tuple[Side, str, Caller]) -> None:
    rehearsal = rehearse(scm_server, page_size=4)
    rows = rehearsal.rows(SCM.customers._replace(companies=("usmf", "frsi")))
    found = [(row["dataAreaId"], row["CustomerAccount"]) for row in rows]
    assert sorted(found) == sorted((company, number) for company in ("usmf", "frsi") for number in NUMBERS)
    assert [company for company, _ in found] == sorted(company for company, _ in found)


def test_without_a_keyset_the_links_of_finops_lead_through_all_rows(scm_server: tuple[Side, str, Caller]) -> None:
    rows = rehearse(scm_server).rows(Query("CustomersV2", ("CustomerAccount",), companies=("frsi",)))
    assert sorted(row["CustomerAccount"] for row in rows) == sorted(NUMBERS)


def test_a_lookup_tells_the_table_that_it_points_to() -> None:
    with served(SALES) as running_twin:
        rehearsal = rehearse(running_twin)
        parent = {"parentcustomerid_account@odata.bind": f"/accounts({account_id('A-1')})"}
        person = Operation("POST", "contacts", None, {"lastname": "Ng", **parent})
        assert [verdict.status for verdict in rehearsal.send(Changeset("person", (person,)))] == ["delivered"]
        (row,) = rehearsal.rows(Query("contacts", ("lastname", "_parentcustomerid_value")))
    assert row["_parentcustomerid_value"] == account_id("A-1")
    assert row["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
