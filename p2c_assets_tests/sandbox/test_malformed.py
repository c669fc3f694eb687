"""Requests that random ones found to go wrong once, each with the refusal that it gets."""

import pytest

from p2c_assets.sandbox.exact_json import loads
from p2c_assets_tests.sandbox.dataverse.world import ACCOUNT, API
from p2c_assets_tests.sandbox.fuzz.judgement import outcomes
from p2c_assets_tests.sandbox.fuzz.pieces import DEEP, Part, Sent
from p2c_assets_tests.sandbox.fuzz.systems import SALES, SCM, System

ROW = f"{API}/accounts({ACCOUNT})"
CUSTOMER = "/data/CustomersV2(dataAreaId='usmf',CustomerAccount='C1')"
LOOSE = "/data/CustomersV2(dataAreaId='usmf',CustomerAccount='LOOSE')"
SETS = {SALES.name: f"{API}/accounts", SCM.name: "/data/CustomersV2"}
ROWS = {SALES.name: ROW, SCM.name: CUSTOMER}
SYSTEMS = pytest.mark.parametrize("system", [SALES, SCM], ids=lambda system: system.name)


def status(system: System, sent: Sent) -> int:
    """The answer's status, once it is known to be in the system's shape."""
    response = system.example().send(sent)
    system.judge(sent, response.status, response.headers, response.body)
    return response.status


@SYSTEMS
@pytest.mark.parametrize("literal", ["9" * 5000, "1e400", '"%5Cq"', "@p1&@p1=%5B"])
def test_literals_that_no_type_holds_are_a_400(system: System, literal: str) -> None:
    assert status(system, Sent("GET", f"{SETS[system.name]}?$filter=name%20eq%20{literal}", {}, b"")) == 400


@SYSTEMS
@pytest.mark.parametrize("text", ["(" * DEEP + "1" + ")" * DEEP, "not%20" * DEEP + "true"])
def test_nesting_that_the_stack_cannot_hold_is_a_501(system: System, text: str) -> None:
    assert status(system, Sent("GET", f"{SETS[system.name]}?$filter={text}", {}, b"")) == 501


def test_an_alias_that_names_itself_is_a_501() -> None:
    assert status(SALES, Sent("GET", f"{API}/accounts?$filter=@p1&@p1=@p1", {}, b"")) == 501


@SYSTEMS
def test_long_chains_are_no_nesting(system: System) -> None:
    column = {SALES.name: "name", SCM.name: "OrganizationName"}[system.name]
    chain = "%20or%20".join([f"{column}%20eq%20'x'"] * 1000)
    assert status(system, Sent("GET", f"{SETS[system.name]}?$filter={chain}", {}, b"")) == 200


@SYSTEMS
@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", ""])
def test_what_is_no_whole_number_is_no_top(system: System, number: str) -> None:
    assert status(system, Sent("GET", f"{SETS[system.name]}?$top={number}", {}, b"")) == 400


@SYSTEMS
@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP + b"]" * DEEP,
        b'{"name":"\\ud800","OrganizationName":"\\ud800"}',
        b'{"name":"\xed\xa0\x80"}',
        b'{"name":"\xff"}',
        b'{"numberofemployees":1e999999999,"OrganizationNumberOfEmployees":1e999999999}',
        b'{"creditlimit":1e999999999,"CreditLimit":1e999999999}',
        b'{"creditlimit":' + b"9" * 5000 + b"}",
    ],
)
def test_bodies_that_cannot_be_stored_are_a_400(system: System, body: bytes) -> None:
    assert status(system, Sent("PATCH", ROWS[system.name], {}, body)) == 400


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00"])
def test_moments_outside_the_calendar_are_a_400(text: str) -> None:
    body = f'{{"submitdate":"{text}"}}'.encode()
    assert status(SALES, Sent("POST", f"{API}/salesorders", {}, body)) == 400
    body = f'{{"RequestedReceiptDate":"{text}"}}'.encode()
    assert status(SCM, Sent("POST", "/data/CDSSalesOrderHeaders", {}, body)) == 400


def test_a_key_that_is_no_text_finds_no_text() -> None:
    sent = Sent("PATCH", f"{API}/accounts(accountnumber=1.7e308)", {}, b"{}")
    assert status(SALES, sent) == 400


def test_a_key_that_is_too_long_makes_no_row() -> None:
    sent = Sent("PATCH", f"{API}/accounts(accountnumber='{'x' * 30}')", {}, b'{"name":"x"}')
    assert status(SALES, sent) == 400


def test_a_paging_cookie_of_a_page_beyond_counting_is_a_400() -> None:
    cookie = f'<cookie%20pagenumber="{"9" * 5000}"%20pagingcookie="x"%20istracking="False"%20/>'
    assert status(SALES, Sent("GET", f"{API}/accounts?$skiptoken={cookie}", {}, b"")) == 400


def test_only_a_get_brings_the_service_document() -> None:
    assert [status(SALES, Sent(method, f"{API}/", {}, b"")) for method in ("GET", "POST", "DELETE")] == [200, 404, 404]


@SYSTEMS
def test_a_batch_whose_heads_are_no_text_is_a_400(system: System) -> None:
    body = b"--batch_fuzz\r\nContent-Type: application/http\xff\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n--batch_fuzz--\r\n"
    assert status(system, system.batch(body, {})) == 400


def test_a_changeset_with_an_address_that_is_none_is_undone() -> None:
    writes = (Sent("DELETE", LOOSE, {}, b""), Sent("PATCH", "/Elsewhere", {}, b"{}"))
    example = SCM.example()
    before = example.state()
    ((refusal,),) = outcomes(example.send(SCM.batch_of([Part(writes, True)], goes_on=True)))
    assert refusal.status == 404
    assert "No HTTP resource was found" in loads(refusal.body)["Message"]
    assert example.state() == before
