"""Which columns hold personal data."""

import pytest

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.personal import ALSO, DOCUMENTS, KEPT, personal
from p2c_assets.mappings.schema import Entity

NOBODYS = {
    "sales_products",
    "sales_productpricelevels",
    "sales_pricelevels",
    "sales_uoms",
    "sales_uomschedules",
    "sales_transactioncurrencies",
    "sales_businessunits",
    "sales_teams",
    "scm_sellable_released_products",
}


def test_every_entity_either_holds_personal_data_or_is_said_to_hold_none() -> None:
    assert {entity.table for entity in ENTITIES.values()} == {*KEPT, *NOBODYS}


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.table)
def test_what_is_kept_or_purged_is_a_column_and_keys_are_kept(entity: Entity) -> None:
    named = {*KEPT.get(entity.table, ()), *ALSO.get(entity.table, ()), *personal(entity)}
    assert named <= set(entity.by_name)
    assert not set(personal(entity)) & {*entity.key, *entity.natural_key}


def test_names_addresses_mails_and_phones_are_personal() -> None:
    assert {"name", "emailaddress1", "telephone1", "address1_line1", "description"} <= set(personal(sales.ACCOUNTS))
    assert {"firstname", "lastname", "governmentid", "spousesname", "gendercode"} <= set(personal(sales.CONTACTS))
    assert {"shipto_name", "billto_line1", "emailaddress"} <= set(personal(sales.SALESORDERS))
    assert {"OrganizationName", "PersonLastName", "AddressStreet"} <= set(personal(scm.CUSTOMERS_V2))
    assert {"DeliveryAddressName", "Email", "CustomersOrderReference"} <= set(personal(scm.SALES_ORDER_HEADERS))


def test_documents_are_found_by_every_column_that_names_a_customer() -> None:
    for naming in DOCUMENTS:
        columns = {column.name for column in naming.header.columns}
        assert {*naming.by_id, *naming.by_number} == {
            name for name in columns if name == "customerid" or name.endswith("CustomerAccountNumber")
        }
