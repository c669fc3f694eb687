"""The report as a file: whole, by itself, safe against what people type, and the same for the same warehouse."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import NamedTuple

import polars as pl
import pytest

from p2c_assets.errors import SettingsError
from p2c_assets.reports.html import SECTIONS, page
from p2c_assets.reports.html_markup import Markup, tag
from p2c_assets.reports.html_plots import Bar, columns
from p2c_assets.reports.overview import Overview, overview
from p2c_assets.warehouse import differences, throughput
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.ledger import count_in
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.reports.stopped_rows import NOW, TASKS, Row, put, refuse

LATER = datetime(2026, 3, 1, tzinfo=UTC)
EVIL = """<script>alert("1")</script>'"><img src=x onerror=alert(2)>&amp;"""
VOID = {"meta"}


class Reader(HTMLParser):
    """What a browser would find: elements, attributes, and text; whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


class Pair(NamedTuple):
    """One pair of records as reconciliation left it."""

    key: str
    found_class: str
    difference: str
    company: str = "usmf"
    currency: str = "USD"


def reconcile(database: Database, *pairs: Pair, days_ago: int = 0, flow: str = "orders") -> None:
    """Pairs and their summary, and since when they differ."""
    frame = pl.DataFrame(
        [(one.company, one.key, one.currency, one.found_class, Decimal(0), Decimal(one.difference)) for one in pairs],
        schema={
            **dict.fromkeys(("company", "key", "currency", "class"), pl.String),
            **dict.fromkeys(("sales_amount", "scm_amount"), pl.Decimal(38, 4)),
        },
        orient="row",
    )
    summary = frame.group_by("company", "currency", "class", maintain_order=True).agg(
        pl.len().alias("rows"),
        pl.col("sales_amount").sum(),
        pl.col("scm_amount").sum(),
        pl.col("scm_amount").sum().alias("difference"),
        pl.col("scm_amount").abs().sum().alias("gross_difference"),
        (pl.col("class").first() == "value_differs").alias("unexplained"),
    )
    replace_slice(database, "reconciled", f"{flow}_pairs", "usmf", frame)
    replace_slice(database, "reconciled", flow, "usmf", summary)
    differences.record(database, flow, "usmf", frame, NOW - timedelta(days=days_ago))


def picture(database: Database) -> Overview:
    return overview(database, TASKS, ["usmf", "demf"])


def read(found: Overview, now: datetime = LATER) -> Reader:
    reader = Reader()
    reader.feed(page(found, now))
    assert reader.open == []
    return reader


def fill(database: Database, text: str) -> None:
    """A warehouse in which everything that people can type is `text`."""
    put(
        database,
        Row("salesorders_to_order_headers", text, "unmapped_unit", f"units {text}", "70", detail=text, currency=text),
        Row("accounts_to_customers", text, "refused_by_destination", None, None, "g1", detail=text),
    )
    refuse(database, "scm/customers_from_accounts", text, "g1", text, text)
    count_in(database, "salesorders_to_order_headers", "sales_salesorders", "usmf", "run1", NOW)
    reconcile(database, Pair(text, f"rejected:{text}", "5", "usmf", text))
    throughput.record(
        database, "run1", NOW, throughput.asked("raw/x", "usmf", "sales", {"GET": 3}, {"PATCH": 2}, 1.5, 2.0)
    )


def test_nothing_that_people_typed_is_markup(database: Database) -> None:
    fill(database, EVIL)
    reader, plain = read(picture(database)), Reader()
    assert "script" not in reader.elements
    assert "img" not in reader.elements
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert [text for text in reader.texts if EVIL in text]
    assert [value for _, value in reader.attributes if value is not None and EVIL in value]
    database.run("DELETE FROM ledger.outcomes")
    database.run("DELETE FROM delivery.refusals")
    fill(database, "harmless")
    plain.feed(page(picture(database), LATER))
    assert reader.elements == plain.elements


def test_the_file_stands_by_itself(database: Database) -> None:
    fill(database, "Box")
    text, reader = page(picture(database), LATER), read(picture(database))
    assert not {"script", "link", "iframe", "img", "object", "base", "form"} & set(reader.elements)
    loading = {"src", "srcset", "action", "data", "poster", "background", "xlink:href"}
    assert not [name for name, _ in reader.attributes if name in loading]
    assert {value for name, value in reader.attributes if name == "href"} == {f"#{name}" for name, _ in SECTIONS}
    assert {value for name, value in reader.attributes if name == "id"} >= {name for name, _ in SECTIONS}
    assert "http:" not in text.replace("http-equiv", "")
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_one_warehouse_gives_one_file_but_for_the_time_it_was_written(database: Database) -> None:
    fill(database, "Box")
    first = page(picture(database), LATER).splitlines()
    second = page(picture(database), LATER + timedelta(days=40)).splitlines()
    apart = [(one, other) for one, other in zip(first, second, strict=True) if one != other]
    assert [("2026-03-01 00:00:00" in one, "2026-04-10 00:00:00" in other) for one, other in apart] == [(True, True)]


def test_every_section_has_its_figures(database: Database) -> None:
    fill(database, "Box")
    texts = read(picture(database)).texts
    for expected in (
        "Not everything is explained",
        "2 documents",
        "70.00 Box",
        "unit Box",
        "CRM admin",
        "rejected:Box",
        "salesorders_to_order_headers",
        "2026-01-05 08:00:00",
    ):
        assert expected in texts, expected


def test_a_difference_is_as_old_as_it_was_at_the_last_run(database: Database) -> None:
    put(database, Row("salesorders_to_order_headers", "SO-9", "unmapped_unit"))
    kept: list[Pair] = []
    for days_ago, key in ((40, "A"), (8, "B"), (7, "C"), (0, "D")):
        kept.append(Pair(key, "in_flight", "10"))
        reconcile(database, *kept, days_ago=days_ago)
    (found,) = picture(database).differences
    assert (found.rows, found.amount, found.ages) == (4, Decimal(40), (1, 1, 1, 1))
    assert found.since_utc == NOW - timedelta(days=40)


def test_a_difference_whose_age_nobody_kept_counts_as_old(database: Database) -> None:
    put(database, Row("salesorders_to_order_headers", "SO-9", "unmapped_unit"))
    reconcile(database, Pair("A", "value_differs", "-3"))
    database.run("DELETE FROM ledger.differences")
    (found,) = picture(database).differences
    assert (found.since_utc, found.ages, found.unexplained) == (None, (0, 0, 0, 1), True)
    assert "unknown" in read(picture(database)).texts


def test_runs_have_their_rows_and_requests(database: Database) -> None:
    fill(database, "Box")
    (run,) = picture(database).runs
    assert (run.number, run.companies, run.requests, run.writes, run.throttled_s, run.seconds) == (
        1,
        "usmf",
        3,
        2,
        1.5,
        2.0,
    )


def test_a_warehouse_in_which_nothing_ran_says_so(database: Database) -> None:
    with pytest.raises(SettingsError, match="`p2c run` does"):
        picture(database)


def test_columns_are_as_high_as_their_part_of_the_highest() -> None:
    drawn = columns([Bar("a", "first", 10), Bar("b", "second", 5), Bar("c", "none", 0)], "x")
    assert drawn.count("<rect") == 3
    assert 'height="88.00"' in drawn
    assert 'height="44.00"' in drawn
    assert 'height="0.00"' in drawn


def test_text_is_escaped_unless_it_is_markup() -> None:
    assert tag("b", "<i>", Markup("<br>"), title='"') == '<b title="&quot;">&lt;i&gt;<br></b>'
