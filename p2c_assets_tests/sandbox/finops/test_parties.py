"""Customers and contact persons: parties, references, addresses."""

from typing import Any

import pytest

from p2c_assets_tests.sandbox.finops.scm_rows import booked, create, customer, key, line_key, order_key, record, refusal
from p2c_assets_tests.sandbox.running import Caller, body

C1 = key("CustomersV2", CustomerAccount="C1")


def contact(number: str = "CON1", associated: str = "C1", **values: Any) -> dict[str, Any]:
    return {
        "ContactPersonPartyNumber": number,
        "AssociatedPartyNumber": associated,
        "ContactPersonPartyType": "Person",
        "FirstName": "Ann",
        "LastName": "Beebe",
        "IsContactPersonExternallyMaintained": "Yes",
        **values,
    }


def person(account: str = "CON1", **values: Any) -> dict[str, Any]:
    names = {"OrganizationName": "", "PersonFirstName": "Ann", "PersonLastName": "Beebe"}
    return customer(account, **{"PartyType": "Person", **names, **values})


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"CustomerGroupId": "99"}, "CustomerGroupId", "The value '99' in field 'Customer group id' is not found in the"),
        ({"SalesCurrencyCode": "XXX"}, "SalesCurrencyCode", "related table 'Currency'"),
        ({"SiteId": "9"}, "SiteId", "related table 'Sites'"),
        ({"WarehouseId": "99"}, "WarehouseId", "related table 'Warehouses'"),
        ({"AddressCountryRegionISOCode": "ZZ"}, "AddressCountryRegionISOCode", "related table 'Countries/regions'"),
        ({"InvoiceAccount": "C99"}, "InvoiceAccount", "related table 'Customers'"),
        ({"PartyType": "Robot"}, "PartyType", "'Robot' is not a party type"),
        ({"dataAreaId": "none"}, "dataAreaId", "related table 'Legal entities'"),
    ],
)  # fmt: skip
def test_unknown_references_are_refused_by_field(scm: Caller, values: dict[str, Any], field: str, text: str) -> None:
    """Source: live fixture of AxODataFieldValidationException."""
    error = refusal(scm, "CustomersV2", customer(**values))
    assert error["type"].endswith("AxODataFieldValidationException")
    assert f"for the following fields: {field}. Infolog: Warning: " in error["message"]
    assert text in error["message"]


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"CustomerGroupId": ""}, "Customer group id"),
        ({"CustomerAccount": ""}, "Customer account"),
        ({"OrganizationName": " "}, "Organization name"),
        ({"AddressCountryRegionISOCode": ""}, "Address country region isocode"),
    ],
)
def test_mandatory_fields_must_be_filled_in(scm: Caller, values: dict[str, Any], label: str) -> None:
    """Source: full trace of Write failed, with the platform's noise after the cause; live fixture."""
    error = refusal(scm, "CustomersV2", customer(**values))
    assert error["message"] == (
        "Write failed for table row of type 'CustCustomerV2Entity'. Infolog: "
        f"Warning: Field '{label}' must be filled in.; "
        "Warning: validateWrite failed on data source 'CustTable (CustTable)'."
    )


def test_the_companys_currency_and_language_are_the_defaults(scm: Caller) -> None:
    # Source: dual-write customers: fall back to the company's currency
    created = create(scm, "CustomersV2", customer(dataAreaId="frsi", SalesCurrencyCode=""))
    assert (created["SalesCurrencyCode"], created["LanguageId"]) == ("EUR", "fr")


def test_countries_are_found_without_case_and_give_both_codes(scm: Caller) -> None:
    """Source: platform knowledge: assumptions.ISO_CODES_ARE_RETURNED_UPPER_CASE."""
    created = create(scm, "CustomersV2", customer(AddressCountryRegionISOCode="fr"))
    assert (created["AddressCountryRegionISOCode"], created["AddressCountryRegionId"]) == ("FR", "FRA")
    assert scm.patch(C1, {"AddressCountryRegionId": "usa"}).status_code == 204
    assert record(scm, C1)["AddressCountryRegionISOCode"] == "US"


def test_a_customer_without_an_address_needs_no_country(scm: Caller) -> None:
    blank = {"AddressStreet": "", "AddressCity": "", "AddressState": "", "AddressZipCode": ""}
    created = create(scm, "CustomersV2", customer(**blank, AddressCountryRegionISOCode=""))
    assert created["AddressCountryRegionId"] == ""


def test_a_customer_makes_its_party_and_gets_a_number_when_it_sends_none(scm: Caller) -> None:
    """Source: migration page: the account number is the party number unless customised;
    accounts and contacts templates.
    """
    create(scm, "CustomersV2", customer())
    numbered = create(scm, "CustomersV2", customer("C2", PartyNumber=""))
    assert numbered["PartyNumber"] == "000000001"
    assert [row["PartyNumber"] for row in scm.admin("rows/_parties")["value"]] == ["C1", "000000001"]


def test_a_contact_person_needs_a_known_associated_party(scm: Caller) -> None:
    """Source: contacts template page: the account's number is its party number; accounts and contacts templates."""
    error = refusal(scm, "CDSContactPersons", contact())
    assert "The value 'C1' in field 'Associated party number' is not found in the related table" in error["message"]
    create(scm, "CustomersV2", customer())
    created = create(scm, "CDSContactPersons", contact())
    assert created["IsInactive"] == "No"
    assert created["BirthMonth"] == "None"


def test_a_contact_person_who_becomes_a_customer_keeps_the_party(scm: Caller) -> None:
    """Source: contact-to-customer template page: one contact number for person and customer;
    accounts and contacts templates.
    """
    create(scm, "CustomersV2", customer())
    create(scm, "CDSContactPersons", contact())
    create(scm, "CustomersV2", person())
    parties = scm.admin("rows/_parties")["value"]
    assert [(row["PartyNumber"], row["PartyType"]) for row in parties] == [("C1", "Organization"), ("CON1", "Person")]


def test_a_partys_kind_does_not_change(scm: Caller) -> None:
    """Source: accounts and contacts templates."""
    create(scm, "CustomersV2", customer())
    error = refusal(scm, "CDSContactPersons", contact("C1"))
    assert "The party C1 is of the type Organization and cannot become a Person." in error["message"]
    error = refusal(scm, "CustomersV2", person("C2", PartyNumber="C1"))
    assert "cannot become a Person" in error["message"]


def test_a_contact_persons_key_has_both_party_numbers(scm: Caller) -> None:
    """Source: $metadata: key dataAreaId, ContactPersonPartyNumber, AssociatedPartyNumber;
    accounts and contacts templates.
    """
    create(scm, "CustomersV2", customer())
    create(scm, "CustomersV2", customer("C2"))
    create(scm, "CDSContactPersons", contact())
    create(scm, "CDSContactPersons", contact(associated="C2"))
    path = key("CDSContactPersons", ContactPersonPartyNumber="CON1", AssociatedPartyNumber="C2")
    assert scm.patch(path, {"IsInactive": "Yes"}).status_code == 204
    assert record(scm, path)["IsInactive"] == "Yes"
    other = key("CDSContactPersons", ContactPersonPartyNumber="CON1", AssociatedPartyNumber="C1")
    assert record(scm, other)["IsInactive"] == "No"


def test_the_externally_maintained_flag_reaches_orders_and_lines(scm: Caller) -> None:
    """Source: $metadata: computed Ordering-/InvoiceCustomerIsExternallyMaintained; prospect-to-cash."""
    booked(scm)
    assert record(scm, order_key())["OrderingCustomerIsExternallyMaintained"] == "Yes"
    scm.patch(C1, {"IsExternallyMaintained": "No"})
    for path in (order_key(), line_key()):
        found = record(scm, path)
        assert found["OrderingCustomerIsExternallyMaintained"] == "No"
        assert found["InvoiceCustomerIsExternallyMaintained"] == "No"


def test_a_customer_with_documents_cannot_be_deleted(scm: Caller) -> None:
    """Source: captured text of the same kind: "cannot be deleted while dependent ... exist"; odata.md."""
    booked(scm)
    answer = scm.delete(C1)
    assert answer.status_code == 400
    assert (
        "Customers cannot be deleted while dependent Sales orders exist."
        in body(answer)["error"]["innererror"]["message"]
    )


def test_a_patch_does_not_validate_what_it_does_not_send(scm: Caller) -> None:
    """Source: odata.md: validateField runs on posted fields."""
    scm.admin("load", {"rows": {"CustomersV2": [customer(dataAreaId="usmf", SiteId="999")]}})
    assert scm.patch(C1, {"SalesMemo": "x"}).status_code == 204
    assert scm.patch(C1, {"SiteId": "998"}).status_code == 400
