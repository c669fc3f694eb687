"""Every documented behaviour has a status, and what the status says is there."""

from collections import Counter
from importlib import import_module

import pytest

from p2c_assets_tests.sandbox.conformance.page import PAGE, render
from p2c_assets_tests.sandbox.conformance.rows import Row, docstring, rows

EVERY = rows()


def test_ids_are_unique() -> None:
    counts = Counter(row.id for row in EVERY)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.id)
def test_each_row_has_tests_that_name_its_source(row: Row) -> None:
    for test in row.tests:
        text = docstring(test)
        assert text is not None, f"{row.id}: there is no test {test}"
        assert " ".join(row.source.split()) in " ".join(text.split()), f"{test} does not name its source, {row.source}"


@pytest.mark.parametrize("row", [row for row in EVERY if row.constant], ids=lambda row: row.id)
def test_each_assumption_is_a_constant_or_a_decision(row: Row) -> None:
    name, _, constant = row.constant.partition(":")
    module = import_module(name)
    assert hasattr(module, constant) or constant in module.DECISIONS, f"{row.id}: {row.constant} is not there"


def test_what_no_source_shows_is_no_documented_behaviour() -> None:
    unshown = {"platform knowledge", "none", "community sample", "not shown working anywhere"}
    assert [row.id for row in EVERY if row.status == "covered" and row.source in unshown] == []


def test_the_page_shows_the_list() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == render(page), "run: python -m p2c_assets_tests.sandbox.conformance.page"
