"""Every reason in the catalogue is given by a row that has just this one thing wrong with it."""

from typing import Any, NamedTuple

import pytest

from p2c_assets.mappings.reasons import GIVEN_BY_TRANSFORMS, REASONS
from p2c_assets.settings import Company
from p2c_assets_tests.frames import DEMF, FRSI, SETTINGS, USMF, Row, mapped
from p2c_assets_tests.transforms.references import REFERENCES
from p2c_assets_tests.transforms.test_accounts import ACCOUNT
from p2c_assets_tests.transforms.test_contacts import CONTACT
from p2c_assets_tests.transforms.test_invoices import INVOICE, ORDERS
from p2c_assets_tests.transforms.test_orders import LINE, ORDER
from p2c_assets_tests.transforms.test_products import CLAIM, GERMAN, GERMAN_CLAIM, RELEASED
from p2c_assets_tests.transforms.test_quotes import QUOTE
from p2c_assets_tests.transforms.test_returned_orders import ORDER as RETURNED


class Case(NamedTuple):
    """Rows of one task whose first source row has the reason; `named`: what its detail has to name."""

    reason: str
    task: str
    rows: dict[str, list[Row]]
    named: str
    company: Company = USMF
    claimed: tuple[tuple[str, ...], ...] = ()


def account(reason: str, named: str, **values: Any) -> Case:
    return Case(reason, "accounts_to_customers", {"sales.accounts": [{**ACCOUNT, **values}]}, named)


def contact(reason: str, task: str, named: str, **values: Any) -> Case:
    return Case(reason, task, {"sales.contacts": [{**CONTACT, **values}]}, named)


def order(reason: str, named: str, **values: Any) -> Case:
    return Case(reason, "salesorders_to_order_headers", {"sales.salesorders": [{**ORDER, **values}]}, named)


def line(reason: str, named: str, **values: Any) -> Case:
    rows: dict[str, list[Row]] = {"sales.salesorders": [ORDER], "sales.salesorderdetails": [{**LINE, **values}]}
    return Case(reason, "salesorderdetails_to_order_lines", rows, named)


def returned(reason: str, named: str, **values: Any) -> Case:
    return Case(reason, "order_headers_to_salesorders", {"scm.sales_order_headers": [{**RETURNED, **values}]}, named)


def product(reason: str, named: str, **values: Any) -> Case:
    rows: dict[str, list[Row]] = {"scm.sellable_released_products": [{**RELEASED, **values}]}
    return Case(reason, "sellable_products_to_products", rows, named, claimed=(CLAIM,))


QUOTED: dict[str, list[Row]] = {
    "sales.salesorders": [{**ORDER, "quoteid": "q"}],
    "sales.quotes": [{"quoteid": "q", "quotenumber": "QUO-1"}],
    "scm.sales_quotation_headers": [{"SalesQuotationNumber": "QUO-1", "GeneratedSalesOrderNumber": "SO-9"}],
}

CASES = [
    contact("contact_is_customer", "contacts_to_contact_persons", "true", msdynce_isactivecustomer=True),
    contact("contact_not_customer", "contacts_to_customers", "false", msdynce_isactivecustomer=False),
    contact("parent_is_not_account", "contacts_to_contact_persons", "(empty)", msdynce_iscompanyanaccount=None),
    Case("quote_not_active", "quotes_to_quotation_headers", {"sales.quotes": [{**QUOTE, "statecode": 2}]}, "2"),
    Case(
        "superseded_revision",
        "quotes_to_quotation_headers",
        {"sales.quotes": [QUOTE, {**QUOTE, "quoteid": "q1", "revisionnumber": 1}]},
        "QUO-1",
    ),
    order("order_not_activated", "647390011", msdynce_processingstatus=647390011),
    order("order_cancelled_in_sales", "2", statecode=2),
    order("owned_by_scm", "true", msdynce_ismaintainedexternally=True),
    order("lines_not_externally_maintained", "false", msdynce_hasexternallymaintainedproductsonly=False),
    line("write_in_line", "true", isproductoverridden=True),
    line("foreign_product", "(empty)", productid="old"),
    line("freight_tax_line", "true", msdynce_ismisctax=True),
    returned("order_not_confirmed", "Active", SalesOrderProcessingStatus="Active"),
    returned("totals_not_calculated", "No", AreTotalsUpdated="No"),
    returned("customer_not_externally_maintained", "No", OrderingCustomerIsExternallyMaintained="No"),
    returned("invoice_customer_not_externally_maintained", "No", InvoiceCustomerIsExternallyMaintained="No"),
    returned("work_order_origin", "WorkOrderIntegration", SalesOrderOriginType="WorkOrderIntegration"),
    Case(
        "free_text_invoice",
        "invoice_headers_to_invoices",
        {"scm.sales_invoice_headers": [{**INVOICE, "SalesOrderNumber": ""}], "sales.salesorders": ORDERS},
        "SalesOrderNumber",
    ),
    Case(
        "price_list_shared",
        "sellable_products_to_products",
        {
            "scm.sellable_released_products": [{**GERMAN, "row_company": "frsi"}],
            "sales.products": [{"productid": "new", "productnumber": "NEW-1"}],
        },
        "demf",
        FRSI,
        (CLAIM, GERMAN_CLAIM, (*CLAIM[:1], "frsi", *CLAIM[2:])),
    ),
    account("wrong_type", "'abc'", row_flaws="creditlimit: 'abc' is not a number"),
    account("key_missing", "accountnumber", accountnumber="  "),
    account("key_too_long", "21", accountnumber="x" * 21),
    Case(
        "duplicate_key",
        "accounts_to_customers",
        {"sales.accounts": [ACCOUNT, {**ACCOUNT, "accountid": "b", "accountnumber": "acc-9"}]},
        "ACC-9",
    ),
    Case(
        "key_used_by_other_company",
        "order_headers_to_salesorders",
        {"scm.sales_order_headers": [RETURNED]},
        "demf",
        claimed=(("sales_order_headers", "usmf", "SO-1"), ("sales_order_headers", "demf", "SO-1")),
    ),
    account("required_value_missing", "name", name=""),
    account("unmapped_country", "Atlantis", address1_country="Atlantis"),
    line("unmapped_unit", "Box", uomid="box"),
    order("unmapped_currency", "BONUS", transactioncurrencyid="cur-points"),
    returned("unmapped_status", "Lost", SalesOrderProcessingStatus="Lost"),
    contact("unmapped_value", "contacts_to_contact_persons", "9", gendercode=9),
    product("no_price_list", "JPY", CurrencyCode="JPY"),
    Case(
        "no_unit_group",
        "sellable_products_to_products",
        {
            "scm.sellable_released_products": [{**RELEASED, "SalesUnitSymbol": "ea"}],
            "sales.uomschedules": [{"uomscheduleid": "other", "name": "Weight"}],
        },
        "Default Unit",
        claimed=(CLAIM,),
    ),
    product("out_of_range", "-1", SalesPrice="-1"),
    Case("already_ordered_from_quote", "salesorders_to_order_headers", QUOTED, "SO-9"),
    order("parent_missing", "ACC-DE", customerid="acc-de", customerid_type="account"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_a_row_gets_the_reason_and_a_person_can_act_on_it(case: Case) -> None:
    row = mapped(case.task, REFERENCES | case.rows, case.company, SETTINGS, case.claimed)[0]
    reason = REASONS[case.reason]
    assert row["outcome"] == reason.outcome
    assert row["reason"] == case.reason
    assert case.named in row["detail"]
    assert reason.fix in row["detail"]


CAUSES = {
    "wrong_type": "column creditlimit",
    "key_missing": "column accountnumber",
    "key_too_long": f"number {'x' * 21}",
    "duplicate_key": "number ACC-9",
    "key_used_by_other_company": "number SO-1",
    "required_value_missing": "column name",
    "unmapped_country": "countries Atlantis",
    "unmapped_unit": "units Box",
    "unmapped_currency": "currency BONUS",
    "unmapped_status": "processing_status Lost",
    "unmapped_value": "gender 9",
    "no_price_list": "currency JPY",
    "no_unit_group": "sales.uomschedules Default Unit",
    "out_of_range": "column price",
    "already_ordered_from_quote": "quote QUO-1",
    "parent_missing": "scm.customers_v2 ACC-DE",
}


@pytest.mark.parametrize("case", [case for case in CASES if REASONS[case.reason].outcome != "filtered"])
def test_a_row_that_is_stopped_names_its_cause_so_that_all_rows_of_one_cause_can_be_counted(case: Case) -> None:
    row = mapped(case.task, REFERENCES | case.rows, case.company, SETTINGS, case.claimed)[0]
    assert row["cause"] == CAUSES[case.reason]


def test_the_cause_is_that_of_the_reason_and_a_row_that_goes_on_has_none() -> None:
    nameless = {**ACCOUNT, "name": None, "address1_country": "Atlantis"}
    row = mapped("accounts_to_customers", REFERENCES | {"sales.accounts": [nameless]})[0]
    assert (row["reason"], row["cause"]) in {(reason, CAUSES[reason]) for reason in CAUSES}
    assert mapped("accounts_to_customers", REFERENCES | {"sales.accounts": [ACCOUNT]})[0]["cause"] is None


def test_a_line_has_the_cause_of_its_header() -> None:
    rows = REFERENCES | {"sales.salesorders": [{**ORDER, "ordernumber": None}], "sales.salesorderdetails": [LINE]}
    row = mapped("salesorderdetails_to_order_lines", rows)[0]
    assert (row["reason"], row["cause"]) == ("key_missing", "column ordernumber")


def test_a_parent_without_a_number_is_named_by_its_row() -> None:
    unnumbered = {**ORDER, "customerid": "nobody", "customerid_type": "account"}
    row = mapped("salesorders_to_order_headers", REFERENCES | {"sales.salesorders": [unnumbered]})[0]
    assert (row["reason"], row["cause"]) == ("parent_missing", "row nobody")


def test_every_reason_has_its_case() -> None:
    assert {case.reason for case in CASES} == set(GIVEN_BY_TRANSFORMS)


MORE = [
    ("accounts_to_customers", {"sales.accounts": [{**ACCOUNT, "transactioncurrencyid": "gone"}]}, "unmapped_currency"),
    (
        "order_headers_to_salesorders",
        {"scm.sales_order_headers": [{**RETURNED, "CurrencyCode": "XYZ"}]},
        "unmapped_currency",
    ),
    (
        "order_headers_to_salesorders",
        {"scm.sales_order_headers": [{**RETURNED, "CurrencyCode": ""}]},
        "required_value_missing",
    ),
    (
        "sellable_products_to_products",
        {"scm.sellable_released_products": [{**RELEASED, "SalesUnitSymbol": "kg"}]},
        "unmapped_unit",
    ),
    (
        "sellable_products_to_products",
        {"scm.sellable_released_products": [{**RELEASED, "ProductName": ""}]},
        "required_value_missing",
    ),
    (
        "order_headers_to_salesorders",
        {"scm.sales_order_headers": [{**RETURNED, "TotalDiscountAmount": "-1"}]},
        "out_of_range",
    ),
]


@pytest.mark.parametrize(("task", "rows", "reason"), MORE)
def test_the_same_reason_has_several_ways(task: str, rows: dict[str, list[Row]], reason: str) -> None:
    row = mapped(task, REFERENCES | rows, claimed=(CLAIM,))[0]
    assert (row["outcome"], row["reason"]) == ("rejected", reason)


def test_all_reasons_of_a_class_are_in_the_detail_and_the_first_is_the_reason() -> None:
    source = {**ACCOUNT, "address1_country": "Atlantis", "name": None}
    row = mapped("accounts_to_customers", REFERENCES | {"sales.accounts": [source]})[0]
    assert "Atlantis" in row["detail"]
    assert "name is empty" in row["detail"]


PRECEDENCE: list[tuple[Row, str]] = [
    ({"row_flaws": "x: 'y' is not a number", "msdynce_processingstatus": 647390011}, "wrong_type"),
    ({"msdynce_processingstatus": 647390011, "ordernumber": None}, "order_not_activated"),
    ({"ordernumber": None, "customerid": "acc-de", "customerid_type": "account"}, "key_missing"),
]


@pytest.mark.parametrize(("values", "reason"), PRECEDENCE)
def test_wrong_type_comes_before_filtered_before_rejected_before_held(values: Row, reason: str) -> None:
    rows = REFERENCES | {"sales.salesorders": [{**ORDER, **values}]}
    assert mapped("salesorders_to_order_headers", rows)[0]["reason"] == reason


def test_a_number_shared_by_an_account_and_an_active_contact_goes_for_neither() -> None:
    buyer = {**CONTACT, "msdynce_contactnumber": "acc-9", "msdynce_isactivecustomer": True}
    rows = REFERENCES | {"sales.accounts": [ACCOUNT], "sales.contacts": [buyer]}
    assert mapped("accounts_to_customers", rows)[0]["reason"] == "duplicate_key"
    assert mapped("contacts_to_customers", rows)[0]["reason"] == "duplicate_key"


def test_rows_that_a_filter_left_out_do_not_make_others_duplicates() -> None:
    rows = REFERENCES | {"sales.salesorders": [ORDER, {**ORDER, "salesorderid": "p", "msdynce_processingstatus": None}]}
    assert [row["reason"] for row in mapped("salesorders_to_order_headers", rows)] == [None, "order_not_activated"]


def test_a_row_without_any_key_is_named_by_its_id() -> None:
    row = mapped("accounts_to_customers", {"sales.accounts": [{**ACCOUNT, "accountnumber": None}]})[0]
    assert (row["document"], row["target_key"]) == ("a", None)


@pytest.mark.parametrize("company", [USMF, DEMF])
def test_company_rows_are_told_apart(company: Company) -> None:
    rows = REFERENCES | {"sales.accounts": [{**ACCOUNT, "row_company": company.id}]}
    assert [row["company"] for row in mapped("accounts_to_customers", rows, company)] == [company.id]
