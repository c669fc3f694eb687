"""Reads that both systems share: links, exact numbers, retries, and words for what cannot be read."""

from decimal import Decimal

import httpx
import pytest

from p2c_assets.connectors.protocol import Query
from p2c_assets.errors import PermanentError, TransientError
from p2c_assets_tests.connectors.wire import SALES, SCM, SYSTEMS, System, Wire, page, rows_of, run

QUERY = Query("things", ("name", "price"))
systems = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
HTML = "<html><head><title>502 Bad\n Gateway</title></head><body><h1>nginx</h1></body></html>"


@systems
def test_a_next_link_is_followed_letter_by_letter(system: System) -> None:
    link = (
        f"{system.root}/things?$select=name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ca%22/%3E"
    )
    wire = Wire(page([{"name": "a"}], link), page([{"name": "b"}]))
    assert run(rows_of(system.connect(wire).pages(QUERY))) == [{"name": "a"}, {"name": "b"}]
    assert wire.requests[1].url.raw_path.decode() == link.removeprefix(system.settings.url)


@systems
def test_the_page_size_is_asked_for_on_every_page(system: System) -> None:
    wire = Wire(page([{"name": "a"}], f"{system.root}/things?next"), page([{"name": "b"}]))
    run(rows_of(system.connect(wire).pages(QUERY._replace(page_size=2))))
    assert ["odata.maxpagesize=2" in request.headers["prefer"] for request in wire.requests] == [True, True]


@systems
def test_a_link_to_another_host_is_followed_at_our_own_so_that_the_token_stays_home(system: System) -> None:
    wire = Wire(page([{"name": "a"}], "https://web7.example/data/things?$skip=1"), page([{"name": "b"}]))
    run(rows_of(system.connect(wire).pages(QUERY)))
    assert str(wire.requests[1].url) == f"{system.settings.url}/data/things?$skip=1"


@systems
def test_a_link_that_leads_back_is_an_error_and_not_an_endless_read(system: System) -> None:
    link = f"{system.root}/things?again"
    wire = Wire(page([{"name": "a"}], link), page([{"name": "b"}], link))
    with pytest.raises(PermanentError, match="leads back to a page already read"):
        run(rows_of(system.connect(wire).pages(QUERY)))


@systems
def test_an_empty_entity_set_yields_no_page(system: System) -> None:
    wire = Wire(page([]))

    async def pages() -> list[object]:
        return [rows async for rows in system.connect(wire).pages(QUERY)]

    assert run(pages()) == []


@systems
def test_numbers_arrive_exactly(system: System) -> None:
    body = '{"value":[{"price":0.1000000000000000055511151231257827,"whole":12345678901234567890}]}'
    wire = Wire(httpx.Response(200, text=body))
    (row,) = run(rows_of(system.connect(wire).pages(QUERY)))
    assert row == {"price": Decimal("0.1000000000000000055511151231257827"), "whole": 12345678901234567890}


@systems
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("hung up"),
        httpx.Response(503, text=HTML),
        httpx.Response(500, json={"error": {"code": "", "message": "oops"}}),
    ],
    ids=lambda failure: type(failure).__name__ if isinstance(failure, Exception) else str(failure.status_code),
)
def test_a_read_that_failed_for_a_moment_is_repeated_after_a_growing_pause(
    system: System, failure: httpx.Response | Exception
) -> None:
    wire = Wire(failure, failure, page([{"name": "a"}]))
    client = system.connect(wire)
    assert run(rows_of(client.pages(QUERY))) == [{"name": "a"}]
    assert wire.time.sleeps == [0.25, 0.5]
    assert client.statistics.requests["GET"] == 3


@systems
def test_a_read_that_keeps_failing_is_a_transient_error_with_the_last_words(system: System) -> None:
    wire = Wire(*[httpx.Response(502, text=HTML)] * 5)
    with pytest.raises(TransientError, match=r"502 502 Bad Gateway$"):
        run(rows_of(system.connect(wire).pages(QUERY)))
    assert len(wire.requests) == 5


@systems
def test_a_refused_read_is_not_repeated(system: System) -> None:
    wire = Wire(httpx.Response(400, json={"error": {"code": "0x0", "message": "Could not find a property named 'x'."}}))
    with pytest.raises(PermanentError, match=r"things.* 400 .*Could not find a property named 'x'"):
        run(rows_of(system.connect(wire).pages(QUERY)))
    assert len(wire.requests) == 1


@systems
def test_what_a_system_does_not_support_is_not_asked_again(system: System) -> None:
    wire = Wire(httpx.Response(501, json={"error": {"code": "501", "message": "does not support: x"}}))
    with pytest.raises(PermanentError, match=r"501 .*does not support: x"):
        run(rows_of(system.connect(wire).pages(QUERY)))


@systems
def test_a_sign_in_page_in_place_of_rows_does_not_crash_the_parser(system: System) -> None:
    wire = Wire(httpx.Response(200, text="<html><title>Sign in</title></html>"))
    with pytest.raises(TransientError, match="no JSON but: Sign in"):
        run(rows_of(system.connect(wire).pages(QUERY)))


@systems
def test_a_redirect_is_not_followed_with_the_token(system: System) -> None:
    wire = Wire(httpx.Response(302, headers={"Location": "https://elsewhere.example"}))
    with pytest.raises(PermanentError, match="302"):
        run(rows_of(system.connect(wire).pages(QUERY)))
    assert len(wire.requests) == 1


@systems
def test_json_that_is_no_page_names_the_entity_set(system: System) -> None:
    wire = Wire(httpx.Response(200, json={"name": "a"}))
    with pytest.raises(PermanentError, match="no page of rows"):
        run(rows_of(system.connect(wire).pages(QUERY)))


@systems
def test_cookies_are_dropped(system: System) -> None:
    cookie = httpx.Response(200, json={"value": [], "@odata.nextLink": f"{system.root}/things?next"})
    cookie.headers["Set-Cookie"] = "ARRAffinity=abc; Path=/; HttpOnly"
    wire = Wire(cookie, page([]))
    run(rows_of(system.connect(wire).pages(QUERY)))
    assert "cookie" not in wire.requests[1].headers


@systems
def test_text_is_read_relative_to_the_root(system: System) -> None:
    wire = Wire(httpx.Response(200, text="42"))
    assert run(system.connect(wire).get_text("things/$count")) == "42"
    assert str(wire.requests[0].url) == f"{system.root}/things/$count"


def test_dataverse_is_asked_for_the_tables_that_lookups_point_to() -> None:
    wire = Wire(page([]))
    query = Query("quotes", ("quoteid", "_customerid_value"), "_owningbusinessunit_value eq 1-2", order_by=("name",))
    run(rows_of(SALES.connect(wire).pages(query)))
    assert wire.urls == [
        "/api/data/v9.2/quotes?$select=quoteid,_customerid_value&$filter=_owningbusinessunit_value eq 1-2&$orderby=name"
    ]
    assert wire.requests[0].headers["prefer"] == (
        'odata.maxpagesize=3,odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
    )
    assert wire.requests[0].headers["odata-version"] == "4.0"


def test_dataverse_has_no_companies() -> None:
    with pytest.raises(ValueError, match="_owningbusinessunit_value"):
        SALES.connect(Wire()).pages(QUERY._replace(companies=("usmf",)))


def test_finops_without_a_keyset_sends_no_top_because_that_would_limit_the_total() -> None:
    wire = Wire(page([]))
    run(rows_of(SCM.connect(wire).pages(QUERY._replace(companies=("usmf",), order_by=("name",)))))
    assert wire.urls == [
        "/data/things?cross-company=true&$select=name,price&$filter=dataAreaId eq 'usmf'&$orderby=name"
    ]
