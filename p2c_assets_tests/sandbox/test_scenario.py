"""The built-in scenario: what it holds, that its flaws are where they are said to be, and SCM's first day on it."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from p2c_assets.mappings.reasons import REASONS
from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.dataverse.schema import BY_SET
from p2c_assets.sandbox.scenario.accounts import accounts
from p2c_assets.sandbox.scenario.contacts import contacts
from p2c_assets.sandbox.scenario.erp_orders import COLLIDING_NUMBER, erp_orders
from p2c_assets.sandbox.scenario.flaws import FLAWS, Flaw
from p2c_assets.sandbox.scenario.loading import load, settings_companies, settings_value_maps
from p2c_assets.sandbox.scenario.orders import orders
from p2c_assets.sandbox.scenario.products import PRODUCTS, released_products
from p2c_assets.sandbox.scenario.scm_start import HALF_INVOICED, scm_start
from p2c_assets.sandbox.serve import RunningSandbox, running_sandbox
from p2c_assets.settings import Company

INVOICES = "ExternallyMaintainedCustomerSalesInvoiceHeaders"
COMPANIES = ("usmf", "demf", "gbsi")
STOPPED = [flaw for flaw in FLAWS if flaw.outcome in ("filtered", "rejected", "held") and flaw.company is not None]
"""Rows of no company never reach a mapping: their reason is not in its catalogue."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        load(running.sales_url, running.scm_url)
        yield running


def test_three_companies_of_different_currency_make_valid_settings() -> None:
    companies = [Company(**row) for row in settings_companies().values()]
    assert {company.id: company.currency for company in companies} == {"usmf": "USD", "demf": "EUR", "gbsi": "GBP"}
    assert [company.id for company in companies if company.blank_country] == ["usmf"]
    assert settings_value_maps()["units"]["box"] == "Box"


def test_every_company_has_its_share_of_everything() -> None:
    for company in COMPANIES:
        assert len([row for row in released_products() if row["dataAreaId"] == company]) == 12
        assert len([order for order in orders() if order.company.id == company]) >= 10
        assert len([order for order in erp_orders() if order.company.id == company]) >= 6
    assert len(accounts()) >= 36
    assert len(contacts()) == 45


def test_products_are_released_in_several_companies() -> None:
    assert len([product for product in PRODUCTS if len(product.prices) == 3]) == 6
    assert len([product for product in PRODUCTS if len(product.prices) == 2]) == 3


def test_one_order_number_is_used_by_two_companies() -> None:
    users = [order.company.id for order in erp_orders() if order.number == COLLIDING_NUMBER]
    assert users == ["usmf", "demf"]


def test_the_documented_discount_example_is_among_the_orders() -> None:
    lines = [line for order in orders() for line in order.lines]
    assert any((line.quantity, line.discount) == ("3", "10.00") for line in lines)
    assert any((line.quantity, line.discount) == ("7", "9.99") for line in lines)


def test_flaws_are_numbered_once_and_there_are_enough_of_them() -> None:
    assert len({flaw.id for flaw in FLAWS}) == len(FLAWS) >= 24
    assert len({(flaw.task, flaw.company, flaw.key) for flaw in FLAWS}) == len(FLAWS)


@pytest.mark.parametrize("flaw", STOPPED, ids=lambda flaw: flaw.id)
def test_the_reason_of_a_flaw_is_in_the_catalogue_with_its_outcome(flaw: Flaw) -> None:
    assert REASONS[flaw.reason].outcome == flaw.outcome


@pytest.mark.parametrize("flaw", [flaw for flaw in FLAWS if flaw.entity in BY_SET], ids=lambda flaw: flaw.id)
def test_a_flaw_of_sales_is_one_loaded_row(flaw: Flaw, sandbox: RunningSandbox) -> None:
    with AdminClient(sandbox.sales_url) as sales:
        rows = [row for row in sales.rows(flaw.entity) if row[flaw.key_column] == flaw.key]
        teams = {row["businessunitid"]: row for row in sales.rows("businessunits")}
    assert len(rows) == 1
    units = {company["business_unit"]: name for name, company in settings_companies().items()}
    assert units.get(rows[0]["_owningbusinessunit_value"]) == flaw.company
    assert rows[0]["_owningbusinessunit_value"] in teams


@pytest.mark.parametrize("flaw", [flaw for flaw in FLAWS if flaw.entity not in BY_SET], ids=lambda flaw: flaw.id)
def test_a_flaw_of_scm_is_one_row(flaw: Flaw) -> None:
    booked = [(order.company.id, order.number) for order in erp_orders()]
    posted = [(row["dataAreaId"], row["SalesOrderNumber"]) for row in scm_start()[INVOICES]]
    released = [(row["dataAreaId"], row["ProductNumber"]) for row in released_products()]
    assert (booked + released + posted).count((flaw.company or "", flaw.key)) == 1


def test_loading_twice_gives_the_same_systems() -> None:
    first, second = _everything(), _everything()
    assert first == second


def test_activated_orders_carry_the_flags_that_the_solution_computes(sandbox: RunningSandbox) -> None:
    with AdminClient(sandbox.sales_url) as sales:
        rows = {row["ordernumber"]: row for row in sales.rows("salesorders")}
    assert rows["SO-US-02"]["msdynce_hasexternallymaintainedproductsonly"] is True
    assert rows["SO-US-02"]["totalamount"] == Decimal("377.00")
    assert rows["SO-US-12"]["msdynce_hasexternallymaintainedproductsonly"] is False


def test_scm_books_and_works_its_orders_on_its_first_day() -> None:
    with running_sandbox() as sandbox:
        load(sandbox.sales_url, sandbox.scm_url)
        with AdminClient(sandbox.scm_url) as scm:
            _carry_customers_over(scm)
            scm.advance()
            orders_there = {
                (row["dataAreaId"], row["SalesOrderNumber"]): row for row in scm.rows("CDSSalesOrderHeaders")
            }
            invoices = Counter(row["SalesOrderNumber"] for row in scm.rows(INVOICES))
    assert len(orders_there) == len(erp_orders()) + 1
    assert _status(orders_there, "usmf", "WEB-US-01") == ("Invoiced", "Yes")
    assert _status(orders_there, "usmf", "WEB-US-03") == ("Canceled", "Yes")
    assert _status(orders_there, "usmf", "WEB-US-07")[0] == "Active"
    assert _status(orders_there, "usmf", "WEB-US-08") == ("Confirmed", "No")
    assert orders_there["usmf", "WEB-US-01"]["OrderTotalTaxAmount"] == Decimal("8.17")
    assert invoices["WEB-US-02"] == 1
    assert invoices[HALF_INVOICED] == 2
    assert _status(orders_there, "usmf", HALF_INVOICED) == ("Invoiced", "Yes")


def _everything() -> dict[str, Any]:
    with running_sandbox() as sandbox:
        load(sandbox.sales_url, sandbox.scm_url)
        with AdminClient(sandbox.sales_url) as sales, AdminClient(sandbox.scm_url) as scm:
            return {
                **{name: sales.rows(name) for name in ("accounts", "contacts", "products", "quotes", "salesorders")},
                **{name: scm.rows(name) for name in ("CustomersV2", "SellableReleasedProducts")},
            }


def _carry_customers_over(scm: AdminClient) -> None:
    """What the first chain would do."""
    there = {(row["dataAreaId"], row["CustomerAccount"]) for row in scm.rows("CustomersV2")}
    missing = {(order.company.id, order.customer) for order in erp_orders()} - there
    scm.load({"CustomersV2": [_customer(company, number) for company, number in sorted(missing)]})


def _customer(company: str, number: str) -> dict[str, str]:
    return {
        "dataAreaId": company,
        "CustomerAccount": number,
        "PartyNumber": number,
        "PartyType": "Organization",
        "OrganizationName": number,
        "CustomerGroupId": "10",
        "SalesCurrencyCode": settings_companies()[company]["currency"],
        "IsExternallyMaintained": "Yes",
    }


def _status(rows: dict[tuple[str, str], dict[str, Any]], company: str, number: str) -> tuple[str, str]:
    row = rows[company, number]
    return row["SalesOrderProcessingStatus"], row["AreTotalsUpdated"]
