"""contacts_to_contact_persons and contacts_to_customers: (contact, person or customer) pairs."""

from typing import Any

import pytest

from p2c_assets_tests.frames import Row, chosen, mapped
from p2c_assets_tests.transforms.references import given, only

PERSONS, CUSTOMERS = "contacts_to_contact_persons", "contacts_to_customers"
CONTACT: Row = {
    "contactid": "c",
    "msdynce_contactnumber": "CON-9",
    "firstname": "Ana",
    "middlename": "B.",
    "lastname": "Trujillo",
    "fullname": "Ana B. Trujillo",
    "parentcustomerid": "acc-1",
    "parentcustomerid_type": "account",
    "msdynce_iscompanyanaccount": True,
    "msdynce_isactivecustomer": False,
    "transactioncurrencyid": "cur-usd",
    "creditlimit": "5",
    "department": "Sales",
    "jobtitle": "Buyer",
    "description": "Notes",
    "emailaddress1": "ana@example.com",
    "telephone1": "1",
    "fax": "2",
    "websiteurl": "https://example.com",
    "governmentid": "77",
    "gendercode": 2,
    "familystatuscode": 4,
    "donotemail": True,
    "statecode": 1,
    "address1_line1": "Street 1",
    "address1_city": "Paris",
    "address1_stateorprovince": "IDF",
    "address1_postalcode": "75001",
    "address1_country": "FRA",
}
PERSON = {
    "ContactPersonPartyNumber": "CON-9",
    "AssociatedPartyNumber": "ACC-1",
    "ContactPersonPartyType": "Person",
    "IsContactPersonExternallyMaintained": "Yes",
    "FirstName": "Ana",
    "MiddleName": "B.",
    "LastName": "Trujillo",
    "EmploymentDepartment": "Sales",
    "EmploymentProfession": "Buyer",
    "Notes": "Notes",
    "PrimaryEmailAddress": "ana@example.com",
    "PrimaryPhoneNumber": "1",
    "PrimaryURL": "https://example.com",
    "GovernmentIdentificationNumber": "77",
    "Gender": "Female",
    "MaritalStatus": "Widowhood",
    "IsReceivingDirectMail": "No",
    "IsInactive": "Yes",
    "PrimaryAddressStreet": "Street 1",
    "PrimaryAddressCity": "Paris",
    "PrimaryAddressStateId": "IDF",
    "PrimaryAddressZipCode": "75001",
    "PrimaryAddressCountryRegionISOCode": "FR",
}
CUSTOMER = {
    "CustomerAccount": "CON-9",
    "PartyNumber": "CON-9",
    "PartyType": "Person",
    "PersonFirstName": "Ana",
    "PersonMiddleName": "B.",
    "PersonLastName": "Trujillo",
    "CustomerGroupId": "10",
    "LanguageId": "en-us",
    "IsExternallyMaintained": "Yes",
    "SalesCurrencyCode": "USD",
    "CreditLimit": 5,
    "SalesMemo": "Notes",
    "PrimaryContactEmail": "ana@example.com",
    "PrimaryContactPhone": "1",
    "PrimaryContactFax": "2",
    "PrimaryContactURL": "https://example.com",
    "AddressStreet": "Street 1",
    "AddressCity": "Paris",
    "AddressState": "IDF",
    "AddressZipCode": "75001",
    "AddressCountryRegionISOCode": "FR",
    "AddressDescription": "Ana B. Trujillo",
}


def contact(task: str, **values: Any) -> dict[str, Any]:
    return only(mapped(task, given(sales_contacts=[{**CONTACT, **values}])))


def test_a_contact_of_an_account_becomes_a_contact_person() -> None:
    row = contact(PERSONS)
    assert chosen(row, *PERSON) == PERSON
    assert chosen(row, "document", "target_key", "outcome") == {
        "document": "CON-9",
        "target_key": "CON-9|ACC-1",
        "outcome": "mapped",
    }


def test_an_active_customer_becomes_a_customer() -> None:
    row = contact(CUSTOMERS, msdynce_isactivecustomer=True)
    assert chosen(row, *CUSTOMER) == CUSTOMER
    assert chosen(row, "target_key", "outcome") == {"target_key": "CON-9", "outcome": "mapped"}


FORKS = [
    ({"msdynce_isactivecustomer": False}, (None, "contact_not_customer")),
    ({"msdynce_isactivecustomer": None}, (None, "contact_not_customer")),
    ({"msdynce_isactivecustomer": True}, ("contact_is_customer", None)),
    ({"msdynce_iscompanyanaccount": False}, ("parent_is_not_account", "contact_not_customer")),
    ({"msdynce_iscompanyanaccount": None}, ("parent_is_not_account", "contact_not_customer")),
    ({"msdynce_isactivecustomer": True, "msdynce_iscompanyanaccount": False}, ("contact_is_customer", None)),
]


@pytest.mark.parametrize(("flags", "reasons"), FORKS)
def test_every_contact_has_an_outcome_in_both_tasks(flags: Row, reasons: tuple[str | None, str | None]) -> None:
    assert (contact(PERSONS, **flags)["reason"], contact(CUSTOMERS, **flags)["reason"]) == reasons


CODES: list[tuple[Row, Row]] = [
    ({"donotemail": False}, {"IsReceivingDirectMail": "Yes"}),
    ({"donotemail": None}, {"IsReceivingDirectMail": "Yes"}),
    ({"donotemail": True}, {"IsReceivingDirectMail": "No"}),
    ({"statecode": 0}, {"IsInactive": "No"}),
    ({"statecode": 1}, {"IsInactive": "Yes"}),
    ({"gendercode": None}, {"Gender": "Unknown"}),
    ({"gendercode": 1}, {"Gender": "Male"}),
    ({"familystatuscode": None}, {"MaritalStatus": "None"}),
    ({"familystatuscode": 2}, {"MaritalStatus": "Married"}),
    ({"address1_country": None}, {"PrimaryAddressCountryRegionISOCode": "US"}),
]


@pytest.mark.parametrize(("source", "target"), CODES)
def test_codes_are_translated(source: Row, target: Row) -> None:
    assert chosen(contact(PERSONS, **source), *target) == target


def test_a_contact_person_waits_until_scm_has_its_account() -> None:
    rows = given(
        sales_contacts=[CONTACT],
        scm_customers_v2=[{"CustomerAccount": "ACC-1", "PartyNumber": "ACC-1", "row_company": "demf"}],
    )
    row = only(mapped(PERSONS, rows))
    assert (row["outcome"], row["reason"]) == ("held", "parent_missing")
    assert "ACC-1" in row["detail"]
