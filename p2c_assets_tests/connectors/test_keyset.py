"""F&O's reads by key: each page starts behind the last row of the one before."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from p2c_assets.connectors.protocol import KeyColumn, Query
from p2c_assets.errors import PermanentError
from p2c_assets_tests.connectors.wire import SCM, Wire, page, rows_of, run

ORDERS = Query("Orders", ("Name",), keyset=(KeyColumn("Number"),), companies=("usmf",))
LINES = Query("Lines", ("Qty",), keyset=(KeyColumn("Number"), KeyColumn("Line", "integer")), companies=("usmf",))


def rows(column: str, *values: object) -> list[dict[str, Any]]:
    return [{column: value} for value in values]


def read(wire: Wire, query: Query) -> list[dict[str, Any]]:
    return run(rows_of(SCM.connect(wire).pages(query)))


def test_full_pages_are_followed_by_the_rows_behind_their_last_one() -> None:
    wire = Wire(page(rows("Number", "a", "b", "it's")), page(rows("Number", "z")))
    assert read(wire, ORDERS) == rows("Number", "a", "b", "it's", "z")
    first = "/data/Orders?cross-company=true&$select=Name,Number&$filter="
    assert wire.urls == [
        first + "dataAreaId eq 'usmf'&$orderby=Number&$top=3",
        first + "(dataAreaId eq 'usmf') and (Number gt 'it''s')&$orderby=Number&$top=3",
    ]


def test_a_last_page_that_is_full_is_followed_by_one_more_request() -> None:
    wire = Wire(page(rows("Number", "a", "b", "c")), page([]))
    assert len(read(wire, ORDERS)) == 3
    assert len(wire.requests) == 2


def test_a_page_that_the_server_cut_short_is_not_the_last_one() -> None:
    wire = Wire(page(rows("Number", "a"), f"{SCM.root}/Orders?$skip=1"), page(rows("Number", "b")))
    assert read(wire, ORDERS) == rows("Number", "a", "b")
    assert "Number gt 'a'" in wire.urls[1]
    assert "$skip" not in wire.urls[1]


def test_several_key_columns_are_compared_from_the_left() -> None:
    wire = Wire(page([{"Number": "s", "Line": n} for n in (1, 2, 3)]), page([]))
    read(wire, LINES)
    assert "(dataAreaId eq 'usmf') and ((Number gt 's' or (Number eq 's' and Line gt 3)))" in wire.urls[1]
    assert "$orderby=Number,Line&" in wire.urls[1]


def test_a_star_in_a_key_is_not_taken_for_a_wildcard() -> None:
    wire = Wire(page([{"Number": "s*", "Line": n} for n in (1, 2, 3)]), page([]))
    read(wire, LINES)
    assert "(Number gt 's*' or ((Number ge 's*' and Number le 's*') and Line gt 3))" in wire.urls[1]


def test_three_key_columns_nest() -> None:
    keyset = (KeyColumn("A"), KeyColumn("B", "integer"), KeyColumn("C", "datetime"))
    wire = Wire(page([{"A": "x", "B": n, "C": "2026-01-05T12:00:00Z"} for n in (1, 2, 3)]), page([]))
    read(wire, Query("Things", (), keyset=keyset))
    assert "$filter=(A gt 'x' or (A eq 'x' and (B gt 3 or (B eq 3 and C gt 2026-01-05T12:00:00Z))))&" in wire.urls[1]


def test_several_companies_are_read_in_one_sweep_with_the_company_leading_the_key() -> None:
    found = [{"dataAreaId": "usmf", "Number": n} for n in "ab"] + [{"dataAreaId": "frsi", "Number": "a"}]
    wire = Wire(page(found), page([]))
    read(wire, ORDERS._replace(companies=("usmf", "frsi"), select=("Number",)))
    assert wire.urls[0] == (
        "/data/Orders?cross-company=true&$select=Number,dataAreaId"
        "&$filter=(dataAreaId eq 'usmf' or dataAreaId eq 'frsi')&$orderby=dataAreaId,Number&$top=3"
    )
    assert "(dataAreaId gt 'frsi' or (dataAreaId eq 'frsi' and Number gt 'a'))" in wire.urls[1]


def test_the_callers_filter_stays_on_every_page() -> None:
    wire = Wire(page(rows("Number", "a", "b", "c")), page([]))
    read(wire, ORDERS._replace(filter="Total gt 5 or Total lt 1"))
    assert all("(dataAreaId eq 'usmf') and (Total gt 5 or Total lt 1)" in url for url in wire.urls)


def test_a_server_that_does_not_advance_is_an_error_and_not_an_endless_read() -> None:
    wire = Wire(page(rows("Number", "a", "b", "c")), page(rows("Number", "a", "b", "c")))
    with pytest.raises(PermanentError, match="do not identify a row"):
        read(wire, ORDERS)


def test_rows_that_come_and_go_during_the_read_shift_nothing() -> None:
    table = [f"n{number:03d}" for number in range(0, 40, 2)]
    expected = list(table)
    wire = Wire(*[_from(table)] * 30)

    async def story() -> list[str]:
        seen: list[str] = []
        async for found in SCM.connect(wire).pages(ORDERS):
            seen += [row["Number"] for row in found]
            table.remove(seen[0]) if seen[0] in table else table.insert(0, "a")
        return seen

    assert run(story()) == expected


def _from(table: list[str]) -> Callable[[httpx.Request], Any]:
    async def answer(request: httpx.Request) -> httpx.Response:
        behind = request.url.params["$filter"].partition("Number gt '")[2].partition("'")[0]
        return page(rows("Number", *[number for number in table if number > behind][:3]))

    return answer
