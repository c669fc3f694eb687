"""AdventureWorks: what becomes of its rows, and SCM's totals against the file."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from p2c_assets.sandbox.admin_client import AdminClient
from p2c_assets.sandbox.adventureworks.account import LoadAccount
from p2c_assets.sandbox.adventureworks.files import Files, MissingFileError, read
from p2c_assets.sandbox.adventureworks.loading import load, settings_companies
from p2c_assets.sandbox.adventureworks.orders import expected_total, orders
from p2c_assets.sandbox.adventureworks.parties import parties
from p2c_assets.sandbox.adventureworks.products import is_sellable, products
from p2c_assets.sandbox.adventureworks.territories import COMPANY_OF
from p2c_assets.sandbox.serve import RunningSandbox, running_sandbox

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "adventureworks"
ABSENT = f"the AdventureWorks files are not at {DATA}"


@pytest.fixture(scope="module")
def files() -> Files:
    if not DATA.is_dir():
        pytest.skip(ABSENT)
    return read(DATA)


class Loaded(NamedTuple):
    sandbox: RunningSandbox
    account: LoadAccount


@pytest.fixture(scope="module")
def loaded() -> Iterator[Loaded]:
    if not DATA.is_dir():
        pytest.skip(ABSENT)
    with running_sandbox() as sandbox:
        yield Loaded(sandbox, load(DATA, sandbox.sales_url, sandbox.scm_url))


def test_a_folder_without_the_files_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"sales_order_header\.csv"):
        read(tmp_path)


def test_every_row_of_every_file_is_loaded_or_left_out_with_a_reason(loaded: Loaded) -> None:
    assert len(loaded.account.files) == 11
    assert [file.file for file in loaded.account.files if not file.adds_up] == []


def test_the_known_flaws_of_the_data_have_a_name(loaded: Loaded) -> None:
    by_file = {file.file: file for file in loaded.account.files}
    assert by_file["sales_order_detail.csv"].left_out == {"its order is not in sales_order_header.csv": 41}
    assert sum(by_file["person.csv"].left_out.values()) == 618
    assert loaded.account.warnings[0].startswith("69 orders")
    assert loaded.account.warnings[1].startswith("13 orders")


def test_only_finished_goods_with_a_price_are_sellable_and_orders_need_no_other(files: Files) -> None:
    sellable = {product["productid"] for product in files.product if is_sellable(product)}
    assert len(sellable) == 295
    assert {line["productid"] for line in files.sales_order_detail} <= sellable


def test_every_product_is_released_in_six_companies(files: Files) -> None:
    released = products(files, set()).released
    assert set(Counter(row["ProductNumber"] for row in released).values()) == {6}
    assert {row["CurrencyCode"] for row in released if row["dataAreaId"] == "camf"} == {"CAD"}


def test_individual_customers_with_orders_are_active_customers_and_others_are_not(files: Files) -> None:
    active = Counter(row["msdynce_isactivecustomer"] for row in parties(files).contacts)
    assert active[True] == 1160


def test_the_country_of_a_store_is_that_of_its_territory(files: Files) -> None:
    rows = parties(files).accounts
    assert len(rows) == 701
    assert {row["address1_country"] for row in rows} == {company.country for company in COMPANY_OF.values()}


def test_an_order_without_its_address_goes_without_an_address_block(files: Files) -> None:
    french = [order for order in orders(files).born_in_scm if order.company.id == "frsi"]
    assert len(french) == 69
    assert {order.ship.street + order.ship.country for order in french} == {""}


def test_a_discount_is_a_fraction_of_the_price_in_cents_of_the_line(files: Files) -> None:
    discounted = [line for order in orders(files).born_in_sales for line in order.lines if Decimal(line.discount)]
    assert len(discounted) == 34
    assert all(Decimal(line.discount).as_tuple().exponent == -2 for line in discounted)


def test_the_settings_name_six_companies_of_five_currencies() -> None:
    companies = settings_companies()
    assert len(companies) == 6
    assert {row["currency"] for row in companies.values()} == {"USD", "CAD", "EUR", "AUD", "GBP"}


def test_sales_holds_all_contacts_and_activated_orders(loaded: Loaded) -> None:
    with AdminClient(loaded.sandbox.sales_url) as sales:
        assert len(sales.rows("accounts")) == 701
        assert len(sales.rows("contacts")) == 18722
        orders_there = sales.rows("salesorders")
        lines = sales.rows("salesorderdetails")
    assert len(orders_there) == 406
    assert {row["msdynce_processingstatus"] for row in orders_there} == {647390000}
    assert {row["msdynce_hasexternallymaintainedproductsonly"] for row in orders_there} == {True}
    assert {row["msdynce_orderissubmitted"] for row in lines} == {True}


def test_totals_of_the_erp_are_those_of_the_file(loaded: Loaded, files: Files) -> None:
    """Web orders only: those born in Sales reach SCM with the first chain."""
    with AdminClient(loaded.sandbox.scm_url) as scm:
        scm.load({"CustomersV2": [_customer(order.company.id, order.customer) for order in orders(files).born_in_scm]})
        scm.advance()
        totals = {row["SalesOrderNumber"]: row["OrderTotalAmount"] for row in scm.rows("CDSSalesOrderHeaders")}
    expected = {
        f"SO{header['salesorderid']}": expected_total(
            header, [line for line in files.sales_order_detail if line["salesorderid"] == header["salesorderid"]]
        )
        for header in files.sales_order_header
        if header["onlineorderflag"] == "t"
    }
    assert len(totals) == 1160
    assert totals == expected


def test_expected_totals_differ_from_the_file_by_the_rounding_of_lines_only(loaded: Loaded) -> None:
    assert sum(one.orders for one in loaded.account.expected) == 1566
    assert (len(loaded.account.born_in_sales), len(loaded.account.born_in_scm)) == (406, 1160)
    assert all(abs(one.rounding) < Decimal("0.01") * one.orders for one in loaded.account.expected)


def _customer(company: str, number: str) -> dict[str, str]:
    return {
        "dataAreaId": company,
        "CustomerAccount": number,
        "PartyNumber": number,
        "PartyType": "Person",
        "PersonLastName": number,
        "CustomerGroupId": "10",
        "SalesCurrencyCode": "USD",
        "IsExternallyMaintained": "Yes",
    }
