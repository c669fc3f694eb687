"""The quarantine: causes, what waits for what, money counted once."""

from datetime import timedelta
from decimal import Decimal

import polars as pl

from p2c_assets.delivery.planning import PLAN_SCHEMA
from p2c_assets.reports.quarantine import Cause, Quarantine, quarantine
from p2c_assets.reports.quarantine_text import as_data, lines
from p2c_assets.warehouse.database import Database
from p2c_assets.warehouse.stage import replace_slice
from p2c_assets_tests.reports.stopped_rows import NOW, TASKS, Row, put, refuse

ACCOUNTS, PERSONS = "accounts_to_customers", "contacts_to_contact_persons"
QUOTES, QUOTE_LINES = "quotes_to_quotation_headers", "quotedetails_to_quotation_lines"
ORDERS, ORDER_LINES = "salesorders_to_order_headers", "salesorderdetails_to_order_lines"
RETURNED, INVOICES, PRODUCTS = (
    "order_headers_to_salesorders",
    "invoice_headers_to_invoices",
    "sellable_products_to_products",
)


def found(database: Database, company: str | None = None, reason: str | None = None) -> Quarantine:
    return quarantine(database, TASKS, company, reason)


def only(database: Database) -> Cause:
    (cause,) = found(database).causes
    return cause


def names(cause: Cause) -> tuple[list[str], list[str]]:
    return [one.document for one in cause.documents], [one.document for one in cause.waiting]


def test_a_cause_has_the_documents_of_all_flows_and_each_documents_money_once(database: Database) -> None:
    put(
        database,
        Row(ORDERS, "SO-1", "unmapped_unit", None, "100", "h1"),
        Row(ORDER_LINES, "SO-1", "unmapped_unit", "units box", "60", "l1"),
        Row(ORDER_LINES, "SO-1", "unmapped_unit", None, "40", "l2"),
        Row(QUOTES, "QUO-1", "unmapped_unit", "units Box ", "20", "h2", currency="EUR"),
    )
    cause = only(database)
    assert (cause.reason.code, cause.about, cause.company) == ("unmapped_unit", "unit box", None)
    assert cause.money == {"EUR": Decimal(20), "USD": Decimal(100)}
    assert [(one.document, one.rows) for one in cause.documents] == [("SO-1", 3), ("QUO-1", 1)]


def test_what_waits_for_a_stopped_record_stands_under_the_cause_of_that_record(database: Database) -> None:
    put(
        database,
        Row(ACCOUNTS, "US-9", "unmapped_country", "countries Atlantis", "5000", "a9"),
        Row(PERSONS, "C-1", "parent_missing", "scm.customers_v2 us-9"),
        Row(ORDERS, "SO-1", "parent_missing", "row a9", "70"),
        Row(RETURNED, "SO-2", "unmapped_country", "country_regions XXX", "10"),
        Row(INVOICES, "INV-2", "parent_missing", "sales.salesorders SO-2", "10"),
    )
    causes = {cause.about: names(cause) for cause in found(database).causes}
    assert causes == {"country Atlantis": (["US-9"], ["C-1", "SO-1"]), "country XXX": (["SO-2"], ["INV-2"])}


def test_a_chain_of_waiting_documents_leads_to_its_root(database: Database) -> None:
    put(
        database,
        Row(ACCOUNTS, "US-9", "key_too_long", "number US-9", None),
        Row(RETURNED, "SO-1", "parent_missing", "scm.customers_v2 US-9", "70"),
        Row(INVOICES, "INV-1", "parent_missing", "sales.salesorders SO-1", "70"),
    )
    assert names(only(database)) == (["US-9"], ["INV-1", "SO-1"])


def test_what_waits_for_something_that_nothing_stops_is_a_cause_of_its_own(database: Database) -> None:
    put(database, Row(ORDERS, "SO-1", "parent_missing", "scm.customers_v2 US-404", "70"))
    cause = only(database)
    assert (cause.about, cause.company, names(cause)) == ("customer US-404", "usmf", (["SO-1"], []))


def test_documents_that_wait_for_each_other_are_not_lost(database: Database) -> None:
    put(
        database,
        Row(ORDERS, "SO-1", "parent_missing", "sales.quotes x", "1"),
        Row(RETURNED, "SO-2", "parent_missing", "row SO-3", "1"),
        Row(INVOICES, "SO-3", "parent_missing", "row SO-2", "1"),
    )
    every = [one for cause in found(database).causes for names_of in names(cause) for one in names_of]
    assert sorted(every) == ["SO-1", "SO-2", "SO-3"]


def test_an_order_that_is_stopped_both_ways_counts_once(database: Database) -> None:
    put(
        database,
        Row(ORDERS, "SO-1", "unmapped_unit", "units box", "100"),
        Row(RETURNED, "so-1", "unmapped_currency", "currency CHF", "100"),
    )
    everything = found(database)
    assert (len(everything.causes), everything.total, everything.money) == (2, 1, {"USD": Decimal(100)})


def test_a_number_belongs_to_one_company_and_a_unit_to_all(database: Database) -> None:
    put(
        database,
        Row(RETURNED, "WEB-1", "key_used_by_other_company", "number WEB-1", "10"),
        Row(RETURNED, "WEB-1", "key_used_by_other_company", "number WEB-1", "10", company="demf"),
        Row(QUOTES, "QUO-1", "unmapped_unit", "units box", "10"),
        Row(QUOTES, "QUO-2", "unmapped_unit", "units box", "10", company="demf"),
    )
    causes = sorted((cause.about, cause.companies) for cause in found(database).causes)
    assert causes == [("number WEB-1", ("demf",)), ("number WEB-1", ("usmf",)), ("unit box", ("demf", "usmf"))]


def test_list_prices_and_credit_limits_are_not_money_at_stake(database: Database) -> None:
    put(
        database,
        Row(PRODUCTS, "P-1", "unmapped_unit", "units drum", "410"),
        Row(ACCOUNTS, "US-1", "key_missing", "column accountnumber", "9000"),
    )
    assert found(database).money == {}


def test_a_product_that_waits_for_its_owner_stands_under_the_owners_cause(database: Database) -> None:
    put(
        database,
        Row(PRODUCTS, "P-1", "unmapped_unit", "units drum", company="demf"),
        Row(PRODUCTS, "P-1", "parent_missing", "sales.products P-1"),
    )
    assert names(only(database)) == (["P-1"], ["P-1"])


def test_refusals_are_grouped_by_the_destinations_words(database: Database) -> None:
    put(
        database,
        Row(PERSONS, "C-1", "refused_by_destination", None, None, "g1"),
        Row(ACCOUNTS, "US-1", "refused_by_destination", None, None, "g2"),
    )
    refuse(database, "scm/contact_persons", "C-1|US-1", "g1", "AxError", "no such group")
    refuse(database, "scm/customers_from_accounts", "US-1", "g2", "AxError", "no such group")
    cause = only(database)
    assert (cause.about, len(cause.documents)) == ("AxError: no such group", 2)


def test_rows_of_no_company_are_grouped_by_their_business_unit(database: Database) -> None:
    put(database, Row(ACCOUNTS, "x1", "business_unit_not_mapped", None, company="-"))
    database.run("INSERT INTO raw.sales_accounts (row_id, owningbusinessunit) VALUES ('x1', 'b0')")
    assert only(database).about == "business unit b0"


def test_what_arrived_or_was_filtered_is_not_in_quarantine(database: Database) -> None:
    put(database, Row(ORDERS, "SO-1", None, None, "1"), Row(ORDERS, "SO-2", "order_not_activated", None, "1", "h2"))
    assert found(database) == Quarantine((), ())


def test_a_company_and_a_reason_can_be_asked_for(database: Database) -> None:
    put(
        database,
        Row(QUOTES, "QUO-1", "unmapped_unit", "units box", "10"),
        Row(QUOTES, "QUO-2", "unmapped_unit", "units box", "20", company="demf"),
        Row(ORDERS, "SO-1", "unmapped_currency", "currency CHF", "30", company="demf"),
    )
    assert found(database, "usmf").money == {"USD": Decimal(10)}
    assert found(database, "demf", "unmapped_unit").money == {"USD": Decimal(20)}


def test_the_text_says_since_when_who_acts_and_how_and_what_waits(database: Database) -> None:
    put(
        database,
        Row(
            ACCOUNTS,
            "US-9",
            "required_value_missing",
            "column name",
            detail="name is empty; fill the value in the source",
        ),
        Row(ORDERS, "SO-1", "parent_missing", "scm.customers_v2 US-9", "70.5"),
    )
    text = list(lines(found(database), NOW + timedelta(days=12, hours=3)))
    assert text == [
        "rejected required_value_missing: column name",
        "    a value that the destination requires is empty",
        "    usmf: accounts 1; 70.50 USD; since 2026-01-05 (12 d)",
        "    waiting for it: orders 1",
        "    data owner: fill the value in the source (DIPV 1010)",
        "    - usmf accounts US-9: name is empty",
        "    - usmf orders SO-1: said so",
        "",
        "2 documents stopped by 1 cause; at stake: 70.50 USD",
    ]


def test_the_age_is_that_of_the_first_run_that_stopped_it(database: Database) -> None:
    row = Row(ORDERS, "SO-1", "unmapped_unit", "units box", "100")
    put(database, row)
    put(database, row, now=NOW + timedelta(days=3), run="run2")
    data = as_data(found(database), NOW + timedelta(days=4))
    assert [(cause["days"], cause["money"], cause["dipv"]) for cause in data["causes"]] == [
        (4, {"USD": "100.00"}, None)
    ]


def test_what_waits_for_a_person_stands_under_its_plan_with_how_to_release_it(database: Database) -> None:
    put(
        database,
        Row(ACCOUNTS, "US-1", "guard", detail="60 of 90 would change"),
        Row(PERSONS, "C-1", "parent_missing", "scm.customers_v2 US-1"),
    )
    values = dict.fromkeys(PLAN_SCHEMA) | {
        "company": "usmf",
        "source_id": "US-1",
        "hold": "guard",
        "plan_name": "P7-1a2b",
    }
    plan = pl.DataFrame([values], schema=PLAN_SCHEMA, orient="row")
    replace_slice(database, "planned", "scm_customers_from_accounts", "usmf", plan)
    text = list(lines(found(database), NOW))
    assert text[0] == "held guard: plan P7-1a2b"
    assert text[3:6] == [
        "    waiting for it: contacts 1",
        "    data owner: look at it with `p2c plan`; release it with `p2c approve P7-1a2b`, or correct the source and run again",
        "    - usmf accounts US-1: 60 of 90 would change",
    ]
