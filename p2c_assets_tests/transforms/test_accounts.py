"""accounts_to_customers: (account, customer) pairs."""

from decimal import Decimal
from typing import Any

import pytest

from p2c_assets_tests.frames import DEMF, Row, chosen, mapped
from p2c_assets_tests.transforms.references import given, only

TASK = "accounts_to_customers"
ACCOUNT: Row = {
    "accountid": "a",
    "accountnumber": "ACC-9",
    "name": "Adventure Works",
    "transactioncurrencyid": "cur-usd",
    "creditlimit": "1000.5",
    "numberofemployees": 12,
    "description": "A shop",
    "emailaddress1": "a@example.com",
    "telephone1": "1",
    "fax": "2",
    "websiteurl": "https://example.com",
    "address1_line1": "1 Main Street",
    "address1_line2": "Floor 2",
    "address1_city": "Seattle",
    "address1_stateorprovince": "WA",
    "address1_postalcode": "98101",
    "address1_country": "United States",
    "address2_line1": "2 Dock Road",
    "address2_city": "Hamburg",
    "address2_stateorprovince": "HH",
    "address2_postalcode": "20095",
    "address2_country": "deu",
}
CUSTOMER = {
    "CustomerAccount": "ACC-9",
    "PartyNumber": "ACC-9",
    "PartyType": "Organization",
    "OrganizationName": "Adventure Works",
    "CustomerGroupId": "10",
    "SiteId": "1",
    "WarehouseId": "13",
    "LanguageId": "en-us",
    "IsExternallyMaintained": "Yes",
    "SalesCurrencyCode": "USD",
    "CreditLimit": 1000.5,
    "OrganizationNumberOfEmployees": 12,
    "SalesMemo": "A shop",
    "PrimaryContactEmail": "a@example.com",
    "PrimaryContactPhone": "1",
    "PrimaryContactFax": "2",
    "PrimaryContactURL": "https://example.com",
    "AddressStreet": "1 Main Street",
    "AddressCity": "Seattle",
    "AddressState": "WA",
    "AddressZipCode": "98101",
    "AddressCountryRegionISOCode": "US",
    "AddressDescription": "Adventure Works",
    "AddressLocationRoles": "Business",
    "DeliveryAddressStreet": "2 Dock Road",
    "DeliveryAddressCity": "Hamburg",
    "DeliveryAddressState": "HH",
    "DeliveryAddressZipCode": "20095",
    "DeliveryAddressCountryRegionISOCode": "DE",
    "DeliveryAddressDescription": "Adventure Works",
}


def account(**values: Any) -> dict[str, Any]:
    return only(mapped(TASK, given(sales_accounts=[{**ACCOUNT, **values}])))


def test_an_account_becomes_a_customer() -> None:
    row = account()
    assert chosen(row, *CUSTOMER) == CUSTOMER
    assert chosen(row, "company", "source_id", "source_version", "document", "target_key", "outcome", "reason") == {
        "company": "usmf",
        "source_id": "a",
        "source_version": "v1",
        "document": "ACC-9",
        "target_key": "ACC-9",
        "outcome": "mapped",
        "reason": None,
    }
    assert row["warnings"] == []


CASES: list[tuple[Row, Row]] = [
    ({"numberofemployees": None, "creditlimit": None}, {"OrganizationNumberOfEmployees": 0, "CreditLimit": 0}),
    ({"fax": None, "description": "   "}, {"PrimaryContactFax": "", "SalesMemo": ""}),
    ({"telephone1": "12 34  "}, {"PrimaryContactPhone": "12 34"}),
    ({"transactioncurrencyid": "cur-eur"}, {"SalesCurrencyCode": "EUR"}),
    ({"transactioncurrencyid": None}, {"SalesCurrencyCode": "USD"}),
    ({"creditlimit": "2.125"}, {"CreditLimit": Decimal("2.13")}),
    ({"address1_country": "DE"}, {"AddressCountryRegionISOCode": "DE"}),
    ({"address1_country": " germany "}, {"AddressCountryRegionISOCode": "DE"}),
    ({"address1_country": None}, {"AddressCountryRegionISOCode": "US"}),
    ({"address1_country": ""}, {"AddressCountryRegionISOCode": "US"}),
]


@pytest.mark.parametrize(("source", "target"), CASES)
def test_a_value_is_brought_to_scm_s_own_form(source: Row, target: Row) -> None:
    row = account(**source)
    assert row["outcome"] == "mapped"
    assert {name: row[name] for name in target} == target


def test_text_that_is_too_long_is_cut_with_a_warning() -> None:
    row = account(name="x" * 120)
    assert row["OrganizationName"] == "x" * 100
    assert "truncated: OrganizationName 120 -> 100" in row["warnings"]
    assert row["outcome"] == "mapped"


def test_without_a_country_and_a_default_for_it_no_address_is_sent() -> None:
    source = {**ACCOUNT, "address1_country": None, "row_company": "demf"}
    row = only(mapped(TASK, given(sales_accounts=[source]), DEMF))
    address = [name for name in CUSTOMER if name.startswith("Address")]
    assert chosen(row, *address) == dict.fromkeys(address)
    assert row["DeliveryAddressCountryRegionISOCode"] == "DE"
    assert [warning.partition(":")[0] for warning in row["warnings"]] == ["no_country"]
    assert row["outcome"] == "mapped"


def test_an_address_without_a_word_in_it_is_no_reason_for_a_warning() -> None:
    row = only(
        mapped(
            TASK,
            given(sales_accounts=[{"accountid": "a", "accountnumber": "1", "name": "x", "row_company": "demf"}]),
            DEMF,
        )
    )
    assert row["AddressCountryRegionISOCode"] is None
    assert row["warnings"] == []
    assert (row["LanguageId"], row["SalesCurrencyCode"]) == ("de", "EUR")


def test_only_the_company_s_rows_are_mapped_one_for_one() -> None:
    rows: list[Row] = [{**ACCOUNT, "accountid": str(n), "accountnumber": str(n)} for n in range(5)]
    rows += [{**ACCOUNT, "row_company": "demf"}, {**ACCOUNT, "row_company": None}]
    assert [row["source_id"] for row in mapped(TASK, given(sales_accounts=rows))] == ["0", "1", "2", "3", "4"]


def test_an_empty_company_gives_an_empty_frame() -> None:
    assert mapped(TASK, {}) == []
