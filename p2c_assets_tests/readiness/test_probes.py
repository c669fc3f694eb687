"""Probes as tables: what a system answered, and what is found of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from p2c_assets.connectors.dataverse.environment import Definition, Key, Privilege
from p2c_assets.connectors.finops.environment import NumberSequence, Versions
from p2c_assets.mappings.sales import ACCOUNTS
from p2c_assets.readiness import company as companies
from p2c_assets.readiness import sales, scm
from p2c_assets.readiness.finding import (
    Finding,
    Unread,
    as_data,
    complete,
    error,
    merged,
    sentence,
    warning,
    with_accepted,
)
from p2c_assets.readiness.kinds import KINDS, of_asset
from p2c_assets.readiness.versions import is_at_least
from p2c_assets.settings import Company, ReadinessSettings, Settings, build

REFUSED = Unread("answered 403")
SYSTEM = {"url": "https://a.example", "token_url": "https://b.example", "client_id": "c", "client_secret": "s"}


def settings(tmp_path: Any, **of_companies: Mapping[str, Any]) -> Settings:
    made = {
        name: {"business_unit": f"unit-{name}", "owner_team": f"team-{name}", "currency": "USD", **values}
        for name, values in of_companies.items()
    }
    return build({"sales": SYSTEM, "scm": SYSTEM, "companies": made}, tmp_path)


def definition(**changed: Any) -> Definition:
    columns = frozenset(column.name for column in ACCOUNTS.columns)
    return Definition("account", True, columns, (), ())._replace(**changed)


@pytest.mark.parametrize(
    ("version", "least", "enough"),
    [
        ("1.15.0.0", "1.15.0.0", True),
        ("15.0.0.1", "1.15.0.0", True),
        ("1.9.0.0", "1.15.0.0", False),
        ("10.0.2177.37", "7.3.11971.56116", True),
        ("7.2.11792.56024", "7.3.11971.56116", False),
        ("9.2", "9.2.0.0", True),
        ("nine", "9.2.0.0", False),
    ],
)
def test_versions_are_compared_number_by_number(version: str, least: str, enough: bool) -> None:
    assert is_at_least(version, least) is enough


def test_each_missing_column_is_an_error_of_its_own_and_so_is_a_missing_table() -> None:
    columns = definition().columns - {"name", "accountnumber"}
    found = sales.tables({"account": definition(columns=columns)}, [ACCOUNTS])
    assert {one.subject for one in found} == {"account.name", "account.accountnumber"}
    assert [(one.level, one.subject) for one in sales.tables({}, [ACCOUNTS])] == [("error", "account")]


@pytest.mark.parametrize(("status", "level"), [("Failed", "error"), ("Pending", "warning"), ("InProgress", "warning")])
def test_an_index_that_failed_is_worse_than_one_under_way(status: str, level: str) -> None:
    key = Key("number", ("accountnumber",), status)
    assert [(one.level, one.subject) for one in sales.keys({"account": definition(keys=(key,))})] == [
        (level, "account.number")
    ]


def test_a_written_table_asks_for_more_privileges_than_one_that_is_read() -> None:
    kinds = ("Create", "Read", "Write", "Delete", "Append", "AppendTo", "Share")
    privileges = tuple(Privilege(f"id{kind}", f"prv{kind}", kind) for kind in kinds)
    read, written = (
        definition(privileges=privileges),
        definition(privileges=privileges, logical_name="salesorderdetail"),
    )
    assert {one.subject for one in sales.privileges({"account": read}, {})} == {"prvRead", "prvAppendTo"}
    found = {one.subject for one in sales.privileges({"salesorderdetail": written}, {})}
    assert found == {"prvCreate", "prvRead", "prvWrite", "prvDelete", "prvAppend", "prvAppendTo"}


def test_what_could_not_be_read_is_a_finding_and_never_well(tmp_path: Any) -> None:
    answers = sales.SalesAnswers("me", REFUSED, REFUSED, REFUSED, REFUSED, REFUSED)
    found = sales.findings(answers, settings(tmp_path, usmf={}))
    unread = {one.subject for one in found if one.code == "sales_could_be_looked_at"}
    assert unread == {
        "the version of Sales",
        "the solution",
        "the organisation's settings",
        "the tables' definitions",
        "alternate keys",
        "change tracking",
        "privileges",
    }
    assert all(one.level != "ok" for one in found if one.code == "sales_could_be_looked_at")


def test_a_kind_that_could_not_be_looked_at_is_not_called_well(tmp_path: Any) -> None:
    answers = sales.SalesAnswers("me", REFUSED, "15.0.0.1", {}, REFUSED, REFUSED)
    organization = {"oobpricecalculationenabled": True, "discountcalculationmethod": 0, "pricingdecimalprecision": None}
    found = sales.findings(answers._replace(organization=organization), settings(tmp_path, usmf={}))
    well = {one.code for one in found if one.level == "ok"}
    assert well == {
        "sales_lets_us_in",
        "solution_is_installed",
        "sales_calculates_prices",
        "discounts_are_per_line",
        "prices_keep_their_decimals",
    }


def test_a_version_that_is_none_is_left_to_hand() -> None:
    wanted = ReadinessSettings()
    assert [one.code for one in sales.version("latest", wanted)] == ["sales_could_be_looked_at"]
    assert [one.code for one in scm.versions(Versions("10", "x"), wanted)] == ["scm_could_be_looked_at"]
    assert [one.code for one in scm.versions(REFUSED, wanted)] == ["scm_could_be_looked_at"]


def sequence(company: str, form: str = "", data_type: str = "SalesIdBase") -> NumberSequence:
    return NumberSequence(data_type, company, f"S_{company}", form, True, False)


def test_formats_that_cannot_meet_keep_companies_apart_without_prefixes(tmp_path: Any) -> None:
    chosen = settings(tmp_path, usmf={}, demf={}, gbsi={"sales_number_prefix": "G-"})
    alike = [sequence("usmf", "SO-#####"), sequence("demf", "SO-######")]
    apart = [sequence("usmf", "US-#####"), sequence("demf", "DE-#####")]

    def found(sequences: list[NumberSequence]) -> list[tuple[str, str]]:
        every = companies.collisions(sequences, chosen.companies["usmf"], chosen)
        return [(one.level, one.found) for one in every if one.code == "numbers_cannot_collide"]

    assert found(alike) == [("warning", "nothing keeps its order numbers apart from those of demf")]
    assert found(apart) == []


def test_a_stopped_sequence_is_an_error(tmp_path: Any) -> None:
    chosen = settings(tmp_path, usmf={})
    stopped = [sequence("usmf", data_type=name)._replace(is_stopped=True) for name in ("CustAccount",)]
    found = companies.sequences(stopped, chosen.companies["usmf"], chosen.readiness)
    assert [(one.level, one.subject) for one in found] == [
        ("error", "CustAccount"),
        ("warning", "QuotationIdBase"),
        ("warning", "SalesIdBase"),
    ]


def test_constants_are_warned_of_until_they_are_set_or_confirmed(tmp_path: Any) -> None:
    chosen = settings(tmp_path, usmf={}, demf={"site": "1", "confirmed": ["warehouse", "language"]})

    def open_ones(company: Company) -> set[str]:
        return {one.subject for one in companies.constants(company, chosen)}

    every = {"customer_group", "site", "warehouse", "language", "blank_country", "price_list"}
    assert open_ones(chosen.companies["usmf"]) == every
    assert open_ones(chosen.companies["demf"]) == every - {"site", "warehouse", "language"}


def test_an_accepted_finding_stops_nothing_and_is_still_shown() -> None:
    found = [
        error("sales_privileges_are_held", "lacking", "it", "prvReadOrder"),
        error("sales_privileges_are_held", "lacking", "it", "prvReadQuote"),
        warning("changes_are_tracked", "off", "on", "account"),
    ]
    judged = with_accepted(found, ["sales_privileges_are_held:prvreadorder", "changes_are_tracked"])
    assert [one.level for one in judged] == ["accepted", "error", "accepted"]


def test_what_several_companies_say_of_a_system_is_said_once_worst_first() -> None:
    one, two = warning("changes_are_tracked", "off", "on", "account"), error("solution_is_installed", "gone", "it")
    found = merged([one, one, two, *complete("scm", [])])
    assert [finding.code for finding in found[:2]] == ["solution_is_installed", "changes_are_tracked"]
    assert len(found) == 2 + len(of_asset("scm"))


def test_a_finding_says_what_is_there_what_is_needed_who_can_act_and_how() -> None:
    found = Finding(
        "warning", "codes_are_mapped", "usmf", "units drum", "no counterpart", "an entry", 3, Decimal(410), "USD"
    )
    said = sentence(found)
    kind = KINDS["codes_are_mapped"]
    assert said == f"units drum: no counterpart; needed: an entry. {kind.owner}: {kind.fix}"
    assert (as_data(found)["amount"], as_data(found)["documents"], as_data(found)["owner"]) == ("410", 3, "CRM admin")
