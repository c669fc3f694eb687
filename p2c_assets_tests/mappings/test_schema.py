"""The entities agree with themselves: keys are columns, lookups lead somewhere, documents hang together."""

import pytest

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.catalogue import ENTITIES
from p2c_assets.mappings.schema import Contains, Entity

ALL = tuple(ENTITIES.values())
ENTITY_SETS = {entity.entity_set: entity.logical_name for entity in sales.ENTITIES} | {"systemusers": "systemuser"}


@pytest.mark.parametrize("entity", ALL, ids=lambda entity: entity.reference)
def test_keys_and_the_company_are_columns_of_the_entity(entity: Entity) -> None:
    company = {entity.company_column} if entity.company_column else set[str]()
    assert {*entity.key, *entity.natural_key, *company} <= set(entity.by_name)


@pytest.mark.parametrize("entity", ALL, ids=lambda entity: entity.reference)
def test_no_column_is_named_twice(entity: Entity) -> None:
    assert len(entity.by_name) == len(entity.columns)


@pytest.mark.parametrize("entity", scm.ENTITIES, ids=lambda entity: entity.reference)
def test_every_scm_key_begins_with_the_company(entity: Entity) -> None:
    assert entity.key[0] == "dataAreaId"
    assert entity.key[1:] == entity.natural_key or set(entity.key[1:]) == set(entity.natural_key)


@pytest.mark.parametrize("entity", sales.ENTITIES, ids=lambda entity: entity.reference)
def test_every_lookup_leads_to_a_table_of_sales(entity: Entity) -> None:
    targets = [target for column in entity.columns if column.lookup for target in column.lookup.targets]
    assert all(ENTITY_SETS[target.entity_set] == target.logical_name for target in targets)


@pytest.mark.parametrize("contains", [*sales.CONTAINS, *scm.CONTAINS], ids=lambda contains: contains.line.reference)
def test_a_document_is_tied_by_columns_that_exist(contains: Contains) -> None:
    for header, line in contains.columns:
        assert header in contains.header.by_name
        assert line in contains.line.by_name


def test_the_company_of_a_polymorphic_lookup_is_written_by_its_own_navigation_property() -> None:
    lookup = sales.SALESORDERS.column("customerid").lookup
    assert lookup is not None
    assert lookup.targets == (
        ("customerid_account", "accounts", "account"),
        ("customerid_contact", "contacts", "contact"),
    )


def test_tables_are_named_after_system_and_entity() -> None:
    assert sales.ACCOUNTS.table == "sales_accounts"
    assert scm.CUSTOMERS_V2.reference == "scm.customers_v2"
