"""Shortcuts of SCM's reads: what an index, a company or a key's place leaves out is what the filter refuses anyway."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2c_assets.sandbox.finops.filters import compile_filter
from p2c_assets.sandbox.finops.records import Records
from p2c_assets.sandbox.finops.schema import ENTITY_SETS
from p2c_assets.sandbox.finops.selection import Selector
from p2c_assets.sandbox.messages import Request
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.store import Store
from p2c_assets.sandbox.table import Row

LINES = ENTITY_SETS["CDSSalesOrderLines"]
COMPANIES = ("frsi", "usmf")
NUMBERS = ("SO-1", "so-2", "SO-10", "S*O", "")
SMALL = settings(derandomize=True, database=None, deadline=None, max_examples=300)


@pytest.fixture(scope="module")
def records() -> Records:
    """Lines of both companies, numbers of mixed case; one is hidden, one has no number."""
    records = Records(Store("scm"))
    for company in COMPANIES:
        for number in NUMBERS:
            for line in (3, 1, 2):
                values = {"dataAreaId": company, "SalesOrderNumber": number, "LineCreationSequenceNumber": line}
                records.insert(LINES, {**LINES.blank, **values, "ProductNumber": f"P{line}"})
    hidden = records.get(LINES, "usmf", "SO-1", 2)
    assert hidden is not None
    records.alter(LINES, hidden, {"_hidden": True})
    return records


def _comparisons() -> Iterator[st.SearchStrategy[str]]:
    numbers = st.sampled_from([*NUMBERS, "so-1", "SO-11", "*SO*", "zz"]).map(lambda text: f"'{text}'")
    for name, values in (
        ("SalesOrderNumber", numbers),
        ("ProductNumber", st.sampled_from(["'p1'", "'P3'", "'*2'"])),
        ("dataAreaId", st.sampled_from(["'USMF'", "'frsi'", "'x'"])),
        ("LineCreationSequenceNumber", st.sampled_from(["-1", "0", "2", "3"])),
    ):
        operators = st.sampled_from(["eq", "gt", "ge", "ne", "lt"])
        yield st.tuples(st.just(name), operators, values).map(" ".join)


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})")


FILTERS = st.recursive(st.one_of(*_comparisons()), _combined, max_leaves=6)
KEYSET = "SalesOrderNumber gt '{0}' or (SalesOrderNumber eq '{0}' and LineCreationSequenceNumber gt {1})"


def selected(records: Records, text: str, order: str = "") -> list[Row]:
    selector = Selector(records, lambda: COMPANIES, "usmf", text_functions=False)
    query = f"$filter={text.replace(' ', '%20')}&cross-company=true" + (f"&$orderby={order}" if order else "")
    return list(selector.select(LINES, Request.of("GET", f"/data/{LINES.name}?{query}", {}), 0).rows)


def expected(records: Records, text: str) -> list[Row]:
    predicate = compile_filter(LINES, parse_filter(text), text_functions=False)
    return [row for row in records.in_key_order(LINES, COMPANIES) if predicate(row)]


@SMALL
@given(text=FILTERS)
def test_any_filter_finds_the_rows_that_its_predicate_lets_through(records: Records, text: str) -> None:
    assert selected(records, text) == expected(records, text)


@pytest.mark.parametrize("company", ["", "dataAreaId eq 'usmf' and "])
@pytest.mark.parametrize("number", [*NUMBERS, "so-1", "SO-5", "zzz"])
@pytest.mark.parametrize("line", [0, 1, 3, 7])
def test_a_page_by_key_begins_behind_the_key(records: Records, company: str, number: str, line: int) -> None:
    text = f"{company}({KEYSET.format(number, line)})"
    assert selected(records, text) == expected(records, text)


def test_pages_by_key_bring_every_visible_row_once(records: Records) -> None:
    order = "SalesOrderNumber,LineCreationSequenceNumber"
    found = selected(records, "dataAreaId eq 'usmf'", order)[:4]
    while True:
        last = (found[-1]["SalesOrderNumber"], found[-1]["LineCreationSequenceNumber"])
        page = selected(records, f"dataAreaId eq 'usmf' and ({KEYSET.format(*last)})", order)[:4]
        if not page:
            break
        found += page
    assert found == list(records.in_key_order(LINES, ["usmf"]))
    assert len(found) == len(NUMBERS) * 3 - 1
