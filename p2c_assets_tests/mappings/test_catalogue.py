"""What p2c.toml may change, and what it is told when it names something that does not exist."""

from typing import Any

import pytest

from p2c_assets.errors import SettingsError
from p2c_assets.mappings.catalogue import tasks
from p2c_assets.mappings.model import Task, lineage
from p2c_assets.mappings.rules import Coalesce, Concat, Constant, Copy, FromSetting, ValueMap
from p2c_assets.settings import MappingSettings

ACCOUNTS = "accounts_to_customers"


def accounts(table: dict[str, Any], **settings: Any) -> Task:
    return tasks(MappingSettings(overrides={ACCOUNTS: table}, **settings))[ACCOUNTS]


REPLACED = [
    ({"constant": "20"}, Constant(value="20")),
    ({"setting": "company.warehouse"}, FromSetting(setting="company.warehouse")),
    ({"source": "address1_city", "blank": "x"}, Copy(source="address1_city", blank="x")),
    ({"sources": ["fax", "telephone1"]}, Coalesce(sources=("fax", "telephone1"))),
    (
        {"sources": ["address1_line1", "address1_line2"], "separator": ", "},
        Concat(sources=("address1_line1", "address1_line2"), separator=", "),
    ),
    (
        {"source": "address1_city", "value_map": "sites", "blank": "1"},
        ValueMap(source="address1_city", value_map="sites", blank="1"),
    ),
]


@pytest.mark.parametrize(("table", "rule"), REPLACED)
def test_the_file_replaces_the_rule_of_a_field(table: dict[str, Any], rule: object) -> None:
    task = accounts({"SiteId": table}, value_maps={"sites": {"Berlin": "2"}} if "value_map" in table else {})
    assert task.by_target["SiteId"].rule == rule
    assert task.by_target["SiteId"].evidence == "p2c.toml"
    assert task.by_target["SiteId"].mode == "on_create"


def test_the_file_may_change_the_mode_alone() -> None:
    field = accounts({"CustomerGroupId": {"mode": "synced"}}).by_target["CustomerGroupId"]
    assert field.mode == "synced"
    assert field.rule == FromSetting(setting="company.customer_group")


def test_a_documented_addition_is_switched_on_by_its_name() -> None:
    task = accounts({"extra_fields": {"PrimaryContactTwitter": True, "AddressCounty": False}})
    assert task.by_target["PrimaryContactTwitter"].rule == Copy(source="primarytwitterid")
    assert "AddressCounty" not in task.by_target


def test_the_file_adds_a_field_of_its_own() -> None:
    task = accounts({"extra_fields": {"AddressCounty": {"source": "address1_county", "mode": "on_create"}}})
    assert task.by_target["AddressCounty"].mode == "on_create"


def test_a_field_over_another_lookup_asks_for_the_frame_that_it_leads_to() -> None:
    assert "sales.teams" in accounts({"SalesMemo": {"source": "ownerid.Team(name)"}}).inputs


def test_lines_know_their_header_as_the_file_changed_it() -> None:
    table = {"CurrencyCode": {"constant": "EUR"}}
    found = tasks(MappingSettings(overrides={"salesorders_to_order_headers": table}))
    assert found["salesorderdetails_to_order_lines"].header is found["salesorders_to_order_headers"]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"overrides": {"account_to_customers": {}}}, "account_to_customers", "accounts_to_customers"),
    ({"overrides": {ACCOUNTS: {"CustomerGroup": {"constant": "1"}}}}, "CustomerGroup", "CustomerGroupId"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"const": "1"}}}}, "const", "constant"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"source": "city"}}}}, "'city'", "address1_city"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"source": "ownerid.Lead(name)"}}}}, "Lead", "team"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"source": "transactioncurrencyid.code"}}}}, "'code'", "isocurrencycode"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"source": "fax", "value_map": "sites"}}}}, "'sites'", "countries"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"setting": "company.sites"}}}}, "company.sites", "company.site"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"constant": "1", "source": "fax"}}}}, "constant and source", "one"),
    ({"overrides": {ACCOUNTS: {"SiteId": {"mode": "always"}}}}, "'always'", "on_create"),
    ({"overrides": {ACCOUNTS: {"extra_fields": {"NoSuch": True}}}}, "NoSuch", "CustomerAccount"),
    ({"overrides": {ACCOUNTS: {"extra_fields": {"NameOfIt": {"source": "name"}}}}}, "NameOfIt", "OrganizationName"),
    ({"overrides": {ACCOUNTS: {"extra_fields": {"PersonLastName": True}}}}, "PersonLastName", "AddressCounty"),
    ({"value_maps": {"country": {"x": "DE"}}}, "value_maps.country", "countries"),
    ({"value_maps": {"product_type": {"Kit": "kit"}}}, "'kit'", "whole number"),
]


@pytest.mark.parametrize(("settings", "wrong", "known"), WRONG)
def test_a_name_that_does_not_exist_is_told_with_the_names_that_do(
    settings: dict[str, Any], wrong: str, known: str
) -> None:
    with pytest.raises(SettingsError) as error:
        tasks(MappingSettings(**settings))
    assert wrong in str(error.value)
    assert known in str(error.value)


def test_lineage_names_the_columns_behind_a_lookup() -> None:
    found = lineage(tasks(MappingSettings())["salesorderdetails_to_order_lines"])
    assert found["ProductNumber"] == (
        ("sales.salesorderdetails", "productid"),
        ("sales.products", "productnumber"),
    )
    assert found["SalesPrice"] == (("sales.salesorderdetails", "priceperunit"),)


def test_constants_have_no_lineage() -> None:
    assert lineage(tasks(MappingSettings())[ACCOUNTS])["PartyType"] == ()
